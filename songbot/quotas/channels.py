"""Define in which channels a server's admins allow or deny song requests. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MAX_CHANNELS = 25
"""Maximum channels per kind of rule, which is what a channel select holds (Discord, "Component Reference").
"""


class ChannelRule(StrEnum):
    """A rule for one channel. The values are stored in the database."""

    ALLOW = "allow"
    DENY = "deny"


class TooManyChannels(Exception):
    """More than MAX_CHANNELS channels would be allowed or denied. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """A server's channel rules. No channel is in both sets.

    If any channel is allowed, all channels without a rule are denied.
    """

    allowed: frozenset[int] = frozenset()
    denied: frozenset[int] = frozenset()

    def permits(self, channel_id: int, parent_id: int | None = None) -> bool:
        """Return whether songs may be requested in a channel.

        `parent_id` is a thread's parent channel, whose rule also applies to the thread.
        """
        ruled_id = channel_id if parent_id is None else parent_id
        return ruled_id in self.allowed if self.allowed else ruled_id not in self.denied

    def with_rule(self, channel_id: int, rule: ChannelRule | None) -> ChannelRules:
        """Return the rules with one channel's rule replaced by `rule`, or removed if it is None.

        May raise TooManyChannels.
        """
        allowed, denied = self.allowed - {channel_id}, self.denied - {channel_id}
        if rule is ChannelRule.ALLOW:
            allowed |= {channel_id}
        elif rule is ChannelRule.DENY:
            denied |= {channel_id}
        return _checked(ChannelRules(allowed, denied))

    def with_channels(self, rule: ChannelRule, channel_ids: Collection[int]) -> ChannelRules:
        """Return the rules with exactly `channel_ids` allowed (or denied), and no opposite rule for them.

        May raise TooManyChannels.
        """
        chosen = frozenset(channel_ids)
        if rule is ChannelRule.ALLOW:
            return _checked(ChannelRules(chosen, self.denied - chosen))
        return _checked(ChannelRules(self.allowed - chosen, chosen))

    def rule_for(self, channel_id: int) -> ChannelRule | None:
        """Return the rule of the channel itself, or None."""
        if channel_id in self.allowed:
            return ChannelRule.ALLOW
        return ChannelRule.DENY if channel_id in self.denied else None


def _checked(rules: ChannelRules) -> ChannelRules:
    if max(len(rules.allowed), len(rules.denied)) > MAX_CHANNELS:
        raise TooManyChannels
    return rules


class ChannelRuleRepository(Protocol):
    """Stores channel rules. Every method may raise StoreUnavailable."""

    async def rules(self, guild_id: int) -> ChannelRules: ...

    async def set_rule(
        self, guild_id: int, actor_id: int, channel_id: int, rule: ChannelRule | None, now: datetime
    ) -> ChannelRules:
        """Allow, deny or (None) clear one channel, log the change, and return all rules after it.

        May raise TooManyChannels.
        """
        ...

    async def set_channels(
        self, guild_id: int, actor_id: int, rule: ChannelRule, channel_ids: Collection[int], now: datetime
    ) -> ChannelRules:
        """Allow (or deny) exactly these channels, log each change, and return all rules after it.

        May raise TooManyChannels.
        """
        ...
