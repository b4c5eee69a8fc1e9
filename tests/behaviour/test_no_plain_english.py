"""A tour through everything that the bot can say, in a language in which nothing is plain English."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import discord
import pytest
from discord import app_commands
from simcord.backend.serializers import message_payload
from simcord.components import walk_components
from simcord.results import InteractionResult

from songbot.interactions.errors import UserFacingError
from songbot.media.link_checker import LinkChecker
from songbot.songs.errors import StoreUnavailable
from songbot.songs.provider import JobReport, JobState
from songbot.songs.provider_errors import PromptRejected
from tests.support.songs import COMPLETED, RESULT

from .environment import BotEnvironment
from .helpers import make_song, restart, wait_long
from .library import a_song
from .pseudo import plain_english, pseudo_languages, texts_so_far
from .quotas import COMMAND, command, send

__all__ = ["pseudo_languages"]
pytestmark = pytest.mark.usefixtures("pseudo_languages", "all_links_live")

GREEK = replace(RESULT, title="Νύχτα", tags=("σκούρο",))
PROMPT = "ένα τραγούδι"
EXPECTED = (UserFacingError, StoreUnavailable, app_commands.CheckFailure)


@pytest.fixture
def all_links_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of the network."""

    async def none(*_: object) -> frozenset[str]:
        return frozenset()

    monkeypatch.setattr(LinkChecker, "find_dead", none)


@pytest.fixture(autouse=True)
async def tour(bot_env: BotEnvironment) -> AsyncIterator[None]:
    """Whisul's own texts are Greek. At the end, nothing that was sent was in English."""
    bot_env.whisul.ending = replace(COMPLETED, result=GREEK)
    yield
    assert all(isinstance(error.__cause__ or error, EXPECTED) for error in bot_env.env.errors)
    bot_env.env._errors_acknowledged = len(bot_env.env.errors)
    assert len(texts_so_far(bot_env)) > 3
    assert plain_english(bot_env) == {}


async def press(who: Any, message: Any, part: str) -> InteractionResult:
    """The first button with this in its custom ID, whatever its label is."""
    ids = [found["custom_id"] for found in walk_components(components(message)) if found.get("custom_id")]
    return await who.click(message, custom_id=next(found for found in ids if part in found))


def components(message: Any) -> list[dict[str, Any]]:
    return [row if isinstance(row, dict) else row.to_dict() for row in message.components]


def answer(result: InteractionResult) -> Any:
    return result.followups[-1] if result.followups else result.response


async def song(bot_env: BotEnvironment, **options: Any) -> Any:
    return await make_song(bot_env, **{"prompt": PROMPT} | options)


async def test_a_song_with_all_its_stages_and_buttons(bot_env: BotEnvironment):
    ordered = await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT, bpm=90, instrumental=True)
    await press(bot_env.max, ordered.response, ":notify:")
    await press(bot_env.max, ordered.response, ":notify:")
    await press(bot_env.max, ordered.response, ":notify:")
    await bot_env.wait(80)
    card = ordered.response.message
    for _ in range(2):
        await press(bot_env.max, card, ":save:")
    await press(bot_env.max, card, ":delete:")
    form = await press(bot_env.ann, card, ":remix:")
    await bot_env.ann.submit_modal(form, {"prompt": PROMPT})
    await press(bot_env.max, card, ":take:")
    await bot_env.wait(80)
    form = await press(bot_env.ann, card, ":remix:")
    await bot_env.ann.submit_modal(form, {"prompt": " "})
    asked = await press(bot_env.ann, card, ":delete:")
    await press(bot_env.ann, answer(asked), ":keep:")
    asked = await press(bot_env.ann, card, ":delete:")
    await press(bot_env.ann, answer(asked), ":erase:")


async def test_suggestions_and_what_cannot_be_ordered(bot_env: BotEnvironment):
    assert await bot_env.ann.autocomplete(bot_env.channel, "song", "prompt", "")
    await bot_env.ann.autocomplete(bot_env.channel, "song", "prompt", "ω" * 90)
    assert await bot_env.ann.autocomplete(bot_env.channel, "song", "style", "")
    await bot_env.ann.slash(bot_env.channel, "song", prompt="\u200b")
    await bot_env.ann.slash(bot_env.channel, "song", prompt="ω" * 1000, style="σκούρο", instrumental=True)
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT, takes=2)
    message = await bot_env.max.send(bot_env.channel, PROMPT)
    form = await bot_env.ann.context_menu(bot_env.channel, "Make a song from this", message)
    await bot_env.ann.submit_modal(form, {"prompt": PROMPT})


