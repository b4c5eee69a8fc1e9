"""Run a small real discord.py bot that has one of everything, for the tests of the tests' Discord."""

from __future__ import annotations

import io
import re
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

EVERYWHERE = {
    "allowed_contexts": app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    "allowed_installs": app_commands.AppInstallationType(guild=True, user=True),
}


class AgainButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"again:v1:(?P<id>\d+)"):
    """A button that still works after a restart, and opens a modal."""

    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:v1:{number}"))

    @classmethod
    async def from_custom_id(cls, _interaction: Any, _item: Any, match: re.Match[str], /) -> AgainButton:
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(PromptModal())


class PromptModal(discord.ui.Modal, title="Again"):
    """A modal with one text field."""

    prompt: discord.ui.TextInput[Any] = discord.ui.TextInput(
        label="Prompt", default="the same", max_length=50
    )

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        await interaction.response.edit_message(content=f"again: {self.prompt.value}")


class ExampleBot(discord.Client):
    """Answers /song, /quota set, a message menu, a button with a modal, and direct messages."""

    def __init__(self, api_url: str, **options: Any) -> None:
        Route.BASE = api_url
        intents = discord.Intents(guilds=True, dm_messages=True, guild_messages=True)
        super().__init__(intents=intents, max_messages=None, guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.errors: list[BaseException] = []
        self.resumed = 0
        add_commands(self.tree)
        self.tree.error(self._command_failed)

    async def setup_hook(self) -> None:
        _, gateway_url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
        self.add_dynamic_items(AgainButton)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Skip discord.py's wait of five seconds between identifies, which is not needed here."""

    async def on_resumed(self) -> None:
        self.resumed += 1

    async def on_message(self, message: discord.Message) -> None:
        if message.guild is None and not message.author.bot:
            await message.reply(f"you said {message.content}", nonce=message.id, mention_author=False)

    async def _command_failed(self, _: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        self.errors.append(getattr(error, "original", error))


def card(prompt: str) -> discord.Embed:
    """Return an embed whose picture is an uploaded file."""
    embed = discord.Embed(title="A song", description=prompt, url="https://example.com/song.mp3")
    return (
        embed.set_image(url="attachment://cover.png")
        .set_footer(text="by Whisul")
        .add_field(name="BPM", value="90")
    )


def files() -> list[discord.File]:
    return [discord.File(io.BytesIO(b"png"), "cover.png"), discord.File(io.BytesIO(b"mp3" * 9), "song.mp3")]


def view() -> discord.ui.View:
    """Return a view with a dynamic button and a link."""
    buttons = discord.ui.View(timeout=None)
    buttons.add_item(AgainButton(7))
    buttons.add_item(discord.ui.Button(label="Listen", url="https://example.com/song.mp3"))
    return buttons


def add_commands(tree: app_commands.CommandTree) -> None:
    """Register one command of every kind."""
    song_command = app_commands.Command(name="song", description="Make a song", callback=song, **EVERYWHERE)
    song_command.autocomplete("prompt")(complete)
    tree.add_command(song_command)
    tree.add_command(app_commands.Command(name="later", description="Deferred", callback=later, **EVERYWHERE))
    tree.add_command(app_commands.ContextMenu(name="Make a song", callback=from_message, **EVERYWHERE))
    quota = app_commands.Group(
        name="quota",
        description="Limits",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )
    quota.add_command(app_commands.Command(name="set", description="Set one", callback=quota_set))
    tree.add_command(quota)


@app_commands.describe(prompt="What to sing about")
async def song(
    interaction: discord.Interaction[Any],
    prompt: app_commands.Range[str, 1, 100],
    private: bool = False,
) -> None:
    no_pings = discord.AllowedMentions.none()
    await interaction.response.send_message(f"making {prompt}", ephemeral=private, allowed_mentions=no_pings)
    embeds = [card(prompt)]
    await interaction.edit_original_response(content=None, embeds=embeds, attachments=files(), view=view())
    await interaction.followup.send("there it is", ephemeral=private)


async def complete(_: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{current} song", value=f"{current} song")]


async def later(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.followup.send("first")
    await interaction.followup.send("second", ephemeral=True)


async def from_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    await interaction.response.send_message(f"from {message.content!r}", ephemeral=True)


async def quota_set(interaction: discord.Interaction[Any], user: discord.Member, limit: int) -> None:
    await interaction.response.send_message(f"{user.name}: {limit}")
