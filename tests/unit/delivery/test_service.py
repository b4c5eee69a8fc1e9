"""Replies reach people by the first method that works. Discord's answers decide which is tried next."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest

from songbot.delivery import service as delivery_service
from songbot.delivery.fallbacks import ChannelReach, DeliveryMethod, methods_for, nonce
from songbot.delivery.service import DiscordDelivery
from songbot.discord_errors import describe, is_permanent, retry_with_less_content
from songbot.interactions.replies import send_ephemeral
from songbot.media.downloader import DEFAULT_UPLOAD_LIMIT, MediaFile, SongFiles
from songbot.songs.models import FailureReason, Relation, ReplyTarget, Song, State
from songbot.songs.ports import Delivered, RetryLater, Undeliverable
from songbot.songs.progress import Progress, Stage
from tests.support.fake_discord import (
    DIRECT,
    EDIT,
    FOLLOW_UP,
    OPEN_DM,
    POST,
    WEBHOOK,
    message_json,
    user_json,
)
from tests.support.fixed_clock import FixedClock
from tests.support.songs import RESULT, SONG
from tests.unit.delivery.scene import (
    BY_INSTALL,
    LATE,
    LIVE,
    NOW,
    PNG,
    PRIVATE,
    PRIVATE_LATE,
    TOKEN,
    FakeParentLookup,
    Scene,
)

PROGRESS = Progress(Stage.COMPOSING, 3, since=NOW)


async def test_the_card_is_an_edit_by_token_with_cover_and_audio(stage: Scene) -> None:
    outcome = await stage.deliver(LIVE)
    assert outcome == Delivered(ReplyTarget(100, 200), DeliveryMethod.TOKEN)
    (request,) = stage.discord.requests
    assert request.route == WEBHOOK
    assert request.files == ["cover.png", "Midnight_Grid.mp3"] or request.files == [
        "cover.png",
        "Midnight Grid.mp3",
    ]
    assert request.body["content"] is None
    assert request.body["embeds"][0]["image"]["url"] == "attachment://cover.png"
    assert [part["label"] for part in request.body["components"][0]["components"]][:2] == [
        "Another take",
        "Listen",
    ]
    assert request.body["allowed_mentions"] == {"parse": []}


async def test_the_first_answer_is_reached_without_its_id(stage: Scene) -> None:
    await stage.deliver(replace(LIVE, reply=replace(TOKEN, message_id=None)))
    assert stage.discord.routes == ["PATCH /webhooks/9/interaction-secret/messages/@original"]


async def test_without_a_token_the_own_message_is_edited_and_people_mentioned_under_it(
    stage: Scene,
) -> None:
    outcome = await stage.deliver(LATE, [42, 43])
    assert outcome == Delivered(ReplyTarget(100, 200), DeliveryMethod.EDIT)
    edit, ping = stage.discord.requests
    assert (edit.route, ping.route) == (EDIT, POST)
    assert edit.body["allowed_mentions"] == {"parse": []}
    assert ping.body["allowed_mentions"] == {"parse": [], "users": [42, 43]}
    assert (
        ping.body["message_reference"]["message_id"] == "200"
        or ping.body["message_reference"]["message_id"] == 200
    )
    assert "<@42> <@43>" in ping.body["content"]
    assert (ping.body["nonce"], ping.body["enforce_nonce"]) == ("7-notify", True)


async def test_a_deleted_reply_becomes_a_new_message_with_an_enforced_nonce(stage: Scene) -> None:
    stage.discord.fail(EDIT, 404, 10008)
    outcome = await stage.deliver(LATE, [43])
    assert outcome == Delivered(ReplyTarget(100, 300), DeliveryMethod.POST)
    post = stage.discord.requests[-1]
    assert stage.discord.routes == [EDIT, POST]
    assert (post.body["nonce"], post.body["enforce_nonce"]) == ("7-card", True)
    assert post.body["allowed_mentions"]["users"] == [42, 43]
    assert post.files[0] == "cover.png"


def with_button(custom_id: str, author: int = 9, **about: Any) -> dict[str, Any]:
    button = {"type": 2, "style": 2, "label": "Another take", "custom_id": custom_id}
    row = {"type": 1, "components": [button]}
    card = {"id": "280", "components": [row], "embeds": [{"title": "Midnight Grid"}]}
    message = message_json("/channels/100/messages", {}) | card
    return message | {"author": user_json(author)} | about


@pytest.mark.parametrize("button", ["song:v1:take:7", "song:v1:retry:7"])
async def test_an_answer_that_was_posted_before_is_not_posted_again(stage: Scene, button: str) -> None:
    stage.discord.history = [with_button("song:v1:take:8"), with_button(button, id="281")]
    outcome = await stage.deliver(replace(LATE, reply=ReplyTarget(100)), [43])
    assert outcome == Delivered(ReplyTarget(100, 281), DeliveryMethod.POST)
    assert stage.discord.looked == ["GET /channels/100/messages"]
    assert stage.discord.requests == []


async def test_a_private_answer_is_looked_for_in_the_direct_messages(stage: Scene) -> None:
    stage.discord.history = [with_button("song:v1:take:7", channel_id="500")]
    assert await stage.deliver(PRIVATE_LATE) == Delivered(ReplyTarget(500, 280), DeliveryMethod.DIRECT)
    assert stage.discord.routes == [OPEN_DM]


async def test_others_messages_and_other_songs_are_not_taken_for_the_answer(stage: Scene) -> None:
    stage.discord.history = [
        with_button("song:v1:take:7", author=42),
        with_button("song:v1:notify:7"),
        with_button("song:v1:take:77"),
    ]
    assert await stage.deliver(replace(LATE, reply=ReplyTarget(100))) == Delivered(
        ReplyTarget(100, 300), DeliveryMethod.POST
    )


async def test_a_history_that_may_not_be_read_costs_no_card(stage: Scene) -> None:
    stage.discord.history_refused = (403, 50013)
    assert await stage.deliver(replace(LATE, reply=ReplyTarget(100))) == Delivered(
        ReplyTarget(100, 300), DeliveryMethod.POST
    )


async def test_nothing_is_posted_while_the_history_can_not_be_had(stage: Scene) -> None:
    stage.discord.history_refused = (503, 0)
    assert isinstance(await stage.deliver(replace(LATE, reply=ReplyTarget(100))), RetryLater)
    assert stage.discord.requests == []


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50001), (401, 50027)])
async def test_a_channel_that_is_gone_or_closed_leads_to_a_direct_message(
    stage: Scene, status: int, code: int
) -> None:
    stage.discord.fail(EDIT, status, code)
    stage.discord.fail(POST, status, code)
    outcome = await stage.deliver(LATE)
    assert outcome == Delivered(ReplyTarget(500, 300), DeliveryMethod.DIRECT)
    assert stage.discord.routes == [EDIT, POST, OPEN_DM, DIRECT]
    assert "<#100>" in stage.discord.requests[-1].body["content"]


async def test_when_every_step_is_refused_the_song_is_undeliverable(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 404, 10015)
    stage.discord.fail(EDIT, 403, 50001)
    stage.discord.fail(POST, 403, 50001)
    stage.discord.fail(DIRECT, 403, 50007)
    stage.discord.fail(FOLLOW_UP, 404, 10015)
    outcome = await stage.deliver(LIVE)
    assert isinstance(outcome, Undeliverable)
    assert "10015" in outcome.reason
    assert "secret" not in outcome.reason
    assert stage.discord.routes == [WEBHOOK, EDIT, POST, OPEN_DM, DIRECT, FOLLOW_UP]


async def test_a_failed_direct_message_leads_to_a_followup_while_the_token_lives(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 404, 10008)
    stage.discord.fail(DIRECT, 403, 50007)
    outcome = await stage.deliver(PRIVATE)
    assert isinstance(outcome, Delivered)
    assert outcome.method == DeliveryMethod.FOLLOW_UP
    assert stage.discord.routes == [WEBHOOK, OPEN_DM, DIRECT, FOLLOW_UP]
    assert stage.discord.requests[-1].body["flags"] == 64


@pytest.mark.parametrize(("status", "code"), [(429, 0), (403, 0), (404, 0), (403, 40333), (401, 0)])
@pytest.mark.parametrize("attempt", [1, 5, 100])
async def test_what_fails_for_now_is_postponed_at_every_attempt(
    stage: Scene, status: int, code: int, attempt: int
) -> None:
    stage.discord.fail(WEBHOOK, status, code)
    assert isinstance(await stage.deliver(LIVE, attempt=attempt), RetryLater)
    assert stage.discord.routes == [WEBHOOK]


async def test_many_refusals_slow_the_delivery_down_before_discord_counts_a_hundred(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 403, 0, times=1000)
    outcomes = [await stage.deliver(LIVE) for _ in range(200)]
    assert all(isinstance(outcome, RetryLater) for outcome in outcomes)
    assert len(stage.discord.requests) < 70


async def test_a_closed_channel_and_closed_direct_messages_are_asked_once_for_many_songs(
    stage: Scene,
) -> None:
    stage.discord.fail(EDIT, 404, 10008, times=1000)
    stage.discord.fail(POST, 403, 50001, times=1000)
    stage.discord.fail(DIRECT, 403, 50007, times=1000)
    for song_id in range(20):
        assert isinstance(await stage.deliver(replace(LATE, id=song_id)), Undeliverable)
    assert stage.discord.routes.count(POST) == stage.discord.routes.count(DIRECT) == 1


async def test_a_target_that_refused_a_song_is_not_asked_again_until_the_song_is_delivered(
    stage: Scene,
) -> None:
    """Otherwise the first method would use up the few requests that too many refusals leave, every time."""
    stage.discord.fail(EDIT, 403, 50001)
    stage.discord.fail(POST, 403, 50001)
    stage.discord.fail(DIRECT, 403, 0, times=2)
    for attempt in (1, 2):
        assert isinstance(await stage.deliver(LATE, attempt=attempt), RetryLater)
    assert isinstance(await stage.deliver(LATE, attempt=3), Delivered)
    assert stage.discord.routes.count(EDIT) == 1
    await stage.deliver(LATE)
    assert stage.discord.routes.count(EDIT) == 2


async def test_a_direct_message_that_may_have_arrived_is_looked_for_first_even_if_the_clock_was_set_back(
    stage: Scene,
) -> None:
    """The token, which had expired, counts as valid again, and an edit with it would show the song twice."""
    expired = replace(TOKEN, token_expires_at=NOW - timedelta(hours=1))
    stage.discord.fail(DIRECT, 403, 0, times=1)
    assert isinstance(await stage.deliver(replace(PRIVATE, reply=expired)), RetryLater)
    outcome = await stage.deliver(PRIVATE, attempt=2)
    assert isinstance(outcome, Delivered)
    assert outcome.method == DeliveryMethod.DIRECT


async def test_where_discord_drops_the_embed_the_card_is_in_the_text(stage: Scene) -> None:
    stage.discord.drops_embeds = True
    assert isinstance(await stage.deliver(replace(LATE, reply=ReplyTarget(100))), Delivered)
    post, edit = stage.discord.requests
    assert (post.route, edit.route) == (POST, "PATCH /channels/100/messages/300")
    assert "<@42>, your song is ready" in edit.body["content"]
    assert "Midnight Grid" in edit.body["content"]
    assert RESULT.song_url in edit.body["content"]


async def test_what_automod_blocks_comes_without_prompt_and_title_and_the_person_is_told(
    stage: Scene,
) -> None:
    stage.discord.fail(WEBHOOK, 400, 200000, times=1)
    assert isinstance(await stage.deliver(LIVE), Delivered)
    _, card, told = stage.discord.requests
    assert (card.route, told.route) == (WEBHOOK, FOLLOW_UP)
    assert "Midnight" not in str(card.body["embeds"])
    assert SONG.prompt not in str(card.body["embeds"])
    assert told.body["flags"] == 64
    assert "AutoMod" in told.body["content"]


async def test_a_private_song_that_took_long_comes_directly_and_its_reply_says_so(stage: Scene) -> None:
    song = replace(PRIVATE, created_at=NOW - timedelta(minutes=6))
    outcome = await stage.deliver(song)
    assert isinstance(outcome, Delivered)
    assert outcome.method == DeliveryMethod.DIRECT
    assert stage.discord.routes == [OPEN_DM, DIRECT, WEBHOOK]
    assert "in a DM" in stage.discord.requests[-1].body["content"]


async def test_a_private_card_says_that_it_is_in_the_library(stage: Scene) -> None:
    await stage.deliver(PRIVATE)
    assert "/library" in stage.discord.requests[0].body["content"]


async def test_files_are_capped_by_method(stage: Scene) -> None:
    stage.downloader.files = SongFiles(PNG, MediaFile("long.mp3", b"ID3" + b"\0" * 11 * 1024 * 1024))
    await stage.deliver(replace(LIVE, reply=replace(TOKEN, upload_limit=100 * 1024 * 1024)))
    await stage.deliver(LATE)
    by_token, as_bot = stage.discord.requests[:2]
    assert by_token.files == ["cover.png", "long.mp3"]
    assert as_bot.files == ["cover.png"]
    assert stage.downloader.limits == [25 * 1024 * 1024, 10 * 1024 * 1024]


async def test_a_title_beyond_ascii_stands_beside_an_ascii_name(stage: Scene) -> None:
    stage.downloader.files = SongFiles(None, MediaFile("song.mp3", b"ID3", "Дождь"))
    await stage.deliver(LIVE)
    assert stage.discord.requests[0].files == ["song.mp3"]
    assert stage.discord.requests[0].body["attachments"][0]["title"] == "Дождь"


async def test_a_cut_connection_is_postponed(stage: Scene) -> None:
    stage.discord.cut.add(WEBHOOK)
    assert isinstance(await stage.deliver(LIVE), RetryLater)


async def test_silence_is_postponed(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_service, "METHOD_TIMEOUT", 0.0)
    assert isinstance(await stage.deliver(LIVE), RetryLater)


async def test_an_upload_that_is_too_large_goes_again_at_once_without_files(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 413, 40005, times=1)
    outcome = await stage.deliver(LIVE)
    assert isinstance(outcome, Delivered)
    assert [request.files == [] for request in stage.discord.requests] == [False, True]
    assert stage.discord.requests[-1].body["embeds"][0]["image"]["url"] == RESULT.image_url
    assert stage.discord.requests[-1].body["attachments"] == []


async def test_a_link_that_discord_refuses_does_not_cost_the_card(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 400, 50035, times=2)
    assert isinstance(await stage.deliver(LIVE), Delivered)
    assert "url" not in stage.discord.requests[-1].body["embeds"][0]


async def test_later_attempts_and_plain_settings_send_no_files(stage: Scene) -> None:
    await stage.deliver(LIVE, attempt=4)
    plain = DiscordDelivery(stage.client, stage.downloader, attach_audio=False, clock=FixedClock(NOW))
    await plain.deliver(LIVE, [], 1)
    assert [request.files for request in stage.discord.requests] == [[], []]
    assert stage.downloader.limits == []


async def test_the_upload_limit_is_discords_default_outside_of_known_servers(stage: Scene) -> None:
    await stage.deliver(LIVE)
    assert stage.downloader.limits == [DEFAULT_UPLOAD_LIMIT]


async def test_a_private_song_without_token_goes_by_direct_message_only(stage: Scene) -> None:
    outcome = await stage.deliver(PRIVATE_LATE, [42])
    assert isinstance(outcome, Delivered)
    assert stage.discord.routes == [OPEN_DM, DIRECT]


async def test_a_private_songs_ping_is_a_private_follow_up(stage: Scene) -> None:
    await stage.deliver(PRIVATE, [42])
    assert stage.discord.routes == [WEBHOOK, FOLLOW_UP]
    assert stage.discord.requests[-1].body["flags"] == 64


async def test_by_user_install_people_are_mentioned_by_token(stage: Scene) -> None:
    await stage.deliver(BY_INSTALL, [42])
    assert stage.discord.routes == [WEBHOOK, FOLLOW_UP]
    assert stage.discord.requests[-1].body["allowed_mentions"]["users"] == [42]


async def test_those_who_asked_are_mentioned_in_one_reply(stage: Scene) -> None:
    await stage.deliver(LIVE, [42, 43])
    assert stage.discord.routes == [WEBHOOK, POST]


async def test_a_ping_that_fails_costs_no_card(stage: Scene) -> None:
    stage.discord.fail(POST, 403, 50013)
    assert isinstance(await stage.deliver(LIVE, [42]), Delivered)


async def test_without_history_the_ping_comes_without_reference(stage: Scene) -> None:
    stage.discord.fail(POST, 400, 160002, times=1)
    await stage.deliver(LIVE, [42])
    first, second = stage.discord.requests[1:]
    assert "message_reference" in first.body
    assert "message_reference" not in second.body


async def test_a_failed_song_is_delivered_with_try_again(stage: Scene) -> None:
    failed = replace(LIVE, state=State.FAILED, reason=FailureReason.FAILED, result=None)
    assert isinstance(await stage.deliver(failed), Delivered)
    body = stage.discord.requests[0].body
    assert body["components"][0]["components"][0]["custom_id"] == "song:v1:retry:7"
    assert stage.downloader.limits == []


async def test_the_card_says_what_it_came_from(stage: Scene) -> None:
    remix = replace(LIVE, parent_id=5, relation=Relation.REMIX)
    for parents, says in (([replace(SONG, id=5)], True), ([], False)):
        delivery = DiscordDelivery(
            stage.client,
            stage.downloader,
            attach_audio=False,
            clock=FixedClock(NOW),
            parents=FakeParentLookup(*parents),
        )
        await delivery.deliver(remix, [], 1)
        assert ("Remix of" in stage.discord.requests[-1].body["embeds"][0]["description"]) is says


async def test_progress_is_shown_by_token_and_pings_nobody(stage: Scene) -> None:
    assert await stage.delivery.update_progress(LIVE, PROGRESS)
    (request,) = stage.discord.requests
    assert request.route == WEBHOOK
    assert "▰▰▰▱" in request.body["embeds"][0]["description"]
    assert request.body["components"][0]["components"][0]["custom_id"] == "song:v1:notify:7"
    assert request.body["allowed_mentions"] == {"parse": []}


async def test_progress_is_shown_on_the_own_message_when_the_token_is_spent(stage: Scene) -> None:
    assert await stage.delivery.update_progress(LATE, PROGRESS)
    assert stage.discord.routes == [EDIT]


async def test_where_discord_drops_the_embed_progress_is_in_the_text(stage: Scene) -> None:
    stage.discord.drops_embeds = True
    assert await stage.delivery.update_progress(LATE, PROGRESS)
    shown, restored = stage.discord.requests
    assert shown.route == restored.route == EDIT
    assert "▰▰▰▱" in restored.body["content"]


async def test_where_the_bot_is_known_to_lack_embed_links_progress_is_one_edit_of_the_text(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_service, "reach_of", lambda *_: ChannelReach(can_embed=False))
    assert await stage.delivery.update_progress(LATE, PROGRESS)
    assert await stage.delivery.update_progress(LIVE, PROGRESS)
    as_itself, by_token = stage.discord.requests
    assert "▰▰▰▱" in as_itself.body["content"]
    assert as_itself.body["embeds"] == []
    assert "▰▰▰▱" in by_token.body["embeds"][0]["description"], "edits by token keep their embeds"


@pytest.mark.parametrize(
    "song",
    [
        PRIVATE_LATE,
        replace(LATE, reply=ReplyTarget(100)),
        replace(LATE, reply=ReplyTarget(100, 200, bot_in_channel=False)),
    ],
)
async def test_progress_that_can_not_get_there_is_not_sent(stage: Scene, song: Song) -> None:
    assert not await stage.delivery.update_progress(song, PROGRESS)
    assert stage.discord.requests == []


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (429, 0), (401, 50027)])
async def test_progress_that_discord_refuses_is_dropped(stage: Scene, status: int, code: int) -> None:
    stage.discord.fail(WEBHOOK, status, code)
    assert not await stage.delivery.update_progress(LIVE, PROGRESS)
    assert stage.discord.routes == [WEBHOOK]


async def test_a_line_that_is_gone_is_asked_for_once(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 404, 10008)
    assert not await stage.delivery.update_progress(LIVE, PROGRESS)
    assert not await stage.delivery.update_progress(LIVE, PROGRESS)
    assert stage.discord.routes == [WEBHOOK]
    assert await stage.delivery.update_progress(LATE, PROGRESS), (
        "by another way it may be reached all the same"
    )


async def test_no_log_line_holds_prompt_or_token(stage: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "songbot.delivery")
    stage.discord.cut.add(WEBHOOK)
    stage.discord.fail(EDIT, 403, 50001)
    await stage.deliver(LIVE, [42], attempt=5)
    await stage.delivery.update_progress(LIVE, PROGRESS)
    ours = [record for record in caplog.records if record.name.startswith("songbot.delivery")]
    assert ours
    assert all(getattr(record, "song", None) == 7 for record in ours)
    assert not any("secret" in record.getMessage() or "trap" in record.getMessage() for record in ours)


async def test_views_of_delivered_cards_are_not_kept_in_memory(stage: Scene) -> None:
    await stage.deliver(LIVE)
    await stage.delivery.update_progress(LATE, PROGRESS)
    assert stage.client._connection._view_store._views == {}
    assert stage.client._connection._view_store._synced_message_views == {}


def test_the_steps_that_can_hold() -> None:
    as_bot = [DeliveryMethod.EDIT, DeliveryMethod.POST, DeliveryMethod.DIRECT]
    assert methods_for(LIVE, NOW) == [DeliveryMethod.TOKEN, *as_bot, DeliveryMethod.FOLLOW_UP]
    assert methods_for(LIVE, NOW + timedelta(minutes=9, seconds=31)) == as_bot
    assert methods_for(LATE, NOW, ChannelReach(can_post=False)) == [
        DeliveryMethod.EDIT,
        DeliveryMethod.DIRECT,
    ]
    assert methods_for(LATE, NOW, ChannelReach(can_view=False)) == [DeliveryMethod.DIRECT]
    assert methods_for(replace(LATE, reply=ReplyTarget(100)), NOW) == [
        DeliveryMethod.POST,
        DeliveryMethod.DIRECT,
    ]
    only_the_person = [DeliveryMethod.TOKEN, DeliveryMethod.DIRECT, DeliveryMethod.FOLLOW_UP]
    assert methods_for(BY_INSTALL, NOW) == only_the_person
    assert methods_for(PRIVATE, NOW) == only_the_person
    assert methods_for(replace(PRIVATE_LATE, guild_id=None), NOW) == as_bot


def test_a_nonce_is_short_enough_for_discord() -> None:
    assert len(nonce(replace(SONG, id=10**16), "notify")) <= 25


class Answer:
    reason = "no"

    def __init__(self, status: int) -> None:
        self.status = status


def refusal(status: int, code: int = 0) -> discord.HTTPException:
    return discord.HTTPException(Answer(status), {"code": code, "message": "m"})  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [10003, 10008, 10015, 50001, 50007, 50013, 50027])
def test_codes_that_are_for_good(code: int) -> None:
    assert is_permanent(refusal(400, code))


def test_what_passes_is_not_for_good() -> None:
    passing = (refusal(500), refusal(503), refusal(429), TimeoutError(), discord.RateLimited(3.0), OSError())
    assert not any(is_permanent(error) for error in passing)
    assert is_permanent(refusal(429, 30046))


def test_less_may_do_only_where_the_message_is_the_matter() -> None:
    assert retry_with_less_content(refusal(413))
    assert retry_with_less_content(refusal(403, 50013))
    assert not retry_with_less_content(refusal(403, 50001))
    assert not retry_with_less_content(TimeoutError())
    assert describe(refusal(403, 50001)) == "HTTPException 403, code 50001"


async def test_an_answer_that_is_broken_json_is_postponed(stage: Scene) -> None:
    stage.discord.broken.add(WEBHOOK)
    assert isinstance(await stage.deliver(LIVE), RetryLater)


async def test_a_private_answer_that_discord_refuses_raises_nothing(stage: Scene) -> None:
    class Response:
        def is_done(self) -> bool:
            return False

        async def send_message(self, *_: object, **__: object) -> None:
            raise refusal(404, 10062)

    class Pressed:
        response = Response()

    assert not await send_ephemeral(Pressed(), "x")  # type: ignore[arg-type]
