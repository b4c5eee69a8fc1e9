"""Render `/help` and greetings, and find the permissions that the bot lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from songbot.ui.colours import BRAND
from songbot.wording import direct_messages, text
from songbot.wording import help as wording
from songbot.wording.language import Language

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


def help_embed(
    language: Language, ids: Mapping[str, int], *, admin: bool, missing: Sequence[str] | None
) -> discord.Embed:
    """Return what this person can do here. `missing` is None if the bot is not a member of the server."""
    own = (mention(name, ids) for name in ("library", "usage", "privacy show"))
    commands = [wording.make(language, mention("song", ids)), *wording.again(language, *own)]
    lines = [*commands, wording.MENU(language), "", wording.TRY_ONE(language)]
    embed = discord.Embed(title=wording.TITLE(language), description="\n".join(lines), colour=BRAND)
    fields = [(wording.BUTTONS, wording.on_a_card(language))]
    if admin:
        quotas = (mention(f"quota {name}", ids) for name in ("show", "panel", "check", "usage"))
        lines = [wording.admins(language, *quotas), wording.speaks(language, mention("language", ids))]
        fields.append((wording.ADMINS, "\n".join(lines)))
    if missing:
        fields.append((wording.CHANNEL, wording.missing(language, missing, admin=admin)))
    elif missing is not None and admin:
        fields.append((wording.CHANNEL, wording.ALL_THERE(language)))
    for name, value in fields:
        embed.add_field(name=name(language), value=value, inline=False)
    return embed


def joined_embed(language: Language, ids: Mapping[str, int], missing: Sequence[str]) -> discord.Embed:
    """Return the message for a server that the bot has just joined."""
    song, limits = mention("song", ids), mention("quota panel", ids)
    introduction = wording.joined(language, song, limits)
    embed = discord.Embed(title=wording.JOINED_TITLE(language), description=introduction, colour=BRAND)
    if missing:
        lacking = wording.missing(language, missing, admin=True)
        embed.add_field(name=wording.CHANNEL(language), value=lacking, inline=False)
    return embed


def plain_text(embed: discord.Embed) -> str:
    """Return the embed as text, for channels where the bot can't send embeds."""
    fields = [f"**{field.name}**\n{field.value}" for field in embed.fields]
    return "\n\n".join([f"**{embed.title}**", embed.description or "", *fields])


def greeting_embed(language: Language) -> discord.Embed:
    """Return the reply to a "hi" in direct messages."""
    return discord.Embed(
        title=direct_messages.GREETING_TITLE(language),
        description=direct_messages.GREETING(language),
        colour=BRAND,
    )


@dataclass(frozen=True, slots=True)
class Links:
    """URLs of the bot's documents and support. Each is None if there is none."""

    privacy: str | None = None
    terms: str | None = None
    support: str | None = None

    def buttons(self, language: Language) -> list[discord.ui.Button[discord.ui.View]]:
        """Return a button for each URL that Discord accepts."""
        links = (
            (wording.PRIVACY, self.privacy),
            (wording.TERMS, self.terms),
            (wording.SUPPORT, self.support),
        )
        safe = ((label, text.safe_link(url, text.BUTTON_URL)) for label, url in links)
        return [discord.ui.Button(label=label(language), url=url) for label, url in safe if url]
