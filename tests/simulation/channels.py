"""Simulate admins who allow and deny channels, and processes that keep to their rules."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord

from songbot.interactions.channel_policy import ChannelPolicy
from songbot.quotas.channels import ChannelRule
from songbot.wording.language import Sentence

from .database import Call, tolerant

if TYPE_CHECKING:
    from .process import Process
    from .truth import Placed
    from .world import World

NO_CACHE = SimpleNamespace(get_guild=lambda _id: None, get_channel=lambda _id: None)
"""A client that knows no servers or channels. Anything unknown counts as allowed."""
CHANNELS = 2
"""How many channels a server has."""
ADMIN = 99


def interaction_of(placed: Placed) -> discord.Interaction:
    """Return the interaction with which the order was placed, as far as the bot reads it."""
    order, nothing = placed.order, {"channel": None, "user": None}
    where = {"guild_id": order.guild_id, "channel_id": order.reply.channel_id}
    return cast("Any", SimpleNamespace(placed=placed, client=NO_CACHE, **where, **nothing))


class ProcessPolicy(ChannelPolicy):
    """The real policy. Each decision is checked against the rules as they were committed."""

    def __init__(self, process: Process) -> None:
        super().__init__(process.channel_rules, process.clock.monotonic)
        self._process = process

    async def refusal(self, interaction: discord.Interaction) -> Sentence | None:
        asked_at = self._process.world.loop.now
        refusal = await super().refusal(interaction)
        placed: Placed = cast("Any", interaction).placed
        placed.refused_here = refusal is not None
        self._process.world.checks.on_channel_decision(self._process.number, placed, asked_at)
        return refusal


class ChannelAdmins:
    """Everyone who may set the rules of channels in one run."""

    def __init__(self, world: World, pick_process: Callable[[], Process | None]) -> None:
        self._world, self._pick_process = world, pick_process
        self._random = Random(f"{world.seed}:channels")

    def acts(self, number: int) -> list[tuple[float, int, Callable[[], None]]]:
        """Return when they change a rule, with numbers from `number` on."""
        scenario, random = self._world.scenario, self._random
        times = [random.random() * scenario.orders_for for _ in range(scenario.channel_changes)]
        return [(at, number + position, self._change) for position, at in enumerate(times)]

    def _change(self) -> None:
        process, random, world = self._pick_process(), self._random, self._world
        guild = 500 + random.randrange(world.scenario.guilds)
        channel = guild * 10 + random.randrange(CHANNELS)
        rule = random.choice([ChannelRule.ALLOW, ChannelRule.DENY, ChannelRule.DENY, None])
        if process is not None:
            world.tell(process.number, "sets channel %s to %s", channel, rule)
            process.spawn(tolerant(_set_rule, process, guild, channel, rule))


async def _set_rule(process: Process, guild: int, channel: int, rule: ChannelRule | None) -> None:
    """Set a rule as `/quota channels` does."""
    book, loop = process.world.channel_book, process.world.loop

    def note(rules: Any) -> None:
        book.commit(guild, rules, loop.now)

    process.connector.next_call = Call(after=note)
    await process.channel_rules.set_rule(guild, ADMIN, channel, rule, process.clock.now())
    process.policy.forget(guild)
    book.told[process.number, guild] = loop.now
