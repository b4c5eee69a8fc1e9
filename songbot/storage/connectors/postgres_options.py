"""Check the options of a PostgreSQL URL, named as in libpq, and convert them to asyncpg's arguments.

The names are from PostgreSQL's manual, "Parameter Key Words" of libpq, with one addition: `pgbouncer=true`
says that the connection goes through a PgBouncer in transaction mode.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL

from songbot.storage.errors import BadDatabaseUrl

_OTHER_NAMES = {
    "ssl": "sslmode",
    "timeout": "connect_timeout",
    "fallback_application_name": "application_name",
}
_ADDRESS = frozenset({"host", "port", "user", "password"})
"""Parts of the address that SQLAlchemy itself reads from the options."""
_SERVER_SETTINGS = frozenset({"application_name", "options"})
_FILES = frozenset({"passfile", "sslcert", "sslcrl", "sslkey", "sslrootcert"})
_TLS_VERSIONS = frozenset({"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"})
_CHOICES: dict[str, frozenset[str]] = {
    "pgbouncer": frozenset({"true", "false"}),
    "sslmode": frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}),
    "ssl_min_protocol_version": _TLS_VERSIONS,
    "ssl_max_protocol_version": _TLS_VERSIONS,
    "sslnegotiation": frozenset({"postgres", "direct"}),
    "target_session_attrs": frozenset(
        {"any", "primary", "standby", "read-write", "read-only", "prefer-standby"}
    ),
}
# asyncpg already does what these values mean, so they are ignored; other values are refused. asyncpg has no
# channel binding, yet many hosts add `channel_binding=require` to every URL.
_WITHOUT_EFFECT: dict[str, frozenset[str]] = {
    "channel_binding": frozenset({"disable", "prefer", "require"}),
    "client_encoding": frozenset({"auto", "utf8", "UTF8", "utf-8", "UTF-8"}),
    "gssencmode": frozenset({"disable", "prefer"}),
    "keepalives": frozenset({"1"}),
    "load_balance_hosts": frozenset({"disable"}),
    "sslcompression": frozenset({"0"}),
    "sslsni": frozenset({"1"}),
}
_TAKEN = _FILES | _SERVER_SETTINGS | set(_CHOICES) | {"connect_timeout", "sslpassword"}
_REFUSED = frozenset(
    {
        "dbname",
        "gsslib",
        "hostaddr",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "krbsrvname",
        "prepared_statement_cache_size",
        "replication",
        "require_auth",
        "requirepeer",
        "requiressl",
        "service",
        "sslcertmode",
        "sslcrldir",
        "statement_cache_size",
        "tcp_user_timeout",
    }
)
"""Known options that the bot does not support. Errors never repeat an unknown name: it may be part of a
password.
"""


def checked_options(query: Mapping[str, tuple[str, ...] | str]) -> dict[str, str]:
    """Return a URL's options under libpq's names, without those that have no effect.

    Raise BadDatabaseUrl for an option that is wrong or not supported. Its message never repeats a value.
    """
    options: dict[str, str] = {}
    for given, values in query.items():
        name = _OTHER_NAMES.get(given, given)
        value = values if isinstance(values, str) else ",".join(values) if name in _ADDRESS else values[-1]
        if name in _WITHOUT_EFFECT:
            _check_choice(name, value, _WITHOUT_EFFECT[name])
        elif name in _TAKEN or name in _ADDRESS:
            _check_value(name, value)
            options[name] = value
        elif name in _REFUSED:
            raise BadDatabaseUrl(f"DATABASE_URL has the option {name}, which is not supported; remove it.")
        else:
            known = ", ".join(sorted(_TAKEN))
            raise BadDatabaseUrl(f"DATABASE_URL has an option that is not known here; known are {known}.")
    if options.get("pgbouncer") == "true" and "options" in options:
        raise BadDatabaseUrl(
            "In DATABASE_URL, options can't go through PgBouncer; use ALTER ROLE ... SET on the server."
        )
    return options


def _check_value(name: str, value: str) -> None:
    if name in _CHOICES:
        _check_choice(name, value, _CHOICES[name])
    elif name == "connect_timeout" and not (value.isascii() and value.isdecimal() and len(value) < 6):
        raise BadDatabaseUrl("In DATABASE_URL, connect_timeout must be a number of seconds.")
    elif name in _FILES and (name, value) != ("sslrootcert", "system") and not Path(value).is_file():
        raise BadDatabaseUrl(f"In DATABASE_URL, {name} names a file that is not there.")


def _check_choice(name: str, value: str, choices: frozenset[str]) -> None:
    if value not in choices:
        raise BadDatabaseUrl(f"In DATABASE_URL, {name} must be one of: {', '.join(sorted(choices))}.")


def is_pgbouncer(url: URL) -> bool:
    return url.query.get("pgbouncer") == "true"


def address_only(url: URL) -> URL:
    """Return the URL with only the options that are part of the address."""
    return url.set(query={name: value for name, value in url.query.items() if name in _ADDRESS})


def connect_arguments(url: URL) -> dict[str, Any]:
    """Return asyncpg's arguments for the options of `url`, which `checked_options` must have accepted."""
    options = {name: str(value) for name, value in url.query.items() if name in _TAKEN - {"pgbouncer"}}
    settings = {name: options.pop(name) for name in _SERVER_SETTINGS & options.keys()}
    arguments: dict[str, Any] = {"server_settings": settings}
    if seconds := int(options.pop("connect_timeout", "0")):  # 0 disables it: the call has its own deadline
        arguments["timeout"] = float(seconds)
    if options.get("sslrootcert") == "system":
        del options["sslrootcert"]
        arguments["ssl"] = ssl.create_default_context()
    if options:
        # asyncpg takes these only from a URL, and reads the files they name.
        arguments["dsn"] = f"postgresql://?{urlencode(options)}"
    return arguments
