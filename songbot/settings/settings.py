"""Read the settings from the environment and from `.env` into one frozen, typed object.

Importing this module reads nothing. `load_settings` is the only entry point and reports all problems at once.
A setting's name is its field's name in capitals; `.env.example` lists all with their defaults.
"""

from __future__ import annotations

import difflib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from songbot.settings.validators import (
    checked_database_url,
    checked_discord_token,
    checked_header_secret,
    checked_http_url,
    checked_poll_seconds,
    checked_sentry_dsn,
    checked_shard_ids,
    database_passwords,
    is_loopback,
    tidy,
)

HINTS = {
    "DISCORD_TOKEN": (
        "Get it at https://discord.com/developers/applications: your application > Bot > Reset Token."
    ),
    "WHISUL_API_KEY": "Get it in your dashboard at https://whisul.com.",
    "SENTRY_DSN": "Get it in Sentry: your project > Settings > Client Keys (DSN); leave it empty for none.",
}

EPHEMERAL_DISK_HOSTS = {
    "DYNO": "this host",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RAILWAY_ENVIRONMENT_NAME": "Railway",
    "RENDER": "Render",
    "FLY_APP_NAME": "Fly",
    "K_SERVICE": "Cloud Run",
}
"""Hosts without a persistent disk, by the environment variable that each sets."""

_WHOLE = "must be a whole number"
_PROBLEMS = {
    "missing": "is missing",
    "value_error": "{error}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "bool_parsing": "must be true or false",
    "float_parsing": "must be a number",
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
}
"""A description of each problem, by pydantic's error type."""


