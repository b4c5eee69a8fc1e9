from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

# A shell starts background jobs with SIGINT ignored, and processes that tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Deadlines and `too_slow` measure the machine, not the code; pytest's timeout guards against hanging.
settings.register_profile("no-clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no-clock")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pseudo-language",
        action="store_true",
        help="run tests/behaviour in a language of accented letters, and fail on plain English",
    )
