"""Build the buttons under songs. They hold no state: their custom IDs keep their meaning for years."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord

from songbot.songs.models import Song, State
from songbot.wording import buttons as wording
from songbot.wording import text
from songbot.wording.language import Language, Message

from .custom_ids import custom_id, custom_ids_on, id_route
from .views import RoutedView


class Action(StrEnum):
    """What a button under a song does. The values are in custom IDs, so never change them."""

    RETRY = "retry"
    TAKE = "take"
    REMIX = "remix"
    SAVE = "save"
    DELETE = "delete"
    ERASE = "erase"
    KEEP = "keep"
    CANCEL = "cancel"
    NOTIFY = "notify"
    POST = "post"


@dataclass(frozen=True, slots=True)
class _ButtonSpec:
    label: Message
    emoji: str
    style: discord.ButtonStyle = discord.ButtonStyle.secondary


_BUTTONS: dict[Action, _ButtonSpec] = {
    Action.RETRY: _ButtonSpec(wording.TRY_AGAIN, "🔁", discord.ButtonStyle.primary),
    Action.TAKE: _ButtonSpec(wording.ANOTHER_TAKE, "🔁"),
    Action.REMIX: _ButtonSpec(wording.REMIX, "✏️"),
    Action.SAVE: _ButtonSpec(wording.SAVE, "⭐"),
    Action.DELETE: _ButtonSpec(wording.DELETE, "🗑️"),
    Action.ERASE: _ButtonSpec(wording.DELETE, "🗑️", discord.ButtonStyle.danger),
    Action.KEEP: _ButtonSpec(wording.CANCEL, "↩️"),
    Action.CANCEL: _ButtonSpec(wording.CANCEL, "✖️"),
    Action.NOTIFY: _ButtonSpec(wording.NOTIFY_ME, "🔔"),
    Action.POST: _ButtonSpec(wording.POST_HERE, "📣"),
}


class SongButton(discord.ui.Button[discord.ui.View]):
    """Any button under a song. Its custom ID is `song:v1:<action>:<song id>`."""

    def __init__(self, language: Language, action: Action, song_id: int) -> None:
        spec = _BUTTONS[action]
        super().__init__(
            label=spec.label(language),
            emoji=spec.emoji,
            style=spec.style,
            custom_id=_custom_id(action, song_id),
        )


def _custom_id(action: Action, song_id: int) -> str:
    return custom_id(f"song:{action}", song_id)


_ROUTES = [id_route(f"song:{action}") for action in Action]


def is_public_card_of(message: discord.Message, song_id: int) -> bool:
    """Check that `message` has this song's buttons and is not ephemeral."""
    if message.flags.ephemeral:
        return False
    matches = (route.template.fullmatch(sent) for sent in custom_ids_on(message) for route in _ROUTES)
    return any(match is not None and int(match["id"]) == song_id for match in matches)


def card_view(language: Language, song: Song, *, listen: bool = True) -> discord.ui.View:
    """Return the buttons under a card. `Listen` is included if the link fits into a button."""
    actions = (Action.TAKE, Action.REMIX, Action.SAVE, Action.DELETE)
    buttons: list[discord.ui.Button[discord.ui.View]] = [
        SongButton(language, action, song.id) for action in actions
    ]
    link = text.safe_link(song.result.song_url, text.BUTTON_URL) if song.result and listen else None
    if link is not None:
        buttons.insert(1, discord.ui.Button(label=wording.LISTEN(language), emoji="🎧", url=link))
    return RoutedView(*buttons)


def failure_view(language: Language, song: Song) -> discord.ui.View:
    """Return the buttons under a failed song."""
    return action_view(language, song.id, Action.RETRY)


def progress_components(language: Language, song: Song) -> list[dict[str, Any]]:
    """Return the buttons under an unfinished song as Discord's components ("Component Reference").

    `Cancel` is included while the song is queued. A view would take much longer to build, and progress is
    edited often.
    """
    cancel = [Action.CANCEL] if song.state is State.QUEUED else []
    buttons = [_component(language, action, song.id) for action in (Action.NOTIFY, *cancel)]
    return [{"type": discord.ComponentType.action_row.value, "components": buttons}]


def _component(language: Language, action: Action, song_id: int) -> dict[str, Any]:
    spec = _BUTTONS[action]
    return {
        "type": discord.ComponentType.button.value,
        "style": spec.style.value,
        "label": spec.label(language),
        "emoji": {"name": spec.emoji},
        "custom_id": _custom_id(action, song_id),
    }


def action_view(language: Language, song_id: int, *actions: Action) -> discord.ui.View:
    """Return buttons for the given actions."""
    return RoutedView(*(SongButton(language, action, song_id) for action in actions))
