"""The gateway closes, breaks, goes silent or ends the session: the bot resumes, and songs still arrive."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from .answers import composing, end_jobs, is_answer
from .discord_server import InteractionRecord
from .process import Stage, open_stage

IMPATIENT = """
import sys
from discord.state import ConnectionState

begin = ConnectionState.__init__
def impatient(state, *things, **options):
    begin(state, *things, **options)
    state.heartbeat_timeout = 5
ConnectionState.__init__ = impatient

import bot
sys.exit(bot.main())
"""
"""The bot, with 5 s instead of discord.py's 60 until a silent gateway is given up."""


def sessions(stage: Stage) -> tuple[int, int]:
    """Return how often a session was started, and how often one was resumed."""
    return len(stage.discord.gateway.identifies), sum(
        session.resumes for session in stage.discord.gateway.sessions.values()
    )


async def order(stage: Stage, prompt: str = "rain") -> InteractionRecord:
    return await stage.discord.slash(stage.ann, stage.channel, "song", prompt=prompt)


async def assert_card(song: InteractionRecord) -> None:
    await song.message_matching(is_answer, timeout=30)


async def connected_again(stage: Stage, before: tuple[int, int]) -> None:
    await stage.discord.wait_until(
        lambda: sessions(stage) != before and stage.discord.gateway.connected(),
        timeout=60,
        what="the gateway again",
    )


async def break_with(stage: Stage, how: str) -> None:
    gateway = stage.discord.gateway
    match how:
        case "1006":
            gateway.abort()
        case "reconnect requested":
            await gateway.reconnect()
        case "invalid session, resumable":
            await gateway.invalidate(resumable=True)
        case "invalid session":
            await gateway.invalidate()
        case code:
            await gateway.close(int(code))


async def on_stages(
    folder: Path, database: Path, act: Callable[[Stage, str], Awaitable[None]], *ways: str
) -> None:
    """Each failure has its own stage. All run at the same time, since most of it is waiting."""

    async def on_stage(way: str) -> None:
        (folder / way).mkdir()
        shutil.copy(database, folder / way / "songs.db")
        async with open_stage(folder / way) as stage:
            await stage.start_ready()
            await act(stage, way)

    await asyncio.gather(*map(on_stage, ways))


async def test_a_session_is_resumed_and_presses_in_the_gap_are_not_lost(
    tmp_path: Path, sqlite_template: Path
):
    ways = "4000", "1006", "reconnect requested", "invalid session, resumable"
    await on_stages(tmp_path, sqlite_template, assert_resumed_after, *ways)


async def assert_resumed_after(stage: Stage, how: str) -> None:
    begun = await order(stage, "before the gap")
    await begun.acknowledged(timeout=5)
    before = sessions(stage)
    await break_with(stage, how)
    in_the_gap = await order(stage, "in the gap")
    assert in_the_gap.reached == 1, "Discord keeps it for the session"
    await connected_again(stage, before)
    assert sessions(stage) == (before[0], before[1] + 1)
    for song in (begun, in_the_gap, await order(stage, "after the gap")):
        await assert_card(song)
    assert len(stage.whisul.posts) == 3


async def test_a_session_that_is_over_is_begun_anew(tmp_path: Path, sqlite_template: Path):
    await on_stages(tmp_path, sqlite_template, assert_begun_anew_after, "4007", "4009", "invalid session")


async def assert_begun_anew_after(stage: Stage, how: str) -> None:
    begun = await order(stage, "before the gap")
    await begun.acknowledged(timeout=5)
    before = sessions(stage)
    await break_with(stage, how)
    await connected_again(stage, before)
    assert sessions(stage)[0] > before[0]
    for song in (begun, await order(stage, "after the gap")):
        await assert_card(song)
    assert len(stage.whisul.posts) == 2


async def test_songs_are_delivered_while_the_gateway_is_down(stage: Stage):
    bot = await stage.start_ready()
    song = await order(stage)
    await song.acknowledged(timeout=5)
    stage.discord.gateway.down = True
    stage.discord.gateway.abort()
    await assert_card(song)
    assert stage.discord.gateway.connected() == []
    before = sessions(stage)
    stage.discord.gateway.down = False
    await connected_again(stage, before)
    await assert_card(await order(stage))
    assert bot.process.returncode is None


@pytest.mark.slow
async def test_a_bot_that_starts_while_the_gateway_is_down_delivers_what_it_finds_and_connects_later(
    stage: Stage,
):
    bot = await stage.start_ready()
    song = await order(stage, "[never] rain")
    await composing(stage)
    await bot.kill()
    end_jobs(stage)
    stage.discord.gateway.down = True
    bot = await stage.start()
    await assert_card(song)
    before = sessions(stage)
    stage.discord.gateway.down = False
    await connected_again(stage, before)
    assert bot.process.returncode is None


async def test_a_silent_gateway_is_given_up_and_the_presses_it_kept_are_answered(
    stage: Stage, tmp_path: Path
):
    stage.discord.gateway.heartbeat_interval = 0.5
    stage.discord.interactions.enforce_deadline = False  # a press is kept for longer
    script = tmp_path / "impatient_bot.py"
    script.write_text(IMPATIENT)
    await stage.start(script)
    await stage.discord.commands_registered("song")
    await stage.discord.ready()
    begun = await order(stage, "before the silence")
    await begun.acknowledged(timeout=5)
    before = sessions(stage)
    stage.discord.gateway.silence()
    kept = await order(stage, "in the silence")
    await assert_card(begun)
    await connected_again(stage, before)
    assert sessions(stage) == (before[0], before[1] + 1)
    await assert_card(kept)


async def test_a_press_that_was_kept_for_too_long_is_apologised_for(stage: Stage):
    """Discord accepts no response after 3 seconds; the person learns that nothing was charged."""
    stage.discord.interactions.enforce_deadline = True
    await stage.start_ready()
    stage.discord.gateway.down = True
    stage.discord.gateway.abort()
    late = await order(stage)
    stage.discord.advance(4)
    stage.discord.gateway.down = False
    await stage.discord.wait_until(lambda: stage.discord.message_store.in_channel(stage.channel), timeout=60)
    (apology,) = stage.discord.message_store.in_channel(stage.channel)
    assert "Nothing was charged" in apology.content
    assert apology.pinged == {stage.ann.id}
    assert late.message is None
    assert not stage.whisul.posts
