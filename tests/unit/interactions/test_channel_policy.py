"""A server's channel rules are read once for a rush of requests, and again when they may have changed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from songbot.interactions.channel_policy import CACHE_SECONDS, ChannelPolicy
from songbot.quotas.channels import ChannelRules
from songbot.songs.errors import StoreUnavailable

GUILD, CHANNEL = 5, 7
INTERACTION: Any = SimpleNamespace(guild_id=GUILD, channel_id=CHANNEL, channel=None)


class Rules:
    """Stands for the table: counts the reads, each of which takes a turn of the event loop."""

    def __init__(self, *, failures: int = 0) -> None:
        self.reads = 0
        self.failures = failures

    async def rules(self, guild_id: int) -> ChannelRules:
        self.reads += 1
        await asyncio.sleep(0)
        if self.reads <= self.failures:
            raise StoreUnavailable("away")
        return ChannelRules(allowed=frozenset({CHANNEL}) if guild_id == GUILD else frozenset())


def policy_on(rules: Any, now: list[float]) -> ChannelPolicy:
    return ChannelPolicy(rules, lambda: now[0])


async def test_requests_at_the_same_moment_share_one_read() -> None:
    rules = Rules()
    policy = policy_on(rules, [0.0])
    assert await asyncio.gather(*(policy.refusal(INTERACTION) for _ in range(20))) == [None] * 20
    assert rules.reads == 1


async def test_rules_are_read_again_after_some_seconds_and_after_a_change() -> None:
    rules, now = Rules(), [0.0]
    policy = policy_on(rules, now)
    for moment, reads in ((0.0, 1), (CACHE_SECONDS - 1, 1), (CACHE_SECONDS, 2)):
        now[0] = moment
        await policy.refusal(INTERACTION)
        assert rules.reads == reads
    policy.forget(GUILD)
    await policy.refusal(INTERACTION)
    assert rules.reads == 3


async def test_a_failed_read_fails_those_who_wait_for_it_and_is_not_remembered() -> None:
    rules = Rules(failures=1)
    policy = policy_on(rules, [0.0])
    refusals = await asyncio.gather(*(policy.refusal(INTERACTION) for _ in range(3)), return_exceptions=True)
    assert [type(refusal) for refusal in refusals] == [StoreUnavailable] * 3
    assert await policy.refusal(INTERACTION) is None
    assert rules.reads == 2


async def test_a_request_that_is_given_up_takes_the_read_from_nobody_else() -> None:
    rules = Rules()
    policy = policy_on(rules, [0.0])
    first = asyncio.create_task(policy.refusal(INTERACTION))
    second = asyncio.create_task(policy.refusal(INTERACTION))
    await asyncio.sleep(0)
    first.cancel()
    assert await second is None
    with pytest.raises(asyncio.CancelledError):
        await first
    assert rules.reads == 1
