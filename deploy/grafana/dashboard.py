"""Write the Grafana dashboard as JSON (`make dashboard`), which can be imported in Grafana.

The alert rules in `deploy/prometheus/alerts.yml` use the same metrics and thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    GraphTresholdsStyleMode,  # the SDK's spelling
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
)
from grafana_foundation_sdk.models.dashboard import DataSourceRef, Threshold, ThresholdsMode

TARGET = Path(__file__).with_name("songbot.json")
SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over time. `queries` are pairs of a legend and a PromQL expression. `unit` is Grafana's name.

    `limit` draws a red line at that value. `width` is the number of columns, out of 24.
    """

    title: str
    about: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    limit: float | None = None
    width: int = 8
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. It turns red from `red_from` upwards, or below `red_below`."""

    title: str
    about: str
    unit: str
    query: str
    red_from: float | None = None
    red_below: float | None = None


def quantiles(metric: str, *, window: str = "15m") -> tuple[tuple[str, str], ...]:
    """Return queries for the median, p90 and p99 of a histogram over all processes."""
    return tuple(
        (name, f"histogram_quantile({rank}, sum by (le) (rate({metric}_bucket[{window}])))")
        for name, rank in (("median", 0.5), ("p90", 0.9), ("p99", 0.99))
    )


def per_minute(metric: str, by: str, *, where: str = "") -> tuple[tuple[str, str], ...]:
    """Return a query for a counter's rate per minute, grouped by the comma-separated labels `by`."""
    legend = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(","))
    return ((legend, f"sum by ({by}) (rate({metric}{where}[5m])) * 60"),)


FAILED = 'songbot_songs_total{state="failed", reason!="rejected"}'
ENDED = 'songbot_songs_total{state=~"completed|failed", reason!="rejected"}'
REFUSED = 'songbot_discord_responses_total{status=~"401|403|429"}'

FIGURES = (
    Figure(
        "Ready", "Is every part of every process ready?", "bool_yes_no", "min(songbot_ready)", red_below=1
    ),
    Figure(
        "Disconnected shards",
        "In all processes.",
        "none",
        "sum(1 - songbot_gateway_connected)",
        red_from=1,
    ),
    Figure("Songs in the queue", "Waiting for a free slot.", "none", "max(songbot_queue_length)"),
    Figure(
        "Failed songs",
        "In the last 30 minutes, not counting rejected prompts.",
        "percentunit",
        f"sum(increase({FAILED}[30m])) / sum(increase({ENDED}[30m]))",
        red_from=0.05,
    ),
    Figure(
        "Rejected by Discord",
        "Responses of 401, 403 and 429 in 10 minutes. At 10,000, Discord bans the IP address.",
        "none",
        f"sum(increase({REFUSED}[10m]))",
        red_from=1000,
    ),
    Figure(
        "Last backup",
        "How old it is.",
        "s",
        "time() - max(songbot_last_backup_timestamp_seconds)",
        red_from=26 * 3600,
    ),
)

