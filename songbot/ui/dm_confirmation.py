"""What answers a message in the DM with the bot: the prompt as it would be sent, and two buttons."""

from __future__ import annotations

import re

import discord

from songbot.quotas.rules import Decision
from songbot.wording import direct_messages as wording
from songbot.wording import quotas, text

from .song_buttons import Action, component_router

DM_BUTTON = re.compile(r"dm:v1:(?P<action>make|cancel):(?P<message_id>[0-9]{1,20})")


class DmConfirmButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=DM_BUTTON):
    """`message_id` is the person's own message, in which the prompt is. Register it with the client."""

    def __init__(self, action: Action, message_id: int) -> None:
        self.action = action
        self.message_id = message_id
        confirms = action is Action.MAKE
        super().__init__(
            discord.ui.Button(
                label=wording.MAKE_IT if confirms else wording.CANCEL,
                emoji="🎵" if confirms else None,
                style=discord.ButtonStyle.primary if confirms else discord.ButtonStyle.secondary,
                custom_id=f"dm:v1:{action}:{message_id}",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> DmConfirmButton:
        """Whatever matches, years later."""
        del interaction, item
        return cls(Action(match["action"]), int(match["message_id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the client's `song_actions`."""
        await component_router(interaction).dispatch(interaction, self.action, self.message_id)


def confirm_view(message_id: int) -> discord.ui.View:
    """`Make it` and `Cancel`."""
    view = discord.ui.View(timeout=None)
    view.add_item(DmConfirmButton(Action.MAKE, message_id))
    return view.add_item(DmConfirmButton(Action.CANCEL, message_id))


def confirm_text(decision: Decision) -> str:
    """How many songs are left, and that nothing is charged yet."""
    return wording.offer(quotas.left(decision))


def prompt_embed(prompt: str) -> discord.Embed:
    """The prompt, whole and plain to the eye: 1,000 characters escaped fit an embed's 4,096."""
    return discord.Embed(description=text.escape(prompt))


def prompt_from_embed(message: discord.Message) -> str | None:
    """The prompt that `quote` shows in this message."""
    for embed in message.embeds:
        if embed.description:
            return _unescape(embed.description)
    return None


def _unescape(escaped: str) -> str:
    """What `text.escape` was given. A cleaned prompt has no zero-width space of its own."""
    return re.sub(r"\\(.)", r"\1", escaped.replace("@\u200b", "@"))
