"""Options that libpq accepts in a URL are used, or refused with a sentence that reveals no secret."""

from __future__ import annotations

import ssl
from pathlib import Path

import asyncpg
import pytest

from songbot.storage import BadDatabaseUrl, open_database
from songbot.storage.connectors.postgres_options import address_only, connect_arguments, is_pgbouncer
from songbot.storage.connectors.url import parse_url
from tests.storage.postgres import PostgresServer

BASE = "postgresql://bot:hunter2@host/songs"


def arguments(options: str) -> dict[str, object]:
    return connect_arguments(parse_url(f"{BASE}?{options}"))


def test_options_without_effect_are_left_out() -> None:
    options = "channel_binding=require&gssencmode=disable&client_encoding=utf8&sslsni=1&keepalives=1"
    assert arguments(options) == {"server_settings": {}}


def test_a_name_and_settings_go_to_the_server() -> None:
    settings = {"application_name": "songs bot", "options": "-c search_path=songs"}
    assert arguments("application_name=songs+bot&options=-c%20search_path%3Dsongs&connect_timeout=7") == {
        "server_settings": settings,
        "timeout": 7.0,
    }


def test_a_connect_timeout_of_zero_leaves_the_calls_own_deadline() -> None:
    assert "timeout" not in arguments("connect_timeout=0")


async def test_what_is_said_about_tls_reaches_asyncpg_in_a_url_without_the_password(tmp_path: Path) -> None:
    certificate = tmp_path / "ca & root.crt"
    certificate.touch()
    dsn = arguments(f"sslmode=verify-full&sslrootcert={str(certificate).replace('&', '%26')}")["dsn"]
    assert "hunter2" not in str(dsn)
    with pytest.raises(ssl.SSLError):  # asyncpg reads the file, which is no certificate, before it connects
        await asyncpg.connect(dsn=dsn, host="localhost")
    certificate.unlink()
    with pytest.raises(FileNotFoundError):
        await asyncpg.connect(dsn=dsn, host="localhost")


def test_the_systems_certificates_can_be_asked_for() -> None:
    context = arguments("sslmode=verify-full&sslrootcert=system")["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname


@pytest.mark.parametrize(("value", "told"), [("true", True), ("false", False)])
def test_pgbouncer_is_named_in_the_url_and_not_to_the_server(value: str, told: bool) -> None:
    url = parse_url(f"{BASE}?pgbouncer={value}")
    assert is_pgbouncer(url) is told
    assert connect_arguments(url) == {"server_settings": {}}
    assert not address_only(url).query


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("hunter2=hunter2", "an option that is not known here; known are"),
        ("keepalives_idle=30", "the option keepalives_idle, which is not supported"),
        ("statement_cache_size=0", "the option statement_cache_size"),
        ("sslmode=hunter2", "sslmode must be one of: allow, disable"),
        ("ssl=hunter2", "sslmode must be one of"),
        ("gssencmode=require", "gssencmode must be one of"),
        ("target_session_attrs=hunter2", "target_session_attrs must be one of"),
        ("pgbouncer=hunter2", "pgbouncer must be one of: false, true"),
        ("connect_timeout=hunter2", "connect_timeout must be a number of seconds"),
        ("connect_timeout=²", "connect_timeout must be a number of seconds"),
        ("sslrootcert=/hunter2.crt", "sslrootcert names a file that is not there"),
        ("pgbouncer=true&options=-chunter2", "options can't go through PgBouncer"),
        ("passfile=/hunter2", "passfile names a file that is not there"),
    ],
)
def test_what_can_not_be_taken_is_refused_in_a_sentence(options: str, said: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=said) as caught:
        parse_url(f"{BASE}?{options}")
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("url", ["postgresql://bot@host:port/songs", "postgresql://bot@[::1/songs"])
def test_an_address_that_can_not_be_read_is_refused(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match="DATABASE_URL"):
        parse_url(url)


async def test_the_server_is_given_the_options(postgres: PostgresServer, postgres_url: str) -> None:
    options = "application_name=songs&options=-c%20work_mem%3D5MB&connect_timeout=5&sslmode=disable"
    async with open_database(f"{postgres_url}&{options}") as database:
        query = "SELECT current_setting('application_name'), current_setting('work_mem')"
        row = await database.connector.read(lambda connection: connection.exec_driver_sql(query).one())
        assert tuple(row) == ("songs", "5MB")
