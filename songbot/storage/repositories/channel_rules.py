"""Store channel rules in the database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, insert, select

from songbot.quotas.channels import ChannelRule, ChannelRules
from songbot.storage.connectors.base import Connector, advisory_lock
from songbot.storage.schema.tables import channel_rules, guilds, quota_changes
from songbot.storage.schema.upsert import upsert

_OF_GUILD = select(channel_rules.c.channel_id, channel_rules.c.rule).where(
    channel_rules.c.guild_id == bindparam("guild")
)


class SqlChannelRuleRepository:
    """Implements songbot.quotas.channels.ChannelRuleRepository."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def rules(self, guild_id: int) -> ChannelRules:
        return await self._connector.read(lambda connection: _load(connection, guild_id))

    async def set_rule(
        self, guild_id: int, actor_id: int, channel_id: int, rule: ChannelRule | None, now: datetime
    ) -> ChannelRules:
        return await self._change(guild_id, actor_id, now, lambda old: old.with_rule(channel_id, rule))

    async def set_channels(
        self, guild_id: int, actor_id: int, rule: ChannelRule, channel_ids: Collection[int], now: datetime
    ) -> ChannelRules:
        return await self._change(guild_id, actor_id, now, lambda old: old.with_channels(rule, channel_ids))

    async def _change(
        self, guild_id: int, actor_id: int, now: datetime, change: Callable[[ChannelRules], ChannelRules]
    ) -> ChannelRules:
        def write(connection: Connection) -> ChannelRules:
            advisory_lock(connection, guild_id)
            upsert(connection, guilds, {"guild_id": guild_id}, {})
            old = _load(connection, guild_id)
            new = change(old)
            logged = {"guild_id": guild_id, "actor_id": actor_id, "changed_at": now}
            for channel_id in sorted(old.allowed | old.denied | new.allowed | new.denied):
                before, after = old.rule_for(channel_id), new.rule_for(channel_id)
                if before is not after:
                    _store(connection, guild_id, channel_id, after)
                    entry = logged | {"what": f"channel:{channel_id}", "old": before, "new": after}
                    connection.execute(insert(quota_changes).values(entry))
            return new

        return await self._connector.write(write)


def _load(connection: Connection, guild_id: int) -> ChannelRules:
    rows = connection.execute(_OF_GUILD, {"guild": guild_id}).all()
    return ChannelRules(
        allowed=frozenset(row.channel_id for row in rows if row.rule == ChannelRule.ALLOW),
        denied=frozenset(row.channel_id for row in rows if row.rule == ChannelRule.DENY),
    )


def _store(connection: Connection, guild_id: int, channel_id: int, rule: ChannelRule | None) -> None:
    if rule is None:
        key = and_(channel_rules.c.guild_id == guild_id, channel_rules.c.channel_id == channel_id)
        connection.execute(delete(channel_rules).where(key))
    else:
        upsert(connection, channel_rules, {"guild_id": guild_id, "channel_id": channel_id}, {"rule": rule})
