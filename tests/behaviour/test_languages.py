"""Everyone reads the bot in the right language: their own, or the server's where all read the same."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord.interactions

from songbot.media.link_checker import LinkChecker
from songbot.wording import buttons
from songbot.wording import direct_messages as wording
from tests.support.languages import marked, marked_languages

from .environment import BotEnvironment
from .helpers import all_songs, buttons_of, labels, make_song, now, private_answer, text_of

__all__ = ["marked_languages"]
pytestmark = pytest.mark.usefixtures("marked_languages")
GERMAN, JAPANESE = marked("de"), marked("ja")


@pytest.fixture(autouse=True)
def locales(bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """Give Ann a German Discord and Max a Japanese one."""
    of_people = {bot_env.ann.id: "de", bot_env.max.id: "ja"}
    original = simcord.interactions.base_payload

    def payload(*args: Any, **options: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = original(*args, **options)
        return record, payload | {"locale": of_people[options["user_id"]]}

    monkeypatch.setattr(simcord.interactions, "base_payload", payload)
    return of_people


@pytest.fixture(autouse=True)
def all_links_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of the network."""

    async def none(*_: object) -> frozenset[str]:
        return frozenset()

    monkeypatch.setattr(LinkChecker, "find_dead", none)


async def set_server_language(bot_env: BotEnvironment, tag: str | None) -> None:
    await bot_env.app._languages.set_guild_language(bot_env.guild.id, bot_env.max.id, tag)


async def delete_data(bot_env: BotEnvironment) -> None:
    asked = await bot_env.ann.slash(bot_env.channel, "privacy delete")
    await bot_env.ann.click(asked.response, label="[de] Delete everything")


def last_dm(bot_env: BotEnvironment) -> discord.Message:
    return bot_env.ann.user.dm_channel.last_message


def mentioning(language: str, message: Any) -> bool:
    return f"[{language}] Requested by <@" in text_of(message)


async def test_what_only_one_person_sees_is_in_their_language(bot_env: BotEnvironment):
    mine = await bot_env.ann.slash(bot_env.channel, "library")
    yours = await bot_env.max.slash(bot_env.channel, "library")
    assert mine.response.embeds[0].title == "[de] Your library"
    assert yours.response.embeds[0].title == "[ja] Your library"


async def test_a_language_that_the_bot_does_not_speak_becomes_english(
    bot_env: BotEnvironment, locales: dict[int, str]
):
    locales[bot_env.ann.id] = "th"
    shown = await bot_env.ann.slash(bot_env.channel, "library")
    assert shown.response.embeds[0].title == "Your library"


