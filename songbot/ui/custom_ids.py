"""Build and read custom ids, which say what a button, a select or a modal does.

They read `<feature>:v1:<action>`, followed by what they are about, as in `song:v1:remix:123`. Messages keep
them for years, so one that was ever sent never changes its meaning. Anybody can forge one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import discord

T_co = TypeVar("T_co", covariant=True)

MAX_ID = 2**63 - 1
"""The largest number that the database and Discord take as an id."""


@dataclass(frozen=True, slots=True)
class Route(Generic[T_co]):
    """The custom ids that lead to one handler.

    `name` is `<feature>:<action>`. `parse` turns a match of `template` into what the handler gets; groups of
    digits that it reads never exceed MAX_ID.
    """

    name: str
    template: re.Pattern[str]
    parse: Callable[[re.Match[str]], T_co]


def id_route(name: str) -> Route[int]:
    """Return the route of custom ids that carry one id: `song:take` for `song:v1:take:123`."""
    return Route(name, re.compile(custom_id(name, "(?P<id>[0-9]{1,20})")), lambda match: int(match["id"]))


def custom_id(name: str, *values: object) -> str:
    """Return `song:v1:take:123` for `song:take` and 123."""
    feature, action = name.split(":")
    return ":".join([feature, "v1", action, *map(str, values)])


def has_valid_ids(match: re.Match[str]) -> bool:
    """Check that no number in the custom id exceeds MAX_ID."""
    return all(int(value) <= MAX_ID for value in match.groups() if value and value.isdecimal())


def custom_ids_on(message: discord.Message) -> list[str]:
    """Return the custom ids of everything on `message` that can be pressed."""
    found = (getattr(component, "custom_id", None) for component in _walk(message.components))
    return [custom_id for custom_id in found if custom_id]


def _walk(components: Iterable[object]) -> Iterator[object]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        yield from _walk([getattr(component, "accessory", None)] if hasattr(component, "accessory") else ())
