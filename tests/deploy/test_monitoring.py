"""Check that the alert rules and the dashboard use only metrics that the bot exports."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from songbot.ops.metrics import PrometheusTelemetry

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD: dict[str, Any] = runpy.run_path(str(DEPLOY / "grafana/dashboard.py"))
RULES = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]


def test_the_dashboard_that_is_checked_in_is_the_one_that_its_code_makes():
    assert (DEPLOY / "grafana/songbot.json").read_text(encoding="utf-8") == DASHBOARD["build"]()


def test_alerts_and_dashboard_use_names_that_the_bot_has():
    used = set(re.findall(r"\bsongbot_\w+", " ".join([*expressions(), *(rule["expr"] for rule in RULES)])))
    assert used - names_of_the_bot() == set()
    assert len(used) > 10


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"].keys() == {"summary", "description"}


@pytest.mark.skipif(
    not shutil.which("promtool") and not os.environ.get("CI"),
    reason="promtool is not installed (on Debian: apt install prometheus)",
)
def test_prometheus_understands_every_expression_of_the_dashboard(tmp_path: Path):
    rules = [{"record": f"panel:{n}", "expr": expression} for n, expression in enumerate(expressions())]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")
    checked = subprocess.run(
        ["promtool", "check", "rules", file], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def expressions() -> list[str]:
    figures = [figure.query for figure in DASHBOARD["FIGURES"]]
    charts = [chart for _, row in DASHBOARD["ROWS"] for chart in row]
    return figures + [expression for chart in charts for _, expression in chart.queries]


def names_of_the_bot() -> set[str]:
    telemetry = PrometheusTelemetry()
    telemetry.watch(lambda: [(0, 0.1)], dict)
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
    return {
        family.name + suffix for family in telemetry.registry.collect() for suffix in suffixes[family.type]
    }
