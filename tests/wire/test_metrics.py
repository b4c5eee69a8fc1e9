"""Test what the running process exposes: metrics, health checks and logs that say enough and not too much."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections import Counter

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sandbox.whisul.faults import Fault
from tests.support.hang_guard import HANG_GUARD
from tests.support.ports import free_port

from .answers import end_jobs, is_answer
from .process import KEY, TOKEN, BotProcess, Stage

SECRET = "zanzibar"
"""A word in every prompt, which nothing but a prompt holds."""
CARD = r"/webhooks/.+/messages/"


async def fetch(port: int, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def figures(port: int) -> dict[str, float]:
    """Return each sample by its name and labels, as `name{label="value"}`."""
    _, page = await fetch(port, "/metrics")
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def shows(port: int, **wanted: float) -> None:
    """Wait until these figures are shown: the bot counts a response a moment after Discord has it."""
    async with asyncio.timeout(HANG_GUARD):
        while not wanted.items() <= (await figures(port)).items():
            await asyncio.sleep(0.05)


async def song(stage: Stage, prompt: str, until: str) -> None:
    """Order a song, and wait for a response that contains `until`."""
    asked = await stage.discord.slash(stage.ann, stage.channel, "song", prompt=f"{prompt} {SECRET}")
    await asked.message_matching(lambda message: until in json.dumps(message.embeds), timeout=20)


async def whole_life(stage: Stage, **settings: str) -> BotProcess:
    """Run a process that makes one song despite a 503 and a 502, fails another, and ends."""
    bot = await stage.start_ready(**settings)
    stage.whisul.fail_next("job", Fault.status(502))
    stage.discord.faults.add(CARD, method="PATCH", status=503, body="html", times=1)
    await song(stage, "a trap song", "Made with Whisul")
    await song(stage, "[fail]", "Couldn't make this song")
    usage = await stage.discord.slash(stage.ann, stage.channel, "usage")
    await usage.message_matching(lambda message: message.embeds)
    assert await bot.terminate() == 0
    return bot


@pytest.mark.usefixtures("on_one_day")
async def test_the_figures_of_a_songs_life_are_there_while_the_bot_runs(stage: Stage):
    port = free_port()
    await stage.start_ready(METRICS_PORT=str(port), MEMBER_SONGS_PER_DAY="2")
    stage.whisul.fail_next("job", Fault.status(502))
    first = await stage.discord.slash(stage.ann, stage.channel, "song", prompt=f"[never] {SECRET}")
    await stage.discord.wait_until(lambda: any(job.poll_count >= 2 for job in stage.whisul.jobs.values()))
    end_jobs(stage)
    await first.message_matching(is_answer)
    await song(stage, "[fail]", "Couldn't make this song")
    await song(stage, "rain", "Made with Whisul")
    refused = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="one too many")
    await refused.acknowledged()
    await stage.discord.wait_until(lambda: refused.followups, timeout=5)
    helped = await stage.discord.slash(stage.ann, stage.channel, "help")
    await helped.acknowledged()
    await shows(port, songbot_acknowledge_seconds_count=5)
    shown = await figures(port)

    states = {"ordered": 3, "admitted": 3, "completed": 2, "delivered": 3}
    for state, number in states.items():
        assert shown[f"songbot_songs_total reason= state={state}"] == number
    assert shown["songbot_songs_total reason=failed state=failed"] == 1
    assert shown["songbot_acknowledge_seconds_count"] == 5
    assert shown["songbot_acknowledge_seconds_sum"] > 0
    assert shown["songbot_line_seconds_count"] == 3
    assert shown["songbot_composing_seconds_sum"] > 0.8
    assert shown["songbot_delivery_lag_seconds_sum step=token"] > 0
    assert shown["songbot_delivery_lag_seconds_count step=token"] == 3
    assert shown["songbot_submits_total outcome=accepted"] == 3
    assert shown["songbot_polls_total outcome=completed"] == 2
    assert shown["songbot_polls_total outcome=failed"] == 1
    assert shown["songbot_polls_total outcome=running"] >= 1
    assert shown["songbot_polls_total outcome=ProviderUnavailable"] == 1
    assert shown["songbot_whisul_responses_total kind=generate status=ok"] == 3
    assert shown["songbot_whisul_responses_total kind=job status=502"] == 1
    assert shown["songbot_discord_responses_total method=PATCH status=200"] >= 3
    assert shown["songbot_discord_responses_total method=GET status=200"] >= 2
    assert shown["songbot_queue_length"] == 0
    assert shown["songbot_songs_now state=composing"] == 0
    assert shown["songbot_quota_refusals_total who=default"] == 1
    assert shown["songbot_gateway_latency_seconds shard=0"] >= 0
    assert shown["songbot_gateway_connected shard=0"] == 1
    assert [shown[f"songbot_ready part={part}"] for part in ("gateway", "database", "tracker")] == [1, 1, 1]
    assert shown["songbot_leases_lost_total"] == 0


async def test_discords_refusals_and_cut_connections_are_counted(stage: Stage):
    port = free_port()
    await stage.start_ready(METRICS_PORT=str(port))
    stage.discord.faults.add(CARD, method="PATCH", status=503, body="html", times=1)
    stage.discord.faults.add(CARD, method="PATCH", cut=True, times=1)
    await song(stage, "rain", "Made with Whisul")
    shown = await figures(port)
    assert shown["songbot_discord_responses_total method=PATCH status=503"] == 1
    assert shown["songbot_discord_responses_total method=PATCH status=ServerDisconnectedError"] == 1


async def test_songs_that_wait_and_are_composed_now_are_counted(stage: Stage):
    port = free_port()
    await stage.start_ready(METRICS_PORT=str(port), SONGS_AT_ONCE="1")
    for _ in range(3):
        asked = await stage.discord.slash(stage.ann, stage.channel, "song", prompt=f"[never] {SECRET}")
        await asked.acknowledged()
    wanted = {
        "songbot_songs_now state=composing": 1,
        "songbot_songs_now state=queued": 2,
        "songbot_queue_length": 2,
    }
    await shows(port, **wanted)


async def wait_for_parts(port: int, **ready: bool) -> None:
    """Wait until these parts are ready or not ready, as given."""
    async with asyncio.timeout(HANG_GUARD):
        while json.loads((await fetch(port, "/readyz"))[1])["parts"] != ready:
            await asyncio.sleep(0.05)


async def test_a_bot_that_is_up_says_that_it_is_alive_and_ready(stage: Stage):
    port = free_port()
    await stage.start_ready(METRICS_PORT=str(port))
    await wait_for_parts(port, gateway=True, database=True, tracker=True)
    assert await fetch(port, "/healthz") == (200, '{"alive": true}')
    status, body = await fetch(port, "/readyz")
    assert (status, json.loads(body)) == (
        200,
        {"ready": True, "parts": {"gateway": True, "database": True, "tracker": True}},
    )


async def test_without_discords_gateway_the_bot_is_alive_and_not_ready(stage: Stage):
    stage.discord.gateway.down = True
    port = free_port()
    await stage.start(METRICS_PORT=str(port))
    await stage.discord.commands_registered("song")
    await wait_for_parts(port, gateway=False, database=True, tracker=True)
    assert (await fetch(port, "/readyz"))[0] == 503
    assert (await fetch(port, "/healthz"))[0] == 200
    shown = await figures(port)
    assert shown["songbot_ready part=gateway"] == shown["songbot_gateway_connected shard=0"] == 0


async def test_a_connection_to_the_gateway_that_is_lost_shows_at_once(stage: Stage):
    port = free_port()
    await stage.start_ready(METRICS_PORT=str(port))
    stage.discord.gateway.down = True
    stage.discord.gateway.abort()
    await shows(port, **{"songbot_gateway_connected shard=0": 0})


def secrets_of(stage: Stage) -> list[str]:
    return [TOKEN, KEY, *stage.discord.interactions.by_token]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_no_log_holds_a_secret_and_a_prompt_is_told_only_at_debug(stage: Stage, level: str):
    bot = await whole_life(stage, LOG_LEVEL=level)
    assert len(secrets_of(stage)) >= 5
    for secret in secrets_of(stage):
        assert secret not in bot.log
    assert (SECRET in bot.log) is (level == "DEBUG")


async def test_every_line_of_a_songs_life_has_its_id(stage: Stage):
    bot = await whole_life(stage)
    about_songs = re.compile(r" songbot\.(worker\.(job_runner|order_service|worker)|delivery|media)\b")
    lines = [line for line in bot.log.splitlines() if about_songs.search(line)]
    assert [line for line in lines if not re.search(r" song=\d+ ", line)] == []
    first = [line.split(" song=1 ")[1] for line in lines if " song=1 " in line]
    told = [
        "ordered",
        "admitted after ",
        "Whisul accepted the song as job ",
        "a poll failed: ProviderUnavailable",
        "the song was finished after ",
        "delivered by token",
    ]
    assert [next((line for line in first if line.startswith(begin)), begin) for begin in told] != told
    assert [begin for begin in told if not any(line.startswith(begin) for line in first)] == []
    assert any("song=2 the song failed: failed" in line for line in lines)


async def test_json_logs_are_one_object_a_line_with_the_song_as_a_number(stage: Stage):
    bot = await whole_life(stage, LOG_FORMAT="json")
    entries = [json.loads(line) for line in bot.log.splitlines()]
    assert all({"time", "level", "logger", "message"} <= entry.keys() for entry in entries)
    by_song = Counter(entry["song"] for entry in entries if "song" in entry)
    assert set(by_song) == {1, 2}
    assert min(by_song.values()) >= 4


async def test_an_empty_sentry_dsn_is_none(stage: Stage):
    bot = await stage.start_ready(SENTRY_DSN="")
    await song(stage, "rain", "Made with Whisul")
    assert await bot.terminate() == 0
    assert "entry" not in bot.log


async def test_a_port_that_another_process_has_ends_the_start_in_one_clear_line(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        bot = await stage.start(METRICS_PORT=str(port))
        assert await bot.ends() == 1
    assert f"METRICS_PORT {port} can't be opened" in bot.log
    assert "Traceback" not in bot.log
