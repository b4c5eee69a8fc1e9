"""Test the loopback Discord's permissions on every route: roles, overwrites, and threads, which inherit."""

from __future__ import annotations

import pytest

from tests.wire.discord_server import Channel, DiscordServer, Guild, PersonError, User
from tests.wire.discord_server.channels import FORUM, PRIVATE_THREAD, VOICE
from tests.wire.discord_server.fixtures import ann, bot, channel, guild, server
from tests.wire.discord_server.permissions import (
    ADMINISTRATOR,
    ATTACH_FILES,
    CONNECT,
    EMBED_LINKS,
    EVERYONE,
    MANAGE_GUILD,
    MANAGE_MESSAGES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    USE_APPLICATION_COMMANDS,
    USE_EXTERNAL_APPS,
    VIEW_CHANNEL,
)
from tests.wire.discord_server.plain_bot import PlainBot, gateway_session

HELLO = {"content": "hello"}
EMBED = {"embeds": [{"title": "A song"}]}


__all__ = ["ann", "bot", "channel", "guild", "server"]


def test_overwrites_apply_in_discords_order(
    server: DiscordServer, guild: Guild, channel: Channel, ann: User
) -> None:
    muted, singers = server.state.add_role(guild, "muted"), server.state.add_role(guild, "singers")
    channel.overwrite(guild.everyone, deny=SEND_MESSAGES)
    assert not channel.allows(ann, SEND_MESSAGES)
    guild.member(ann).roles += [muted, singers]
    channel.overwrite(muted, deny=SEND_MESSAGES)
    channel.overwrite(singers, allow=SEND_MESSAGES)
    assert channel.allows(ann, SEND_MESSAGES), "an allow of one role beats the deny of another"
    channel.overwrite(ann, deny=SEND_MESSAGES)
    assert not channel.allows(ann, SEND_MESSAGES), "the member's own overwrite comes last"


def test_without_view_channel_nothing_is_left_and_without_sending_no_embeds(
    channel: Channel, ann: User
) -> None:
    channel.overwrite(ann, deny=SEND_MESSAGES)
    assert channel.permissions_of(ann) & (EMBED_LINKS | ATTACH_FILES) == 0
    assert channel.allows(ann, READ_MESSAGE_HISTORY)
    channel.overwrite(ann, deny=VIEW_CHANNEL)
    assert channel.permissions_of(ann) == 0


def test_administrators_and_the_owner_are_bound_by_no_overwrite(
    server: DiscordServer, guild: Guild, channel: Channel, ann: User
) -> None:
    channel.overwrite(guild.everyone, deny=VIEW_CHANNEL)
    assert not channel.allows(ann)
    assert channel.allows(guild.owner, MANAGE_GUILD)
    guild.member(ann).roles.append(server.state.add_role(guild, "boss", ADMINISTRATOR))
    assert channel.allows(ann, MANAGE_GUILD)


async def test_who_is_no_member_sees_nothing_and_can_do_nothing(
    bot: PlainBot, guild: Guild, channel: Channel, ann: User
) -> None:
    message = await bot.server.say(ann, channel, "hello")
    stranger = bot.server.state.add_user("stranger")
    assert not channel.allows(stranger)
    assert not message.is_seen_by(stranger)
    await bot.server.remove_member(guild, ann)
    assert not message.is_seen_by(ann)
    assert (await bot.request("GET", f"/guilds/{guild.id}/members/{ann.id}")).refusal == (404, 10007)
    with pytest.raises(PersonError, match="no member"):
        await bot.server.slash(ann, channel, "song")


