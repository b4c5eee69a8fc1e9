"""SIGKILL at every step of a song's life: exactly one reply, one request to Whisul, and the right quota."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.whisul.faults import Fault
from tests.support.hang_guard import HANG_GUARD

from .answers import answers_in, answers_in_any, delivered, songs_in
from .crashing_bot import MARK
from .discord_server import InteractionRecord
from .process import ROOT, Stage, open_stage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the crashing bot is forked"),
]
AT_ONCE = 6


@dataclass
class Forge:
    """Starts bots by `crashing_bot.py`."""

    script: asyncio.subprocess.Process
    started: list[int] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self, stage: Stage, crash_at: str | None = None) -> int:
        """Return the process's id once the bot is connected to the gateway."""
        identified = len(stage.discord.gateway.identifies)
        process = await self._fork(stage, crash_at)
        await stage.discord.wait_until(
            lambda: len(stage.discord.gateway.identifies) > identified or not lives(process), timeout=30
        )
        assert lives(process), log_of(stage)
        await stage.discord.commands_registered("song")
        return process

    async def _fork(self, stage: Stage, crash_at: str | None) -> int:
        order = {
            "folder": str(stage.folder),
            "environment": stage.environment(),
            "log": str(stage.folder / "forged.log"),
            "crash_at": crash_at,
            "tests_pid": os.getpid(),
        }
        async with self._turn:
            assert self.script.stdin
            assert self.script.stdout
            self.script.stdin.write(json.dumps(order).encode() + b"\n")
            answer = await asyncio.wait_for(self.script.stdout.readline(), HANG_GUARD)
        self.started.append(int(answer))
        stage.discord.cpu_wait.watch(int(answer))
        return self.started[-1]


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def kill(stage: Stage, process: int) -> None:
    if lives(process):
        os.kill(process, signal.SIGKILL)
    await stage.discord.wait_until(lambda: not lives(process), timeout=10)


def log_of(stage: Stage) -> str:
    return (stage.folder / "forged.log").read_text()


@pytest.fixture
async def forge() -> AsyncIterator[Forge]:
    script = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("crashing_bot.py")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    forge = Forge(script)
    yield forge
    for process in filter(lives, forge.started):
        os.kill(process, signal.SIGKILL)
    script.kill()
    await script.wait()


@asynccontextmanager
async def small_stage(folder: Path) -> AsyncIterator[Stage]:
    """Make songs so short and polls so rare that the first poll finds each song finished."""
    folder.mkdir()
    async with open_stage(folder) as stage:
        stage.settings |= {"POLL_SECONDS_MIN": "0.9", "POLL_SECONDS_MAX": "0.9", "ATTACH_AUDIO": "true"}
        yield stage


async def order(stage: Stage) -> InteractionRecord:
    """Order a song once the startup is over, whose requests and commits are not among the song's steps."""
    last_steps = ("ready in", "songs older than")
    await stage.discord.wait_until(lambda: all(step in log_of(stage) for step in last_steps))
    return await stage.discord.slash(stage.ann, stage.channel, "song", prompt="rain on a tin roof")


def is_over(stage: Stage) -> bool:
    """Return whether the song is delivered, and this is written down: no moment of its life is left."""
    return delivered(stage) and "delivered by" in log_of(stage)


async def crash_and_recover(forge: Forge, folder: Path, crash_at: str) -> bool:
    """Make one song, kill the process at that moment, and start it again. Return False if it was never
    reached."""
    async with small_stage(folder) as stage:
        process = await forge.start(stage, crash_at)
        song = await order(stage)
        await stage.discord.wait_until(lambda: not lives(process) or is_over(stage))
        crashed = not lives(process)
        if crashed and not songs_in(stage):
            assert_nothing_but_an_honest_line(stage, song)
            return True
        if crashed:
            process = await forge.start(stage)
            await stage.discord.wait_until(lambda: delivered(stage), timeout=40, what=log_of(stage))
        await kill(stage, process)
        assert_answered_once(stage, song)
        return crashed


