"""The places in the sandbox, each with the people who can be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simcord.preview import Preview


@dataclass(frozen=True, slots=True)
class Place:
    """A channel. `people` are SimCord's handles, with the one whom the page shows first at the front."""

    key: str
    label: str
    channel: Any
    people: tuple[Any, ...]


class Places:
    """Tells the preview which place to show. SimCord's preview has one channel for all of its pages."""

    def __init__(self, preview: Preview, places: tuple[Place, ...], current: Place) -> None:
        self._preview = preview
        self._places = {place.key: place for place in places}
        self._current = current

    def describe(self) -> dict[str, Any]:
        """Return the places for the page, as JSON-ready values."""
        labels = [{"key": place.key, "label": place.label} for place in self._places.values()]
        return {"current": self._current.key, "places": labels}

    def go(self, key: str) -> bool:
        """Show another place in pages that are opened from now on. False if there is no such place."""
        place = self._places.get(key)
        source = self._preview._python
        if place is None or source is None:
            return False
        self._current = place
        self._preview.channel, self._preview.viewers = place.channel, place.people
        source.viewer, source.channel_id = place.people[0], place.channel.id
        source.target_id = self._preview._initial_target(source.viewer, place.channel.id)
        source.window_end_id = source.target_id
        for page in [page for page in self._preview._pages.values() if page is not source]:
            self._preview._close_page(page.id)
        return True
