"""Tell admins what a change to the quotas did, or why nothing was changed."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.quotas.rules import Decision, LimitKind, OperatorLimits, Period, Rule
from songbot.wording.text import escape_and_clamp, inline_code

from .language import Language, Message
from .quota_rules import default_limit, limit, person, spent

CHOOSE_ONE = Message("Choose only one of `applies_to`, `role` and `user`.")
CHOOSE_ONE_TO_REMOVE = Message("Choose one of `applies_to`, `role` or `user`.")
BOT_NAMED = Message("Bots don't have quotas. Please choose a person.")
_DAYS = {Period.HOUR: 1, Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31}

_SET = {
    # Translators: {limit} and {before} are "5 songs per day" or "no songs".
    LimitKind.SERVER: Message("Server-wide limit set to {limit}, starting now."),
    LimitKind.MEMBER: Message("Member limit set to {limit}, starting now."),
}
# Translators: {subject} is a mention of a role or person. {limit} is "5 songs per day" or "no songs".
_SET_FOR = Message("Limit for {subject} set to {limit}, starting now.")
_CHANGED = {
    # Translators: {limit} and {before} are "5 songs per day" or "no songs".
    LimitKind.SERVER: Message("Server-wide limit set to {limit} (was {before}), starting now."),
    LimitKind.MEMBER: Message("Member limit set to {limit} (was {before}), starting now."),
}
# Translators: {subject} is a mention of a role or person. {limit} and {before} are "5 songs per day".
_CHANGED_FOR = Message("Limit for {subject} set to {limit} (was {before}), starting now.")
_REMOVED = {
    # Translators: {limit} is what was removed: "5 songs per day" or "no songs".
    LimitKind.SERVER: Message("Removed the server-wide limit ({limit})."),
    LimitKind.MEMBER: Message("Removed the member limit ({limit})."),
}
# Translators: {subject} is a mention of a role or person. {limit} is what was removed: "5 songs per day".
_REMOVED_FOR = Message("Removed the limit for {subject} ({limit}).")
_NOTHING_TO_REMOVE = {
    LimitKind.SERVER: Message("There is no server-wide limit. Nothing changed."),
    LimitKind.MEMBER: Message("There is no member limit. Nothing changed."),
    LimitKind.ROLE: Message("{subject} has no limit. Nothing changed."),
    LimitKind.USER: Message("{subject} has no limit of their own. Nothing changed."),
}


def _subject(language: Language, kind: LimitKind, subject_id: int) -> str:
    return f"<@&{subject_id}>" if kind is LimitKind.ROLE else person(language, subject_id)


def rule_set(language: Language, rule: Rule, before: Rule | None, operator_limits: OperatorLimits) -> str:
    """Say that a rule was added or changed, and any cap that is lower."""
    values = {"limit": limit(language, rule), "subject": _subject(language, rule.kind, rule.subject_id)}
    if before is None:
        said = _SET.get(rule.kind, _SET_FOR)(language, **values)
    else:
        values["before"] = limit(language, before)
        said = _CHANGED.get(rule.kind, _CHANGED_FOR)(language, **values)
    return language.paragraph(said, *ceiling_notes(language, rule, operator_limits))


def ceiling_notes(language: Language, rule: Rule, operator_limits: OperatorLimits) -> list[str]:
    """Return one sentence for each cap that is reached before the rule. A month counts as 31 days."""
    notes: list[str] = []
    days = _DAYS[rule.period]
    if rule.limit > operator_limits.server * days:
        note = language.ngettext(
            "This bot makes at most {count} song per day in one server, so that cap applies first.",
            "This bot makes at most {count} songs per day in one server, so that cap applies first.",
            operator_limits.server,
        )
        notes.append(note)
    if operator_limits.operator is not None and rule.limit > operator_limits.operator * days:
        note = language.ngettext(
            "This bot makes at most {count} song per day in all servers together, so that cap applies first.",
            "This bot makes at most {count} songs per day in all servers together, so that cap applies "
            "first.",
            operator_limits.operator,
        )
        notes.append(note)
    return notes


def removed(
    language: Language, before: Rule | None, kind: LimitKind, subject_id: int, operator_limits: OperatorLimits
) -> str:
    """Say that a rule was removed, and what applies now."""
    subject = _subject(language, kind, subject_id)
    if before is None:
        return _NOTHING_TO_REMOVE[kind](language, subject=subject)
    said = _REMOVED.get(kind, _REMOVED_FOR)(language, subject=subject, limit=limit(language, before))
    return language.paragraph(said, _applies_now(language, kind, operator_limits))


def _applies_now(language: Language, kind: LimitKind, operator_limits: OperatorLimits) -> str:
    match kind:
        case LimitKind.SERVER:
            return language.ngettext(
                "This bot's cap of {count} song per day applies now.",
                "This bot's cap of {count} songs per day applies now.",
                operator_limits.server,
            )
        case LimitKind.MEMBER:
            # Translators: {limit} is "5 songs per member per day".
            return language.gettext(
                "The default applies now: {limit}.", limit=default_limit(language, operator_limits)
            )
        case LimitKind.ROLE:
            return language.gettext(
                "Another role's limit or the member limit now applies to members with that role."
            )
        case _:
            return language.gettext("Their role or member limit applies now.")


def granted(language: Language, user_id: int, left: int) -> str:
    """Say that bonus songs were given. `left` is how many the person now has."""
    return language.ngettext(
        "{user} now has {count} bonus song. It doesn't expire, is used after their own limit runs out, and "
        "still counts towards the server-wide limit.",
        "{user} now has {count} bonus songs. They don't expire, are used after their own limit runs out, and "
        "still count towards the server-wide limit.",
        left,
        user=f"<@{user_id}>",
    )


def reset_done(language: Language, user_id: int, decision: Decision) -> str:
    """Say that a person's usage was reset. `decision` is what their next song would get."""
    own, user = decision.effective, f"<@{user_id}>"
    if decision.blocked_by is not None:
        # Translators: {reason} is a limit, as in "Member limit: used up (5 / 5 today), resets in 5 hours".
        return language.gettext(
            "Reset {user}'s usage, but they still can't make a song. {reason}",
            user=user,
            reason=spent(language, decision.blocked_by),
        )
    # Translators: {left} is a number; {count} is the person's limit.
    return language.ngettext(
        "Reset {user}'s usage: {left} of {count} song left. Server-wide usage is unchanged.",
        "Reset {user}'s usage: {left} of {count} songs left. Server-wide usage is unchanged.",
        own.rule.limit,
        user=user,
        left=language.number(own.remaining),
    )