class Settings(BaseModel):
    """All settings. Durations are in seconds; None means that a setting is empty.

    If a value is wrong, the operator sees the field's docstring. `Settings(...)` uses only its arguments and
    never reads the environment.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=True,
        use_attribute_docstrings=True,
    )

    discord_token: SecretStr
    """The bot's token at Discord."""
    whisul_api_key: SecretStr
    """The key for Whisul's API."""
    whisul_api_url: str = "https://whisul.com/api"
    """Where Whisul's API is."""
    database_url: SecretStr = SecretStr("sqlite:///data/songs.db")
    """The database, SQLite or PostgreSQL; hidden, since it may hold a password."""
    poll_seconds_min: float = 5
    """Minimum seconds between two polls of one song."""
    poll_seconds_max: float = 10
    """Maximum seconds between two polls of one song."""
    attach_audio: bool = True
    """Whether audio and cover are uploaded to Discord."""
    songs_at_once: int = Field(default=20, ge=1, le=100_000)
    """Songs made at the same time by all processes together."""
    songs_at_once_per_user: int = Field(default=2, ge=1, le=100_000)
    """Songs made at the same time for one person."""
    server_songs_per_day: int = Field(default=50, ge=0, le=1_000_000)
    """Songs a day in one server."""
    member_songs_per_day: int = Field(default=5, ge=0, le=1_000_000)
    """Songs a day for a member if the server has no rule."""
    dm_songs_per_day: int = Field(default=3, ge=0, le=1_000_000)
    """Songs a day for a person in DMs and through user install."""
    operator_songs_per_day: int | None = Field(default=None, ge=0, le=1_000_000_000)
    """Songs a day, in total."""
    support_url: str | None = None
    """Where people find help, such as an invitation to a server of yours."""
    retention_days: int = Field(default=365, ge=1, le=36_500)
    """Days after which a song is forgotten."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    """The lowest level that is logged."""
    log_format: Literal["text", "json"] = "text"
    """The format of the log."""
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    """The port for /metrics, /healthz and /readyz."""
    # Loopback only by default, because the metrics have no password. A container needs 0.0.0.0.
    metrics_host: str = "127.0.0.1"
    """The address for METRICS_PORT."""
    sentry_dsn: SecretStr | None = None
    """The DSN for error reports to Sentry."""
    shard_count: int | None = Field(default=None, ge=1, le=100_000)
    """Shards of all processes together."""
    shard_ids: tuple[int, ...] | None = None
    """The shards of this process."""
    discord_api_url: str | None = None
    """The REST URL, with its version, of a proxy for Discord's API."""
    warnings: tuple[str, ...] = ()
    """Not a setting: warnings for the operator about these settings, logged at startup."""

    @field_validator("discord_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        return SecretStr(checked_discord_token(value.get_secret_value()))

    @field_validator("whisul_api_key")
    @classmethod
    def _key(cls, value: SecretStr) -> SecretStr:
        return SecretStr(checked_header_secret(value.get_secret_value()))

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        return SecretStr(checked_database_url(value.get_secret_value()))

    @field_validator("whisul_api_url", "discord_api_url", "support_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return value and checked_http_url(value)

    @field_validator("sentry_dsn")
    @classmethod
    def _dsn(cls, value: SecretStr | None) -> SecretStr | None:
        return value and SecretStr(checked_sentry_dsn(value.get_secret_value()))

    @field_validator("poll_seconds_min", "poll_seconds_max")
    @classmethod
    def _seconds(cls, value: float, info: ValidationInfo) -> float:
        return checked_poll_seconds(value, info.data.get("poll_seconds_min"))

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _any_case(cls, value: str, info: ValidationInfo) -> str:
        return value.upper() if info.field_name == "log_level" else value.lower()

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _shards(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str) or "shard_count" not in info.data:
            return value if not isinstance(value, str) else None
        return checked_shard_ids(value, info.data["shard_count"])

    def secrets(self) -> tuple[str, ...]:
        """Return all values that must never be printed, including passwords as written and as decoded."""
        hidden = [self.discord_token.get_secret_value(), self.whisul_api_key.get_secret_value()]
        if self.sentry_dsn is not None:
            hidden.append(self.sentry_dsn.get_secret_value())
        return (*hidden, *sorted(database_passwords(self.database_url.get_secret_value())))


NAMES = tuple(name.upper() for name in Settings.model_fields if name != "warnings")


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A setting that is missing or wrong. It never contains the value, which may be a misplaced secret.

    `problem` completes a sentence that begins with the name; `hint` is a sentence, or empty.
    """

    name: str
    problem: str
    hint: str

    def __str__(self) -> str:
        return f"{self.name} {self.problem}. {self.hint}".rstrip()


class SettingsError(Exception):
    """The settings are invalid. Holds every problem, and the warnings that may explain them."""

    def __init__(self, problems: list[SettingProblem], warnings: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join(f"{fault.name} {fault.problem}" for fault in problems))
        self.problems = problems
        self.warnings = warnings


def load_settings(environ: Mapping[str, str] | None = None, env_file: str | Path | None = ".env") -> Settings:
    """Return the settings from `environ` (by default the process's); `env_file` provides what it lacks.

    The file may be missing. An empty value means the default, even if it hides the file's value. Raises
    SettingsError with all problems.
    """
    from_file = {} if env_file is None else _read_env_file(Path(env_file))
    merged = from_file | dict(os.environ if environ is None else environ)
    given: dict[str, object] = {name.lower(): tidy(merged[name]) for name in NAMES if name in merged}
    given = {name: value for name, value in given.items() if value}
    warnings = _possible_typos(from_file)
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError([_problem(detail) for detail in error.errors()], warnings) from None
    return settings.model_copy(update={"warnings": (*warnings, *_risk_warnings(settings, merged))})


def format_errors(error: SettingsError) -> str:
    """Return the problems as lines for a terminal, sorted by setting."""
    count = len(error.problems)
    lines = [f"{count} setting{'s are' if count > 1 else ' is'} missing or wrong:"]
    for problem in error.problems:
        lines += [f"  {problem.name} {problem.problem}.", f"    {problem.hint}"]
    lines += [f"  Note: {warning}" for warning in error.warnings]
    lines.append("Put settings into .env (start from a copy of .env.example) or into the environment.")
    return "\n".join(lines)


def _read_env_file(path: Path) -> dict[str, str]:
    try:
        # utf-8-sig, because editors on Windows write a byte order mark before the first name.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        problem = SettingProblem(path.name, "is not UTF-8 text", "Save it again as UTF-8.")
        raise SettingsError([problem]) from None
    except OSError as error:
        hint = "Make it a file that the user who runs the bot may read."
        raise SettingsError([SettingProblem(path.name, f"can't be read ({error.strerror})", hint)]) from None
    # Without interpolation, because a password may contain "${".
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value or "" for name, value in values.items()}


def _possible_typos(from_file: Mapping[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in from_file:
        guesses = difflib.get_close_matches(name.upper(), NAMES, n=1, cutoff=0.8)
        if guesses and name not in NAMES:
            found.append(f".env has {name}, which is not a setting. Did you mean {guesses[0]}?")
    return tuple(found)


def _risk_warnings(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    risks: list[str] = []
    host = next((host for name, host in EPHEMERAL_DISK_HOSTS.items() if name in environ), None)
    if host and settings.database_url.get_secret_value().startswith("sqlite"):
        risks.append(
            f"DATABASE_URL is SQLite, and {host} wipes its disk on every deploy unless a volume is attached:"
            " songs and quotas would be lost. Attach a PostgreSQL database and set DATABASE_URL."
        )
    if settings.poll_seconds_min < 5:
        risks.append("POLL_SECONDS_MIN is under 5: Whisul asks for 5 to 10, and may refuse requests.")
    whisul = urlsplit(settings.whisul_api_url)
    if whisul.scheme == "http" and not is_loopback(whisul.hostname or ""):
        risks.append("WHISUL_API_URL is http: the API key crosses the network unencrypted.")
    return risks


def _problem(detail: ErrorDetails) -> SettingProblem:
    field = str(detail["loc"][0])
    name = field.upper()
    about = Settings.model_fields[field]
    hint = HINTS.get(name, f"Leave it out for the default, {_shown(about.get_default())}.")
    problem = _PROBLEMS.get(detail["type"], "is not valid").format(**detail.get("ctx", {}))
    return SettingProblem(name, problem, f"{about.description} {hint}")


def _shown(default: object) -> str:
    """Return a default as written in `.env.example`, where None is empty."""
    if default is None:
        return "which is none"
    plain = default.get_secret_value() if isinstance(default, SecretStr) else default
    return str(plain).lower() if isinstance(plain, bool) else str(plain)
