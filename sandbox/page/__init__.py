"""The sandbox's own part of the page: where one is, what to try, and what of SimCord's tools stays hidden."""
