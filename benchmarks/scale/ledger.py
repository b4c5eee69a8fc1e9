"""Count the answers that reach Discord, by song."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.wire.discord_server import Edit, StoredMessage
from tests.wire.discord_server.messages import walk

_ANSWER = re.compile(r"song:v1:(take|retry):(\d+)")
"""A button that only a card or a failure has."""


class Ledger:
    """Counts what people see instead of keeping every edit, which would need gigabytes.

    - `refusals` holds the IDs of the messages which say that a song could not be ordered.
    - `answers` holds, by song ID, how often each message (by its ID) was given the card or the failure.
    - `arrived_at` is when the first of them arrived, in seconds of the monotonic clock.
    - `mentions` counts the messages that mention somebody below an answer, by the answer's message ID.
    """

    def __init__(self) -> None:
        self.refusals: set[int] = set()
        self.answers: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self.arrived_at: dict[int, float] = {}
        self.mentions: Counter[int] = Counter()

    def keep_edit(self, message: StoredMessage, edit: Edit) -> None:
        """Count one state of a message."""
        if is_refusal(message):
            self.refusals.add(message.id)
        if (reference := edit.body.get("message_reference")) is not None:
            self.mentions[int(reference["message_id"])] += 1
        for song_id in _answered(edit.body):
            self.answers[song_id][message.id] += 1
            self.arrived_at.setdefault(song_id, edit.at)


def is_refusal(message: StoredMessage) -> bool:
    """Return whether a message says that the song could not be ordered.

    It is a private one, or it replaces the progress message, which has an embed like all states of a song.
    """
    is_mention = "message_reference" in message.payload
    return message.ephemeral or not (message.embeds or message.loading or is_mention)


def _answered(body: dict[str, Any]) -> Iterator[int]:
    for part in walk(body.get("components") or []):
        if (found := _ANSWER.fullmatch(part.get("custom_id") or "")) is not None:
            yield int(found[2])
