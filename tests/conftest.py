from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A shell starts background jobs with SIGINT ignored, and processes that tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Deadlines and `too_slow` measure the machine, not the code; pytest's timeout guards against hanging.
settings.register_profile("no-clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Each run tries the same examples, so that a run fails by a change and never by chance. To look for others:
# `pytest --hypothesis-profile=no-clock`.
settings.register_profile("same-each-time", settings.get_profile("no-clock"), derandomize=True)
settings.load_profile("same-each-time")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one empty database. Tests copy it, which is cheaper than migrating a database for each."""
    from tests.support.databases import migrate  # unit tests need no storage

    path = tmp_path_factory.mktemp("template") / "songs.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pseudo-language",
        action="store_true",
        help="run tests/behaviour in a language of accented letters, and fail on plain English",
    )
