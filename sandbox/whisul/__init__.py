"""A local Whisul that really composes, for tests, the sandbox, or by itself (`python -m sandbox.whisul`)."""

from __future__ import annotations

from sandbox.whisul.faults import Fault
from sandbox.whisul.jobs import Job
from sandbox.whisul.server import Post, WhisulServer

__all__ = ["Fault", "Job", "Post", "WhisulServer"]
