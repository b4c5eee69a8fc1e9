"""Render `/help` and greetings, and find the permissions that the bot lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from songbot.ui.colours import BRAND
from songbot.wording import direct_messages, text
from songbot.wording import help as wording

_ALWAYS = ("view_channel", "embed_links", "attach_files", "read_message_history")


def mention(command: str, ids: Mapping[str, int]) -> str:
    """Return a clickable mention of a command such as `quota show` (Discord, "Message Formatting").

    A subcommand is mentioned with the ID of its root command. A command without a known ID is shown as plain
    text.
    """
    command_id = ids.get(command.split(maxsplit=1)[0])
    return f"</{command}:{command_id}>" if command_id else f"`/{command}`"


def missing_permissions(
    permissions: discord.Permissions, *, in_thread: bool, in_voice: bool = False
) -> list[str]:
    """Return the permissions, by discord.py's names, that the bot lacks to show players and covers."""
    needed = [_ALWAYS[0], "send_messages_in_threads" if in_thread else "send_messages", *_ALWAYS[1:]]
    if in_voice:
        needed.append("connect")
    return [name for name in needed if not getattr(permissions, name)]


def help_embed(ids: Mapping[str, int], *, admin: bool, missing: Sequence[str] | None) -> discord.Embed:
    """Return what this person can do here. `missing` is None if the bot is not a member of the server."""
    own = (mention(name, ids) for name in ("library", "usage", "privacy show"))
    lines = [wording.make(mention("song", ids)), *wording.again(*own), wording.MENU, "", wording.TRY_ONE]
    embed = discord.Embed(title=wording.TITLE, description="\n".join(lines), colour=BRAND)
    fields = [(wording.BUTTONS, wording.ON_A_CARD)]
    if admin:
        quotas = (mention(f"quota {name}", ids) for name in ("show", "panel", "check", "usage"))
        fields.append((wording.ADMINS, wording.admins(*quotas)))
    if missing:
        fields.append((wording.CHANNEL, wording.missing(missing, admin=admin)))
    elif missing is not None and admin:
        fields.append((wording.CHANNEL, wording.ALL_THERE))
    for name, value in fields:
        embed.add_field(name=name, value=value, inline=False)
    return embed


def joined_embed(ids: Mapping[str, int], missing: Sequence[str]) -> discord.Embed:
    """Return the message for a server that the bot has just joined."""
    song, limits = mention("song", ids), mention("quota panel", ids)
    embed = discord.Embed(title=wording.JOINED_TITLE, description=wording.joined(song, limits), colour=BRAND)
    if missing:
        embed.add_field(name=wording.CHANNEL, value=wording.missing(missing, admin=True), inline=False)
    return embed


def plain_text(embed: discord.Embed) -> str:
    """Return the embed as text, for channels where the bot can't send embeds."""
    fields = [f"**{field.name}**\n{field.value}" for field in embed.fields]
    return "\n\n".join([f"**{embed.title}**", embed.description or "", *fields])


def greeting_embed() -> discord.Embed:
    """Return the reply to a "hi" in direct messages."""
    return discord.Embed(
        title=direct_messages.GREETING_TITLE, description=direct_messages.GREETING, colour=BRAND
    )


@dataclass(frozen=True, slots=True)
class Links:
    """URLs of the bot's documents and support. Each is None if there is none."""

    privacy: str | None = None
    terms: str | None = None
    support: str | None = None

    def buttons(self) -> list[discord.ui.Button[discord.ui.View]]:
        """Return a button for each URL that Discord accepts."""
        links = (
            (wording.PRIVACY, self.privacy),
            (wording.TERMS, self.terms),
            (wording.SUPPORT, self.support),
        )
        safe = ((label, text.safe_link(url, text.BUTTON_URL)) for label, url in links)
        return [discord.ui.Button(label=label, url=url) for label, url in safe if url]