async def test_a_card_is_in_the_language_of_the_person_who_requested_it(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    assert mentioning("de", card)
    assert labels(card)[0] == "[de] Another take"
    assert (await all_songs(bot_env))[0].language == "de"


async def test_a_card_is_in_the_servers_language_if_it_has_set_one(bot_env: BotEnvironment):
    await set_server_language(bot_env, "ja")
    assert mentioning("ja", await make_song(bot_env))
    await set_server_language(bot_env, None)
    assert mentioning("de", await make_song(bot_env))


async def test_a_private_song_is_in_the_persons_language_whatever_the_servers_is(bot_env: BotEnvironment):
    await set_server_language(bot_env, "ja")
    await make_song(bot_env, private=True)
    assert (await all_songs(bot_env))[0].language == "de"


async def test_a_refusal_is_in_the_persons_language_whatever_the_servers_is(bot_env: BotEnvironment):
    await set_server_language(bot_env, "ja")
    refused = await bot_env.ann.slash(bot_env.channel, "song", prompt="\u200b")
    assert private_answer(refused).startswith("[de] ")


async def test_another_persons_press_is_answered_in_theirs_and_the_card_stays_as_it_is(
    bot_env: BotEnvironment,
):
    card = await make_song(bot_env)
    saved = await bot_env.max.click(card, label="[de] Save")
    assert private_answer(saved) == buttons.SAVED(JAPANESE)
    asked = await bot_env.max.click(card, label="[de] Remix (edit prompt)")
    assert asked.modal["title"] == buttons.REMIX_TITLE(JAPANESE)
    still = now(bot_env.channel, card)
    assert mentioning("de", still)


@pytest.mark.settings(songs_at_once=1)
async def test_a_song_that_somebody_cancels_is_shown_in_the_language_of_its_message(bot_env: BotEnvironment):
    await set_server_language(bot_env, "ja")
    await bot_env.max.slash(bot_env.channel, "song", prompt="a calm song")
    await bot_env.wait(2)
    waiting = (await bot_env.ann.slash(bot_env.channel, "song", prompt="a trap song")).response
    await bot_env.wait(12)
    await bot_env.ann.click(waiting, label="[ja] Cancel")
    assert text_of(now(bot_env.channel, waiting)).strip().startswith("[ja] Cancelled")


async def test_a_song_from_the_library_is_in_the_readers_language_and_posted_in_the_servers(
    bot_env: BotEnvironment,
):
    await make_song(bot_env)
    await set_server_language(bot_env, "ja")
    page = (await bot_env.ann.slash(bot_env.channel, "library")).response
    opened = await bot_env.ann.click(page, label="[de] Play 1")
    shown = opened.response or opened.followups[-1]
    assert mentioning("de", shown)
    await bot_env.ann.click(shown, label="[de] Post here")
    assert mentioning("ja", bot_env.channel.history()[-1])


async def test_a_plain_direct_message_is_answered_in_the_language_last_seen(bot_env: BotEnvironment):
    await bot_env.ann.send_dm("a trap song")
    assert last_dm(bot_env).content.startswith("Hi!")
    await bot_env.ann.slash(bot_env.channel, "help")
    await bot_env.ann.send_dm("a trap song")
    assert last_dm(bot_env).content.startswith(wording.WELCOME(GERMAN))
    assert labels(last_dm(bot_env)) == ["[de] Make it", "[de] Cancel"]


async def test_another_process_knows_the_language_of_a_direct_message_too(bot_env: BotEnvironment):
    await bot_env.ann.slash(bot_env.channel, "help")
    await bot_env.app._languages.save()
    bot_env.app._languages.forget_user(bot_env.ann.id)
    await bot_env.ann.send_dm("hi")
    assert last_dm(bot_env).embeds[0].title == wording.GREETING_TITLE(GERMAN)


async def test_a_persons_language_is_forgotten_with_their_data(bot_env: BotEnvironment):
    await bot_env.ann.slash(bot_env.channel, "help")
    await delete_data(bot_env)
    await bot_env.app._languages.save()
    await bot_env.ann.send_dm("hi")
    assert last_dm(bot_env).embeds[0].title == wording.GREETING_TITLE.english


@pytest.mark.parametrize(("set_language", "mark"), [(None, "[de] "), ("ja", "[ja] ")])
async def test_a_server_is_greeted_in_its_language(
    bot_env: BotEnvironment, set_language: str | None, mark: str
):
    await set_server_language(bot_env, set_language)
    guild = bot_env.app.bot.get_guild(bot_env.guild.id)
    assert guild is not None
    guild.preferred_locale = discord.Locale.german
    bot_env.app.bot.dispatch("guild_join", guild)
    await bot_env.wait(1)
    (message,) = bot_env.channel.history()
    assert message.embeds[0].title.startswith(mark)
    assert buttons_of(message)[-1]["label"] == f"{mark}Surprise me"


async def test_styles_are_suggested_in_the_persons_language_and_sent_in_english(bot_env: BotEnvironment):
    choices = await bot_env.ann.autocomplete(bot_env.channel, "song", "style", "[de] po")
    assert ("[de] pop", "pop") in [(choice["name"], choice["value"]) for choice in choices]
    await bot_env.ann.slash(bot_env.channel, "song", prompt="a song", style="[de] pop, kazoo")
    assert (await all_songs(bot_env))[0].prompt == "a song, pop, kazoo"
