"""Test that rejected requests are limited, and that others are not held up by them."""

from __future__ import annotations

import asyncio

import pytest

from songbot.delivery.refusals import (
    PROBE_SECONDS,
    REMEMBERED_SECONDS,
    WINDOW_SECONDS,
    RefusalBudget,
    RefusedTargets,
    TooManyRefusals,
)
from tests.support.discord_errors import discord_error
from tests.support.fixed_clock import FixedClock

LIMIT = 3


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def budget(clock: FixedClock) -> RefusalBudget:
    return RefusalBudget(clock.monotonic, limit=LIMIT, max_concurrent=2)


async def send(budget: RefusalBudget, status: int = 200) -> bool:
    """Return whether the request was sent."""
    sent = False
    try:
        async with budget.spend():
            sent = True
            if status != 200:
                raise discord_error(status)
    except TooManyRefusals:
        return False
    except type(discord_error(403)):
        pass
    return sent


async def exhaust(budget: RefusalBudget, clock: FixedClock) -> None:
    for _ in range(LIMIT):
        clock.advance(1)
        assert await send(budget, 403)


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_after_too_many_refusals_no_request_is_sent_for_a_minute(budget, clock, status):
    for _ in range(LIMIT):
        assert await send(budget, status)
    assert not await send(budget)
    clock.advance(PROBE_SECONDS - 1)
    assert not await send(budget)
    clock.advance(1)
    assert await send(budget)


@pytest.mark.parametrize("status", [200, 400, 404, 500, 503])
async def test_requests_that_discord_does_not_count_as_invalid_cost_nothing(budget, status):
    for _ in range(10 * LIMIT):
        assert await send(budget, status)


async def test_fewer_refusals_than_the_limit_hold_nothing_up(budget):
    for _ in range(LIMIT - 1):
        assert await send(budget, 403)
    assert await send(budget)


async def test_an_attempt_that_is_refused_again_costs_another_minute(budget, clock):
    await exhaust(budget, clock)
    clock.advance(PROBE_SECONDS)
    assert await send(budget, 403)
    clock.advance(PROBE_SECONDS - 1)
    assert not await send(budget)


async def test_refusals_are_forgotten_one_by_one_after_ten_minutes(budget, clock):
    await exhaust(budget, clock)
    clock.advance(WINDOW_SECONDS - LIMIT + 1)
    assert await send(budget, 403), "the first has been forgotten"
    assert not await send(budget), "the others have not"
    clock.advance(WINDOW_SECONDS)
    for _ in range(LIMIT):
        assert await send(budget, 403)


async def test_only_so_many_requests_run_at_once_and_only_one_after_too_many_refusals(budget, clock):
    assert await most_at_once(budget) == 2
    await exhaust(budget, clock)
    clock.advance(PROBE_SECONDS)
    assert await most_at_once(budget) == 1


async def most_at_once(budget: RefusalBudget) -> int:
    running, most = 0, 0

    async def request() -> None:
        nonlocal running, most
        async with budget.spend():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(request() for _ in range(5)))
    return most


def test_the_refusal_of_a_target_is_known_for_a_minute_and_for_that_target_alone(clock):
    refused, error = RefusedTargets(clock.monotonic), discord_error(403, 50001)
    assert refused.error_of("a channel") is None
    refused.add("a channel", error)
    clock.advance(REMEMBERED_SECONDS - 1)
    assert refused.error_of("a channel") is error
    assert refused.error_of("another") is None
    clock.advance(1)
    assert refused.error_of("a channel") is None
