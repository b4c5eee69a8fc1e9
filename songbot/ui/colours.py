"""Define the colours of embeds."""

from __future__ import annotations

import discord

BRAND = discord.Colour(0x7C3AED)
"""Used for all embeds without a colour of their own. The bot's avatar has the same colour."""
FAILURE = discord.Colour(0xD9534F)
