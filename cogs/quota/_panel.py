"""Handle the buttons, selects and forms of the quota panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import discord

from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import own_language
from songbot.quotas.channels import ChannelRule
from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import LimitKind
from songbot.ui.quota.panel_ids import (
    FORM_ROUTE,
    PANEL_ROUTE,
    FormId,
    PanelAction,
    PanelId,
    Target,
    parse_target,
)
from songbot.ui.quota.panel_pages import CHART_DAYS, PanelPage
from songbot.wording import quota_changes as wording

from ._changes import QuotaChanges
from ._forms import form_for, submit_form
from ._members import MemberInfo, MemberLookup
from ._open_panels import OpenPanels
from ._options import manager_guild_id
from ._pages import Page, PanelPages, View
from ._usage import UsageChart

_FORM_ACTIONS = frozenset(
    {PanelAction.ADD, PanelAction.EDIT, PanelAction.BONUS, PanelAction.ZONE, PanelAction.LANGUAGE}
)
_CHANGES = frozenset({PanelAction.REMOVE, PanelAction.RESET, PanelAction.ALLOW, PanelAction.DENY})


class QuotaPanel:
    """Handles presses. Each press checks that the person may manage the server, since custom IDs can be
    forged."""

    def __init__(
        self,
        changes: QuotaChanges,
        pages: PanelPages,
        panels: OpenPanels,
        chart: UsageChart,
        members: MemberLookup,
    ) -> None:
        self._changes = changes
        self._pages = pages
        self._panels = panels
        self._chart = chart
        self._members = members

    def register(self, router: ComponentRouter) -> None:
        router.register(PANEL_ROUTE, self.on_press)
        router.register_modal(FORM_ROUTE, self.on_form)

    async def open(self, interaction: discord.Interaction) -> None:
        """Respond to `/quota panel`. The interaction must be deferred."""
        await self._panels.show(interaction, manager_guild_id(interaction), Page())

    async def on_press(self, interaction: discord.Interaction, pressed: PanelId) -> None:
        guild_id = manager_guild_id(interaction)
        if pressed.action in _FORM_ACTIONS:
            await interaction.response.send_modal(form_for(own_language(interaction), pressed))
            return
        await interaction.response.defer()
        if pressed.action is PanelAction.CHART:
            self._panels.leave(interaction.message.id if interaction.message else None)
            days = int(pressed.extra) if pressed.extra in map(str, CHART_DAYS) else CHART_DAYS[0]
            await self._chart.show(interaction, days, PanelPage(pressed.target))
            return
        await self._panels.show(interaction, guild_id, await self._page(interaction, pressed))
        if pressed.action in _CHANGES:
            await self._refresh_others(interaction, guild_id)

    async def on_form(self, interaction: discord.Interaction, form_id: FormId) -> None:
        guild_id = manager_guild_id(interaction)
        await interaction.response.defer()
        try:
            page = await submit_form(self._changes, interaction, form_id)
        except UserFacingError as error:
            page = Page(target=form_id.target, notice=error.sentence(own_language(interaction)))
        await self._panels.show(interaction, guild_id, page)
        await self._refresh_others(interaction, guild_id)

    async def _refresh_others(self, interaction: discord.Interaction, guild_id: int) -> None:
        await self._panels.refresh(guild_id, interaction.message.id if interaction.message else None)

    async def _page(self, interaction: discord.Interaction, pressed: PanelId) -> Page:
        """Apply the pressed action, and return the panel's new page."""
        try:
            return await self._act(interaction, pressed)
        except UserFacingError as error:
            in_channels = pressed.action in (PanelAction.ALLOW, PanelAction.DENY)
            view = View.CHANNELS if in_channels else View.HOME
            return Page(view, pressed.target, error.sentence(own_language(interaction)))

    async def _act(self, interaction: discord.Interaction, pressed: PanelId) -> Page:
        page = Page(target=pressed.target)
        match pressed.action:
            case PanelAction.SELECT_LIMIT | PanelAction.SELECT_ROLE | PanelAction.SELECT_USER:
                return Page(target=self._selected(interaction, pressed))
            case PanelAction.CHANNELS:
                return replace(page, view=View.CHANNELS)
            case PanelAction.ALLOW | PanelAction.DENY:
                rule = ChannelRule(pressed.action.value)
                chosen = [int(value) for value in _values(interaction) if value.isdecimal()]
                notice = await self._changes.set_channels(interaction, rule, chosen)
                return replace(page, view=View.CHANNELS, notice=notice)
            case PanelAction.LOG:
                before_id = int(pressed.extra) if pressed.extra.isdecimal() else 0
                return replace(page, view=View.LOG, number=before_id)
            case _:
                return replace(page, notice=await self._change_target(interaction, pressed))

    async def _change_target(self, interaction: discord.Interaction, pressed: PanelId) -> str:
        """Remove a limit or reset someone's usage. Ignore all other actions."""
        target = pressed.target
        if target is None:
            return ""
        if pressed.action is PanelAction.REMOVE:
            return await self._changes.remove_limit(interaction, target)
        if pressed.action is PanelAction.RESET and target.kind is LimitKind.USER:
            guild_id = manager_guild_id(interaction)
            member = await self._pages.member(interaction.client.get_guild(guild_id), target.subject_id)
            subject = QuotaSubject(target.subject_id, guild_id, member.role_ids)
            return await self._changes.reset(interaction, subject)
        return ""

    def _selected(self, interaction: discord.Interaction, pressed: PanelId) -> Target | None:
        """Return the admin's choice. Raise UserFacingError for a bot or @everyone."""
        value = next(iter(_values(interaction)), "")
        if pressed.action is PanelAction.SELECT_LIMIT:
            return parse_target(value)
        kind = LimitKind.ROLE if pressed.action is PanelAction.SELECT_ROLE else LimitKind.USER
        target = parse_target(f"{kind}.{value}")
        if target is not None and kind is LimitKind.USER:
            self._remember(interaction, target.subject_id)
        if target is not None and kind is LimitKind.ROLE and target.subject_id == interaction.guild_id:
            raise UserFacingError(wording.everyone_role)
        return target

    def _remember(self, interaction: discord.Interaction, user_id: int) -> None:
        """Cache Discord's data about the chosen person. Raise UserFacingError for a bot."""
        resolved = cast("Mapping[str, Any]", interaction.data or {}).get("resolved") or {}
        user = (resolved.get("users") or {}).get(str(user_id)) or {}
        if user.get("bot"):
            raise UserFacingError(wording.BOT_NAMED)
        member = (resolved.get("members") or {}).get(str(user_id))
        name = (member or {}).get("nick") or user.get("global_name") or user.get("username")
        roles = frozenset(int(role_id) for role_id in (member or {}).get("roles") or ())
        info = MemberInfo(name, is_member=member is not None, role_ids=roles)
        self._members.remember(interaction.guild_id or 0, user_id, info)


def _values(interaction: discord.Interaction) -> list[str]:
    """Return the values chosen in a select, as sent by Discord."""
    values = (interaction.data or {}).get("values")
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
