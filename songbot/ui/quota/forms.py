"""Build the quota panel's forms and read their input. Each form's custom ID holds all that is needed
later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import discord

from songbot.quotas.rules import LimitKind, Period, Rule
from songbot.wording import quota_panel as wording
from songbot.wording import quota_rules, server_language
from songbot.wording.language import NAMES, Language, Sentence

from .panel_ids import DEFAULT_TYPES, FormId, FormKind, Target

FOR_WHOM, APPLIES_TO, SONGS, PER, ZONE = "for_whom", "applies_to", "songs", "per", "zone"
LANGUAGE, AUTOMATIC = "language", "automatic"
_NUMBER = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:[.,'’_\s][0-9]{3}){1,2}")


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


def add_form(language: Language, target: Target | None) -> QuotaForm:
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
                label=quota_rules.EACH_MEMBER(language),
                value=LimitKind.MEMBER.value,
                default=not server_wide,
            ),
            discord.SelectOption(
                label=quota_rules.SERVER_WIDE(language), value=LimitKind.SERVER.value, default=server_wide
            ),
        ],
    )
    return QuotaForm(
        wording.LIMIT_FORM(language),
        FormId(FormKind.ADD, target),
        _label(language, wording.FOR_WHOM, wording.FOR_WHOM_HINT, for_whom),
        _label(language, wording.APPLIES_TO, wording.APPLIES_TO_HINT, applies_to),
        _number_label(language, None),
        _period_label(language, Period.DAY),
    )


def edit_form(language: Language, target: Target, rule: Rule | None) -> QuotaForm:
    """Ask for a new number and period. `rule` is the current rule."""
    return QuotaForm(
        wording.EDIT_FORM(language),
        FormId(FormKind.EDIT, target),
        _number_label(language, rule.limit if rule else None),
        _period_label(language, rule.period if rule else Period.DAY),
    )


def bonus_form(language: Language, target: Target) -> QuotaForm:
    """Ask how many bonus songs to give the selected member."""
    number = discord.ui.TextInput[QuotaForm](custom_id=SONGS, min_length=1, max_length=7)
    return QuotaForm(
        wording.BONUS_FORM(language),
        FormId(FormKind.BONUS, target),
        _label(language, wording.BONUS_NUMBER, wording.BONUS_HINT, number),
    )


def zone_form(language: Language, target: Target | None, zone: str) -> QuotaForm:
    """Ask for the time zone. `zone` is the current one."""
    zone_input = discord.ui.TextInput[QuotaForm](custom_id=ZONE, default=zone, min_length=1, max_length=100)
    return QuotaForm(
        wording.ZONE_FORM(language),
        FormId(FormKind.ZONE, target),
        _label(language, wording.ZONE_LABEL, wording.ZONE_HINT, zone_input),
    )


def language_form(language: Language, target: Target | None, chosen: str) -> QuotaForm:
    """Ask for the server's language. `chosen` is the current one's tag, or AUTOMATIC."""
    names = {AUTOMATIC: server_language.AUTOMATIC_CHOICE(language), **NAMES}
    options = [
        discord.SelectOption(label=name, value=tag, default=tag == chosen) for tag, name in names.items()
    ]
    select = discord.ui.Select[QuotaForm](custom_id=LANGUAGE, options=options)
    return QuotaForm(
        wording.LANGUAGE_FORM(language),
        FormId(FormKind.LANGUAGE, target),
        _label(language, server_language.LABEL, server_language.HINT, select),
    )


def _label(
    language: Language, name: Sentence, hint: Sentence, component: discord.ui.Item[QuotaForm]
) -> discord.ui.Label[QuotaForm]:
    return discord.ui.Label(text=name(language), description=hint(language), component=component)


def _number_label(language: Language, limit: int | None) -> discord.ui.Label[QuotaForm]:
    number = discord.ui.TextInput[QuotaForm](
        custom_id=SONGS, default=None if limit is None else str(limit), min_length=1, max_length=7
    )
    return _label(language, wording.NUMBER, wording.number_hint, number)


def _period_label(language: Language, chosen: Period) -> discord.ui.Label[QuotaForm]:
    options = [
        discord.SelectOption(label=name(language), value=period.value, default=period is chosen)
        for period, name in wording.ONE_PERIOD.items()
    ]
    select = discord.ui.Select[QuotaForm](custom_id=PER, options=options)
    return discord.ui.Label(text=wording.PER(language), component=select)


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
    """Return the typed number, which may contain any language's thousands separators, or None if it is out of
    range or no number."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    number = int(re.sub(r"\D", "", text))
    return number if least <= number <= most else None
