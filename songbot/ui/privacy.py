"""Render `/privacy`: what is stored, the exported files, and the confirmation before deletion."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence

import discord

from songbot.ui.colours import BRAND
from songbot.wording import privacy as wording
from songbot.wording.language import Language

from .custom_ids import custom_id
from .views import RoutedView

MARGIN = 100_000
"""Bytes of an upload request in addition to the file."""


def privacy_embed(language: Language, days: int, export: str, delete: str) -> discord.Embed:
    """Return an embed that says what is stored, why, and for how long.

    `days` is RETENTION_DAYS; the others are command mentions.
    """
    embed = discord.Embed(title=wording.TITLE(language), colour=BRAND)
    for name, value in (
        (wording.SONGS, wording.songs_kept(language, days)),
        (wording.AROUND_SONGS, wording.AROUND_SONGS_KEPT(language)),
        (wording.LANGUAGE, wording.language_kept(language, days)),
        (wording.LIMITS, wording.LIMITS_KEPT(language)),
        (wording.SHARED, wording.SHARED_WITH(language)),
        (wording.NEVER, wording.NEVER_KEPT(language)),
        (wording.YOUR_CHOICE, wording.choices(language, export, delete)),
    ):
        embed.add_field(name=name(language), value=value, inline=False)
    return embed


def export_files(
    data: Mapping[str, Sequence[Mapping[str, object]]], upload_limit: int
) -> list[tuple[str, bytes]]:
    """Return the export as files of at most `upload_limit` bytes: plain if it fits, else compressed, else
    split."""
    room = max(1, upload_limit - MARGIN)
    plain = json.dumps(data, ensure_ascii=False, indent=2).encode()
    if len(plain) <= room:
        return [("my-data.json", plain)]
    packed = gzip.compress(plain, mtime=0)
    if len(packed) <= room:
        return [("my-data.json.gz", packed)]
    pieces = [packed[start : start + room] for start in range(0, len(packed), room)]
    return [(f"my-data.json.gz.{number:03}", piece) for number, piece in enumerate(pieces, start=1)]


def confirm_view(language: Language, user_id: int) -> discord.ui.View:
    """Return `Delete everything`, which carries the person's ID, and `Cancel`."""
    delete = discord.ui.Button[discord.ui.View](
        label=wording.DELETE_FOR_GOOD(language),
        emoji="🗑️",
        style=discord.ButtonStyle.danger,
        custom_id=custom_id("privacy:delete", user_id),
    )
    keep = discord.ui.Button[discord.ui.View](
        label=wording.CANCEL(language), custom_id=custom_id("privacy:keep", user_id)
    )
    return RoutedView(delete, keep)
