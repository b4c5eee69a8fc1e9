"""Define the promises. Each is a function that returns what is wrong, or None.

Those in `posting`, `rows`, `quotas` and `fairness` are checked at every event, those in `periodic` every few
virtual seconds, and those in `end` when a run has settled.
"""
