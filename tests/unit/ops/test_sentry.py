from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from songbot.ops.logging import Redactor
from songbot.ops.sentry import scrub, start_sentry


class Kept(Transport):
    """Keeps the reports instead of sending them."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.reports.append(str(envelope.get_event()))


@pytest.fixture
def reports() -> Iterator[list[str]]:
    transport = Kept()
    start_sentry("https://key@127.0.0.1:9/1", "1.2.3", Redactor(["hunter22"]), transport=transport)
    yield transport.reports
    sentry_sdk.init()


def test_a_report_has_the_error_and_the_release_and_nothing_private(reports: list[str]) -> None:
    # Joined here, so that no line of source in a report contains it.
    prompt = "-".join(["a", "song", "of", "mine"])
    try:
        raise OSError("refused for hunter22")
    except OSError as error:
        sentry_sdk.add_breadcrumb(message=prompt)
        sentry_sdk.capture_exception(error, extras={"prompt": prompt, "song": 3})
    [report] = reports
    assert "1.2.3" in report
    assert "refused for [removed]" in report
    assert "'song': 3" in report
    assert prompt not in report
    assert "hunter22" not in report


def test_without_a_dsn_nothing_is_started_nor_imported() -> None:
    code = (
        "import sys; from songbot.ops.sentry import start_sentry; "
        "sys.exit(start_sentry(None, '1', str) or start_sentry('', '1', str) or 'sentry_sdk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_private_by_name_goes_at_any_depth() -> None:
    event = {"extra": [{"Prompt": "x", "headers": {"Authorization": "y"}, "n": 1}], "message": "kept"}
    assert scrub(event, str) == {
        "extra": [{"Prompt": "[removed]", "headers": {"Authorization": "[removed]"}, "n": 1}],
        "message": "kept",
    }
