"""Explain quotas to the people they limit: which limit was reached, how much is left, and when it resets."""

from __future__ import annotations

from datetime import datetime

from songbot.quotas.rules import PERSONAL_KINDS, Decision, LimitKind, LimitUsage, Period

from .progress import relative

PERIOD_NOW = {
    Period.HOUR: "this hour",
    Period.DAY: "today",
    Period.WEEK: "this week",
    Period.MONTH: "this month",
}
"""The current period, as in "3 / 5 today"."""
_FOR = {period: "for today" if period is Period.DAY else f"for {now}" for period, now in PERIOD_NOW.items()}
_SHARED = {
    LimitKind.SERVER: "This limit is shared by everyone in the server.",
    LimitKind.SERVER_CEILING: "That's this bot's daily maximum per server, shared by everyone in it.",
}
_OFF = {
    LimitKind.SERVER: "Song-making is turned off in this server.",
    LimitKind.SERVER_CEILING: "This bot doesn't make songs in servers.",
    LimitKind.OPERATOR: "This bot isn't making any songs at the moment.",
    LimitKind.DIRECT: "This bot only makes songs in servers it has joined.",
    LimitKind.USER: "Song-making is turned off for you in this server.",
}
_ADMINS_CAN_CHANGE_IT = "Server admins can change it with `/quota panel`."
_ADMINS_CAN_TURN_IT_ON = "Server admins can turn it on with `/quota panel`."
_OPERATOR_CAPS = frozenset({LimitKind.SERVER_CEILING, LimitKind.DIRECT, LimitKind.OPERATOR})
"""The limits of the bot's owner that no admin can replace with their own."""

USAGE_TITLE = "Your songs"
IN_THIS_SERVER = "In this server"
OUTSIDE_SERVERS = "In DMs and servers I haven't joined"


def songs(count: int) -> str:
    """Return a number of songs with the noun."""
    return "1 song" if count == 1 else f"{count:,} songs"


def bonus_songs(count: int) -> str:
    """Return a number of bonus songs, which an admin gives in addition to a person's limit."""
    return "1 bonus song" if count == 1 else f"{count:,} bonus songs"


def when(moment: datetime) -> str:
    """Return "in 5 hours (22 November 2026 00:00)" in the reader's language and time zone."""
    return f"{relative(moment)} (<t:{int(moment.timestamp())}:f>)"


def refused(decision: Decision) -> str:
    """Return why a song was refused, until when, and who could change that, or what is left if nothing
    refuses."""
    usage = decision.blocked_by
    if usage is None:
        return left(decision)
    if usage.rule.limit == 0:
        return " ".join(filter(None, (_turned_off(usage), _advice(decision, usage))))
    whose = "Your limit" if usage.rule.kind in PERSONAL_KINDS else "It"
    resets = f"{whose} resets {when(usage.window.end)}."
    return " ".join(filter(None, (_used_up(usage), resets, _advice(decision, usage))))


def _turned_off(usage: LimitUsage) -> str:
    rule = usage.rule
    if rule.kind is LimitKind.ROLE:
        return f"Song-making is turned off for <@&{rule.subject_id}>."
    return _OFF.get(rule.kind, "Song-making is turned off for members of this server.")


def _used_up(usage: LimitUsage) -> str:
    rule = usage.rule
    if rule.kind is LimitKind.OPERATOR:
        return "I've reached my daily maximum across all servers."
    if rule.kind in _SHARED:
        return f"This server has used {_all_of(usage, 'its')}. {_SHARED[rule.kind]}"
    said = f"You've used {_all_of(usage, 'your')}"
    if rule.kind is LimitKind.ROLE:
        return f"{said} (limit for <@&{rule.subject_id}>)."
    return f"{said} outside servers." if rule.kind is LimitKind.DIRECT else f"{said}."


def _all_of(usage: LimitUsage, whose: str) -> str:
    """Return "all 5 of your songs for today". More than the limit may be used if it was lowered in the
    meantime."""
    used, limit, period = usage.used, usage.rule.limit, usage.rule.period
    if used > limit:
        return f"{used:,} of {limit:,} songs {PERIOD_NOW[period]}"
    named = {1: f"{whose} 1 song", 2: f"both of {whose} songs"}.get(limit, f"all {limit:,} of {whose} songs")
    return f"{named} {_FOR[period]}"


def _advice(decision: Decision, usage: LimitUsage) -> str:
    """Return what admins can do about a limit, or an empty string if the bot's owner refuses the song too."""
    refusing = [usage, *(shared for shared in decision.shared if shared.remaining == 0)]
    if any(limit.rule.kind in _OPERATOR_CAPS for limit in refusing):
        return ""
    return _ADMINS_CAN_CHANGE_IT if usage.rule.limit else _ADMINS_CAN_TURN_IT_ON


def limiting(decision: Decision) -> LimitUsage:
    """Return the limit that refuses, or the one that will be reached first, including bonus songs."""
    if decision.blocked_by is not None:
        return decision.blocked_by
    own = decision.effective.remaining + decision.grant_left
    tightest = min(decision.shared, key=lambda usage: usage.remaining, default=None)
    return tightest if tightest is not None and tightest.remaining < own else decision.effective


def left(decision: Decision) -> str:
    """Return how many songs the person can still make under the limit that will be reached first,
    including bonus songs."""
    if decision.blocked_by is not None:
        return refused(decision)
    tightest = limiting(decision)
    now = PERIOD_NOW[tightest.rule.period]
    if tightest is not decision.effective:
        where = "across all servers" if tightest.rule.kind is LimitKind.OPERATOR else "in this server"
        return f"{songs(tightest.remaining).capitalize()} left {where} {now}, shared by everyone."
    own = decision.effective.remaining + decision.grant_left
    bonus = f", including {bonus_songs(decision.grant_left)}" if decision.grant_left else ""
    return f"You have {songs(own)} left {now}{bonus}."


def own_usage(decision: Decision) -> str:
    """Return how much of the person's own limit is used, when it resets, and which other limits apply."""
    own = decision.effective
    lines: list[str] = []
    if own.rule.limit:
        used = f"{own.used:,} of {songs(own.rule.limit)} used {PERIOD_NOW[own.rule.period]}"
        lines.append(f"{used} · resets {relative(own.window.end)}")
    if decision.grant_left:
        lines.append(f"{bonus_songs(decision.grant_left)} left")
    if decision.blocked_by is not None or limiting(decision) is not own:
        lines.append(left(decision))
    return "\n".join(lines)


def in_progress(count: int) -> str:
    """Return how many of the person's songs are unfinished."""
    return f"In progress: {count:,}"
