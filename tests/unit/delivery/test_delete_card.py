"""Test how a song's card is deleted, and what is known about it afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from songbot.delivery import delete_card as module
from songbot.delivery.delete_card import DeleteResult, delete_card
from songbot.songs.models import ReplyTarget, Song
from tests.support.discord_errors import discord_error
from tests.support.songs import SONG

PRIVATE = replace(SONG, private=True)
BY_INSTALL = replace(SONG, reply=ReplyTarget(100, 200, bot_in_channel=False))
UNKNOWN = discord_error(404, 10008)


@dataclass
class FakeDiscord:
    """Records what was deleted. `refusal` is the error for the bot's own request, `token_refusal` for the
    token's."""

    refusal: BaseException | None = None
    token_refusal: BaseException | None = None
    deleted: list[Any] = field(default_factory=list)

    def get_partial_messageable(self, channel_id: int) -> Any:
        def message(message_id: int) -> Any:
            return SimpleNamespace(delete=lambda: self._delete((channel_id, message_id), self.refusal))

        return SimpleNamespace(get_partial_message=message)

    def press(self, message_id: int | None = 200, *, expired: bool = False) -> Any:
        return SimpleNamespace(
            message=message_id and SimpleNamespace(id=message_id),
            is_expired=lambda: expired,
            delete_original_response=lambda: self._delete("by token", self.token_refusal),
        )

    async def _delete(self, what: Any, refusal: BaseException | None) -> None:
        if refusal is not None:
            raise refusal
        self.deleted.append(what)


async def delete(fake: FakeDiscord, song: Song = SONG, pressed: Any = None) -> DeleteResult:
    return await delete_card(fake, song, pressed)  # type: ignore[arg-type]


async def test_the_bot_deletes_its_own_message_and_needs_no_token():
    fake = FakeDiscord()
    assert await delete(fake, pressed=fake.press()) is DeleteResult.DELETED
    assert fake.deleted == [(100, 200)]


@pytest.mark.parametrize("song", [BY_INSTALL, replace(SONG, reply=ReplyTarget(100))])
async def test_a_card_out_of_the_bots_reach_needs_the_token_of_a_press(song):
    fake = FakeDiscord()
    assert await delete(fake, song) is DeleteResult.IMPOSSIBLE
    assert fake.deleted == []
    on_it = fake.press(song.reply.message_id)
    if on_it.message:
        assert await delete(fake, song, on_it) is DeleteResult.DELETED
        assert fake.deleted == ["by token"]


async def test_a_card_that_is_gone_counts_as_deleted():
    assert await delete(FakeDiscord(UNKNOWN)) is DeleteResult.DELETED


async def test_a_private_card_that_the_bot_does_not_know_is_deleted_by_token():
    fake = FakeDiscord(UNKNOWN)
    assert await delete(fake, PRIVATE) is DeleteResult.IMPOSSIBLE
    assert await delete(fake, PRIVATE, fake.press()) is DeleteResult.DELETED
    assert fake.deleted == ["by token"]


@pytest.mark.parametrize("pressed", [{"expired": True}, {"message_id": None}])
async def test_a_press_whose_token_has_expired_or_whose_message_is_unknown_is_not_used(pressed):
    fake = FakeDiscord(UNKNOWN)
    assert await delete(fake, PRIVATE, fake.press(**pressed)) is DeleteResult.IMPOSSIBLE
    assert fake.deleted == []


async def test_a_copy_on_which_delete_was_pressed_goes_too_but_the_outcome_is_the_cards():
    fake = FakeDiscord()
    assert await delete(fake, pressed=fake.press(300)) is DeleteResult.DELETED
    assert fake.deleted == [(100, 200), "by token"]
    refused = FakeDiscord(refusal=discord_error(403, 50001))
    assert await delete(refused, pressed=refused.press(300)) is DeleteResult.IMPOSSIBLE
    assert refused.deleted == ["by token"]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (discord_error(403, 50001), DeleteResult.IMPOSSIBLE),
        (discord_error(503), DeleteResult.RETRY_LATER),
        (discord.DiscordException(), DeleteResult.RETRY_LATER),
        (TimeoutError(), DeleteResult.RETRY_LATER),
    ],
)
async def test_only_what_discord_refuses_for_good_is_not_tried_again(error, outcome):
    assert await delete(FakeDiscord(error)) is outcome
    fake = FakeDiscord(UNKNOWN, token_refusal=error)
    assert await delete(fake, PRIVATE, fake.press()) is outcome


async def test_a_request_that_hangs_is_given_up_and_tried_again_later(monkeypatch: pytest.MonkeyPatch):
    class Hanging(FakeDiscord):
        async def _delete(self, what: Any, refusal: BaseException | None) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(module, "DELETE_TIMEOUT", 0.0)
    assert await delete(Hanging()) is DeleteResult.RETRY_LATER
