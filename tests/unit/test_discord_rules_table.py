"""docs/discord.md: each rule has a source, and names tests that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_GROUP_OR_TEST = re.compile(
    r"(?P<group>permissions|answers|limits|messages|sessions): |`(?P<file>[\w/.]+::)?(?P<test>test_\w+)`"
)
NOT_USED = "Not used for songs, so there is nothing to test"
SERVER_FEATURES = "any event: `send_event`"
"""What a test sends itself needs no test of the tests' Discord."""


def rows() -> list[list[str]]:
    """Return the cells of the tables of rules, which have five columns."""
    lines = (ROOT / "docs/discord.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if len(row) == 5 and row[0] != "rule" and set(row[0]) != {"-"}]


def named_tests(cell: str) -> Iterator[tuple[Path, str]]:
    """Yield each named test with its file. A group's name stands for a file until the next one."""
    file = Path()
    for found in _GROUP_OR_TEST.finditer(cell):
        if found["group"]:
            file = ROOT / f"tests/wire/test_discord_server_{found['group']}.py"
            continue
        if found["file"]:
            named = found["file"].removesuffix("::")
            file = ROOT / (named if named.endswith(".py") else f"tests/wire/{named}.py")
        yield file, found["test"]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_a_rule_has_a_source_and_tests_that_exist(row: list[str]) -> None:
    rule, source, how_sure, server, bot = row
    assert all((rule, source, how_sure))
    servers_tests, bots_tests = list(named_tests(server)), list(named_tests(bot))
    assert servers_tests or server.startswith(SERVER_FEATURES)
    assert bots_tests or "`tests/" in bot or bot == NOT_USED
    missing = [
        f"{file.relative_to(ROOT)}::{test}"
        for file, test in servers_tests + bots_tests
        if f"def {test}(" not in file.read_text()
    ]
    assert missing == []


def test_the_table_is_found() -> None:
    assert len(rows()) > 35
