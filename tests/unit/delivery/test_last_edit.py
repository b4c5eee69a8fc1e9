"""Test the last edit of a reply that only its token can reach: it says where the song will appear."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from songbot.delivery import service as delivery_service
from songbot.delivery.service import DiscordDelivery
from songbot.songs.models import DeliveryState, Song, State
from songbot.songs.ports import Delivered, RetryLater
from songbot.songs.progress import Progress, Stage
from songbot.wording.language import ENGLISH
from songbot.wording.progress import TOO_LATE_HERE
from tests.support.fake_discord import WEBHOOK
from tests.support.fixed_clock import FixedClock
from tests.unit.delivery.scene import LIVE, NOW, TOKEN, FakeParentLookup, Scene

EXPIRING = replace(TOKEN, token_expires_at=NOW + timedelta(seconds=50))
PRIVATE = replace(
    LIVE,
    reply=EXPIRING,
    private=True,
    state=State.COMPOSING,
    delivery=DeliveryState.PENDING,
    result=None,
    created_at=NOW,
)
FINISHED = replace(PRIVATE, state=State.COMPLETED, result=LIVE.result)
PROGRESS = Progress(Stage.COMPOSING, 3, since=NOW)


def open_delivery(
    stage: Scene, lookup: FakeParentLookup | None, clock: FixedClock | None = None
) -> DiscordDelivery:
    return DiscordDelivery(
        stage.client,
        stage.downloader,
        attach_audio=False,
        clock=clock or FixedClock(NOW),
        parents=lookup,
    )


def descriptions(stage: Scene) -> list[str]:
    return [embed["description"] for request in stage.discord.requests for embed in request.body["embeds"]]


async def test_it_follows_the_progress_that_was_shown_and_no_progress_follows_it(stage: Scene) -> None:
    delivery = open_delivery(stage, FakeParentLookup(PRIVATE))
    notices = asyncio.create_task(delivery.run())
    assert await delivery.update_progress(PRIVATE, PROGRESS)
    while len(stage.discord.requests) < 2:
        await asyncio.sleep(0.001)
    notices.cancel()
    await asyncio.gather(notices, return_exceptions=True)
    assert not await delivery.update_progress(PRIVATE, PROGRESS)
    progress, notice = descriptions(stage)
    assert "▰▰▰▱" in progress
    assert TOO_LATE_HERE(ENGLISH) in notice


@pytest.mark.parametrize("lookup", [FakeParentLookup(PRIVATE), None])
async def test_it_says_where_the_song_will_appear_and_keeps_the_buttons(
    stage: Scene, lookup: FakeParentLookup | None
) -> None:
    await open_delivery(stage, lookup)._send_expiry_notice(PRIVATE)
    (notice,) = stage.discord.requests
    assert notice.route == WEBHOOK
    assert TOO_LATE_HERE(ENGLISH) in notice.body["embeds"][0]["description"]
    assert notice.body["components"][0]["components"][0]["custom_id"] == "song:v1:notify:7"


async def test_a_reply_that_the_bot_can_edit_as_itself_needs_none(stage: Scene) -> None:
    song = replace(PRIVATE, private=False)
    delivery = open_delivery(stage, FakeParentLookup(song))
    await delivery._send_expiry_notice(song)
    assert stage.discord.requests == []
    assert await delivery.update_progress(song, PROGRESS)


@pytest.mark.parametrize(
    "now",
    [replace(PRIVATE, delivery=DeliveryState.DELIVERED), FINISHED, replace(PRIVATE, id=8)],
    ids=["delivered", "finished", "deleted"],
)
async def test_a_song_that_another_process_carried_on_or_deleted_keeps_its_reply(
    stage: Scene, now: Song
) -> None:
    await open_delivery(stage, FakeParentLookup(now))._send_expiry_notice(PRIVATE)
    assert stage.discord.requests == []


class Sometimes(FakeParentLookup):
    """Can't be reached the first two times. Time passes with every question."""

    def __init__(self, clock: FixedClock, seconds: float, *, comes_back: bool) -> None:
        super().__init__()
        self.clock, self.seconds, self.comes_back = clock, seconds, comes_back
        self.asked = 0

    async def get(self, song_id: int) -> Song | None:
        self.asked += 1
        self.clock.advance(self.seconds)
        if self.asked > 2 and self.comes_back:
            self.songs = {PRIVATE.id: PRIVATE}
        return await super().get(song_id)


async def test_while_the_database_is_away_it_waits_for_it(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_service, "PROGRESS_TIMEOUT", 0.2)
    clock = FixedClock(NOW)
    lookup = Sometimes(clock, 1, comes_back=True)
    await open_delivery(stage, lookup, clock)._send_expiry_notice(PRIVATE)
    assert lookup.asked >= 3
    assert TOO_LATE_HERE(ENGLISH) in descriptions(stage)[-1]


async def test_an_edit_that_discord_refuses_for_now_is_tried_again(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_service, "PROGRESS_TIMEOUT", 0.2)
    stage.discord.fail(WEBHOOK, 403, 0, times=1)
    await open_delivery(stage, FakeParentLookup(PRIVATE))._send_expiry_notice(PRIVATE)
    assert len(stage.discord.requests) >= 2


async def test_it_is_given_up_when_the_token_has_expired_and_the_log_says_so(
    stage: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery_service, "PROGRESS_TIMEOUT", 0.0)
    clock = FixedClock(NOW)
    lookup = Sometimes(clock, 10, comes_back=False)
    await open_delivery(stage, lookup, clock)._send_expiry_notice(PRIVATE)
    assert lookup.asked == 2, "20 seconds, and the token's last 30 are too short for a request"
    assert stage.discord.requests == []
    assert "a reply could not be edited before its token expired" in caplog.messages


async def test_a_song_that_is_delivered_gets_none_and_one_whose_delivery_is_postponed_does(
    stage: Scene,
) -> None:
    delivery = open_delivery(stage, FakeParentLookup(FINISHED))
    stage.discord.fail(WEBHOOK, 403, 0, times=1)
    assert isinstance(await delivery.deliver(FINISHED, [], 1), RetryLater)
    assert list(delivery._notices._watched) == [FINISHED.id]
    assert isinstance(await delivery.deliver(FINISHED, [], 2), Delivered)
    assert list(delivery._notices._watched) == []
