"""The error that every repository may raise."""

from __future__ import annotations


class StoreUnavailable(Exception):
    """The database cannot be reached or written to now. The call had no effect, or can be repeated."""
