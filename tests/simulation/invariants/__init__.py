"""The promises, each a function that says what is wrong, or None.

Those of `posting`, `rows`, `quotas` and `fairness` are asked at every event, those of `periodic` every few
virtual seconds, and those of `end` when a run has settled.
"""