@pytest.mark.parametrize(
    "ending",
    [
        JobReport(JobState.FAILED, error="λάθος"),
        JobReport(JobState.FAILED),
        replace(COMPLETED, result=replace(GREEK, song_url=None)),
    ],
)
@pytest.mark.parametrize("private", [False, True])
async def test_songs_that_fail_and_are_tried_again(bot_env: BotEnvironment, ending: JobReport, private: bool):
    bot_env.whisul.ending = ending
    failed = await song(bot_env, private=private)
    if ending.result is None:
        await press(bot_env.ann, failed, ":retry:")
        await bot_env.wait(80)


async def test_songs_that_whisul_refuses_or_forgets(bot_env: BotEnvironment):
    bot_env.whisul.submit_errors.append(PromptRejected("όχι"))
    await song(bot_env)
    bot_env.whisul.submit_errors.append(PromptRejected(None))
    await song(bot_env)
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await bot_env.wait(10)
    bot_env.whisul.jobs.clear()
    await bot_env.wait(90)


async def test_songs_that_wait_while_whisul_is_down(bot_env: BotEnvironment):
    bot_env.whisul.down = True
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT, private=True)
    await wait_long(bot_env, 1200)


async def test_a_song_that_takes_long_and_comes_after_a_restart(bot_env: BotEnvironment):
    bot_env.whisul.seconds = 20 * 60
    ordered = await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT, private=True)
    await bot_env.wait(100)
    await restart(bot_env)
    await press(bot_env.max, ordered.response, ":notify:")
    await wait_long(bot_env, 22 * 60)


@pytest.mark.settings(songs_at_once=1, songs_at_once_per_user=1)
async def test_the_queue_and_leaving_it(bot_env: BotEnvironment):
    for who in (bot_env.max, bot_env.max, bot_env.ann):
        waiting = await who.slash(bot_env.channel, "song", prompt=PROMPT)
        await bot_env.wait(12)
    cancelled = await press(bot_env.ann, waiting.response, ":cancel:")
    assert cancelled.acknowledged
    await bot_env.wait(60)


async def test_direct_messages(bot_env: BotEnvironment):
    user = bot_env.ann.user
    await user.slash("help")  # before it, nobody knows the person's language
    for said in ("hi", "\u200b", "ω" * 1500, PROMPT, PROMPT):
        await bot_env.ann.send_dm(said)
    await press(user, user.dm_channel.last_message, "dm:v1:cancel:")
    await bot_env.ann.send_dm(PROMPT)
    await press(user, user.dm_channel.last_message, "dm:v1:make:")
    await bot_env.wait(80)
    for _ in range(3):
        await user.slash("song", prompt=PROMPT)
        await bot_env.wait(80)
    await bot_env.ann.send_dm(PROMPT)
    for name in ("usage", "help", "library", "privacy show"):
        await user.slash(name)


async def test_the_greeting_help_and_ideas(bot_env: BotEnvironment):
    bot_env.app.bot.dispatch("guild_join", bot_env.app.bot.get_guild(bot_env.guild.id))
    await bot_env.wait(1)
    [greeting] = bot_env.channel.history()
    form = await press(bot_env.ann, greeting, "idea:v1:example:0")
    await bot_env.ann.submit_modal(form, {"prompt": PROMPT})
    for who in (bot_env.ann, bot_env.max):
        shown = await who.slash(bot_env.channel, "help")
        await press(who, shown.response, "surprise")
    denied = discord.PermissionOverwrite(attach_files=False, embed_links=False, read_message_history=False)
    quiet = bot_env.guild.create_text_channel("ησυχία", overwrites={bot_env.app.bot.user: denied})
    for who in (bot_env.ann, bot_env.max):
        await who.slash(quiet, "help")


