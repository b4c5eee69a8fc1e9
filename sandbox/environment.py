"""Assemble the sandbox: the real bot, SimCord's simulated Discord, a local Whisul and a temporary
database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import SetupError
from simcord.preview import Preview

from sandbox.avatar import draw_avatar
from sandbox.live import LiveEnv, accept_late_actions, draw_embeds_as_discord, keep_fresh
from sandbox.local_whisul import local_whisul
from sandbox.locales import Locales
from sandbox.page.channels import ChannelSwitch, SandboxChannel
from sandbox.page.media import PlainAudio
from sandbox.page.server import SandboxServer
from sandbox.whisul import WhisulServer
from songbot.app import App, open_app
from songbot.settings import Settings

BOT_NAME = "Songbot"
TOPIC = "Type /song and a prompt below. Above, choose who you are and where."
STAFF_TOPIC = "For those who run the server."


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """The options of the command line. `seconds` is how long a song takes. Port 0 selects a free port."""

    port: int = 0
    seconds: tuple[float, float] = (15.0, 25.0)
    direct: bool = False
    """Start in ann's direct messages with the bot rather than in the server."""


def _own(app: App, owner: MemberActor) -> None:
    """Make `owner` the application's owner. By default SimCord returns the bot itself."""
    ask = app.bot.http.application_info

    async def application_info() -> Any:
        user = {"id": str(owner.id), "username": "olivia", "discriminator": "0", "avatar": None}
        return {**await ask(), "owner": user}

    app.bot.http.application_info = application_info


@asynccontextmanager
async def open_sandbox(options: SandboxOptions) -> AsyncIterator[Preview]:
    """Yield the page, which can be opened at its `url`. Raise OSError if the port is taken."""
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
        draw_embeds_as_discord()
        preview = await _served(await _preview(env, app, options), stack)
        accept_late_actions(preview)
        async with asyncio.TaskGroup() as beside:
            fresh = beside.create_task(keep_fresh(env, preview), name="keep-fresh")
            try:
                yield preview
            finally:
                fresh.cancel()


async def run(options: SandboxOptions, opened: Callable[[str], None], stop: asyncio.Event) -> None:
    """Run until `stop` is set or the session is ended on the page. `opened` is called with the address."""
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
    """Return ten durations from `low` to `high`, plus a second for the next poll, so that the bot's estimate
    is right from the first song."""
    return [low + (high - low) * tenth / 9 + 1 for tenth in range(10)]


async def _preview(env: LiveEnv, app: App, options: SandboxOptions) -> Preview:
    """Return the page of a server with three people: ann, a member; max, a manager; and olivia, the bot's
    owner."""
    guild = env.create_guild("Song Lab")
    channel = guild.create_text_channel("songs", topic=TOPIC)
    roles = [guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))]
    administrators = [
        guild.create_role("Administrators", permissions=discord.Permissions(administrator=True))
    ]
    ann_user = env.create_user("ann")
    ann, max_ = guild.add_member(ann_user), guild.add_member(env.create_user("max"), roles=roles)
    olivia = guild.add_member(env.create_user("olivia"), roles=administrators)
    staff = guild.create_text_channel("staff", topic=STAFF_TOPIC, overwrites=_staff_only(guild, roles))
    _own(app, olivia)
    app.bot.dispatch("guild_join", app.bot.get_guild(guild.id))
    await env.settle()
    channels = (
        SandboxChannel("songs", "#songs", channel, (ann, max_, olivia)),
        SandboxChannel("staff", "#staff", staff, (max_, olivia)),
        SandboxChannel("direct", "DM with Songbot", ann_user.dm_channel, (ann_user,)),
    )
    return _page(env, channels, channels[2] if options.direct else channels[0], options.port)


def _page(env: LiveEnv, channels: tuple[SandboxChannel, ...], first: SandboxChannel, port: int) -> Preview:
    bot = env.backend.bot_user
    preview = env.preview(
        first.handle,
        viewers=first.people,
        layout="channel",
        port=port,
        assets={f"{CDN_BASE}/avatars/{bot.id}/{bot.avatar}.png": ("avatar.png", draw_avatar())},
    )
    switch = ChannelSwitch(preview, channels, first)
    locales = Locales({person.name: person.id for channel in channels for person in channel.people})
    locales.send()
    preview._media_worker = PlainAudio()
    preview._server = SandboxServer(preview, port, lambda: switch, locales)
    return preview


def _staff_only(guild: Any, roles: list[Any]) -> dict[Any, discord.PermissionOverwrite]:
    hidden = {guild.default_role: discord.PermissionOverwrite(view_channel=False)}
    return hidden | {role: discord.PermissionOverwrite(view_channel=True) for role in roles}
