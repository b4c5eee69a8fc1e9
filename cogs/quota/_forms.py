"""Open and handle the forms of the quota panel."""

from __future__ import annotations

import discord

from songbot.interactions.errors import UserFacingError
from songbot.quotas.rules import MAX_LIMIT, LimitKind, Period, Rule
from songbot.ui.quota import forms
from songbot.ui.quota.panel_ids import FormId, FormKind, PanelAction, PanelId, Target
from songbot.wording import general, quota_panel
from songbot.wording import quota_changes as wording
from songbot.wording.language import Language

from ._changes import QuotaChanges
from ._options import chosen_language
from ._pages import Page

_PERIODS = frozenset(period.value for period in Period)


def form_for(language: Language, pressed: PanelId) -> forms.QuotaForm:
    """Return the form that a button opens, with values taken from the button's custom ID.

    Raise UserFacingError if the bot has never made such a button.
    """
    target = pressed.target
    match pressed.action:
        case PanelAction.ADD:
            return forms.add_form(language, target)
        case PanelAction.ZONE:
            return forms.zone_form(language, target, pressed.extra)
        case PanelAction.LANGUAGE:
            return forms.language_form(language, target, pressed.extra)
        case PanelAction.EDIT if target is not None:
            return forms.edit_form(language, target, _carried_rule(target, pressed.extra))
        case PanelAction.BONUS if target is not None and target.kind is LimitKind.USER:
            return forms.bonus_form(language, target)
        case _:
            raise UserFacingError(general.UNKNOWN_BUTTON)


def _carried_rule(target: Target, extra: str) -> Rule | None:
    limit, _, period = extra.partition(".")
    if not (limit.isdecimal() and period in _PERIODS):
        return None
    return Rule(target.kind, min(int(limit), MAX_LIMIT), Period(period), target.subject_id)


async def submit_form(changes: QuotaChanges, interaction: discord.Interaction, form_id: FormId) -> Page:
    """Apply a submitted form, and return the panel's new content.

    Raise UserFacingError for invalid input.
    """
    entered, target = forms.submitted(interaction), form_id.target
    match form_id.form:
        case FormKind.ZONE:
            zone = changes.zones.find(entered.values.get(forms.ZONE, ""))
            return Page(target=target, notice=await changes.set_timezone(interaction, zone))
        case FormKind.LANGUAGE:
            tag = chosen_language(entered.values.get(forms.LANGUAGE, ""))
            return Page(target=target, notice=await changes.set_language(interaction, tag))
        case FormKind.BONUS if target is not None and target.kind is LimitKind.USER:
            songs = forms.whole_number(entered.values.get(forms.SONGS, ""), 1, MAX_LIMIT)
            if songs is None:
                raise UserFacingError(quota_panel.bad_bonus)
            return Page(target=target, notice=await changes.grant(interaction, target.subject_id, songs))
        case FormKind.EDIT if target is not None:
            return await _set_limit(changes, interaction, target, entered)
        case FormKind.ADD:
            return await _set_limit(changes, interaction, _new_target(interaction, entered), entered)
        case _:
            raise UserFacingError(general.BAD_INPUT)


async def _set_limit(
    changes: QuotaChanges, interaction: discord.Interaction, target: Target, entered: forms.Submitted
) -> Page:
    limit = forms.whole_number(entered.values.get(forms.SONGS, ""), 0, MAX_LIMIT)
    period = entered.values.get(forms.PER, "")
    if limit is None:
        raise UserFacingError(quota_panel.bad_number)
    if period not in _PERIODS:
        raise UserFacingError(general.BAD_INPUT)
    notice = await changes.set_limit(interaction, target, limit, Period(period))
    return Page(target=target, notice=notice)


def _new_target(interaction: discord.Interaction, entered: forms.Submitted) -> Target:
    """Return the target of a new limit. Raise UserFacingError for a bot or @everyone."""
    subject = entered.subject
    if subject is None:
        server_wide = entered.values.get(forms.APPLIES_TO) == LimitKind.SERVER
        return Target(LimitKind.SERVER if server_wide else LimitKind.MEMBER)
    if entered.is_bot:
        raise UserFacingError(wording.BOT_NAMED)
    if subject == Target(LimitKind.ROLE, interaction.guild_id or 0):
        raise UserFacingError(wording.everyone_role)
    return subject
