"""Say how long tests wait for something that ought to happen."""

from __future__ import annotations

HANG_GUARD = 120.0
"""Seconds on the wall clock after which nothing more can be expected, however busy the machine is."""
