"""Log one line per record as text or JSON, with the song's id and without secrets.

A record's song is the one that its task works on (songs.log_context). Elsewhere, pass it with
`logger.info("...", extra={"song": song.id})`.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, TextIO

import orjson

from songbot.songs.log_context import current_song_id

REMOVED = "[removed]"
_KEPT = rf"\1{REMOVED}"
_NEVER_BELOW_WARNING = ("PIL", "alembic")
"""Their DEBUG lines are useless or contain every statement with its values (tokens, prompts)."""

_FORMS = (
    # An interaction's token in the URLs of its callback and webhook.
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s?#\"'<>]+"), _KEPT),
    # The same token in an event from Discord's gateway.
    (re.compile(r"""(["'](?:access_|resume_)?token["']\s*:\s*["'])[^"']+"""), _KEPT),
    (
        re.compile(r"""(?i)(authorization["']?\s*[:=,]\s*["']?)(?:(?:bot|bearer|basic)\s+)?[^\s"',)}]+"""),
        rf"\1{REMOVED}",
    ),
    (re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]{8,}"), _KEPT),
    # A bot token: a user id, a timestamp and a signature.
    (re.compile(r"\b[\w-]{23,32}\.[\w-]{6,7}\.[\w-]{27,}"), REMOVED),
    # PostgreSQL's detail of a violated constraint contains the whole row, including prompt and token.
    (re.compile(r"(DETAIL:\s+).*"), _KEPT),
    # The password in a URL.
    (re.compile(r"(\w://[^\s:/@]*:)[^\s@/]+@"), rf"\1{REMOVED}@"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def _escape_controls(line: str) -> str:
    """Escape characters that could end the line or control a terminal."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], line)


class Redactor:
    """Removes known secrets from text, and anything that looks like a secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # Replacing a very short secret would garble every line; the patterns catch it where it matters.
        known = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets. Escape lone surrogates, which can't be encoded."""
        clean = text if self._known is None else self._known.sub(REMOVED, text)
        for form, replacement in _FORMS:
            clean = form.sub(replacement, clean)
        return clean.encode("utf-8", "backslashreplace").decode()


class _RecordFormatter(logging.Formatter):
    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def message(self, record: logging.LogRecord) -> str:
        """Return the message on one line, so that user input can't imitate a log line."""
        return _escape_controls(self._redact(record.getMessage()))

    @staticmethod
    def song(record: logging.LogRecord) -> object:
        """Return the song's id. Records are formatted in the task that logs them."""
        return getattr(record, "song", current_song_id.get())

    def exception_text(self, record: logging.LogRecord) -> str:
        """Return the record's traceback and stack as several lines, or an empty string."""
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        text = self._redact("\n".join(filter(None, (trace, stack))))
        return "\n".join(map(_escape_controls, text.split("\n")))


class TextFormatter(_RecordFormatter):
    """Writes `time LEVEL logger song=ID message`, then any traceback, its lines prefixed with a bar."""

    def format(self, record: logging.LogRecord) -> str:
        song = self.song(record)
        song_field = "" if song is None else f"song={song} "
        line = f"{_time(record)} {record.levelname:<8} {record.name} {song_field}{self.message(record)}"
        exception = self.exception_text(record)
        return "\n  | ".join([line, *exception.split("\n")]) if exception else line


class JsonFormatter(_RecordFormatter):
    """Writes one object per line: time, level, logger and message, plus song and exception if present."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self.message(record),
        }
        if (song := self.song(record)) is not None:
            entry["song"] = song if isinstance(song, int) else self._redact(str(song))
        if exception := self.exception_text(record):
            entry["exception"] = exception
        return orjson.dumps(entry).decode()


class _OurHandler(logging.StreamHandler[TextIO]):
    """The handler that the next `configure_logging` replaces, identified by its type."""


def configure_logging(
    level: str = "INFO",
    format: Literal["text", "json"] = "text",  # noqa: A002 - named as the setting is
    *,
    stream: TextIO | None = None,
    secrets: Iterable[str] = (),
) -> Redactor:
    """Log everything to `stream` (stderr by default); a second call replaces the first.

    discord.py's loggers are limited to WARNING unless `level` is DEBUG. Return the redactor, which must also
    be applied to other text that leaves the process.
    """
    redact = Redactor(secrets)
    handler = _OurHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if format == "json" else TextFormatter(redact))
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _OurHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    at_least_warning = max(logging.WARNING, root.level)
    logging.getLogger("discord").setLevel(root.level if level == "DEBUG" else at_least_warning)
    for name in _NEVER_BELOW_WARNING:
        logging.getLogger(name).setLevel(at_least_warning)
    return redact


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
