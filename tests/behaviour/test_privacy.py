"""/privacy: seeing, taking along and deleting what is kept; and the daily job."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbot.songs.ports import StoreUnavailable
from songbot.ui.privacy import MARGIN, export_files
from songbot.worker.retention import DAY, HOUR, Housekeeping

from .environment import House
from .test_library import a_song, library, restart, titles


def fields(message: Any) -> str:
    return "\n".join(f"{field.name}: {field.value}" for field in message.embeds[0].fields)


async def privacy(house: House, who: Any, what: str) -> Any:
    result = await who.slash(house.channel, f"privacy {what}")
    assert result.ephemeral
    return result.response or result.followups[0]


async def exported(house: House, who: Any) -> dict[str, list[dict[str, Any]]]:
    (file,) = (await privacy(house, who, "export")).attachments
    assert file.filename == "my-data.json"
    return json.loads(await file.read())


async def test_it_is_shown_what_is_kept_why_and_how_long(house: House):
    said = fields(await privacy(house, house.ann, "show"))
    assert "365 days" in said
    assert "Whisul gets the prompt" in said
    command_id = house.app.bot.command_ids["privacy"]
    assert f"</privacy export:{command_id}>" in said


@pytest.mark.settings(retention_days=7)
async def test_songs_are_said_to_stay_as_long_as_quotas_need_them(house: House):
    assert "32 days" in fields(await privacy(house, house.ann, "show"))


async def test_an_export_has_all_of_ones_own_and_nothing_of_others(house: House):
    await a_song(house, house.ann, prompt="my secret", private=True)
    await a_song(house, house.max, prompt="his secret")
    data = await exported(house, house.ann)
    assert [song["prompt"] for song in data["songs"]] == ["my secret"]
    assert "token" not in data["songs"][0]
    assert "his secret" not in json.dumps(data)


async def test_nothing_is_deleted_before_it_is_confirmed(house: House):
    await a_song(house, house.ann)
    question = await privacy(house, house.ann, "delete")
    assert "can't be undone" in question.content
    assert len((await exported(house, house.ann))["songs"]) == 1


async def test_after_the_confirmation_all_of_it_is_gone(house: House):
    await a_song(house, house.ann)
    await a_song(house, house.max, "His")
    question = await privacy(house, house.ann, "delete")
    result = await house.ann.click(question, label="Yes, delete all of it")
    assert "1 song is deleted" in result.response.content
    assert result.response.components == []
    assert not any((await exported(house, house.ann)).values())
    assert "/song" in (await library(house, house.ann)).embeds[0].description
    assert titles(await library(house, house.max)) == ["His"]


async def test_the_question_is_answered_after_a_restart(house: House):
    await a_song(house, house.ann)
    question = await privacy(house, house.ann, "delete")
    await restart(house)
    await house.ann.click(question, label="Yes, delete all of it")
    assert not any((await exported(house, house.ann)).values())


async def test_a_forged_button_deletes_nothing_of_another(house: House):
    await a_song(house, house.ann)
    question = await privacy(house, house.max, "delete")
    question._message.components[0]["components"][0]["custom_id"] = f"privacy:v1:delete:{house.ann.id}"
    result = await house.max.click(question, label="Yes, delete all of it")
    assert "somebody else's" in (result.response or result.followups[0]).content
    assert len((await exported(house, house.ann))["songs"]) == 1


@pytest.mark.settings(member_songs_per_day=1)
async def test_deleting_does_not_give_the_days_songs_back(house: House):
    await a_song(house, house.ann)
    question = await privacy(house, house.ann, "delete")
    await house.ann.click(question, label="Yes, delete all of it")
    result = await house.ann.slash(house.channel, "song", prompt="another one")
    assert "You have used 1 of 1 song" in result.followups[0].content
    assert house.whisul.posts == []


async def test_songs_in_the_works_are_no_longer_followed(house: House):
    await house.ann.slash(house.channel, "song", prompt="a trap song")
    await house.wait(5)
    assert len(house.app.tracker) == 1
    question = await privacy(house, house.ann, "delete")
    await house.ann.click(question, label="Yes, delete all of it")
    assert len(house.app.tracker) == 0
    await house.wait(120)
    assert not any(message.embeds for message in house.channel.history())


async def test_when_the_database_is_away_deleting_says_so(house: House):
    question = await privacy(house, house.ann, "delete")
    house.app.bot.get_cog("privacy")._privacy = Purging(StoreUnavailable("for this test"))
    result = await house.ann.click(question, label="Yes, delete all of it")
    assert "database" in result.followups[0].content


# ------------------------------------------------------------------------------------- the file


def test_a_small_export_is_plain_json_that_people_can_read():
    assert export_files({"songs": [{"prompt": "Über"}]}, 10_000_000) == [
        ("my-data.json", '{\n  "songs": [\n    {\n      "prompt": "Über"\n    }\n  ]\n}'.encode())
    ]


def test_an_export_over_the_limit_is_compressed():
    data = {"songs": [{"prompt": "la " * 100_000}]}
    ((name, content),) = export_files(data, MARGIN + 10_000)
    assert name == "my-data.json.gz"
    assert json.loads(gzip.decompress(content)) == data


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(max_size=80), max_size=20), st.integers(1, 400))
def test_an_export_of_any_size_comes_whole_within_the_limit(prompts: list[str], room: int):
    data = {"songs": [{"prompt": prompt.encode("utf-8", "replace").decode()} for prompt in prompts]}
    files = export_files(data, MARGIN + room)
    assert all(len(content) <= room for _, content in files)
    whole = b"".join(content for _, content in files)
    plain = gzip.decompress(whole) if ".gz" in files[0][0] else whole
    assert json.loads(plain) == data


# ------------------------------------------------------------------------------------- the daily job


class Purging:
    """Privacy with scripted answers to `purge`; everything else fails like its first."""

    def __init__(self, *answers: int | StoreUnavailable) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []

    async def purge(self, songs_before_days: int) -> int:
        self.asked.append(songs_before_days)
        answer = self.answers.pop(0)
        if isinstance(answer, StoreUnavailable):
            raise answer
        return answer

    async def forget(self, _user_id: int) -> int:
        return await self.purge(0)


async def naps(privacy: Purging, count: int) -> list[float]:
    """How long the job rests, so many times."""
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == count:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Housekeeping(privacy, 90, sleep).run()
    return rests


async def test_the_job_runs_at_once_and_every_day_and_logs_how_many(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    privacy = Purging(3, 0)
    assert await naps(privacy, 2) == [DAY, DAY]
    assert privacy.asked == [90, 90]
    assert "forgot 3 songs older than 90 days" in caplog.text


async def test_a_database_that_is_away_is_tried_again_in_an_hour():
    assert await naps(Purging(StoreUnavailable("away"), 1), 2) == [HOUR, DAY]


async def test_a_bot_that_starts_forgets_old_songs_and_keeps_the_others(house: House):
    old = await a_song(house, house.ann)
    house.database.privacy._now = lambda: house.env.now() + timedelta(days=366)
    await restart(house)
    assert await house.database.songs.song(old.id) is None
    house.database.privacy._now = lambda: house.env.now() + timedelta(days=364)
    kept = await a_song(house, house.ann)
    await restart(house)
    assert await house.database.songs.song(kept.id) is not None
