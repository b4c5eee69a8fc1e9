from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from songbot.storage import environment, open_database
from songbot.storage.backup import BackupError, back_up, main
from tests.storage.builders import NOW, completed


async def test_a_backup_is_whole_while_the_database_is_in_use(sqlite_url: str, tmp_path: Path) -> None:
    async with open_database(sqlite_url) as database:
        song = await completed(database)
        copy = back_up(sqlite_url, tmp_path / "backups" / "copy.db", NOW)
        await completed(database)
    async with open_database(f"sqlite:///{copy}") as restored:
        await restored.migrate()
        assert await restored.songs.get(song.id) == song
        assert await restored.songs.get(song.id + 1) is None


def test_a_backup_is_put_beside_the_database_with_its_time(sqlite_url: str, tmp_path: Path) -> None:
    assert back_up(sqlite_url, None, NOW) == tmp_path / "songs-20260318-123000.db"


def test_no_file_is_written_over(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        back_up(sqlite_url, tmp_path / "precious", NOW)
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "songs.db").write_text("no database " * 1000)
    with pytest.raises(BackupError, match="could not be written"):
        back_up(f"sqlite:///{tmp_path}/songs.db", tmp_path / "copy.db", NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["songs.db"]


def test_the_command_prints_where_the_backup_is(sqlite_url: str, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert main(["--to", str(tmp_path / "copy.db")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM songs").fetchone() == (0,)


async def recorded(url: str) -> datetime | None:
    async with open_database(url) as database:
        assert (await database.admin.status(NOW)).last_backup == await database.admin.last_backup()
        return await database.admin.last_backup()


def test_a_backup_is_recorded_in_the_database(sqlite_url: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert asyncio.run(recorded(sqlite_url)) is None
    begun = datetime.now(UTC)
    assert main(["--to", str(tmp_path / "copy.db")]) == 0
    made_at = asyncio.run(recorded(sqlite_url))
    assert made_at is not None
    assert begun <= made_at <= datetime.now(UTC)


def test_a_backup_by_other_means_is_recorded_on_request(url: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    before = set(tmp_path.glob("*.db"))
    assert main(["--record"]) == 0
    assert asyncio.run(recorded(url)) is not None
    assert set(tmp_path.glob("*.db")) == before, "nothing is backed up"


def test_a_backup_that_failed_is_not_recorded(sqlite_url: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    (tmp_path / "precious").touch()
    assert main(["--to", str(tmp_path / "precious")]) == 1
    assert asyncio.run(recorded(sqlite_url)) is None


def test_a_backup_that_cannot_be_recorded_is_kept_and_reported(tmp_path: Path, monkeypatch, capsys) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE something (id)")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    assert main(["--to", str(tmp_path / "copy.db")]) == 1
    assert (tmp_path / "copy.db").is_file()
    assert "could not be recorded" in capsys.readouterr().err


def test_recording_makes_no_database(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/songs.db")
    assert main(["--record"]) == 1
    assert "There is no database" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_address_in_quotes_is_understood(sqlite_url: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f'"{sqlite_url}"')
    assert main(["--to", str(tmp_path / "copy.db")]) == 0


def test_an_env_file_that_may_not_be_read_is_said_in_one_line(monkeypatch, capsys) -> None:
    def refuse() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(environment, "load_dotenv", refuse)
    assert main([]) == 1
    assert capsys.readouterr().err == ".env can't be read: Permission denied.\n"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////nowhere/songs.db", "There is no database"),
        ("postgresql://bot:hunter2@host/songs", "pg_dump"),
        ("hunter2", "DATABASE_URL"),
    ],
)
def test_the_command_says_what_is_wrong(url: str, says: str, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert main([]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert "hunter2" not in told
