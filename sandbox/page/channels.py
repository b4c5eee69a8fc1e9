"""Define the sandbox's channels and who can be in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simcord.preview import Preview


@dataclass(frozen=True, slots=True)
class SandboxChannel:
    """A channel. `people` are SimCord's handles; the page shows the first of them at the start."""

    key: str
    label: str
    handle: Any
    people: tuple[Any, ...]


class ChannelSwitch:
    """Tells SimCord's preview which channel to show. The preview has one channel for all of its pages."""

    def __init__(
        self, preview: Preview, channels: tuple[SandboxChannel, ...], current: SandboxChannel
    ) -> None:
        self._preview = preview
        self._channels = {channel.key: channel for channel in channels}
        self._current = current

    def describe(self) -> dict[str, Any]:
        """Return the channels for the page as JSON-serialisable values."""
        labels = [{"key": channel.key, "label": channel.label} for channel in self._channels.values()]
        return {"current": self._current.key, "channels": labels}

    def go(self, key: str) -> bool:
        """Show another channel in pages opened from now on. Return False if there is no such channel."""
        channel = self._channels.get(key)
        source = self._preview._python
        if channel is None or source is None:
            return False
        self._current = channel
        self._preview.channel, self._preview.viewers = channel.handle, channel.people
        source.viewer, source.channel_id = channel.people[0], channel.handle.id
        source.target_id = self._preview._initial_target(source.viewer, channel.handle.id)
        source.window_end_id = source.target_id
        for page in [page for page in self._preview._pages.values() if page is not source]:
            self._preview._close_page(page.id)
        return True