async def test_what_a_person_sees_includes_their_own_ephemeral_messages_alone(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    record = await bot.server.slash(ann, channel, "song")
    await bot.answer(record, content="private", flags=1 << 6)
    await bot.post(channel.id, HELLO)
    max_ = bot.server.state.add_user("max")
    assert [message.content for message in bot.server.visible(ann, channel)] == ["private", "hello"]
    assert [message.content for message in bot.server.visible(max_, channel)] == ["hello"]
    note = await bot.server.dm(ann, "hello")
    assert (note.is_seen_by(ann), note.is_seen_by(max_)) == (True, False)
    bot.server.restart_client(ann)
    assert [message.content for message in bot.server.visible(ann, channel)] == ["hello"]


def test_a_timed_out_member_can_only_read(guild: Guild, channel: Channel, ann: User) -> None:
    guild.member(ann).timed_out = True
    assert channel.permissions_of(ann) == VIEW_CHANNEL | READ_MESSAGE_HISTORY


def test_a_thread_is_seen_by_its_parent_and_written_by_its_own_permission(
    server: DiscordServer, channel: Channel, ann: User
) -> None:
    thread = server.state.add_thread(channel, "ideas")
    channel.overwrite(ann, deny=SEND_MESSAGES)
    assert thread.allows(ann, SEND_MESSAGES_IN_THREADS, EMBED_LINKS)
    channel.overwrite(ann, deny=SEND_MESSAGES_IN_THREADS)
    assert not thread.allows(ann, EMBED_LINKS)
    channel.overwrite(ann, deny=VIEW_CHANNEL)
    assert not thread.allows(ann)


def test_a_private_thread_is_for_those_in_it(server: DiscordServer, channel: Channel, ann: User) -> None:
    thread = server.state.add_thread(channel, "staff", kind=PRIVATE_THREAD)
    assert not thread.allows(ann)
    assert thread.thread is not None
    thread.thread.member_ids.add(ann.id)
    assert thread.allows(ann)


@pytest.mark.parametrize(
    ("denied", "body", "files", "refusal"),
    [
        (VIEW_CHANNEL, HELLO, None, (403, 50001)),
        (SEND_MESSAGES, HELLO, None, (403, 50013)),
        (ATTACH_FILES, HELLO, {"song.mp3": b"mp3"}, (403, 50013)),
        (EMBED_LINKS, EMBED, None, (403, 50013)),
        (ATTACH_FILES, HELLO, None, (200, None)),
    ],
)
async def test_a_post_needs_its_permissions(
    bot: PlainBot, channel: Channel, denied: int, body: object, files: object, refusal: tuple[int, int | None]
) -> None:
    channel.overwrite(bot.server.bot, deny=denied)
    answer = await bot.post(channel.id, body, files)  # pyright: ignore[reportArgumentType]
    assert answer.refusal == refusal


@pytest.mark.parametrize(("denied", "refusal"), [(VIEW_CHANNEL, (403, 50001)), (SEND_MESSAGES, (403, 50013))])
async def test_typing_needs_view_and_send(
    bot: PlainBot, channel: Channel, denied: int, refusal: tuple[int, int]
) -> None:
    assert (await bot.request("POST", f"/channels/{channel.id}/typing")).status == 204
    channel.overwrite(bot.server.bot, deny=denied)
    assert (await bot.request("POST", f"/channels/{channel.id}/typing")).refusal == refusal


async def test_looking_up_a_channel_needs_view_and_deleting_others_messages_a_permission(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    message = await bot.server.say(ann, channel, "hello")
    single = f"/channels/{channel.id}/messages/{message.id}"
    assert (await bot.request("GET", f"/channels/{channel.id}")).json["id"] == str(channel.id)
    assert (await bot.request("DELETE", single)).refusal == (403, 50013)
    channel.overwrite(bot.server.bot, allow=MANAGE_MESSAGES)
    assert (await bot.request("DELETE", single)).status == 204
    channel.overwrite(bot.server.bot, deny=VIEW_CHANNEL)
    assert (await bot.request("GET", f"/channels/{channel.id}")).refusal == (403, 50001)


async def test_a_reply_needs_the_message_history(bot: PlainBot, channel: Channel, ann: User) -> None:
    asked = await bot.server.say(ann, channel, "a song?")
    channel.overwrite(bot.server.bot, deny=READ_MESSAGE_HISTORY)
    answer = await bot.post(channel.id, HELLO | {"message_reference": {"message_id": str(asked.id)}})
    assert answer.refusal == (400, 160002)


async def test_without_embed_links_own_posts_and_edits_lose_their_embeds_in_silence(
    bot: PlainBot, channel: Channel
) -> None:
    await bot.server.set_overwrite(channel, bot.server.bot, deny=EMBED_LINKS)
    posted = await bot.post(channel.id, HELLO | EMBED)
    assert (posted.status, posted.json["content"], posted.json["embeds"]) == (200, "hello", [])
    (message,) = bot.server.message_store.in_channel(channel)
    edited = await bot.edit(message, EMBED)
    assert (edited.status, edited.json["embeds"]) == (200, [])
    assert (await bot.edit(message, EMBED | {"content": ""})).refusal == (400, 50006)
    assert message.content == "hello"


async def test_denying_send_messages_takes_embeds_and_files_from_edits(
    bot: PlainBot, channel: Channel
) -> None:
    await bot.post(channel.id, HELLO)
    (message,) = bot.server.message_store.in_channel(channel)
    await bot.server.set_overwrite(channel, bot.server.bot, deny=SEND_MESSAGES)
    assert (await bot.edit(message, {"content": "still me"} | EMBED)).json["embeds"] == []
    assert message.content == "still me"
    assert (await bot.edit(message, HELLO, {"song.mp3": b"mp3"})).refusal == (403, 50013)


async def test_answers_and_edits_by_token_are_spared(bot: PlainBot, channel: Channel, ann: User) -> None:
    channel.overwrite(bot.server.bot, deny=EMBED_LINKS | ATTACH_FILES)
    record = await bot.server.slash(ann, channel, "song")
    assert (await bot.answer(record, content="composing")).status == 204
    edited = await bot.edit_answer(record, EMBED, {"song.mp3": b"mp3"})
    assert edited.json["embeds"][0]["title"] == "A song"
    assert edited.json["attachments"][0]["filename"] == "song.mp3"


async def test_history_and_single_messages_need_view_and_history(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    message = await bot.server.say(ann, channel, "hello")
    single = f"/channels/{channel.id}/messages/{message.id}"
    channel.overwrite(bot.server.bot, deny=READ_MESSAGE_HISTORY)
    assert (await bot.history(channel.id)).json == []
    assert (await bot.request("GET", single)).refusal == (403, 50013)
    channel.overwrite(bot.server.bot, deny=VIEW_CHANNEL)
    assert (await bot.history(channel.id)).refusal == (403, 50001)
    assert (await bot.request("GET", single)).refusal == (403, 50001)


async def test_a_voice_channels_chat_needs_connect(bot: PlainBot, guild: Guild, ann: User) -> None:
    voice = bot.server.state.add_channel(guild, "stage", VOICE)
    assert (await bot.post(voice.id, HELLO)).status == 200
    voice.overwrite(guild.everyone, deny=CONNECT)
    assert (await bot.post(voice.id, HELLO)).refusal == (403, 50001)
    assert (await bot.history(voice.id)).refusal == (403, 50001)
    with pytest.raises(PersonError):
        await bot.server.say(ann, voice, "hello")


async def test_a_forum_takes_posts_but_no_messages(bot: PlainBot, guild: Guild, ann: User) -> None:
    forum = bot.server.state.add_channel(guild, "songs", FORUM)
    assert (await bot.post(forum.id, HELLO)).refusal == (400, 50008)
    with pytest.raises(PersonError):
        await bot.server.say(ann, forum, "hello")
    post = bot.server.state.add_thread(forum, "my song", owner=ann)
    assert (await bot.post(post.id, HELLO)).status == 200
    forum.overwrite(bot.server.bot, deny=SEND_MESSAGES_IN_THREADS)
    assert (await bot.post(post.id, HELLO)).refusal == (403, 50013)
    record = await bot.server.slash(ann, post, "song")
    assert record.payload["channel"]["parent_id"] == str(forum.id)
    assert record.payload["channel"]["thread_metadata"]["archived"] is False


async def test_an_interaction_carries_the_channels_permissions(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    channel.overwrite(ann, deny=USE_EXTERNAL_APPS)
    channel.overwrite(bot.server.bot, deny=EMBED_LINKS)
    record = await bot.server.slash(ann, channel, "song")
    assert int(record.payload["member"]["permissions"]) == EVERYONE & ~USE_EXTERNAL_APPS
    assert int(record.payload["app_permissions"]) == EVERYONE & ~EMBED_LINKS


async def test_people_cannot_use_what_they_cannot_see(bot: PlainBot, channel: Channel, ann: User) -> None:
    message = await bot.server.say(bot.server.state.owner, channel, "hello")
    channel.overwrite(ann, deny=USE_APPLICATION_COMMANDS)
    with pytest.raises(PersonError, match="commands"):
        await bot.server.slash(ann, channel, "song")
    channel.overwrite(ann, deny=VIEW_CHANNEL)
    with pytest.raises(PersonError, match="does not see"):
        await bot.server.message_menu(ann, message, "song")


async def test_the_bot_hears_nothing_of_a_channel_it_cannot_view(
    bot: PlainBot, guild: Guild, channel: Channel, ann: User
) -> None:
    hidden = bot.server.state.add_channel(guild, "staff")
    hidden.overwrite(bot.server.bot, deny=VIEW_CHANNEL)
    async with gateway_session(bot.server) as session:
        await bot.server.say(ann, hidden, "secret")
        await bot.server.say(ann, channel, "hello")
        await bot.server.wait_until(lambda: session.named("MESSAGE_CREATE"))
        assert [event["content"] for event in session.named("MESSAGE_CREATE")] == ["hello"]


async def test_command_permissions_bind_commands_but_not_buttons(
    bot: PlainBot, guild: Guild, channel: Channel, ann: User
) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}
    await bot.post(channel.id, HELLO | {"components": [row]})
    bot.server.set_command_permission(guild, "song", channel, allowed=False)
    with pytest.raises(PersonError, match="integration settings"):
        await bot.server.slash(ann, channel, "song")
    (card,) = bot.server.message_store.in_channel(channel)
    assert (await bot.server.click(ann, card, "Again")).payload["data"]["custom_id"] == "again"
    await bot.server.slash(ann, None, "song")


async def test_command_permissions_reach_a_channels_threads_but_no_administrators(
    bot: PlainBot, guild: Guild, channel: Channel, ann: User
) -> None:
    bot.server.set_command_permission(guild, "song", channel, allowed=False)
    thread = bot.server.state.add_thread(channel, "songs", owner=ann)
    with pytest.raises(PersonError, match="integration settings"):
        await bot.server.slash(ann, thread, "song")
    guild.member(ann).roles.append(bot.server.state.add_role(guild, "admins", ADMINISTRATOR))
    await bot.server.slash(ann, thread, "song")
