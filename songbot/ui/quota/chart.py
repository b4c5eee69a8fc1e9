"""Decide what the chart of a server's songs shows: bars, texts and axis, in the reader's language."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from songbot.quotas.repository import DailyUsage
from songbot.wording import usage_chart as wording
from songbot.wording.language import Language

_LABELLED_BARS = 7
_HEADROOM = 1.3
"""Factor for the height above the bars, which leaves space for labels."""
_FAR_ABOVE = 3
"""If the limit is more than this many times the highest bar, it is only named, because drawing it would
flatten the bars."""
_STEPS = 5
"""The most steps on the axis."""
_NAMED_BARS = 5
"""About how many dates are below a chart of more than a week."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The songs of one day, or of the seven days that start with it."""

    first_day: date
    made: int
    failed: int

    @property
    def total(self) -> int:
        return self.made + self.failed


@dataclass(frozen=True, slots=True)
class BarLabel:
    """The texts above a bar. `failed` has the same number with and without words, or nothing."""

    made: str
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is in the picture. `made` and `failed` are the legend.

    `days` and `labels` have texts by the index of their bar. `ticks` are the numbers on the axis, from 0 to
    its end. `limit` is the height of the limit's line, or None if it is too high to be drawn.
    """

    language: str
    title: str
    subtitle: str
    made: str
    failed: str
    bars: tuple[Bar, ...]
    days: Mapping[int, str]
    labels: Mapping[int, BarLabel]
    ticks: Mapping[int, str]
    limit: int | None


def bars_of(days: Sequence[DailyUsage]) -> tuple[Bar, ...]:
    """Return a bar for each day, or for each seven days in a long chart. `days` starts with the oldest."""
    size = wording.WEEK if wording.is_by_week(len(days)) else 1
    chunks = [days[start : start + size] for start in range(0, len(days), size)]
    return tuple(
        Bar(chunk[0].day, sum(day.made for day in chunk), sum(day.failed for day in chunk))
        for chunk in chunks
    )


def chart_of(language: Language, days: Sequence[DailyUsage], daily_limit: int) -> Chart:
    """Return the chart. `days` starts with the oldest; `daily_limit` is the server's in songs per day."""
    bars, weekly = bars_of(days), wording.is_by_week(len(days))
    limit = daily_limit * (wording.WEEK if weekly else 1)
    peak = max((bar.total for bar in bars), default=0)
    fits = peak == 0 or limit <= _FAR_ABOVE * peak
    labelled = len(bars) <= _LABELLED_BARS
    name_limit = wording.limit_label if fits else wording.limit_off_chart
    end = max(peak * _HEADROOM if labelled else peak, limit if fits else 0)
    return Chart(
        language=language.tag,
        title=wording.chart_title(language, len(days)),
        subtitle=name_limit(language, limit, weekly=weekly),
        made=wording.MADE(language, sum(bar.made for bar in bars)),
        failed=wording.FAILED(language, sum(bar.failed for bar in bars)),
        bars=bars,
        days={n: wording.day_label(language, bars[n].first_day, len(days)) for n in _named(len(bars))},
        labels={n: _label(language, bar) for n, bar in enumerate(bars) if labelled and bar.total},
        ticks={tick: language.number(tick) for tick in ticks_to(end)},
        limit=limit if fits else None,
    )


def _named(bars: int) -> list[int]:
    """Return the indices of all bars of a week, or of about five counted back from the last."""
    every = 1 if bars <= wording.WEEK else max(1, round(bars / _NAMED_BARS))
    return [number for number in range(bars) if (bars - 1 - number) % every == every // 2]


def _label(language: Language, bar: Bar) -> BarLabel:
    failed = (wording.FAILED(language, bar.failed), language.number(bar.failed)) if bar.failed else ()
    return BarLabel(language.number(bar.made), failed)


def ticks_to(end: float) -> range:
    """Return the numbers on an axis that reaches at least to `end`, in steps of 1, 2 or 5 times a power of
    ten."""
    powers = (10**power for power in itertools.count())
    steps = (factor * power for power in powers for factor in (1, 2, 5))
    step = next(step for step in steps if step * _STEPS >= end)
    last = max(1, -int(-end // step))
    return range(0, last * step + 1, step)
