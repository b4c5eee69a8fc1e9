"""What is on Discord works after a SIGKILL: buttons by their custom ids, and modals that were open."""

from __future__ import annotations

import pytest

from .answers import is_answer, songs_in
from .discord_server import StoredMessage
from .process import Stage

pytestmark = pytest.mark.slow


async def killed_and_started_again(stage: Stage) -> None:
    await stage.bots[-1].kill()
    await stage.start_ready()


async def card_in_the_channel(stage: Stage) -> StoredMessage:
    record = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="a trap song")
    return await record.message_matching(is_answer, timeout=30)


async def test_every_button_of_a_card(stage: Stage) -> None:
    await stage.start_ready()
    card = await card_in_the_channel(stage)
    await killed_and_started_again(stage)
    saved = await stage.discord.click(stage.max, card, "Save")
    await saved.message_matching("Saved to your")
    take = await stage.discord.click(stage.max, card, "Another take")
    await take.message_matching("Another take of", timeout=30)
    asked = await stage.discord.click(stage.ann, card, "Delete")
    question = await asked.message_matching("Delete this song?")
    await killed_and_started_again(stage)
    await stage.discord.click(stage.ann, question, "Delete")
    await stage.discord.wait_until(lambda: card.deleted, timeout=10)
    await stage.discord.wait_until(lambda: songs_in(stage)[0]["deleted_at"] is not None, timeout=10)


async def test_a_remix_that_was_being_typed(stage: Stage) -> None:
    await stage.start_ready()
    card = await card_in_the_channel(stage)
    form = await stage.discord.click(stage.max, card, "Remix (edit prompt)")
    await form.acknowledged()
    await killed_and_started_again(stage)
    sent = await stage.discord.submit_modal(form, {"Prompt": "a calm song"})
    await sent.message_matching("Remix of", timeout=30)
    assert [row["prompt"] for row in songs_in(stage)] == ["a trap song", "a calm song"]


async def test_an_offer_in_the_direct_messages_makes_one_song(stage: Stage) -> None:
    await stage.start_ready()
    dms = stage.discord.state.dm_channel(stage.ann)
    await stage.discord.dm(stage.ann, "a trap song")

    def offered() -> StoredMessage | None:
        return next((m for m in stage.discord.message_store.in_channel(dms) if "Make it" in m.text), None)

    await stage.discord.wait_until(offered, timeout=10)
    offer = offered()
    assert offer is not None
    await killed_and_started_again(stage)
    for _ in range(2):
        await (await stage.discord.click(stage.ann, offer, "Make it", forged=True)).acknowledged(timeout=10)
    await stage.discord.wait_until(lambda: is_answer(offer), timeout=30)
    assert [row["prompt"] for row in songs_in(stage)] == ["a trap song"]
