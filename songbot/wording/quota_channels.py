"""Tell members and admins in which channels songs are allowed."""

from __future__ import annotations

from collections.abc import Iterable

from songbot.quotas.channels import MAX_CHANNELS, ChannelRule, ChannelRules

TITLE = "Channels for songs"
EXPLANATION = (
    "These rules cover commands, buttons, menus and forms, in threads too. If any channel is allowed, songs "
    "are turned off in all others."
)
ALLOWED_PLACEHOLDER = "Only in these channels (none: everywhere)"
DENIED_PLACEHOLDER = "Never in these channels"
TOO_MANY = f"You can choose at most {MAX_CHANNELS} channels of each kind. Nothing changed."
CHOOSE_BOTH = "Choose both a `channel` and a `rule`, or neither to see where songs can be made."
_SHOWN = 10


def where(rules: ChannelRules) -> str:
    """Return where songs may be requested."""
    if rules.allowed:
        return f"only in {_list(rules.allowed)}"
    return f"everywhere except {_list(rules.denied)}" if rules.denied else "in all channels"


def summary(rules: ChannelRules) -> str:
    return f"Songs: {where(rules)}"


def changed(rules: ChannelRules) -> str:
    return f"Channels updated. Songs can be made {where(rules)}."


def rule_set(channel_id: int, rule: ChannelRule | None, rules: ChannelRules) -> str:
    """Return the rule that was set for a channel, and where songs may be requested now."""
    match rule:
        case ChannelRule.ALLOW:
            said = f"Songs are allowed in <#{channel_id}>."
        case ChannelRule.DENY:
            said = f"Songs are turned off in <#{channel_id}>."
        case _:
            said = f"Removed the channel rule for <#{channel_id}>."
    return f"{said} Songs can now be made {where(rules)}."


def refused(open_channel_id: int | None) -> str:
    """Return that songs can't be requested here, that nothing was charged, and where they can be
    requested."""
    if open_channel_id is None:
        return "Songs are turned off in this channel. Nothing was charged."
    return f"Songs are turned off in this channel – try <#{open_channel_id}>. Nothing was charged."


def _list(channel_ids: Iterable[int]) -> str:
    ids = sorted(channel_ids)
    named = ", ".join(f"<#{channel_id}>" for channel_id in ids[:_SHOWN])
    return named if len(ids) <= _SHOWN else f"{named} and {len(ids) - _SHOWN} more"
