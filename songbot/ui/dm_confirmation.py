"""Render the answer to a message in the DM with the bot: the prompt as it would be sent, and two buttons."""

from __future__ import annotations

import re

import discord

from songbot.quotas.rules import Decision
from songbot.wording import direct_messages as wording
from songbot.wording import quotas, text

from .custom_ids import custom_id
from .views import RoutedView


def confirm_view(message_id: int) -> discord.ui.View:
    """Return `Make it` and `Cancel`. `message_id` is the person's own message, which holds the prompt."""
    make = discord.ui.Button[discord.ui.View](
        label=wording.MAKE_IT,
        emoji="🎵",
        style=discord.ButtonStyle.primary,
        custom_id=custom_id("dm:make", message_id),
    )
    cancel = discord.ui.Button[discord.ui.View](
        label=wording.CANCEL, custom_id=custom_id("dm:cancel", message_id)
    )
    return RoutedView(make, cancel)


def confirm_text(decision: Decision) -> str:
    """Return the question, with how many songs are left by the limit that ends first."""
    usage = quotas.limiting(decision)
    bonus = decision.grant_left if usage is decision.effective else 0
    return wording.offer(usage.remaining + bonus, usage.rule.period.value, usage.window.end)


def prompt_embed(prompt: str) -> discord.Embed:
    """Show the whole prompt without formatting. Its 1,000 characters, escaped, fit an embed's 4,096."""
    return discord.Embed(description=text.escape(prompt))


def prompt_from_embed(message: discord.Message) -> str | None:
    """Return the prompt that `prompt_embed` shows in this message, or None."""
    for embed in message.embeds:
        if embed.description:
            return _unescape(embed.description)
    return None


def _unescape(escaped: str) -> str:
    """Undo `text.escape`. A cleaned prompt has no zero-width space of its own."""
    return re.sub(r"\\(.)", r"\1", escaped.replace("@\u200b", "@"))
