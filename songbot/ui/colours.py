"""Define the colours of embeds."""

from __future__ import annotations

import discord

BRAND = discord.Colour(0x7C3AED)
"""For everything that has no colour of its own; the bot's avatar has it too."""
FAILURE = discord.Colour(0xD9534F)
