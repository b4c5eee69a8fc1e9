from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from songbot.settings import NAMES, Settings, SettingsError, format_errors, load_settings

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.made-up-for-the-tests-and-good-for-nothing"
KEY = "whisul-key-made-up-for-the-tests"
REQUIRED = {"DISCORD_TOKEN": TOKEN, "WHISUL_API_KEY": KEY}


def load(**given: str) -> Settings:
    return load_settings(REQUIRED | given, None)


def fault_of(**given: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**given)
    assert [fault.name for fault in caught.value.problems] == [*given][-1:]
    return caught.value.problems[0].problem


def test_token_and_key_alone_are_enough() -> None:
    settings = load()
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.whisul_api_key.get_secret_value() == KEY
    assert settings.database_url.get_secret_value() == "sqlite:///data/songs.db"
    assert (settings.poll_seconds_min, settings.poll_seconds_max) == (5, 10)
    assert settings.operator_songs_per_day is None
    assert settings.warnings == ()


def test_all_faults_are_told_at_once_each_with_where_to_get_it() -> None:
    wrong = {
        "POLL_SECONDS_MIN": "often",
        "SONGS_AT_ONCE": "0",
        "LOG_FORMAT": "xml",
        "ATTACH_AUDIO": "perhaps",
        "SHARD_IDS": "0-3",
    }
    with pytest.raises(SettingsError) as caught:
        load_settings(wrong, None)
    problems = caught.value.problems
    assert {fault.name for fault in problems} == {*wrong, *REQUIRED}
    assert all(fault.hint for fault in problems)
    told = format_errors(caught.value)
    assert told.startswith("7 settings are missing or wrong:")
    assert "DISCORD_TOKEN is missing" in told
    assert "https://discord.com/developers/applications: your application > Bot > Reset Token" in told
    assert "LOG_FORMAT must be one of 'text' or 'json'" in told
    assert "Whether audio and cover are uploaded to Discord. Leave it out for the default, true." in told


def test_every_setting_says_what_it_is() -> None:
    assert [name for name in NAMES if not Settings.model_fields[name.lower()].description] == []


def test_one_fault_is_told_in_the_singular_and_on_one_line_where_asked() -> None:
    with pytest.raises(SettingsError) as caught:
        load(DISCORD_TOKEN=" ")
    assert format_errors(caught.value).startswith("1 setting is missing or wrong:")
    assert "\n" not in str(caught.value.problems[0])


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("SONGS_AT_ONCE=7\nDM_SONGS_PER_DAY=9\n")
    settings = load_settings(REQUIRED | {"SONGS_AT_ONCE": "8"}, env_file)
    assert (settings.songs_at_once, settings.dm_songs_per_day) == (8, 9)


def test_an_empty_value_in_the_environment_brings_back_the_default(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("METRICS_PORT=9100\n")
    assert load_settings(REQUIRED | {"METRICS_PORT": ""}, env_file).metrics_port is None


def test_the_environment_of_the_process_and_env_of_the_directory_are_read_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN={TOKEN}\n")
    monkeypatch.setenv("WHISUL_API_KEY", KEY)
    assert load_settings().discord_token.get_secret_value() == TOKEN
    assert "WHISUL_API_KEY" in os.environ


def test_a_missing_file_is_no_fault(tmp_path: Path) -> None:
    assert load_settings(REQUIRED, tmp_path / "no.env").songs_at_once == 20


def test_a_file_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(f'\ufeffDISCORD_TOKEN="{TOKEN}"\r\nWHISUL_API_KEY = {KEY} \r\n'.encode())
    settings = load_settings({}, env_file)
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.whisul_api_key.get_secret_value() == KEY


def test_a_password_with_a_dollar_sign_is_taken_as_it_stands(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DATABASE_URL=postgresql://songs:a${HOME}b@db/songs\n")
    assert "a${HOME}b" in load_settings(REQUIRED, env_file).database_url.get_secret_value()


@pytest.mark.parametrize("make", [lambda p: p.write_text("X=1", encoding="utf-16"), lambda p: p.mkdir()])
def test_a_file_that_can_not_be_read_is_one_fault_of_its_own(make, tmp_path: Path) -> None:
    make(tmp_path / ".env")
    with pytest.raises(SettingsError) as caught:
        load_settings({}, tmp_path / ".env")
    assert [fault.name for fault in caught.value.problems] == [".env"]
    assert caught.value.problems[0].hint


@pytest.mark.parametrize("form", [' "{}" ', "'{}'", "{}\n", "\ufeff{}\r\n", "\u200b{}"])
def test_quotes_blanks_and_line_ends_around_a_value_are_no_matter(form: str) -> None:
    assert load(DISCORD_TOKEN=form.format(TOKEN)).discord_token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (f"Bot {TOKEN}", 'without "Bot" before it'),
        ("123456789012345678", "is a number"),
        ("0f" * 32, "public key"),
        ("a_Client-Secret" * 2 + "ab", "client secret"),
        ("your-token-here", "placeholder"),
        (f"{TOKEN} {TOKEN}", "contains invalid characters"),
        ("tokén", "contains invalid characters"),
    ],
)
def test_what_is_no_bot_token_is_recognised(wrong: str, sentence: str) -> None:
    assert sentence in fault_of(DISCORD_TOKEN=wrong)


