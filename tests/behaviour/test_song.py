"""/song as a person lives it: the progress, the card, and what is said when it does not work out."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from songbot.delivery.messenger import Messenger
from songbot.songs import provider_errors
from songbot.songs.models import Reason, Relation, Result, State
from songbot.songs.ports import StoreUnavailable
from songbot.storage.queries.create_song import PAUSED
from songbot.wording import failures, general
from songbot.wording import progress as wording

from .environment import SONG_URL, House
from .helpers import all_songs, labels, make_song, now, press_at_once, private_answer, restart, wait_long


async def order(house: House, prompt: str = "a trap song", **options: Any) -> Any:
    return await house.ann.slash(house.channel, "song", prompt=prompt, **options)


@pytest.fixture
def edits(house: House, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    """Every edit of a progress line, with its second."""
    seen: list[tuple[float, str]] = []
    edit_line = Messenger.edit_line

    async def noted(self: Messenger, reply: Any, line: str, *rest: Any, **options: Any) -> None:
        seen.append((house.app._clock.monotonic(), line))
        await edit_line(self, reply, line, *rest, **options)

    monkeypatch.setattr(Messenger, "edit_line", noted)
    return seen


# ------------------------------------------------------------------------------ progress and card


async def test_a_song_from_the_command_to_the_card(house: House):
    result = await order(house, "a trap song about *rain*")
    assert result.acknowledged
    assert not result.ephemeral
    assert "a trap song about \\*rain\\*" in result.response.content
    await house.wait(80)
    card = now(house.channel, result.response)
    assert card is not None
    (embed,) = card.embeds
    assert (embed.title, embed.url) == ("Midnight Grid", SONG_URL)
    assert {field.name: field.value for field in embed.fields} == {
        "BPM": "140",
        "Length": "2:47",
        "Asked for by": f"<@{house.ann.id}>",
        "Tags": "`trap` `dark` `808s`",
    }
    assert embed.description == "> a trap song about \\*rain\\*"
    assert embed.footer.text == "Made with Whisul"
    assert labels(card) == ["Listen", "Another take", "Remix", "Save", "Delete"]
    assert card.content == ""


async def test_the_line_is_edited_no_more_than_every_ten_seconds_and_only_for_something_new(
    house: House, edits: list[tuple[float, str]]
):
    house.whisul.seconds = 300
    await order(house)
    await wait_long(house, 310)
    assert len(edits) >= 3
    assert all(later[0] - earlier[0] >= 10 for earlier, later in pairwise(edits))
    assert all(earlier[1] != later[1] for earlier, later in pairwise(edits))
    assert wording.COMPOSING in edits[0][1]
    assert wording.OVERDUE in edits[-1][1]


@pytest.mark.settings(songs_at_once=1)
async def test_who_has_to_wait_for_a_place_is_told_which(house: House):
    await order(house)
    waiting = await house.max.slash(house.channel, "song", prompt="a calm song")
    await house.wait(15)
    assert wording.waiting(1) in waiting.response.content
    await house.wait(150)
    assert [song.state for song in await all_songs(house)] == [State.COMPLETED, State.COMPLETED]


async def test_pieces_that_are_missing_leave_their_place_out(house: House):
    house.whisul.result = Result(song_url=SONG_URL)
    await make_song(house)
    (embed,) = house.channel.last_message.embeds
    assert embed.title == "Untitled"
    assert [field.name for field in embed.fields] == ["Asked for by"]
    assert embed.image.url is None


async def test_a_private_song_is_seen_by_its_asker_alone_from_line_to_card(house: House):
    result = await order(house, private=True)
    assert result.ephemeral
    await house.wait(80)
    card = now(house.channel, result.response, house.ann)
    assert card is not None
    assert card.embeds[0].title == "Midnight Grid"
    assert house.channel.history(viewer=house.max) == []


async def test_a_private_song_that_outlives_its_token_comes_by_direct_message(house: House):
    house.whisul.seconds = 16 * 60
    await order(house, private=True)
    await wait_long(house, 17 * 60)
    assert house.ann.user.dm_channel.last_message.embeds[0].title == "Midnight Grid"
    assert house.channel.history(viewer=house.max) == []


async def test_a_song_that_outlives_its_token_arrives_on_the_line_and_pings_its_asker(house: House):
    house.whisul.seconds = 16 * 60
    result = await order(house)
    await wait_long(house, 17 * 60)
    card = now(house.channel, result.response)
    assert card is not None
    assert card.embeds[0].title == "Midnight Grid"
    assert house.channel.last_message.content.startswith(f"<@{house.ann.id}> ")


async def test_a_song_that_was_composing_when_the_bot_died_is_delivered_after_the_restart(house: House):
    result = await order(house)
    await house.wait(10)
    await restart(house)
    await house.wait(80)
    card = now(house.channel, result.response)
    assert card is not None
    assert card.embeds[0].title == "Midnight Grid"
    assert len(house.whisul.posts) == 1


# ------------------------------------------------------------------------- what does not work out


@pytest.mark.parametrize("prompt", [" ", "\u200b", "\u202e\u2800"])
async def test_an_empty_prompt_is_refused_kindly(house: House, prompt: str):
    assert private_answer(await order(house, prompt)) == general.EMPTY_PROMPT
    assert await all_songs(house) == []


def _fails(house: House, reason: Reason) -> float:
    """Set Whisul up for it; after how many seconds it is told."""
    whisul = house.whisul
    match reason:
        case Reason.REJECTED:
            whisul.submit_errors = [provider_errors.PromptRejected("The 'prompt' field is *odd*.")]
        case Reason.UNAUTHORIZED:
            whisul.submit_errors = [provider_errors.KeyRefused()]
        case Reason.INTERRUPTED:
            whisul.submit_errors = [provider_errors.OutcomeUnknown()]
        case Reason.UNAVAILABLE:
            whisul.submit_errors = [provider_errors.Down() for _ in range(1000)]
            return 20 * 60
        case Reason.FAILED:
            whisul.fails = True
        case Reason.NO_AUDIO:
            whisul.result = None
        case Reason.TIMED_OUT:
            whisul.seconds = 1e9
            return 32 * 60
        case Reason.VANISHED:
            whisul.jobs = _NoJobs()
            return 3 * 60
    return 80


class _NoJobs(dict[str, float]):
    def __contains__(self, key: object) -> bool:
        return False


# Polled seldom where it takes long, so that the test does not.
_SELDOM = pytest.mark.settings(poll_seconds_min=60, poll_seconds_max=60)


@pytest.mark.parametrize(
    "reason",
    [pytest.param(reason, marks=_SELDOM if reason is Reason.TIMED_OUT else ()) for reason in Reason],
)
async def test_a_failed_song_says_why_that_it_was_not_charged_and_how_to_try_again(
    house: House, reason: Reason
):
    seconds = _fails(house, reason)
    result = await order(house)
    await wait_long(house, seconds)
    (song,) = await all_songs(house)
    assert (song.state, song.reason) == (State.FAILED, reason)
    assert song.refunded_at is not None
    told = now(house.channel, result.response)
    assert told is not None
    (embed,) = told.embeds
    assert embed.title == failures.TITLE
    assert failures.why(reason) in (embed.description or "")
    assert failures.REFUNDED in (embed.description or "")
    assert labels(told) == ["Try again"]


async def test_whisuls_own_words_are_shown_and_can_do_nothing(house: House):
    house.whisul.submit_errors = [
        provider_errors.PromptRejected("**No** @everyone <@1> https://evil.example")
    ]
    await order(house)
    await house.wait(5)
    field = house.channel.last_message.embeds[0].fields[0]
    assert field.name == failures.WHISULS_WORDS
    assert field.value == "\\*\\*No\\*\\* @\u200beveryone \\<@\u200b1\\> https:\\/\\/evil.example"


async def test_while_whisul_is_out_of_reach_the_line_says_so_and_the_song_starts_by_itself(house: House):
    house.whisul.submit_errors = [provider_errors.Down() for _ in range(4)]
    result = await order(house)
    await house.wait(12)
    assert wording.UNAVAILABLE in result.response.content
    await wait_long(house, 8 * 60)
    (song,) = await all_songs(house)
    assert song.state is State.COMPLETED


async def test_a_song_found_in_the_middle_of_its_post_is_never_sent_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    async def never_answers(prompt: str) -> str:
        house.whisul.posts.append(prompt)
        raise provider_errors.OutcomeUnknown

    monkeypatch.setattr(house.whisul, "submit", never_answers)
    await order(house)
    await restart(house)
    await house.wait(60)
    (song,) = await all_songs(house)
    assert song.reason is Reason.INTERRUPTED
    assert house.whisul.posts == ["a trap song"]


async def test_try_again_makes_a_new_song_of_the_same_prompt_for_its_asker_alone(house: House):
    house.whisul.submit_errors = [provider_errors.PromptRejected(None)]
    await order(house)
    await house.wait(5)
    told = house.channel.last_message
    await restart(house)
    assert private_answer(await house.max.click(told, label="Try again")) == general.NOT_YOURS
    await press_at_once(house, house.ann, told, "song:v1:retry:1", "song:v1:retry:1")
    await house.wait(80)
    first, second = await all_songs(house)
    assert (second.prompt, second.relation, second.parent_id) == (first.prompt, Relation.RETRY, first.id)
    assert house.whisul.posts == ["a trap song"]


@pytest.mark.settings(member_songs_per_day=1)
async def test_over_the_quota_the_person_is_told_privately_and_no_line_stays(house: House):
    await order(house)
    result = await order(house, "another")
    assert "You have used 1 of 1 song today" in private_answer(result)
    assert len(result.followups) == 1
    assert result.response is None
    assert len(await all_songs(house)) == 1


async def test_with_the_database_away_nothing_is_charged_and_no_line_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    async def away(*_arguments: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(house.database.songs, "place", away)
    result = await order(house)
    assert private_answer(result) == general.STORE_UNAVAILABLE
    assert result.response is None
    assert house.whisul.posts == []


async def test_while_the_operator_has_paused_it_there_are_no_new_songs(house: House):
    await house.database.state.set(PAUSED, "back at *noon*")
    result = await order(house)
    assert private_answer(result) == general.closed("back at *noon*")
    await house.database.state.set(PAUSED, None)
    await order(house)
    assert len(await all_songs(house)) == 1


async def test_while_it_stops_there_are_no_new_songs(house: House):
    await house.app.desk.close()
    assert private_answer(await order(house)) == general.STOPPING
    assert await all_songs(house) == []
