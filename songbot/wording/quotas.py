"""What quotas say: which limit was reached, how much of it is used, and when it begins anew."""

from __future__ import annotations

from datetime import datetime

from songbot.quotas.rules import Decision, LimitKind, LimitUsage, Period

from .progress import relative

_PER = {Period.HOUR: "this hour", Period.DAY: "today", Period.WEEK: "this week", Period.MONTH: "this month"}
_WHOSE = {
    LimitKind.SERVER: "the limit of the whole server",
    LimitKind.SERVER_CEILING: "the most this bot makes for one whole server",
    LimitKind.OPERATOR: "the most this bot makes for everybody together",
    LimitKind.MEMBER: "the limit for each member of this server",
    LimitKind.ROLE: "the limit of your role",
    LimitKind.USER: "the limit set for you in this server",
    LimitKind.DEFAULT: "the limit for each person",
    LimitKind.DIRECT: "your limit outside of servers",
}
_ASK_AN_ADMIN = "An admin of this server can change that with `/quota`."
_NOT_ALONE = "This limit is shared by everyone in the server, not only yours."

USAGE_TITLE = "Your songs"
IN_THIS_SERVER = "In this server"
OUTSIDE_SERVERS = "In direct messages, and where I am no member"
IN_PROGRESS = "Being made now"


def songs(count: int) -> str:
    """A number of songs."""
    return "1 song" if count == 1 else f"{count:,} songs"


def whose(usage: LimitUsage) -> str:
    """Which limit it is, as the end of "That's"."""
    rule = usage.rule
    return f"{_WHOSE[rule.kind]} <@&{rule.subject_id}>" if rule.kind is LimitKind.ROLE else _WHOSE[rule.kind]


def used(usage: LimitUsage) -> str:
    """ "5 of 5 songs today"."""
    return f"{usage.used:,} of {songs(usage.rule.limit)} {_PER[usage.rule.period]}"


def when(moment: datetime) -> str:
    """ "in 5 hours (22 November 2026 00:00)", in the reader's language and time."""
    return f"{relative(moment)} (<t:{int(moment.timestamp())}:f>)"


def refused(decision: Decision) -> str:
    """Why an order was refused, and what the person can do. Nothing was charged."""
    usage = decision.blocked_by
    if usage is None:
        return left(decision)
    rule = usage.rule
    kind = {
        LimitKind.OPERATOR: "This bot",
        LimitKind.SERVER: "This server",
        LimitKind.SERVER_CEILING: "This server",
    }
    subject = kind.get(rule.kind)
    if rule.limit == 0:
        return f"No songs can be made here: {whose(usage)} is 0. {_advice(usage)}".rstrip()
    have = f"{subject} has" if subject else "You have"
    return (
        f"{have} used {used(usage)}; that's {whose(usage)}. "
        f"You can make songs again {when(usage.window.end)}. {_advice(usage)}"
    ).rstrip()


def _advice(usage: LimitUsage) -> str:
    match usage.rule.kind:
        case LimitKind.SERVER | LimitKind.SERVER_CEILING:
            return _NOT_ALONE
        case LimitKind.MEMBER | LimitKind.ROLE | LimitKind.USER:
            return _ASK_AN_ADMIN
        case _:
            return ""


def limiting(decision: Decision) -> LimitUsage:
    """The limit that refuses, or else the one that will end first, extra songs included."""
    if decision.blocked_by is not None:
        return decision.blocked_by
    own = decision.effective.remaining + decision.grant_left
    tightest = min(decision.shared, key=lambda usage: usage.remaining, default=None)
    return tightest if tightest is not None and tightest.remaining < own else decision.effective


def left(decision: Decision) -> str:
    """How many songs the person could still make, by the limit that ends first, extra songs included."""
    if decision.blocked_by is not None:
        return refused(decision)
    tightest = limiting(decision)
    if tightest is not decision.effective:
        return f"{songs(tightest.remaining)} left {_PER[tightest.rule.period]}; that's {whose(tightest)}."
    own = decision.effective.remaining + decision.grant_left
    extra = f", {decision.grant_left:,} of them extra" if decision.grant_left else ""
    return f"You have {songs(own)} left {_PER[decision.effective.rule.period]}{extra}."


def own_usage(decision: Decision, made: int) -> str:
    """For `/usage`: made, left, and when the window begins anew (which a refusal says by itself)."""
    lines = [f"Made {_PER[decision.effective.rule.period]}: {songs(made)}.", left(decision)]
    if decision.blocked_by is None:
        lines.append(f"A new count begins {when(limiting(decision).window.end)}.")
    return "\n".join(lines)


def in_progress(count: int) -> str:
    """How many of the person's songs are not finished."""
    return songs(count) if count else "None"
