"""`/privacy` as people see it: what is kept, the file with all of it, and the question before it goes."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import discord
from discord.ext import commands

from songbot.wording import privacy as wording

COG = "privacy"
MARGIN = 100_000
"""Bytes of a request that are not the file's."""
_BLUE = discord.Colour(0x5B8DEF)


def overview(days: int, export: str, delete: str) -> discord.Embed:
    """What is kept, why and how long. `days`: see RETENTION_DAYS; the others are command mentions."""
    embed = discord.Embed(title=wording.TITLE, colour=_BLUE)
    for name, value in (
        (wording.SONGS, wording.songs_kept(days)),
        (wording.AROUND_SONGS, wording.AROUND_SONGS_KEPT),
        (wording.LIMITS, wording.LIMITS_KEPT),
        (wording.SHARED, wording.SHARED_WITH),
        (wording.NEVER, wording.NEVER_KEPT),
        (wording.YOUR_CHOICE, wording.choices(export, delete)),
    ):
        embed.add_field(name=name, value=value, inline=False)
    return embed


def export_files(
    data: Mapping[str, Sequence[Mapping[str, object]]], upload_limit: int
) -> list[tuple[str, bytes]]:
    """The export as files of at most `upload_limit` bytes: plain, else compressed, else in pieces."""
    room = max(1, upload_limit - MARGIN)
    plain = json.dumps(data, ensure_ascii=False, indent=2).encode()
    if len(plain) <= room:
        return [("my-data.json", plain)]
    packed = gzip.compress(plain, mtime=0)
    if len(packed) <= room:
        return [("my-data.json.gz", packed)]
    pieces = [packed[start : start + room] for start in range(0, len(packed), room)]
    return [(f"my-data.json.gz.{number:03}", piece) for number, piece in enumerate(pieces, start=1)]


class PrivacyPresses(Protocol):
    """What the client's cog named `privacy` does. It answers the person whatever happens."""

    async def forget(self, interaction: discord.Interaction, user_id: int) -> None: ...


class ForgetButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=re.compile(r"privacy:v1:delete:(?P<user_id>[0-9]{1,20})"),
):
    """Deletes all that is kept of one person; for that person alone."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        super().__init__(
            discord.ui.Button(
                label=wording.DELETE_FOR_GOOD,
                emoji="🗑️",
                style=discord.ButtonStyle.danger,
                custom_id=f"privacy:v1:delete:{user_id}",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> ForgetButton:
        del interaction, item
        return cls(int(match["user_id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        cog = cast("commands.Bot", interaction.client).get_cog(COG)
        await cast("PrivacyPresses", cog).forget(interaction, self.user_id)


def confirm_view(user_id: int) -> discord.ui.View:
    """Under the question."""
    return discord.ui.View(timeout=None).add_item(ForgetButton(user_id))
