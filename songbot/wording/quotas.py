"""Explain quotas to the people they limit: which limit was reached, how much is left, and when it resets."""

from __future__ import annotations

from datetime import datetime

from songbot.quotas.rules import PERSONAL_KINDS, Decision, LimitKind, LimitUsage, Period

from .language import Language, Message, Plural, Title
from .progress import relative
from .quotas_used_up import used_up

_SHARED = {
    LimitKind.SERVER: Message("This limit is shared by everyone in the server."),
    LimitKind.SERVER_CEILING: Message(
        "That's this bot's daily maximum per server, shared by everyone in it."
    ),
}
_OFF = {
    LimitKind.SERVER: Message("Song-making is turned off in this server."),
    LimitKind.SERVER_CEILING: Message("This bot doesn't make songs in servers."),
    LimitKind.OPERATOR: Message("This bot isn't making any songs at the moment."),
    LimitKind.DIRECT: Message("This bot only makes songs in servers it has joined."),
    LimitKind.USER: Message("Song-making is turned off for you in this server."),
}
_OFF_FOR_MEMBERS = Message("Song-making is turned off for members of this server.")
# Translators: {role} is a mention of a role.
_OFF_FOR_ROLE = Message("Song-making is turned off for {role}.")
_OPERATOR_REACHED = Message("I've reached my daily maximum across all servers.")
# Translators: Follows "You've used all 5 of your songs for today." {role} is a mention of a role.
_ROLE_LIMIT = Message("That's the limit for {role}.")
# Translators: {when} is a time such as "in 5 hours (22 November 2026 00:00)".
_OWN_RESETS = Message("Your limit resets {when}.")
# Translators: "It" is a limit for everyone. {when} is a time such as "in 5 hours (22 November 2026 00:00)".
_SHARED_RESETS = Message("It resets {when}.")
_ADMINS_CAN_CHANGE_IT = Message("Server admins can change it with `/quota panel`.")
_ADMINS_CAN_TURN_IT_ON = Message("Server admins can turn it on with `/quota panel`.")
_OPERATOR_CAPS = frozenset({LimitKind.SERVER_CEILING, LimitKind.DIRECT, LimitKind.OPERATOR})
"""The limits of the bot's owner that no admin can replace with their own."""

_LEFT = {
    Period.HOUR: Plural("You have {count} song left this hour.", "You have {count} songs left this hour."),
    Period.DAY: Plural("You have {count} song left today.", "You have {count} songs left today."),
    Period.WEEK: Plural("You have {count} song left this week.", "You have {count} songs left this week."),
    Period.MONTH: Plural("You have {count} song left this month.", "You have {count} songs left this month."),
}
# Translators: Follows "You have 6 songs left today."
_OF_THEM_BONUS = Plural("{count} of them is a bonus song.", "{count} of them are bonus songs.")
_LEFT_IN_SERVER = {
    Period.HOUR: Plural(
        "{count} song left in this server this hour, shared by everyone.",
        "{count} songs left in this server this hour, shared by everyone.",
    ),
    Period.DAY: Plural(
        "{count} song left in this server today, shared by everyone.",
        "{count} songs left in this server today, shared by everyone.",
    ),
    Period.WEEK: Plural(
        "{count} song left in this server this week, shared by everyone.",
        "{count} songs left in this server this week, shared by everyone.",
    ),
    Period.MONTH: Plural(
        "{count} song left in this server this month, shared by everyone.",
        "{count} songs left in this server this month, shared by everyone.",
    ),
}
_LEFT_EVERYWHERE = Plural(
    "{count} song left across all servers today, shared by everyone.",
    "{count} songs left across all servers today, shared by everyone.",
)
_USED = {
    # Translators: {used} is a number; {count} is the limit.
    Period.HOUR: Plural("{used} of {count} song used this hour", "{used} of {count} songs used this hour"),
    Period.DAY: Plural("{used} of {count} song used today", "{used} of {count} songs used today"),
    Period.WEEK: Plural("{used} of {count} song used this week", "{used} of {count} songs used this week"),
    Period.MONTH: Plural("{used} of {count} song used this month", "{used} of {count} songs used this month"),
}
# Translators: Follows a limit and "·". {when} is a time such as "in 5 hours".
_RESETS = Message("resets {when}")
# Translators: An admin gave these songs to the person.
_BONUS_LEFT = Plural("{count} bonus song left", "{count} bonus songs left")

