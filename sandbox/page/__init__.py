"""Extend SimCord's page: show the current channel and what to try, and hide unneeded tools."""
