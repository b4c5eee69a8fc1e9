"""Check which components a message may have, including Components V2 (docs: components/reference;
resources/message, "Message Flags": IS_COMPONENTS_V2).
"""

from __future__ import annotations

from typing import Any

from . import errors
from .messages import COMPONENTS_V2, walk

ACTION_ROW, BUTTON, STRING_SELECT = 1, 2, 3
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
_TOP_LEVEL_V2 = (ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER)
_IN_CONTAINER = (ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR)
_MEDIA = (THUMBNAIL, MEDIA_GALLERY, FILE)
MOST_ROWS, MOST_BUTTONS, MOST_COMPONENTS_V2, MOST_TEXT_V2 = 5, 5, 40, 4000

Component = dict[str, Any]


def refuse_invalid(payload: dict[str, Any]) -> None:
    """Check a whole message in its final state.

    Raises:
        DiscordError: 50035 if components or legacy fields do not match the message's flags.
    """
    components = payload["components"]
    _refuse_same_custom_ids(components)
    if payload["flags"] & COMPONENTS_V2:
        _refuse_invalid_v2(payload, components)
    else:
        _refuse_invalid_legacy(components)


def _refuse_same_custom_ids(components: list[Component]) -> None:
    ids = [part["custom_id"] for part in walk(components) if "custom_id" in part]
    if len(ids) != len(set(ids)):
        raise errors.invalid_form("components", "Component custom id cannot be duplicated")


def _refuse_invalid_legacy(components: list[Component]) -> None:
    if len(components) > MOST_ROWS:
        raise errors.invalid_form("components", f"Must be {MOST_ROWS} or fewer in length.")
    for row in components:
        if row["type"] != ACTION_ROW:
            raise errors.invalid_form("components", 'Value of field "type" must be one of (1,).')
        _refuse_invalid_row(row)


def _refuse_invalid_row(row: Component) -> None:
    types = [part["type"] for part in row.get("components") or []]
    buttons = types.count(BUTTON)
    if not types or len(types) > MOST_BUTTONS or (buttons != len(types) and len(types) > 1):
        raise errors.invalid_form("components", "A row takes 1 to 5 buttons or one select menu.")
    if not buttons and types[0] not in SELECTS:
        raise errors.invalid_form("components", f"A row does not take components of type {types[0]}.")


def _refuse_invalid_v2(payload: dict[str, Any], components: list[Component]) -> None:
    legacy = [name for name in ("content", "embeds", "poll", "sticker_items") if payload.get(name)]
    if legacy:
        raise errors.invalid_form(
            legacy[0], f"The '{legacy[0]}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        )
    everything = list(walk(components))
    if len(everything) > MOST_COMPONENTS_V2:
        raise errors.invalid_form("components", f"No more than {MOST_COMPONENTS_V2} components in total.")
    if sum(len(part.get("content") or "") for part in everything) > MOST_TEXT_V2:
        raise errors.invalid_form("components", f"No more than {MOST_TEXT_V2} characters of text in total.")
    for part in components:
        _refuse_invalid_part(part, _TOP_LEVEL_V2)
    for part in everything:
        _refuse_missing_file(part)


def _refuse_invalid_part(part: Component, allowed: tuple[int, ...]) -> None:
    kind = part["type"]
    if kind not in allowed:
        raise errors.invalid_form("components", f"A component of type {kind} cannot stand there.")
    if kind == ACTION_ROW:
        _refuse_invalid_row(part)
    elif kind == SECTION:
        _refuse_invalid_section(part)
    elif kind == CONTAINER:
        for inner in part.get("components") or []:
            _refuse_invalid_part(inner, _IN_CONTAINER)


def _refuse_invalid_section(section: Component) -> None:
    texts = section.get("components") or []
    if not 1 <= len(texts) <= 3 or any(text["type"] != TEXT_DISPLAY for text in texts):
        raise errors.invalid_form("components", "A section takes 1 to 3 text displays.")
    if (section.get("accessory") or {}).get("type") not in (BUTTON, THUMBNAIL):
        raise errors.invalid_form("components", "A section needs a button or a thumbnail beside it.")


def _refuse_missing_file(part: Component) -> None:
    """Refuse media that refer to a missing file. Links to uploaded files were already replaced by URLs."""
    if part["type"] not in _MEDIA:
        return
    media = [part.get("media"), part.get("file"), *(item.get("media") for item in part.get("items") or [])]
    if any((medium or {}).get("url", "").startswith("attachment://") for medium in media):
        raise errors.invalid_form("components", "The referenced attachment was not found")
