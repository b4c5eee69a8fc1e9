"""Several processes on one PostgreSQL share quotas, slots and songs, and take over from each other."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.storage.postgres import NoPostgres, PostgresServer, postgres_server

from .answers import end_jobs, is_answer
from .process import BotProcess, Stage, open_stage

pytestmark = pytest.mark.slow
SHARDS = 2


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    try:
        with postgres_server() as server:
            yield server
    except NoPostgres as why:
        pytest.skip(f"PostgreSQL can't be run here: {why}")


@pytest.fixture
async def cluster(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Stage]:
    """Provide a stage whose bots use PostgreSQL, with a guild on each of two shards: `channels[shard]`."""
    name = f"songs_{time.monotonic_ns()}"
    connection = await asyncpg.connect(postgres.url("postgres"))
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    async with open_stage(tmp_path) as stage:
        stage.settings = {
            "DATABASE_URL": postgres.url(name),
            "SHARD_COUNT": str(SHARDS),
            "ATTACH_AUDIO": "false",
        }
        yield stage


def channel_of_shard(stage: Stage, shard: int):
    guild_id = (((int(time.time() * 1000) << 22) >> 22) // SHARDS * SHARDS + shard) << 22
    guild = stage.discord.state.add_guild(f"shard {shard}", guild_id=guild_id)
    return stage.discord.state.add_channel(guild, "general")


async def two_processes(stage: Stage, **settings: str) -> list[BotProcess]:
    return [await stage.start_ready(SHARD_IDS=str(shard), **settings) for shard in range(SHARDS)]


async def ordered(stage: Stage, channel, count: int, prompt: str = "rain"):
    songs = []
    for number in range(count):
        person = stage.discord.state.add_user(f"person-{channel.id}-{number}")
        songs.append(await stage.discord.slash(person, channel, "song", prompt=f"{prompt} {number}"))
    return songs


async def all_get_their_card(songs, timeout: float) -> None:
    await asyncio.gather(*(song.message_matching(is_answer, timeout=timeout) for song in songs))


async def test_each_process_serves_its_shard_and_every_song_arrives_once(cluster: Stage):
    channels = [channel_of_shard(cluster, shard) for shard in range(SHARDS)]
    await two_processes(cluster)
    songs = [song for channel in channels for song in await ordered(cluster, channel, 5)]
    await all_get_their_card(songs, 20)
    assert len(cluster.whisul.posts) == 10
    assert {song.reached for song in songs} == {1}


async def test_processes_that_die_by_kill_9_are_relieved_and_nothing_comes_twice(
    cluster: Stage,
):
    """Two of three processes die. Only interactions belong to a shard; any process handles any song."""
    channel = channel_of_shard(cluster, 0)
    processes = [await cluster.start_ready(SHARD_COUNT="3", SHARD_IDS=str(shard)) for shard in range(3)]
    songs = await ordered(cluster, channel, 6, "[never] rain")
    await asyncio.gather(*(song.message_matching("composing") for song in songs))
    owner = (channel.guild.id >> 22) % 3
    await processes[owner].kill()
    await processes[(owner + 1) % 3].kill()
    end_jobs(cluster)
    await all_get_their_card(songs, 180)
    assert len(cluster.whisul.posts) == 6
    for song in songs:
        cards = [edit for edit in song.message.history if "Made with Whisul" in str(edit.body.get("embeds"))]
        assert len(cards) == 1


async def test_the_places_are_for_all_processes_together(cluster: Stage):
    cluster.whisul.compose_seconds = (1.0, 1.2)
    channels = [channel_of_shard(cluster, shard) for shard in range(SHARDS)]
    await two_processes(cluster, SONGS_AT_ONCE="3")
    songs = [song for channel in channels for song in await ordered(cluster, channel, 4)]
    most = 0
    done = asyncio.gather(*(song.message_matching(is_answer, timeout=40) for song in songs))
    while not done.done():
        running = sum(1 for job in cluster.whisul.jobs.values() if job.finishes > time.time())
        most = max(most, running)
        await asyncio.sleep(0.05)
    await done
    assert 0 < most <= 3


@pytest.mark.usefixtures("on_one_day")
async def test_a_quota_holds_over_two_processes(cluster: Stage):
    """The operator's limit for all servers counts orders from both shards."""
    channels = [channel_of_shard(cluster, shard) for shard in range(SHARDS)]
    await two_processes(cluster, OPERATOR_SONGS_PER_DAY="5")
    people = [cluster.discord.state.add_user(f"p{number}") for number in range(20)]
    records = await asyncio.gather(
        *(
            cluster.discord.slash(person, channels[number % 2], "song", prompt="rain")
            for number, person in enumerate(people)
        )
    )
    await cluster.discord.wait_until(
        lambda: all(record.followups or (record.message and is_answer(record.message)) for record in records),
        timeout=30,
    )
    assert len(cluster.whisul.posts) == 5
    kinds = Counter("refused" if record.followups else "made" for record in records)
    assert kinds == {"made": 5, "refused": 15}


async def test_rolling_restarts_lose_nothing(cluster: Stage):
    channels = [channel_of_shard(cluster, shard) for shard in range(SHARDS)]
    processes = await two_processes(cluster)
    songs = [song for channel in channels for song in await ordered(cluster, channel, 5, "[never] rain")]
    await cluster.discord.wait_until(lambda: len(cluster.whisul.posts) == 10, timeout=10)
    for shard, process in enumerate(processes):
        assert await process.terminate() == 0
        await cluster.start_ready(SHARD_IDS=str(shard))
    end_jobs(cluster)
    await all_get_their_card(songs, 60)
    assert len(cluster.whisul.posts) == 10


async def test_a_restarted_postgresql_is_outlived(cluster: Stage, postgres: PostgresServer):
    channel = channel_of_shard(cluster, 0)
    (process, _) = await two_processes(cluster)
    songs = await ordered(cluster, channel, 3, "[never] rain")
    await cluster.discord.wait_until(lambda: len(cluster.whisul.posts) == 3, timeout=10)
    await asyncio.to_thread(postgres.stop)
    end_jobs(cluster)
    person = cluster.discord.state.add_user("unlucky")
    refused = await cluster.discord.slash(person, channel, "song", prompt="while it is away")
    await cluster.discord.wait_until(lambda: bool(refused.followups), timeout=20)
    assert "database" in refused.followups[0].content
    await asyncio.to_thread(postgres.start)
    await all_get_their_card(songs, 60)
    assert process.process.returncode is None
    assert len(cluster.whisul.posts) == 3
