"""Validate single settings. Pure; the text of a ValueError completes a sentence that begins with the name.

No text contains the value, which may be a secret, or one on the wrong line.
"""

from __future__ import annotations

import ipaddress
import math
import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_DATABASES = re.compile(r"(sqlite(\+aiosqlite)?:///.|postgres(ql)?(\+asyncpg)?://.)", re.DOTALL)
_PLACEHOLDER = re.compile(r"<.*>|your[\s_-].*|change[\s_-]?me|x{3,}|\.{3}|…", re.IGNORECASE)
_SHARDS = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_SHARDS_MOST = 100_000
_WEB = ("http", "https")


def tidy(value: str) -> str:
    """Strip spaces, newlines and invisible characters from both ends, and one pair of quotes."""
    bare = value.strip().strip(_INVISIBLE).strip()
    if len(bare) >= 2 and bare[0] == bare[-1] and bare[0] in "\"'":
        return bare[1:-1].strip()
    return bare


def checked_header_secret(secret: str) -> str:
    """Accept a key that is valid in an Authorization header."""
    if secret.lower().startswith("bearer "):
        raise ValueError('must be the key alone, without "Bearer" before it')
    if _PLACEHOLDER.fullmatch(secret):
        raise ValueError("is still a placeholder")
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise ValueError("contains invalid characters (such as spaces); copy it again")
    return secret


def checked_discord_token(token: str) -> str:
    """Accept a bot token. Recognise values that are often copied by mistake."""
    if token.lower().startswith("bot "):
        raise ValueError('must be the token alone, without "Bot" before it')
    checked_header_secret(token)
    if token.isdecimal():
        raise ValueError("is a number, the application's or the bot's ID perhaps; the bot token is meant")
    if re.fullmatch(r"[0-9a-f]{64}", token):
        raise ValueError("looks like the application's public key; the bot token is meant")
    if re.fullmatch(r"[\w-]{32}", token):
        raise ValueError("looks like the application's client secret; the bot token is meant")
    return token


def checked_http_url(address: str) -> str:
    """Return an http(s) URL without its trailing slash."""
    parts = _split(address)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or re.search(r"\s", address)
    ):
        raise ValueError("must be an address that begins with https:// or http://")
    if parts.username or parts.query or parts.fragment:
        raise ValueError('must be an address without a user name, "?" or "#"')
    return address.rstrip("/")


def checked_sentry_dsn(address: str) -> str:
    """Accept a DSN, which is a URL with the project's key as user name."""
    parts = _split(address)
    if parts is None or parts.scheme not in _WEB or not (parts.hostname and parts.username):
        raise ValueError("must look like https://key@host/number")
    return address


def checked_database_url(address: str) -> str:
    """Return a database URL. Replace `postgres://`, which many hosts write, with `postgresql://`."""
    if not _DATABASES.match(address):
        raise ValueError("must be sqlite:///path/to/file.db or postgresql://user:password@host/database")
    return re.sub(r"^postgres(?=[+:])", "postgresql", address)


def database_passwords(address: str) -> set[str]:
    """Return the passwords in a database URL, both as written and as decoded. SQLite has none."""
    # urlsplit fails on a password with a bare "#" or "/", which SQLAlchemy accepts.
    between = re.match(r"[^:]+://[^:@/]*:([^@]*)@", address)
    written = {between[1]} if between else set[str]()
    options = parse_qs(address.partition("?")[2])
    in_options = {password for name in ("password", "sslpassword") for password in options.get(name, [])}
    return (written | set(map(unquote, written)) | in_options) - {""}


def checked_poll_seconds(seconds: float, at_least: float | None) -> float:
    """Accept 0.05 to 60 s. Whisul asks for at least 5 s, but tests need less; load_settings warns."""
    if not (math.isfinite(seconds) and 0.05 <= seconds <= 60):
        raise ValueError("must be from 5 to 60 seconds")
    if at_least is not None and seconds < at_least:
        raise ValueError("must not be less than POLL_SECONDS_MIN")
    return seconds


def checked_shard_ids(text: str, count: int | None) -> tuple[int, ...]:
    """Parse `0,1,2`, `0-3` or a mix into sorted, unique ids, all below SHARD_COUNT."""
    pieces = [_SHARDS.fullmatch(piece.strip()) for piece in text.split(",")]
    if None in pieces:
        raise ValueError("must be like 0,1,2 or 0-3")
    if count is None:
        raise ValueError("needs SHARD_COUNT as well")
    ranges = [(int(piece[1]), int(piece[2] or piece[1])) for piece in pieces if piece]
    if any(first > last for first, last in ranges):
        raise ValueError("has a range that runs backwards")
    if any(last >= min(count, _SHARDS_MOST) for _, last in ranges):
        raise ValueError("has a shard that is not below SHARD_COUNT; they count from 0")
    return tuple(sorted({shard for first, last in ranges for shard in range(first, last + 1)}))


def is_loopback(host: str) -> bool:
    """Return whether a host, given by name or address, is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _split(address: str) -> SplitResult | None:
    """Return the parts of the URL, or None if it or its port can't be parsed."""
    try:
        parts = urlsplit(address)
        readable = parts.port != 0
    except ValueError:
        return None
    return parts if readable else None
