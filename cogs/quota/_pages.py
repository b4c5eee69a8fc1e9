"""Build the pages of the quota panel from stored rules and Discord's roles and members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import discord

from songbot.interactions.languages import Languages
from songbot.quotas.channels import ChannelRuleRepository
from songbot.quotas.repository import GuildRules, QuotaRepository, QuotaSubject
from songbot.quotas.rules import LimitKind, LimitUsage, OperatorLimits, Period, Rule, zone_of
from songbot.songs.ports import Clock
from songbot.ui.quota.panel import Selection, panel_layout, show_layout
from songbot.ui.quota.panel_ids import Target
from songbot.ui.quota.panel_pages import LOG_PAGE, PanelPage, channels_layout, log_layout
from songbot.ui.quota.rule_list import QuotaState
from songbot.ui.views import RoutedLayout
from songbot.wording.language import Language

from ._members import MAX_LOOKUPS, UNKNOWN, MemberInfo, MemberLookup, stale_rules


class View(StrEnum):
    """The page of the panel that is open."""

    HOME = "home"
    CHANNELS = "channels"
    CHART = "chart"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Page:
    """The content of an open panel. `notice` says what has just changed. `number` is the ID of the first
    log entry not shown, or the number of days in the chart."""

    view: View = View.HOME
    target: Target | None = None
    notice: str = ""
    number: int = 0


class PanelPages:
    """Builds pages. Every method raises StoreUnavailable if the database can't be read."""

    def __init__(
        self,
        quotas: QuotaRepository,
        channels: ChannelRuleRepository,
        *,
        clock: Clock,
        operator_limits: OperatorLimits,
        members: MemberLookup,
        languages: Languages,
    ) -> None:
        self._quotas = quotas
        self._channels = channels
        self._clock = clock
        self._operator_limits = operator_limits
        self._members = members
        self._languages = languages

    async def build(
        self, language: Language, client: discord.Client, guild_id: int, page: Page
    ) -> RoutedLayout:
        """Return any page except the chart, which needs an attached file."""
        guild = client.get_guild(guild_id)
        if page.view is View.CHANNELS:
            rules = await self._channels.rules(guild_id)
            existing = [channel.id for channel in guild.channels] if guild else []
            return channels_layout(language, rules, existing, PanelPage(page.target), page.notice)
        if page.view is View.LOG:
            return await self.log(language, guild_id, page.number or None, PanelPage(page.target))
        state = await self._state(guild, guild_id)
        selection = await self._selection(guild, guild_id, page.target)
        return panel_layout(language, self._named(guild, state, page.target), selection, page.notice)

    async def show(self, language: Language, client: discord.Client, guild_id: int) -> RoutedLayout:
        """Return the panel without controls."""
        return show_layout(language, await self._state(client.get_guild(guild_id), guild_id))

    async def log(
        self, language: Language, guild_id: int, before_id: int | None, page: PanelPage | None
    ) -> RoutedLayout:
        """Return the changes older than `before_id`, or the newest ones. Without `page`, the log is a
        message of its own."""
        entries = await self._quotas.audit_log(guild_id, before_id, LOG_PAGE + 1)
        return log_layout(language, entries, page, first=before_id is None)

    async def _state(self, guild: discord.Guild | None, guild_id: int) -> QuotaState:
        now = self._clock.now()
        rules = await self._quotas.rules(guild_id, now)
        state = QuotaState(
            rules=rules,
            operator_limits=self._operator_limits,
            channels=await self._channels.rules(guild_id),
            zone=zone_of(rules.timezone),
            now=now,
            usages=await self._personal_usages(guild_id, rules.rules),
            stale=await stale_rules(guild, rules.rules, self._members),
            language=self._languages.of_guild(guild_id),
        )
        return self._named(guild, state, None)

    async def _personal_usages(self, guild_id: int, rules: Sequence[Rule]) -> dict[Rule, LimitUsage]:
        """Return the usage of people who have their own limit, with one query each for the first few."""
        personal = [rule for rule in rules if rule.kind is LimitKind.USER][:MAX_LOOKUPS]
        now = self._clock.now()
        decisions = [
            await self._quotas.check(QuotaSubject(rule.subject_id, guild_id), now) for rule in personal
        ]
        return {rule: decision.effective for rule, decision in zip(personal, decisions, strict=True)}

    def _named(self, guild: discord.Guild | None, state: QuotaState, also: Target | None) -> QuotaState:
        """Add the known names of roles and members."""
        targets = {Target(rule.kind, rule.subject_id) for rule in state.rules.rules} | (
            {also} if also else set()
        )
        names: dict[Target, str] = {}
        for target in targets:
            if guild is not None and target.kind is LimitKind.ROLE:
                role = guild.get_role(target.subject_id)
                names[target] = role.name if role else ""
            elif guild is not None and target.kind is LimitKind.USER:
                names[target] = self._members.known(guild.id, target.subject_id).name or ""
        return replace(state, names=names)

    async def _selection(
        self, guild: discord.Guild | None, guild_id: int, target: Target | None
    ) -> Selection | None:
        if target is None or target.kind is not LimitKind.USER or target.subject_id < 0:
            return Selection(target) if target else None
        member = await self.member(guild, target.subject_id)
        subject = QuotaSubject(target.subject_id, guild_id, member.role_ids)
        return Selection(target, await self._quotas.check(subject, self._clock.now()), member.is_member)

    async def member(self, guild: discord.Guild | None, user_id: int) -> MemberInfo:
        """Return what is known about a person, asking Discord if they are not cached."""
        return (
            UNKNOWN
            if guild is None
            else (await self._members.look_up(guild, [user_id])).get(user_id, UNKNOWN)
        )


def daily_limit(rules: GuildRules, operator_limits: OperatorLimits) -> int:
    """Return how many songs the server can make per day: its daily limit or the bot's cap, whichever is
    lower."""
    own = [rule.limit for rule in rules.rules if rule.kind is LimitKind.SERVER and rule.period is Period.DAY]
    return min([*own, operator_limits.server])
