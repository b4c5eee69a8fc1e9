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


class AnswerCounter:
    """Counts what people see instead of keeping every edit, which would need gigabytes.

    - `answers` holds, by song ID, how often each message (by its ID) was given the card or the failure.
    - `arrived_at` is when the first of them arrived, in seconds of the monotonic clock.
    - `mentions` counts the messages that mention somebody below an answer, by the answer's message ID.
    """

    def __init__(self) -> None:
        self.answers: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self.arrived_at: dict[int, float] = {}
        self.mentions: Counter[int] = Counter()

    def keep_edit(self, message: StoredMessage, edit: Edit) -> None:
        """Count one state of a message."""
        if (reference := edit.body.get("message_reference")) is not None:
            self.mentions[int(reference["message_id"])] += 1
        for song_id in _answered(edit.body):
            self.answers[song_id][message.id] += 1
            self.arrived_at.setdefault(song_id, edit.at)


def _answered(body: dict[str, Any]) -> Iterator[int]:
    for part in walk(body.get("components") or []):
        if (found := _ANSWER.fullmatch(part.get("custom_id") or "")) is not None:
            yield int(found[2])
