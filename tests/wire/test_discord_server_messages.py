"""Test the loopback Discord's messages: history, nonces, events for own messages, threads, Components V2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.discord_server import Channel, PersonError, User
from tests.wire.discord_server.component_rules import MOST_COMPONENTS_V2
from tests.wire.discord_server.fixtures import ann, bot, channel, guild, server
from tests.wire.discord_server.messages import COMPONENTS_V2
from tests.wire.discord_server.permissions import MANAGE_THREADS
from tests.wire.discord_server.plain_bot import PlainBot, gateway_session

__all__ = ["ann", "bot", "channel", "guild", "server"]

TEXT: dict[str, Any] = {"type": 10, "content": "A song"}
INVALID = (400, 50035)


# History and nonces -----------------------------------------------------------------------------


async def test_history_has_pages_after_before_and_around(bot: PlainBot, channel: Channel, ann: User) -> None:
    ids = [(await bot.server.say(ann, channel, str(number))).id for number in range(10)]

    async def page(query: str) -> str:
        return "".join(message["content"] for message in (await bot.history(channel.id, query)).json)

    assert await page("?limit=3") == "987"
    assert await page(f"?after={ids[2]}&limit=3") == "543", "those next to it, newest first"
    assert await page(f"?before={ids[5]}&limit=3") == "432"
    assert await page(f"?around={ids[5]}&limit=4") == "6543"
    assert await page(f"?after={ids[9]}") == ""
    for query in ("?limit=0", "?limit=101", f"?after={ids[0]}&before={ids[1]}"):
        assert (await bot.history(channel.id, query)).refusal == INVALID


async def test_an_enforced_nonce_gives_back_the_first_message_for_some_minutes(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    body = {"content": "once", "nonce": "song-1", "enforce_nonce": True}
    first = await bot.post(channel.id, body)
    assert (await bot.post(channel.id, body | {"content": "twice"})).json["content"] == "once"
    elsewhere = bot.server.state.dm_channel(ann)
    assert (await bot.post(elsewhere.id, body)).json["id"] == first.json["id"], "by author, not by channel"
    unforced = {"content": "unforced", "nonce": "song-1"}
    assert (await bot.post(channel.id, unforced)).json["content"] == "unforced"
    bot.server.advance(bot.server.message_store.nonce_seconds)
    assert (await bot.post(channel.id, body)).json["id"] != first.json["id"]


async def test_the_bot_hears_of_its_own_messages(bot: PlainBot, channel: Channel, ann: User) -> None:
    async with gateway_session(bot.server) as session:
        record = await bot.server.slash(ann, channel, "song")
        await bot.answer(record, content="an answer")
        await bot.follow_up(record, {"content": "private", "flags": 1 << 6})
        await bot.post(channel.id, {"content": "a post"})
        await bot.server.wait_until(lambda: len(session.named("MESSAGE_CREATE")) == 2)
        created = session.named("MESSAGE_CREATE")
    assert [message["content"] for message in created] == ["an answer", "a post"]
    assert {message["author"]["id"] for message in created} == {str(bot.server.bot.id)}
    assert created[0]["interaction_metadata"]["id"] == str(record.id)


# Threads ----------------------------------------------------------------------------------------


async def test_an_archived_thread_takes_no_edits_and_no_commands_until_somebody_posts(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    thread = bot.server.state.add_thread(channel, "ideas", owner=ann)
    await bot.post(thread.id, {"content": "a card"})
    (card,) = bot.server.message_store.in_channel(thread)
    record = await bot.server.slash(ann, thread, "song")
    await bot.answer(record, content="composing")
    await bot.server.set_thread(thread, archived=True)
    assert (await bot.edit(card, {"content": "new"})).refusal == (400, 50083)
    assert (await bot.edit_answer(record, {"content": "new"})).refusal == (400, 50083)
    with pytest.raises(PersonError, match="archived"):
        await bot.server.slash(ann, thread, "song")
    async with gateway_session(bot.server) as session:
        assert (await bot.post(thread.id, {"content": "awake"})).status == 200
        await bot.server.wait_until(lambda: session.named("THREAD_UPDATE"))
        assert session.named("THREAD_UPDATE")[0]["thread_metadata"]["archived"] is False
    assert (await bot.edit(card, {"content": "new"})).status == 200


async def test_a_thread_archives_itself_by_discords_clock(bot: PlainBot, channel: Channel) -> None:
    thread = bot.server.state.add_thread(channel, "ideas")
    assert thread.thread is not None
    thread.thread.auto_archive_minutes = 60
    await bot.post(thread.id, {"content": "a card"})
    (card,) = bot.server.message_store.in_channel(thread)
    bot.server.advance(3600)
    assert (await bot.edit(card, {"content": "new"})).refusal == (400, 50083)


async def test_a_locked_thread_is_for_moderators(bot: PlainBot, channel: Channel, ann: User) -> None:
    thread = bot.server.state.add_thread(channel, "ideas")
    await bot.server.set_thread(thread, archived=True, locked=True)
    assert (await bot.post(thread.id, {"content": "hello"})).refusal == (403, 160005)
    with pytest.raises(PersonError):
        await bot.server.say(ann, thread, "hello")
    channel.overwrite(bot.server.bot, allow=MANAGE_THREADS)
    assert (await bot.post(thread.id, {"content": "hello"})).status == 200


# Components V2 ----------------------------------------------------------------------------------


def v2(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"flags": COMPONENTS_V2, "components": list(components), **more}


async def test_components_v2_have_neither_content_nor_embeds(bot: PlainBot, channel: Channel) -> None:
    assert (await bot.post(channel.id, v2(TEXT))).json["components"] == [TEXT]
    assert (await bot.post(channel.id, v2(TEXT, content="hello"))).refusal == INVALID
    assert (await bot.post(channel.id, v2(TEXT, embeds=[{"title": "A song"}]))).refusal == INVALID


async def test_layout_needs_the_flag_and_the_flag_stays(bot: PlainBot, channel: Channel) -> None:
    assert (await bot.post(channel.id, {"components": [TEXT]})).refusal == INVALID
    await bot.post(channel.id, {"content": "a line", "embeds": [{"title": "A song"}]})
    (message,) = bot.server.message_store.in_channel(channel)
    assert (await bot.edit(message, v2(TEXT))).refusal == INVALID, "what stands must be taken away with it"
    assert (await bot.edit(message, v2(TEXT, content=None, embeds=[]))).status == 200
    assert (await bot.edit(message, {"flags": 0, "content": "a line again"})).refusal == INVALID
    assert (await bot.edit(message, {"flags": 0})).json["flags"] & COMPONENTS_V2
    assert message.text == "A song"


BUTTON: dict[str, Any] = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
PICTURE: dict[str, Any] = {"type": 11, "media": {"url": "https://example.com/cover.png"}}


@pytest.mark.parametrize(
    ("components", "status"),
    [
        ([{"type": 17, "components": [TEXT, {"type": 1, "components": [BUTTON]}]}], 200),
        ([{"type": 9, "components": [TEXT], "accessory": PICTURE}], 200),
        ([{"type": 17, "components": [{"type": 17, "components": [TEXT]}]}], 400),
        ([BUTTON], 400),
        ([{"type": 9, "components": [TEXT] * 4, "accessory": PICTURE}], 400),
        ([TEXT] * (MOST_COMPONENTS_V2 + 1), 400),
        ([{"type": 10, "content": "x" * 2001}] * 2, 400),
        ([{"type": 1, "components": [BUTTON]}] * 2, 400),
        ([{"type": 13, "file": {"url": "attachment://none.mp3"}}], 400),
    ],
)
async def test_components_v2_are_validated(
    bot: PlainBot, channel: Channel, components: list[dict[str, Any]], status: int
) -> None:
    assert (await bot.post(channel.id, v2(*components))).status == status
    bot.server.schema_violations.clear()


async def test_components_v2_show_uploaded_files(bot: PlainBot, channel: Channel) -> None:
    file = {"type": 13, "file": {"url": "attachment://song.mp3"}}
    posted = await bot.post(channel.id, v2(file), {"song.mp3": b"mp3"})
    (message,) = bot.server.message_store.in_channel(channel)
    assert posted.json["components"][0]["file"]["url"] == message.file("song.mp3").url


async def test_a_refused_edit_changes_nothing(bot: PlainBot, channel: Channel) -> None:
    await bot.post(channel.id, {"content": "a line"})
    (message,) = bot.server.message_store.in_channel(channel)
    assert (await bot.edit(message, {"content": "new", "components": [TEXT]})).refusal == INVALID
    assert (message.content, len(message.history)) == ("a line", 1)
