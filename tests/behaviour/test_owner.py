"""Test /owner, which works for the bot's owner and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import discord
import pytest
from simcord.results import InteractionResult

from songbot.interactions.owners import CACHE_SECONDS, ApplicationOwners, OwnersUnavailable, owner_ids
from songbot.songs import provider_errors
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import FailureReason, State
from songbot.songs.provider import JobReport, JobState
from songbot.version import VERSION
from songbot.wording import general
from songbot.wording.language import ENGLISH

from .environment import BotEnvironment
from .helpers import make_song
from .quotas import COMMAND, ask, command, read, send

NUMBER, TEXT = 4, 3


def member(user_id: int, role: str, *, joined: bool = True) -> dict[str, Any]:
    return {
        "user": {"id": str(user_id), "username": "x", "discriminator": "0", "avatar": None},
        "team_id": "7",
        "membership_state": 2 if joined else 1,
        "role": role,
        "permissions": ["*"],
    }


def application(owner_id: int, *members: dict[str, Any], team_owner: int | None = None) -> dict[str, Any]:
    """Build the application as Discord sends it ("Application Resource")."""
    team = {"id": "7", "icon": None, "name": "Band", "owner_user_id": str(team_owner), "members": members}
    return {
        "id": "1",
        "name": "bot",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": member(owner_id, "admin")["user"],
        "flags": 0,
        "team": team if team_owner else None,
    }


@pytest.fixture
def owned(bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    """Set who owns the application."""

    def say(answer: dict[str, Any]) -> None:
        async def application_info() -> dict[str, Any]:
            return answer

        monkeypatch.setattr(bot_env.app.bot.http, "application_info", application_info)

    return say


@pytest.fixture(autouse=True)
def anns(bot_env: BotEnvironment, owned: Callable[[dict[str, Any]], None]) -> None:
    """Make the bot ann's, who has no permissions in the server."""
    owned(application(bot_env.ann.id))


async def owner(
    bot_env: BotEnvironment, what: str, by: Any = None, **options: tuple[int, Any]
) -> InteractionResult:
    """Use /owner in the server, even where Discord's client would hide it."""
    result = send(bot_env, by or bot_env.ann, COMMAND, command(bot_env, "owner", what, **options))
    bot_env.env._mark_mutation()
    await bot_env.env.settle()
    assert result.acknowledged
    return result


async def reply_to(bot_env: BotEnvironment, what: str, by: Any = None, **options: tuple[int, Any]) -> str:
    result = await owner(bot_env, what, by, **options)
    assert result.ephemeral
    return read(result)


def errors(bot_env: BotEnvironment) -> list[str]:
    """Return the errors that the command tree handled."""
    return [type(error).__name__ for error in bot_env.env.errors]


def parse(answer: dict[str, Any]) -> discord.AppInfo:
    return discord.AppInfo(discord.Client(intents=discord.Intents.none())._connection, answer)


def test_a_teams_owner_admins_and_developers_who_joined_are_owners():
    team = application(
        1,
        member(2, "admin"),
        member(3, "developer"),
        member(4, "read_only"),
        member(5, "developer", joined=False),
        member(6, "read_only"),
        team_owner=6,
    )
    assert owner_ids(parse(team)) == {2, 3, 6}
    assert owner_ids(parse(application(1))) == {1}


async def test_who_left_the_team_is_out_within_minutes_and_an_outage_changes_nothing():
    answers: list[Any] = [application(1), application(2), OSError(), application(1)]
    now = 0.0

    async def ask_discord() -> discord.AppInfo:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return parse(answer)

    owners = ApplicationOwners(ask_discord, lambda: now)
    assert await owners.contains(1)
    assert not await owners.contains(2)
    now += CACHE_SECONDS
    assert not await owners.contains(1)
    now += CACHE_SECONDS
    assert await owners.contains(2), "Discord is out of reach: as before"
    assert not await owners.contains(2), "it is asked again at once"


async def test_nobody_is_an_owner_before_discord_has_said_so():
    async def ask_discord() -> discord.AppInfo:
        raise TimeoutError

    with pytest.raises(OwnersUnavailable):
        await ApplicationOwners(ask_discord, lambda: 0.0).contains(1)


