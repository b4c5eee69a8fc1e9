"""In more servers than discord.py's cache holds uncompressed, permissions are those of the moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from songbot.interactions.guild_cache import OPEN_GUILDS

from .answers import answers_in, delivered, end_jobs
from .discord_server import Guild
from .discord_server.permissions import ADMINISTRATOR, SEND_MESSAGES, VIEW_CHANNEL
from .libraries import make_song, songs_listed
from .process import Stage


def join_servers(stage: Stage) -> Callable[[], Awaitable[None]]:
    """Add enough servers to compress the stage's own. Return what compresses it again."""
    others: list[Guild] = [
        stage.discord.state.add_guild(f"Server {number}") for number in range(OPEN_GUILDS + 5)
    ]

    async def need_the_others() -> None:
        for guild in others:
            await stage.discord.set_overwrite(guild.channel, guild.everyone)

    return need_the_others


async def test_songs_are_listed_by_the_permissions_of_the_moment(stage: Stage) -> None:
    talk = stage.discord.state.add_channel(stage.guild, "talk")
    staff = stage.discord.state.add_role(stage.guild, "Staff")
    stage.guild.member(stage.max).roles.append(staff)
    need_the_others = join_servers(stage)
    await stage.start_ready()
    await make_song(stage, stage.ann, talk, "rain")

    async def listed() -> int:
        await need_the_others()
        return await songs_listed(stage, stage.max, stage.channel, of=stage.ann)

    assert await listed() == 1
    await stage.discord.set_overwrite(talk, stage.guild.everyone, deny=VIEW_CHANNEL)
    assert await listed() == 0
    await stage.discord.set_role_permissions(stage.guild, staff, ADMINISTRATOR)
    assert await listed() == 1
    await stage.discord.set_role_permissions(stage.guild, staff, 0)
    assert await listed() == 0
    await stage.discord.set_overwrite(talk, staff, allow=VIEW_CHANNEL)
    assert await listed() == 1
    await stage.discord.delete_channel(talk)
    assert await listed() == 0


async def test_where_the_bot_may_not_send_the_card_comes_without_a_refused_request(stage: Stage) -> None:
    need_the_others = join_servers(stage)
    await stage.start_ready()
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="[never] rain")
    await song.message_matching("composing", timeout=15)
    await stage.discord.set_overwrite(stage.channel, stage.discord.bot, deny=SEND_MESSAGES | VIEW_CHANNEL)
    await need_the_others()
    stage.discord.expire_token(song)
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=30)
    (card,) = answers_in(stage, song)
    assert card.channel is stage.discord.state.dm_channel(stage.ann)
    assert stage.discord.requests_to(f"/channels/{stage.channel.id}") == []
