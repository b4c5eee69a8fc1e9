"""Test `python -m whisul_api` against a real HTTP server on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.hang_guard import HANG_GUARD
from whisul_api import DownloadFailed, cli
from whisul_api.download import download

ROOT = Path(__file__).parents[2]
KEY = "key-that-nobody-may-see"
SONG = b"ID3" + bytes(range(256)) * 1000


@dataclass
class FakeWhisul:
    """Runs in another thread, so that main() can have the test's event loop."""

    base_url: str = ""
    song_path: str | None = "/cdn/song.mp3"
    job_replies: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    generate_status: int = 202
    generate_hangs: bool = False
    paths: list[str] = field(default_factory=list)
    cdn_headers: list[dict[str, str]] = field(default_factory=list)

    async def generate(self, request: web.Request) -> web.Response:
        self.paths.append("POST")
        if self.generate_hangs:
            await asyncio.sleep(60)
        return web.json_response({"job_id": "job-1", "message": "No."}, status=self.generate_status)

    async def job(self, request: web.Request) -> web.Response:
        self.paths.append("GET")
        status, body = self.job_replies.pop(0) if len(self.job_replies) > 1 else self.job_replies[0]
        return web.json_response(body, status=status)

    async def cdn(self, request: web.Request) -> web.Response:
        self.cdn_headers.append(dict(request.headers))
        match request.match_info["name"]:
            case "song.mp3":
                return web.Response(body=SONG, content_type="audio/mpeg")
            case "page.mp3":
                return web.Response(text="<html>", content_type="text/html")
            case "empty.mp3":
                return web.Response(body=b"", content_type="audio/mpeg")
            case "file.mp3":
                raise web.HTTPFound("file:///etc/passwd")
            case "slow.mp3":
                await asyncio.sleep(60)
        raise web.HTTPNotFound

    def completed(self, song_url: str | None = None) -> dict[str, object]:
        url = song_url or f"{self.base_url}{self.song_path}"
        result = {
            "title": "Mid\x1b[2Jnight",
            "bpm": 140,
            "duration": "2:47",
            "song_url": url,
            "tags": "trap, dark",
        }
        return {"status": "completed", "result": result}


@pytest.fixture
def whisul() -> Iterator[FakeWhisul]:
    fake, ready, loop = FakeWhisul(), threading.Event(), asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/generate", fake.generate)
        app.router.add_get("/jobs/{job_id}", fake.job)
        app.router.add_get("/cdn/{name}", fake.cdn)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        fake.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def serve() -> None:
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve, name="fake Whisul")
    thread.start()
    assert ready.wait(HANG_GUARD)
    fake.job_replies = [(200, fake.completed())]
    yield fake
    loop.call_soon_threadsafe(loop.stop)
    thread.join(HANG_GUARD)


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


def shell(whisul: FakeWhisul, *arguments: str, key: str = KEY) -> int:
    environ = {"WHISUL_API_KEY": key, "WHISUL_API_URL": whisul.base_url}
    return cli.main(arguments, environ=environ, sleep=no_sleep)


def test_a_song_is_made_and_written(whisul: FakeWhisul, tmp_path: Path, capsys) -> None:
    whisul.job_replies.insert(0, (200, {"status": "running"}))
    whisul.job_replies.insert(0, (404, {}))
    target = tmp_path / "song.mp3"
    assert shell(whisul, "a trap song", "-o", str(target)) == 0
    assert target.read_bytes() == SONG
    assert [path.name for path in tmp_path.iterdir()] == ["song.mp3"]
    out, err = capsys.readouterr()
    assert out == f"{target}\n"
    assert "job job-1" in err
    assert "composing" in err
    assert "2:47 · 140 BPM · trap, dark" in err
    assert "\x1b" not in err
    assert whisul.paths == ["POST", "GET", "GET", "GET"]
    assert "Authorization" not in whisul.cdn_headers[0]
    assert KEY not in out + err


