"""Put the sandbox together: the real bot in SimCord's Discord, a local Whisul, a throw-away database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import discord
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import SetupError
from simcord.preview import Preview

from sandbox.avatar import draw_avatar
from sandbox.live import LiveEnv, accept_late_actions, keep_fresh, show_mentions_in_embeds
from sandbox.local_whisul import local_whisul
from sandbox.whisul import WhisulServer
from songbot.app import open_app
from songbot.settings import Settings

BOT_NAME = "Songbot"
TOPIC = "Type /song and a few words below, and watch. Above, choose who you are: max may manage the server."


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """The options of the command line. `seconds` is how long a song takes; port 0 picks a free one."""

    port: int = 0
    seconds: tuple[float, float] = (15.0, 25.0)
    direct: bool = False
    """Show ann's direct messages with the bot instead of the server."""


@asynccontextmanager
async def open_sandbox(options: SandboxOptions) -> AsyncIterator[Preview]:
    """Yield the page, ready to be opened at its `url`. Raises OSError if the port is taken."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="song-sandbox-", ignore_cleanup_errors=True))
        whisul = await stack.enter_async_context(local_whisul(options.seconds))
        app = await stack.enter_async_context(
            open_app(_settings(Path(folder), whisul), durations=_evenly(*options.seconds))
        )
        env = LiveEnv(app.bot)
        bot_user = env.backend.bot_user
        bot_user.name, bot_user.avatar = BOT_NAME, "sandbox"
        await env.start()
        stack.push_async_callback(env.shutdown)
        stack.push_async_callback(app.stop)
        show_mentions_in_embeds()
        preview = await _served(_preview(env, options), stack)
        accept_late_actions(preview)
        async with asyncio.TaskGroup() as beside:
            fresh = beside.create_task(keep_fresh(env, preview), name="keep-fresh")
            try:
                yield preview
            finally:
                fresh.cancel()


async def run(options: SandboxOptions, opened: Callable[[str], None], stop: asyncio.Event) -> None:
    """Run until `stop` is set or the session is ended on the page; `opened` gets the address."""
    async with open_sandbox(options) as preview:
        opened(preview.url)
        ends = [
            asyncio.create_task(stop.wait(), name="stop"),
            asyncio.create_task(preview.wait_closed(), name="ended-in-the-page"),
        ]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()


def _settings(folder: Path, whisul: WhisulServer) -> Settings:
    return Settings.model_validate(
        {
            "discord_token": "none-is-needed-in-the-sandbox",
            "whisul_api_key": whisul.api_key,
            "whisul_api_url": whisul.base_url,
            "database_url": f"sqlite:///{folder / 'songs.db'}",
            "poll_seconds_min": 1,
            "poll_seconds_max": 2,
            "member_songs_per_day": 20,
            "dm_songs_per_day": 20,
            "server_songs_per_day": 200,
            "shard_count": 1,
        }
    )


async def _served(preview: Preview, stack: AsyncExitStack) -> Preview:
    try:
        return await stack.enter_async_context(preview)
    except SetupError as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from None
        raise


def _evenly(low: float, high: float) -> list[float]:
    """Return ten durations from `low` to `high`, plus the second until the next poll: the bot's estimate is
    right from the first song on."""
    return [low + (high - low) * tenth / 9 + 1 for tenth in range(10)]


def _preview(env: LiveEnv, options: SandboxOptions) -> Preview:
    """Show a server with `ann`, a member, and `max`, who may manage it; or ann's direct messages."""
    bot = env.backend.bot_user
    guild = env.create_guild("Song Lab")
    channel = guild.create_text_channel("songs", topic=TOPIC)
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    ann = env.create_user("ann")
    people = [guild.add_member(ann), guild.add_member(env.create_user("max"), roles=[managers])]
    direct = options.direct
    return env.preview(
        ann.dm_channel if direct else channel,
        viewers=[ann] if direct else people,
        layout="channel",
        port=options.port,
        assets={f"{CDN_BASE}/avatars/{bot.id}/{bot.avatar}.png": ("avatar.png", draw_avatar())},
    )
