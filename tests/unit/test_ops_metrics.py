from __future__ import annotations

import inspect

import pytest

from ops.metrics import PrometheusTelemetry
from songs.song import Reason
from songs.telemetry import Telemetry


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
    telemetry.failed(Reason.NO_AUDIO)
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
    telemetry.gateway_latency(3, 0.04)
    assert figure(telemetry, "songbot_submits_total", outcome="accepted") == 1
    assert figure(telemetry, "songbot_polls_total", outcome="running") == 1
    assert figure(telemetry, "songbot_whisul_responses_total", kind="job", status="429") == 1
    assert figure(telemetry, "songbot_discord_responses_total", method="PATCH", status="unreachable") == 1
    assert figure(telemetry, "songbot_gateway_latency_seconds", shard="3") == 0.04


def test_queue_length_is_the_latest_and_refusals_add_up(telemetry: PrometheusTelemetry) -> None:
    telemetry.queue(5)
    telemetry.queue(2)
    telemetry.refused("server")
    telemetry.refused("server")
    assert figure(telemetry, "songbot_queue_length") == 2
    assert figure(telemetry, "songbot_quota_refusals_total", who="server") == 2


def test_the_tracker_ticks_while_its_last_round_is_recent(telemetry: PrometheusTelemetry) -> None:
    assert not telemetry.ticking(100.0)
    telemetry.ticked(100.0)
    assert telemetry.ticking(130.0)
    assert not telemetry.ticking(130.1)


def test_two_in_one_process_do_not_share_figures() -> None:
    first, second = PrometheusTelemetry(), PrometheusTelemetry()
    first.ordered()
    assert figure(second, "songbot_songs_total", state="ordered", reason="") is None