def test_without_a_file_the_link_is_printed(whisul: FakeWhisul, capsys) -> None:
    assert shell(whisul, "a trap song") == 0
    assert capsys.readouterr().out == f"{whisul.base_url}/cdn/song.mp3\n"
    assert whisul.cdn_headers == []


def test_a_job_is_taken_up_again_without_a_new_song(whisul: FakeWhisul, tmp_path: Path) -> None:
    assert shell(whisul, "--job", "job-1", "-o", str(tmp_path / "song.mp3")) == 0
    assert whisul.paths == ["GET"]


def test_a_job_that_is_gone_is_told_at_once(whisul: FakeWhisul, capsys) -> None:
    whisul.job_replies = [(404, {})]
    assert shell(whisul, "--job", "job-1") == 1
    assert whisul.paths == ["GET"]
    assert "knows no job" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "rejected the prompt: No."),
        (401, "refuses the API key"),
        (429, "too often"),
        (403, "status 403"),
        (500, "may have been charged"),
    ],
)
def test_a_refused_prompt_is_told_with_code_1(whisul: FakeWhisul, capsys, status: int, words: str) -> None:
    whisul.generate_status = status
    assert shell(whisul, "x") == 1
    assert words in capsys.readouterr().err
    assert whisul.paths == ["POST"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "failed", "error": "Generation failed."}, "Generation failed."),
        ({"status": "failed"}, "no reason"),
        ({"status": "completed", "result": None}, "no link"),
        ({"status": "completed", "result": {"title": "x"}}, "no link"),
    ],
)
def test_a_song_that_came_to_nothing_is_told(whisul: FakeWhisul, capsys, body: dict, words: str) -> None:
    whisul.job_replies = [(200, body)]
    assert shell(whisul, "x") == 1
    assert words in capsys.readouterr().err


def test_a_song_with_nothing_but_its_link_is_shown_as_untitled(whisul: FakeWhisul, capsys) -> None:
    whisul.job_replies = [(200, {"status": "completed", "result": {"song_url": "https://x/y.mp3"}})]
    assert shell(whisul, "x") == 0
    assert "Untitled\n" in capsys.readouterr().err


def test_giving_up_tells_how_to_go_on(whisul: FakeWhisul, capsys) -> None:
    whisul.job_replies = [(200, {"status": "running"})]
    assert shell(whisul, "x", "--timeout", "0.01", "-o", "song.mp3") == 1
    assert '--job "job-1" -o "song.mp3"' in capsys.readouterr().err


@pytest.mark.parametrize("name", ["page.mp3", "empty.mp3", "missing.mp3", "file.mp3"])
def test_a_failed_download_keeps_the_job_and_leaves_no_file(
    whisul: FakeWhisul, tmp_path: Path, capsys, name: str
) -> None:
    whisul.job_replies = [(200, whisul.completed(f"{whisul.base_url}/cdn/{name}"))]
    target = tmp_path / "song.mp3"
    target.write_text("the old one")
    assert shell(whisul, "x", "-o", str(target)) == 1
    assert "--job" in capsys.readouterr().err
    assert target.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["song.mp3"]


@pytest.mark.parametrize(
    ("limits", "words"), [({"max_bytes": 1000}, "over 1,000 bytes"), ({"seconds": 0.2}, "long")]
)
async def test_a_download_has_a_cap_and_a_deadline(
    whisul: FakeWhisul, tmp_path: Path, limits, words: str
) -> None:
    name = "song" if "max_bytes" in limits else "slow"
    with pytest.raises(DownloadFailed, match=words):
        await download(f"{whisul.base_url}/cdn/{name}.mp3", tmp_path / "song.mp3", **limits)
    assert not list(tmp_path.iterdir())


async def test_only_http_links_are_fetched(tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="http"):
        await download("file:///etc/passwd", tmp_path / "song.mp3")