@pytest.mark.settings(member_songs_per_day=50)
async def test_the_library(bot_env: BotEnvironment):
    await bot_env.ann.slash(bot_env.channel, "library")
    await bot_env.ann.slash(bot_env.channel, "library", saved=True)
    await bot_env.ann.slash(bot_env.channel, "library", search="ω")
    songs = [await a_song(bot_env, bot_env.ann, "Νύχτα", prompt=PROMPT, result=GREEK) for _ in range(7)]
    page = answer(await bot_env.ann.slash(bot_env.channel, "library"))
    await press(bot_env.ann, page, ":older:")
    await press(bot_env.ann, page, ":newer:")
    opened = answer(await press(bot_env.ann, page, ":play:"))
    await press(bot_env.ann, opened, ":post:")
    await bot_env.ann.slash(bot_env.channel, "library", export=True)
    await bot_env.ann.slash(bot_env.channel, "library", of=bot_env.max)
    await bot_env.max.slash(bot_env.channel, "library", of=bot_env.ann, search="Νύχτα")
    await bot_env.ann.slash(bot_env.channel, "library", of=bot_env.ann, saved=True)
    await bot_env.database.library.toggle_saved(bot_env.ann.id, songs[0].id)
    await bot_env.ann.slash(bot_env.channel, "library", saved=True)


async def test_privacy(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann, "Νύχτα", prompt=PROMPT, result=GREEK)
    await bot_env.ann.slash(bot_env.channel, "privacy show")
    await bot_env.ann.slash(bot_env.channel, "privacy export")
    for part in (":keep:", ":delete:", ":delete:"):
        asked = answer(await bot_env.ann.slash(bot_env.channel, "privacy delete"))
        await press(bot_env.ann, asked, part)


async def test_the_owner(bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch):
    async def owners() -> dict[str, Any]:
        user = {"id": str(bot_env.ann.id), "username": "ann", "discriminator": "0", "avatar": None}
        return {**await asked(), "owner": user}

    asked = bot_env.app.bot.http.application_info
    monkeypatch.setattr(bot_env.app.bot.http, "application_info", owners)

    async def owner(what: str, who: Any = bot_env.ann, **options: tuple[int, Any]) -> None:
        send(bot_env, who, COMMAND, command(bot_env, "owner", what, **options))
        bot_env.env._mark_mutation()
        await bot_env.env.settle()

    await owner("status")
    await song(bot_env)
    bot_env.whisul.ending = JobReport(JobState.FAILED)
    await song(bot_env)
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await owner("status")
    for number in (1, 2, 3, 99):
        await owner("song", id=(4, number))
    await owner("resume")
    for _ in range(2):
        await owner("pause", reason=(3, "διάλειμμα"))
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await owner("status")
    await owner("resume")
    await owner("status", bot_env.max)


async def quota(bot_env: BotEnvironment, name: str, **options: Any) -> Any:
    return answer(await bot_env.max.slash(bot_env.channel, f"quota {name}", **options))


async def test_quota_commands_and_refusals(bot_env: BotEnvironment):
    role = bot_env.guild.create_role("ρόλος")
    await quota(bot_env, "show")
    await quota(bot_env, "log")
    targets = ({"applies_to": "server"}, {"applies_to": "member"}, {"role": role}, {"user": bot_env.ann})
    for period in ("hour", "day", "week", "month"):
        for applies_to in targets:
            await quota(bot_env, "limit", songs=2, per=period, **applies_to)
            await quota(bot_env, "limit", songs=1, per=period, **applies_to)
            await bot_env.ann.slash(bot_env.channel, "usage")
            await quota(bot_env, "check", user=bot_env.ann)
            await quota(bot_env, "show")
            await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
            await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
            await bot_env.ann.slash(bot_env.channel, "usage")
            await quota(bot_env, "check", user=bot_env.ann)
            await quota(bot_env, "reset", user=bot_env.ann)
            await quota(bot_env, "limit", songs=0, per=period, **applies_to)
            await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
            await quota(bot_env, "check", user=bot_env.ann)
            await quota(bot_env, "remove", **applies_to)
            await quota(bot_env, "remove", **applies_to)
    await quota(bot_env, "limit", songs=100_000, per="day", applies_to="server")
    await quota(bot_env, "limit", songs=1, per="day", role=role, user=bot_env.ann)
    await quota(bot_env, "remove", role=role, user=bot_env.ann)
    await quota(bot_env, "limit", songs=1, per="day", applies_to="member")
    await quota(bot_env, "grant", user=bot_env.ann, songs=2)
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await bot_env.ann.slash(bot_env.channel, "usage")
    await bot_env.max.slash(bot_env.channel, "usage")
    await quota(bot_env, "check", user=bot_env.ann)
    await quota(bot_env, "log")


