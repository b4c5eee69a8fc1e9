"""Test deliveries under the real Discord's rules, which are in docs/discord.md: silently dropped embeds,
AutoMod, Cloudflare's pages, old messages, many rejections."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from .answers import answers_in, composing, delivered, end_jobs, is_answer, songs_in
from .discord_server import InteractionRecord
from .discord_server.permissions import EMBED_LINKS, SEND_MESSAGES, VIEW_CHANNEL
from .process import Stage


async def order(stage: Stage, prompt: str, **options: object) -> InteractionRecord:
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt=prompt, **options)
    await song.acknowledged(timeout=10)
    return song


async def test_without_embed_links_the_card_comes_as_text(stage: Stage) -> None:
    stage.channel.overwrite(stage.discord.bot, deny=EMBED_LINKS)
    await stage.start_ready()
    song = await order(stage, "rain on glass")
    stage.discord.expire_token(song)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
    assert song.message is not None
    assert song.message.embeds == []
    assert "rain on glass" in song.message.content
    assert "/audio/" in song.message.content
    assert "Another take" in song.message.buttons


async def test_without_embed_links_a_card_by_token_keeps_its_embed(stage: Stage) -> None:
    stage.channel.overwrite(stage.discord.bot, deny=EMBED_LINKS)
    await stage.start_ready()
    song = await order(stage, "rain on glass")
    card = await song.message_matching(is_answer, timeout=30)
    assert "rain on glass" in card.embed["description"]
    assert card.content == ""


async def test_where_sending_is_denied_the_reply_becomes_a_card_of_text(stage: Stage) -> None:
    await stage.start_ready()
    song = await order(stage, "[never] rain on glass")
    await composing(stage)
    await stage.discord.set_overwrite(stage.channel, stage.discord.bot, deny=SEND_MESSAGES)
    stage.discord.expire_token(song)
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
    assert song.message is not None
    assert "/audio/" in song.message.content
    assert (song.message.embeds, song.message.files) == ([], [])


async def test_pages_of_cloudflare_cost_no_card(stage: Stage) -> None:
    await stage.start_ready()
    song = await order(stage, "rain")
    pages = stage.discord.faults.edge(f"{song.token}/messages", status=403, times=None)
    stage.discord.faults.edge(f"/channels/{stage.channel.id}", status=403, times=None)
    stage.discord.faults.edge("/users/@me/channels", status=403, times=None)
    await stage.discord.wait_until(lambda: pages.hits >= 2)
    stage.discord.faults.clear()
    await song.message_matching(is_answer, timeout=60)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=10)
    assert len(answers_in(stage, song)) == 1


async def test_an_outage_of_an_hour_costs_no_card_and_charges_nothing_that_was_not_answered(
    stage: Stage,
) -> None:
    """The hour passes on Discord's clock alone: tokens, nonces and limits run out. The bot's own pauses of up
    to five minutes are tested on a virtual clock, in tests/unit/worker/test_outages.py.
    """
    await stage.start_ready()
    song = await order(stage, "[never] rain")
    await song.message_matching("composing", timeout=15)
    fault = stage.discord.outage(3600)
    missed = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="never answered")
    end_jobs(stage)
    await stage.discord.wait_until(lambda: songs_in(stage)[0]["state"] == "completed", timeout=20)
    before = fault.hits
    await stage.discord.wait_until(lambda: fault.hits >= before + 3, timeout=60)
    assert not delivered(stage)
    stage.discord.advance(3600)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=60)
    (card,) = answers_in(stage, song)
    assert card is song.message, "its token has expired, so the bot edits it as its own message"
    assert missed.ack is None
    assert [row["prompt"] for row in songs_in(stage)] == ["[never] rain"]


async def test_automod_blocks_an_order_and_the_person_is_told_privately(stage: Stage) -> None:
    stage.guild.blocked_words.add("forbidden")
    await stage.start_ready()
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="a forbidden song")
    told = await song.message_matching("AutoMod", timeout=10)
    assert told.ephemeral
    assert songs_in(stage) == []


async def test_what_automod_blocks_later_comes_without_its_words(stage: Stage) -> None:
    await stage.start_ready()
    song = await order(stage, "[never] a peculiar song")
    await song.message_matching("composing", timeout=15)
    stage.guild.blocked_words.add("peculiar")
    end_jobs(stage)
    card = await song.message_matching(is_answer, timeout=30)
    assert "AutoMod" in card.embed["description"]
    assert "peculiar" not in str(card.payload)
    told = await song.message_matching(lambda message: message.ephemeral, timeout=10)
    assert "/library" in told.content


async def test_edits_of_old_messages_that_are_limited_become_posts_at_once(stage: Stage) -> None:
    bot = await stage.start_ready()
    songs = [await order(stage, f"[never] {number}") for number in range(6)]
    await composing(stage, 6)
    await bot.kill()
    end_jobs(stage)
    stage.discord.advance(2 * 3600)
    with closing(sqlite3.connect(stage.folder / "songs.db")) as database:
        database.execute("UPDATE songs SET token_expires_at = 0, message_id = message_id - (7200000 << 22)")
        database.commit()
    for song in songs:
        assert song.message is not None
        store = stage.discord.message_store
        store.by_id.pop(song.message.id)
        song.message.payload["id"] = str(song.message.id - (7200000 << 22))
        song.message.id -= 7200000 << 22
        store.by_id[song.message.id] = song.message
    await stage.start_ready()
    await stage.discord.wait_until(lambda: delivered(stage, 6), timeout=40)
    limited = [request for request in stage.discord.requests if request.status == 429]
    assert limited
    assert all(request.method == "PATCH" for request in limited)


@pytest.mark.slow
async def test_what_is_refused_stays_below_a_hundredth_of_discords_limit(stage: Stage) -> None:
    stage.settings["ATTACH_AUDIO"] = "false"
    bot = await stage.start_ready()
    await order(stage, "a first song")
    await stage.discord.wait_until(lambda: delivered(stage), timeout=20)
    await bot.terminate()
    people = [stage.discord.state.add_user(f"p{number}") for number in range(500)]
    channels = [stage.discord.state.add_channel(stage.guild, f"c{number}") for number in range(500)]
    for channel in channels:
        channel.bot_permissions = 0  # no longer accessible, without an event from the gateway
    for person in people:
        person.dms_open = False
    with closing(sqlite3.connect(stage.folder / "songs.db")) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(songs)")]
        kept = ", ".join(name for name in names if name not in ("id", "order_key"))
        for person, channel in zip(people, channels, strict=True):
            database.execute(f"INSERT INTO songs ({kept}) SELECT {kept} FROM songs WHERE id = 1")
            database.execute(
                "UPDATE songs SET user_id = ?, channel_id = ?, delivery = 'pending', token = NULL, "
                "delivered_at = NULL, lease_owner = 'a process that is gone' WHERE id = last_insert_rowid()",
                (person.id, channel.id),
            )
        database.commit()
    await stage.start_ready()
    await stage.discord.wait_until(lambda: stage.discord.rate_limits.invalid_requests >= 10)
    await asyncio.sleep(25)
    assert stage.discord.rate_limits.invalid_requests < 100
    later = await order(stage, "a song while all of that waits")
    await later.message_matching(is_answer, timeout=30)


async def test_a_channel_known_to_be_closed_costs_no_request(stage: Stage) -> None:
    await stage.start_ready()
    song = await order(stage, "[never] rain")
    await composing(stage)
    await stage.discord.set_overwrite(stage.channel, stage.discord.bot, deny=VIEW_CHANNEL)
    stage.discord.expire_token(song)
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
    (card,) = answers_in(stage, song)
    assert card.channel is stage.discord.state.dm_channel(stage.ann)
    refused = [r for r in stage.discord.requests_to(f"/channels/{stage.channel.id}") if r.status == 403]
    assert refused == []
