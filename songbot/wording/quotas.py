"""What quotas say: which limit was reached, how much of it is used, and when it begins anew."""

from __future__ import annotations

from datetime import datetime

from songbot.quotas.rules import Decision, Per, Standing, Who

from .progress import relative

_PER = {Per.HOUR: "this hour", Per.DAY: "today", Per.WEEK: "this week", Per.MONTH: "this month"}
_WHOSE = {
    Who.SERVER: "the limit of the whole server",
    Who.SERVER_CEILING: "the most this bot makes for one whole server",
    Who.OPERATOR: "the most this bot makes for everybody together",
    Who.MEMBER: "the limit for each member of this server",
    Who.ROLE: "the limit of your role",
    Who.USER: "the limit set for you in this server",
    Who.DEFAULT: "the limit for each person",
    Who.DIRECT: "your limit outside of servers",
}
_ASK_AN_ADMIN = "An admin of this server can change that with `/quota`."
_NOT_ALONE = "This limit is shared by everyone in the server, not only yours."

USAGE_TITLE = "Your songs"
HERE = "In this server"
DIRECT = "In direct messages, and where I am no member"
IN_THE_WORKS = "Being made now"


def songs(count: int) -> str:
    """A number of songs."""
    return "1 song" if count == 1 else f"{count:,} songs"


def whose(standing: Standing) -> str:
    """Which limit it is, as the end of "That's"."""
    rule = standing.rule
    return f"{_WHOSE[rule.who]} <@&{rule.subject_id}>" if rule.who is Who.ROLE else _WHOSE[rule.who]


def used(standing: Standing) -> str:
    """ "5 of 5 songs today"."""
    return f"{standing.used:,} of {songs(standing.rule.limit)} {_PER[standing.rule.per]}"


def when(moment: datetime) -> str:
    """ "in 5 hours (22 November 2026 00:00)", in the reader's language and time."""
    return f"{relative(moment)} (<t:{int(moment.timestamp())}:f>)"


def refused(decision: Decision) -> str:
    """Why an order was refused, and what the person can do. Nothing was charged."""
    standing = decision.refused_by
    if standing is None:
        return left(decision)
    rule = standing.rule
    who = {Who.OPERATOR: "This bot", Who.SERVER: "This server", Who.SERVER_CEILING: "This server"}
    subject = who.get(rule.who)
    if rule.limit == 0:
        return f"No songs can be made here: {whose(standing)} is 0. {_advice(standing)}".rstrip()
    have = f"{subject} has" if subject else "You have"
    return (
        f"{have} used {used(standing)}; that's {whose(standing)}. "
        f"You can make songs again {when(standing.window.end)}. {_advice(standing)}"
    ).rstrip()


def _advice(standing: Standing) -> str:
    match standing.rule.who:
        case Who.SERVER | Who.SERVER_CEILING:
            return _NOT_ALONE
        case Who.MEMBER | Who.ROLE | Who.USER:
            return _ASK_AN_ADMIN
        case _:
            return ""


def limiting(decision: Decision) -> Standing:
    """The limit that refuses, or else the one that will end first, extra songs included."""
    if decision.refused_by is not None:
        return decision.refused_by
    own = decision.own.left + decision.grant_left
    tightest = min(decision.shared, key=lambda standing: standing.left, default=None)
    return tightest if tightest is not None and tightest.left < own else decision.own


def left(decision: Decision) -> str:
    """How many songs the person could still make, by the limit that ends first, extra songs included."""
    if decision.refused_by is not None:
        return refused(decision)
    tightest = limiting(decision)
    if tightest is not decision.own:
        return f"{songs(tightest.left)} left {_PER[tightest.rule.per]}; that's {whose(tightest)}."
    own = decision.own.left + decision.grant_left
    extra = f", {decision.grant_left:,} of them extra" if decision.grant_left else ""
    return f"You have {songs(own)} left {_PER[decision.own.rule.per]}{extra}."


def own_usage(decision: Decision, made: int) -> str:
    """For `/usage`: made, left, and when the window begins anew (which a refusal says by itself)."""
    lines = [f"Made {_PER[decision.own.rule.per]}: {songs(made)}.", left(decision)]
    if decision.refused_by is None:
        lines.append(f"A new count begins {when(limiting(decision).window.end)}.")
    return "\n".join(lines)


def in_the_works(count: int) -> str:
    """How many of the person's songs are not finished."""
    return songs(count) if count else "None"
