"""Build the quota panel's forms and read their input. Each form's custom ID holds all that is needed
later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import discord

from songbot.quotas.rules import LimitKind, Period, Rule
from songbot.wording import quota_panel as wording
from songbot.wording import quota_rules

from .panel_ids import DEFAULT_TYPES, FormId, FormKind, Target

FOR_WHOM, APPLIES_TO, SONGS, PER, ZONE = "for_whom", "applies_to", "songs", "per", "zone"


@dataclass(frozen=True, slots=True)
class Submitted:
    """Submitted input: texts and single choices by custom ID. `subject` is the role or person chosen in a
    combined select, and `is_bot` says that this person is a bot."""

    values: Mapping[str, str]
    subject: Target | None = None
    is_bot: bool = False


class QuotaForm(discord.ui.Modal):
    """A modal made of labels. Its custom ID says what it is for."""

    def __init__(self, title: str, form_id: FormId, *labels: discord.ui.Label[QuotaForm]) -> None:
        super().__init__(title=title, custom_id=str(form_id), timeout=None)
        self.stop()  # discord.py should not track it: ComponentRouter handles it
        for label in labels:
            self.add_item(label)


def add_form(target: Target | None) -> QuotaForm:
    """Ask for the target, the number and the period. A selected role or member is filled in."""
    chosen: list[discord.SelectDefaultValue] = []
    if target is not None and target.kind in DEFAULT_TYPES and target.subject_id > 0:
        chosen = [discord.SelectDefaultValue(id=target.subject_id, type=DEFAULT_TYPES[target.kind])]
    for_whom = discord.ui.MentionableSelect[QuotaForm](
        custom_id=FOR_WHOM, required=False, min_values=0, default_values=chosen
    )
    server_wide = target is not None and target.kind is LimitKind.SERVER
    applies_to = discord.ui.Select[QuotaForm](
        custom_id=APPLIES_TO,
        options=[
            discord.SelectOption(
                label=quota_rules.EACH_MEMBER, value=LimitKind.MEMBER.value, default=not server_wide
            ),
            discord.SelectOption(
                label=quota_rules.SERVER_WIDE, value=LimitKind.SERVER.value, default=server_wide
            ),
        ],
    )
    return QuotaForm(
        wording.LIMIT_FORM,
        FormId(FormKind.ADD, target),
        discord.ui.Label(text=wording.FOR_WHOM, description=wording.FOR_WHOM_HINT, component=for_whom),
        discord.ui.Label(text=wording.APPLIES_TO, description=wording.APPLIES_TO_HINT, component=applies_to),
        _number_label(None),
        _period_label(Period.DAY),
    )


def edit_form(target: Target, rule: Rule | None) -> QuotaForm:
    """Ask for a new number and period. `rule` is the current rule."""
    return QuotaForm(
        wording.EDIT_FORM,
        FormId(FormKind.EDIT, target),
        _number_label(rule.limit if rule else None),
        _period_label(rule.period if rule else Period.DAY),
    )


def bonus_form(target: Target) -> QuotaForm:
    """Ask how many bonus songs to give the selected member."""
    number = discord.ui.TextInput[QuotaForm](custom_id=SONGS, min_length=1, max_length=7)
    return QuotaForm(
        wording.BONUS_FORM,
        FormId(FormKind.BONUS, target),
        discord.ui.Label(text=wording.BONUS_NUMBER, description=wording.BONUS_HINT, component=number),
    )


def zone_form(target: Target | None, zone: str) -> QuotaForm:
    """Ask for the time zone. `zone` is the current one."""
    zone_input = discord.ui.TextInput[QuotaForm](custom_id=ZONE, default=zone, min_length=1, max_length=100)
    return QuotaForm(
        wording.ZONE_FORM,
        FormId(FormKind.ZONE, target),
        discord.ui.Label(text=wording.ZONE_LABEL, description=wording.ZONE_HINT, component=zone_input),
    )


def _number_label(limit: int | None) -> discord.ui.Label[QuotaForm]:
    number = discord.ui.TextInput[QuotaForm](
        custom_id=SONGS, default=None if limit is None else str(limit), min_length=1, max_length=7
    )
    return discord.ui.Label(text=wording.NUMBER, description=wording.NUMBER_HINT, component=number)


def _period_label(chosen: Period) -> discord.ui.Label[QuotaForm]:
    options = [
        discord.SelectOption(label=wording.ONE_PERIOD[period], value=period.value, default=period is chosen)
        for period in Period
    ]
    select = discord.ui.Select[QuotaForm](custom_id=PER, options=options)
    return discord.ui.Label(text=wording.PER, component=select)


def submitted(interaction: discord.Interaction) -> Submitted:
    """Read a submitted form as sent by Discord ("Modal Submit Data Structure"). Ignore malformed parts."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    values: dict[str, str] = {}
    for label in data.get("components") or ():
        component = label.get("component") or {}
        found = component.get("value", next(iter(component.get("values") or ()), None))
        if isinstance(found, str) and isinstance(component.get("custom_id"), str):
            values[component["custom_id"]] = found
    subject, is_bot = _subject(values.get(FOR_WHOM, ""), data.get("resolved") or {})
    return Submitted(values, subject, is_bot)


def _subject(chosen: str, resolved: Mapping[str, Any]) -> tuple[Target | None, bool]:
    if not chosen.isdecimal():
        return None, False
    if chosen in (resolved.get("roles") or {}):
        return Target(LimitKind.ROLE, int(chosen)), False
    user = (resolved.get("users") or {}).get(chosen) or {}
    return Target(LimitKind.USER, int(chosen)), bool(user.get("bot"))


def whole_number(text: str, least: int, most: int) -> int | None:
    """Return the typed number, which may contain thousands separators, or None if it is out of range or no
    number."""
    digits = text.strip().replace(",", "").replace("_", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 9:
        return None
    return int(digits) if least <= int(digits) <= most else None
