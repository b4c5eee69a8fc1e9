"""What the API's answers look like: JSON values from jobs, pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TypeAlias

from sandbox.whisul.jobs import FAIL_TEXT, Job

JsonObject: TypeAlias = dict[str, object]

_BLANK = re.compile(r"[\s\ufeff]*")


class InvalidInput(ValueError):
    """The body of a POST can not be used; the message is what Whisul says of it."""


def prompt_in(body: object) -> str:
    """The prompt in a decoded body; raises `InvalidInput` where there is none."""
    if not isinstance(body, dict):
        raise InvalidInput("The 'prompt' field is out of reach: the body must be a JSON object.")
    if "prompt" not in body:
        raise InvalidInput("The 'prompt' field is required.")
    prompt = body["prompt"]
    if not isinstance(prompt, str):
        raise InvalidInput("The 'prompt' field is not a string.")
    if _BLANK.fullmatch(prompt):
        raise InvalidInput("The 'prompt' field is empty.")
    return prompt


def error(name: str, message: str) -> JsonObject:
    """The body of every answer of 400 and above."""
    return {"error": name, "message": message}


def accepted(job: Job) -> JsonObject:
    """The body of the 202: `poll_url` is relative to the base URL of the API."""
    return {
        "message": "Composition task received.",
        "job_id": job.job_id,
        "poll_url": f"/jobs/{job.job_id}",
    }


def progress(job: Job, now: float, public_base: str) -> JsonObject:
    """The body of a poll: `finished_at` is absent while it runs, `result` null unless it is completed."""
    status = job.status(now)
    answer: JsonObject = {
        "status": status,
        "prompt": job.prompt,
        "result": result(job, now, public_base) if status == "completed" else None,
        "error": FAIL_TEXT if status == "failed" else None,
        "started_at": timestamp(job.created),
    }
    if status != "running":
        answer["finished_at"] = timestamp(job.finishes)
    return answer


def result(job: Job, now: float, public_base: str) -> JsonObject:
    """The song; `public_base` begins its links.

    The length comes as `m:ss` or in seconds, by the prompt: Whisul's documents show both.
    """
    plan = job.plan
    song: JsonObject = {
        "title": plan.title,
        "bpm": plan.bpm,
        "duration": minutes(plan.seconds) if plan.seed % 2 else plan.seconds,
        "tags": ", ".join(plan.tags),
    }
    if job.has_audio(now):
        song["song_url"] = f"{public_base}/audio/{job.job_id}.mp3"
    if job.has_cover(now):
        song["image_url"] = f"{public_base}/covers/{job.job_id}.{plan.cover_type}"
    return song


def minutes(seconds: int) -> str:
    """Whole seconds as m:ss."""
    return f"{seconds // 60}:{seconds % 60:02}"


def timestamp(seconds: float) -> str:
    """Seconds since 1970 as `YYYY-MM-DD HH:MM:SS`, UTC, no offset."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
