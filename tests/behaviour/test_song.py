"""Test /song as a person sees it: the progress, the card, and the messages when something fails."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from songbot.delivery.messenger import Messenger
from songbot.songs import provider_errors
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import FailureReason, Relation, Result, State
from songbot.songs.provider import JobReport, JobState
from songbot.storage.queries.create_song import PAUSED
from songbot.wording import failures, general
from songbot.wording import progress as wording
from songbot.wording.language import ENGLISH
from tests.support.pseudo_language import plain
from tests.support.songs import SONG_URL

from .environment import BotEnvironment
from .helpers import (
    all_songs,
    labels,
    make_song,
    now,
    press_at_once,
    private_answer,
    restart,
    text_of,
    wait_long,
)


async def order(bot_env: BotEnvironment, prompt: str = "a trap song", **options: Any) -> Any:
    return await bot_env.ann.slash(bot_env.channel, "song", prompt=prompt, **options)


@pytest.fixture
def edits(bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    """Return every edit of a progress message with its time in seconds."""
    seen: list[tuple[float, str]] = []
    edit_line = Messenger.edit_text

    async def noted(self: Messenger, *arguments: Any, embed: Any, **options: Any) -> None:
        seen.append((bot_env.clock.monotonic(), plain(f"{embed.title}\n{embed.description}")))
        await edit_line(self, *arguments, embed=embed, **options)

    monkeypatch.setattr(Messenger, "edit_text", noted)
    return seen


# ------------------------------------------------------------------------------ progress and card


async def test_a_song_from_the_command_to_the_card(bot_env: BotEnvironment):
    result = await order(bot_env, "a trap song about *rain*")
    assert result.acknowledged
    assert not result.ephemeral
    assert "a trap song about \\*rain\\*" in text_of(result.response)
    await bot_env.wait(80)
    card = now(bot_env.channel, result.response)
    assert card is not None
    (embed,) = card.embeds
    assert (embed.title, embed.url) == ("Midnight Grid", SONG_URL)
    assert embed.description == (
        "> a trap song about \\*rain\\*\n"
        "`trap` `dark` `808s`\n"
        f"-# 2:47 · 140 BPM · Requested by <@{bot_env.ann.id}>"
    )
    assert embed.footer.text == "Made with Whisul"
    assert labels(card) == ["Another take", "Listen", "Remix (edit prompt)", "Save", "Delete"]
    assert card.content == ""


async def test_the_line_is_edited_no_more_than_every_ten_seconds_and_only_for_something_new(
    bot_env: BotEnvironment, edits: list[tuple[float, str]]
):
    bot_env.whisul.seconds = 300
    await order(bot_env)
    await wait_long(bot_env, 310)
    assert len(edits) >= 3
    assert all(later[0] - earlier[0] >= 10 for earlier, later in pairwise(edits))
    assert all(earlier[1] != later[1] for earlier, later in pairwise(edits))
    assert wording.COMPOSING(ENGLISH) in edits[0][1]
    assert wording.OVERDUE(ENGLISH) in edits[-1][1]


@pytest.mark.settings(songs_at_once=1)
async def test_who_has_to_wait_for_a_place_is_told_which(bot_env: BotEnvironment):
    await order(bot_env)
    waiting = await bot_env.max.slash(bot_env.channel, "song", prompt="a calm song")
    await bot_env.wait(15)
    assert wording.waiting(ENGLISH, 1) in text_of(waiting.response)
    await bot_env.wait(150)
    assert [song.state for song in await all_songs(bot_env)] == [State.COMPLETED, State.COMPLETED]


async def test_pieces_that_are_missing_leave_their_place_out(bot_env: BotEnvironment):
    bot_env.whisul.ending = JobReport(JobState.COMPLETED, result=Result(song_url=SONG_URL))
    await make_song(bot_env)
    (embed,) = bot_env.channel.last_message.embeds
    assert embed.title == "Untitled"
    assert embed.description == f"> a trap song\n-# Requested by <@{bot_env.ann.id}>"
    assert embed.image.url is None


async def test_a_private_song_is_seen_by_its_asker_alone_from_line_to_card(bot_env: BotEnvironment):
    result = await order(bot_env, private=True)
    assert result.ephemeral
    await bot_env.wait(80)
    card = now(bot_env.channel, result.response, bot_env.ann)
    assert card is not None
    assert card.embeds[0].title == "Midnight Grid"
    assert bot_env.channel.history(viewer=bot_env.max) == []


async def test_a_private_song_that_outlives_its_token_comes_by_direct_message(bot_env: BotEnvironment):
    bot_env.whisul.seconds = 16 * 60
    await order(bot_env, private=True)
    await wait_long(bot_env, 17 * 60)
    assert bot_env.ann.user.dm_channel.last_message.embeds[0].title == "Midnight Grid"
    assert bot_env.channel.history(viewer=bot_env.max) == []


async def test_a_song_that_outlives_its_token_arrives_on_the_line_and_pings_its_asker(
    bot_env: BotEnvironment,
):
    bot_env.whisul.seconds = 16 * 60
    result = await order(bot_env)
    await wait_long(bot_env, 17 * 60)
    card = now(bot_env.channel, result.response)
    assert card is not None
    assert card.embeds[0].title == "Midnight Grid"
    assert bot_env.channel.last_message.content.startswith(f"<@{bot_env.ann.id}>, ")


async def test_a_song_that_was_composing_when_the_bot_died_is_delivered_after_the_restart(
    bot_env: BotEnvironment,
):
    result = await order(bot_env)
    await bot_env.wait(10)
    await restart(bot_env)
    await bot_env.wait(80)
    card = now(bot_env.channel, result.response)
    assert card is not None
    assert card.embeds[0].title == "Midnight Grid"
    assert len(bot_env.whisul.posts) == 1


# ------------------------------------------------------------------------------- failures


@pytest.mark.parametrize("prompt", [" ", "\u200b", "\u202e\u2800"])
async def test_an_empty_prompt_is_refused_kindly(bot_env: BotEnvironment, prompt: str):
    assert private_answer(await order(bot_env, prompt)) == general.EMPTY_PROMPT(ENGLISH)
    assert await all_songs(bot_env) == []


def _fails(bot_env: BotEnvironment, reason: FailureReason) -> float:
    """Make Whisul fail for this reason. Return the seconds until the person is told."""
    whisul = bot_env.whisul
    match reason:
        case FailureReason.REJECTED:
            whisul.submit_errors = [provider_errors.PromptRejected("The 'prompt' field is *odd*.")]
        case FailureReason.UNAUTHORIZED:
            whisul.submit_errors = [provider_errors.AuthenticationFailed()]
        case FailureReason.INTERRUPTED:
            whisul.submit_errors = [provider_errors.OutcomeUnknown()]
        case FailureReason.UNAVAILABLE:
            whisul.down = True
            return 20 * 60
        case FailureReason.FAILED:
            whisul.ending = JobReport(JobState.FAILED)
        case FailureReason.NO_AUDIO:
            whisul.ending = JobReport(JobState.COMPLETED)
        case FailureReason.TIMED_OUT:
            whisul.seconds = 1e9
            return 32 * 60
        case FailureReason.VANISHED:
            whisul.jobs = _NoJobs()
            return 3 * 60
    return 80


class _NoJobs(dict[str, float]):
    def __contains__(self, key: object) -> bool:
        return False


# Poll rarely where the song takes long, so that the test stays fast.
_SELDOM = pytest.mark.settings(poll_seconds_min=60, poll_seconds_max=60)


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(reason, marks=_SELDOM if reason is FailureReason.TIMED_OUT else ())
        for reason in FailureReason
        if reason is not FailureReason.CANCELLED
    ],
)
async def test_a_failed_song_says_why_that_it_was_not_charged_and_how_to_try_again(
    bot_env: BotEnvironment, reason: FailureReason
):
    seconds = _fails(bot_env, reason)
    result = await order(bot_env)
    await wait_long(bot_env, seconds)
    (song,) = await all_songs(bot_env)
    assert (song.state, song.reason) == (State.FAILED, reason)
    assert song.refunded_at is not None
    told = now(bot_env.channel, result.response)
    assert told is not None
    (embed,) = told.embeds
    assert embed.title == failures.title(ENGLISH, reason)
    assert failures.why(ENGLISH, reason) in (embed.description or "")
    assert failures.REFUNDED(ENGLISH) in (embed.description or "")
    assert labels(told) == ["Try again"]


async def test_whisuls_own_words_are_shown_and_can_do_nothing(bot_env: BotEnvironment):
    bot_env.whisul.submit_errors = [
        provider_errors.PromptRejected("**No** @everyone <@1> https://evil.example")
    ]
    await order(bot_env)
    await bot_env.wait(5)
    field = bot_env.channel.last_message.embeds[0].fields[0]
    assert field.name == failures.WHISULS_WORDS(ENGLISH)
    assert field.value == "\\*\\*No\\*\\* @\u200beveryone \\<@\u200b1\\> https:\\/\\/evil.example"


async def test_while_whisul_is_out_of_reach_the_line_says_so_and_the_song_starts_by_itself(
    bot_env: BotEnvironment,
):
    bot_env.whisul.outage_errors = [provider_errors.ProviderUnavailable() for _ in range(4)]
    result = await order(bot_env)
    await bot_env.wait(12)
    assert wording.UNAVAILABLE(ENGLISH) in text_of(result.response)
    await wait_long(bot_env, 8 * 60)
    (song,) = await all_songs(bot_env)
    assert song.state is State.COMPLETED


async def test_a_song_found_in_the_middle_of_its_post_is_never_sent_twice(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    async def never_answers(prompt: str) -> str:
        bot_env.whisul.posts.append(prompt)
        raise provider_errors.OutcomeUnknown

    monkeypatch.setattr(bot_env.whisul, "submit", never_answers)
    await order(bot_env)
    await restart(bot_env)
    await bot_env.wait(60)
    (song,) = await all_songs(bot_env)
    assert song.reason is FailureReason.INTERRUPTED
    assert bot_env.whisul.posts == ["a trap song"]


async def test_try_again_makes_a_new_song_of_the_same_prompt_for_its_asker_alone(bot_env: BotEnvironment):
    bot_env.whisul.submit_errors = [provider_errors.PromptRejected(None)]
    await order(bot_env)
    await bot_env.wait(5)
    told = bot_env.channel.last_message
    await restart(bot_env)
    assert private_answer(await bot_env.max.click(told, label="Try again")) == general.NOT_YOURS(ENGLISH)
    await press_at_once(bot_env, bot_env.ann, told, "song:v1:retry:1", "song:v1:retry:1")
    await bot_env.wait(80)
    first, second = await all_songs(bot_env)
    assert (second.prompt, second.relation, second.parent_id) == (first.prompt, Relation.RETRY, first.id)
    assert bot_env.whisul.posts == ["a trap song"]


@pytest.mark.settings(member_songs_per_day=1)
async def test_over_the_quota_the_person_is_told_privately_and_no_line_stays(bot_env: BotEnvironment):
    await order(bot_env)
    result = await order(bot_env, "another")
    assert "You've used your 1 song for today" in private_answer(result)
    assert len(result.followups) == 1
    assert result.response is None
    assert len(await all_songs(bot_env)) == 1


async def test_with_the_database_away_nothing_is_charged_and_no_line_stays(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    async def away(*_arguments: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(bot_env.database.songs, "create", away)
    result = await order(bot_env)
    assert private_answer(result) == general.STORE_UNAVAILABLE(ENGLISH)
    assert result.response is None
    assert bot_env.whisul.posts == []


async def test_while_the_operator_has_paused_it_there_are_no_new_songs(bot_env: BotEnvironment):
    await bot_env.database.app_state.set(PAUSED, "back at *noon*")
    result = await order(bot_env)
    assert private_answer(result) == general.closed(ENGLISH, "back at *noon*")
    await bot_env.database.app_state.set(PAUSED, None)
    await order(bot_env)
    assert len(await all_songs(bot_env)) == 1


async def test_while_it_stops_there_are_no_new_songs(bot_env: BotEnvironment):
    await bot_env.app.order_service.shutdown()
    assert (await order(bot_env)).response.content == general.STOPPING(ENGLISH)
    assert await all_songs(bot_env) == []
