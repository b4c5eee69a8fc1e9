"""A local Whisul that composes real music, for tests, for the sandbox, or on its own (`python -m
sandbox.whisul`)."""

from __future__ import annotations

from sandbox.whisul.faults import Fault
from sandbox.whisul.jobs import Job
from sandbox.whisul.server import Post, WhisulServer

__all__ = ["Fault", "Job", "Post", "WhisulServer"]