# Translators: The following are headings.
USAGE_TITLE = Title("Your songs")
IN_THIS_SERVER = Title("In this server")
OUTSIDE_SERVERS = Title("In DMs and servers I haven't joined")


def songs(language: Language, count: int) -> str:
    """Return a number of songs with the noun, to stand alone."""
    return language.ngettext("{count} song", "{count} songs", count)


def when(moment: datetime) -> str:
    """Return "in 5 hours (22 November 2026 00:00)" in the reader's language and time zone."""
    return f"{relative(moment)} (<t:{int(moment.timestamp())}:f>)"


def resets(language: Language, moment: datetime) -> str:
    """Return "resets in 5 hours", to stand behind a limit."""
    return _RESETS(language, when=relative(moment))


def refused(language: Language, decision: Decision) -> str:
    """Return why a song was refused, until when, and who could change that, or what is left if nothing
    refuses."""
    usage = decision.blocked_by
    if usage is None:
        return left(language, decision)
    advice = _advice(language, decision, usage)
    if usage.rule.limit == 0:
        return language.paragraph(_turned_off(language, usage), advice)
    resets_then = _OWN_RESETS if usage.rule.kind in PERSONAL_KINDS else _SHARED_RESETS
    return language.paragraph(
        *_reached(language, usage), resets_then(language, when=when(usage.window.end)), advice
    )


def _turned_off(language: Language, usage: LimitUsage) -> str:
    rule = usage.rule
    if rule.kind is LimitKind.ROLE:
        return _OFF_FOR_ROLE(language, role=f"<@&{rule.subject_id}>")
    return _OFF.get(rule.kind, _OFF_FOR_MEMBERS)(language)


def _reached(language: Language, usage: LimitUsage) -> tuple[str, ...]:
    """Return the sentences that say which limit was reached."""
    kind = usage.rule.kind
    if kind is LimitKind.OPERATOR:
        return (_OPERATOR_REACHED(language),)
    said = used_up(language, usage)
    if kind is LimitKind.ROLE:
        return said, _ROLE_LIMIT(language, role=f"<@&{usage.rule.subject_id}>")
    return (said, _SHARED[kind](language)) if kind in _SHARED else (said,)


def _advice(language: Language, decision: Decision, usage: LimitUsage) -> str:
    """Return what admins can do about a limit, or an empty string if the bot's owner refuses the song too."""
    refusing = [usage, *(shared for shared in decision.shared if shared.remaining == 0)]
    if any(limit.rule.kind in _OPERATOR_CAPS for limit in refusing):
        return ""
    return (_ADMINS_CAN_CHANGE_IT if usage.rule.limit else _ADMINS_CAN_TURN_IT_ON)(language)


def limiting(decision: Decision) -> LimitUsage:
    """Return the limit that refuses, or the one that will be reached first, including bonus songs."""
    if decision.blocked_by is not None:
        return decision.blocked_by
    own = decision.effective.remaining + decision.grant_left
    tightest = min(decision.shared, key=lambda usage: usage.remaining, default=None)
    return tightest if tightest is not None and tightest.remaining < own else decision.effective


def left(language: Language, decision: Decision) -> str:
    """Return how many songs the person can still make under the limit that will be reached first,
    including bonus songs."""
    if decision.blocked_by is not None:
        return refused(language, decision)
    tightest = limiting(decision)
    period = tightest.rule.period
    if tightest is not decision.effective:
        shared = _LEFT_EVERYWHERE if tightest.rule.kind is LimitKind.OPERATOR else _LEFT_IN_SERVER[period]
        return shared(language, tightest.remaining)
    own = _LEFT[period](language, decision.effective.remaining + decision.grant_left)
    bonus = _OF_THEM_BONUS(language, decision.grant_left) if decision.grant_left else ""
    return language.paragraph(own, bonus)


def own_usage(language: Language, decision: Decision) -> str:
    """Return how much of the person's own limit is used, when it resets, and which other limits apply."""
    own = decision.effective
    lines: list[str] = []
    if own.rule.limit:
        used = _USED[own.rule.period](language, own.rule.limit, used=language.number(own.used))
        lines.append(f"{used} · {resets(language, own.window.end)}")
    if decision.grant_left:
        lines.append(_BONUS_LEFT(language, decision.grant_left))
    if decision.blocked_by is not None or limiting(decision) is not own:
        lines.append(left(language, decision))
    return "\n".join(lines)


def in_progress(language: Language, count: int) -> str:
    """Return how many of the person's songs are unfinished."""
    return language.gettext("In progress: {number}", number=language.number(count))
