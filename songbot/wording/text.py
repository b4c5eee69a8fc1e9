"""Make untrusted text safe to show on Discord. Pure, and fast for input of any length."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv6Address
from urllib.parse import quote, urlsplit

MAX_READ = 8000
"""Characters of untrusted input that are processed: twice the longest text that Discord can hold."""
BUTTON_URL = 512
EMBED_URL = 2048

_JOINERS = "\u200c\u200d"
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_DROPPED = frozenset({"Cc", "Cs", "Co", "Cf"})
_MAX_COMBINING_MARKS = 4

_SPECIAL = re.compile(r"[\\*_~|`\[\]<>#/]")
_LIST = re.compile(r"^([-+])|^(\d{1,9})([.)])")
_PING = re.compile(r"@(?=everyone|here|[!&]?\d)", re.IGNORECASE)
_FILE_NAME_SIGNS = frozenset("_-.' ()&,!")
_NOT_IN_URLS = frozenset(' "<>\\^`{|}')
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_SPOILER = re.compile(r"^(?:spoiler_)+", re.IGNORECASE)


def normalise(text: str | None, max_length: int = MAX_READ) -> str:
    """Return one line without control, bidirectional, invisible or stacked combining characters; it may be
    empty."""
    if text and text.isascii() and text.isprintable():
        return " ".join(text[:max_length].split())
    kept: list[str] = []
    marks = 0
    for character in (text or "")[:max_length]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character.isspace():
            kept.append(" ")
        elif marks <= _MAX_COMBINING_MARKS and not (
            character in _INVISIBLE or (category in _DROPPED and character not in _JOINERS)
        ):
            kept.append(character)
    line = " ".join("".join(kept).split())
    is_visible = any(unicodedata.category(character) not in ("Cf", "Mn", "Me", "Zs") for character in line)
    return line if is_visible else ""


def escape(text: str) -> str:
    """Escape markdown, mentions, timestamps, commands, lists, headings and links, so that they show as typed.

    Discord shows a punctuation character after a backslash literally ("Markdown Text 101" in its help
    centre). Escaping a link's slashes prevents a link preview. Discord's servers look for mentions in the raw
    text and ignore backslashes, so a zero-width space is inserted after each @.
    """
    text = _PING.sub("@\u200b", text)
    text = _SPECIAL.sub(lambda match: "\\" + match[0], text)
    return _LIST.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", text)


def clamp(text: str, limit: int) -> str:
    """Cut text to `limit` characters (code points, as Discord counts), ending in an ellipsis if it was cut.

    An escape sequence, or an emoji of several characters, is never split.
    """
    if len(text) <= limit:
        return text
    cut = limit - 1
    while cut > 0 and limit - cut < 24 and _belongs_together(text[cut - 1], text[cut]):
        cut -= 1
    kept = text[:cut]
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept[: len(kept) - backslashes % 2].rstrip(" ") + "…"


def _belongs_together(before: str, after: str) -> bool:
    return (
        before == "\u200d"
        or after in "\u200d\ufe0e\ufe0f\u20e3"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or unicodedata.category(after) == "Mn"
        or (_is_flag_letter(before) and _is_flag_letter(after))
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def escape_and_clamp(text: str | None, limit: int) -> str:
    """Normalise, escape and clamp text. Return an empty string if nothing visible is left."""
    return clamp(escape(normalise(text, limit * 2 + 200)), limit)


def plain(text: str | None, limit: int) -> str:
    """Normalise and clamp text for places where Discord renders no markdown."""
    return clamp(normalise(text, limit * 2 + 200), limit)


def inline_code(text: str, limit: int) -> str:
    """Return the text as inline code, in which Discord renders nothing, or an empty string if it is not
    visible."""
    inner = plain(text.replace("`", "'"), limit)
    return f"`{inner}`" if inner else ""


def duration(seconds: int) -> str:
    """Format a duration as `m:ss`, or as `h:mm:ss` from one hour."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def file_name(title: str | None, extension: str) -> str:
    """Return a safe file name of at most 80 characters: letters of any script, no path, never hidden.

    Discord hides files whose names begin with `SPOILER_` behind a spoiler warning ("Uploading Files").
    """
    kept = (character if _fits_file_name(character) else " " for character in normalise(title, 400))
    name = "".join(kept)
    name = _SPOILER.sub("", " ".join(name.replace("..", " ").split()).strip(" ._-'"))
    name = name[: 79 - len(extension)].strip(" ._-'")
    return f"{name or 'song'}.{extension}"


def ascii_file_name(title: str | None, extension: str) -> tuple[str, str | None]:
    """Return the name in ASCII, since Discord drops other letters, and the title if letters were lost."""
    whole = file_name(title, extension)
    if whole.isascii():
        return whole, None
    spelled = unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode()
    return file_name(spelled.removesuffix(f".{extension}"), extension), whole.removesuffix(f".{extension}")


def _fits_file_name(character: str) -> bool:
    """Return True for letters, digits and the marks that are part of words (vowel signs, accents,
    joiners)."""
    return (
        unicodedata.category(character)[0] in "LNM" or character in _FILE_NAME_SIGNS or character in _JOINERS
    )


def safe_link(url: str | None, limit: int = EMBED_URL) -> str | None:
    """Return the link if it is http(s) with a host name and at most `limit` characters long, else None.

    Non-ASCII letters are percent-encoded.
    """
    if not url or len(url) > limit or not url.isprintable() or not _NOT_IN_URLS.isdisjoint(url):
        return None
    url = quote(url, safe="%/:=&?~#+!$,;'@()*[]")
    if len(url) > limit:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or port == 0:
        return None
    return url if _is_host(host) else None


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_ipv6(host)
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))


def _is_ipv6(host: str) -> bool:
    try:
        return bool(IPv6Address(host)) and "%" not in host
    except ValueError:
        return False
