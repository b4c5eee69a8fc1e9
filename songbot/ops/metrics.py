"""Count and time what the bot does, for Prometheus. All times are in seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from songbot.songs.models import FailureReason, State
from songbot.songs.telemetry import Telemetry

# Discord waits three seconds for an acknowledgement.
_ACKNOWLEDGE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
_QUEUE_WAIT = (0.1, 1, 5, 15, 30, 60, 120, 300, 600, 900)
# Most songs take a few minutes; the bot gives up after 30.
_COMPOSING = (15, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 450, 600, 900, 1800)
_LAG = (0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60, 300, 900)


class PortInUse(Exception):
    """The port for the metrics is in use. The message names it, for the log."""


class PrometheusTelemetry(Telemetry):
    """Keeps its metrics in its own registry, so that two instances in one process are independent.

    `songs_lost` counts the songs lost together with a lease. Set `last_backup` before the metrics are read;
    None means that no backup was ever recorded.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._count_songs()
        self._time_songs()
        self._define_network_metrics()
        self._define_health_metrics()

    def _count_songs(self) -> None:
        self._songs = Counter(
            "songbot_songs",
            "Songs by event; `reason` says why a song failed.",
            ("state", "reason"),
            registry=self.registry,
        )
        self._refusals = Counter(
            "songbot_quota_refusals",
            "Orders refused, by the kind of limit.",
            ("who",),
            registry=self.registry,
        )
        self._queue = Gauge("songbot_queue_length", "Songs waiting for a slot.", registry=self.registry)

    def _time_songs(self) -> None:
        self._acknowledge = Histogram(
            "songbot_acknowledge_seconds",
            "Time from an interaction's creation, by Discord's clock, to its acknowledgement.",
            registry=self.registry,
            buckets=_ACKNOWLEDGE,
        )
        self._queue_wait = Histogram(
            "songbot_line_seconds",
            "Time from the order to a slot.",
            registry=self.registry,
            buckets=_QUEUE_WAIT,
        )
        self._composing = Histogram(
            "songbot_composing_seconds",
            "Time from Whisul's acceptance to the finished song.",
            registry=self.registry,
            buckets=_COMPOSING,
        )
        self._lag = Histogram(
            "songbot_delivery_lag_seconds",
            "Time from the song's end to its card, by the delivery method that worked.",
            ("step",),
            registry=self.registry,
            buckets=_LAG,
        )

    def _define_network_metrics(self) -> None:
        self._submits = Counter(
            "songbot_submits", "Songs sent to Whisul, by outcome.", ("outcome",), registry=self.registry
        )
        self._polls = Counter(
            "songbot_polls", "Polls of Whisul, by outcome.", ("outcome",), registry=self.registry
        )
        self._whisul = Counter(
            "songbot_whisul_responses",
            "Whisul's responses, by kind of request and HTTP status.",
            ("kind", "status"),
            registry=self.registry,
        )
        self._discord = Counter(
            "songbot_discord_responses",
            "Discord's responses, by method and HTTP status.",
            ("method", "status"),
            registry=self.registry,
        )
        self._invalid_requests = Counter(
            "songbot_discord_invalid_requests",
            "Discord's responses 401, 403 and 429 that count towards a ban: 10,000 in 10 minutes.",
            registry=self.registry,
        )
        self._unreadable_events = Counter(
            "songbot_unreadable_events",
            "Gateway events that discord.py could not read.",
            ("event",),
            registry=self.registry,
        )

    def _define_health_metrics(self) -> None:
        self.songs_lost = 0
        self.last_backup: datetime | None = None
        self._ready = Gauge(
            "songbot_ready", "1 if the part is ready, as in /readyz.", ("part",), registry=self.registry
        )
        self._leases_lost = Counter(
            "songbot_leases_lost",
            "Songs whose lease this process lost; another process may have taken them over.",
            registry=self.registry,
        )
        self.registry.register(_BackupCollector(lambda: self.last_backup))

    def ordered(self) -> None:
        self._songs.labels("ordered", "").inc()

    def refused(self, kind: str) -> None:
        self._refusals.labels(kind).inc()

    def admitted(self, waited_seconds: float) -> None:
        self._songs.labels("admitted", "").inc()
        self._queue_wait.observe(waited_seconds)

    def completed(self, composing_seconds: float) -> None:
        self._songs.labels("completed", "").inc()
        self._composing.observe(composing_seconds)

    def failed(self, reason: FailureReason) -> None:
        self._songs.labels("failed", reason.value).inc()

    def delivered(self, method: str, lag_seconds: float) -> None:
        self._songs.labels("delivered", "").inc()
        self._lag.labels(method).observe(lag_seconds)

    def undeliverable(self) -> None:
        self._songs.labels("undeliverable", "").inc()

    def submitted(self, outcome: str) -> None:
        self._submits.labels(outcome).inc()

    def polled(self, outcome: str) -> None:
        self._polls.labels(outcome).inc()

    def queue(self, length: int) -> None:
        self._queue.set(length)

    def lease_lost(self, songs: int) -> None:
        self.songs_lost += songs
        self._leases_lost.inc(songs)

    def readiness(self, parts: Mapping[str, bool]) -> None:
        """Record which parts are ready."""
        for part, is_ready in parts.items():
            self._ready.labels(part).set(is_ready)

    def acknowledged(self, seconds: float) -> None:
        """Record that an interaction was acknowledged `seconds` after its creation."""
        self._acknowledge.observe(seconds)

    def whisul_status(self, kind: str, status: int | str) -> None:
        """Record Whisul's HTTP status, or the error's name, for a request of this kind (generate, job)."""
        self._whisul.labels(kind, str(status)).inc()

    def discord_status(self, method: str, status: int | str) -> None:
        """Record Discord's HTTP status, or the error's name."""
        self._discord.labels(method, str(status)).inc()

    def invalid_request(self) -> None:
        self._invalid_requests.inc()

    def unreadable_event(self, name: str) -> None:
        self._unreadable_events.labels(name).inc()

    def watch(
        self,
        latencies: Callable[[], Iterable[tuple[int, float]]],
        count_by_state: Callable[[], Mapping[State, int]],
    ) -> None:
        """Read two callables on every scrape: shard latencies, and the number of songs in each state.

        Latencies are in seconds: NaN for a shard that is not connected, and infinite before its first
        heartbeat is acknowledged.
        """
        self.registry.register(_LiveCollector(latencies, count_by_state))


