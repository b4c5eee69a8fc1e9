"""Say that a limit is used up: one sentence for each kind of limit and each period."""

from __future__ import annotations

from dataclasses import dataclass

from songbot.quotas.rules import LimitKind, LimitUsage, Period

from .language import Language, Message, Plural


@dataclass(frozen=True, slots=True)
class _UsedUp:
    """The sentences for one limit. `over` is for more songs than the limit, which was lowered in the
    meantime."""

    all: Plural
    both: Message
    over: Plural


_OWN = {
    Period.HOUR: _UsedUp(
        Plural(
            "You've used your {count} song for this hour.",
            "You've used all {count} of your songs for this hour.",
        ),
        Message("You've used both of your songs for this hour."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural(
            "You've used {used} of {count} song this hour.", "You've used {used} of {count} songs this hour."
        ),
    ),
    Period.DAY: _UsedUp(
        Plural(
            "You've used your {count} song for today.",
            "You've used all {count} of your songs for today.",
        ),
        Message("You've used both of your songs for today."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural("You've used {used} of {count} song today.", "You've used {used} of {count} songs today."),
    ),
    Period.WEEK: _UsedUp(
        Plural(
            "You've used your {count} song for this week.",
            "You've used all {count} of your songs for this week.",
        ),
        Message("You've used both of your songs for this week."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural(
            "You've used {used} of {count} song this week.", "You've used {used} of {count} songs this week."
        ),
    ),
    Period.MONTH: _UsedUp(
        Plural(
            "You've used your {count} song for this month.",
            "You've used all {count} of your songs for this month.",
        ),
        Message("You've used both of your songs for this month."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural(
            "You've used {used} of {count} song this month.",
            "You've used {used} of {count} songs this month.",
        ),
    ),
}
# Translators: "Outside servers" is in direct messages, and in servers that the bot hasn't joined.
_OUTSIDE_SERVERS = _UsedUp(
    Plural(
        "You've used your {count} song for today outside servers.",
        "You've used all {count} of your songs for today outside servers.",
    ),
    Message("You've used both of your songs for today outside servers."),
    # Translators: {used} is a number; {count} is the limit, which is lower.
    Plural(
        "You've used {used} of {count} song today outside servers.",
        "You've used {used} of {count} songs today outside servers.",
    ),
)
_SERVER = {
    Period.HOUR: _UsedUp(
        Plural(
            "This server has used its {count} song for this hour.",
            "This server has used all {count} of its songs for this hour.",
        ),
        Message("This server has used both of its songs for this hour."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural(
            "This server has used {used} of {count} song this hour.",
            "This server has used {used} of {count} songs this hour.",
        ),
    ),
    Period.DAY: _UsedUp(
        Plural(
            "This server has used its {count} song for today.",
            "This server has used all {count} of its songs for today.",
        ),
        Message("This server has used both of its songs for today."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural(
            "This server has used {used} of {count} song today.",
            "This server has used {used} of {count} songs today.",
        ),
    ),
    Period.WEEK: _UsedUp(
        Plural(
            "This server has used its {count} song for this week.",
            "This server has used all {count} of its songs for this week.",
        ),
        Message("This server has used both of its songs for this week."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural(
            "This server has used {used} of {count} song this week.",
            "This server has used {used} of {count} songs this week.",
        ),
    ),
    Period.MONTH: _UsedUp(
        Plural(
            "This server has used its {count} song for this month.",
            "This server has used all {count} of its songs for this month.",
        ),
        Message("This server has used both of its songs for this month."),
        # Translators: {used} is a number; {count} is the limit, which is lower.
        Plural(
            "This server has used {used} of {count} song this month.",
            "This server has used {used} of {count} songs this month.",
        ),
    ),
}


def used_up(language: Language, usage: LimitUsage) -> str:
    """Return which songs are used up: the person's own, or those of the whole server."""
    rule = usage.rule
    if rule.kind is LimitKind.DIRECT:
        said = _OUTSIDE_SERVERS
    else:
        shared = rule.kind in (LimitKind.SERVER, LimitKind.SERVER_CEILING)
        said = (_SERVER if shared else _OWN)[rule.period]
    if usage.used > rule.limit:
        return said.over(language, rule.limit, used=language.number(usage.used))
    return said.both(language) if rule.limit == 2 else said.all(language, rule.limit)
