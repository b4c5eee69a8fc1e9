from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.ops.logging import Redactor, configure_logging
from songbot.songs.log_context import current_song_id

INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4"
BOT_TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.made-up-for-the-tests-and-good-for-nothing"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    names = (None, "discord", "alembic", "PIL")
    levels = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    yield
    logging.getLogger().handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines_of(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines()


async def test_a_line_of_a_songs_own_task_has_its_id_whoever_writes_it() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "json", stream=stream)

    async def life(song_id: int) -> None:
        current_song_id.set(song_id)
        logging.getLogger("discord.http").warning("rate limited")
        await asyncio.create_task(told_by_another())

    async def told_by_another() -> None:
        logging.getLogger("cards").info("a cover was fetched")

    await asyncio.gather(asyncio.create_task(life(1)), asyncio.create_task(life(2)))
    logging.getLogger("bot").info("of no song")
    assert [json.loads(line).get("song") for line in lines_of(stream)] == [1, 2, 1, 2, None]


def test_a_text_line_has_time_level_logger_song_and_message() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "text", stream=stream)
    logging.getLogger("songbot.worker.order_service").info("ordered by %s", "ann", extra={"song": 12})
    [line] = lines_of(stream)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO +songbot\.worker\.order_service song=12 ordered by ann",
        line,
    )


def test_a_json_line_has_the_same_and_the_exception() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "json", stream=stream)
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("songbot.worker.worker").exception("broken", extra={"song": 7})
    logging.getLogger("plain").warning("no song")
    first, second = map(json.loads, lines_of(stream))
    assert (first["level"], first["logger"], first["message"]) == ("ERROR", "songbot.worker.worker", "broken")
    assert first["song"] == 7
    assert "ValueError: two\nlines" in first["exception"]
    assert set(second) == {"time", "level", "logger", "message"}


def test_what_a_person_wrote_can_not_pass_for_a_line_of_its_own() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "text", stream=stream)
    logging.getLogger("songs").info("prompt %s", "a\n2026-01-01T00:00:00.000Z ERROR \x1b[31mforged\u2028")
    try:
        raise ValueError("a\n2026-01-01T00:00:00.000Z forged")
    except ValueError:
        logging.getLogger("songs").exception("broken")
    first, second, *trace = lines_of(stream)
    assert r"a\n2026" in first
    assert "\x1b" not in first
    assert second.endswith("broken")
    assert trace
    assert all(line.startswith("  | ") for line in trace)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_traceback_can_not_steer_the_terminal(log_format) -> None:
    stream = io.StringIO()
    configure_logging("INFO", log_format, stream=stream)
    try:
        raise ValueError("\x1b[2J \x9b31m \r \x85 \u2028 \x07 forged")
    except ValueError:
        logging.getLogger("songs").exception("broken")
    text = stream.getvalue().replace("\n", "")
    assert "forged" in text
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", text)
    if log_format == "json":
        assert r"\x1b[2J" in json.loads(text)["exception"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_half_surrogates_do_not_break_a_line(log_format, monkeypatch: pytest.MonkeyPatch) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    configure_logging("INFO", log_format, stream=stream)
    # pytest's own handlers would keep the record, which can't be passed between processes.
    ours = [handler for handler in root.handlers if getattr(handler, "stream", None) is stream]
    monkeypatch.setattr(root, "handlers", ours)
    logging.getLogger("songs").info("prompt %s", "\ud800")
    [line] = lines_of(stream)
    line.encode()
    assert "ud800" in line


def test_known_secrets_are_taken_out_of_messages_and_tracebacks() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "text", stream=stream, secrets=["key-of-whisul", "db-password", ""])
    try:
        raise OSError("cannot connect with db-password")
    except OSError:
        logging.getLogger("x").exception("sent %s", {"key": "key-of-whisul"})
    assert "key-of-whisul" not in stream.getvalue()
    assert "db-password" not in stream.getvalue()
    assert "OSError: cannot connect with [removed]" in stream.getvalue()


def test_a_secret_that_holds_another_goes_whole() -> None:
    assert Redactor(["abcd", "abcdefgh"])("abcdefgh abcd") == "[removed] [removed]"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"PATCH https://discord.com/api/v10/webhooks/1/{INTERACTION_TOKEN}/messages/1", INTERACTION_TOKEN),
        (f"POST /webhooks/1/{INTERACTION_TOKEN}?wait=true", INTERACTION_TOKEN),
        (f"POST /interactions/1/{INTERACTION_TOKEN}/callback", INTERACTION_TOKEN),
        (f"{{'id': '1', 'token': '{INTERACTION_TOKEN}', 'type': 2}}", INTERACTION_TOKEN),
        (f'{{"token":"{INTERACTION_TOKEN}"}}', INTERACTION_TOKEN),
        ("headers {'Authorization': 'Bearer some-key', 'Accept': '*/*'}", "some-key"),
        ("Authorization: Bot some-token", "some-token"),
        ("sent Bearer some-long-key", "some-long-key"),
        (f"login with {BOT_TOKEN} failed", BOT_TOKEN),
        ("postgresql://songs:pass:word@db/songs", "pass:word"),
    ],
)
def test_what_has_the_form_of_a_secret_is_taken_out(text: str, secret: str) -> None:
    clean = Redactor()(text)
    assert secret not in clean
    assert "[removed]" in clean


@pytest.mark.parametrize(
    "text",
    [
        "PATCH https://discord.com/api/v10/channels/1/messages/2 has returned 200",
        "https://cdn.whisul.com/audio/81fa5ff7.mp3",
        "job 81fa5ff7-6197-4c24-8062-c0ff8b62d58d is running",
        "Bearer of good news",
        "the token expired",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor()(text) == text


@given(st.text(), st.text("abcdefXYZ0123456789-_.%@:/", min_size=4, max_size=40), st.text())
def test_a_known_secret_never_comes_through(before: str, secret: str, after: str) -> None:
    clean = Redactor([secret])(before + secret + after)
    assert secret not in clean.replace("[removed]", " ")


def test_a_second_call_replaces_the_first() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure_logging("INFO", stream=first)
    configure_logging("INFO", stream=second)
    logging.getLogger("x").info("once")
    assert first.getvalue() == ""
    assert len(lines_of(second)) == 1


@pytest.mark.parametrize(("level", "heard"), [("INFO", False), ("DEBUG", True)])
def test_discord_is_heard_below_warning_only_at_debug(level: str, heard: bool) -> None:
    stream = io.StringIO()
    configure_logging(level, stream=stream)
    logging.getLogger("discord.gateway").info("a shard connected")
    logging.getLogger("discord.gateway").warning("a shard is late")
    assert ("connected" in stream.getvalue()) is heard
    assert "late" in stream.getvalue()


@pytest.mark.parametrize("name", ["PIL", "alembic"])
def test_libraries_that_tell_much_are_not_heard_at_debug(name: str) -> None:
    stream = io.StringIO()
    configure_logging("DEBUG", stream=stream)
    logging.getLogger(name).debug("each chunk of a picture")
    assert stream.getvalue() == ""


def test_stderr_is_where_lines_go_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging()
    logging.getLogger("x").info("hello")
    assert "hello" in stream.getvalue()
