"""Check what all commands, buttons and cogs have in common, on the bot as it is assembled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from songbot.quotas.channels import ChannelRules
from songbot.quotas.repository import AuditEntry, GuildUsage
from songbot.quotas.rules import LimitKind
from songbot.songs.library import LibraryEntry, LibraryPage
from songbot.ui import dm_confirmation, privacy, song_buttons
from songbot.ui.library.page import page_view
from songbot.ui.library.query import Query
from songbot.ui.modals import ModalKind, PromptModal
from songbot.ui.quota.forms import add_form, bonus_form, edit_form, language_form, zone_form
from songbot.ui.quota.panel import panel_layout
from songbot.ui.quota.panel_ids import Target
from songbot.ui.quota.panel_pages import LOG_PAGE, PanelPage, channels_layout, chart_layout, log_layout
from songbot.wording.language import ENGLISH
from tests.support.quotas import quota_state
from tests.support.songs import SONG

from .environment import BotEnvironment

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[-_a-z0-9]{1,32}")
"""Discord, "Application Command Naming", without other scripts."""
EVERYWHERE = {"song", "library", "usage", "privacy", "help", "Make a song from this"}
_MANAGERS = discord.Permissions(manage_guild=True).value
HIDDEN = {"quota": _MANAGERS, "language": _MANAGERS, "owner": 0}
TELLS = re.compile(
    r"send_message|edit_original_response|followup|send_ephemeral|UserFacingError|send_modal|\.send\("
)


def roots(bot_env: BotEnvironment) -> list[dict[str, Any]]:
    """Return the commands as they are registered with Discord."""
    return [command.to_dict(bot_env.app.bot.tree) for command in bot_env.app.bot.tree.get_commands()]


def below(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the command, its subcommands and all options."""
    yield command
    for option in command.get("options", ()):
        yield from below(option)


def commands_of(bot_env: BotEnvironment) -> list[app_commands.Command[Any, ..., Any]]:
    walked = bot_env.app.bot.tree.walk_commands()
    return [command for command in walked if isinstance(command, app_commands.Command)]


async def test_these_are_the_commands(bot_env: BotEnvironment):
    assert {command["name"] for command in roots(bot_env)} == EVERYWHERE | set(HIDDEN)


async def test_every_command_and_option_is_described_in_at_most_100_characters(bot_env: BotEnvironment):
    for root in roots(bot_env):
        if root["type"] != 1:
            continue
        for part in below(root):
            assert part["description"] not in {"", "…"}, part["name"]
            assert 3 < len(part["description"]) <= 100, part["name"]
            assert not part["description"].endswith("."), part["name"]


async def test_every_name_is_lower_case(bot_env: BotEnvironment):
    for root in roots(bot_env):
        if root["type"] == 1:
            for part in below(root):
                assert NAME.fullmatch(part["name"]), part["name"]


async def test_where_a_command_can_be_used_is_said_for_each_and_left_to_no_default(bot_env: BotEnvironment):
    for command in bot_env.app.bot.tree.get_commands() + bot_env.app.bot.tree.get_commands(
        type=discord.AppCommandType.message
    ):
        assert command.allowed_contexts is not None, command.name
        assert command.allowed_installs is not None, command.name
        assert None not in (command.allowed_contexts.guild, command.allowed_installs.guild), command.name


async def test_what_everybody_may_use_works_in_servers_direct_messages_and_by_user_install(
    bot_env: BotEnvironment,
):
    for command in roots(bot_env):
        if command["name"] in EVERYWHERE:
            assert set(command["contexts"]) == {0, 1, 2}, command["name"]
            assert set(command["integration_types"]) == {0, 1}, command["name"]
            assert command["default_member_permissions"] is None, command["name"]


async def test_what_is_for_a_few_is_hidden_from_others_and_no_user_install(bot_env: BotEnvironment):
    for command in roots(bot_env):
        if command["name"] in HIDDEN:
            assert command["default_member_permissions"] == HIDDEN[command["name"]], command["name"]
            assert command["integration_types"] == [0], command["name"]


