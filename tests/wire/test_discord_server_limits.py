"""Test the loopback Discord's rate limits, outages and Cloudflare pages."""

from __future__ import annotations

import pytest

from tests.wire.discord_server import Channel, Guild, User
from tests.wire.discord_server.fixtures import ann, bot, channel, guild, server
from tests.wire.discord_server.plain_bot import Answer, PlainBot

__all__ = ["ann", "bot", "channel", "guild", "server"]

HELLO = {"content": "hello"}


async def posts(bot: PlainBot, channel: Channel, count: int) -> list[Answer]:
    return [await bot.post(channel.id, HELLO) for _ in range(count)]


async def test_a_route_is_limited_by_channel_with_discords_headers(
    bot: PlainBot, guild: Guild, channel: Channel
) -> None:
    *taken, refused = await posts(bot, channel, 6)
    assert [answer.status for answer in taken] == [200] * 5
    assert [answer.headers["X-RateLimit-Remaining"] for answer in taken] == ["4", "3", "2", "1", "0"]
    headers = refused.headers
    assert refused.refusal == (429, None)
    assert (headers["Content-Type"], headers["Via"]) == ("application/json", "1.1 google")
    assert (headers["X-RateLimit-Scope"], headers["X-RateLimit-Limit"]) == ("user", "5")
    assert headers["X-RateLimit-Bucket"] == taken[0].headers["X-RateLimit-Bucket"]
    assert float(headers["X-RateLimit-Reset-After"]) == pytest.approx(refused.json["retry_after"], abs=0.1)
    assert 0 < refused.json["retry_after"] <= int(headers["Retry-After"]) <= 5
    assert refused.json["global"] is False
    other = bot.server.state.add_channel(guild, "other")
    assert (await bot.post(other.id, HELLO)).status == 200
    bot.server.advance(5)
    assert (await bot.post(channel.id, HELLO)).status == 200


async def test_followups_are_limited_by_interaction(bot: PlainBot, channel: Channel, ann: User) -> None:
    record, other = [await bot.server.slash(ann, channel, "song") for _ in range(2)]
    for each in (record, other):
        await bot.answer(each, content="composing")
    answers = [await bot.follow_up(record, HELLO) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["X-RateLimit-Scope"] == "user"
    assert (await bot.follow_up(other, HELLO)).status == 200
    bot.server.advance(2)
    assert (await bot.follow_up(record, HELLO)).status == 200


@pytest.mark.parametrize("flags", [0, 1 << 6])
async def test_followups_are_limited_by_channel_and_the_headers_do_not_warn(
    bot: PlainBot, channel: Channel, ann: User, flags: int
) -> None:
    records = [await bot.server.slash(ann, channel, "song") for _ in range(31)]
    for record in records:
        await bot.answer(record, content="composing")
    *taken, refused = [await bot.follow_up(record, HELLO | {"flags": flags}) for record in records]
    *_, record = records
    assert {answer.status for answer in taken} == {200}
    assert {answer.headers["X-RateLimit-Remaining"] for answer in taken} == {"4"}
    assert (refused.status, refused.headers["X-RateLimit-Scope"]) == (429, "shared")
    assert 2 < refused.json["retry_after"] <= 60
    assert (await bot.edit_answer(record, HELLO)).status == 200, "edits are not counted"
    bot.server.advance(60)
    assert (await bot.follow_up(record, HELLO)).status == 200


async def test_all_requests_together_are_limited_but_for_interactions(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    record = await bot.server.slash(ann, channel, "song")
    bot.server.rate_limits.global_limit = 3
    bot.server.advance(1)
    answers = [await bot.request("GET", "/users/@me") for _ in range(4)]
    assert [answer.status for answer in answers] == [200] * 3 + [429]
    assert answers[-1].headers["X-RateLimit-Global"] == "true"
    assert answers[-1].headers["X-RateLimit-Scope"] == "global"
    assert answers[-1].json["global"] is True
    assert (await bot.answer(record, content="composing")).status == 204


async def test_too_many_invalid_requests_end_in_a_ban_by_the_edge(bot: PlainBot, channel: Channel) -> None:
    bot.server.rate_limits.enabled = False  # 10,000 requests, without waiting for their buckets
    for _ in range(9_999):
        bot.server.rate_limits.answered(403)
    bot.server.rate_limits.answered(429, "shared")
    assert bot.server.rate_limits.invalid_requests == 9_999
    channel.bot_permissions = 0
    assert (await bot.post(channel.id, HELLO)).refusal == (403, 50001)
    banned = await bot.request("GET", "/users/@me")
    assert (banned.status, banned.json) == (429, None)
    assert "Via" not in banned.headers
    bot.server.advance(601)
    assert (await bot.request("GET", "/users/@me")).status == 200


async def test_edits_of_messages_over_an_hour_old_are_limited_as_a_429(
    bot: PlainBot, channel: Channel
) -> None:
    await bot.post(channel.id, HELLO)
    (message,) = bot.server.message_store.in_channel(channel)
    young = [await bot.edit(message, HELLO) for _ in range(4)]
    assert {answer.status for answer in young} == {200}
    bot.server.advance(3601)
    old = [await bot.edit(message, HELLO) for _ in range(4)]
    assert [answer.refusal for answer in old] == [(200, None)] * 3 + [(429, 30046)]
    assert 0 < old[-1].json["retry_after"] <= 20
    bot.server.advance(20)
    assert (await bot.edit(message, HELLO)).status == 200


@pytest.mark.parametrize("status", [403, 404, 502])
async def test_a_page_of_the_edge_has_no_code(bot: PlainBot, channel: Channel, status: int) -> None:
    bot.server.faults.edge("/messages$", status=status)
    answer = await bot.post(channel.id, HELLO)
    assert (answer.status, answer.json) == (status, None)
    assert (answer.headers["Content-Type"], answer.headers["Server"]) == ("text/html", "cloudflare")
    assert (await bot.post(channel.id, HELLO)).status == 200


async def test_40333_is_a_proxys_word_with_a_code(bot: PlainBot, channel: Channel) -> None:
    bot.server.faults.internal_network_error("/messages$")
    assert (await bot.post(channel.id, HELLO)).refusal == (403, 40333)


async def test_an_outage_of_the_rest_api_lasts_by_discords_clock(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    record = await bot.server.slash(ann, channel, "song")
    bot.server.outage(600)
    for _ in range(3):
        assert (await bot.post(channel.id, HELLO)).status == 503
    assert (await bot.answer(record, content="composing")).status == 503
    bot.server.advance(599)
    assert (await bot.post(channel.id, HELLO)).status == 503
    bot.server.advance(1)
    assert (await bot.post(channel.id, HELLO)).status == 200


async def test_the_gateways_address_can_be_limited_for_hours(bot: PlainBot) -> None:
    bot.server.hold_gateway_address(3600)
    refused = await bot.request("GET", "/gateway/bot")
    assert refused.status == 429
    assert 3590 < refused.json["retry_after"] <= int(refused.headers["Retry-After"]) == 3600
    bot.server.advance(1800)
    assert 1790 < (await bot.request("GET", "/gateway/bot")).json["retry_after"] <= 1800
    bot.server.advance(1800)
    assert (await bot.request("GET", "/gateway/bot")).json["session_start_limit"]["remaining"] == 1000


async def test_a_lax_server_limits_nothing(bot: PlainBot, channel: Channel) -> None:
    bot.server.rate_limits.enabled = False
    assert {answer.status for answer in await posts(bot, channel, 60)} == {200}