async def moments_of_a_song(forge: Forge, folder: Path) -> list[str]:
    """Return all moments of a song's life without a kill."""
    async with small_stage(folder) as stage:
        process = await forge.start(stage, "")
        song = await order(stage)
        await stage.discord.wait_until(lambda: is_over(stage))
        await kill(stage, process)
        assert_answered_once(stage, song)
        lines = log_of(stage).splitlines()
    return [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]


def assert_nothing_but_an_honest_line(stage: Stage, song: InteractionRecord) -> None:
    """Check a process killed before anything is written: the command failed, or the message itself says what
    to do."""
    assert song.message is None or "send it again" in song.message.embed["description"]
    assert list(stage.whisul.posts) == []


def assert_answered_once(stage: Stage, song: InteractionRecord) -> None:
    (row,) = songs_in(stage)
    answers = answers_in(stage, song)
    assert len(answers) == 1, (log_of(stage), [answer.text for answer in answers])
    assert len(stage.whisul.posts) <= 1
    charged = row["refunded_at"] is None
    assert (row["state"], charged) in {("completed", True), ("failed", False)}
    assert "song:v1:take" in str(answers[0].components) if charged else "Try again" in answers[0].text
    assert row["token"] is None, "the token is forgotten once it has served"


async def test_a_song_survives_kill_9_in_every_moment_of_its_life(forge: Forge, tmp_path: Path):
    moments = await moments_of_a_song(forge, tmp_path / "healthy")
    assert len(moments) > 20
    turns = asyncio.Semaphore(AT_ONCE)

    async def run(number: int, moment: str) -> bool:
        async with turns:
            return await crash_and_recover(forge, tmp_path / str(number), moment)

    crashed = await asyncio.gather(*(run(number, moment) for number, moment in enumerate(moments)))
    assert sum(crashed) > 0.8 * len(moments), "a moment may not come again, but not most of them"


async def after_a_kill(
    forge: Forge, stage: Stage, kill_when: Callable[[], object], **options: Any
) -> InteractionRecord:
    """Kill a song's process once something has happened, and let the next process deliver it."""
    process = await forge.start(stage)
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="rain", **options)
    await stage.discord.wait_until(kill_when, timeout=20)
    await kill(stage, process)
    stage.whisul.heal()
    stage.discord.faults.clear()
    await forge.start(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
    return song


async def test_killed_while_whisul_was_being_asked_the_song_fails_honestly_and_costs_nothing(
    forge: Forge, tmp_path: Path
):
    async with small_stage(tmp_path / "stage") as stage:
        stage.whisul.fail_next("generate", Fault.hang(30, does_the_work=True))
        song = await after_a_kill(forge, stage, lambda: stage.whisul.posts)
        assert_answered_once(stage, song)
        assert song.message
        assert "To be safe I haven't sent it again" in song.message.text
        assert songs_in(stage)[0]["reason"] == "interrupted"


async def test_killed_while_the_card_was_on_its_way_there_is_one_card(forge: Forge, tmp_path: Path):
    async with small_stage(tmp_path / "stage") as stage:
        slow = stage.discord.faults.add(
            "/webhooks/.*/messages/", method="PATCH", hang=30, after=True, skip=1, times=None
        )
        song = await after_a_kill(forge, stage, lambda: slow.hits and answers_in_any(stage))
        assert_answered_once(stage, song)


@pytest.mark.parametrize("private", [False, True], ids=["in the channel", "by direct message"])
async def test_killed_between_a_new_message_and_writing_it_down_nothing_is_posted_twice(
    forge: Forge, tmp_path: Path, private: bool
):
    """This also holds if it was down for longer than Discord remembers the nonce."""
    async with small_stage(tmp_path / "stage") as stage:
        process = await forge.start(stage, crash_at="after POST /channels")
        song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="rain", private=private)
        await song.acknowledged(timeout=10)
        stage.discord.expire_token(song)
        assert song.message
        await stage.discord.delete(song.message)
        await stage.discord.wait_until(lambda: not lives(process), timeout=30)
        assert len(answers_in_any(stage)) == 1
        stage.discord.advance(3600)
        await forge.start(stage)
        await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
        assert len(answers_in_any(stage)) == 1
        assert songs_in(stage)[0]["message_id"] == answers_in_any(stage)[0].id
