"""Threads, forum posts and the chats of voice channels, by the real Discord's rules. docs/discord.md has the
rules.
"""

from __future__ import annotations

from .answers import answers_in, delivered, end_jobs
from .discord_server import Channel, InteractionRecord
from .discord_server.channels import FORUM, PRIVATE_THREAD, VOICE
from .discord_server.permissions import CONNECT, EMBED_LINKS, VIEW_CHANNEL
from .libraries import make_song, songs_listed
from .orders import age
from .process import Stage


async def composing_in(stage: Stage, channel: Channel, prompt: str = "[never] rain") -> InteractionRecord:
    """Order a song that is composed until `end_jobs`, and wait until it is composing."""
    song = await stage.discord.slash(stage.ann, channel, "song", prompt=prompt)
    await song.message_matching("composing", timeout=15)
    return song


async def finish_as_itself(stage: Stage, song: InteractionRecord) -> None:
    """Let the token expire, so that the bot has only its own permissions, end the song, and wait for the
    delivery.
    """
    stage.discord.expire_token(song)
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)


async def test_a_song_in_a_thread_that_was_archived_is_posted_there_and_reopens_it(stage: Stage) -> None:
    thread = stage.discord.state.add_thread(stage.channel, "songs", owner=stage.ann)
    await stage.start_ready()
    song = await composing_in(stage, thread)
    await stage.discord.set_thread(thread, archived=True)
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
    (card,) = answers_in(stage, song)
    assert card.channel is thread
    assert card.pinged == {stage.ann.id}
    assert thread.thread is not None
    assert not thread.thread.archived


async def test_a_song_of_an_archived_thread_is_listed_for_those_who_view_its_channel(stage: Stage) -> None:
    talk = stage.discord.state.add_channel(stage.guild, "talk")
    thread = stage.discord.state.add_thread(talk, "songs", owner=stage.ann)
    await stage.start_ready()
    await make_song(stage, stage.ann, thread, "rain")
    await stage.discord.set_thread(thread, archived=True)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 1
    await stage.discord.set_overwrite(talk, stage.guild.everyone, deny=VIEW_CHANNEL)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 0


async def test_a_song_of_a_private_thread_is_listed_for_its_members_alone(stage: Stage) -> None:
    thread = stage.discord.state.add_thread(stage.channel, "secret", owner=stage.ann, kind=PRIVATE_THREAD)
    assert thread.thread is not None
    thread.thread.member_ids.add(stage.discord.bot.id)
    await stage.start_ready()
    song = await composing_in(stage, thread)
    await finish_as_itself(stage, song)
    (card,) = answers_in(stage, song)
    assert card.channel is thread
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 0
    thread.thread.member_ids.add(stage.max.id)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 1


async def test_a_private_thread_without_the_bot_is_answered_by_token_or_else_by_dm(stage: Stage) -> None:
    thread = stage.discord.state.add_thread(stage.channel, "secret", owner=stage.ann, kind=PRIVATE_THREAD)
    assert thread.thread is not None
    thread.thread.member_ids.add(stage.max.id)
    await stage.start_ready()
    card = await make_song(stage, stage.ann, thread, "by token")
    assert card.channel is thread
    late = await composing_in(stage, thread)
    stage.discord.expire_token(late)
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage, 2), timeout=30)
    direct = answers_in(stage, late)[-1]
    assert direct.channel is stage.discord.state.dm_channel(stage.ann)
    listed = await songs_listed(stage, stage.max, stage.channel, of=stage.ann)
    assert listed == 0, "the bot can't tell who is in a thread that it isn't in"


async def test_a_song_in_a_forum_post_comes_there_and_is_listed_by_the_forums_permissions(
    stage: Stage,
) -> None:
    forum = stage.discord.state.add_channel(stage.guild, "forum", FORUM)
    post = stage.discord.state.add_thread(forum, "write me a song", owner=stage.ann)
    await stage.start_ready()
    song = await composing_in(stage, post)
    await finish_as_itself(stage, song)
    (card,) = answers_in(stage, song)
    assert card is song.message
    assert card.channel is post
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 1
    await stage.discord.set_overwrite(forum, stage.guild.everyone, deny=VIEW_CHANNEL)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 0


async def test_a_song_in_a_voice_channels_chat_comes_there_and_is_listed_for_those_who_may_connect(
    stage: Stage,
) -> None:
    voice = stage.discord.state.add_channel(stage.guild, "voice", VOICE)
    await stage.start_ready()
    song = await composing_in(stage, voice)
    await finish_as_itself(stage, song)
    (card,) = answers_in(stage, song)
    assert card is song.message
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 1
    await stage.discord.set_overwrite(voice, stage.guild.everyone, deny=CONNECT)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 0


async def test_where_the_bot_may_not_connect_a_voice_channels_song_comes_by_dm_without_a_refused_request(
    stage: Stage,
) -> None:
    voice = stage.discord.state.add_channel(stage.guild, "voice", VOICE)
    voice.overwrite(stage.discord.bot, deny=CONNECT)
    await stage.start_ready()
    song = await composing_in(stage, voice)
    await finish_as_itself(stage, song)
    (card,) = answers_in(stage, song)
    assert card.channel is stage.discord.state.dm_channel(stage.ann)
    assert stage.discord.requests_to(f"/channels/{voice.id}") == []
    helped = await stage.discord.slash(stage.ann, voice, "help")
    await helped.message_matching("Connect")


async def test_a_public_song_that_came_by_dm_is_listed_for_those_who_view_the_channel_it_was_made_in(
    stage: Stage,
) -> None:
    studio = stage.discord.state.add_channel(stage.guild, "studio")
    await stage.start_ready()
    song = await composing_in(stage, studio)
    await stage.discord.set_overwrite(studio, stage.discord.bot, deny=VIEW_CHANNEL)
    await finish_as_itself(stage, song)
    (card,) = answers_in(stage, song)
    assert card.channel is stage.discord.state.dm_channel(stage.ann)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 1
    await stage.discord.set_overwrite(studio, stage.guild.everyone, deny=VIEW_CHANNEL)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 0


async def test_without_embed_links_progress_is_readable_as_text(stage: Stage) -> None:
    stage.channel.overwrite(stage.discord.bot, deny=EMBED_LINKS)
    bot = await stage.start_ready()
    song = await composing_in(stage, stage.channel)
    await bot.kill()
    age(stage, created_minutes_ago=16, token_seconds_left=0)
    stage.discord.expire_token(song)
    await stage.start_ready()
    line = await song.message_matching(lambda message: "▱" in message.content, timeout=15)
    assert line is song.message
    assert line.embeds == []
    assert "composing" in line.content
    assert "rain" in line.content
    assert "Notify me" in line.buttons
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
    assert "/audio/" in line.content
