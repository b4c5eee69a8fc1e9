"""Where songs may be requested in a server: the channels its admins allow or deny. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MAX_CHANNELS = 25
"""Channels of one kind of rule: as many as a channel select holds (Discord, "Component Reference")."""


class ChannelRule(StrEnum):
    """What admins say about one channel. The values are stored."""

    ALLOW = "allow"
    DENY = "deny"


class TooManyChannels(Exception):
    """More than MAX_CHANNELS channels would be allowed, or denied. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """A server's channel rules. As long as any channel is allowed, all others are closed. No channel is in
    both sets."""

    allowed: frozenset[int] = frozenset()
    denied: frozenset[int] = frozenset()

    def permits(self, channel_id: int, parent_id: int | None = None) -> bool:
        """Return whether songs may be requested there. `parent_id` is a thread's parent channel, whose rule
        is the thread's too."""
        ruled_id = channel_id if parent_id is None else parent_id
        return ruled_id in self.allowed if self.allowed else ruled_id not in self.denied

    def with_rule(self, channel_id: int, rule: ChannelRule | None) -> ChannelRules:
        """Return the rules with `rule` for one channel in place of what there was; None removes it.

        Raises TooManyChannels.
        """
        allowed, denied = self.allowed - {channel_id}, self.denied - {channel_id}
        if rule is ChannelRule.ALLOW:
            allowed |= {channel_id}
        elif rule is ChannelRule.DENY:
            denied |= {channel_id}
        return _checked(ChannelRules(allowed, denied))

    def with_channels(self, rule: ChannelRule, channel_ids: Collection[int]) -> ChannelRules:
        """Return the rules with exactly `channel_ids` allowed (or denied). A channel is never both.

        Raises TooManyChannels.
        """
        chosen = frozenset(channel_ids)
        if rule is ChannelRule.ALLOW:
            return _checked(ChannelRules(chosen, self.denied - chosen))
        return _checked(ChannelRules(self.allowed - chosen, chosen))

    def rule_for(self, channel_id: int) -> ChannelRule | None:
        """Return what is set for the channel itself."""
        if channel_id in self.allowed:
            return ChannelRule.ALLOW
        return ChannelRule.DENY if channel_id in self.denied else None


def _checked(rules: ChannelRules) -> ChannelRules:
    if max(len(rules.allowed), len(rules.denied)) > MAX_CHANNELS:
        raise TooManyChannels
    return rules


class ChannelRuleRepository(Protocol):
    """Every method may raise StoreUnavailable."""

    async def rules(self, guild_id: int) -> ChannelRules: ...

    async def set_rule(
        self, guild_id: int, actor_id: int, channel_id: int, rule: ChannelRule | None, now: datetime
    ) -> ChannelRules:
        """Allow, deny or (None) forget one channel, log the change, and return all rules as they are now.

        Raises TooManyChannels.
        """
        ...

    async def set_channels(
        self, guild_id: int, actor_id: int, rule: ChannelRule, channel_ids: Collection[int], now: datetime
    ) -> ChannelRules:
        """Allow (or deny) exactly these channels, log each change, and return all rules as they are now.

        Raises TooManyChannels.
        """
        ...
