"""Render the quota panel: one message in which an admin can see and change all limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import discord

from songbot.quotas.rules import Decision, LimitKind, Rule
from songbot.ui.colours import BRAND
from songbot.ui.views import RoutedLayout
from songbot.wording import quota_channels, quota_check, quota_rules, server_language, text
from songbot.wording import quota_panel as wording
from songbot.wording.language import Language

from .forms import AUTOMATIC
from .panel_ids import DEFAULT_TYPES, PanelAction, PanelId, Target
from .rule_list import QuotaState, operator_line, ordered_rules, rule_list

MAX_OPTIONS = 25
"""Maximum number of options in a select (Discord, "Component Reference")."""
_NOTICE, _SELECTED, _SETTINGS = 500, 700, 500
"""Maximum lengths in characters of the parts other than the rules; a message may have 4,000 in total."""

Row = discord.ui.ActionRow[RoutedLayout]
Text = discord.ui.TextDisplay[RoutedLayout]


@dataclass(frozen=True, slots=True)
class Selection:
    """The limit that the panel is about. For a person, `decision` is what their next song would get, and
    `is_member` is None if membership is unknown."""

    target: Target
    decision: Decision | None = None
    is_member: bool | None = None


def panel_layout(
    language: Language, state: QuotaState, selection: Selection | None = None, notice: str = ""
) -> RoutedLayout:
    """Return the panel with all controls. `notice` says what has just changed."""
    target = selection.target if selection else None
    return RoutedLayout(
        discord.ui.Container(
            *_current_limits(language, state, notice),
            discord.ui.Separator[RoutedLayout](),
            Text(text.clamp(_selected(language, state, selection), _SELECTED)),
            _limit_select(language, state, target),
            *_subject_selects(language, target),
            _target_buttons(language, state, target),
            _settings_buttons(language, state, target),
            accent_colour=BRAND,
        )
    )


def show_layout(language: Language, state: QuotaState) -> RoutedLayout:
    """Return the panel without controls, for `/quota show`."""
    return RoutedLayout(discord.ui.Container(*_current_limits(language, state, ""), accent_colour=BRAND))


def _current_limits(
    language: Language, state: QuotaState, notice: str
) -> Iterable[discord.ui.Item[RoutedLayout]]:
    if notice:
        yield Text(text.clamp(notice, _NOTICE))
    yield Text(f"## {wording.TITLE(language)}\n{rule_list(language, state)}")
    yield discord.ui.Separator[RoutedLayout]()
    settings = (
        quota_rules.zone_line(language, state.rules.timezone),
        server_language.line(language, state.language),
        quota_channels.summary(language, state.channels),
    )
    yield Text(text.clamp(f"{' · '.join(settings)}\n-# {operator_line(language, state)}", _SETTINGS))


def _selected(language: Language, state: QuotaState, selection: Selection | None) -> str:
    if selection is None:
        return wording.NOTHING_SELECTED(language)
    target = selection.target
    rule = state.rule_for(target)
    if rule is not None:
        chosen = quota_rules.rule_heading(language, rule, is_stale=rule in state.stale)
    else:
        chosen = quota_rules.no_limit(language, target.kind, target.subject_id)
    lines = _person_lines(language, selection.decision, selection) if selection.decision else ()
    return "\n".join([wording.selected(language, chosen), *lines])


def _person_lines(language: Language, decision: Decision, selection: Selection) -> Iterable[str]:
    for label, value in (
        (quota_check.VERDICT, quota_check.verdict(language, decision)),
        (quota_check.ACTIVE_LIMIT, quota_rules.usage_lines(language, decision.effective)),
    ):
        yield quota_rules.labelled(language, label(language), value)
    if decision.grant_left:
        yield quota_check.bonus_left(language, decision.grant_left)
    if selection.is_member is False:
        yield f"-# {quota_check.NOT_A_MEMBER(language)}"


def _limit_select(language: Language, state: QuotaState, target: Target | None) -> Row:
    """Offer up to MAX_OPTIONS limits: the server's and each member's, even if not set, then all others."""
    targets = [Target(LimitKind.SERVER), Target(LimitKind.MEMBER)]
    targets += [Target(rule.kind, rule.subject_id) for rule in ordered_rules(state)]
    targets = list(dict.fromkeys(targets))[:MAX_OPTIONS]
    select = discord.ui.Select[RoutedLayout](
        custom_id=str(PanelId(PanelAction.SELECT_LIMIT, target)),
        placeholder=wording.SELECT_LIMIT(language),
        options=[_option(language, state, offered, chosen=offered == target) for offered in targets],
    )
    return Row(select)


def _option(language: Language, state: QuotaState, target: Target, *, chosen: bool) -> discord.SelectOption:
    rule = state.rule_for(target)
    return discord.SelectOption(
        label=_name(language, state, target),
        value=str(target),
        description=quota_rules.limit(language, rule) if rule else wording.NO_LIMIT(language),
        default=chosen,
    )


def _name(language: Language, state: QuotaState, target: Target) -> str:
    known = wording.option_name(state.names.get(target, ""))
    match target.kind:
        case LimitKind.SERVER:
            return quota_rules.SERVER_WIDE(language)
        case LimitKind.ROLE:
            return known or wording.unnamed_role(language, target.subject_id)
        case LimitKind.USER if target.subject_id < 0:
            return quota_rules.DELETED_USER(language)
        case LimitKind.USER:
            return known or wording.unnamed_user(language, target.subject_id)
        case _:
            return quota_rules.EACH_MEMBER(language)


def _subject_selects(language: Language, target: Target | None) -> tuple[Row, Row]:
    role = discord.ui.RoleSelect[RoutedLayout](
        custom_id=str(PanelId(PanelAction.SELECT_ROLE, target)),
        placeholder=wording.SELECT_ROLE(language),
        default_values=_chosen(target, LimitKind.ROLE),
    )
    user = discord.ui.UserSelect[RoutedLayout](
        custom_id=str(PanelId(PanelAction.SELECT_USER, target)),
        placeholder=wording.SELECT_USER(language),
        default_values=_chosen(target, LimitKind.USER),
    )
    return Row(role), Row(user)


def _chosen(target: Target | None, kind: LimitKind) -> list[discord.SelectDefaultValue]:
    if target is None or target.kind is not kind or target.subject_id < 0:
        return []
    return [discord.SelectDefaultValue(id=target.subject_id, type=DEFAULT_TYPES[kind])]


def _target_buttons(language: Language, state: QuotaState, target: Target | None) -> Row:
    rule = state.rule_for(target) if target else None
    is_user = target is not None and target.kind is LimitKind.USER and target.subject_id > 0
    primary, danger = discord.ButtonStyle.primary, discord.ButtonStyle.danger
    return Row(
        panel_button(wording.ADD(language), PanelId(PanelAction.ADD, target), style=primary),
        panel_button(
            wording.EDIT(language),
            PanelId(PanelAction.EDIT, target, rule_extra(rule)),
            disabled=target is None,
        ),
        panel_button(
            wording.REMOVE(language), PanelId(PanelAction.REMOVE, target), style=danger, disabled=rule is None
        ),
        panel_button(wording.BONUS(language), PanelId(PanelAction.BONUS, target), disabled=not is_user),
        panel_button(wording.RESET(language), PanelId(PanelAction.RESET, target), disabled=not is_user),
    )


def _settings_buttons(language: Language, state: QuotaState, target: Target | None) -> Row:
    return Row(
        panel_button(wording.CHANNELS(language), PanelId(PanelAction.CHANNELS, target)),
        panel_button(wording.ZONE(language), PanelId(PanelAction.ZONE, target, state.rules.timezone[:50])),
        panel_button(
            wording.LANGUAGE(language), PanelId(PanelAction.LANGUAGE, target, state.language or AUTOMATIC)
        ),
        panel_button(wording.CHART(language), PanelId(PanelAction.CHART, target, "7")),
        panel_button(wording.LOG(language), PanelId(PanelAction.LOG, target, "0")),
    )


def panel_button(
    label: str,
    panel_id: PanelId,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> discord.ui.Button[RoutedLayout]:
    return discord.ui.Button(label=label, custom_id=str(panel_id), style=style, disabled=disabled)


def rule_extra(rule: Rule | None) -> str:
    """Return the rule in the form that the edit button carries, so that its form opens without a database
    query."""
    return f"{rule.limit}.{rule.period}" if rule else ""
