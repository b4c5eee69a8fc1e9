"""Describe limits to admins: what each allows, what a change does, and the bot's own caps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from songbot.quotas.rules import Decision, LimitKind, LimitUsage, OperatorLimits, Period, Rule, RuleValue
from songbot.wording.text import escape_and_clamp, inline_code

from .progress import relative
from .quotas import PERIOD_NOW, bonus_songs, songs

CHOOSE_ONE = "Choose only one of `applies_to`, `role` and `user`."
CHOOSE_ONE_TO_REMOVE = "Choose one of `applies_to`, `role` or `user`."
BOT_NAMED = "Bots don't have quotas. Please choose a person."
EVERYONE_ROLE = "To limit everyone, use `/quota limit applies_to:each member` instead of @\u200beveryone."

SERVER_WIDE = "Server-wide"
EACH_MEMBER = "Each member"
DELETED_ROLE = "a deleted role"
LEFT = "left the server"
DELETED_USER = "someone who deleted their data"
PER_PERSON = "per person"

METER_SEGMENTS = 6
"""The number of segments, small enough for the meter's line to fit on a phone."""
_DAYS = {Period.HOUR: 1, Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31}
_NAMES = {
    LimitKind.SERVER: "Server-wide limit",
    LimitKind.SERVER_CEILING: "This bot's cap per server",
    LimitKind.OPERATOR: "This bot's cap for all servers together",
    LimitKind.MEMBER: "Member limit",
    LimitKind.USER: "Personal limit",
    LimitKind.DEFAULT: "This bot's default per member",
    LimitKind.DIRECT: "This bot's limit outside servers",
}


def limit(rule: Rule | RuleValue) -> str:
    """Return "5 songs per day"."""
    return f"{songs(rule.limit)} per {rule.period}" if rule.limit else "no songs"


def person(user_id: int) -> str:
    """Return a mention. A negative ID is the pseudonym of someone whose data was deleted."""
    return f"<@{user_id}>" if user_id > 0 else DELETED_USER


def of_person(user_id: int, thing: str) -> str:
    """Return "@ann's limit", for the middle of a sentence."""
    return f"{person(user_id)}'s {thing}" if user_id > 0 else f"the {thing} of {DELETED_USER}"


def limit_name(kind: LimitKind, subject_id: int = 0) -> str:
    """Return the limit's name for the middle of a sentence."""
    match kind:
        case LimitKind.SERVER:
            return "the server-wide limit"
        case LimitKind.ROLE:
            return f"the limit for <@&{subject_id}>"
        case LimitKind.USER:
            return of_person(subject_id, "limit")
        case _:
            return "the member limit"


def usage_name(usage: LimitUsage) -> str:
    """Return the limit's name for the beginning of a line."""
    rule = usage.rule
    return f"Limit for <@&{rule.subject_id}>" if rule.kind is LimitKind.ROLE else _NAMES[rule.kind]


def meter(used: int, most: int) -> str:
    """Return a bar of METER_SEGMENTS. It is empty only if nothing is used, and full only if everything is."""
    if most <= 0:
        return "█" * METER_SEGMENTS
    filled = min(used, most) * METER_SEGMENTS // most
    filled = max(filled, 1) if used > 0 else 0
    return "█" * filled + "░" * (METER_SEGMENTS - filled)


def usage_meter(usage: LimitUsage) -> str:
    """Return one line with the meter, how much is used, and when it resets."""
    return f"{_meter_of(usage)} {_counted(usage)} · resets {relative(usage.window.end)}"


def busiest_member_meter(usage: LimitUsage) -> str:
    """Return the meter of the member who has used most of a limit that is counted per person."""
    return f"{_meter_of(usage)} busiest member: {_counted(usage)} · resets {relative(usage.window.end)}"


def busiest_in_server(usage: LimitUsage) -> str:
    """Return the most songs by one person, who need not be under this limit."""
    most = f"busiest in the server: {usage.used:,} {PERIOD_NOW[usage.rule.period]}"
    return f"{PER_PERSON} · {most} · resets {relative(usage.window.end)}"


def _meter_of(usage: LimitUsage) -> str:
    return f"`{meter(usage.used, usage.rule.limit)}`"


def _counted(usage: LimitUsage) -> str:
    return f"{usage.used:,} / {usage.rule.limit:,} {PERIOD_NOW[usage.rule.period]}"


def usage_lines(usage: LimitUsage) -> str:
    """Return the limit's name and what it allows, and below it the meter."""
    first = f"{usage_name(usage)}: **{limit(usage.rule)}**"
    return f"{first}\n{usage_meter(usage)}" if usage.rule.limit else first


def spent(usage: LimitUsage) -> str:
    """Return why a limit refuses a song, for use within a sentence."""
    name = usage_name(usage)
    name = f"{name[0].lower()}{name[1:]}"
    if usage.rule.limit == 0:
        return f"{name} is 0"
    return f"{name} is used up ({_counted(usage)}) and resets {relative(usage.window.end)}"


def rule_heading(rule: Rule, stale_reason: str | None = None) -> str:
    """Return whose rule it is and what it allows. `stale_reason` says why it no longer applies to anybody."""
    match rule.kind:
        case LimitKind.SERVER:
            named = f"**{SERVER_WIDE}**"
        case LimitKind.ROLE:
            named = f"<@&{rule.subject_id}>" if stale_reason is None else stale_reason.capitalize()
        case LimitKind.USER:
            named = person(rule.subject_id) if rule.subject_id > 0 else DELETED_USER.capitalize()
            named += f" ({stale_reason})" if stale_reason else ""
        case _:
            named = f"**{EACH_MEMBER}**"
    return f"{named} · {limit(rule)}"


