"""Test the fallbacks of the delivery: the reply arrives whatever Discord refuses, and no retry is endless."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from .answers import answers_in, composing, delivered, end_jobs, is_answer, songs_in
from .discord_server import Channel, InteractionRecord, StoredMessage, User
from .discord_server.permissions import VIEW_CHANNEL
from .process import Stage

MOST_REFUSALS = 8
"""For one answer, the look for an earlier one and what was shown before included."""


@dataclass
class Asked:
    """A person with a channel of their own, and the song they requested there."""

    stage: Stage
    user: User
    channel: Channel
    song: InteractionRecord

    @property
    def answers(self) -> list[StoredMessage]:
        return answers_in(self.stage, self.song)

    @property
    def delivery(self) -> str | None:
        """Return the song's delivery state, or None before the order is stored."""
        mine = (row["delivery"] for row in songs_in(self.stage) if row["user_id"] == self.user.id)
        return next(mine, None)

    @property
    def refusals(self) -> int:
        """Return how many requests about this song Discord rejected."""
        paths = (
            self.song.token,
            str(self.channel.id),
            str(self.stage.discord.state.dm_channel(self.user).id),
        )
        mine = [r for r in self.stage.discord.requests if any(path in r.path for path in paths)]
        return sum(1 for request in mine if request.status and request.status >= 400)

    async def settled(self) -> None:
        await self.stage.discord.wait_until(
            lambda: self.delivery not in (None, "pending"), timeout=40, what=self.user.name
        )


async def ask(stage: Stage, name: str, *, private: bool = False) -> Asked:
    user = stage.discord.state.add_user(name)
    channel = stage.discord.state.add_channel(stage.guild, f"{name}s-room")
    song = await stage.discord.slash(user, channel, "song", prompt=f"{name} sings", private=private)
    await song.acknowledged(timeout=10)
    return Asked(stage, user, channel, song)


async def test_a_song_that_ended_while_the_bot_was_down_is_delivered_at_the_start(stage: Stage):
    bot = await stage.start_ready()
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="[never] rain")
    await composing(stage)
    await bot.kill()
    assert answers_in(stage, song) == []
    end_jobs(stage)
    await stage.start_ready()
    card = await song.message_matching(is_answer, timeout=15)
    assert card.files
    assert len(stage.whisul.posts) == 1


async def test_after_more_than_15_minutes_the_reply_is_edited_without_its_token_and_the_person_pinged(
    stage: Stage,
):
    bot = await stage.start_ready()
    asked = await ask(stage, "pia [never]")
    await composing(stage)
    await bot.kill()
    end_jobs(stage)
    stage.discord.advance(16 * 60)
    age_tokens(stage)
    before = len(stage.discord.requests)
    await stage.start_ready()
    await asked.settled()
    assert [r.path for r in stage.discord.requests[before:] if asked.song.token in r.path] == []
    (card,) = asked.answers
    assert card is asked.song.message
    ping = stage.discord.message_store.in_channel(asked.channel)[-1]
    assert ping.pinged == {asked.user.id}


def age_tokens(stage: Stage) -> None:
    """Change the database as if 16 minutes had passed."""
    with closing(sqlite3.connect(stage.folder / "songs.db")) as database:
        database.execute("UPDATE songs SET token_expires_at = token_expires_at - 16 * 60 * 1000000")
        database.commit()


async def refuse_token(asked: Asked) -> None:
    asked.stage.discord.expire_token(asked.song)


async def delete_reply(asked: Asked) -> None:
    assert asked.song.message
    await asked.stage.discord.delete(asked.song.message)


async def delete_channel(asked: Asked) -> None:
    await asked.stage.discord.delete_channel(asked.channel)


async def hide_channel(asked: Asked) -> None:
    asked.stage.discord.expire_token(asked.song)
    asked.channel.bot_permissions = 0


async def forbid_writing(asked: Asked) -> None:
    await delete_reply(asked)
    asked.channel.bot_permissions = VIEW_CHANNEL


async def close_dms(asked: Asked) -> None:
    asked.stage.discord.expire_token(asked.song)
    asked.user.dms_open = False


async def refuse_everything(asked: Asked) -> None:
    await refuse_token(asked)
    await delete_reply(asked)
    asked.channel.bot_permissions = 0
    asked.user.dms_open = False


def in_reply(asked: Asked) -> bool:
    (card,) = asked.answers
    return card is asked.song.message and asked.delivery == "delivered"


def in_a_new_message(asked: Asked) -> bool:
    (card,) = asked.answers
    return card.channel is asked.channel and card is not asked.song.message and card.pinged == {asked.user.id}


def by_direct_message(asked: Asked) -> bool:
    (card,) = asked.answers
    return card.channel is asked.stage.discord.state.dm_channel(asked.user)


def nowhere(asked: Asked) -> bool:
    return asked.answers == [] and asked.delivery == "undeliverable"


REFUSALS: dict[str, tuple[Callable[[Asked], object], bool, Callable[[Asked], bool]]] = {
    "50027": (refuse_token, False, in_reply),
    "10008": (delete_reply, False, in_a_new_message),
    "10003": (delete_channel, False, by_direct_message),
    "50001": (hide_channel, False, by_direct_message),
    "50013": (forbid_writing, False, by_direct_message),
    "50007": (close_dms, True, nowhere),
    "all": (refuse_everything, False, nowhere),
}
"""What is done to a song, whether it is private, and where its answer has to end."""


async def test_every_refusal_leads_one_step_down_and_the_last_to_undeliverable(stage: Stage):
    await stage.start_ready()
    asked: dict[str, Asked] = {}
    for code, (refuse, private, _) in REFUSALS.items():
        asked[code] = await ask(stage, f"someone{code}", private=private)
        await refuse(asked[code])  # type: ignore[misc]
    await asyncio.gather(*(one.settled() for one in asked.values()))
    ended = {code: where(asked[code]) for code, (_, _, where) in REFUSALS.items()}
    assert all(ended.values()), ended
    await (await ask(stage, "later")).settled()  # no retry is endless
    refusals = {code: one.refusals for code, one in asked.items()}
    assert max(refusals.values()) <= MOST_REFUSALS, refusals
    assert len(stage.whisul.posts) == len(REFUSALS) + 1


async def test_a_private_song_is_never_seen_by_others(stage: Stage):
    await stage.start_ready()
    asked = await ask(stage, "pia", private=True)
    stage.discord.expire_token(asked.song)
    await asked.settled()
    assert stage.discord.message_store.in_channel(asked.channel) == []
    (card,) = stage.discord.message_store.in_channel(stage.discord.state.dm_channel(asked.user))
    assert card.embeds


async def test_a_deleted_reply_is_not_edited_again_and_again(stage: Stage):
    """A deleted progress message is edited once while the song is composed, and once for the card."""
    await stage.start_ready()
    asked = await ask(stage, "pia")
    await delete_reply(asked)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=20)
    by_token = [r for r in stage.discord.requests if asked.song.token in r.path and r.status == 404]
    assert len(by_token) <= 2


async def test_an_upload_that_is_too_large_for_discord_leaves_the_card_with_its_links(stage: Stage):
    await stage.start_ready()
    asked = await ask(stage, "pia")
    stage.discord.interactions.upload_limit = 1000
    await asked.settled()
    (card,) = asked.answers
    assert card.files == []
    assert "/audio/" in card.buttons["Listen"]["url"]
    assert "/covers/" in card.embed["image"]["url"]
    too_large = [r for r in stage.discord.requests if r.status == 413]
    assert len(too_large) == 1
