"""Render the panel's other pages: channels, usage chart and log. The last two also work as messages of
their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import discord

from songbot.quotas.channels import MAX_CHANNELS, ChannelRules
from songbot.quotas.repository import AuditEntry, GuildUsage
from songbot.ui.colours import BRAND
from songbot.ui.custom_ids import custom_id
from songbot.ui.views import RoutedLayout
from songbot.wording import audit_log, quota_channels, text, usage_chart
from songbot.wording import quota_panel as wording
from songbot.wording.language import Language

from .panel import Row, Text, panel_button
from .panel_ids import PanelAction, PanelId, Target

CHART_FILE = "songs.png"
CHART_DAYS = (7, 30, 91)
"""91 days are thirteen weeks, drawn with one bar per week."""
LOG_PAGE = 10
NEWEST = 0
"""Stands for the first page where a log entry's ID is expected."""
CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
    discord.ChannelType.media,
]
"""Channels in which people can use commands, directly or in threads."""
_LOG_TEXT = 3800


@dataclass(frozen=True, slots=True)
class PanelPage:
    """Says that a page belongs to a panel, and what that panel is about."""

    target: Target | None = None


def channels_layout(
    language: Language,
    rules: ChannelRules,
    existing: Collection[int],
    page: PanelPage,
    notice: str = "",
) -> RoutedLayout:
    """Return the page of allowed and denied channels. `existing` are the server's channels: a select with
    a deleted channel is rejected."""
    intro = (
        f"## {quota_channels.TITLE(language)}\n{quota_channels.summary(language, rules)}\n"
        f"-# {quota_channels.EXPLANATION(language)}"
    )
    parts = [Text(text.clamp(notice, 500))] if notice else []
    return RoutedLayout(
        discord.ui.Container(
            *parts,
            Text(text.clamp(intro, 2000)),
            _channel_select(language, PanelAction.ALLOW, rules.allowed & set(existing), page),
            _channel_select(language, PanelAction.DENY, rules.denied & set(existing), page),
            Row(_back(language, page)),
            accent_colour=BRAND,
        )
    )


def _channel_select(language: Language, action: PanelAction, chosen: Collection[int], page: PanelPage) -> Row:
    placeholders = {
        PanelAction.ALLOW: quota_channels.ALLOWED_PLACEHOLDER,
        PanelAction.DENY: quota_channels.DENIED_PLACEHOLDER,
    }
    channel = discord.SelectDefaultValueType.channel
    return Row(
        discord.ui.ChannelSelect[RoutedLayout](
            custom_id=str(PanelId(action, page.target)),
            placeholder=placeholders[action](language),
            channel_types=CHANNEL_TYPES,
            min_values=0,
            max_values=MAX_CHANNELS,
            default_values=[discord.SelectDefaultValue(id=one, type=channel) for one in sorted(chosen)],
        )
    )


def chart_layout(
    language: Language, usage: GuildUsage, daily_limit: int, page: PanelPage | None, *, has_picture: bool
) -> RoutedLayout:
    """Return the chart with a description in words. `has_picture` says that CHART_FILE is attached."""
    days = usage.days
    container = discord.ui.Container[RoutedLayout](accent_colour=BRAND)
    summary = usage_chart.summary(language, days, daily_limit)
    intro = f"## {usage_chart.chart_title(language, len(days))}\n{summary}"
    container.add_item(Text(intro if has_picture else f"{wording.CHART_FAILED(language)}\n{intro}"))
    if has_picture:
        picture = discord.MediaGalleryItem(
            f"attachment://{CHART_FILE}",
            description=usage_chart.alternative_text(language, days, daily_limit),
        )
        container.add_item(discord.ui.MediaGallery[RoutedLayout](picture))
    lines = [usage_chart.top_line(language, rank, *creator) for rank, creator in enumerate(usage.top, 1)]
    top = "\n".join(lines) or usage_chart.NOBODY_YET(language)
    container.add_item(Text(f"**{usage_chart.TOP_CREATORS(language)}**\n{top}"))
    if page is not None:
        container.add_item(Row(*_chart_buttons(language, len(days), page), _back(language, page)))
    return RoutedLayout(container)


def _chart_buttons(language: Language, shown: int, page: PanelPage) -> list[discord.ui.Button[RoutedLayout]]:
    return [
        panel_button(
            usage_chart.span(language, days),
            PanelId(PanelAction.CHART, page.target, str(days)),
            disabled=days == shown,
        )
        for days in CHART_DAYS
    ]


def log_layout(
    language: Language, entries: Sequence[AuditEntry], page: PanelPage | None, *, first: bool
) -> RoutedLayout:
    """Return up to LOG_PAGE changes, newest first. `entries` holds one more if there are older ones.

    `first` is True if there are no newer changes.
    """
    lines = [audit_log.audit_line(language, entry) for entry in entries[:LOG_PAGE]]
    said = "\n".join(lines) or (audit_log.EMPTY if first else audit_log.END)(language)
    container = discord.ui.Container[RoutedLayout](accent_colour=BRAND)
    container.add_item(Text(text.clamp(f"## {audit_log.TITLE(language)}\n{said}", _LOG_TEXT)))
    buttons = [] if first else [_log_button(NEWEST, audit_log.NEWEST(language), page)]
    if len(entries) > LOG_PAGE:
        buttons.append(_log_button(entries[LOG_PAGE - 1].id, audit_log.OLDER(language), page))
    if page is not None:
        buttons.append(_back(language, page))
    if buttons:
        container.add_item(Row(*buttons))
    return RoutedLayout(container)


def _log_button(before_id: int, label: str, page: PanelPage | None) -> discord.ui.Button[RoutedLayout]:
    """Return the button that shows changes before `before_id`, or the newest ones."""
    if page is None:
        return discord.ui.Button(label=label, custom_id=custom_id("quota:log", before_id))
    return panel_button(label, PanelId(PanelAction.LOG, page.target, str(before_id)))


def _back(language: Language, page: PanelPage) -> discord.ui.Button[RoutedLayout]:
    return panel_button(wording.BACK(language), PanelId(PanelAction.HOME, page.target))
