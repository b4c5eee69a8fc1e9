"""Discord fails on every route a song needs: people are answered in time, and get one card."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from .answers import answers_in, delivered, end_jobs, songs_in
from .discord_server import Fault, InteractionRecord
from .process import Stage

Script = Callable[[Stage, str, str], Fault]
"""Scripts a fault for requests of a method whose path matches."""


def status(code: int, *, html: bool = False) -> Script:
    body = "html" if html else None
    return lambda stage, method, path: stage.discord.faults.add(path, method=method, status=code, body=body)


def rate_limited(*, everywhere: bool) -> Script:
    return lambda stage, method, path: stage.discord.faults.rate_limit(
        path, method=method, retry_after=0.8, is_global=everywhere
    )


def cut(*, after: bool = False) -> Script:
    return lambda stage, method, path: stage.discord.faults.add(path, method=method, cut=True, after=after)


def silent(seconds: float, *, after: bool = False) -> Script:
    return lambda stage, method, path: stage.discord.faults.add(
        path, method=method, hang=seconds, after=after
    )


def faults(silence: float) -> dict[str, Script]:
    """Return each way to fail. `silence` is the number of seconds before a silent connection is cut."""
    return {
        "500": status(500),
        "502": status(502, html=True),
        "503": status(503, html=True),
        "429 for the route": rate_limited(everywhere=False),
        "429 for all routes": rate_limited(everywhere=True),
        "cut": cut(),
        "cut after the effect": cut(after=True),
        "silence": silent(silence),
        "silence after the effect": silent(silence, after=True),
    }


async def ask(stage: Stage, name: str, *, private: bool = False) -> InteractionRecord:
    user = stage.discord.state.add_user(name)
    channel = stage.discord.state.add_channel(stage.guild, name)
    return await stage.discord.slash(user, channel, "song", prompt=name, private=private)


def assert_one_card_each(stage: Stage, songs: dict[str, InteractionRecord]) -> None:
    cards = {name: len(answers_in(stage, song)) for name, song in songs.items()}
    assert cards == dict.fromkeys(songs, 1)
    assert sorted(post.prompt for post in stage.whisul.posts) == sorted(
        song.payload["data"]["options"][0]["value"] for song in songs.values()
    )


async def test_an_acknowledgement_gets_through_whatever_goes_wrong_the_first_time(stage: Stage):
    await stage.start_ready()
    songs: dict[str, InteractionRecord] = {}
    for name, script in faults(silence=30).items():
        song = songs[name] = await ask(stage, name)
        script(stage, "POST", f"{song.token}/callback")
    await asyncio.gather(*(song.acknowledged(timeout=10) for song in songs.values()))
    await stage.discord.wait_until(lambda: delivered(stage, len(songs)), timeout=40)
    assert {name: song.ack_seconds for name, song in songs.items() if not song.in_time} == {}
    assert_one_card_each(stage, songs)
    for name, song in songs.items():
        assert len(stage.discord.message_store.in_channel(song.channel)) == 1, name


async def test_an_acknowledgement_that_never_gets_through_costs_nothing_and_is_apologised_for(stage: Stage):
    await stage.start_ready()
    song = await ask(stage, "unlucky")
    stage.discord.faults.add(f"{song.token}/callback", status=500, times=None)
    await stage.discord.wait_until(lambda: stage.discord.message_store.in_channel(song.channel), timeout=30)
    (apology,) = stage.discord.message_store.in_channel(song.channel)
    assert "Nothing was charged" in apology.content
    assert apology.pinged == {song.user.id}
    assert songs_in(stage) == []
    assert not stage.whisul.posts


async def by_token(stage: Stage, song: InteractionRecord) -> tuple[str, str]:
    return "PATCH", f"{song.token}/messages"


async def by_edit(stage: Stage, song: InteractionRecord) -> tuple[str, str]:
    stage.discord.expire_token(song)
    return "PATCH", f"/channels/{song.channel.id}/messages/"


async def by_post(stage: Stage, song: InteractionRecord) -> tuple[str, str]:
    stage.discord.expire_token(song)
    assert song.message
    await stage.discord.delete(song.message)
    return "POST", f"/channels/{song.channel.id}/messages$"


async def by_direct_message(stage: Stage, song: InteractionRecord) -> tuple[str, str]:
    stage.discord.expire_token(song)
    return "POST", f"/channels/{stage.discord.state.dm_channel(song.user).id}/messages$"


STEPS: dict[str, tuple[Callable[[Stage, InteractionRecord], Any], bool]] = {
    "the edit by token": (by_token, False),
    "the edit": (by_edit, False),
    "the new message": (by_post, False),
    "the direct message": (by_direct_message, True),
}
"""How a song is brought to this step, and whether it is private."""


@pytest.mark.slow
async def test_a_card_gets_through_with_its_files_and_is_posted_once(stage: Stage):
    await stage.start_ready()
    songs: dict[str, InteractionRecord] = {}
    scripted: dict[str, Fault] = {}

    async def begin(step: str, fault: str, script: Script) -> None:
        bring, private = STEPS[step]
        name = f"{step}: {fault}"
        song = songs[name] = await ask(stage, f"{name} [never]", private=private)
        await song.message_matching("composing", timeout=15)
        scripted[name] = script(stage, *await bring(stage, song))

    ways = faults(silence=1).items()
    await asyncio.gather(*(begin(step, fault, script) for step in STEPS for fault, script in ways))
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage, len(songs)), timeout=90)
    assert [name for name, fault in scripted.items() if not fault.hits] == []
    assert_one_card_each(stage, songs)
    assert [name for name, song in songs.items() if not answers_in(stage, song)[0].files] == []


async def test_who_asked_to_be_notified_is_mentioned_once_whatever_goes_wrong_the_first_time(stage: Stage):
    await stage.start_ready()
    songs: dict[str, InteractionRecord] = {}
    for name, script in faults(silence=1).items():
        song = songs[name] = await ask(stage, name + " [never]")
        line = await song.message_matching(lambda message: "Notify me" in message.buttons, timeout=15)
        script(stage, "POST", f"/channels/{song.channel.id}/messages$")
        press = await stage.discord.click(stage.max, line, "Notify me")
        await press.message_matching(lambda message: message.ephemeral)
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage, len(songs)), timeout=60)
    pinged = {
        name: [m.pinged for m in stage.discord.message_store.in_channel(song.channel) if m.pinged]
        for name, song in songs.items()
    }
    assert pinged == {name: [{stage.max.id}] for name in songs}
