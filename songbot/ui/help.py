"""Render `/help`, with the permissions that the bot lacks in the channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord

from songbot.ui import colours
from songbot.wording import help as wording

_ALWAYS = ("view_channel", "embed_links", "attach_files", "read_message_history")


def mention(command: str, ids: Mapping[str, int]) -> str:
    """Return a clickable command such as `quota show` ("Message Formatting": slash command mentions).

    Subcommands have the id of their root. A command whose id is unknown is shown as plain text.
    """
    command_id = ids.get(command.split(maxsplit=1)[0])
    return f"</{command}:{command_id}>" if command_id else f"`/{command}`"


def missing_permissions(permissions: discord.Permissions, *, in_thread: bool) -> list[str]:
    """Return the permissions that audio and covers need and the bot lacks, by discord.py's names."""
    needed = [_ALWAYS[0], "send_messages_in_threads" if in_thread else "send_messages", *_ALWAYS[1:]]
    return [name for name in needed if not getattr(permissions, name)]


def help_embed(ids: Mapping[str, int], *, admin: bool, missing: Sequence[str] | None) -> discord.Embed:
    """Return the embed. `missing` is None where the bot is not a member, so that nothing can be checked."""
    embed = discord.Embed(title=wording.TITLE, colour=colours.BRAND)
    own = (mention(name, ids) for name in ("library", "usage", "privacy show"))
    fields = [
        (wording.MAKE, f"{wording.make(mention('song', ids))}\n{wording.ON_A_CARD}"),
        (wording.AGAIN, wording.again(*own)),
    ]
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
