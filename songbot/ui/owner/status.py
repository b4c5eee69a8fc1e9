"""Render `/owner status` for the bot's owner."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from songbot.songs.admin import SystemStatus
from songbot.songs.models import UNFINISHED
from songbot.ui.colours import BRAND, FAILURE
from songbot.wording import owner as wording
from songbot.wording import text
from songbot.wording.language import Language
from songbot.wording.quotas import when
from songbot.worker.provider_error_log import ErrorRecord
from songbot.worker.throttle import ThrottleState

_FIELD = 1024
_DETAIL, _SHARDS = 120, 20


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """The state of this process at one moment.

    `latencies` are in seconds by shard, and NaN or infinite for a shard that is not connected. `not_ready`
    names parts. `songs_lost` counts the songs lost together with a lease. `median_seconds` and `p90_seconds`
    are composing times. `rate_limit` is in requests to Whisul per second, or None if unlimited.
    """

    version: str
    up_since: datetime
    latencies: Sequence[tuple[int, float]]
    not_ready: Sequence[str]
    songs_lost: int
    median_seconds: float
    p90_seconds: float
    throttle_state: ThrottleState
    rate_limit: float | None
    retry_in_seconds: float
    errors: Sequence[ErrorRecord]


def status_embed(language: Language, summary: SystemStatus, process: ProcessStatus) -> discord.Embed:
    """Return the embed. `summary` covers all processes, `process` only the one that responds."""
    embed = discord.Embed(title=wording.STATUS_TITLE(language), colour=BRAND)
    if summary.paused is not None:
        embed.description, embed.colour = wording.paused(language, summary.paused), FAILURE
    for name, value, inline in (
        (wording.VERSION, process.version, True),
        (wording.UP_SINCE, when(process.up_since), True),
        (wording.DATABASE, wording.database(language, summary.database, summary.size_bytes), True),
        (wording.HEALTH, "\n".join(_health(language, summary, process)), False),
        (wording.IN_PROGRESS, "\n".join(_in_progress(language, summary)), True),
        (wording.LAST_DAY, "\n".join(_last_day(language, summary)), True),
        (wording.SHARDS, _shards(language, process.latencies), True),
        (wording.DURATIONS, _durations(language, process), False),
        (wording.ERRORS, "\n".join(_error(language, record) for record in process.errors), False),
    ):
        shown = text.clamp(value or wording.NONE(language), _FIELD)
        embed.add_field(name=name(language), value=shown, inline=inline)
    return embed


def _health(language: Language, summary: SystemStatus, process: ProcessStatus) -> Iterable[str]:
    yield wording.readiness(language, process.not_ready)
    if process.songs_lost:
        yield wording.songs_lost(language, process.songs_lost)
    yield wording.last_backup(language, summary.last_backup)


def _in_progress(language: Language, summary: SystemStatus) -> Iterable[str]:
    for state in UNFINISHED:
        if number := summary.unfinished.get(state, 0):
            yield wording.in_state(language, state, number)
    if summary.undelivered:
        yield wording.undelivered(language, summary.undelivered)


def _last_day(language: Language, summary: SystemStatus) -> Iterable[str]:
    for (state, reason), number in sorted(summary.ordered.items(), key=lambda item: -item[1]):
        yield wording.outcome(language, state, reason, number)


def _shards(language: Language, latencies: Sequence[tuple[int, float]]) -> str:
    """Return as many shards as fit, with disconnected and slow ones first."""
    known = [(shard, seconds if math.isfinite(seconds) else None) for shard, seconds in latencies]
    known.sort(key=lambda item: (item[1] is not None, -(item[1] or 0)))
    lines = [wording.latency(language, shard, seconds) for shard, seconds in known[:_SHARDS]]
    if len(known) > _SHARDS:
        lines.append(wording.more_shards(language, len(known) - _SHARDS))
    return "\n".join(lines)


def _durations(language: Language, process: ProcessStatus) -> str:
    match process.throttle_state:
        case ThrottleState.NORMAL:
            state = wording.THROTTLE_NORMAL(language)
        case ThrottleState.LIMITED:
            state = wording.throttle_limited(language, process.rate_limit or 0.0)
        case ThrottleState.SUSPENDED:
            state = wording.throttle_suspended(language, process.retry_in_seconds)
    return f"{wording.estimator(language, process.median_seconds, process.p90_seconds)}\n{state}"


def _error(language: Language, record: ErrorRecord) -> str:
    detail = text.escape_and_clamp(record.detail, _DETAIL)
    return wording.error(language, record.kind, detail, record.at, record.times)
