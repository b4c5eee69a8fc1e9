"""Test cards, progress messages and buttons: missing values leave no gap, and nothing exceeds a limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.delivery.payloads import payload_variants
from songbot.media.downloader import SongFiles
from songbot.songs.models import FailureReason, Relation, Result, Song, State
from songbot.songs.progress import Progress, Stage
from songbot.ui import progress_message, song_buttons, song_card
from songbot.wording.language import ENGLISH
from tests.support.songs import RESULT, SONG

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FAILED = replace(SONG, state=State.FAILED, result=None, reason=FailureReason.FAILED, error="*boom* @everyone")


def fields(embed: discord.Embed) -> dict[str | None, str | None]:
    return {field.name: field.value for field in embed.fields}


def shown(embed: discord.Embed) -> str:
    return f"{embed.title}\n{embed.description}"


def labels(view: discord.ui.View) -> list[str | None]:
    found: list[str | None] = []
    for item in view.children:
        assert isinstance(item, discord.ui.Button)
        found.append(item.label)
    return found


def test_a_whole_card() -> None:
    embed = song_card.song_embed(ENGLISH, SONG, cover="cover.jpg", parent="Remix of X")
    assert (embed.title, embed.url) == ("Midnight Grid", RESULT.song_url)
    assert embed.image.url == "attachment://cover.jpg"
    assert embed.description == (
        "Remix of X\n> a trap song\n`trap` `dark` `808s`\n-# 2:47 · 140 BPM · Requested by <@42>"
    )
    assert "Whisul" in (embed.footer.text or "")
    assert embed.timestamp == NOW


def test_missing_pieces_leave_no_trace() -> None:
    embed = song_card.song_embed(ENGLISH, replace(SONG, result=Result("javascript:x")))
    assert embed.title == "Untitled"
    assert embed.url is None
    assert embed.image.url is None
    assert embed.description == "> a trap song\n-# Requested by <@42>"


def test_the_cover_is_linked_where_it_is_not_attached() -> None:
    assert song_card.song_embed(ENGLISH, SONG).image.url == RESULT.image_url


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (140.0, "140 BPM"),
        (92.5, "92.5 BPM"),
        (92.04, "92 BPM"),
        (0, ""),
        (-3, ""),
        (float("nan"), ""),
        (1e9, ""),
    ],
)
def test_the_tempo_is_whole_when_it_is_whole(value: float, written: str) -> None:
    assert song_card.tempo_text(ENGLISH, value) == written


LONG = st.text(max_size=80).map(lambda part: part * 200)
ANY = st.text() | LONG


@given(
    title=st.none() | ANY,
    tags=st.lists(ANY, max_size=40),
    prompt=ANY,
    url=ANY,
    bpm=st.none() | st.floats(),
    seconds=st.none() | st.integers(),
)
def test_no_card_is_over_discords_limits_whatever_whisul_sends(
    title: str | None, tags: list[str], prompt: str, url: str, bpm: float | None, seconds: int | None
) -> None:
    result = Result("https://" + url, title, bpm, seconds, url, tuple(tags))
    song = replace(SONG, prompt=prompt, result=result)
    parent = song_card.origin_text(ENGLISH, replace(song, relation=Relation.TAKE), song)
    within_limits(song_card.song_embed(ENGLISH, song, parent=parent))
    within_limits(song_card.failure_embed(ENGLISH, replace(FAILED, prompt=prompt, error=title)))
    within_limits(progress_message.progress_embed(ENGLISH, song, Progress(Stage.COMPOSING, 3)))


def within_limits(embed: discord.Embed) -> None:
    assert 0 < len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    assert len(embed) <= 6000
    assert len(embed.url or "") <= 2048
    for field in embed.fields:
        assert 0 < len(field.name or "") <= 256
        assert 0 < len(field.value or "") <= 1024


@pytest.mark.parametrize("reason", [*FailureReason, None])
def test_every_failure_says_why_what_to_do_and_that_it_was_not_charged(reason: FailureReason | None) -> None:
    embed = song_card.failure_embed(ENGLISH, replace(FAILED, reason=reason))
    prompt, why, rest = (embed.description or "").split("\n")
    assert prompt == "> a trap song"
    assert len(why) > 40
    assert "doesn't count" in rest
    assert embed.footer.text is None


def test_whisuls_own_words_are_shown_escaped() -> None:
    said = fields(song_card.failure_embed(ENGLISH, FAILED))["Whisul says"]
    assert said == "\\*boom\\* @\u200beveryone"
    assert "Whisul says" not in fields(song_card.failure_embed(ENGLISH, replace(FAILED, error=None)))


def test_where_a_song_came_from_is_linked_in_the_same_server_only() -> None:
    parent = replace(SONG, id=5)
    remix = replace(SONG, relation=Relation.REMIX, parent_id=5)
    link = "Remix of [Midnight Grid](https://discord.com/channels/1/100/200)"
    assert song_card.origin_text(ENGLISH, remix, parent) == link
    assert song_card.origin_text(ENGLISH, replace(remix, guild_id=2), parent) == "Remix of Midnight Grid"
    assert song_card.origin_text(ENGLISH, remix, replace(parent, deleted_at=NOW)) == "Remix of Midnight Grid"
    elsewhere = replace(parent, origin_channel_id=5)
    assert song_card.origin_text(ENGLISH, remix, elsewhere) == "Remix of Midnight Grid"
    assert song_card.origin_text(
        ENGLISH, replace(remix, relation=Relation.TAKE), replace(parent, guild_id=9)
    ) == ("Another take of Midnight Grid")


def test_a_retry_and_a_private_parent_are_not_told() -> None:
    assert song_card.origin_text(ENGLISH, replace(SONG, relation=Relation.RETRY), SONG) is None
    assert (
        song_card.origin_text(ENGLISH, replace(SONG, relation=Relation.REMIX), replace(SONG, private=True))
        is None
    )


async def test_the_cards_buttons_and_their_custom_ids() -> None:
    view = song_buttons.card_view(ENGLISH, SONG)
    assert labels(view) == ["Another take", "Listen", "Remix (edit prompt)", "Save", "Delete"]
    assert [item.custom_id for item in view.children if isinstance(item, song_buttons.SongButton)] == [
        "song:v1:take:7",
        "song:v1:remix:7",
        "song:v1:save:7",
        "song:v1:delete:7",
    ]
    assert view.timeout is None


async def test_listen_is_left_out_without_a_link_that_fits() -> None:
    long = replace(SONG, result=Result("https://cdn.example/" + "x" * 600))
    assert "Listen" not in labels(song_buttons.card_view(ENGLISH, long))
    assert "Listen" not in labels(song_buttons.card_view(ENGLISH, replace(SONG, result=None)))


async def test_the_other_views() -> None:
    assert labels(song_buttons.failure_view(ENGLISH, FAILED)) == ["Try again"]
    assert labels(song_buttons.action_view(ENGLISH, 7, song_buttons.Action.ERASE)) == ["Delete"]


def test_a_queued_song_can_also_be_cancelled() -> None:
    def shown_for(song: Song) -> list[tuple[str, str]]:
        (row,) = song_buttons.progress_components(ENGLISH, song)
        return [(button["label"], button["custom_id"]) for button in row["components"]]

    assert shown_for(replace(SONG, state=State.COMPOSING)) == [("Notify me", "song:v1:notify:7")]
    queued = shown_for(replace(SONG, state=State.QUEUED))
    assert queued == [("Notify me", "song:v1:notify:7"), ("Cancel", "song:v1:cancel:7")]


async def test_drafts_get_barer_from_one_to_the_next() -> None:
    linked, bare, wordless = payload_variants(ENGLISH, SONG, SongFiles(), None)
    assert linked.embed.url
    assert "Listen" in labels(linked.make_view())
    assert bare.embed.url is None
    assert bare.embed.image.url is None
    assert "Listen" not in labels(bare.make_view())
    assert wordless.embed.title == "Untitled"
    assert SONG.prompt not in str(wordless.embed.to_dict())
    told, wordless = payload_variants(ENGLISH, FAILED, SongFiles(), None)
    assert "boom" in str(told.embed.to_dict())
    assert "boom" not in str(wordless.embed.to_dict())


@pytest.mark.parametrize(
    ("progress", "says"),
    [
        (Progress(Stage.WAITING, since=NOW), "in the queue"),
        (Progress(Stage.WAITING, queue_position=1, since=NOW), "You're next"),
        (Progress(Stage.WAITING, queue_position=1234, since=NOW), "#1,234"),
        (Progress(Stage.WAITING, queue_position=3, since=NOW, running_own=2), "You have 2 songs in progress"),
        (Progress(Stage.WAITING, since=NOW, running_own=1), "starts when that one finishes"),
        (Progress(Stage.BUSY, since=NOW), "busy"),
        (Progress(Stage.SENDING, since=NOW), "Sending"),
        (Progress(Stage.OVERDUE, segments=9, since=NOW), "longer than usual"),
        (Progress(Stage.UNAVAILABLE, since=NOW), "15 minutes"),
    ],
)
def test_every_stage_is_put_into_words(progress: Progress, says: str) -> None:
    line = shown(progress_message.progress_embed(ENGLISH, SONG, progress))
    assert says in line
    assert "a trap song" in line
    assert f"<t:{int(NOW.timestamp())}:R>" in line


def test_composing_shows_the_bar_and_when_the_song_should_be_ready() -> None:
    soon = NOW + timedelta(seconds=105)
    line = shown(
        progress_message.progress_embed(ENGLISH, SONG, Progress(Stage.COMPOSING, 3, None, NOW, soon))
    )
    assert "▰▰▰▱▱▱▱▱▱▱" in line
    assert f"-# Ready <t:{int(soon.timestamp())}:R> · Requested by <@42>" in line


def test_from_the_first_line_to_the_card_the_message_keeps_its_shape() -> None:
    begun = progress_message.acknowledgement_embed(ENGLISH, SONG.prompt, 42, NOW)
    under_way = progress_message.progress_embed(ENGLISH, SONG, Progress(Stage.COMPOSING, 3, since=NOW))
    for embed in (
        begun,
        under_way,
        song_card.song_embed(ENGLISH, SONG),
        song_card.failure_embed(ENGLISH, FAILED),
    ):
        lines = (embed.description or "").split("\n")
        assert embed.title
        assert lines[0] == "> a trap song"
        assert lines[-1].startswith("-# ")
        assert lines[-1].endswith("Requested by <@42>")


def test_once_it_is_due_no_time_in_the_past_is_promised() -> None:
    line = shown(progress_message.progress_embed(ENGLISH, SONG, Progress(Stage.COMPOSING, 9, None, NOW, NOW)))
    assert "Almost done" in line
    assert "<t:" not in line


def test_the_bar_is_never_full() -> None:
    assert progress_message.bar(99) == "▰" * 9 + "▱"
    assert progress_message.bar(-1) == "▱" * 10


def test_the_acknowledgement_shows_the_prompt_plainly() -> None:
    assert "\\*loud\\*" in shown(progress_message.acknowledgement_embed(ENGLISH, "*loud*", 42, NOW))
    assert "<@7" not in shown(progress_message.acknowledgement_embed(ENGLISH, "<@7>", 42, NOW))


def test_the_acknowledgement_says_until_when_to_wait_and_what_to_do_then() -> None:
    full_minute = NOW.replace(second=0, microsecond=0)
    for second, minutes in ((0, 1), (1, 2), (59, 2)):
        begun = full_minute + timedelta(seconds=second)
        said = shown(progress_message.acknowledgement_embed(ENGLISH, "rain", 42, begun))
        assert f"<t:{int((full_minute + timedelta(minutes=minutes)).timestamp())}:t>" in said
        assert "send it again" in said


def test_the_acknowledgement_warns_of_nothing_while_all_is_well() -> None:
    embed = progress_message.acknowledgement_embed(ENGLISH, "rain", 42, NOW)
    assert embed.title == "Queuing your song…"
    *_, small_print = (embed.description or "").split("\n")
    assert small_print.startswith("-# If nothing changes by <t:")