def no_limit(kind: LimitKind, subject_id: int) -> str:
    """Return the selected target's name, and that no rule is set for it."""
    named = {LimitKind.SERVER: f"**{SERVER_WIDE}**", LimitKind.ROLE: f"<@&{subject_id}>"}
    if kind is LimitKind.USER:
        return f"{person(subject_id)} · no personal limit"
    return f"{named.get(kind, f'**{EACH_MEMBER}**')} · no limit set"


def resets(moment: datetime) -> str:
    """Return the line below a limit whose usage was not counted."""
    return f"resets {relative(moment)}"


def more_rules(count: int) -> str:
    return f"… and {count:,} more. `/quota check` shows what applies to someone."


def no_rules(operator_limits: OperatorLimits) -> str:
    """Return that the server has no rules, and what applies instead."""
    return f"No limits yet. Default: {_default_limit(operator_limits)}."


def everyone_else(operator_limits: OperatorLimits) -> str:
    """Return the last line of a rule list that has no limit for each member."""
    return f"**Everyone else** · {_default_limit(operator_limits)} (default)"


def _default_limit(operator_limits: OperatorLimits) -> str:
    return f"{songs(operator_limits.member)} per member per day"


def operator_limits_line(limits: OperatorLimits, used_today: int) -> str:
    """Return the operator's maximum, which no admin can raise, and how much of it this server has used."""
    parts = [f"{songs(limits.server)} per day in this server ({used_today:,} used today)"]
    if limits.operator is not None:
        parts.append(f"{limits.operator:,} per day in all servers together")
    parts.append(f"{limits.direct:,} per person per day outside servers")
    return f"This bot's own limits (days in UTC): {', '.join(parts)}"


def zone_line(zone: str) -> str:
    return f"Time zone: {inline_code(zone, 100)}"


def rule_set(rule: Rule, before: Rule | None, operator_limits: OperatorLimits) -> str:
    """Return that a rule was added or changed, and any cap that is lower."""
    name = limit_name(rule.kind, rule.subject_id)
    name = name.removeprefix("the ")
    was = f" (was {limit(before)})" if before else ""
    said = f"{name[0].upper()}{name[1:]} set to {limit(rule)}{was}, starting now."
    return " ".join([said, *ceiling_notes(rule, operator_limits)])


def ceiling_notes(rule: Rule, operator_limits: OperatorLimits) -> list[str]:
    """Return one sentence for each cap that is reached before the rule. A month counts as 31 days."""
    notes: list[str] = []
    days = _DAYS[rule.period]
    if rule.limit > operator_limits.server * days:
        notes.append(
            f"This bot makes at most {songs(operator_limits.server)} per day in one server, "
            "so that cap applies first."
        )
    if operator_limits.operator is not None and rule.limit > operator_limits.operator * days:
        notes.append(
            f"This bot makes at most {songs(operator_limits.operator)} per day in all servers together, "
            "so that cap applies first."
        )
    return notes


def removed(before: Rule | None, kind: LimitKind, subject_id: int, operator_limits: OperatorLimits) -> str:
    """Return that a rule was removed, and what applies now."""
    name = limit_name(kind, subject_id)
    if before is None:
        return _nothing_to_remove(kind, subject_id)
    now = {
        LimitKind.SERVER: f"This bot's cap of {songs(operator_limits.server)} per day applies now.",
        LimitKind.MEMBER: f"The default applies now: {_default_limit(operator_limits)}.",
        LimitKind.ROLE: "Another role's limit or the member limit now applies to members with that role.",
    }
    rest = now.get(kind, "Their role or member limit applies now.")
    return f"Removed {name} ({limit(before)}). {rest}"


def _nothing_to_remove(kind: LimitKind, subject_id: int) -> str:
    match kind:
        case LimitKind.ROLE:
            return f"<@&{subject_id}> has no limit. Nothing changed."
        case LimitKind.USER:
            return f"{person(subject_id)} has no limit of their own. Nothing changed."
        case _:
            return f"There is no {limit_name(kind).removeprefix('the ')}. Nothing changed."


def granted(user_id: int, left: int) -> str:
    """Return that bonus songs were given. `left` is how many the person now has."""
    return (
        f"<@{user_id}> now has {bonus_songs(left)}. They don't expire, are used after their own limit runs "
        "out, and still count towards the server-wide limit."
    )


def reset_done(user_id: int, decision: Decision) -> str:
    """Return that a person's usage was reset. `decision` is what their next song would get."""
    own = decision.effective
    if decision.blocked_by is not None:
        return f"Reset <@{user_id}>'s usage, but they still can't make a song: {spent(decision.blocked_by)}."
    return (
        f"Reset <@{user_id}>'s usage: {own.remaining:,} of {songs(own.rule.limit)} left. "
        "Server-wide usage is unchanged."
    )


def timezone_set(zone: str, before: str) -> str:
    """Return the time zone in which days now begin."""
    if zone == before:
        return f"The time zone is already {inline_code(zone, 100)}."
    return (
        f"Time zone changed from {inline_code(before, 100)} to {inline_code(zone, 100)}. "
        "Days now start at midnight there."
    )


def unknown_zone(text: str, similar: Sequence[str] = ()) -> str:
    """Return that a time zone is unknown, and which ones were probably meant."""
    named = escape_and_clamp(text, 60) or "that"
    examples = similar or ("Europe/Berlin", "America/New_York")
    listed = " or ".join(inline_code(zone, 60) for zone in examples)
    hint = f"Did you mean {listed}?" if similar else f"Try a city near you, such as {listed}."
    return f"I don't know the time zone “{named}”. {hint}"
