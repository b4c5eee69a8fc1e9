"""Define the error that every repository may raise."""

from __future__ import annotations


class StoreUnavailable(Exception):
    """The database can't be reached or written to now. The call had no effect, or is safe to repeat."""