ROWS: tuple[tuple[str, tuple[Chart, ...]], ...] = (
    (
        "Songs",
        (
            Chart(
                "Songs per minute",
                "By outcome.",
                "none",
                per_minute("songbot_songs_total", "state"),
            ),
            Chart(
                "Failures per minute",
                "By reason. Every failed song is refunded.",
                "none",
                per_minute("songbot_songs_total", "reason", where='{state="failed"}'),
            ),
            Chart(
                "Songs in progress",
                "By state, over all processes.",
                "none",
                (("{{state}}", "sum by (state) (songbot_songs_now)"),),
                stacked=True,
            ),
        ),
    ),
    (
        "Durations",
        (
            Chart(
                "Acknowledgement",
                "Discord drops a command after 3 seconds.",
                "s",
                quantiles("songbot_acknowledge_seconds"),
                limit=3,
                width=6,
            ),
            Chart(
                "In the queue",
                "From the request to a free slot.",
                "s",
                quantiles("songbot_line_seconds"),
                width=6,
            ),
            Chart(
                "At Whisul",
                "From its 202 response to the finished song.",
                "s",
                quantiles("songbot_composing_seconds"),
                width=6,
            ),
            Chart(
                "Delivery",
                "From the finished song to its card. The alert uses p90.",
                "s",
                quantiles("songbot_delivery_lag_seconds"),
                limit=30,
                width=6,
            ),
        ),
    ),
    (
        "Whisul and Discord",
        (
            Chart(
                "Whisul's responses per minute",
                "By request and HTTP status, or the name of the error.",
                "none",
                per_minute("songbot_whisul_responses_total", "kind, status"),
            ),
            Chart(
                "Discord's responses per minute",
                "By HTTP status, or the name of the error.",
                "none",
                per_minute("songbot_discord_responses_total", "status"),
            ),
            Chart(
                "Gateway latency",
                "From a heartbeat to its acknowledgement, by shard.",
                "s",
                (("shard {{shard}}", "songbot_gateway_latency_seconds < +Inf"),),
            ),
        ),
    ),
    (
        "Limits and processes",
        (
            Chart(
                "Refused requests per minute",
                "By the kind of limit.",
                "none",
                per_minute("songbot_quota_refusals_total", "who"),
                width=6,
            ),
            Chart(
                "Leases lost",
                "Songs taken over from a process that was frozen or cut off, in 15 minutes.",
                "none",
                (("{{instance}}", "increase(songbot_leases_lost_total[15m])"),),
                limit=1,
                width=6,
            ),
            Chart(
                "CPU",
                "Cores in use.",
                "percentunit",
                (("{{instance}}", 'rate(process_cpu_seconds_total{job="songbot"}[5m])'),),
                limit=0.7,
                width=6,
            ),
            Chart(
                "Memory",
                "Resident.",
                "bytes",
                (("{{instance}}", 'process_resident_memory_bytes{job="songbot"}'),),
                width=6,
            ),
        ),
    ),
)


def build() -> str:
    """Return the dashboard as Grafana's JSON, ending with a newline."""
    board = (
        dashboard.Dashboard("songbot")
        .uid("songbot")
        .description("What songbot is doing. Generated by deploy/grafana/dashboard.py.")
        .tags(["songbot"])
        .refresh("30s")
        .time("now-6h", "now")
        .with_variable(dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus"))
    )
    for figure in FIGURES:
        board = board.with_panel(_stat(figure))
    for title, charts in ROWS:
        board = board.with_row(dashboard.Row(title))
        for chart in charts:
            board = board.with_panel(_timeseries(chart))
    return JSONEncoder(sort_keys=True, indent=2).encode(board.build()) + "\n"


def _stat(figure: Figure) -> stat.Panel:
    panel = (
        stat.Panel()
        .title(figure.title)
        .description(figure.about)
        .datasource(SOURCE)
        .unit(figure.unit)
        .height(4)
        .span(24 // len(FIGURES))
        .color_mode(BigValueColorMode.BACKGROUND)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .with_target(_query("A", "", figure.query))
    )
    if figure.red_below is not None:
        return panel.thresholds(_thresholds("red", "green", figure.red_below))
    return panel.thresholds(_thresholds("green", "red", figure.red_from))


def _timeseries(chart: Chart) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    panel = (
        timeseries.Panel()
        .title(chart.title)
        .description(chart.about)
        .datasource(SOURCE)
        .unit(chart.unit)
        .min(0)
        .height(8)
        .span(chart.width)
        .legend(legend)
    )
    for query in _queries(chart):
        panel = panel.with_target(query)
    if chart.stacked:
        panel = panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30)
    if chart.limit is None:
        return panel.thresholds(_thresholds("green", "red", None))
    line = common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.LINE)
    return panel.thresholds(_thresholds("green", "red", chart.limit)).thresholds_style(line)


def _queries(chart: Chart) -> Iterator[prometheus.Dataquery]:
    for letter, (legend, expression) in zip("ABC", chart.queries, strict=False):
        yield _query(letter, legend, expression)


def _query(letter: str, legend: str, expression: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().ref_id(letter).datasource(SOURCE).expr(expression).legend_format(legend)


def _thresholds(below: str, above: str, at: float | None) -> dashboard.ThresholdsConfig:
    # The lowest step has no value, because it starts at minus infinity.
    steps = [Threshold(color=below)] if at is None else [Threshold(color=below), Threshold(at, above)]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
