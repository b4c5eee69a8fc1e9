"""Describe limits to admins: what each allows, how much is used, and the bot's own caps."""

from __future__ import annotations

from songbot.quotas.rules import LimitKind, LimitUsage, OperatorLimits, Period, Rule, RuleValue
from songbot.wording.text import inline_code

from .language import Label, Language, Message, Plural
from .quotas import resets

SERVER_WIDE = Label("Server-wide")
EACH_MEMBER = Label("Each member")
# Translators: Stands for a person within sentences, as in "Limit for {subject} set to 5 songs per day".
_SOMEONE = Message("someone who deleted their data")
# Translators: Stands for a person at the beginning of a line.
DELETED_USER = Label("Someone who deleted their data")
# Translators: Stands in place of a role's name at the beginning of a line.
_DELETED_ROLE = Message("A deleted role")
# Translators: {user} is a mention.
_LEFT_THE_SERVER = Message("{user} (left the server)")
# Translators: The limit applies to each person separately. Followed by "· busiest in the server: …".
_PER_PERSON = Message("per person")
# Translators: The member who has used most of a limit. {counted} is "2 / 5 today".
_BUSIEST_MEMBER = Message("busiest member: {counted}")
_BUSIEST = {
    # Translators: The most songs by one person. {used} is a number of songs.
    Period.HOUR: Message("busiest in the server: {used} this hour"),
    Period.DAY: Message("busiest in the server: {used} today"),
    Period.WEEK: Message("busiest in the server: {used} this week"),
    Period.MONTH: Message("busiest in the server: {used} this month"),
}
# Translators: Follows a person and "·".
_NO_PERSONAL_LIMIT = Message("no personal limit")
# Translators: Follows a role, "Server-wide" or "Each member", and "·".
_NO_LIMIT_SET = Message("no limit set")
# Translators: As in "Member limit: 5 songs per day", with a label before any value.
_LABELLED = Message("{label}: {value}")

# Translators: What a limit allows, as in "Member limit: 5 songs per day".
NO_SONGS = Label("no songs")
_PER = {
    Period.HOUR: Plural("{count} song per hour", "{count} songs per hour"),
    Period.DAY: Plural("{count} song per day", "{count} songs per day"),
    Period.WEEK: Plural("{count} song per week", "{count} songs per week"),
    Period.MONTH: Plural("{count} song per month", "{count} songs per month"),
}
_COUNTED = {
    # Translators: How much of a limit is used. Both are numbers.
    Period.HOUR: Message("{used} / {limit} this hour"),
    Period.DAY: Message("{used} / {limit} today"),
    Period.WEEK: Message("{used} / {limit} this week"),
    Period.MONTH: Message("{used} / {limit} this month"),
}
_DEFAULT = Plural("{count} song per member per day", "{count} songs per member per day")
_NAMES = {
    LimitKind.SERVER: Message("Server-wide limit"),
    LimitKind.SERVER_CEILING: Message("This bot's cap per server"),
    LimitKind.OPERATOR: Message("This bot's cap for all servers together"),
    LimitKind.MEMBER: Message("Member limit"),
    LimitKind.USER: Message("Personal limit"),
    LimitKind.DEFAULT: Message("This bot's default per member"),
    LimitKind.DIRECT: Message("This bot's limit outside servers"),
}

METER_SEGMENTS = 6
"""The number of segments, small enough for the meter's line to fit on a phone."""


def limit(language: Language, rule: Rule | RuleValue) -> str:
    """Return "5 songs per day", to stand alone."""
    return _PER[rule.period](language, rule.limit) if rule.limit else NO_SONGS(language)


def default_limit(language: Language, operator_limits: OperatorLimits) -> str:
    """Return "5 songs per member per day", to stand alone."""
    return _DEFAULT(language, operator_limits.member)


def person(language: Language, user_id: int) -> str:
    """Return a mention. A negative ID is the pseudonym of someone whose data was deleted."""
    return f"<@{user_id}>" if user_id > 0 else _SOMEONE(language)


def labelled(language: Language, label: str, value: str) -> str:
    """Return "label: value"."""
    return _LABELLED(language, label=label, value=value)


def usage_name(language: Language, usage: LimitUsage) -> str:
    """Return the limit's name for the beginning of a line."""
    rule = usage.rule
    if rule.kind is LimitKind.ROLE:
        # Translators: {role} is a mention of a role.
        return language.gettext("Limit for {role}", role=f"<@&{rule.subject_id}>")
    return _NAMES[rule.kind](language)


def meter(used: int, most: int) -> str:
    """Return a bar of METER_SEGMENTS. It is empty only if nothing is used, and full only if everything is."""
    if most <= 0:
        return "█" * METER_SEGMENTS
    filled = min(used, most) * METER_SEGMENTS // most
    filled = max(filled, 1) if used > 0 else 0
    return "█" * filled + "░" * (METER_SEGMENTS - filled)


def _counted(language: Language, usage: LimitUsage) -> str:
    rule = usage.rule
    used, most = language.number(usage.used), language.number(rule.limit)
    return _COUNTED[rule.period](language, used=used, limit=most)


