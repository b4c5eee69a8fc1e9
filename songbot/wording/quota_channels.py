"""Tell members and admins in which channels songs are allowed."""

from __future__ import annotations

from collections.abc import Iterable

from songbot.quotas.channels import MAX_CHANNELS, ChannelRule, ChannelRules

from .language import Hint, Language, Message

TITLE = Message("Channels for songs")
EXPLANATION = Message(
    "These rules cover commands, buttons, menus and forms, in threads too. If any channel is allowed, songs "
    "are turned off in all others."
)
ALLOWED_PLACEHOLDER = Hint("Only in these channels (none: everywhere)")
DENIED_PLACEHOLDER = Hint("Never in these channels")
CHOOSE_BOTH = Message("Choose both a `channel` and a `rule`, or neither to see where songs can be made.")
_UPDATED = Message("Channels updated.")
_RULE_SET = {
    # Translators: {channel} is a mention.
    ChannelRule.ALLOW: Message("Songs are allowed in {channel}."),
    ChannelRule.DENY: Message("Songs are turned off in {channel}."),
    None: Message("Removed the channel rule for {channel}."),
}
_SHOWN = 10


def too_many(language: Language) -> str:
    return language.gettext(
        "You can choose at most {maximum} channels of each kind. Nothing changed.",
        maximum=language.number(MAX_CHANNELS),
    )


def summary(language: Language, rules: ChannelRules) -> str:
    """Return where songs may be requested, in a few words."""
    if rules.allowed:
        # Translators: {channels} is a list of channels, as in "#general and #songs".
        return language.gettext("Songs: only in {channels}", channels=_list(language, rules.allowed))
    if rules.denied:
        return language.gettext("Songs: everywhere except {channels}", channels=_list(language, rules.denied))
    return language.gettext("Songs: in all channels")


def _where_now(language: Language, rules: ChannelRules) -> str:
    if rules.allowed:
        # Translators: {channels} is a list of channels, as in "#general and #songs".
        return language.gettext(
            "Songs can now be made only in {channels}.", channels=_list(language, rules.allowed)
        )
    if rules.denied:
        return language.gettext(
            "Songs can now be made everywhere except {channels}.", channels=_list(language, rules.denied)
        )
    return language.gettext("Songs can now be made in all channels.")


def changed(language: Language, rules: ChannelRules) -> str:
    return language.paragraph(_UPDATED(language), _where_now(language, rules))


def rule_set(language: Language, channel_id: int, rule: ChannelRule | None, rules: ChannelRules) -> str:
    """Return the rule that was set for a channel, and where songs may be requested now."""
    said = _RULE_SET[rule](language, channel=f"<#{channel_id}>")
    return language.paragraph(said, _where_now(language, rules))


def refused(language: Language, open_channel_id: int | None) -> str:
    """Say that songs can't be requested here, that nothing was charged, and where they can be
    requested."""
    if open_channel_id is None:
        return language.gettext("Songs are turned off in this channel. Nothing was charged.")
    return language.gettext(
        "Songs are turned off in this channel – try {channel}. Nothing was charged.",
        channel=f"<#{open_channel_id}>",
    )


def _list(language: Language, channel_ids: Iterable[int]) -> str:
    mentions = [f"<#{channel_id}>" for channel_id in sorted(channel_ids)]
    left_out = len(mentions) - _SHOWN
    if left_out <= 0:
        return language.listed(mentions)
    # Translators: {channels} is a list of ten channels.
    return language.ngettext(
        "{channels} and {count} more",
        "{channels} and {count} more",
        left_out,
        channels=", ".join(mentions[:_SHOWN]),
    )