class _LiveCollector(Collector):
    """Collects values that are read on every scrape."""

    def __init__(
        self,
        latencies: Callable[[], Iterable[tuple[int, float]]],
        count_by_state: Callable[[], Mapping[State, int]],
    ) -> None:
        self._latencies = latencies
        self._count_by_state = count_by_state

    def collect(self) -> Iterator[Metric]:
        latency = GaugeMetricFamily(
            "songbot_gateway_latency_seconds",
            "From a heartbeat to its acknowledgement, by shard.",
            labels=["shard"],
        )
        connected = GaugeMetricFamily(
            "songbot_gateway_connected", "1 if the shard is connected.", labels=["shard"]
        )
        for shard, seconds in self._latencies():
            latency.add_metric([str(shard)], seconds)
            connected.add_metric([str(shard)], not math.isnan(seconds))
        yield latency
        yield connected
        now = GaugeMetricFamily(
            "songbot_songs_now", "Songs that this process follows, by state.", labels=["state"]
        )
        counts = self._count_by_state()
        for state in State:
            now.add_metric([state.value], counts.get(state, 0))
        yield now


class _BackupCollector(Collector):
    """Exports the time of the last backup, or nothing if none was ever recorded."""

    def __init__(self, last_backup: Callable[[], datetime | None]) -> None:
        self._last_backup = last_backup

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "songbot_last_backup_timestamp_seconds", "The time of the last recorded backup."
        )
        if (made_at := self._last_backup()) is not None:
            family.add_metric([], made_at.timestamp())
        yield family
