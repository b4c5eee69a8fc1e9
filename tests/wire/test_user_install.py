"""Where the bot is not a member, only an interaction's token reaches the channel, for 5 followups at most."""

from __future__ import annotations

import json

import pytest

from .answers import delivered, is_answer, songs_in
from .discord_server import Channel, InteractionRecord, StoredMessage
from .process import Stage

MENU = "Make a song from this"


@pytest.fixture(params=["a server without the bot", "a group of friends"])
def channel(stage: Stage, request: pytest.FixtureRequest) -> Channel:
    world = stage.discord.state
    if request.param == "a group of friends":
        return world.group_dm(stage.ann, stage.max)
    return world.add_guild("Elsewhere", bot_is_member=False).channel


async def song(stage: Stage, channel: Channel) -> InteractionRecord:
    record = await stage.discord.slash(stage.ann, channel, "song", prompt="a trap song", user_install=True)
    return await record.acknowledged(timeout=10)


async def card_of(record: InteractionRecord) -> StoredMessage:
    return await record.message_matching(is_answer, timeout=30)


def edits_with_a_card(stage: Stage, record: InteractionRecord) -> int:
    return sum(
        "song:v1:take:" in json.dumps(request.body.get("components"))
        for request in stage.discord.requests
        if request.method == "PATCH" and record.token in request.path
    )


async def test_the_card_comes_by_one_edit_and_no_follow_up(stage: Stage, channel: Channel) -> None:
    await stage.start_ready()
    record = await song(stage, channel)
    await card_of(record)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=10)
    assert edits_with_a_card(stage, record) == 1
    assert record.followups == []
    assert not [r for r in stage.discord.requests if f"/channels/{channel.id}" in r.path]
    assert songs_in(stage)[0]["quota_scope"] == 0


@pytest.mark.usefixtures("on_one_day")
async def test_a_refusal_is_one_private_follow_up_and_the_line_goes(stage: Stage, channel: Channel) -> None:
    await stage.start_ready(DM_SONGS_PER_DAY="1")
    await card_of(await song(stage, channel))
    refused = await song(stage, channel)
    told = await refused.message_matching("You've used your 1 song for today")
    assert told.ephemeral
    await stage.discord.wait_until(
        lambda: refused.message is not None and refused.message.deleted, timeout=10
    )
    assert len(refused.followups) == 1


async def test_another_take_by_who_sees_the_card_stays_within_the_follow_ups(
    stage: Stage, channel: Channel
) -> None:
    await stage.start_ready()
    card = await card_of(await song(stage, channel))
    press = await stage.discord.click(stage.max, card, "Another take")
    again = await press.message_matching(
        lambda message: message is not card and is_answer(message), timeout=30
    )
    assert "Another take of" in again.text
    assert press.followups == []


async def test_the_menu_works_there_too(stage: Stage) -> None:
    friends = stage.discord.state.group_dm(stage.ann, stage.max)
    await stage.start_ready()
    message = await stage.discord.say(stage.max, friends, "a song about rain")
    form = await stage.discord.message_menu(stage.ann, message, MENU, user_install=True)
    await form.acknowledged()
    sent = await stage.discord.submit_modal(form, {"Prompt": "a song about snow"})
    await card_of(sent)
    assert songs_in(stage)[0]["prompt"] == "a song about snow"


async def test_delete_takes_the_card_away_by_the_token_of_the_press(stage: Stage, channel: Channel) -> None:
    await stage.start_ready()
    card = await card_of(await song(stage, channel))
    press = await stage.discord.click(stage.ann, card, "Delete")
    question = await press.message_matching("Delete this song?")
    await stage.discord.click(stage.ann, question, "Delete")
    await stage.discord.wait_until(lambda: card.deleted, timeout=10)
    await stage.discord.wait_until(lambda: songs_in(stage)[0]["deleted_at"] is not None, timeout=10)