async def test_quota_channels_zones_usage_and_the_language(bot_env: BotEnvironment):
    other = bot_env.guild.create_text_channel("άλλο")
    for rule in ("deny", "allow", "remove"):
        await quota(bot_env, "channels", channel=bot_env.channel, rule=rule)
        await quota(bot_env, "channels")
        await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
        await bot_env.ann.slash(other, "song", prompt=PROMPT)
        await bot_env.ann.slash(other, "help")
    await quota(bot_env, "channels", rule="remove")
    await quota(bot_env, "channels", rule="deny")
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await quota(bot_env, "channels", channel=other)
    await quota(bot_env, "timezone", zone="ω")
    await quota(bot_env, "timezone", zone="UTC")
    for days in (7, 30, 91):
        await quota(bot_env, "usage", days=days)
    for language in ("ja", "automatic"):
        await bot_env.max.slash(bot_env.channel, "language", language=language)
    await quota(bot_env, "log")


async def test_all_pages_and_forms_of_the_panel(bot_env: BotEnvironment):
    panel = await quota(bot_env, "panel")

    async def form(action: str, **values: Any) -> None:
        await bot_env.max.submit_modal(await press(bot_env.max, panel, f":{action}:"), values)

    await form("add", songs="ω", per=["day"], applies_to=["server"])
    await form("add", songs="1", per=["day"], applies_to=["server"])
    await form("edit", songs="2", per=["week"])
    await press(bot_env.max, panel, ":remove:")
    await form("add", songs="1", per=["day"], applies_to=["member"])
    await bot_env.max.select(panel, [bot_env.ann], custom_id=select_id(panel, ":user:"))
    await bot_env.ann.slash(bot_env.channel, "song", prompt=PROMPT)
    await form("bonus", songs="2")
    await press(bot_env.max, panel, ":reset:")
    await form("edit", songs="0", per=["month"])
    await form("zone", zone="ω")
    await form("language", language=["ja"])
    for action in ("chart", "home", "channels", "home", "log", "home"):
        await press(bot_env.max, panel, f":{action}:")
    await press(bot_env.max, panel, ":channels:")
    for action in ("allow", "deny"):
        await bot_env.max.select(panel, [bot_env.channel], custom_id=select_id(panel, f":{action}:"))


def select_id(message: Any, part: str) -> str:
    ids = [found["custom_id"] for found in walk_components(components(message)) if found.get("custom_id")]
    return next(found for found in ids if part in found)


async def test_errors_of_every_kind(bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch):
    card = await song(bot_env)
    await bot_env.ann.slash(bot_env.channel, "help")

    async def unavailable(*_: object, **__: object) -> None:
        raise StoreUnavailable

    for custom_id in ("song:v1:save:999", "song:v0:save:1", "nothing", "song:v1:take:999", "dm:v1:make:1"):
        data = {"custom_id": custom_id, "component_type": 2}
        send(bot_env, bot_env.ann, 3, data, message=card_payload(bot_env, card))
        bot_env.env._mark_mutation()
        await bot_env.env.settle()
    for database in (bot_env.database.songs, bot_env.database.quotas, bot_env.database.library):
        for name in ("get", "create", "page", "usage"):
            if hasattr(database, name):
                monkeypatch.setattr(type(database), name, unavailable)
    for name in ("song", "library", "usage"):
        options = {"prompt": PROMPT} if name == "song" else {}
        await bot_env.ann.slash(bot_env.channel, name, **options)
    await press(bot_env.ann, card, ":take:")
    await bot_env.ann.send_dm(PROMPT)


def card_payload(bot_env: BotEnvironment, message: Any) -> dict[str, Any]:
    backend = bot_env.env.backend
    stored = next(m for m in backend.messages[message.channel.id].values() if m.id == message.id)
    return dict(message_payload(backend, stored))
