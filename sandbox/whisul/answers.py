"""Build the API's responses as JSON values from jobs. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TypeAlias

from sandbox.whisul.jobs import FAIL_TEXT, Job

JsonObject: TypeAlias = dict[str, object]

_BLANK = re.compile(r"[\s\ufeff]*")


class InvalidInput(ValueError):
    """The body of a POST is invalid. The message is Whisul's."""


def prompt_in(body: object) -> str:
    """Return the prompt in a decoded body. Raise `InvalidInput` if there is none."""
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
    """Return the body of a response with a status of 400 or higher."""
    return {"error": name, "message": message}


def accepted(job: Job) -> JsonObject:
    """Return the body of the 202 response. `poll_url` is relative to the base URL of the API."""
    return {
        "message": "Composition task received.",
        "job_id": job.job_id,
        "poll_url": f"/jobs/{job.job_id}",
    }


def progress(job: Job, now: float, public_base: str) -> JsonObject:
    """Return the body of a poll response. `finished_at` is missing while the job runs. `result` is null
    unless it completed."""
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
    """Return the song. Its links start with `public_base`.

    The duration is `m:ss` or in seconds, depending on the prompt, since Whisul's documentation shows both.
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
    """Format whole seconds as m:ss."""
    return f"{seconds // 60}:{seconds % 60:02}"


def timestamp(seconds: float) -> str:
    """Format seconds since 1970 as `YYYY-MM-DD HH:MM:SS` in UTC, without an offset."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
