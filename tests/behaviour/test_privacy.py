"""Test /privacy (seeing, exporting and deleting one's data) and the daily cleanup."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbot.songs.errors import StoreUnavailable
from songbot.ui.privacy import MARGIN, export_files
from songbot.worker.retention import DAY, HOUR, RetentionJob

from .environment import BotEnvironment
from .helpers import text_of
from .library import a_song, library, restart, titles


def fields(message: Any) -> str:
    return "\n".join(f"{field.name}: {field.value}" for field in message.embeds[0].fields)


async def privacy(bot_env: BotEnvironment, who: Any, what: str) -> Any:
    result = await who.slash(bot_env.channel, f"privacy {what}")
    assert result.ephemeral
    return result.response or result.followups[0]


async def exported(bot_env: BotEnvironment, who: Any) -> dict[str, list[dict[str, Any]]]:
    (file,) = (await privacy(bot_env, who, "export")).attachments
    assert file.filename == "my-data.json"
    return json.loads(await file.read())


async def test_it_is_shown_what_is_kept_why_and_how_long(bot_env: BotEnvironment):
    said = fields(await privacy(bot_env, bot_env.ann, "show"))
    assert "365 days" in said
    assert "Whisul receives the prompt" in said
    command_id = bot_env.app.bot.command_ids["privacy"]
    assert f"</privacy export:{command_id}>" in said


@pytest.mark.settings(retention_days=7)
async def test_songs_are_said_to_stay_as_long_as_quotas_need_them(bot_env: BotEnvironment):
    assert "32 days" in fields(await privacy(bot_env, bot_env.ann, "show"))


async def test_an_export_has_all_of_ones_own_and_nothing_of_others(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann, prompt="my secret", private=True)
    await a_song(bot_env, bot_env.max, prompt="his secret")
    data = await exported(bot_env, bot_env.ann)
    assert [song["prompt"] for song in data["songs"]] == ["my secret"]
    assert "token" not in data["songs"][0]
    assert "his secret" not in json.dumps(data)


async def test_nothing_is_deleted_before_it_is_confirmed(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann)
    question = await privacy(bot_env, bot_env.ann, "delete")
    assert "can't be undone" in question.content
    assert len((await exported(bot_env, bot_env.ann))["songs"]) == 1


async def test_after_the_confirmation_all_of_it_is_gone(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann)
    await a_song(bot_env, bot_env.max, "His")
    question = await privacy(bot_env, bot_env.ann, "delete")
    result = await bot_env.ann.click(question, label="Delete everything")
    assert "I deleted 1 song" in result.response.content
    assert result.response.components == []
    assert not any((await exported(bot_env, bot_env.ann)).values())
    assert "/song" in (await library(bot_env, bot_env.ann)).embeds[0].description
    assert titles(await library(bot_env, bot_env.max)) == ["His"]


async def test_the_question_is_answered_after_a_restart(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann)
    question = await privacy(bot_env, bot_env.ann, "delete")
    await restart(bot_env)
    await bot_env.ann.click(question, label="Delete everything")
    assert not any((await exported(bot_env, bot_env.ann)).values())


async def test_a_forged_button_deletes_nothing_of_another(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann)
    question = await privacy(bot_env, bot_env.max, "delete")
    question._message.components[0]["components"][0]["custom_id"] = f"privacy:v1:delete:{bot_env.ann.id}"
    result = await bot_env.max.click(question, label="Delete everything")
    assert "someone else" in (result.response or result.followups[0]).content
    assert len((await exported(bot_env, bot_env.ann))["songs"]) == 1


@pytest.mark.settings(member_songs_per_day=1)
async def test_deleting_does_not_give_the_days_songs_back(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann)
    question = await privacy(bot_env, bot_env.ann, "delete")
    await bot_env.ann.click(question, label="Delete everything")
    result = await bot_env.ann.slash(bot_env.channel, "song", prompt="another one")
    assert "You've used your 1 song" in result.followups[0].content
    assert bot_env.whisul.posts == []


async def test_songs_in_the_works_are_no_longer_followed(bot_env: BotEnvironment):
    await bot_env.ann.slash(bot_env.channel, "song", prompt="a trap song")
    await bot_env.wait(5)
    assert len(bot_env.app.worker) == 1
    question = await privacy(bot_env, bot_env.ann, "delete")
    await bot_env.ann.click(question, label="Delete everything")
    assert len(bot_env.app.worker) == 0
    await bot_env.wait(120)
    assert not any("Midnight Grid" in text_of(message) for message in bot_env.channel.history())


async def test_when_the_database_is_away_deleting_says_so(bot_env: BotEnvironment):
    question = await privacy(bot_env, bot_env.ann, "delete")
    bot_env.app.bot.get_cog("privacy")._privacy = Purging(StoreUnavailable("for this test"))
    result = await bot_env.ann.click(question, label="Delete everything")
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
    """Returns scripted results for `purge`; every other method behaves like `purge`."""

    def __init__(self, *answers: int | StoreUnavailable) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []

    async def purge(self, songs_before_days: int) -> int:
        self.asked.append(songs_before_days)
        answer = self.answers.pop(0)
        if isinstance(answer, StoreUnavailable):
            raise answer
        return answer

    async def delete_user_data(self, _user_id: int) -> int:
        return await self.purge(0)


async def naps(privacy: Purging, count: int) -> list[float]:
    """Return how long the cleanup job waits, for the first `count` times."""
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == count:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await RetentionJob(privacy, 90, sleep).run()
    return rests


async def test_the_job_runs_at_once_and_every_day_and_logs_how_many(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    privacy = Purging(3, 0)
    assert await naps(privacy, 2) == [DAY, DAY]
    assert privacy.asked == [90, 90]
    assert "deleted 3 songs older than 90 days" in caplog.text


async def test_a_database_that_is_away_is_tried_again_in_an_hour():
    assert await naps(Purging(StoreUnavailable("away"), 1), 2) == [HOUR, DAY]


async def test_a_bot_that_starts_forgets_old_songs_and_keeps_the_others(bot_env: BotEnvironment):
    old = await a_song(bot_env, bot_env.ann)
    bot_env.clock.shift = timedelta(days=366)
    await restart(bot_env)
    assert await bot_env.database.songs.get(old.id) is None
    bot_env.clock.shift = timedelta(days=364)
    kept = await a_song(bot_env, bot_env.ann)
    await restart(bot_env)
    assert await bot_env.database.songs.get(kept.id) is not None
