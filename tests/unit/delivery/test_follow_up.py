"""Test how a card that is opened or posted from the library reaches Discord."""

from __future__ import annotations

from typing import Any

import pytest

from songbot.delivery.follow_up import edit_in_card, follow_up_with_card
from songbot.delivery.payloads import CardPayload, payload_variants
from songbot.media.downloader import MediaFile, SongFiles
from songbot.ui.custom_ids import custom_id
from songbot.wording.language import ENGLISH, find_language
from tests.support.discord_errors import discord_error
from tests.support.songs import SONG

FILES = SongFiles(MediaFile("cover.png", b"\x89PNG\r\n\x1a\n"), MediaFile("song.mp3", b"ID3"))
POST_HERE = custom_id("song:post", SONG.id)


class FakeInteraction:
    """Accepts every message except the first ones, for which `refusals` holds an error each."""

    def __init__(self, *refusals: BaseException) -> None:
        self.refusals = list(refusals)
        self.edits: list[dict[str, Any]] = []
        self.posts: list[dict[str, Any]] = []
        self.followup = self

    async def edit_original_response(self, **message: Any) -> None:
        self._take(self.edits, message)

    async def send(self, **message: Any) -> None:
        self._take(self.posts, message)

    def _take(self, messages: list[dict[str, Any]], message: dict[str, Any]) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        messages.append(message)


def variants(language=ENGLISH) -> list[CardPayload]:
    return payload_variants(language, SONG, FILES, None)


def names(files: Any) -> list[str]:
    return [file.filename for file in files]


def custom_ids(message: dict[str, Any]) -> list[str | None]:
    return [getattr(item, "custom_id", None) for item in message["view"].children]


async def test_an_opened_card_has_its_embed_files_and_buttons():
    interaction = FakeInteraction()
    assert await edit_in_card(interaction, variants(), post_button_for=None)  # type: ignore[arg-type]
    (card,) = interaction.edits
    assert card["embed"].title == "Midnight Grid"
    assert names(card["attachments"]) == ["cover.png", "song.mp3"]
    assert custom_id("song:take", SONG.id) in custom_ids(card)
    assert POST_HERE not in custom_ids(card)


async def test_an_opened_card_that_can_be_posted_has_a_button_for_it_in_its_language():
    interaction = FakeInteraction()
    german = find_language("de")
    assert await edit_in_card(interaction, variants(german), post_button_for=SONG.id)  # type: ignore[arg-type]
    (card,) = interaction.edits
    button = card["view"].children[-1]
    assert button.custom_id == POST_HERE
    assert button.label != "Post here"


async def test_a_posted_card_has_its_embed_files_and_buttons_and_is_for_everybody():
    interaction = FakeInteraction()
    assert await follow_up_with_card(interaction, variants())  # type: ignore[arg-type]
    (card,) = interaction.posts
    assert card["embed"].title == "Midnight Grid"
    assert names(card["files"]) == ["cover.png", "song.mp3"]
    assert custom_id("song:take", SONG.id) in custom_ids(card)
    assert not card.get("ephemeral")


@pytest.mark.parametrize(
    ("refusals", "attached", "title"),
    [
        ([discord_error(413, 40005)], [], "Midnight Grid"),
        ([discord_error(403, 50013)], [], "Midnight Grid"),
        ([discord_error(400, 200000)], [], "Untitled"),
    ],
)
async def test_a_card_that_discord_rejects_is_sent_again_with_less(refusals, attached, title):
    interaction = FakeInteraction(*refusals)
    assert await edit_in_card(interaction, variants(), post_button_for=None)  # type: ignore[arg-type]
    (card,) = interaction.edits
    assert names(card["attachments"]) == attached
    assert card["embed"].title == title


@pytest.mark.parametrize("error", [discord_error(404, 10015), discord_error(503), TimeoutError()])
async def test_a_rejection_that_is_not_about_the_content_ends_the_attempt(error):
    interaction = FakeInteraction(error)
    assert not await edit_in_card(interaction, variants(), post_button_for=None)  # type: ignore[arg-type]
    assert interaction.edits == []


async def test_if_discord_rejects_every_variant_nothing_is_shown():
    interaction = FakeInteraction(*[discord_error(400, 50035)] * 10)
    assert not await follow_up_with_card(interaction, variants())  # type: ignore[arg-type]
