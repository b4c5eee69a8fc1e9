"""The router finds the handler of a press or modal by its custom id, and rejects unknown or forged ones."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import simcord

from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.interactions.replies import send_ephemeral
from songbot.songs.errors import StoreUnavailable
from songbot.ui.custom_ids import MAX_ID, Route, custom_id, custom_ids_on, id_route
from songbot.ui.modals import ModalKind, PromptModal, typed_prompt
from songbot.ui.song_buttons import card_view
from songbot.ui.views import RoutedView
from songbot.wording import buttons, general
from songbot.wording.language import ENGLISH
from tests.support.songs import SONG


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.calls: list[tuple[str, Any]] = []
        router = ComponentRouter()
        router.register(id_route("song:save"), self.save)
        router.register(id_route("song:remix"), self.ask_for_remix)
        router.register_modal(id_route("song:remix"), self.remix)
        router.register(id_route("song:delete"), self.refuse)
        router.register(id_route("song:take"), self.fail)
        router.register(Route("song:pair", re.compile("song:v1:pair:([0-9]+):([0-9]+)"), _pair), self.pair)
        self.on_interaction = router.on_interaction

    async def save(self, interaction: discord.Interaction, song_id: int) -> None:
        self.calls.append(("save", song_id))
        await send_ephemeral(interaction, "first")
        await send_ephemeral(interaction, "second")

    async def ask_for_remix(self, interaction: discord.Interaction, song_id: int) -> None:
        await interaction.response.send_modal(PromptModal(ENGLISH, ModalKind.REMIX, song_id, "a trap song"))

    async def remix(self, interaction: discord.Interaction, song_id: int) -> None:
        self.calls.append((typed_prompt(interaction), song_id))
        await send_ephemeral(interaction, "on its way")

    async def refuse(self, _interaction: discord.Interaction, _song_id: int) -> None:
        raise UserFacingError(lambda _: "not yours")

    async def fail(self, interaction: discord.Interaction, _song_id: int) -> None:
        await interaction.response.defer()
        raise StoreUnavailable

    async def pair(self, interaction: discord.Interaction, numbers: tuple[int, int]) -> None:
        self.calls.append(("pair", numbers))
        await send_ephemeral(interaction, "both")


def _pair(match: re.Match[str]) -> tuple[int, int]:
    return int(match[1]), int(match[2])


@pytest.fixture
def bot() -> Bot:
    return Bot()


async def card(env: simcord.Env, bot: Bot, view: discord.ui.View) -> tuple[Any, Any]:
    guild = env.create_guild()
    channel = guild.create_text_channel("songs")
    ann = guild.add_member(env.create_user("ann"))
    target = bot.get_channel(channel.id)
    assert isinstance(target, discord.TextChannel)
    return ann, await target.send("card", view=view)


def view_with(sent_id: str) -> discord.ui.View:
    return RoutedView(discord.ui.Button(label="Press", custom_id=sent_id))


async def test_a_press_is_carried_out_with_its_song(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(ENGLISH, SONG))
        result = await ann.click(message, label="Save")
        assert bot.calls == [("save", 7)]
        assert result.ephemeral
        assert result.response.content == "first"
        assert [followup.content for followup in result.followups] == ["second"]


async def test_a_modal_reaches_another_handler_than_the_button_with_its_custom_id(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(ENGLISH, SONG))
        result = await ann.click(message, label=buttons.REMIX(ENGLISH))
        assert result.modal is not None
        assert result.modal["custom_id"] == "song:v1:remix:7"
        await ann.submit_modal(result, {"prompt": "slower"})
        assert bot.calls == [("slower", 7)]


async def test_a_handler_gets_what_its_template_reads(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, view_with("song:v1:pair:12:34"))
        await ann.click(message, label="Press")
        assert bot.calls == [("pair", (12, 34))]


@pytest.mark.parametrize(
    "sent_id",
    [
        "song:v1:fly:7",
        "song:v0:save:7",
        "song:v2:save:7",
        "song:v1:save:",
        "song:v1:save:x",
        "song:v1:save:7:8",
        "song:v1:save:\N{SUPERSCRIPT TWO}",
        f"song:v1:save:{MAX_ID + 1}",
        f"song:v1:pair:1:{MAX_ID + 1}",
        "another:thing",
    ],
)
async def test_an_unknown_or_forged_press_ends_in_a_kind_private_sentence(bot: Bot, sent_id: str) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, view_with(sent_id))
        result = await ann.click(message, custom_id=sent_id)
        assert result.ephemeral
        assert result.response.content == general.UNKNOWN_BUTTON(ENGLISH)
        assert bot.calls == []


@pytest.mark.parametrize("sent_id", ["song:v1:save:7", f"song:v1:remix:{MAX_ID + 1}", "song:v2:remix:7"])
async def test_an_unknown_or_forged_modal_ends_in_a_kind_private_sentence(bot: Bot, sent_id: str) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(ENGLISH, SONG))
        shown = await ann.click(message, label=buttons.REMIX(ENGLISH))
        shown._interaction.modal["custom_id"] = sent_id
        result = await ann.submit_modal(shown, {"prompt": "slower"})
        assert result.response.content == buttons.UNKNOWN_FORM(ENGLISH)
        assert bot.calls == []


async def test_the_largest_id_is_no_forgery(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, view_with(f"song:v1:save:{MAX_ID}"))
        await ann.click(message, label="Press")
        assert bot.calls == [("save", MAX_ID)]


async def test_what_a_handler_refuses_is_told_privately(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(ENGLISH, SONG))
        result = await ann.click(message, label="Delete")
        assert result.ephemeral
        assert result.response.content == "not yours"


async def test_what_goes_wrong_after_the_acknowledgement_is_told_privately(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(ENGLISH, SONG))
        result = await ann.click(message, label="Another take")
        assert [followup.content for followup in result.followups] == [general.STORE_UNAVAILABLE(ENGLISH)]


async def test_discord_py_remembers_neither_views_nor_modals(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(ENGLISH, SONG))
        await ann.click(message, label=buttons.REMIX(ENGLISH))
        store = bot._connection._view_store
        assert (store._views, store._modals, store._dynamic_items) == ({}, {}, {})


def test_a_custom_id_names_feature_version_action_and_values() -> None:
    assert custom_id("song:take", 7) == "song:v1:take:7"
    assert custom_id("library:open") == "library:v1:open"


def test_custom_ids_are_found_in_rows_sections_and_containers() -> None:
    def button(name: str) -> Any:
        return SimpleNamespace(custom_id=name)

    row = SimpleNamespace(children=[button("a"), SimpleNamespace(custom_id=None)])
    section = SimpleNamespace(children=[object()], accessory=button("b"))
    message: Any = SimpleNamespace(components=[row, SimpleNamespace(children=[section]), object()])
    assert custom_ids_on(message) == ["a", "b"]
