"""Whisul at its worst: a fault costs only its own song, no POST is repeated, nothing crashes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sandbox.whisul.faults import Fault
from tests.support.ports import refusing_port

from .answers import end_jobs, is_answer
from .discord_server import InteractionRecord, StoredMessage
from .patched_bot import start_altered_ready
from .process import BotProcess, Stage

NO_FILES = {"ATTACH_AUDIO": "false"}
FAILED = "Couldn't make this song"
IMPATIENT = """
from whisul_api.client import WhisulClient
WhisulClient.__init__.__kwdefaults__["timeout"] = 4.0
"""
"""A bot that waits four seconds for Whisul instead of thirty."""


def http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


async def order(stage: Stage, *prompts: str) -> dict[str, InteractionRecord]:
    return {
        prompt: await stage.discord.slash(stage.ann, stage.channel, "song", prompt=prompt)
        for prompt in prompts
    }


async def answers_to(songs: dict[str, InteractionRecord], timeout: float = 25) -> dict[str, StoredMessage]:
    """Return each person's card or failure."""
    messages = await asyncio.gather(*(song.message_matching(is_answer, timeout) for song in songs.values()))
    return dict(zip(songs, messages, strict=True))


def has_failed(message: StoredMessage) -> bool:
    return message.embed["title"] == FAILED


def posts_of(stage: Stage) -> Counter[str]:
    return Counter(post.prompt for post in stage.whisul.posts)


def lives_on(bot: BotProcess) -> bool:
    return bot.process.returncode is None and "Traceback" not in bot.log


REFUSALS = {
    "words 400": (
        Fault.status(400, body={"error": "Invalid input", "message": "No **rain**, please."}),
        "No",
    ),
    "html 400": (Fault.html(400), "Whisul rejected this prompt"),
    "status 401": (Fault.status(401), "owner"),
    "status 403": (Fault.status(403), FAILED),
    "status 404": (Fault.status(404), FAILED),
    "status 405": (Fault.status(405), FAILED),
    "status 302": (Fault.status(302, headers={"Location": "/elsewhere"}), FAILED),
}
"""POSTs that are known to have made no job and are not worth another try: what the person reads."""

UNKNOWN = {
    "status 500": Fault.status(500),
    "status 502": Fault.html(502),
    "status 503": Fault.status(503, headers={"Retry-After": "1"}),
    "status 504": Fault.html(504),
    "cut before": Fault.cut(),
    "cut after": Fault.cut(does_the_work=True),
    "cut midway": Fault.cut_midway(),
    "half of JSON": Fault.cut_json(),
    "only nulls": Fault.nulls(),
    "a page": Fault.html(202),
    "two megabytes": Fault.oversized(),
    "silence": Fault.hang(does_the_work=True),
    "a byte at a time": Fault.trickle(0.4),
}
"""POSTs after which nobody knows whether there is a job."""


async def test_a_post_that_fails_is_told_honestly_never_repeated_and_harms_no_other_song(stage: Stage):
    bot = await start_altered_ready(stage, IMPATIENT, **NO_FILES)
    faults = {word: fault for word, (fault, _) in REFUSALS.items()} | UNKNOWN
    for word, fault in faults.items():
        stage.whisul.fail_next("generate", fault, prompt=word)
    answers: dict[str, StoredMessage] = {}
    for number, group in enumerate(groups(list(UNKNOWN), list(REFUSALS))):
        answers |= await answers_to(await order(stage, *group, f"healthy song {number}"))
    assert {prompt for prompt, answer in answers.items() if has_failed(answer)} == faults.keys()
    for word, (_, told) in REFUSALS.items():
        assert told in answers[word].text, word
    for word in UNKNOWN:
        assert "To be safe I haven't sent it again" in answers[word].text, word
    assert set(posts_of(stage).values()) == {1}
    assert bot.log.count("WHISUL_API_KEY") == 1
    assert lives_on(bot)


def groups(away: list[str], others: list[str], size: int = 1) -> Iterator[list[str]]:
    """Only two fail at a time: three in a row would be an outage, in which all songs wait."""
    while away or others:
        yield [*away[:2], *others[:size]]
        del away[:2], others[:size]