def test_a_key_with_bearer_before_it_is_recognised() -> None:
    assert 'without "Bearer" before it' in fault_of(WHISUL_API_KEY=f"Bearer {KEY}")


@pytest.mark.parametrize(
    "given",
    [
        {"POLL_SECONDS_MIN": "0.01"},
        {"POLL_SECONDS_MIN": "nan"},
        {"POLL_SECONDS_MAX": "61"},
        {"POLL_SECONDS_MIN": "8", "POLL_SECONDS_MAX": "7"},
        {"POLL_SECONDS_MIN": "20", "POLL_SECONDS_MAX": ""},
        {"SONGS_AT_ONCE": "2.5"},
        {"SERVER_SONGS_PER_DAY": "-1"},
        {"RETENTION_DAYS": "0"},
        {"METRICS_PORT": "65536"},
        {"METRICS_PORT": "9" * 5000},
        {"LOG_LEVEL": "LOUD"},
        {"WHISUL_API_URL": "whisul.com/api"},
        {"WHISUL_API_URL": "https://whisul.com:port/api"},
        {"WHISUL_API_URL": "https://key@whisul.com/api"},
        {"DISCORD_API_URL": "file:///etc/passwd"},
        {"DATABASE_URL": "songs.db"},
        {"DATABASE_URL": "mysql://songs@db/songs"},
        {"SENTRY_DSN": "https://sentry.io/1"},
        {"SHARD_IDS": "0"},
        {"SHARD_COUNT": "4", "SHARD_IDS": "0-4"},
        {"SHARD_COUNT": "4", "SHARD_IDS": "3-0"},
        {"SHARD_COUNT": "4", "SHARD_IDS": "0,,1"},
        {"SHARD_COUNT": "4", "SHARD_IDS": "0-999999999"},
    ],
)
def test_a_value_out_of_its_range_or_form_is_one_fault_with_a_sentence(given: dict[str, str]) -> None:
    assert fault_of(**given).startswith(("must ", "has ", "needs "))


def test_a_faulty_shard_count_is_not_blamed_on_the_shards_too() -> None:
    with pytest.raises(SettingsError) as caught:
        load(SHARD_COUNT="many", SHARD_IDS="0-999999999")
    assert [fault.name for fault in caught.value.problems] == ["SHARD_COUNT"]


@pytest.mark.parametrize(
    ("text", "shards"),
    [("0,1,2", (0, 1, 2)), ("0-3", (0, 1, 2, 3)), (" 5, 0-1 ,1", (0, 1, 5)), ("7", (7,))],
)
def test_shards_are_numbers_and_ranges(text: str, shards: tuple[int, ...]) -> None:
    assert load(SHARD_COUNT="8", SHARD_IDS=text).shard_ids == shards


@given(st.sets(st.integers(0, 63), min_size=1))
def test_any_set_of_shards_below_the_count_is_read_back(shards: set[int]) -> None:
    text = ",".join(map(str, shards))
    assert load(SHARD_COUNT="64", SHARD_IDS=text).shard_ids == tuple(sorted(shards))


def test_the_page_on_settings_has_a_row_for_every_setting_with_its_default() -> None:
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", page, re.MULTILINE))
    assert sorted(rows) == sorted(NAMES)
    for name, shown in rows.items():
        default = Settings.model_fields[name.lower()].get_default()
        if default is not None and name not in REQUIRED:
            plain = default.get_secret_value() if isinstance(default, SecretStr) else default
            assert shown.strip("`") == (str(plain).lower() if isinstance(plain, bool) else str(plain))


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40)))
def test_no_value_whatever_brings_anything_but_settings_or_faults(values: dict[str, str]) -> None:
    problems = []
    try:
        load_settings(values, None)
    except SettingsError as error:
        problems = error.problems
    assert all(fault.name in NAMES and fault.hint for fault in problems)
    assert {fault.name for fault in problems} >= {name for name in REQUIRED if not values.get(name)}


@given(st.sampled_from(NAMES), st.text(st.characters(categories=["Ll", "Nd"]), min_size=24, max_size=60))
def test_a_fault_never_repeats_the_value(name: str, secret: str) -> None:
    secret = f"%{secret}% {secret}"
    with pytest.raises(SettingsError) as caught:
        load_settings(REQUIRED | {name: secret, "SONGS_AT_ONCE": "none"}, None)
    for text in (format_errors(caught.value), str(caught.value), repr(caught.value)):
        assert secret not in text


