"""/language: the language in which everyone in a server sees songs."""

from __future__ import annotations

from typing import Any

import pytest
import simcord.interactions
from discord import app_commands

from songbot.interactions.errors import UserFacingError
from songbot.wording import general
from songbot.wording.language import ENGLISH, NAMES

from .environment import BotEnvironment
from .helpers import all_songs
from .quotas import COMMAND, ask, command, quota, read, send


async def set_language(bot_env: BotEnvironment, language: str) -> str:
    result = await bot_env.max.slash(bot_env.channel, "language", language=language)
    assert result.ephemeral
    return read(result)


async def language_of_the_next_song(bot_env: BotEnvironment) -> str | None:
    assert await ask(bot_env, bot_env.ann) == ""
    return (await all_songs(bot_env))[-1].language


@pytest.fixture
def in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody's Discord is in German."""
    original = simcord.interactions.base_payload

    def payload(*arguments: Any, **options: Any) -> Any:
        record, sent = original(*arguments, **options)
        sent["locale"] = "de"
        return record, sent

    monkeypatch.setattr(simcord.interactions, "base_payload", payload)


async def test_songs_are_in_the_language_that_the_server_has_set(bot_env: BotEnvironment):
    assert await language_of_the_next_song(bot_env) == "en"
    said = await set_language(bot_env, "ja")
    assert said.strip() == (
        "What everyone sees of songs here is now in **日本語**. What only you see stays in your own language."
    )
    await bot_env.wait(90)
    assert await language_of_the_next_song(bot_env) == "ja"


@pytest.mark.usefixtures("in_german")
async def test_automatic_is_the_language_of_the_person_who_asks(bot_env: BotEnvironment):
    await set_language(bot_env, "ja")
    await set_language(bot_env, "automatic")
    assert await language_of_the_next_song(bot_env) == "de"


@pytest.mark.usefixtures("in_german")
async def test_what_only_an_admin_sees_is_in_the_admins_own_language(bot_env: BotEnvironment):
    await set_language(bot_env, "en")
    assert "100.000" in await quota(bot_env, "limit", songs=100_000, per="day")
    assert "100.000" in await quota(bot_env, "show")


async def test_every_language_can_be_chosen(bot_env: BotEnvironment):
    registered = bot_env.env.backend.find_command("language", bot_env.guild.id, type=1)
    assert registered is not None
    [option] = registered["options"]
    assert [choice["value"] for choice in option["choices"]] == ["automatic", *NAMES]


async def test_the_log_and_the_list_of_limits_say_which_is_set(bot_env: BotEnvironment):
    await set_language(bot_env, "de")
    await set_language(bot_env, "de")
    assert "Language: Deutsch" in await quota(bot_env, "show")
    log = await quota(bot_env, "log")
    assert log.count("changed the language") == 1
    assert f"{bot_env.max.mention} changed the language from **automatic** to **Deutsch**" in log


async def test_only_those_who_manage_the_server_can_set_it(bot_env: BotEnvironment):
    assert "language" not in bot_env.ann.available_commands(bot_env.channel)
    forged = send(bot_env, bot_env.ann, COMMAND, command(bot_env, "language", language=(3, "de")))
    await bot_env.env.settle()
    assert read(forged).strip() == "You need the **Manage Server** permission for that."
    assert all(isinstance(error, app_commands.MissingPermissions) for error in bot_env.env.errors)
    assert await language_of_the_next_song(bot_env) == "en"


async def test_a_language_that_the_bot_does_not_speak_is_not_set(bot_env: BotEnvironment):
    forged = send(bot_env, bot_env.max, COMMAND, command(bot_env, "language", language=(3, "xx")))
    await bot_env.env.settle()
    assert read(forged).strip() == general.BAD_INPUT(ENGLISH)
    assert all(isinstance(error.__cause__, UserFacingError) for error in bot_env.env.errors)
    assert "Language: automatic" in await quota(bot_env, "show")
