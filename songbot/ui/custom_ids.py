"""Build and parse custom IDs, which say what a button, select or modal does.

The format is `<feature>:v1:<action>` followed by values, as in `song:v1:remix:123`. Messages keep custom IDs
for years, so never change the meaning of one. Anybody can forge one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import discord

T_co = TypeVar("T_co", covariant=True)

MAX_ID = 2**63 - 1
"""The largest ID that the database and Discord accept."""


@dataclass(frozen=True, slots=True)
class Route(Generic[T_co]):
    """The custom IDs that one handler receives.

    `name` is `<feature>:<action>`. `parse` turns a match of `template` into the handler's argument. Groups of
    digits never exceed MAX_ID.
    """

    name: str
    template: re.Pattern[str]
    parse: Callable[[re.Match[str]], T_co]


def id_route(name: str) -> Route[int]:
    """Return the route for custom IDs with a single ID: `song:take` matches `song:v1:take:123`."""
    return Route(name, re.compile(custom_id(name, "(?P<id>[0-9]{1,20})")), lambda match: int(match["id"]))


def custom_id(name: str, *values: object) -> str:
    """Return the custom ID for a route and its values: `song:v1:take:123` for `song:take` and 123."""
    feature, action = name.split(":")
    return ":".join([feature, "v1", action, *map(str, values)])


def has_valid_ids(match: re.Match[str]) -> bool:
    """Check that no number in the custom id exceeds MAX_ID."""
    return all(int(value) <= MAX_ID for value in match.groups() if value and value.isdecimal())


def custom_ids_on(message: discord.Message) -> list[str]:
    """Return the custom IDs of all interactive components of `message`."""
    found = (getattr(component, "custom_id", None) for component in _walk(message.components))
    return [custom_id for custom_id in found if custom_id]


def _walk(components: Iterable[object]) -> Iterator[object]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        yield from _walk([getattr(component, "accessory", None)] if hasattr(component, "accessory") else ())