@pytest.mark.parametrize(
    ("what", "options"),
    [
        ("status", {}),
        ("pause", {"reason": (TEXT, "mine now")}),
        ("resume", {}),
        ("song", {"id": (NUMBER, 1)}),
    ],
)
async def test_others_get_nothing_but_a_kind_no_even_if_they_manage_the_server(
    bot_env: BotEnvironment, what: str, options: dict[str, tuple[int, Any]]
):
    await make_song(bot_env, prompt="a secret")
    assert await reply_to(bot_env, what, bot_env.max, **options) == general.OWNERS_ONLY(ENGLISH)
    assert errors(bot_env) == ["CheckFailure"]
    assert await ask(bot_env, bot_env.max) == "", "nothing was paused"


async def test_it_is_hidden_from_all_but_administrators_in_servers(bot_env: BotEnvironment):
    found = bot_env.env.backend.find_command("owner", bot_env.guild.id, type=1)
    assert found["default_member_permissions"] == 0


async def test_status_of_a_bot_that_has_done_nothing_yet(bot_env: BotEnvironment):
    shown = await reply_to(bot_env, "status")
    assert f"Version: {VERSION}" in shown
    assert "Songs in progress: None" in shown
    assert "Requested in the last 24 hours: None" in shown
    assert "Latest Whisul errors: None" in shown
    assert "Half of all songs take up to 1:52, 90% up to 3:06." in shown
    assert "Requests to Whisul are not limited." in shown
    assert "Database: SQLite, " in shown
    assert "Shards in this process: 0: " in shown
    assert "Health: Ready.\nNo backup has been recorded." in shown


async def test_status_tells_when_the_last_backup_was_made(bot_env: BotEnvironment):
    made_at = bot_env.env.now()
    await bot_env.database.admin.record_backup(made_at)
    assert f"Last backup <t:{int(made_at.timestamp())}:R>" in await reply_to(bot_env, "status")


async def test_status_tells_when_the_bot_began(bot_env: BotEnvironment):
    began = int(bot_env.env.now().timestamp())
    await bot_env.wait(300)
    assert f"Up since: <t:{began}:R>" in await reply_to(bot_env, "status")


async def test_status_counts_songs_by_state_and_reason(bot_env: BotEnvironment):
    await make_song(bot_env)
    bot_env.whisul.submit_errors = [provider_errors.PromptRejected("no")]
    await make_song(bot_env)
    await ask(bot_env, bot_env.ann)
    shown = await reply_to(bot_env, "status")
    assert "Songs in progress: 1 composing" in shown
    for line in ("1 completed", "1 failed: rejected"):
        assert line in shown
    assert "**PromptRejected**: Whisul rejected the prompt" in shown


async def test_status_tells_of_an_outage_and_of_the_slow_start_after_it(bot_env: BotEnvironment):
    bot_env.whisul.outage_errors = [
        provider_errors.ProviderUnavailable("Whisul can't be reached: refused")
    ] * 2
    await ask(bot_env, bot_env.ann)
    await bot_env.wait(3)
    shown = await reply_to(bot_env, "status")
    assert "Requests to Whisul are suspended; the next try is " in shown
    assert "**ProviderUnavailable**" in shown
    await bot_env.wait(120)
    shown = await reply_to(bot_env, "status")
    assert "**ProviderUnavailable**: Whisul can't be reached: refused" in shown
    assert "Requests to Whisul are limited to " in shown


async def test_a_pause_is_told_to_people_with_its_reason_and_ends_with_resume(bot_env: BotEnvironment):
    await ask(bot_env, bot_env.max)
    told = await reply_to(bot_env, "pause", reason=(TEXT, "  back at *noon* @everyone "))
    refusal = await ask(bot_env, bot_env.max)
    assert "New songs are paused: back at \\*noon\\* @\u200beveryone" in refusal
    assert refusal.splitlines()[0] in told
    assert refusal.splitlines()[0] in await reply_to(bot_env, "status")
    await bot_env.wait(80)
    assert await reply_to(bot_env, "resume") == "Resumed. New songs are being made."
    assert "paused" not in await reply_to(bot_env, "status")
    assert len(bot_env.whisul.posts) == 1, "the song that was on its way was made, the other one not"
    assert await ask(bot_env, bot_env.max) == ""
    assert "Nothing changed" in await reply_to(bot_env, "resume")


