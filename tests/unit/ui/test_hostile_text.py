"""What reads foreign text (prompts, custom ids, modals, pages) takes anything, and gives nothing away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.delivery.payloads import payload_variants
from songbot.media.downloader import MediaDownloader
from songbot.songs.models import FailureReason, ReplyTarget, Result, Song, State
from songbot.songs.progress import Progress, Stage
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt
from songbot.ui.custom_ids import MAX_ID, id_route
from songbot.ui.dm_confirmation import prompt_embed, prompt_from_embed
from songbot.ui.library.query import (
    PAGE_CUSTOM_ID,
    Direction,
    Query,
    SearchLostError,
    page_custom_id,
    parse_page_turn,
    parse_query,
)
from songbot.ui.modals import typed_prompt
from songbot.ui.progress_message import acknowledgement_embed, progress_embed
from songbot.ui.song_buttons import card_view, failure_view, is_public_card_of
from songbot.ui.song_card import failure_embed, song_embed
from songbot.wording import text
from songbot.wording.language import ENGLISH

NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)
SONG = Song(
    id=1,
    user_id=42,
    guild_id=None,
    quota_guild_id=None,
    prompt="rain",
    private=False,
    reply=ReplyTarget(10, 20),
    created_at=NOW,
)
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
PING = re.compile(r"@everyone|@here|<@[!&]?\d|<#\d|</", re.IGNORECASE)
HOSTILE = st.text() | st.text(
    alphabet="@everyonh<>&!#:t/*_~|`[]()\\-+1. \n\x00\u202e\u200b\u200d\u0301\U0001f468\U0001f1e9",
    max_size=200,
)
LONG = st.builds(lambda piece, times: piece * times, HOSTILE, st.sampled_from([1, 50, 2000]))
LINKS = st.sampled_from(
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://x.example/" + "a" * 3000,
        "https://x.example/a b",
        "https://user@x.example/",
        "http://[::1/",
        "https://x.example/\u202egpj.exe",
        "https://cdn.example/a.mp3",
    ]
)
results = st.builds(
    Result,
    song_url=LINKS | HOSTILE,
    title=st.none() | LONG,
    bpm=st.none() | st.floats(),
    duration_seconds=st.none() | st.integers(),
    image_url=st.none() | LINKS | HOSTILE,
    tags=st.lists(LONG, max_size=30).map(tuple),
)


def strings_of(embed: discord.Embed) -> list[str]:
    fields = [part or "" for field in embed.fields for part in (field.name, field.value)]
    return [embed.title or "", embed.description or "", embed.footer.text or "", *fields]


def check(embed: discord.Embed) -> None:
    assert 0 < len(embed) <= 6000
    assert 0 < len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    for field in embed.fields:
        assert 0 < len(field.name or "") <= 256
        assert 0 < len(field.value or "") <= 1024
    for shown in strings_of(embed):
        assert not UNSEEN.search(shown)
        outside_code = re.sub(r"(?<![\\`])`[^`]+`(?!`)", "", shown)
        assert not PING.search(outside_code.replace("<@42>", ""))
    for url in (embed.url, embed.image.url):
        assert url is None or url.startswith(("http://", "https://", "attachment://"))
        assert len(url or "") <= 2048


@given(LONG, results)
def test_a_card_is_within_discords_limits_and_pings_nobody(prompt: str, result: Result):
    song = replace(SONG, state=State.COMPLETED, prompt=prompt, result=result, finished_at=NOW)
    check(song_embed(ENGLISH, song))
    for button in card_view(ENGLISH, song).children:
        url = getattr(button, "url", None)
        assert url is None or (url.startswith(("http://", "https://")) and len(url) <= 512)
        assert len(getattr(button, "custom_id", None) or "") <= 100


@given(LONG, st.none() | LONG, st.none() | st.sampled_from(list(FailureReason)))
def test_a_failure_is_within_discords_limits_and_pings_nobody(prompt: str, error: str | None, reason: Any):
    song = replace(SONG, state=State.FAILED, prompt=prompt, error=error, reason=reason, finished_at=NOW)
    check(failure_embed(ENGLISH, song))
    assert len(failure_view(ENGLISH, song).children) == 1


@given(LONG, st.sampled_from(list(Stage)), st.integers(), st.none() | st.integers(1))
def test_a_progress_line_is_within_discords_limits_and_pings_nobody(
    prompt: str, stage: Stage, filled: int, queue_position: int | None
):
    progress = Progress(stage, filled, queue_position, NOW, NOW, 2)
    for embed in (
        progress_embed(ENGLISH, replace(SONG, prompt=prompt), progress),
        acknowledgement_embed(ENGLISH, prompt, 42, NOW),
    ):
        check(embed)
        assert (embed.description or "").count("\n") <= 4


@given(LONG)
def test_a_prompt_is_clean_or_refused(typed: str):
    try:
        prompt = clean_prompt(typed)
    except (EmptyPrompt, PromptTooLong):
        return
    assert 0 < len(prompt) <= MAX_PROMPT
    assert not UNSEEN.search(prompt)
    prompt.encode()


@given(HOSTILE)
def test_a_prompt_that_was_quoted_is_read_back_as_it_was(typed: str):
    try:
        prompt = clean_prompt(typed)
    except (EmptyPrompt, PromptTooLong):
        return
    embed = prompt_embed(prompt)
    assert len(embed.description or "") <= 4096
    assert prompt_from_embed(SimpleNamespace(embeds=[embed])) == prompt  # type: ignore[arg-type]


@given(LONG | LINKS)
def test_a_file_name_is_harmless(title: str):
    name = text.file_name(title, "mp3")
    assert 5 <= len(name) <= 80
    assert name.endswith(".mp3")
    assert not re.search(r"[/\\:*?\"<>|\x00-\x1f]|^\.|\.\.", name)
    assert not name.lower().startswith("spoiler_")


@given(LINKS | HOSTILE)
def test_a_link_is_plain_http_or_none(url: str):
    link = text.safe_link(url)
    assert link is None or (link.isascii() and re.match(r"https?://[^/@\s]+", link, re.IGNORECASE))


SAVE = id_route("song:save").template
custom_ids = st.from_regex(SAVE, fullmatch=True) | st.from_regex(PAGE_CUSTOM_ID, fullmatch=True) | HOSTILE
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | HOSTILE | st.sampled_from(["prompt", "rain"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["components", "component", "custom_id", "value", "type", "id"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["components", "custom_id", "resolved"]), json_values) | st.none())
def test_whatever_comes_as_a_modals_data_gives_text(data: Any):
    assert isinstance(typed_prompt(SimpleNamespace(data=data)), str)  # type: ignore[arg-type]


def test_what_was_typed_is_found_within_labels_and_rows():
    typed = {"type": 4, "custom_id": "prompt", "value": "rain"}
    for components in ([{"type": 18, "component": typed}], [{"type": 1, "components": [typed]}]):
        assert typed_prompt(SimpleNamespace(data={"components": components})) == "rain"  # type: ignore[arg-type]


@given(custom_ids, st.integers(0, 2**70))
def test_a_custom_id_is_ours_and_whole_or_nothing(sent: str, song_id: int):
    match = SAVE.fullmatch(sent)
    assert match is None or (match["id"].isascii() and match["id"].isdigit())
    row = SimpleNamespace(
        children=[SimpleNamespace(custom_id=sent), SimpleNamespace(custom_id=None), object()]
    )
    message: Any = SimpleNamespace(flags=SimpleNamespace(ephemeral=False), components=[row, object()])
    assert is_public_card_of(message, song_id) == (match is not None and int(match["id"]) == song_id)


@given(st.from_regex(PAGE_CUSTOM_ID, fullmatch=True), st.none() | HOSTILE)
def test_a_page_is_read_back_or_said_to_be_lost(sent: str, footer: str | None):
    match = PAGE_CUSTOM_ID.fullmatch(sent)
    assert match is not None
    turn = parse_page_turn(match)
    try:
        query = parse_query(turn, footer)
    except SearchLostError:
        assert turn.searched
        return
    assert len(query.search) <= 100
    assert not UNSEEN.search(query.search)


@given(
    st.builds(Query, HOSTILE, st.booleans(), st.none() | st.integers(1, MAX_ID)),
    st.integers(0, MAX_ID),
)
def test_a_page_fits_its_custom_id(query: Query, key: int):
    for direction in Direction:
        assert len(page_custom_id(query, direction, key)) <= 100
        assert PAGE_CUSTOM_ID.fullmatch(page_custom_id(query, direction, key))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.mp3",
        "http://localhost:1/a.mp3",
        "http://[::1]:1/a.mp3",
        "http://[::ffff:127.0.0.1]:1/a.mp3",
        "http://2130706433:1/a.mp3",
        "http://0/a.mp3",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/a.mp3",
        "http://[fe80::1%25eth0]/a.mp3",
        "ftp://x.example/a.mp3",
        "http://x.example:99999/a.mp3",
        "http://" + "a" * 300 + ".example/a.mp3",
        "http://\u2460\u2461\u2466.0.0.1:1/a.mp3",
        "",
    ],
)
async def test_a_link_that_leads_inside_costs_the_file_and_nothing_more(url: str, caplog):
    song = replace(SONG, state=State.COMPLETED, result=Result(song_url=url, image_url=url), finished_at=NOW)
    async with (
        MediaDownloader("http://127.0.0.1:2/api", deadline=3) as downloader,
        downloader.fetch(song) as files,
    ):
        assert files.present == ()
        assert payload_variants(ENGLISH, song, files, None)
    assert sum("not attached" in record.message for record in caplog.records) >= 1