def test_secrets_are_not_seen_when_the_settings_are_printed() -> None:
    settings = load(DATABASE_URL="postgresql://songs:hunter22@db/songs", SENTRY_DSN="https://abcdef@o1.io/2")
    for text in (repr(settings), str(settings), str(settings.model_dump())):
        assert not any(secret in text for secret in settings.secrets())
        assert "hunter22" not in text


def test_the_secrets_to_redact_hold_a_password_as_written_and_as_decoded() -> None:
    settings = load(DATABASE_URL="postgresql://songs:p%40ss#word@db/songs?password=other&sslpassword=third")
    assert {TOKEN, KEY, "p%40ss#word", "p@ss#word", "other", "third"} <= set(settings.secrets())


def test_postgres_as_hosts_write_it_is_postgresql() -> None:
    assert load(DATABASE_URL="postgres://a:b@c/d").database_url.get_secret_value() == "postgresql://a:b@c/d"


def test_addresses_lose_the_slash_at_their_end() -> None:
    settings = load(WHISUL_API_URL="https://whisul.com/api/", DISCORD_API_URL="http://proxy:3000/api/v10/")
    assert settings.whisul_api_url == "https://whisul.com/api"
    assert settings.discord_api_url == "http://proxy:3000/api/v10"


def test_levels_and_formats_are_taken_in_any_case() -> None:
    settings = load(LOG_LEVEL="debug", LOG_FORMAT="JSON", ATTACH_AUDIO="No")
    assert (settings.log_level, settings.log_format, settings.attach_audio) == ("DEBUG", "json", False)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load().songs_at_once = 3


def test_settings_made_in_place_do_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGS_AT_ONCE", "99")
    settings = Settings(discord_token=SecretStr(TOKEN), whisul_api_key=SecretStr(KEY))
    assert settings.songs_at_once == 20


def test_polling_under_5_seconds_is_allowed_and_warned_of() -> None:
    settings = load(POLL_SECONDS_MIN="0.05", POLL_SECONDS_MAX="0.1")
    assert [warning for warning in settings.warnings if "POLL_SECONDS_MIN" in warning]


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("http://whisul.example/api", True),
        ("http://127.0.0.1:8080/api", False),
        ("http://[::1]:8080/api", False),
        ("http://localhost/api", False),
        ("https://whisul.example/api", False),
    ],
)
def test_a_key_that_would_cross_the_network_unencrypted_is_warned_of(address: str, warned: bool) -> None:
    assert any("WHISUL_API_URL" in text for text in load(WHISUL_API_URL=address).warnings) is warned


def test_an_unknown_name_in_the_file_is_passed_over_and_a_near_miss_is_told(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"DISCORD_BOT_TOKEN={TOKEN}\nwhisul_api_key={KEY}\nEDITOR=vi\n")
    assert len(load_settings(REQUIRED, env_file).warnings) == 2
    with pytest.raises(SettingsError) as caught:
        load_settings({}, env_file)
    told = format_errors(caught.value)
    assert ".env has DISCORD_BOT_TOKEN, which is not a setting. Did you mean DISCORD_TOKEN?" in told
    assert ".env has whisul_api_key, which is not a setting. Did you mean WHISUL_API_KEY?" in told
    assert "EDITOR" not in told
    assert TOKEN not in told


def test_the_example_file_has_every_setting_with_its_default() -> None:
    example = Path(__file__).parents[3] / ".env.example"
    values = dotenv_values(example)
    assert list(values) == [name for name in values if name in NAMES]
    assert set(values) == set(NAMES)
    assert [name for name in REQUIRED if values[name]] == []
    assert load_settings(REQUIRED, None) == load_settings({**values, **REQUIRED}, None)  # pyright: ignore[reportArgumentType]
    for name, value in values.items():
        default = Settings.model_fields[name.lower()].get_default()
        assert bool(value) == (default is not None and name not in REQUIRED)


def test_every_line_of_the_example_file_has_its_comment() -> None:
    lines = (Path(__file__).parents[3] / ".env.example").read_text().splitlines()
    for before, line in itertools.pairwise(lines):
        if line and not line.startswith("#"):
            assert before.startswith("#")


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ({"DYNO": "worker.1"}, True),
        ({"RAILWAY_ENVIRONMENT_NAME": "production"}, True),
        ({"RENDER": "true", "DATABASE_URL": "postgresql://u@h/d"}, False),
        ({}, False),
    ],
)
def test_sqlite_on_a_host_that_forgets_its_disk_is_warned_of(given: dict[str, str], warned: bool) -> None:
    assert any("wipes its disk" in text for text in load(**given).warnings) is warned
