"""Check request bodies against Discord's OpenAPI document, if a copy is beside the checkout or above."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_RELATIVE_PATH = Path("shared", "discord", "openapi.json")
_PARENTS = Path(__file__).resolve().parents[4:]
DOCUMENT = next(
    (found for parent in _PARENTS if (found := parent / _RELATIVE_PATH).exists()),
    _PARENTS[0] / _RELATIVE_PATH,
)
_URI = "urn:discord-openapi"
_TYPES = ("application/json", "multipart/form-data")


@dataclass(frozen=True)
class SchemaViolation:
    """Something in a request's body that Discord's schema does not allow."""

    method: str
    operation: str
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.method} {self.operation} at {self.where}: {self.problem}"


# discord.py sends ids as JSON numbers, which Discord accepts although its document does not say so.
# Each entry is (key that holds the objects, keys in them whose numbers are read as strings).
HABITS: dict[str, tuple[str, ...]] = {
    # user.send() opens the direct message with the id as a number. "" means the body itself.
    "": ("recipient_id",),
    # New files are numbered by position, 0, 1, ..., as in the examples of Discord's page "Uploading Files".
    "attachments": ("id",),
    # message.reply() and to_message_reference_dict() write snowflakes as numbers.
    "message_reference": ("message_id", "channel_id", "guild_id"),
    # SelectDefaultValue.to_dict() writes snowflakes as numbers.
    "default_values": ("id",),
    # AllowedMentions.to_dict() does the same in lists.
    "allowed_mentions": ("users", "roles"),
}

MEDIA_CHANNEL = 16
"""A type of channel that Discord's page "Channel" and discord.py have, but that the document omits."""


def available() -> bool:
    """Return whether Discord's document is available."""
    return DOCUMENT.exists()


@lru_cache(maxsize=1)
def _document() -> tuple[dict[str, Any], Registry[Any]]:
    document = orjson.loads(DOCUMENT.read_bytes())
    resource = DRAFT202012.create_resource(document)
    return document, Registry().with_resource(_URI, resource)


@lru_cache(maxsize=256)
def _validator(method: str, operation: str) -> Draft202012Validator | None:
    document, registry = _document()
    route = document["paths"].get(operation, {}).get(method.lower(), {})
    content = route.get("requestBody", {}).get("content", {})
    media_type = next((known for known in _TYPES if known in content), None)
    if media_type is None:
        return None
    steps = ("paths", operation, method.lower(), "requestBody", "content", media_type, "schema")
    pointer = "/".join(quote(step.replace("~", "~0").replace("/", "~1"), safe="~") for step in steps)
    return Draft202012Validator({"$ref": f"{_URI}#/{pointer}"}, registry=registry)


def violations(method: str, operation: str, body: Any) -> list[SchemaViolation]:
    """Return what is wrong with the body by the schema; nothing for a route without a body."""
    validator = _validator(method, operation)
    if validator is None:
        return []
    found = validator.iter_errors(without_habits(body))
    return [SchemaViolation(method, operation, *_deepest(error)) for error in found]


def without_habits(body: Any, held_by: str = "") -> Any:
    """Return a copy with the HABITS written as the document requires, and without MEDIA_CHANNEL."""
    if isinstance(body, list):
        return [without_habits(part, held_by) for part in body]
    if not isinstance(body, dict):
        return body
    written = {name: without_habits(part, name) for name, part in body.items()}
    if isinstance(types := written.get("channel_types"), list):
        written["channel_types"] = [kind for kind in types if kind != MEDIA_CHANNEL]
    for name in written.keys() & set(HABITS.get(held_by, ())):
        written[name] = _as_text(written[name])
    return written


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return str(value) if isinstance(value, int) else value


def _deepest(error: ValidationError) -> tuple[str, str]:
    deepest = best_match([error]) or error
    return "/".join(map(str, deepest.absolute_path)) or "the body", deepest.message[:500]
