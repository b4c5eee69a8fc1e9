"""Check that the queue is fair by turns and by waiting time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.database import Row

CONSTANT = 4
"""How many songs may overtake someone in addition to one per person in the queue.

If people cancel songs of theirs that are queued, those behind keep their positions. So each of these may be
overtaken by one more song per person for every one that was cancelled.
"""


@dataclass
class _Waiting:
    overtakers: set[int] = field(default_factory=set)
    people: int = 0
    cancelled: int = 0


@dataclass
class Line:
    """Tracks who waits, and who was admitted before them although they came later."""

    slots_per_user: int
    queued: dict[int, Row] = field(default_factory=dict)
    active: Counter[int] = field(default_factory=Counter)
    _waiting: dict[int, _Waiting] = field(default_factory=dict)

    def on_row(self, old: Row | None, new: Row | None) -> str | None:
        """Check that nobody who could be next is overtaken by more songs than people wait, plus CONSTANT."""
        before, after = _state(old), _state(new)
        row = new or old
        if row is None or before == after:
            return None
        problem = None
        if before == "queued" and after == "active":
            problem = self._on_admitted(row)
        if before == "active":
            self.active[_user(old, row)] -= 1
        if after == "active":
            self.active[row.user_id] += 1
        if after == "queued":
            self.queued[row.id] = row
            self._count_people()
        if before == "queued":
            self.queued.pop(row.id, None)
            if after != "active":
                self._count_cancelled(row)
        if after not in ("queued", "active"):
            self._waiting.pop(row.id, None)
        return problem

    def _count_people(self) -> None:
        people = len({row.user_id for row in self.queued.values()})
        for song_id in self.queued:
            waiting = self._waiting.setdefault(song_id, _Waiting())
            waiting.people = max(waiting.people, people)

    def _count_cancelled(self, cancelled: Row) -> None:
        for row in self.queued.values():
            if row.user_id == cancelled.user_id and row.id > cancelled.id:
                self._waiting[row.id].cancelled += 1

    def _on_admitted(self, admitted: Row) -> str | None:
        firsts: dict[int, Row] = {}
        for row in sorted(self.queued.values()):
            firsts.setdefault(row.user_id, row)
        for first in firsts.values():
            if first.user_id == admitted.user_id or admitted.id < first.id:
                continue
            if self.active[first.user_id] >= self.slots_per_user:
                continue
            waiting = self._waiting[first.id]
            waiting.overtakers.add(admitted.id)
            if len(waiting.overtakers) > waiting.people * (1 + waiting.cancelled) + CONSTANT:
                overtaken = len(waiting.overtakers)
                return f"song {first.id} is overtaken by {overtaken}, with {waiting.people} in line"
        return None


def _state(row: Row | None) -> str:
    if row is None or row.user_id < 0:
        return "none"
    return "active" if row.state in ("submitting", "composing") else row.state


def _user(old: Row | None, row: Row) -> int:
    return old.user_id if old is not None else row.user_id