async def test_a_429_on_a_post_is_outwaited_with_and_without_retry_after(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    for word, headers in (
        ("in seconds", {"Retry-After": "1"}),
        ("by date", {"Retry-After": http_date(2)}),
        ("unsaid", {}),
        ("nonsense", {"Retry-After": "soon"}),
    ):
        stage.whisul.fail_next("generate", Fault.status(429, headers=headers), prompt=word)
    begun = time.monotonic()
    answers = await answers_to(await order(stage, "in seconds", "by date", "unsaid", "nonsense", "healthy"))
    assert not any(map(has_failed, answers.values()))
    assert time.monotonic() - begun >= 1
    assert len(stage.whisul.jobs) == 5
    assert lives_on(bot)


BUSY = {
    "429 in seconds": Fault.status(429, headers={"Retry-After": "1"}),
    "429 by date": Fault.status(429, headers={"Retry-After": http_date(2)}),
    "status 503": Fault.status(503),
}
AWAY = {
    "status 500": Fault.status(500),
    "status 502": Fault.html(502),
    "cut before": Fault.cut(),
    "cut midway": Fault.cut_midway(),
    "silence": Fault.hang(),
    "a byte at a time": Fault.trickle(0.4),
}
INVALID_RESPONSES = {
    "status 400": Fault.status(400),
    "status 404": Fault.status(404),
    "status 405": Fault.status(405),
    "status 302": Fault.status(302, headers={"Location": "http://127.0.0.1:9/"}),
    "a page": Fault.html(),
    "half of JSON": Fault.cut_json(),
    "only nulls": Fault.nulls(),
    "a list": Fault.answer([1, 2, 3]),
    "wrong encoding": Fault.answer(b'{"status": "\xff\xfe'),
    "two megabytes": Fault.oversized(),
    "deep": Fault.answer(b"[" * 100_000),
    "news": Fault.answer({"status": "mastering"}),
    "slow byte by byte": Fault.trickle(0.002),
}
"""Polls that say nothing for good, by what they tell of Whisul: the song goes on."""


async def test_polls_that_fail_in_every_way_cost_no_song(stage: Stage):
    bot = await start_altered_ready(stage, IMPATIENT, **NO_FILES)
    for word, fault in (BUSY | AWAY | INVALID_RESPONSES).items():
        stage.whisul.fail_next("job", fault, prompt=word)
    answers: dict[str, StoredMessage] = {}
    for group in (*groups(list(AWAY), list(INVALID_RESPONSES), 5), [*BUSY, "healthy"]):
        answers |= await answers_to(await order(stage, *group))
    assert answers.keys() == {*BUSY, *AWAY, *INVALID_RESPONSES, "healthy"}
    assert [prompt for prompt, answer in answers.items() if has_failed(answer)] == []
    assert set(posts_of(stage).values()) == {1}
    assert lives_on(bot)


async def test_a_song_without_a_link_is_told_and_a_refused_key_keeps_the_song(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    stage.whisul.fail_next("job", Fault.wrong_types(), prompt="wrong types")
    stage.whisul.fail_next("job", Fault.status(401), prompt="status 401")
    songs = await order(stage, "wrong types", "status 401", "healthy")
    paused = songs.pop("status 401")
    answers = await answers_to(songs)
    assert "no audio" in answers["wrong types"].text
    assert not has_failed(answers["healthy"])
    assert paused.message is not None
    assert not is_answer(paused.message), "it is kept and asked for again in a minute"
    assert bot.log.count("WHISUL_API_KEY") == 1
    assert lives_on(bot)


@pytest.fixture
def closed_port() -> Iterator[int]:
    with refusing_port() as port:
        yield port


@pytest.mark.parametrize("trouble", ["refused", "no such name", "no TLS"])
async def test_an_order_waits_for_a_whisul_that_can_not_be_reached_at_all(
    stage: Stage, closed_port: int, trouble: str
):
    url = {
        "refused": f"http://127.0.0.1:{closed_port}/api",
        "no such name": "http://whisul.invalid/api",
        "no TLS": stage.whisul.base_url.replace("http:", "https:"),
    }[trouble]
    bot = await stage.start_ready(WHISUL_API_URL=url, **NO_FILES)
    songs = await order(stage, "rain", "snow")
    for song in songs.values():
        line = await song.message_matching("Whisul isn't responding", timeout=15)
        assert not is_answer(line)
    assert not stage.whisul.posts
    assert lives_on(bot)


@pytest.mark.slow
async def test_fifty_songs_outlive_an_outage(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    songs = await order(stage, *(f"[never] song {number}" for number in range(50)))
    await stage.discord.wait_until(lambda: len(stage.whisul.posts) == 50, timeout=15)
    async with stage.whisul.outage():
        end_jobs(stage)
        late = await order(stage, "asked for meanwhile")
        await late["asked for meanwhile"].message_matching("Whisul isn't responding")
    answers = await answers_to(songs | late, timeout=120)
    assert not any(map(has_failed, answers.values()))
    assert set(posts_of(stage).values()) == {1}
    assert lives_on(bot)
