"""Custom ids of the quota panel: what was pressed, whom it is about, and what else is needed, all in the id.

Nothing is kept in memory for them, so they work after a restart. Anybody may have forged one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from songbot.quotas.rules import LimitKind

MAX_ID = 2**63 - 1
_SUBJECT = r"(?P<kind>none|server|member|role|user)\.(?P<subject_id>\d{1,19})"
PANEL_ID = re.compile(rf"quota:v1:panel:(?P<action>[a-z]{{1,10}}):{_SUBJECT}:(?P<extra>[\w/+.\-]{{0,50}})")
FORM_ID = re.compile(rf"quota:v1:form:(?P<form>[a-z]{{1,10}}):{_SUBJECT}")


class PanelAction(StrEnum):
    """What a button or select of the panel does. The values are in custom ids: never rename one."""

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
    CHANNELS = "channels"
    ALLOW = "allow"
    DENY = "deny"
    CHART = "chart"
    LOG = "log"


class FormKind(StrEnum):
    """What a form of the panel is for. The values are in custom ids: never rename one."""

    ADD = "add"
    EDIT = "edit"
    BONUS = "bonus"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Target:
    """Whose limit the panel is about. `subject_id` is the role's or user's id, 0 for the other kinds."""

    kind: LimitKind
    subject_id: int = 0

    def __str__(self) -> str:
        return f"{self.kind}.{self.subject_id}"


@dataclass(frozen=True, slots=True)
class PanelId:
    """One press. `extra`: the limit and period as `5.day`, a time zone, a number of days, or a log entry."""

    action: PanelAction
    target: Target | None = None
    extra: str = ""

    def __str__(self) -> str:
        return f"quota:v1:panel:{self.action}:{self.target or 'none.0'}:{self.extra}"


@dataclass(frozen=True, slots=True)
class FormId:
    """One submitted form. `target` is what the panel below it is about."""

    form: FormKind
    target: Target | None = None

    def __str__(self) -> str:
        return f"quota:v1:form:{self.form}:{self.target or 'none.0'}"


def parse_panel_id(custom_id: str) -> PanelId | None:
    """Return what the id says; None for an id that the bot has never written."""
    match = PANEL_ID.fullmatch(custom_id)
    if match is None or match["action"] not in PanelAction:
        return None
    return PanelId(PanelAction(match["action"]), _target(match), match["extra"])


def parse_form_id(custom_id: str) -> FormId | None:
    """Return what the id says; None for an id that the bot has never written."""
    match = FORM_ID.fullmatch(custom_id)
    if match is None or match["form"] not in FormKind:
        return None
    return FormId(FormKind(match["form"]), _target(match))


def parse_target(value: str) -> Target | None:
    """Return the target that an option of a select stands for; None for an unknown one."""
    match = re.fullmatch(_SUBJECT, value)
    return _target(match) if match else None


def _target(match: re.Match[str]) -> Target | None:
    subject_id = int(match["subject_id"])
    if match["kind"] == "none" or subject_id > MAX_ID:
        return None
    kind = LimitKind(match["kind"])
    has_subject = kind in (LimitKind.ROLE, LimitKind.USER)
    return Target(kind, subject_id) if has_subject == (subject_id > 0) else None
