"""Keep the channels and roles of servers compressed while nobody needs them.

As discord.py's objects they take 43 kB for an ordinary server. discord.py stays the only reader of Discord's
events, since what is compressed are its own objects.
"""

from __future__ import annotations

import io
import logging
import pickle
import zlib
from collections import deque
from collections.abc import Mapping
from typing import Any

import discord
from discord.enums import try_enum
from discord.state import AutoShardedConnectionState

log = logging.getLogger(__name__)

OPEN_GUILDS = 100
"""The number of servers whose contents stay uncompressed. These take 4 MB."""
_CONTENTS = ("_channels", "_roles", "_threads")
"""The attributes in which discord.py's Guild keeps what is compressed."""
_UNUSED = frozenset(
    {
        "emojis",
        "features",
        "guild_scheduled_events",
        "presences",
        "soundboard_sounds",
        "stage_instances",
        "stickers",
        "voice_states",
    }
)
"""Fields of a server that the bot never reads, and that would take memory beside the compressed contents."""


class CompactGuild(discord.Guild):
    """A server that restores its contents when they are read.

    A channel or role that someone holds for longer stays readable, but later events may not update it.
    """

    __slots__ = ("_compressed", "_open_guilds")

    def __init__(self, *, data: Any, state: Any, open_guilds: OpenGuilds) -> None:
        self._open_guilds = open_guilds
        self._compressed: bytes | None = None
        super().__init__(data=data, state=state)
        open_guilds.add(self)

    def _from_data(self, guild: Mapping[str, Any]) -> None:
        self._restore()  # or the contents that `guild` does not replace would be lost
        super()._from_data({name: guild[name] for name in guild if name not in _UNUSED})  # pyright: ignore[reportArgumentType]

    def __getattr__(self, name: str) -> Any:
        """Restore the contents: Python calls this only for an attribute that is not set."""
        if name not in _CONTENTS or self._compressed is None:
            raise AttributeError(name)
        self._restore()
        return getattr(self, name)

    def _restore(self) -> None:
        if self._compressed is None:
            return
        contents = _Unpickler(zlib.decompress(self._compressed), self).load()
        self._compressed = None
        for name, value in zip(_CONTENTS, contents, strict=True):
            setattr(self, name, value)
        self._open_guilds.add(self)

    def compress(self) -> None:
        """Replace the contents by their compressed form."""
        file = io.BytesIO()
        _Pickler(file, self).dump([getattr(self, name) for name in _CONTENTS])
        self._compressed = zlib.compress(file.getvalue(), level=1)
        for name in _CONTENTS:
            delattr(self, name)


class OpenGuilds:
    """The servers whose contents are not compressed, `limit` of them at most."""

    def __init__(self, limit: int = OPEN_GUILDS) -> None:
        self._limit = limit
        self._guilds: deque[CompactGuild] = deque()

    def add(self, guild: CompactGuild) -> None:
        """Add a server, and compress the one that has been here longest if there are too many."""
        self._guilds.append(guild)
        if len(self._guilds) > self._limit:
            oldest = self._guilds.popleft()
            try:
                oldest.compress()
            except Exception:
                log.exception("server %d stays uncompressed", oldest.id)


class CompactState(AutoShardedConnectionState[Any]):
    """discord.py's cache, in which every server is a CompactGuild."""

    def __init__(self, *, open_guilds: int = OPEN_GUILDS, **options: Any) -> None:
        super().__init__(**options)
        self._open_guilds = OpenGuilds(open_guilds)

    def _add_guild_from_data(self, data: Any) -> discord.Guild:
        guild = CompactGuild(data=data, state=self, open_guilds=self._open_guilds)
        self._add_guild(guild)
        return guild


def _the_guild() -> Any:
    """Stand for the server in its own pickled contents; `_Unpickler` calls something else."""
    raise NotImplementedError


def _the_state() -> Any:
    """Stand for the connection's state, in the same way."""
    raise NotImplementedError


class _Pickler(pickle.Pickler):
    """Leaves out the server itself and the connection's state, to which every channel and role refers.

    `persistent_id` would be the usual way, but is called for every number and text, which takes longer than
    all the rest.
    """

    def __init__(self, file: io.BytesIO, guild: CompactGuild) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._guild = guild

    def reducer_override(self, obj: Any) -> Any:
        """Pickle a value of discord.py's enums, whose class pickle can't find, by its enum."""
        if obj is self._guild:
            return _the_guild, ()
        if obj is self._guild._state:
            return _the_state, ()
        enum = getattr(obj, "_actual_enum_cls_", None)
        return NotImplemented if enum is None else (try_enum, (enum, obj.value))


class _Unpickler(pickle.Unpickler):  # reads only what this process has pickled
    def __init__(self, pickled: bytes, guild: CompactGuild) -> None:
        super().__init__(io.BytesIO(pickled))
        self._left_out = {"_the_guild": lambda: guild, "_the_state": lambda: guild._state}

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        return self._left_out.get(global_name) or super().find_class(module_name, global_name)
