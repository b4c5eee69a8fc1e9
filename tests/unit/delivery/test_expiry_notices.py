"""Test when a reply gets its last edit by token, and which process sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from songbot.delivery.expiry_notices import ExpiryNotices, has_moved_on
from songbot.songs.models import DeliveryState, ReplyTarget, Song, State
from tests.support.songs import SONG
from tests.support.virtual_clock import EPOCH, VirtualClock, run

QUEUED = replace(SONG, state=State.QUEUED, delivery=DeliveryState.PENDING)
COMPOSING = replace(QUEUED, state=State.COMPOSING)
COMPLETED = replace(QUEUED, state=State.COMPLETED)
DELIVERED = replace(COMPLETED, delivery=DeliveryState.DELIVERED)


@pytest.mark.parametrize(
    ("watched", "latest"),
    [
        (QUEUED, COMPOSING),
        (QUEUED, DELIVERED),
        (COMPOSING, COMPLETED),
        (COMPOSING, DELIVERED),
        (QUEUED, None),
    ],
)
def test_a_song_that_another_process_carried_on_keeps_its_reply(watched, latest):
    assert has_moved_on(watched, latest)


@pytest.mark.parametrize("song", [QUEUED, COMPOSING, COMPLETED])
def test_a_song_that_stands_where_it_was_gets_its_notice(song):
    assert not has_moved_on(song, song)


class Notices:
    """Expiry notices on a virtual clock. `sent` holds the seconds and the ID of each notice, and each takes
    `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.clock = VirtualClock()
        self.sent: list[tuple[float, int]] = []
        self.songs: list[Song] = []
        self.ended: list[float] = []
        self.seconds = seconds
        self.notices = ExpiryNotices(self.clock, self._send)

    async def _send(self, song: Song) -> None:
        self.sent.append((self.clock.monotonic(), song.id))
        self.songs.append(song)
        await asyncio.sleep(self.seconds)
        self.ended.append(self.clock.monotonic())

    def watch(
        self, song_id: int, token_lives_for: float | None, token: str | None = "secret", **changes: Any
    ):
        lives_for = None if token_lives_for is None else timedelta(seconds=token_lives_for)
        expires_at = None if lives_for is None else EPOCH + lives_for
        reply = ReplyTarget(100, 200, token, expires_at)
        self.notices.watch(replace(QUEUED, id=song_id, reply=reply, **changes))


def run_notices(scenario: Callable[[Notices], Awaitable[None]], **options: float) -> Notices:
    """Run `scenario` while notices are sent, and an hour longer."""

    async def live() -> Notices:
        notices = Notices(**options)
        task = asyncio.create_task(notices.notices.run())
        await asyncio.sleep(0)
        await scenario(notices)
        await asyncio.sleep(3600)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return notices

    return run(live())


def test_each_notice_is_sent_a_minute_before_its_token_expires():
    async def scenario(notices: Notices) -> None:
        notices.watch(1, 900)
        notices.watch(2, 300)
        notices.watch(3, 600)

    assert run_notices(scenario).sent == [(240, 2), (540, 3), (840, 1)]


def test_a_token_in_its_last_minute_gets_its_notice_at_once():
    async def scenario(notices: Notices) -> None:
        notices.watch(1, 30)

    assert run_notices(scenario).sent == [(0, 1)]


def test_a_notice_is_sent_once_with_what_was_last_known_of_the_song():
    async def scenario(notices: Notices) -> None:
        notices.watch(1, 300)
        notices.watch(1, 300, state=State.COMPOSING)

    notices = run_notices(scenario)
    assert notices.sent == [(240, 1)]
    assert notices.songs[0].state is State.COMPOSING


def test_a_song_that_was_forgotten_gets_no_notice_and_the_others_do():
    async def scenario(notices: Notices) -> None:
        notices.watch(1, 300)
        notices.watch(2, 400)
        await notices.notices.forget(1)
        await notices.notices.forget(99)

    assert run_notices(scenario).sent == [(340, 2)]


def test_forgetting_waits_for_the_notice_that_is_being_sent():
    forgotten: list[float] = []

    async def scenario(notices: Notices) -> None:
        notices.watch(1, 300)
        await asyncio.sleep(241)
        await notices.notices.forget(1)
        forgotten.append(notices.clock.monotonic())
        await notices.notices.forget(1)

    notices = run_notices(scenario, seconds=10)
    assert forgotten == notices.ended == [250]


def test_a_slow_notice_holds_up_no_other():
    async def scenario(notices: Notices) -> None:
        notices.watch(1, 300)
        notices.watch(2, 301)

    assert run_notices(scenario, seconds=10).sent == [(240, 1), (241, 2)]


@pytest.mark.parametrize(("token_lives_for", "token"), [(None, "secret"), (300, None), (300, "")])
def test_a_reply_without_a_token_gets_no_notice(token_lives_for, token):
    async def scenario(notices: Notices) -> None:
        notices.watch(1, token_lives_for, token)

    assert run_notices(scenario).sent == []
