"""A press reaches the client's actions, and a forged one a kind sentence."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from songbot.interactions.replies import send_ephemeral
from songbot.ui.modals import ModalKind, PromptModal, typed_prompt
from songbot.ui.song_buttons import MAX_ID, Action, SongButton, card_view
from songbot.wording import general
from tests.unit.ui.test_embeds import SONG


class FakeRouter:
    def __init__(self) -> None:
        self.pressed: list[tuple[Action, int]] = []
        self.prompts: list[str] = []

    async def dispatch(self, interaction: discord.Interaction, action: Action, song_id: int) -> None:
        self.pressed.append((action, song_id))
        if action is Action.REMIX:
            await interaction.response.send_modal(PromptModal(ModalKind.REMIX, song_id, "a trap song"))
            return
        await send_ephemeral(interaction, "first")
        await send_ephemeral(interaction, "second")


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.component_router = FakeRouter()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(SongButton)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            self.component_router.prompts.append(typed_prompt(interaction))
            await send_ephemeral(interaction, "on its way")


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


async def test_a_press_is_carried_out_with_its_song(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(SONG))
        result = await ann.click(message, label="Save")
        assert bot.component_router.pressed == [(Action.SAVE, 7)]
        assert result.ephemeral
        assert result.response.content == "first"
        assert [followup.content for followup in result.followups] == ["second"]


async def test_remix_opens_a_modal_with_the_prompt(bot: Bot) -> None:
    async with simcord.run(bot) as env:
        ann, message = await card(env, bot, card_view(SONG))
        result = await ann.click(message, label="Remix")
        assert result.modal is not None
        assert result.modal["custom_id"] == "song:v1:remix:7"
        await ann.submit_modal(result, {"prompt": "slower"})
        assert bot.component_router.prompts == ["slower"]


@pytest.mark.parametrize(("action", "song_id"), [("fly", 7), ("save", MAX_ID + 1)])
async def test_a_forged_button_ends_in_a_kind_private_sentence(bot: Bot, action: str, song_id: int) -> None:
    async with simcord.run(bot) as env:
        view = discord.ui.View(timeout=None).add_item(SongButton(action, song_id))
        ann, message = await card(env, bot, view)
        result = await ann.click(message, custom_id=f"song:v1:{action}:{song_id}")
        assert result.ephemeral
        assert result.response.content == general.UNKNOWN_BUTTON
        assert bot.component_router.pressed == []
