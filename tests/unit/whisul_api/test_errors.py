"""Test that each error says in a sentence what happened, with the facts that it was given."""

from __future__ import annotations

from typing import Any

import pytest

from whisul_api import (
    BadResponse,
    DownloadFailed,
    JobNotFound,
    OutcomeUnknown,
    UnexpectedStatus,
    Unreachable,
    WaitTimedOut,
    WhisulError,
)


@pytest.mark.parametrize(
    ("kind", "arguments", "facts"),
    [
        (JobNotFound, ("job-1",), ["job-1"]),
        (Unreachable, ("the connection was cut",), ["the connection was cut"]),
        (OutcomeUnknown, ("it answered with status 500",), ["it answered with status 500"]),
        (BadResponse, ("it is no JSON",), ["it is no JSON"]),
        (UnexpectedStatus, (418,), ["418"]),
        (WaitTimedOut, ("job-1", 59.6), ["job-1", "60 s"]),
        (DownloadFailed, ("it is empty",), ["it is empty"]),
    ],
)
def test_an_error_says_what_is_known(
    kind: type[WhisulError], arguments: tuple[Any, ...], facts: list[str]
) -> None:
    error = kind(*arguments)
    assert all(fact in str(error) for fact in facts)