def timezone_set(language: Language, zone: str, before: str) -> str:
    """Return the time zone in which days now begin."""
    if zone == before:
        return language.gettext("The time zone is already {zone}.", zone=inline_code(zone, 100))
    return language.gettext(
        "Time zone changed from {old} to {new}. Days now start at midnight there.",
        old=inline_code(before, 100),
        new=inline_code(zone, 100),
    )


def unknown_zone(language: Language, text: str, similar: Sequence[str] = ()) -> str:
    """Say that a time zone is unknown, and which ones were probably meant."""
    named = escape_and_clamp(text, 60)
    if named:
        # Translators: {name} is what the person typed.
        said = language.gettext("I don't know the time zone “{name}”.", name=named)
    else:
        said = language.gettext("I don't know that time zone.")
    zones = [inline_code(zone, 60) for zone in similar or ("Europe/Berlin", "America/New_York")]
    if similar:
        # Translators: {zones} is a list of names, as in "`Europe/Berlin` or `America/New_York`".
        hint = language.gettext("Did you mean {zones}?", zones=language.listed(zones, "or"))
    else:
        hint = language.gettext("Try a city near you, such as {zones}.", zones=language.listed(zones, "or"))
    return language.paragraph(said, hint)


def everyone_role(language: Language) -> str:
    """Say which choice limits everyone, since @everyone is no role that can have a limit."""
    choice = language.pgettext("choice", "each member")
    # Translators: {command} is a command with its choice, as in "`/quota limit applies_to:each member`".
    return language.gettext(
        "To limit everyone, use {command} instead of @\u200beveryone.",
        command=f"`/quota limit applies_to:{choice}`",
    )
