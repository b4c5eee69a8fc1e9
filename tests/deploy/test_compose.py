"""Check compose.yaml as Docker would read it, since there may be no Docker where the tests run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from songbot.settings import NAMES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


@each_service
def test_no_service_has_more_rights_than_it_needs(name: str):
    service = SERVICES[name]
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged", False)


@each_service
def test_every_service_says_whether_it_is_healthy(name: str):
    service = SERVICES[name]
    if "build" in service:
        assert "\nHEALTHCHECK " in DOCKERFILE
        assert "healthcheck" not in service
    else:
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["healthcheck"]["timeout"]


@each_service
def test_images_stay_at_their_major_version(name: str):
    assert re.fullmatch(r"[a-z0-9./-]+:v?[0-9]+", SERVICES[name]["image"])


@each_service
def test_every_service_starts_again_after_a_failure_and_is_given_room_for_its_log(name: str):
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}


def test_the_bot_is_given_settings_that_exist():
    assert SERVICES["bot"]["environment"].keys() <= set(NAMES)


def test_the_bot_runs_as_the_images_user_on_postgresql_and_answers_prometheus():
    bot = SERVICES["bot"]
    uid = re.search(r"--uid (\d+)", DOCKERFILE)
    assert uid is not None
    assert bot["user"] == f"{uid[1]}:{uid[1]}"
    assert bot["environment"]["DATABASE_URL"].startswith("postgresql://")
    assert bot["environment"]["METRICS_HOST"] == "0.0.0.0"
    assert bot["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert bot["stop_grace_period"] == "15s"


def test_no_secret_is_in_the_file():
    """Every secret comes from `.env` by name, and is required."""
    passwords = [SERVICES["database"]["environment"]["POSTGRES_PASSWORD"]]
    passwords += re.findall(r"//[^:/]+:(.+)@", SERVICES["bot"]["environment"]["DATABASE_URL"])
    assert len(passwords) == 2
    assert all(re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}", password) for password in passwords)
    given = SERVICES["bot"]["environment"].keys() | SERVICES["database"]["environment"].keys()
    assert not given & {"DISCORD_TOKEN", "WHISUL_API_KEY", "SENTRY_DSN"}


def test_what_is_to_stay_is_in_a_volume():
    assert "songs:/var/lib/postgresql" in SERVICES["database"]["volumes"]
    assert "metrics:/prometheus" in SERVICES["prometheus"]["volumes"]
    assert COMPOSE["volumes"].keys() == {"songs", "metrics"}


def test_ports_are_open_to_this_machine_alone_and_the_database_has_none():
    assert "ports" not in SERVICES["bot"]
    assert "ports" not in SERVICES["database"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["prometheus"]["ports"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["inside"]


def test_prometheus_is_started_only_if_asked_for_and_finds_the_bot():
    assert SERVICES["prometheus"]["profiles"] == ["monitoring"]
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    port = SERVICES["bot"]["environment"]["METRICS_PORT"]
    assert job["job_name"] == "songbot"
    assert job["static_configs"] == [{"targets": [f"bot:{port}"]}]
    assert set(SERVICES["prometheus"]["networks"]) & set(SERVICES["bot"]["networks"])


def test_the_image_has_all_that_the_bot_reads_and_every_language(tmp_path: Path):
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for name in re.findall(r"^COPY (\w[\w.]*) ", DOCKERFILE, re.MULTILINE):
        assert f"!{name}" in ignored
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, tmp_path / name)
    code = (
        "import bot, songbot.app; from songbot.wording.language import NAMES, catalog_path;"
        "print([tag for tag in NAMES if tag != 'en' and not catalog_path(tag).exists()])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