async def test_a_download_goes_straight_even_if_the_environment_names_a_proxy(
    whisul: FakeWhisul, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert await download(f"{whisul.base_url}/cdn/song.mp3", tmp_path / "song.mp3") == len(SONG)


async def test_a_disk_that_can_not_be_written_is_a_failed_download(
    whisul: FakeWhisul, tmp_path: Path
) -> None:
    with pytest.raises(DownloadFailed):
        await download(f"{whisul.base_url}/cdn/song.mp3", tmp_path / "missing" / "song.mp3")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x", "--job", "job-1"],
        [" "],
        ["--job", "a/b"],
        ["x", "-o", "/no/such/folder/a.mp3"],
        ["x", "-o", "/"],
    ],
)
def test_wrong_use_ends_with_code_2_before_anything_is_paid(whisul: FakeWhisul, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        shell(whisul, *arguments)
    assert caught.value.code == 2
    assert whisul.paths == []


def test_the_help_says_where_the_key_comes_from_and_what_each_argument_is_for(capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"], environ={})
    assert caught.value.code == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "The API key is read from WHISUL_API_KEY" in words
    assert "--output OUTPUT the file to write" in words
    assert "--job ID take up a job again" in words
    assert "--timeout SECONDS give up waiting (default: 1800)" in words


def test_a_missing_key_or_a_wrong_url_ends_with_code_2(whisul: FakeWhisul, capsys) -> None:
    assert shell(whisul, "x", key="") == 2
    assert cli.main(["x"], environ={"WHISUL_API_KEY": KEY, "WHISUL_API_URL": "ftp://x"}) == 2
    assert capsys.readouterr().err.count("WHISUL_API_KEY") == 2
    assert cli.main(["x"], environ={"WHISUL_API_URL": whisul.base_url}) == 2
    assert whisul.paths == []


def test_ctrl_c_tells_what_became_of_the_song(whisul: FakeWhisul, capsys) -> None:
    async def interrupted(seconds: float) -> None:
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(60)

    whisul.job_replies = [(200, {"status": "running"})]
    environ = {"WHISUL_API_KEY": KEY, "WHISUL_API_URL": whisul.base_url}
    assert cli.main(["x"], environ=environ, sleep=interrupted) == 130
    assert 'to take it up again: python -m whisul_api --job "job-1"' in capsys.readouterr().err


def test_ctrl_c_while_sending_says_that_a_song_may_have_begun(whisul: FakeWhisul, capsys) -> None:
    whisul.generate_hangs = True

    def interrupt() -> None:
        while not whisul.paths:
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    assert shell(whisul, "x") == 130
    thread.join()
    assert "may have begun" in capsys.readouterr().err


def test_ctrl_c_before_sending_began_no_song() -> None:
    assert "no song was begun" in cli._interruption(cli.Order("x", None, 1, None))


def module(whisul: FakeWhisul, *arguments: str) -> subprocess.Popen[str]:
    environ = os.environ | {"WHISUL_API_KEY": KEY, "WHISUL_API_URL": whisul.base_url}
    return subprocess.Popen(
        [sys.executable, "-m", "whisul_api", *arguments],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_module_runs_from_a_shell(whisul: FakeWhisul, tmp_path: Path) -> None:
    with module(whisul, "a trap song", "-o", str(tmp_path / "song.mp3")) as process:
        out, err = process.communicate(timeout=HANG_GUARD)
    assert (process.returncode, out) == (0, f"{tmp_path / 'song.mp3'}\n"), err
    assert (tmp_path / "song.mp3").read_bytes() == SONG


def test_ctrl_c_in_a_shell_is_clean(whisul: FakeWhisul) -> None:
    whisul.job_replies = [(200, {"status": "running"})]
    with module(whisul, "a trap song") as process:
        deadline = time.monotonic() + HANG_GUARD
        while "GET" not in whisul.paths and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=HANG_GUARD)
    assert process.returncode == 130
    assert "job-1" in err
    assert "Traceback" not in err
