"""Start a headless Chromium for a test, and the sandbox as a process beside it."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.support.hang_guard import HANG_GUARD

HOUSE = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A press by a test does not count as a user gesture, without which Chromium plays no audio.
    "--autoplay-policy=no-user-gesture-required",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome on this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@asynccontextmanager
async def open_page(
    url: str, *, scale: float = 1, size: tuple[int, int] = (1280, 900)
) -> AsyncIterator[Page]:
    """Open a page in a fresh browser. `size` is in CSS pixels, `scale` in device pixels per CSS pixel."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=find_chromium(),
                args=list(FLAGS),
                viewport={"width": size[0], "height": size[1]},
                device_scale_factor=scale,
            )
            page = context.pages[0]
            page.set_default_timeout(HANG_GUARD * 1000)
            expect.set_options(timeout=HANG_GUARD * 1000)
            await page.goto(url)
            try:
                yield page
            finally:
                await context.close()


class SandboxProcess:
    """Runs `python -m sandbox` and reads its output line by line."""

    def __init__(self, process: asyncio.subprocess.Process, first_line: str) -> None:
        self._process = process
        self.first_line = first_line

    @property
    def url(self) -> str:
        found = re.search(r"http://127\.0\.0\.1:\d+/#\S+", self.first_line)
        assert found, f"no address in {self.first_line!r}"
        return found[0]

    async def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send a signal, and return how the process ended."""
        self._process.send_signal(number)
        return await self.ended()

    async def ended(self) -> tuple[int, str]:
        """Return the exit code and everything printed after the first line."""
        async with asyncio.timeout(HANG_GUARD):
            rest, _ = await self._process.communicate()
        assert self._process.returncode is not None
        return self._process.returncode, rest.decode()


@asynccontextmanager
async def sandbox(*arguments: str) -> AsyncIterator[SandboxProcess]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--no-browser", *arguments),
        cwd=HOUSE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(HANG_GUARD):
            first_line = (await process.stdout.readline()).decode()
        yield SandboxProcess(process, first_line)
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.communicate(), HANG_GUARD)
            except TimeoutError:
                process.kill()
                await process.wait()
