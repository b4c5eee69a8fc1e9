"""Provide the shell command `python -m whisul_api "a trap song" -o song.mp3`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whisul_api.client import DEFAULT_BASE_URL, WhisulClient
from whisul_api.download import download
from whisul_api.errors import DownloadFailed, OutcomeUnknown, WaitTimedOut, WhisulError
from whisul_api.models import Job, JobStatus, Result
from whisul_api.progress import Progress, clock_text, plain
from whisul_api.values import parse_job_id

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

Sleep = Callable[[float], Awaitable[object]]


@dataclass(slots=True)
class Order:
    """An order and its progress, enough to name the job if everything else fails."""

    prompt: str | None
    output: Path | None
    timeout: float
    job_id: str | None
    sending: bool = False

    def resume_hint(self) -> str:
        """Return the command that resumes the order's job."""
        output = f' -o "{self.output}"' if self.output else ""
        return f'python -m whisul_api --job "{self.job_id}"{output}'


def main(
    argv: Sequence[str] | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    sleep: Sleep = asyncio.sleep,
) -> int:
    """Run the command and return the exit code: 0, 1 (failed), 2 (usage, settings) or 130 (Ctrl-C).

    A wrong command line raises SystemExit(2), as argparse does. `sleep` is for tests.
    """
    order = _read_arguments(argv)
    progress = Progress(sys.stderr)
    try:
        client = WhisulClient(
            environ.get("WHISUL_API_KEY", ""), environ.get("WHISUL_API_URL") or DEFAULT_BASE_URL, sleep=sleep
        )
    except ValueError as error:
        progress.say(f"Check WHISUL_API_KEY and WHISUL_API_URL: {error}.")
        return USAGE
    try:
        return asyncio.run(run(client, order, progress))
    except KeyboardInterrupt:
        progress.say(_interruption(order))
        return INTERRUPTED


async def run(client: WhisulClient, order: Order, progress: Progress) -> int:
    """Make the song of one order, or resume its job, and download it. Return the exit code."""
    try:
        async with client:
            job = await _finished_job(client, order, progress)
        return await _hand_over(job, order, progress)
    except DownloadFailed as error:
        progress.say(f"{error}. To try again: {order.resume_hint()}")
    except OutcomeUnknown as error:
        progress.say(
            f"{error}. Look at your Whisul account before you send it again: it may have been charged."
        )
    except WaitTimedOut as error:
        progress.say(f"{error}; it may still finish. To go on: {order.resume_hint()}")
    except WhisulError as error:
        hint = "" if order.job_id is None else f". To look again: {order.resume_hint()}"
        progress.say(f"{error}{hint}")
    return FAILED


async def _finished_job(client: WhisulClient, order: Order, progress: Progress) -> Job:
    def on_update(job: Job) -> None:
        progress.update("composing" if job.status is JobStatus.RUNNING else job.status.value)

    grace = 0.0
    if order.job_id is None:
        progress.update("sending the prompt")
        order.sending = True
        accepted = await client.generate(order.prompt or "")
        order.job_id, order.sending = accepted.job_id, False
        progress.say(f"Whisul took the prompt: job {order.job_id}")
        grace = 60.0
    async with progress.moving():
        return await client.wait(order.job_id, timeout=order.timeout, grace=grace, on_update=on_update)


async def _hand_over(job: Job, order: Order, progress: Progress) -> int:
    if job.status is JobStatus.FAILED:
        progress.say(f"The song failed: {job.error or 'Whisul gave no reason'}")
        return FAILED
    if job.result is None or job.result.song_url is None:
        progress.say("The song is done, but Whisul sent no link to its audio.")
        return FAILED
    progress.say(_summary(job.result))
    if order.output is None:
        _print(job.result.song_url)
        return OK
    progress.say(f"Fetching {job.result.song_url}")
    size = await download(job.result.song_url, order.output)
    progress.say(f"{size:,} bytes written")
    _print(str(order.output))
    return OK


def _summary(result: Result) -> str:
    parts = [result.title or "Untitled"]
    if result.duration_seconds is not None:
        parts.append(clock_text(result.duration_seconds))
    if result.bpm is not None:
        parts.append(f"{result.bpm:g} BPM")
    if result.tags:
        parts.append(", ".join(result.tags))
    return " · ".join(parts)


def _interruption(order: Order) -> str:
    if order.job_id is not None:
        return f"Stopped. Whisul goes on with job {order.job_id}; to take it up again: {order.resume_hint()}"
    if order.sending:
        return "Stopped while the prompt was being sent: Whisul may have begun the song."
    return "Stopped; no song was begun."


def _print(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(plain(line).encode(encoding, "replace").decode(encoding) + "\n")


def _read_arguments(argv: Sequence[str] | None) -> Order:
    parser = argparse.ArgumentParser(
        prog="python -m whisul_api",
        description="Make a song with Whisul. The API key is read from WHISUL_API_KEY.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong use or settings, 130 stopped by Ctrl-C.",
    )
    parser.add_argument("prompt", nargs="?", help="what the song is to be")
    parser.add_argument(
        "-o", "--output", type=Path, help="the file to write; without it, the link is printed"
    )
    parser.add_argument("--job", metavar="ID", help="take up a job again instead of beginning a song")
    parser.add_argument(
        "--timeout",
        type=float,
        default=1800.0,
        metavar="SECONDS",
        help="give up waiting (default: %(default)g)",
    )
    options = parser.parse_args(argv)
    prompt, output, job = options.prompt, options.output, options.job
    if (prompt is None) == (job is None):
        parser.error("give a prompt, or --job and the id of a job")
    if prompt is not None and not prompt.strip():
        parser.error("the prompt is empty")
    if job is not None and parse_job_id(job) is None:
        parser.error("that is no job id")
    # Check this before anything is paid for.
    if output is not None and (output.is_dir() or not output.parent.is_dir() or not output.name):
        parser.error(f"can't write a file at {output}")
    return Order(prompt, output, options.timeout, job)
