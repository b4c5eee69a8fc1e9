"""The buttons under songs. They hold no state: what a press means is in its custom id, for years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast

import discord

from songbot.interactions.replies import send_ephemeral
from songbot.songs.models import Song
from songbot.wording import buttons as wording
from songbot.wording import general, text

MAX_ID = 2**63 - 1
"""Of a song. More digits fit the custom id than the database."""


class Action(StrEnum):
    """What a button or a modal does. The values are in custom ids of messages out there: never rename one."""

    RETRY = "retry"
    TAKE = "take"
    REMIX = "remix"
    SAVE = "save"
    DELETE = "delete"
    ERASE = "erase"
    NOTIFY = "notify"
    POST = "post"
    MAKE = "make"
    CANCEL = "cancel"
    MAKE_FORM = "make_form"
    REMIX_FORM = "remix_form"


class ComponentRouter(Protocol):
    """What the client has as `song_actions`: carries out a press. It answers the person whatever happens."""

    async def dispatch(self, interaction: discord.Interaction, action: Action, song_id: int) -> None: ...


class _ClientWithRouter(Protocol):
    component_router: ComponentRouter


def component_router(interaction: discord.Interaction) -> ComponentRouter:
    """The registry of the client that received the press."""
    return cast("_ClientWithRouter", interaction.client).component_router


@dataclass(frozen=True, slots=True)
class _ButtonSpec:
    label: str
    emoji: str
    style: discord.ButtonStyle = discord.ButtonStyle.secondary


_BUTTONS: dict[str, _ButtonSpec] = {
    Action.RETRY: _ButtonSpec(wording.TRY_AGAIN, "🔁", discord.ButtonStyle.primary),
    Action.TAKE: _ButtonSpec(wording.ANOTHER_TAKE, "🔁"),
    Action.REMIX: _ButtonSpec(wording.REMIX, "🎚️"),
    Action.SAVE: _ButtonSpec(wording.SAVE, "⭐"),
    Action.DELETE: _ButtonSpec(wording.DELETE, "🗑️"),
    Action.ERASE: _ButtonSpec(wording.DELETE_FOR_GOOD, "🗑️", discord.ButtonStyle.danger),
    Action.NOTIFY: _ButtonSpec(wording.NOTIFY_ME, "🔔"),
    Action.POST: _ButtonSpec(wording.POST_HERE, "📣"),
}
_UNKNOWN_BUTTON = _ButtonSpec("?", "❔")


SONG_BUTTON = re.compile(r"song:v1:(?P<action>[a-z]+):(?P<song_id>[0-9]{1,19})")


class SongButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=SONG_BUTTON):
    """Every button of every song; register it with `client.add_dynamic_items(SongButton)`."""

    def __init__(self, action: str, song_id: int) -> None:
        self.action = action
        self.song_id = song_id
        spec = _BUTTONS.get(action, _UNKNOWN_BUTTON)
        super().__init__(
            discord.ui.Button(
                label=spec.label,
                emoji=spec.emoji,
                style=spec.style,
                custom_id=f"song:v1:{action}:{song_id}",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> SongButton:
        """Anything that matches, known or not: `callback` answers the rest."""
        del interaction, item
        return cls(match["action"], int(match["song_id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the client's `song_actions`, or say kindly that the button is unknown."""
        if self.action in _BUTTONS and self.song_id <= MAX_ID:
            await component_router(interaction).dispatch(interaction, Action(self.action), self.song_id)
        else:
            await send_ephemeral(interaction, general.UNKNOWN_BUTTON)


def is_public_card_of(message: discord.Message, song_id: int) -> bool:
    """Whether everybody in the place sees this song on `message`: it is one of ours with its buttons."""
    if message.flags.ephemeral:
        return False
    matches = (SONG_BUTTON.fullmatch(custom_id) for custom_id in custom_ids(message))
    return any(match is not None and int(match["song_id"]) == song_id for match in matches)


def custom_ids(message: discord.Message) -> list[str]:
    """Of all that can be pressed on `message`."""
    children = (child for row in message.components for child in getattr(row, "children", ()))
    return [child.custom_id for child in children if getattr(child, "custom_id", None)]


def card_view(song: Song, *, listen: bool = True) -> discord.ui.View:
    """Under a card. `Listen` comes first when there is a link that a button can hold."""
    view = _view()
    link = text.safe_link(song.result.song_url, text.BUTTON_URL) if song.result and listen else None
    if link:
        view.add_item(discord.ui.Button(label=wording.LISTEN, emoji="🎧", url=link))
    return _with(view, song.id, Action.TAKE, Action.REMIX, Action.SAVE, Action.DELETE)


def failure_view(song: Song) -> discord.ui.View:
    """Under a failed song."""
    return _with(_view(), song.id, Action.RETRY)


def progress_view(song: Song) -> discord.ui.View:
    """Under the progress line."""
    return _with(_view(), song.id, Action.NOTIFY)


def action_view(song_id: int, *actions: Action) -> discord.ui.View:
    """Any others, such as the question before a deletion."""
    return _with(_view(), song_id, *actions)


def _view() -> discord.ui.View:
    return discord.ui.View(timeout=None)


def _with(view: discord.ui.View, song_id: int, *actions: Action) -> discord.ui.View:
    for action in actions:
        view.add_item(SongButton(action, song_id))
    return view