async def test_what_is_for_a_few_is_checked_again_with_each_call(bot_env: BotEnvironment):
    """Discord's permissions for a command can be changed by admins, and don't apply everywhere."""
    for command in commands_of(bot_env):
        if (command.root_parent or command).name in HIDDEN:
            assert type(command.binding).interaction_check is not app_commands.Group.interaction_check
            assert "interaction_check" in vars(type(command.binding)), command.qualified_name


async def test_all_commands_together_fit_discords_limits(bot_env: BotEnvironment):
    """Discord, "Application Commands": 25 options, and 8,000 characters for names and descriptions."""
    for root in roots(bot_env):
        parts = list(below(root))
        assert all(len(part.get("options", ())) <= 25 for part in parts), root["name"]
        assert sum(len(part["name"]) + len(part.get("description", "")) for part in parts) <= 8000


async def test_every_button_that_outlives_a_restart_has_a_versioned_id(bot_env: BotEnvironment):
    routes = bot_env.app.router.routes
    assert len(routes) >= 10
    for route in routes:
        assert re.match(r"[a-z]+:v\d+:", route.template.pattern), route.name


async def test_every_button_that_is_written_is_one_the_bot_knows(bot_env: BotEnvironment):
    page = LibraryPage((LibraryEntry(SONG, saved=False),), newer=True, older=True)
    changes = [AuditEntry(n, SONG.created_at, 1, "timezone", None, "UTC") for n in range(LOG_PAGE + 1)]
    views = (
        song_buttons.action_view(ENGLISH, 1, *song_buttons.Action),
        song_buttons.card_view(ENGLISH, SONG),
        song_buttons.failure_view(ENGLISH, SONG),
        dm_confirmation.confirm_view(ENGLISH, 1),
        privacy.confirm_view(ENGLISH, 1),
        page_view(ENGLISH, page, Query()),
        log_layout(ENGLISH, changes, None, first=False),
        log_layout(ENGLISH, changes, PanelPage(), first=False),
        panel_layout(ENGLISH, quota_state()),
        channels_layout(ENGLISH, ChannelRules(), (), PanelPage()),
        chart_layout(ENGLISH, GuildUsage((), ()), 0, PanelPage(), has_picture=False),
    )
    items = [item for view in views if view is not None for item in view.walk_children()]
    custom_ids = [sent for item in items if (sent := getattr(item, "custom_id", None))]
    (row,) = song_buttons.progress_components(ENGLISH, SONG)
    custom_ids += [button["custom_id"] for button in row["components"]]
    assert len(custom_ids) > 15
    for custom_id in custom_ids:
        assert any(route.template.fullmatch(custom_id) for route in bot_env.app.router.routes), custom_id


async def test_every_modal_that_is_written_is_one_the_bot_knows(bot_env: BotEnvironment):
    ann = Target(LimitKind.USER, 5)
    forms = [
        add_form(ENGLISH, None),
        edit_form(ENGLISH, ann, None),
        bonus_form(ENGLISH, ann),
        zone_form(ENGLISH, None, "UTC"),
        language_form(ENGLISH, None, "de"),
    ]
    for custom_id in [
        *(PromptModal(ENGLISH, kind, 1).custom_id for kind in ModalKind),
        *(f.custom_id for f in forms),
    ]:
        routes = bot_env.app.router.modal_routes
        assert any(route.template.fullmatch(custom_id) for route in routes), custom_id


def test_discord_py_keeps_nothing_of_what_was_sent():
    """The router finds handlers by custom id. Views that discord.py keeps would be lost at a restart and pile
    up."""
    for path in [*(ROOT / "songbot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]:
        source = path.read_text()
        assert "DynamicItem" not in source, path
        assert path.name == "views.py" or not re.search(r"discord\.ui\.(Layout)?View\(", source), path


@pytest.mark.parametrize("path", sorted((ROOT / "cogs").rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_of_commands_says_anything_in_words_of_its_own(path: Path):
    """What people read comes from songbot.wording, except for the descriptions of commands."""
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        if not TELLS.search(ast.unparse(call.func) + "("):
            continue
        told = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "content")]
        words = [
            part.value for part in told if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        assert not [part for part in told if isinstance(part, ast.JoinedStr)], ast.unparse(call)
        assert not words, ast.unparse(call)
