"""Test many people at once, and stopping the process meanwhile."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from songbot.app import HANDLER_GRACE
from songbot.interactions.acknowledge import ACKNOWLEDGE_TIMEOUT
from songbot.wording.general import STOPPING
from songbot.wording.language import ENGLISH
from tests.support.hang_guard import HANG_GUARD

from .answers import answers_in, delivered, is_answer, songs_in
from .discord_server import InteractionRecord
from .patched_bot import start_altered_ready
from .process import BotProcess, Stage, open_stage

SONGS = 200
CROWD = 1000
CROWD_TIMEOUT = 900
"""Seconds after which many songs at once will never be there, even on a busy machine."""
PATIENT = """
from songbot import app
from songbot.interactions import acknowledge
app.HANDLER_GRACE = acknowledge.ACKNOWLEDGE_TIMEOUT = 120.0
"""
"""A bot that takes two minutes to acknowledge and to stop, in which a busy machine gets everything done."""


@pytest.fixture
async def big_stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Run without media and without the schema check, which other tests cover."""
    async with open_stage(tmp_path, check_schema=False) as stage:
        stage.settings |= {"ATTACH_AUDIO": "false", "POLL_SECONDS_MIN": "2", "POLL_SECONDS_MAX": "3"}
        yield stage


async def order(stage: Stage, number: int, prompt: str = "rain") -> InteractionRecord:
    return await stage.discord.slash(stage.ann, stage.channel, "song", prompt=f"{prompt} {number}")


async def stop_again_and_again(bot: BotProcess) -> None:
    """Send SIGTERM repeatedly until the process ends, and check that its exit code is 0."""
    async with asyncio.timeout(HANG_GUARD):
        while bot.process.returncode is None:
            bot.signal(signal.SIGTERM)
            await asyncio.sleep(0.02)
    assert await bot.ends() == 0, bot.log


async def wait_for(predicate: Callable[[], bool]) -> None:
    """Check now and then: doing so at every request, as the stage's own waiting does, would be half of the
    work."""
    async with asyncio.timeout(CROWD_TIMEOUT):
        while not predicate():
            await asyncio.sleep(0.2)


async def assert_one_card_each(stage: Stage, songs: list[InteractionRecord]) -> None:
    await wait_for(lambda: delivered(stage, len(songs)))
    assert all(song.message and is_answer(song.message) for song in songs)
    assert len(answers_in(stage, songs[0])) == len(songs)
    assert len(stage.whisul.posts) == len(songs)


async def test_sigterm_again_and_again_with_200_songs_in_the_works_loses_none(big_stage: Stage):
    stage = big_stage
    bot = await stage.start_ready()
    songs = [await order(stage, number, "[slow] rain") for number in range(SONGS)]
    await stage.discord.wait_until(lambda: len(stage.whisul.posts) >= SONGS / 2)
    await stop_again_and_again(bot)
    assert "Traceback" not in bot.log
    await stage.start_ready()
    await assert_one_card_each(stage, songs)


async def test_sigterm_amid_a_rush_leaves_nobody_without_an_answer(big_stage: Stage):
    """Everybody who was acknowledged gets a card, or is told to try again."""
    stage = big_stage
    bot = await start_altered_ready(stage, PATIENT)
    songs = [await order(stage, number) for number in range(60)]
    await stage.discord.wait_until(lambda: any(song.ack for song in songs))
    await stop_again_and_again(bot)
    await stage.start_ready()
    await wait_for(lambda: delivered(stage, len(songs_in(stage))))
    for song in filter(lambda song: song.ack, songs):
        texts = [message.text for message in song.messages]
        assert any(is_answer(message) for message in song.messages) or STOPPING(ENGLISH) in texts, texts
    assert len(answers_in(stage, songs[0])) == len(songs_in(stage)) == len(stage.whisul.posts)


def test_a_stopping_bot_waits_for_longer_than_an_acknowledgement_may_take():
    assert HANDLER_GRACE > ACKNOWLEDGE_TIMEOUT


async def test_sigterm_while_discord_is_slow_leaves_nobody_without_an_answer(big_stage: Stage):
    stage = big_stage
    stage.discord.interactions.enforce_deadline = False
    bot = await start_altered_ready(stage, PATIENT)
    stage.discord.faults.add("callback", hang=60, times=None)
    songs = [await order(stage, number) for number in range(5)]
    await stage.discord.wait_until(lambda: all(stage.discord.requests_to(song.token) for song in songs))
    bot.signal(signal.SIGTERM)
    await stage.discord.wait_until(lambda: "stopping" in bot.log)
    stage.discord.faults.clear()
    await stop_again_and_again(bot)
    for song in songs:
        assert [message.text for message in song.messages] == [STOPPING(ENGLISH)]


@pytest.mark.slow
@pytest.mark.timeout(3 * CROWD_TIMEOUT)
async def test_a_thousand_people_in_one_second_are_all_acknowledged_and_none_is_lost(big_stage: Stage):
    stage = big_stage
    await stage.start_ready()
    begun = time.monotonic()
    songs = []
    for number in range(CROWD):
        songs.append(await order(stage, number))
        await asyncio.sleep(max(0.0, begun + number / CROWD - time.monotonic()))
    await wait_for(lambda: all(song.ack for song in songs))
    assert all(song.in_time for song in songs)
    await assert_one_card_each(stage, songs)
