"""What `/owner status` says of figures that no small bot has."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from songbot.songs import provider_errors
from songbot.songs.admin import SystemStatus
from songbot.songs.models import FailureReason, State
from songbot.ui.owner.status import ProcessStatus, status_embed
from songbot.wording import owner as wording
from songbot.worker.provider_error_log import RecentErrors
from songbot.worker.throttle import RequestThrottle, ThrottleState

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def field(name: str, latencies: list[tuple[int, float]], **summary: object) -> str:
    errors = RecentErrors()
    for kind in (
        provider_errors.ProviderUnavailable,
        provider_errors.RateLimited,
        provider_errors.InvalidResponse,
        provider_errors.ProviderUnavailable,
        provider_errors.RateLimited,
    ):
        errors.record(kind("[x](https://e.example) " + "x" * 5000), NOW)
    process = ProcessStatus(
        "1.0.0", NOW, latencies, 90.0, 150.0, ThrottleState.NORMAL, None, 0.0, errors.recent()
    )
    nothing = {"unfinished": {}, "undelivered": 0, "ordered": {}, "paused": None}
    told = SystemStatus(**{"database": "SQLite", "size_bytes": 0, **nothing, **summary})
    embed = status_embed(told, process)
    assert len(embed) <= 6000
    assert all(len(field.value or "") <= 1024 for field in embed.fields)
    return next(field.value or "" for field in embed.fields if field.name == name)


def test_of_many_shards_those_in_trouble_come_first_and_the_rest_is_counted():
    latencies = [(shard, 0.001 * shard) for shard in range(100)] + [(100, math.nan), (101, math.inf)]
    lines = field(wording.SHARDS, latencies).splitlines()
    assert lines[:4] == ["100: not connected", "101: not connected", "99: 99 ms", "98: 98 ms"]
    assert lines[-1] == "and 82 more"


def test_long_errors_are_cut_short_and_no_link_comes_of_them():
    shown = field(wording.ERRORS, [])
    assert len(shown.splitlines()) == 5
    assert "https://" not in shown


def test_all_that_can_become_of_songs_fits():
    ordered = {(State.FAILED, reason): 10**9 for reason in FailureReason} | {(State.COMPLETED, None): 1}
    assert "1,000,000,000 failed: timed out" in field(wording.LAST_DAY, [], ordered=ordered)
    assert field(wording.IN_PROGRESS, [], undelivered=3) == "3 finished, not delivered yet"


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (7_000_000_000_000, "7000.0 GB"),
    ],
)
def test_sizes_are_told_in_fitting_units(size: int, told: str):
    assert wording.database("SQLite", size) == f"SQLite, {told}"


def test_the_gate_is_closed_slowed_and_open_in_turn():
    seconds = Seconds()
    throttle = RequestThrottle(seconds, lambda: 0.0)
    assert (throttle.state, throttle.rate_limit) == (ThrottleState.NORMAL, None)
    throttle.record_rate_limited(retry_after=5.0)
    assert (throttle.state, throttle.retry_in()) == (ThrottleState.SUSPENDED, 5.0)
    seconds.now += 5.0
    assert throttle.state is ThrottleState.LIMITED
    assert throttle.rate_limit is not None
    throttle.record_failure(definite=True)
    seconds.now += 3600.0
    assert throttle.state is ThrottleState.SUSPENDED, "Whisul has to answer first"
    throttle.record_success()
    assert throttle.state is ThrottleState.LIMITED
    for _ in range(1000):
        throttle.record_success()
    assert throttle.state is ThrottleState.NORMAL
