"""Test `/owner status` with figures that no small bot has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from songbot.songs import provider_errors
from songbot.songs.admin import SystemStatus
from songbot.songs.models import FailureReason, State
from songbot.ui.owner.status import ProcessStatus, status_embed
from songbot.wording import owner as wording
from songbot.wording.language import ENGLISH
from songbot.wording.quotas import when
from songbot.worker.provider_error_log import RecentErrors
from songbot.worker.throttle import RequestThrottle, ThrottleState

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def field(
    name: str,
    latencies: list[tuple[int, float]],
    *,
    songs_lost: int = 0,
    not_ready: Sequence[str] = (),
    **summary: object,
) -> str:
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
        version="1.0.0",
        up_since=NOW,
        latencies=latencies,
        not_ready=not_ready,
        songs_lost=songs_lost,
        median_seconds=90.0,
        p90_seconds=150.0,
        throttle_state=ThrottleState.NORMAL,
        rate_limit=None,
        retry_in_seconds=0.0,
        errors=errors.recent(),
    )
    nothing = {"unfinished": {}, "undelivered": 0, "ordered": {}, "paused": None, "last_backup": None}
    told = SystemStatus(**{"database": "SQLite", "size_bytes": 0, **nothing, **summary})
    embed = status_embed(ENGLISH, told, process)
    assert len(embed) <= 6000
    assert all(len(field.value or "") <= 1024 for field in embed.fields)
    return next(field.value or "" for field in embed.fields if field.name == name)


def test_of_many_shards_those_in_trouble_come_first_and_the_rest_is_counted():
    latencies = [(shard, 0.001 * shard) for shard in range(100)] + [(100, math.nan), (101, math.inf)]
    lines = field(wording.SHARDS(ENGLISH), latencies).splitlines()
    assert lines[:4] == ["100: not connected", "101: not connected", "99: 99 ms", "98: 98 ms"]
    assert lines[-1] == "and 82 more"


def test_health_is_two_lines_while_all_is_well():
    backup = NOW - timedelta(hours=5)
    assert field(wording.HEALTH(ENGLISH), [], last_backup=backup).splitlines() == [
        "Ready.",
        f"Last backup {when(backup)}.",
    ]


def test_health_names_what_is_wrong():
    shown = field(wording.HEALTH(ENGLISH), [], songs_lost=1234, not_ready=["gateway", "tracker"])
    assert shown.splitlines() == [
        "Not ready: gateway and tracker.",
        "This process has lost its lease on 1,234 songs since it started.",
        "No backup has been recorded.",
    ]


def test_long_errors_are_cut_short_and_no_link_comes_of_them():
    shown = field(wording.ERRORS(ENGLISH), [])
    assert len(shown.splitlines()) == 5
    assert "https://" not in shown


def test_all_that_can_become_of_songs_fits():
    ordered = {(State.FAILED, reason): 10**9 for reason in FailureReason} | {(State.COMPLETED, None): 1}
    assert "1,000,000,000 failed: timed out" in field(wording.LAST_DAY(ENGLISH), [], ordered=ordered)
    assert field(wording.IN_PROGRESS(ENGLISH), [], undelivered=3) == "3 finished, not delivered yet"


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (12_345_678, "12.3 MB"),
        (7_000_000_000_000, "7,000 GB"),
    ],
)
def test_sizes_are_told_in_fitting_units(size: int, told: str):
    assert wording.database(ENGLISH, "SQLite", size) == f"SQLite, {told}"


def test_the_throttle_is_suspended_limited_and_normal_in_turn():
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
