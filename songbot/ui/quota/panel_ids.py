"""Build and parse the quota panel's custom IDs, which hold the action, its target and all other state.

The bot keeps nothing in memory for them, so they work after a restart. Anybody may have forged one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import discord

from songbot.quotas.rules import ADMIN_KINDS, LimitKind
from songbot.ui.custom_ids import MAX_ID, Route, custom_id, has_valid_ids

NO_TARGET = "none.0"
DEFAULT_TYPES = {
    LimitKind.ROLE: discord.SelectDefaultValueType.role,
    LimitKind.USER: discord.SelectDefaultValueType.user,
}
"""The types that a prefilled select uses for its default value."""


class PanelAction(StrEnum):
    """What a button or select of the panel does. The values are in custom IDs, so never change them."""

    HOME = "home"
    SELECT_LIMIT = "limit"
    SELECT_ROLE = "role"
    SELECT_USER = "user"
    ADD = "add"
    EDIT = "edit"
    REMOVE = "remove"
    BONUS = "bonus"
    RESET = "reset"
    ZONE = "zone"
    LANGUAGE = "language"
    CHANNELS = "channels"
    ALLOW = "allow"
    DENY = "deny"
    CHART = "chart"
    LOG = "log"


class FormKind(StrEnum):
    """The purpose of a form of the panel. The values are in custom IDs, so never change them."""

    ADD = "add"
    EDIT = "edit"
    BONUS = "bonus"
    ZONE = "zone"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Target:
    """Whose limit the panel is about. `subject_id` is the role's or user's ID, or 0 for other kinds. It is
    negative (a pseudonym) for a person who deleted their data but whose limit remains."""

    kind: LimitKind
    subject_id: int = 0

    def __str__(self) -> str:
        return f"{self.kind}.{self.subject_id}"


@dataclass(frozen=True, slots=True)
class PanelId:
    """One press. `extra` is the limit and period as `5.day`, a time zone, a language, a number of days, or a
    log entry."""

    action: PanelAction
    target: Target | None = None
    extra: str = ""

    def __str__(self) -> str:
        return custom_id("quota:panel", self.action, self.target or NO_TARGET, self.extra)


@dataclass(frozen=True, slots=True)
class FormId:
    """One submitted form. `target` is the selection in the panel below it."""

    form: FormKind
    target: Target | None = None

    def __str__(self) -> str:
        return custom_id("quota:form", self.form, self.target or NO_TARGET)


def parse_target(value: str) -> Target | None:
    """Return the target for the value of a select option, or None for an unknown value."""
    match = re.fullmatch(_TARGET, value)
    return _target(match) if match and has_valid_ids(match) else None


def _target(match: re.Match[str]) -> Target | None:
    if match["kind"] == "none":
        return None
    kind, subject_id = LimitKind(match["kind"]), int(match["subject_id"])
    if abs(subject_id) > MAX_ID or (subject_id < 0 and kind is not LimitKind.USER):
        return None
    return Target(kind, subject_id) if (subject_id != 0) == (kind in DEFAULT_TYPES) else None


_TARGET = rf"(?P<kind>none|{'|'.join(ADMIN_KINDS)})\.(?P<subject_id>-?[0-9]{{1,20}})"
PANEL_ROUTE = Route(
    "quota:panel",
    re.compile(
        custom_id(
            "quota:panel", rf"(?P<action>{'|'.join(PanelAction)})", _TARGET, r"(?P<extra>[\w/+.\-]{0,50})"
        )
    ),
    lambda match: PanelId(PanelAction(match["action"]), _target(match), match["extra"]),
)
FORM_ROUTE = Route(
    "quota:form",
    re.compile(custom_id("quota:form", rf"(?P<form>{'|'.join(FormKind)})", _TARGET)),
    lambda match: FormId(FormKind(match["form"]), _target(match)),
)
