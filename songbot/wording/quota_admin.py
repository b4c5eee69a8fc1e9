"""What admins read of `/quota`: rules, who gets how many and why, and the log of changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from songbot.quotas.repository import Change, DayUsage
from songbot.quotas.rules import Ceilings, Decision, Per, Rule, Standing, Who
from songbot.wording.text import chip, shown

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
CEILINGS = "This bot's ceilings"
TIME = "Time zone"
RESETS = "A new count begins"
DELETED_ROLE = "a deleted role"
LEFT = "someone who left"

CHECK_TITLE = "Quota of one person"
VERDICT = "One more song now"
OWN_LIMIT = "The limit that counts for them"
OTHER_RULES = "Also set, but does not count for them"
SHARED = "Holds besides, for everybody together"
EXTRA = "Extra songs"
NOT_HERE = "They are not in this server now, so no rule for a role is counted."

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

_A_PER = {Per.HOUR: "an hour", Per.DAY: "a day", Per.WEEK: "a week", Per.MONTH: "a month"}
_DAYS = {Per.HOUR: 1, Per.DAY: 1, Per.WEEK: 7, Per.MONTH: 31}
_NAMES = {
    Who.SERVER: "The server's own limit",
    Who.SERVER_CEILING: "This bot's ceiling for one server",
    Who.OPERATOR: "This bot's ceiling for everybody, everywhere",
    Who.MEMBER: "The rule for each member",
    Who.USER: "The rule for them alone",
    Who.DEFAULT: "This bot's default for each person",
    Who.DIRECT: "This bot's limit outside of servers",
}
_WHY = {
    Who.USER: "A rule for one person goes before all others.",
    Who.ROLE: (
        "No rule names them alone, and a rule for a role goes before the one for each member. "
        "Of several roles the one that leaves most songs counts."
    ),
    Who.MEMBER: "No rule names them or one of their roles, so what each member gets counts.",
    Who.DEFAULT: "This server has set nothing that goes for them, so this bot's default counts.",
}
_KINDS = frozenset(who.value for who in Who)
_WORDS = re.compile(r"(\d{1,6}) per (hour|day|week|month)")


def limit(rule: Rule) -> str:
    """ "5 songs a day"."""
    return f"{songs(rule.limit)} {_A_PER[rule.per]}" if rule.limit else "no songs"


def subject(who: Who, subject_id: int = 0) -> str:
    """For whom a rule is."""
    match who:
        case Who.SERVER:
            return "everyone together"
        case Who.ROLE:
            return f"<@&{subject_id}>"
        case Who.USER:
            return f"<@{subject_id}>"
        case _:
            return "each member"


def rule_line(rule: Rule, gone: str | None = None) -> str:
    """One line of the list. `gone`: why it counts for nobody now."""
    named = subject(rule.who, rule.subject_id)
    if rule.who is Who.ROLE and gone:
        named = gone
    elif gone:
        named = f"{named} ({gone})"
    return f"{named[0].upper()}{named[1:]}: **{limit(rule)}**"


def more_rules(count: int) -> str:
    return f"… and {count:,} more. `/quota check` shows what holds for one person."


def no_rules(ceilings: Ceilings) -> str:
    """The server has set nothing."""
    return f"None yet: {default(ceilings)} `/quota set` makes one."


def default(ceilings: Ceilings) -> str:
    """What a member gets where no rule of the server goes for them."""
    return f"each member gets {limit(Rule(Who.DEFAULT, ceilings.member, Per.DAY))}, this bot's default."


def else_default(ceilings: Ceilings) -> str:
    """The last line of a list of rules without one for each member."""
    return f"For whom none of these is, {default(ceilings)}"


def ceilings(settings: Ceilings) -> list[str]:
    """What the operator has set, which holds whatever an admin sets."""
    lines = [f"One server: **{songs(settings.server)} a day**"]
    if settings.operator is not None:
        lines.append(f"Everybody, everywhere: **{songs(settings.operator)} a day**")
    lines.append(
        f"One person in direct messages and where I am no member: **{songs(settings.direct)} a day**"
    )
    return lines


def zone_line(zone: str, local: datetime) -> str:
    """The zone by its IANA name, and what time it is there."""
    return f"{chip(zone, 100)} ({local:%H:%M} there now)"


def reset_line(per: Per, moment: datetime) -> str:
    """When the running window of a kind ends."""
    return f"{per.value.capitalize()}: {when(moment)}"


def rule_set(rule: Rule, before: Rule | None, ceilings: Ceilings) -> str:
    """A rule was made or changed."""
    named = subject(rule.who, rule.subject_id)
    was = f" (before: {limit(before)})" if before else ""
    said = f"Done: {limit(rule)} for {named}{was}. It holds from the next order on."
    return " ".join([said, *ceiling_notes(rule, ceilings)])


def ceiling_notes(rule: Rule, ceilings: Ceilings) -> list[str]:
    """A sentence for each ceiling that will hold before the rule does. A month is taken for 31 days."""
    notes: list[str] = []
    days = _DAYS[rule.per]
    if rule.limit > ceilings.server * days:
        notes.append(
            f"This bot makes at most {songs(ceilings.server)} a day for one whole server, "
            "so that ceiling will hold before your rule does."
        )
    if ceilings.operator is not None and rule.limit > ceilings.operator * days:
        notes.append(
            f"This bot makes at most {songs(ceilings.operator)} a day for everybody, everywhere, "
            "so that ceiling will hold before your rule does."
        )
    return notes


def cleared(before: Rule | None, who: Who, subject_id: int, ceilings: Ceilings) -> str:
    """A rule was taken out, and what holds now."""
    named = subject(who, subject_id)
    if before is None:
        return f"There was no rule for {named}, so nothing has changed."
    now = {
        Who.SERVER: f"Together they can make {songs(ceilings.server)} a day, this bot's ceiling.",
        Who.MEMBER: f"From now on {default(ceilings)}",
        Who.ROLE: "From now on their other roles decide, or else the rule for each member.",
    }
    rest = now.get(who, "From now on their roles decide, or else the rule for each member.")
    return f"The rule for {named} ({limit(before)}) is gone. {rest}"


def granted(user_id: int, count: int, left: int) -> str:
    """Extra songs were given; `left` is what the person has of them now."""
    return (
        f"<@{user_id}> got {songs(count)} extra and has {left:,} now. They last until used, and are used "
        "once the person's own limit is spent. The limits of the whole server hold for them too."
    )


def reset_done(user_id: int, decision: Decision) -> str:
    """What a person used was given back; `decision` is how they stand now."""
    own = decision.own
    said = f"Done: <@{user_id}> has used {used(own)}, with {own.left:,} left."
    if decision.refused_by is not None and decision.refused_by is not own:
        return f"{said} Even so they can't make one now: {spent(decision.refused_by)}."
    return f"{said} What the whole server has used is not changed by this."


def timezone_set(zone: str, before: str) -> str:
    """The windows go by another clock from now on."""
    if zone == before:
        return f"The time zone is {chip(zone, 100)} already."
    return (
        f"The time zone is {chip(zone, 100)} now (before: {chip(before, 100)}). Days, weeks and months "
        "begin at midnight there. No songs are lost from the count."
    )


def unknown_zone(text: str) -> str:
    named = shown(text, 60) or "that"
    return (
        f"I don't know the time zone “{named}”. Pick one from the list that appears while you type, "
        "such as `Europe/Berlin` or `America/New_York`."
    )


def name_of(standing: Standing) -> str:
    """Which limit it is, at the beginning of a sentence."""
    rule = standing.rule
    return f"The rule for <@&{rule.subject_id}>" if rule.who is Who.ROLE else _NAMES[rule.who]


def spent(standing: Standing) -> str:
    """Why a limit refuses, within a sentence."""
    name = name_of(standing)
    name = name[0].lower() + name[1:]
    if standing.rule.limit == 0:
        return f"{name} is 0"
    return f"{name} is used up ({used(standing)}) and begins anew {when(standing.window.end)}"


def standing_lines(standing: Standing) -> str:
    """Which limit, how much of it is used and left, and when it begins anew."""
    return (
        f"{name_of(standing)}: **{limit(standing.rule)}**\n"
        f"{used(standing)}, {standing.left:,} left; begins anew {when(standing.window.end)}"
    )


def verdict(decision: Decision) -> str:
    """Would one more song be made, and if not, what stops it?"""
    if decision.refused_by is not None:
        return f"**No**: {spent(decision.refused_by)}."
    if decision.uses_grant:
        return "**Yes**, as one of their extra songs: their own limit is spent."
    return "**Yes**."


def why(decision: Decision) -> str:
    """Why that limit is the one that counts."""
    return _WHY.get(decision.own.rule.who, "")


def extra_songs(count: int) -> str:
    """How many extra songs are left."""
    return f"{songs(count)}, used once their own limit is spent" if count else "None"


def change_line(change: Change) -> str:
    """When, who, what, from what to what."""
    at = int(change.at.timestamp())
    return f"<t:{at}:f> <@{change.actor_id}>: {_what(change)}"


def _what(change: Change) -> str:
    kind, _, rest = change.what.partition(":")
    if kind == "grant":
        return f"extra songs of {_named('user', rest)}: {_from_to(change)}"
    if kind == "reset":
        return f"gave back what {_named('user', rest)} had used"
    if kind == "timezone":
        return f"time zone: {_zone(change.old)} → {_zone(change.new)}"
    if kind == "rule":
        who, _, subject_id = rest.partition(":")
        return f"rule for {_named(who, subject_id)}: {_from_to(change)}"
    return f"{shown(change.what, 60)}: {_from_to(change)}"


def _named(who: str, subject_id: str) -> str:
    known = who in _KINDS and (not subject_id or subject_id.isdecimal())
    return subject(Who(who), int(subject_id or 0)) if known else shown(f"{who} {subject_id}", 60)


def _from_to(change: Change) -> str:
    return f"{_value(change.old)} → {_value(change.new)}"


def _zone(name: str | None) -> str:
    return chip(name or "UTC", 100)


def _value(text: str | None) -> str:
    if text is None:
        return "none"
    match = _WORDS.fullmatch(text)
    if match is None:
        return f"**{shown(text, 60)}**"
    return f"**{limit(Rule(Who.MEMBER, int(match[1]), Per(match[2])))}**"


def chart_title(days: int) -> str:
    return f"Songs in the last {days} days"


def chart_limit(count: int) -> str:
    return f"limit {count:,}"


def chart_limit_above(count: int) -> str:
    """The limit is too far up to be drawn to scale."""
    return f"limit {count:,}, far above"


def chart_words(days: Sequence[DayUsage], daily_limit: int, named: Sequence[tuple[str, int]]) -> str:
    """The picture for those who can't see it, plain."""
    top = "; ".join(top_line(place, name, made) for place, (name, made) in enumerate(named, 1))
    return f"{chart_title(len(days))}. {usage_summary(days, daily_limit)}" + (
        f" {MADE_MOST}: {top}." if top else ""
    )


def usage_summary(days: Sequence[DayUsage], daily_limit: int) -> str:
    """What the chart shows, in words."""
    made, failed = sum(day.made for day in days), sum(day.failed for day in days)
    said = [f"{songs(made)} made, {failed:,} failed (failed songs count for nobody)."]
    busiest = max(days, key=lambda day: day.made, default=None)
    if busiest is not None and busiest.made:
        said.append(f"Most on one day: {busiest.made:,}, on {busiest.day.day} {busiest.day:%B}.")
    said.append(f"All together can make {songs(daily_limit)} a day.")
    return " ".join(said)


def top_line(place: int, named: str, made: int) -> str:
    return f"{place}. {named}: {songs(made)}"
