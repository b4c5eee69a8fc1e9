"""An edit of progress may take effect long after it was given up. A card that it replaces comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from songbot.delivery import late_edits
from songbot.delivery.late_edits import MAX_ATTEMPTS, MAX_WATCHED, LateEdits
from songbot.delivery.service import DiscordDelivery
from songbot.songs.models import DeliveryState, ReplyTarget, Song, State
from songbot.songs.progress import Progress, Stage
from tests.support.fake_discord import DIRECT, EDIT, POST, WEBHOOK, message_json
from tests.support.fixed_clock import FixedClock
from tests.support.virtual_clock import VirtualClock, run
from tests.unit.delivery.scene import LATE, LIVE, NOW, FakeParentLookup, Scene

COMPOSING = replace(LIVE, state=State.COMPOSING, delivery=DeliveryState.PENDING, result=None)
DELIVERED = replace(LATE, delivery=DeliveryState.DELIVERED)
PROGRESS = Progress(Stage.COMPOSING, 3, since=NOW)
BY_TOKEN, AS_BOT = WEBHOOK.replace("PATCH", "GET"), EDIT.replace("PATCH", "GET")
EXPIRED = NOW + timedelta(hours=1)


def message_with(custom_id: str) -> dict[str, Any]:
    button = {"type": 2, "style": 2, "label": "A button", "custom_id": custom_id}
    shown = {"id": "200", "components": [{"type": 1, "components": [button]}]}
    return message_json("/channels/100/messages", {}) | shown


IN_PROGRESS, CARD = message_with("song:v1:notify:7"), message_with("song:v1:take:7")


def delivery_that_knows(stage: Scene, song: Song | None, now: Any = NOW) -> DiscordDelivery:
    lookup = FakeParentLookup(song or replace(LIVE, id=8))
    return DiscordDelivery(
        stage.client, stage.downloader, attach_audio=True, clock=FixedClock(now), parents=lookup
    )


@pytest.mark.parametrize(("now", "look", "edit"), [(NOW, BY_TOKEN, WEBHOOK), (EXPIRED, AS_BOT, EDIT)])
async def test_a_card_that_late_progress_replaced_is_sent_again_with_its_files(
    stage: Scene, now: Any, look: str, edit: str
) -> None:
    stage.discord.shown[look] = IN_PROGRESS
    assert await delivery_that_knows(stage, DELIVERED, now)._restore_card(COMPOSING)
    (request,) = stage.discord.requests
    assert request.route == edit
    assert len(request.files) == 2
    assert request.body["embeds"][0]["title"] == "Midnight Grid"


@pytest.mark.parametrize(("now", "look"), [(NOW, BY_TOKEN), (EXPIRED, AS_BOT)])
async def test_a_card_that_is_still_there_is_left_alone(stage: Scene, now: Any, look: str) -> None:
    stage.discord.shown[look] = CARD
    assert await delivery_that_knows(stage, DELIVERED, now)._restore_card(COMPOSING)
    assert stage.discord.requests == []


async def test_a_card_that_somebody_deleted_does_not_come_back(stage: Scene) -> None:
    stage.discord.fail(BY_TOKEN, 404, 10008)
    assert await delivery_that_knows(stage, DELIVERED)._restore_card(COMPOSING)
    assert stage.discord.requests == []


@pytest.mark.parametrize(
    "latest",
    [
        COMPOSING,
        replace(DELIVERED, reply=ReplyTarget(500, 300)),
        replace(DELIVERED, delivery=DeliveryState.UNDELIVERABLE),
        None,
    ],
    ids=["not yet finished", "delivered elsewhere", "undeliverable", "deleted"],
)
async def test_a_reply_without_a_card_is_not_even_looked_at(stage: Scene, latest: Song | None) -> None:
    stage.discord.fail(BY_TOKEN, 500)
    assert await delivery_that_knows(stage, latest)._restore_card(COMPOSING)
    assert stage.discord.requests == []


async def test_a_private_card_is_out_of_reach_once_its_token_has_expired(stage: Scene) -> None:
    private = replace(COMPOSING, private=True)
    delivery = delivery_that_knows(stage, replace(DELIVERED, private=True), EXPIRED)
    assert await delivery._restore_card(private)
    assert stage.discord.requests == []


async def test_where_the_bot_may_not_read_messages_the_card_is_sent_again_in_any_case(stage: Scene) -> None:
    stage.discord.fail(AS_BOT, 403, 50013)
    assert await delivery_that_knows(stage, DELIVERED, EXPIRED)._restore_card(COMPOSING)
    assert stage.discord.routes == [EDIT]


async def test_while_discord_or_the_database_is_away_it_is_tried_again(stage: Scene) -> None:
    stage.discord.fail(BY_TOKEN, 403, 0)
    assert not await delivery_that_knows(stage, DELIVERED)._restore_card(COMPOSING)
    away = DiscordDelivery(
        stage.client, stage.downloader, attach_audio=False, clock=FixedClock(NOW), parents=FakeParentLookup()
    )
    assert not await away._restore_card(COMPOSING)


async def test_no_other_message_is_sent_if_the_card_cannot_be_edited(stage: Scene) -> None:
    stage.discord.shown[BY_TOKEN] = IN_PROGRESS
    stage.discord.fail(WEBHOOK, 401, 50027)
    assert await delivery_that_knows(stage, DELIVERED)._restore_card(COMPOSING)
    assert not {EDIT, POST, DIRECT} & set(stage.discord.routes)


async def test_progress_without_a_response_is_looked_at_again(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late_edits, "LOOK_SOON", 0.0)
    monkeypatch.setattr(late_edits, "LOOK_AT_LAST", 0.0)
    stage.discord.shown[BY_TOKEN] = IN_PROGRESS
    delivery = delivery_that_knows(stage, DELIVERED)
    stage.discord.cut.add(WEBHOOK)
    assert not await delivery.update_progress(COMPOSING, PROGRESS)
    stage.discord.cut.clear()
    running = asyncio.create_task(delivery.run())
    while not stage.discord.requests[-1].files:
        await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert stage.discord.requests[-1].route == WEBHOOK


async def test_progress_that_was_refused_is_not_looked_at_again(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 400, 200000)
    delivery = delivery_that_knows(stage, DELIVERED)
    assert not await delivery.update_progress(COMPOSING, PROGRESS)
    assert delivery._late_edits._edited_at == {}


class Looks:
    """`at` holds the seconds of each look, and the ID of its song. The first `failing` ones fail."""

    def __init__(self, failing: int = 0) -> None:
        self.clock = VirtualClock()
        self.failing = failing
        self.at: list[tuple[float, int]] = []
        self.edits = LateEdits(self.clock, self._restore)

    async def _restore(self, song: Song) -> bool:
        self.at.append((self.clock.monotonic(), song.id))
        return len(self.at) > self.failing


def run_looks(scenario: Callable[[LateEdits], Awaitable[None]], failing: int = 0) -> Looks:
    """Run `scenario` while replies are looked at, and two days longer."""

    async def live() -> Looks:
        looks = Looks(failing)
        task = asyncio.create_task(looks.edits.run())
        await scenario(looks.edits)
        await asyncio.sleep(2 * 86_400)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert looks.edits._edited_at == {}
        return looks

    return run(live())


def test_a_reply_is_looked_at_soon_and_once_no_edit_can_arrive_any_more() -> None:
    async def scenario(edits: LateEdits) -> None:
        edits.watch(COMPOSING)
        await asyncio.sleep(5)
        edits.watch(replace(COMPOSING, id=8))

    assert run_looks(scenario).at == [(20, 7), (25, 8), (200, 7), (205, 8)]


def test_each_further_edit_puts_off_the_looks() -> None:
    async def scenario(edits: LateEdits) -> None:
        for _ in range(3):
            edits.watch(COMPOSING)
            await asyncio.sleep(10)
        await asyncio.sleep(90)
        edits.watch(COMPOSING)

    assert run_looks(scenario).at == [(40, 7), (320, 7)]


def test_an_edit_during_the_last_look_is_looked_at_too() -> None:
    async def scenario(edits: LateEdits) -> None:
        edits.watch(COMPOSING)
        await asyncio.sleep(200)
        edits.watch(COMPOSING)

    assert run_looks(scenario).at[-1] == (400, 7)


def test_in_an_outage_of_many_songs_only_so_many_replies_are_looked_at() -> None:
    async def scenario(edits: LateEdits) -> None:
        for song_id in range(MAX_WATCHED + 5):
            edits.watch(replace(COMPOSING, id=song_id))

    assert len(run_looks(scenario).at) == 2 * MAX_WATCHED


def test_a_failing_look_is_repeated_for_a_day_at_most() -> None:
    async def scenario(edits: LateEdits) -> None:
        edits.watch(COMPOSING)

    assert [at for at, _ in run_looks(scenario, failing=3).at] == [20, 200, 320, 440]
    assert len(run_looks(scenario, failing=10**6).at) == 1 + MAX_ATTEMPTS
