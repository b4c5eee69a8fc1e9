"""Parse single values in Whisul's responses, and tolerate missing or unusual ones. Pure.

Invalid values become None and never raise. Whisul's pages show a duration both as "2:47" and as 183.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast
from urllib.parse import urlsplit

MAX_TEXT = 4_000
MAX_TAGS = 100
MAX_BPM = 1_000
MAX_DURATION_SECONDS = 24 * 60 * 60
MAX_RETRY_AFTER_SECONDS = 3_600.0
MAX_JOB_ID = 200

_CLOCK_FORM = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,4}):([0-9]{1,2}(?:\.[0-9]{1,9})?)")
_NUMBER_FORM = re.compile(r"([+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?:bpm|s|sec|seconds)?", re.IGNORECASE)


def parse_text(value: object) -> str | None:
    """Return a stripped text of 1 to 4,000 characters without nulls and lone surrogates, or None."""
    if not isinstance(value, str):
        return None
    encodable = value[: 2 * MAX_TEXT].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return encodable.strip()[:MAX_TEXT].strip() or None


def parse_number(value: object) -> float | int | None:
    """Return a finite number, also from text such as "140 BPM"; an integral float becomes an int."""
    if isinstance(value, str):
        match = _NUMBER_FORM.fullmatch(value.strip())
        value = float(match[1]) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    return value


def parse_bpm(value: object) -> float | int | None:
    """Return beats per minute, above 0 and up to 1,000, or None."""
    number = parse_number(value)
    return number if number is not None and 0 < number <= MAX_BPM else None


def parse_duration(value: object) -> int | None:
    """Return whole seconds from "2:47", "1:02:03", 183, "183" or 183.4, above 0 and up to a day, or None."""
    seconds = (
        _clock_seconds(value.strip()) if isinstance(value, str) and ":" in value else parse_number(value)
    )
    if seconds is None or not 0 < seconds <= MAX_DURATION_SECONDS:
        return None
    return round(seconds) or None


def _clock_seconds(text: str) -> float | None:
    match = _CLOCK_FORM.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = int(match[1] or 0), int(match[2]), float(match[3])
    if seconds >= 60 or (match[1] is not None and minutes >= 60):
        return None
    return hours * 3_600 + minutes * 60 + seconds


def parse_timestamp(value: object) -> datetime | None:
    """Return an aware UTC time from "YYYY-MM-DD HH:MM:SS" (UTC, as Whisul sends it) or ISO 8601, or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_tags(value: object) -> tuple[str, ...]:
    """Return up to 100 tags from one comma-separated text (as on Whisul's pages) or a list of texts."""
    if isinstance(value, str):
        parts: list[object] = list((parse_text(value) or "").split(","))
    elif isinstance(value, list):
        parts = cast("list[object]", value)
    else:
        return ()
    tags = (parse_text(part) for part in parts)
    return tuple(tag for tag in tags if tag)[:MAX_TAGS]


def parse_link(value: object) -> str | None:
    """Return an absolute http(s) URL of up to 4,000 characters without white space or control characters, or
    None.
    """
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return None
    link = value.strip()
    if not link.isprintable() or " " in link:  # the only white space that counts as printable
        return None
    try:
        parts = urlsplit(link)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return link if usable else None


def parse_job_id(value: object) -> str | None:
    """Return a job's id as text: a whole number, or a path segment of 1 to 200 printable characters."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**MAX_JOB_ID:
        return str(value)
    if not isinstance(value, str):
        return None
    job_id = value.strip()
    unsafe = not job_id.isprintable() or "/" in job_id or "\\" in job_id or job_id in {".", ".."}
    return job_id if 0 < len(job_id) <= MAX_JOB_ID and not unsafe else None


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds to wait, from 0 to an hour, from a Retry-After in seconds or as a date, or None."""
    if value is None:
        return None
    seconds = parse_number(value)
    if seconds is None:
        moment = parse_http_date(value)
        if moment is None:
            return None
        seconds = max(0.0, (moment - now).total_seconds())
    return None if seconds < 0 else min(float(seconds), MAX_RETRY_AFTER_SECONDS)


def parse_http_date(value: str | None) -> datetime | None:
    """Return an aware UTC time from an HTTP date such as "Tue, 17 Feb 2026 15:39:34 GMT"."""
    if value is None or len(value) > 100:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
