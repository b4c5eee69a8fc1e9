"""Render the reply to a direct message: the prompt to be sent, and two buttons."""

from __future__ import annotations

import re

import discord

from songbot.quotas.rules import Decision
from songbot.wording import direct_messages as wording
from songbot.wording import quotas, text
from songbot.wording.language import Language

from .custom_ids import custom_id
from .views import RoutedView


def confirm_view(language: Language, message_id: int) -> discord.ui.View:
    """Return `Make it` and `Cancel`. `message_id` is the ID of the person's message with the prompt."""
    make = discord.ui.Button[discord.ui.View](
        label=wording.MAKE_IT(language),
        emoji="🎵",
        style=discord.ButtonStyle.primary,
        custom_id=custom_id("dm:make", message_id),
    )
    cancel = discord.ui.Button[discord.ui.View](
        label=wording.CANCEL(language), custom_id=custom_id("dm:cancel", message_id)
    )
    return RoutedView(make, cancel)


def confirm_text(language: Language, decision: Decision) -> str:
    """Return the question, which says how many songs are left under the tightest limit."""
    usage = quotas.limiting(decision)
    bonus = decision.grant_left if usage is decision.effective else 0
    return wording.offer(language, usage.remaining + bonus, usage.rule.period, usage.window.end)


def prompt_embed(prompt: str) -> discord.Embed:
    """Show the whole prompt without formatting. Escaped, its 1,000 characters still fit an embed's 4,096."""
    return discord.Embed(description=text.escape(prompt))


def prompt_from_embed(message: discord.Message) -> str | None:
    """Return the prompt shown by `prompt_embed` in this message, or None."""
    for embed in message.embeds:
        if embed.description:
            return _unescape(embed.description)
    return None


def _unescape(escaped: str) -> str:
    """Undo `text.escape`. This is exact because a cleaned prompt contains no zero-width spaces."""
    return re.sub(r"\\(.)", r"\1", escaped.replace("@\u200b", "@"))