def usage_meter(language: Language, usage: LimitUsage) -> str:
    """Return one line with the meter, how much is used, and when it resets."""
    return f"{_meter_of(usage)} {_counted(language, usage)} · {resets(language, usage.window.end)}"


def busiest_member_meter(language: Language, usage: LimitUsage) -> str:
    """Return the meter of the member who has used most of a limit that is counted per person."""
    busiest = _BUSIEST_MEMBER(language, counted=_counted(language, usage))
    return f"{_meter_of(usage)} {busiest} · {resets(language, usage.window.end)}"


def busiest_in_server(language: Language, usage: LimitUsage) -> str:
    """Return the most songs by one person, who need not be under this limit."""
    most = _BUSIEST[usage.rule.period](language, used=language.number(usage.used))
    return f"{_PER_PERSON(language)} · {most} · {resets(language, usage.window.end)}"


def _meter_of(usage: LimitUsage) -> str:
    return f"`{meter(usage.used, usage.rule.limit)}`"


def usage_lines(language: Language, usage: LimitUsage) -> str:
    """Return the limit's name and what it allows, and below it the meter."""
    allowed = f"**{limit(language, usage.rule)}**"
    first = labelled(language, usage_name(language, usage), allowed)
    return f"{first}\n{usage_meter(language, usage)}" if usage.rule.limit else first


def spent(language: Language, usage: LimitUsage) -> str:
    """Return which limit refuses a song and why, to stand alone."""
    name = usage_name(language, usage)
    if usage.rule.limit == 0:
        return labelled(language, name, NO_SONGS(language))
    # Translators: {name} is a limit's name, {counted} is "5 / 5 today", and {resets} is "resets in 5 hours".
    return language.gettext(
        "{name}: used up ({counted}), {resets}",
        name=name,
        counted=_counted(language, usage),
        resets=resets(language, usage.window.end),
    )


def rule_heading(language: Language, rule: Rule, *, is_stale: bool = False) -> str:
    """Return whose rule it is and what it allows. A stale one is a deleted role's, or of someone who left."""
    return f"{_subject(language, rule.kind, rule.subject_id, is_stale=is_stale)} · {limit(language, rule)}"


def no_limit(language: Language, kind: LimitKind, subject_id: int) -> str:
    """Return the selected target's name, and that no rule is set for it."""
    subject = _subject(language, kind, subject_id, is_stale=False)
    return f"{subject} · {(_NO_PERSONAL_LIMIT if kind is LimitKind.USER else _NO_LIMIT_SET)(language)}"


def _subject(language: Language, kind: LimitKind, subject_id: int, *, is_stale: bool) -> str:
    """Return whose limit it is, for the beginning of a line."""
    match kind:
        case LimitKind.SERVER:
            return f"**{SERVER_WIDE(language)}**"
        case LimitKind.ROLE:
            return _DELETED_ROLE(language) if is_stale else f"<@&{subject_id}>"
        case LimitKind.USER:
            user = f"<@{subject_id}>" if subject_id > 0 else DELETED_USER(language)
            return _LEFT_THE_SERVER(language, user=user) if is_stale else user
        case _:
            return f"**{EACH_MEMBER(language)}**"


def more_rules(language: Language, count: int) -> str:
    return language.ngettext(
        "… and {count} more. `/quota check` shows what applies to someone.",
        "… and {count} more. `/quota check` shows what applies to someone.",
        count,
    )


def no_rules(language: Language, operator_limits: OperatorLimits) -> str:
    """Say that the server has no rules, and what applies instead."""
    # Translators: {limit} is "5 songs per member per day".
    return language.gettext(
        "No limits yet. Default: {limit}.", limit=default_limit(language, operator_limits)
    )


def everyone_else(language: Language, operator_limits: OperatorLimits) -> str:
    """Return the last line of a rule list that has no limit for each member."""
    # Translators: {limit} is "5 songs per member per day".
    return language.gettext(
        "**Everyone else** · {limit} (default)", limit=default_limit(language, operator_limits)
    )


def operator_limits_line(language: Language, limits: OperatorLimits, used_today: int) -> str:
    """Return the operator's maximum, which no admin can raise, and how much of it this server has used."""
    # Translators: Part of the list in "This bot's own limits (days in UTC): …". {used} is a number.
    server = language.ngettext(
        "{count} song per day in this server ({used} used today)",
        "{count} songs per day in this server ({used} used today)",
        limits.server,
        used=language.number(used_today),
    )
    parts = [server]
    if limits.operator is not None:
        # Translators: Part of the list in "This bot's own limits (days in UTC): …".
        together = language.ngettext(
            "{count} per day in all servers together",
            "{count} per day in all servers together",
            limits.operator,
        )
        parts.append(together)
    # Translators: Part of the list in "This bot's own limits (days in UTC): …".
    direct = language.ngettext(
        "{count} per person per day outside servers",
        "{count} per person per day outside servers",
        limits.direct,
    )
    # Translators: {limits} is a list such as "50 songs per day in this server (1 used today) and 3 per …".
    return language.gettext(
        "This bot's own limits (days in UTC): {limits}", limits=language.listed([*parts, direct])
    )


def zone_line(language: Language, zone: str) -> str:
    return language.gettext("Time zone: {zone}", zone=inline_code(zone, 100))