async def test_a_reason_that_nobody_could_read_pauses_nothing(bot_env: BotEnvironment):
    assert "Please give a reason" in await reply_to(bot_env, "pause", reason=(TEXT, "\u200b \u2800"))
    assert await ask(bot_env, bot_env.ann) == ""


async def test_a_songs_story_from_order_to_card(bot_env: BotEnvironment):
    card = await make_song(bot_env, prompt="a *trap* song")
    shown = await reply_to(bot_env, "song", id=(NUMBER, 1))
    assert "Song 1: completed, Midnight Grid" in shown
    assert "> a \\*trap\\* song" in shown
    assert f"by {bot_env.ann.mention} in server `{bot_env.guild.id}`, <#{bot_env.channel.id}>" in shown
    assert f"Charged to: server `{bot_env.guild.id}`" in shown
    for step in ("Requested <t:", "Sent to Whisul <t:", "Completed <t:", "Delivered <t:"):
        assert step in shown
    assert "`job-1`" in shown
    assert "Delivery: delivered" in shown
    assert f"https://discord.com/channels/{bot_env.guild.id}/{bot_env.channel.id}/{card.id}" in shown


async def test_a_failed_songs_story_says_why_and_that_it_was_given_back(bot_env: BotEnvironment):
    bot_env.whisul.ending = JobReport(JobState.FAILED, error="the *drummer* left")
    await make_song(bot_env)
    shown = await reply_to(bot_env, "song", id=(NUMBER, 1))
    assert "Song 1: failed" in shown
    assert "Why it failed: failed\nthe \\*drummer\\* left" in shown
    assert "; refunded <t:" in shown
    song = await bot_env.database.songs.get(1)
    assert song is not None
    assert (song.state, song.reason) == (State.FAILED, FailureReason.FAILED)


async def test_a_song_in_the_works_names_who_follows_it(bot_env: BotEnvironment):
    await ask(bot_env, bot_env.max, prompt="rain")
    shown = await reply_to(bot_env, "song", id=(NUMBER, 1))
    assert "Song 1: composing" in shown
    assert f"Worker: `{bot_env.app.worker.worker_id}`" in shown
    assert "Delivery: pending" in shown


async def test_a_long_prompt_is_cut_short_and_that_of_a_deleted_song_not_shown(bot_env: BotEnvironment):
    await make_song(bot_env, prompt="rain " * 200, private=True)
    shown = await reply_to(bot_env, "song", id=(NUMBER, 1))
    assert "privately" in shown
    assert "rain rain…" in shown
    assert shown.count("rain") < 65
    await bot_env.database.library.mark_deleted(1)
    shown = await reply_to(bot_env, "song", id=(NUMBER, 1))
    assert "rain" not in shown
    assert "Midnight Grid" not in shown
    assert "Deleted <t:" in shown


async def test_a_song_that_is_not_there(bot_env: BotEnvironment):
    assert "There is no song with this ID" in await reply_to(bot_env, "song", id=(NUMBER, 404))


async def test_it_works_in_direct_messages(bot_env: BotEnvironment):
    bot_env.ann.user.dm_channel  # noqa: B018  # opens it
    result = await bot_env.ann.user.slash("owner status")
    assert result.ephemeral
    assert VERSION in read(result)
    bot_env.max.user.dm_channel  # noqa: B018
    assert read(await bot_env.max.user.slash("owner status")) == general.OWNERS_ONLY(ENGLISH)
    assert errors(bot_env) == ["CheckFailure"]


async def test_a_database_out_of_reach_is_said(bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch):
    async def story(_song_id: int) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(bot_env.database.admin, "song_details", story)
    assert await reply_to(bot_env, "song", id=(NUMBER, 1)) == general.STORE_UNAVAILABLE(ENGLISH)
    assert errors(bot_env) == ["CommandInvokeError"]


async def test_discord_not_saying_whose_the_bot_is_lets_nobody_in(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    async def application_info() -> None:
        raise TimeoutError

    monkeypatch.setattr(bot_env.app.bot.http, "application_info", application_info)
    assert await reply_to(bot_env, "status") == general.UNEXPECTED(ENGLISH)
    assert errors(bot_env) == ["AppCommandError"]
