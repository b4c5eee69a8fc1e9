"""The vocabulary check finds a banned word in all definitions, and only there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.lint.words import definitions, problems, read_list

BANNED = {"desk": "order_service"}


def found_in(
    tmp_path: Path, source: str, name: str = "module.py", allowed: frozenset[str] = frozenset()
) -> int:
    path = tmp_path / name
    path.write_text(source)
    return len(list(problems(path, BANNED, allowed)))


@pytest.mark.parametrize(
    "source",
    [
        "class OrderDesk: pass",
        "def close_desk(): pass",
        "async def _desk(): pass",
        "def order(desk): pass",
        "DESK_SIZE = 1",
        "self.desk = 1",
        "for desk in (): pass",
        "import orders as desk",
    ],
)
def test_a_banned_word_is_found_in_every_kind_of_definition(tmp_path: Path, source: str) -> None:
    assert found_in(tmp_path, source) == 1


@pytest.mark.parametrize(
    "source", ["desktop = 1", "library.desk()", "text = 'desk'", "def test_a_desk(): pass"]
)
def test_other_words_uses_texts_and_names_of_tests_are_left_alone(tmp_path: Path, source: str) -> None:
    assert found_in(tmp_path, source) == 0


def test_the_name_of_a_file_counts(tmp_path: Path) -> None:
    assert found_in(tmp_path, "", name="desk.py") == 1


def test_a_name_can_be_allowed(tmp_path: Path) -> None:
    assert found_in(tmp_path, "def desk_lamp(): pass", allowed=frozenset({"desk_lamp"})) == 0


def test_the_list_says_what_to_say_instead() -> None:
    text = "# a comment\ndesk -> order_service, worker  # why\n\nallow place_order\n"
    assert read_list(text) == ({"desk": "order_service, worker"}, frozenset({"place_order"}))


def test_definitions_come_with_their_lines() -> None:
    assert list(definitions(ast.parse("x = 1\ndef f(y): pass"))) == [(2, "f"), (1, "x"), (2, "y")]
