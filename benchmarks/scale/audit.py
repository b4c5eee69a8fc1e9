"""Compare what was ordered with Whisul's POSTs, the answers on Discord, and the rows in the database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from benchmarks.harness import Stage
from tests.wire.discord_server import InteractionRecord

from .answer_counter import AnswerCounter

_ROWS = "SELECT id, order_key, prompt, state, delivery, reason FROM songs"


@dataclass(frozen=True)
class Audit:
    """Numbers of songs. All but the first two, `interrupted`, `rewritten` and the lags must be 0.

    - `unanswered` orders were not acknowledged in time, so people saw Discord's own error.
    - `refused` orders were not taken because the database did not answer in time, and people were told.
    - `interrupted` songs were being sent when their process was killed. It is unknown whether Whisul
      received them, so they failed, were refunded and answered.
    - `rewritten` cards were written over themselves, which nobody sees, since their process was killed
      between the edit and its record.
    - `lags` are the seconds from a song's end at Whisul to its card.
    """

    unanswered: int
    refused: int
    without_row: int
    posted_twice: int
    not_posted: int
    without_answer: int
    with_two_answers: int
    mentioned_twice: int
    not_delivered: int
    failed: int
    interrupted: int
    rewritten: int
    lags: list[float]


def is_refused(record: InteractionRecord) -> bool:
    """Return whether the person was told that their song could not be ordered.

    They were told privately, or in place of the progress message. That has an embed, like all states of a
    song.
    """
    replaced = record.message is not None and not record.message.embeds
    return replaced or any(message.ephemeral for message in record.followups)


async def audit(
    connection: asyncpg.Connection, stage: Stage, records: Sequence[InteractionRecord], counter: AnswerCounter
) -> Audit:
    """Count what was lost and what came twice."""
    rows = {row["order_key"]: row for row in await connection.fetch(_ROWS)}
    ours = [row for record in records if (row := rows.get(f"interaction:{record.id}")) is not None]
    without_row = [record for record in records if f"interaction:{record.id}" not in rows]
    unanswered = sum(record.ack is None for record in without_row)
    refused = sum(record.ack is not None and is_refused(record) for record in without_row)
    posts = Counter(post.prompt for post in stage.whisul.posts)
    answers = [counter.answers[row["id"]] for row in ours]
    reasons = Counter(row["reason"] for row in ours if row["state"] == "failed")
    interrupted = reasons.pop("interrupted", 0)
    completed = [row for row in ours if row["state"] == "completed"]
    return Audit(
        unanswered=unanswered,
        refused=refused,
        without_row=len(without_row) - unanswered - refused,
        posted_twice=sum(number > 1 for number in posts.values()),
        not_posted=sum(posts[row["prompt"]] == 0 for row in completed),
        without_answer=sum(not messages for messages in answers),
        with_two_answers=sum(len(messages) > 1 for messages in answers),
        mentioned_twice=sum(number > 1 for number in counter.mentions.values()),
        not_delivered=sum(row["delivery"] != "delivered" for row in ours),
        failed=reasons.total(),
        interrupted=interrupted,
        rewritten=sum(times - 1 for messages in answers for times in messages.values()),
        lags=_lags(stage, completed, counter),
    )


def _lags(stage: Stage, completed: Sequence[asyncpg.Record], counter: AnswerCounter) -> list[float]:
    apart = time.time() - time.monotonic()
    ended = {job.prompt: job.finishes for job in stage.whisul.jobs.values()}
    return [
        counter.arrived_at[row["id"]] + apart - ended[row["prompt"]]
        for row in completed
        if row["id"] in counter.arrived_at
    ]
