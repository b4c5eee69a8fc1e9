"""Test the loopback Discord's rejections, scripted faults and gateway failures, as a discord.py bot sees
them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from tests.wire.discord_server import DiscordServer, Guild, InteractionRecord, User
from tests.wire.discord_server.example_bot import ExampleBot
from tests.wire.discord_server.gateway import RESUME_PATH
from tests.wire.discord_server.messages import pinged_by
from tests.wire.example_bot_fixtures import _discord_py_is_put_back, ann, bot, guild, running, server

__all__ = ["_discord_py_is_put_back", "ann", "bot", "guild", "server"]


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def code_of(
    http: aiohttp.ClientSession, server: DiscordServer, method: str, path: str, body: Any = None
) -> tuple[int, int]:
    headers = {"Authorization": f"Bot {server.token}"}
    async with http.request(method, server.api_url + path, json=body, headers=headers) as answer:
        return answer.status, (await answer.json())["code"]


async def song(server: DiscordServer, ann: User, guild: Guild) -> InteractionRecord:
    record = await server.slash(ann, guild, "song", prompt="rain")
    await server.wait_until(lambda: record.followups)
    return record


async def test_an_expired_token_is_refused_by_every_webhook_route(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User, http: aiohttp.ClientSession
) -> None:
    record = await song(server, ann, guild)
    by_token = f"/webhooks/{server.bot.id}/{record.token}"
    server.advance(901)
    assert await code_of(http, server, "POST", by_token, {"content": "late"}) == (401, 50027)
    assert await code_of(http, server, "PATCH", f"{by_token}/messages/@original", {"content": "late"}) == (
        401,
        50027,
    )
    assert record.message is not None
    channel = bot.get_partial_messageable(record.channel.id)
    await channel.get_partial_message(record.message.id).edit(content="as a member")
    assert record.message.content == "as a member"


async def test_acknowledging_twice_or_too_late_is_refused(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User, http: aiohttp.ClientSession
) -> None:
    record = await song(server, ann, guild)
    callback = f"/interactions/{record.id}/{record.token}/callback"
    assert await code_of(http, server, "POST", callback, {"type": 4, "data": {"content": "again"}}) == (
        400,
        40060,
    )
    assert await code_of(http, server, "POST", "/interactions/1/nonsense/callback", {"type": 5}) == (
        404,
        10062,
    )
    server.faults.add("/callback", delay=0.05)
    late = await server.slash(ann, guild, "later")
    server.advance(4)
    await server.wait_until(lambda: bot.errors)
    refused = bot.errors.pop()
    assert isinstance(refused, discord.NotFound)
    assert refused.code == 10062
    assert late.ack is None


async def test_what_is_gone_or_forbidden_is_refused_by_its_code(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User, http: aiohttp.ClientSession
) -> None:
    record = await song(server, ann, guild)
    messages = f"/channels/{record.channel.id}/messages"
    assert record.message is not None
    await server.delete(record.message)
    original = f"/webhooks/{server.bot.id}/{record.token}/messages/@original"
    assert await code_of(http, server, "PATCH", original, {"content": "x"}) == (404, 10008)
    record.channel.bot_permissions = 1 << 10
    assert await code_of(http, server, "POST", messages, {"content": "x"}) == (403, 50013)
    record.channel.bot_permissions = 0
    assert await code_of(http, server, "POST", messages, {"content": "x"}) == (403, 50001)
    await server.delete_channel(record.channel)
    assert await code_of(http, server, "POST", messages, {"content": "x"}) == (404, 10003)
    ann.dms_open = False
    with pytest.raises(discord.Forbidden) as refused:
        await (await bot.fetch_user(ann.id)).send("hello")
    assert refused.value.code == 50007


async def test_an_upload_over_the_limit_is_refused(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    server.interactions.upload_limit = 20
    record = await server.slash(ann, guild, "song", prompt="rain")
    await server.wait_until(lambda: bot.errors)
    refused = bot.errors.pop()
    assert isinstance(refused, discord.HTTPException)
    assert (refused.status, refused.code) == (413, 40005)
    assert record.message is not None
    assert record.message.content == "making rain"


async def test_a_user_install_may_follow_up_five_times(
    server: DiscordServer, bot: ExampleBot, ann: User, http: aiohttp.ClientSession
) -> None:
    server.rate_limits.enabled = False  # this is about the number, not the rate of 5 in 2 s
    friends = server.state.group_dm(ann, server.state.add_user("max"))
    record = await server.slash(ann, friends, "song", prompt="rain")
    await server.wait_until(lambda: record.followups)
    path = f"/webhooks/{server.bot.id}/{record.token}"
    answers = []
    for number in range(5):
        async with http.post(server.api_url + path, json={"content": str(number)}) as answer:
            answers.append((await answer.json()).get("code"))
    assert answers == [None] * 4 + [40094]


async def test_a_scripted_503_is_seen_once_and_the_edit_still_comes(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    fault = server.faults.add("/messages/@original", method="PATCH", status=503, body="html")
    record = await server.slash(ann, guild, "song", prompt="rain")
    await record.message_matching(lambda message: message.embeds)
    edits = server.requests_to("/messages/@original", "PATCH")
    assert [edit.status for edit in edits] == [503, 200]
    assert fault.hits == 1
    assert edits[0].fault == "503"


async def test_a_429_is_waited_out(server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User) -> None:
    server.faults.rate_limit("/messages/@original", retry_after=0.3)
    record = await server.slash(ann, guild, "song", prompt="rain")
    await record.message_matching(lambda message: message.embeds)
    limited, taken = server.requests_to("/messages/@original", "PATCH")
    assert (limited.status, taken.status) == (429, 200)
    assert taken.received_at - limited.received_at >= 0.3


async def test_a_cut_connection_loses_the_request_or_only_its_answer(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    channel = bot.get_partial_messageable(guild.channel.id)
    for after, arrived in ((False, []), (True, ["hello"])):
        server.faults.add("/messages$", method="POST", cut=True, after=after)
        with pytest.raises((aiohttp.ClientError, OSError)):
            await channel.send("hello")
        assert [message.content for message in server.message_store.in_channel(guild.channel)] == arrived


async def test_a_hanging_request_ends_when_the_fault_says(
    server: DiscordServer, bot: ExampleBot, guild: Guild
) -> None:
    server.faults.add("/messages$", method="POST", hang=0.2)
    began = time.monotonic()
    with pytest.raises((aiohttp.ClientError, OSError)):
        await bot.get_partial_messageable(guild.channel.id).send("hello")
    assert time.monotonic() - began >= 0.2


# The gateway ------------------------------------------------------------------------------------


async def test_a_press_during_a_dropped_connection_is_replayed(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    (session,) = server.gateway.connected()
    server.gateway.abort()
    await server.wait_until(lambda: not session.connected)
    record = await server.slash(ann, guild, "song", prompt="rain")
    assert record.ack is None
    await record.acknowledged(timeout=10)
    await server.wait_until(lambda: bot.resumed)
    assert session.resumes == 1
    assert session.connection is not None
    assert session.connection.path == RESUME_PATH
    assert len(server.gateway.identifies) == 1


@pytest.mark.parametrize("code", [4000, 4008])
async def test_a_closed_connection_is_resumed(server: DiscordServer, bot: ExampleBot, code: int) -> None:
    await server.gateway.close(code)
    await server.wait_until(lambda: server.gateway.resumes and server.gateway.connected())
    assert len(server.gateway.identifies) == 1


@pytest.mark.parametrize("how", ["4007", "4009", "invalidate", "forget"])
async def test_a_lost_session_is_begun_anew(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User, how: str
) -> None:
    server.session_starts.interval = 0  # the example bot does not wait 5 s before it identifies again
    if how == "invalidate":
        await server.gateway.invalidate()
    elif how == "forget":
        server.gateway.forget_sessions()
        server.gateway.abort()
    else:
        await server.gateway.close(int(how))
    await server.wait_until(lambda: len(server.gateway.identifies) == 2 and server.gateway.connected())
    await (await server.slash(ann, guild, "song", prompt="rain")).acknowledged()


async def test_a_requested_reconnect_resumes(server: DiscordServer, bot: ExampleBot) -> None:
    await server.gateway.reconnect()
    await server.wait_until(lambda: bot.resumed)
    assert len(server.gateway.identifies) == 1


async def test_a_zombie_connection_is_left_and_resumed() -> None:
    async with DiscordServer(heartbeat_interval=0.2) as server:
        guild, ann = server.state.add_guild("Band"), server.state.add_user("ann")
        server.interactions.enforce_deadline = False  # the press is kept for longer than usual
        async with running(server, heartbeat_timeout=5):
            server.gateway.silence()
            record = await server.slash(ann, guild, "song", prompt="rain")
            await record.acknowledged(timeout=60)
            assert len(server.gateway.resumes) == 1


async def test_shards_get_their_guilds_and_direct_messages_go_to_the_first() -> None:
    async with DiscordServer(shards=2) as server:
        server.session_starts.interval = 0  # both shards identify at once
        even = server.state.add_guild("Even", guild_id=100 << 22)
        odd = server.state.add_guild("Odd", guild_id=101 << 22)
        ann = server.state.add_user("ann")
        first = running(server, shard_id=0, shard_count=2)
        second = running(server, sessions=2, shard_id=1, shard_count=2)
        async with first as one, second as two:
            assert [guild.name for guild in one.guilds] == ["Even"]
            assert [guild.name for guild in two.guilds] == ["Odd"]
            for location in (even, odd, None):
                record = await server.slash(ann, location, "later")
                await record.acknowledged()
                assert record.reached == 1


async def test_a_thousand_presses_at_once_are_carried() -> None:
    # All are in one channel, with two followups each: Discord would accept 30 of them a minute.
    lax = DiscordServer(check_schema=False, record_requests=False, keep_files=False, rate_limits=False)
    lax.interactions.enforce_deadline = False  # the bot runs in this process, which is busy with the presses
    async with lax as server:
        guild = server.state.add_guild("Band")
        people = [server.state.add_user(f"fan{number}") for number in range(1000)]
        async with running(server):
            records = [await server.slash(person, guild, "later") for person in people]
            await asyncio.gather(*(record.acknowledged(timeout=60) for record in records))
            await server.wait_until(lambda: all(record.followups for record in records))


@pytest.mark.parametrize(
    ("allowed_mentions", "pinged"),
    [
        (None, {1, 9, "everyone"}),
        ({"parse": []}, set()),
        ({"parse": ["users"], "replied_user": True}, {1, 9}),
        ({"parse": [], "users": ["1"]}, {1}),
        ({"parse": ["everyone"]}, {"everyone"}),
    ],
)
def test_whom_a_message_pings_is_what_discord_would_ping(
    allowed_mentions: Any, pinged: set[int | str]
) -> None:
    body = {"content": "<@1> and @everyone", "allowed_mentions": allowed_mentions}
    assert pinged_by(body, User(9, "replied to")) == pinged


async def test_a_request_that_breaks_the_schema_is_noticed(
    server: DiscordServer, guild: Guild, http: aiohttp.ClientSession
) -> None:
    if not server.checks_schema:
        pytest.skip("Discord's OpenAPI document is not here")
    path = f"{server.api_url}/channels/{guild.channel.id}/messages"
    headers = {"Authorization": f"Bot {server.token}"}
    await (await http.post(path, json={"content": "x" * 5000}, headers=headers)).read()
    (violation,) = server.schema_violations
    assert violation.where == "content"
    server.schema_violations.clear()
