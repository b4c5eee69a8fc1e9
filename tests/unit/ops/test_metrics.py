from __future__ import annotations

import inspect
import math
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from discord.utils import time_snowflake
from prometheus_client import generate_latest

from songbot.ops.http_trace import discord_trace
from songbot.ops.metrics import PrometheusTelemetry
from songbot.songs.models import FailureReason, State
from songbot.songs.telemetry import Telemetry

NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)


@pytest.fixture
def telemetry() -> PrometheusTelemetry:
    return PrometheusTelemetry()


def figure(telemetry: PrometheusTelemetry, name: str, **labels: str) -> float | None:
    return telemetry.registry.get_sample_value(name, labels)


def test_every_hook_of_the_telemetry_is_answered() -> None:
    hooks = [
        name for name, _ in inspect.getmembers(Telemetry, inspect.isfunction) if not name.startswith("_")
    ]
    assert hooks
    assert [name for name in hooks if getattr(PrometheusTelemetry, name) is getattr(Telemetry, name)] == []


def test_songs_are_counted_by_state_and_reason(telemetry: PrometheusTelemetry) -> None:
    telemetry.ordered()
    telemetry.ordered()
    telemetry.completed(62.0)
    telemetry.failed(FailureReason.NO_AUDIO)
    telemetry.undeliverable()
    assert figure(telemetry, "songbot_songs_total", state="ordered", reason="") == 2
    assert figure(telemetry, "songbot_songs_total", state="completed", reason="") == 1
    assert figure(telemetry, "songbot_songs_total", state="failed", reason="no_audio") == 1
    assert figure(telemetry, "songbot_songs_total", state="undeliverable", reason="") == 1


def test_times_go_into_histograms(telemetry: PrometheusTelemetry) -> None:
    telemetry.acknowledged(0.2)
    telemetry.admitted(12.0)
    telemetry.completed(62.0)
    telemetry.delivered("edit", 1.5)
    assert figure(telemetry, "songbot_acknowledge_seconds_bucket", le="0.1") == 0
    assert figure(telemetry, "songbot_acknowledge_seconds_bucket", le="0.25") == 1
    assert figure(telemetry, "songbot_line_seconds_sum") == 12
    assert figure(telemetry, "songbot_composing_seconds_bucket", le="75.0") == 1
    assert figure(telemetry, "songbot_delivery_lag_seconds_sum", step="edit") == 1.5


def test_the_network_is_counted_by_status(telemetry: PrometheusTelemetry) -> None:
    telemetry.submitted("accepted")
    telemetry.polled("running")
    telemetry.whisul_status("job", 429)
    telemetry.discord_status("PATCH", "unreachable")
    assert figure(telemetry, "songbot_submits_total", outcome="accepted") == 1
    assert figure(telemetry, "songbot_polls_total", outcome="running") == 1
    assert figure(telemetry, "songbot_whisul_responses_total", kind="job", status="429") == 1
    assert figure(telemetry, "songbot_discord_responses_total", method="PATCH", status="unreachable") == 1


def test_queue_length_is_the_latest_and_refusals_add_up(telemetry: PrometheusTelemetry) -> None:
    telemetry.queue(5)
    telemetry.queue(2)
    telemetry.refused("server")
    telemetry.refused("server")
    assert figure(telemetry, "songbot_queue_length") == 2
    assert figure(telemetry, "songbot_quota_refusals_total", who="server") == 2


def test_gateway_latency_and_songs_in_the_works_are_read_when_asked_for(
    telemetry: PrometheusTelemetry,
) -> None:
    latencies, counts = {0: 0.04}, {State.COMPOSING: 2}
    telemetry.watch(latencies.items, lambda: counts)
    assert figure(telemetry, "songbot_gateway_latency_seconds", shard="0") == 0.04
    assert figure(telemetry, "songbot_songs_now", state="composing") == 2
    assert figure(telemetry, "songbot_songs_now", state="queued") == 0
    latencies[3] = 0.1
    counts[State.QUEUED] = 7
    assert figure(telemetry, "songbot_gateway_latency_seconds", shard="3") == 0.1
    assert figure(telemetry, "songbot_songs_now", state="queued") == 7


