"""Define the colours of embeds."""

from __future__ import annotations

import discord

BRAND = discord.Colour(0x5B8DEF)
SUCCESS = discord.Colour(0x1DB98A)
FAILURE = discord.Colour(0xD9534F)
NEUTRAL = discord.Colour(0x6B7280)
