"""What admins read of `/quota`: rules, who gets how many and why, and the log of changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from songbot.quotas.repository import AuditEntry, DailyUsage
from songbot.quotas.rules import Decision, LimitKind, LimitUsage, OperatorLimits, Period, Rule, RuleValue
from songbot.wording.text import escape_and_clamp, inline_code

from .quotas import songs, used, when

NAME_ONE = "Name exactly one rule to clear: give `who`, `role` or `user`."
BOT_NAMED = "Bots don't order songs, so they have no quota. Please name a person."
EVERYONE_ROLE = (
    "Everybody has the role @\u200beveryone. For a limit that goes for every member, use "
    "`/quota set who:each member`."
)

SHOW_TITLE = "Song quotas of this server"
RULES = "Rules"
WHOLE_SERVER = "Used by the whole server"
OPERATOR_LIMITS = "This bot's ceilings"
TIME = "Time zone"
RESETS = "A new count begins"
DELETED_ROLE = "a deleted role"
LEFT = "someone who left"
DELETED_USER = "someone who had their data deleted"
"""Whose limit stays all the same, under a negative number in place of their id."""

CHECK_TITLE = "Quota of one person"
VERDICT = "One more song now"
OWN_LIMIT = "The limit that counts for them"
OTHER_RULES = "Also set, but does not count for them"
SHARED = "Holds besides, for everybody together"
EXTRA = "Extra songs"
NOT_A_MEMBER = "They are not in this server now, so no rule for a role is counted."

LOG_TITLE = "Changes to the quotas"
LOG_EMPTY = "Nothing has been changed yet. `/quota set` makes the first rule."
LOG_END = "No older changes."
OLDER = "Older"
NEWEST = "Newest"

CHART_MADE = "made"
CHART_FAILED = "failed"
CHART_TOP = "Most songs"
CHART_NOBODY = "Nobody yet"
UNNAMED = "(see the list)"
MADE_MOST = "Made most"

_A_PER = {Period.HOUR: "an hour", Period.DAY: "a day", Period.WEEK: "a week", Period.MONTH: "a month"}
_DAYS = {Period.HOUR: 1, Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31}
_NAMES = {
    LimitKind.SERVER: "The server's own limit",
    LimitKind.SERVER_CEILING: "This bot's ceiling for one server",
    LimitKind.OPERATOR: "This bot's ceiling for everybody, everywhere",
    LimitKind.MEMBER: "The rule for each member",
    LimitKind.USER: "The rule for them alone",
    LimitKind.DEFAULT: "This bot's default for each person",
    LimitKind.DIRECT: "This bot's limit outside of servers",
}
_WHY = {
    LimitKind.USER: "A rule for one person goes before all others.",
    LimitKind.ROLE: (
        "No rule names them alone, and a rule for a role goes before the one for each member. "
        "Of several roles the one that leaves most songs counts."
    ),
    LimitKind.MEMBER: "No rule names them or one of their roles, so what each member gets counts.",
    LimitKind.DEFAULT: "This server has set nothing that goes for them, so this bot's default counts.",
}
_KINDS = frozenset(who.value for who in LimitKind)


def limit(rule: Rule | RuleValue) -> str:
    """ "5 songs a day"."""
    return f"{songs(rule.limit)} {_A_PER[rule.period]}" if rule.limit else "no songs"


def subject(kind: LimitKind, subject_id: int = 0) -> str:
    """For whom a rule is."""
    match kind:
        case LimitKind.SERVER:
            return "everyone together"
        case LimitKind.ROLE:
            return f"<@&{subject_id}>"
        case LimitKind.USER:
            return f"<@{subject_id}>" if subject_id > 0 else DELETED_USER
        case _:
            return "each member"


def rule_line(rule: Rule, stale_reason: str | None = None) -> str:
    """One line of the list. `gone`: why it counts for nobody now."""
    named = subject(rule.kind, rule.subject_id)
    if rule.kind is LimitKind.ROLE and stale_reason:
        named = stale_reason
    elif stale_reason:
        named = f"{named} ({stale_reason})"
    return f"{named[0].upper()}{named[1:]}: **{limit(rule)}**"


def more_rules(count: int) -> str:
    return f"… and {count:,} more. `/quota check` shows what holds for one person."


def no_rules(operator_limits: OperatorLimits) -> str:
    """The server has set nothing."""
    return f"None yet: {default(operator_limits)} `/quota set` makes one."


def default(operator_limits: OperatorLimits) -> str:
    """What a member gets where no rule of the server goes for them."""
    rule = Rule(LimitKind.DEFAULT, operator_limits.member, Period.DAY)
    return f"each member gets {limit(rule)}, this bot's default."


def else_default(operator_limits: OperatorLimits) -> str:
    """The last line of a list of rules without one for each member."""
    return f"For whom none of these is, {default(operator_limits)}"


def operator_limits_lines(limits: OperatorLimits) -> list[str]:
    """What the operator has set, which holds whatever an admin sets."""
    lines = [f"One server: **{songs(limits.server)} a day**"]
    if limits.operator is not None:
        lines.append(f"Everybody, everywhere: **{songs(limits.operator)} a day**")
    lines.append(f"One person in direct messages and where I am no member: **{songs(limits.direct)} a day**")
    return lines


def zone_line(zone: str, local: datetime) -> str:
    """The zone by its IANA name, and what time it is there."""
    return f"{inline_code(zone, 100)} ({local:%H:%M} there now)"


def reset_line(period: Period, moment: datetime) -> str:
    """When the running window of a kind ends."""
    return f"{period.value.capitalize()}: {when(moment)}"


def rule_set(rule: Rule, before: Rule | None, operator_limits: OperatorLimits) -> str:
    """A rule was made or changed."""
    named = subject(rule.kind, rule.subject_id)
    was = f" (before: {limit(before)})" if before else ""
    said = f"Done: {limit(rule)} for {named}{was}. It holds from the next order on."
    return " ".join([said, *ceiling_notes(rule, operator_limits)])


def ceiling_notes(rule: Rule, operator_limits: OperatorLimits) -> list[str]:
    """A sentence for each ceiling that will hold before the rule does. A month is taken for 31 days."""
    notes: list[str] = []
    days = _DAYS[rule.period]
    if rule.limit > operator_limits.server * days:
        notes.append(
            f"This bot makes at most {songs(operator_limits.server)} a day for one whole server, "
            "so that ceiling will hold before your rule does."
        )
    if operator_limits.operator is not None and rule.limit > operator_limits.operator * days:
        notes.append(
            f"This bot makes at most {songs(operator_limits.operator)} a day for everybody, everywhere, "
            "so that ceiling will hold before your rule does."
        )
    return notes


def cleared(before: Rule | None, kind: LimitKind, subject_id: int, operator_limits: OperatorLimits) -> str:
    """A rule was taken out, and what holds now."""
    named = subject(kind, subject_id)
    if before is None:
        return f"There was no rule for {named}, so nothing has changed."
    now = {
        LimitKind.SERVER: (
            f"Together they can make {songs(operator_limits.server)} a day, this bot's ceiling."
        ),
        LimitKind.MEMBER: f"From now on {default(operator_limits)}",
        LimitKind.ROLE: "From now on their other roles decide, or else the rule for each member.",
    }
    rest = now.get(kind, "From now on their roles decide, or else the rule for each member.")
    return f"The rule for {named} ({limit(before)}) is gone. {rest}"


def granted(user_id: int, count: int, left: int) -> str:
    """Extra songs were given; `left` is what the person has of them now."""
    return (
        f"<@{user_id}> got {songs(count)} extra and has {left:,} now. They last until used, and are used "
        "once the person's own limit is spent. The limits of the whole server hold for them too."
    )


def reset_done(user_id: int, decision: Decision) -> str:
    """What a person used was given back; `decision` is how they stand now."""
    own = decision.effective
    said = f"Done: <@{user_id}> has used {used(own)}, with {own.remaining:,} left."
    if decision.blocked_by is not None and decision.blocked_by is not own:
        return f"{said} Even so they can't make one now: {spent(decision.blocked_by)}."
    return f"{said} What the whole server has used is not changed by this."


def timezone_set(zone: str, before: str) -> str:
    """The windows go by another clock from now on."""
    if zone == before:
        return f"The time zone is {inline_code(zone, 100)} already."
    return (
        f"The time zone is {inline_code(zone, 100)} now (before: {inline_code(before, 100)}). Days, weeks "
        "and months begin at midnight there. No songs are lost from the count."
    )


def unknown_zone(text: str) -> str:
    named = escape_and_clamp(text, 60) or "that"
    return (
        f"I don't know the time zone “{named}”. Pick one from the list that appears while you type, "
        "such as `Europe/Berlin` or `America/New_York`."
    )


def name_of(usage: LimitUsage) -> str:
    """Which limit it is, at the beginning of a sentence."""
    rule = usage.rule
    return f"The rule for <@&{rule.subject_id}>" if rule.kind is LimitKind.ROLE else _NAMES[rule.kind]


def spent(usage: LimitUsage) -> str:
    """Why a limit refuses, within a sentence."""
    name = name_of(usage)
    name = name[0].lower() + name[1:]
    if usage.rule.limit == 0:
        return f"{name} is 0"
    return f"{name} is used up ({used(usage)}) and begins anew {when(usage.window.end)}"


def usage_lines(usage: LimitUsage) -> str:
    """Which limit, how much of it is used and left, and when it begins anew."""
    return (
        f"{name_of(usage)}: **{limit(usage.rule)}**\n"
        f"{used(usage)}, {usage.remaining:,} left; begins anew {when(usage.window.end)}"
    )


def verdict(decision: Decision) -> str:
    """Would one more song be made, and if not, what stops it?"""
    if decision.blocked_by is not None:
        return f"**No**: {spent(decision.blocked_by)}."
    if decision.uses_grant:
        return "**Yes**, as one of their extra songs: their own limit is spent."
    return "**Yes**."


def why(decision: Decision) -> str:
    """Why that limit is the one that counts."""
    return _WHY.get(decision.effective.rule.kind, "")


def extra_songs(count: int) -> str:
    """How many extra songs are left."""
    return f"{songs(count)}, used once their own limit is spent" if count else "None"


def audit_line(entry: AuditEntry) -> str:
    """When, who, what, from what to what."""
    at = int(entry.at.timestamp())
    return f"<t:{at}:f> <@{entry.actor_id}>: {_what(entry)}"


def _what(entry: AuditEntry) -> str:
    action, _, rest = entry.what.partition(":")
    if action == "grant":
        return f"extra songs of {_named('user', rest)}: {_from_to(entry)}"
    if action == "reset":
        return f"gave back what {_named('user', rest)} had used"
    if action == "timezone":
        return f"time zone: {_zone(entry.old)} → {_zone(entry.new)}"
    if action == "rule":
        kind, _, subject_id = rest.partition(":")
        return f"rule for {_named(kind, subject_id)}: {_from_to(entry)}"
    return f"{escape_and_clamp(entry.what, 60)}: {_from_to(entry)}"


def _named(kind: str, subject_id: str) -> str:
    known = kind in _KINDS and (not subject_id or subject_id.removeprefix("-").isdecimal())
    return (
        subject(LimitKind(kind), int(subject_id or 0))
        if known
        else escape_and_clamp(f"{kind} {subject_id}", 60)
    )


def _from_to(entry: AuditEntry) -> str:
    return f"{_value(entry.old)} → {_value(entry.new)}"


def _zone(name: RuleValue | str | None) -> str:
    return inline_code(str(name or "UTC"), 100)


def _value(value: RuleValue | str | None) -> str:
    if isinstance(value, RuleValue):
        return f"**{limit(value)}**"
    return "none" if value is None else f"**{escape_and_clamp(value, 60)}**"


def chart_title(days: int) -> str:
    return f"Songs in the last {days} days"


def chart_limit(count: int) -> str:
    return f"limit {count:,}"


def chart_limit_above(count: int) -> str:
    """The limit is too far up to be drawn to scale."""
    return f"limit {count:,}, far above"


def chart_words(days: Sequence[DailyUsage], daily_limit: int, named: Sequence[tuple[str, int]]) -> str:
    """The picture for those who can't see it, plain."""
    top = "; ".join(top_line(rank, name, made) for rank, (name, made) in enumerate(named, 1))
    return f"{chart_title(len(days))}. {usage_summary(days, daily_limit)}" + (
        f" {MADE_MOST}: {top}." if top else ""
    )


def usage_summary(days: Sequence[DailyUsage], daily_limit: int) -> str:
    """What the chart shows, in words."""
    made, failed = sum(day.made for day in days), sum(day.failed for day in days)
    said = [f"{songs(made)} made, {failed:,} failed (failed songs count for nobody)."]
    busiest = max(days, key=lambda day: day.made, default=None)
    if busiest is not None and busiest.made:
        said.append(f"Most on one day: {busiest.made:,}, on {busiest.day.day} {busiest.day:%B}.")
    said.append(f"All together can make {songs(daily_limit)} a day.")
    return " ".join(said)


def top_line(rank: int, named: str, made: int) -> str:
    return f"{rank}. {named}: {songs(made)}"