def test_a_shard_that_is_not_connected_has_no_latency(telemetry: PrometheusTelemetry) -> None:
    telemetry.watch(lambda: [(0, math.nan), (1, math.inf)], dict)
    assert figure(telemetry, "songbot_gateway_connected", shard="0") == 0
    assert figure(telemetry, "songbot_gateway_connected", shard="1") == 1, "no heartbeat was answered yet"
    assert b'songbot_gateway_latency_seconds{shard="0"} NaN' in generate_latest(telemetry.registry)
    assert figure(telemetry, "songbot_gateway_latency_seconds", shard="1") == math.inf


def test_songs_lost_with_a_lease_are_counted_from_zero(telemetry: PrometheusTelemetry) -> None:
    assert figure(telemetry, "songbot_leases_lost_total") == 0
    telemetry.lease_lost(3)
    telemetry.lease_lost(1)
    assert figure(telemetry, "songbot_leases_lost_total") == 4
    assert telemetry.songs_lost == 4


def test_readiness_is_the_latest_of_each_part(telemetry: PrometheusTelemetry) -> None:
    telemetry.readiness({"gateway": True, "database": True})
    telemetry.readiness({"gateway": False, "database": True})
    assert figure(telemetry, "songbot_ready", part="gateway") == 0
    assert figure(telemetry, "songbot_ready", part="database") == 1


def test_a_backup_that_was_never_made_has_no_time(telemetry: PrometheusTelemetry) -> None:
    assert figure(telemetry, "songbot_last_backup_timestamp_seconds") is None
    telemetry.last_backup = NOW
    assert figure(telemetry, "songbot_last_backup_timestamp_seconds") == NOW.timestamp()


async def test_each_of_discords_answers_is_counted_by_method_and_status(
    telemetry: PrometheusTelemetry,
) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["status"]))

    app = web.Application()
    app.router.add_route("*", "/{status}", page)
    trace = discord_trace(telemetry.discord_status, telemetry.acknowledged, lambda: NOW)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(server.make_url("/"), trace_configs=[trace]) as session,
    ):
        for method, status in (("PATCH", 200), ("PATCH", 200), ("PATCH", 429), ("POST", 204)):
            async with session.request(method, f"/{status}"):
                pass
        await server.close()
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("/200")
    counted = {
        (method, status): figure(telemetry, "songbot_discord_responses_total", method=method, status=status)
        for method, status in (("PATCH", "200"), ("PATCH", "429"), ("POST", "204"))
    }
    assert counted == {("PATCH", "200"): 2, ("PATCH", "429"): 1, ("POST", "204"): 1}
    lost = {"method": "GET", "status": "ClientConnectorError"}
    assert figure(telemetry, "songbot_discord_responses_total", **lost) == 1


async def test_an_acknowledgement_takes_from_the_interactions_making_to_its_answer(
    telemetry: PrometheusTelemetry,
) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(status=404 if "late" in request.path else 204)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", page)
    trace = discord_trace(telemetry.discord_status, telemetry.acknowledged, lambda: NOW)
    made = time_snowflake(NOW - timedelta(seconds=0.7))
    ahead = time_snowflake(NOW + timedelta(seconds=5))
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(server.make_url("/"), trace_configs=[trace]) as session,
    ):
        for path in (
            f"/api/v10/interactions/{made}/a-token/callback",
            f"/api/v10/interactions/{ahead}/a-token/callback",
            f"/api/v10/interactions/{made}/late/callback",
            f"/api/v10/webhooks/{made}/a-token/messages/1",
        ):
            await session.post(path)
    assert figure(telemetry, "songbot_acknowledge_seconds_count") == 2
    assert figure(telemetry, "songbot_acknowledge_seconds_sum") == pytest.approx(0.7, abs=0.01)


def test_two_in_one_process_do_not_share_figures() -> None:
    first, second = PrometheusTelemetry(), PrometheusTelemetry()
    first.ordered()
    assert figure(second, "songbot_songs_total", state="ordered", reason="") is None
