"""Test what a delivery's messages say, in which language, and whom they notify."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from songbot.delivery import service as delivery_service
from songbot.delivery.fallbacks import ChannelReach
from songbot.delivery.service import DiscordDelivery
from songbot.songs.models import FailureReason, ReplyTarget, Song, State
from songbot.songs.ports import Delivered
from songbot.wording import cards as wording
from songbot.wording.language import ENGLISH, Language, find_language
from tests.support.fake_discord import DIRECT, EDIT, FOLLOW_UP, POST, WEBHOOK
from tests.support.fixed_clock import FixedClock
from tests.unit.delivery.scene import BY_INSTALL, LATE, LIVE, NOW, PRIVATE, PRIVATE_LATE, Scene

GERMAN = find_language("de")
WITHOUT_MESSAGE = replace(LATE, reply=ReplyTarget(100))
FAILURE = {"state": State.FAILED, "reason": FailureReason.FAILED, "result": None}


class GermanSpeaker:
    """Knows that the person whose songs are tested reads German."""

    async def of_user(self, user_id: int) -> Language | None:
        return GERMAN if user_id == LIVE.user_id else None


def with_languages(stage: Scene) -> DiscordDelivery:
    return DiscordDelivery(
        stage.client,
        stage.downloader,
        attach_audio=True,
        clock=FixedClock(NOW),
        languages=GermanSpeaker(),
    )


async def test_a_posted_card_names_the_song_and_mentions_everyone_who_waits_once(stage: Scene) -> None:
    await stage.deliver(WITHOUT_MESSAGE, [43, 42, 43])
    (post,) = stage.discord.requests
    assert post.route == POST
    assert post.body["content"] == "<@42> <@43>, your song is ready: **Midnight Grid**"
    assert post.body["allowed_mentions"] == {"parse": [], "users": [42, 43]}


async def test_a_posted_card_that_automod_blocks_names_no_title_above_it_either(stage: Scene) -> None:
    stage.discord.fail(POST, 400, 200000, times=1)
    assert isinstance(await stage.deliver(WITHOUT_MESSAGE), Delivered)
    assert stage.discord.requests[-1].body["content"] == "<@42>, your song is ready."


@pytest.mark.parametrize(("song", "route"), [(LATE, POST), (BY_INSTALL, FOLLOW_UP)])
async def test_a_mention_whose_title_automod_blocks_comes_without_it(
    stage: Scene, song: Song, route: str
) -> None:
    stage.discord.fail(route, 400, 200000, times=1)
    await stage.deliver(song, [43])
    blocked, mention = (request for request in stage.discord.requests if request.route == route)
    assert "Midnight Grid" in blocked.body["content"]
    assert "<@43>, your song is ready." in mention.body["content"].replace("<@42> ", "")
    assert "Midnight Grid" not in mention.body["content"]


async def test_a_card_by_direct_message_can_not_come_twice_and_says_where_it_was_asked_for(
    stage: Scene,
) -> None:
    await stage.deliver(PRIVATE_LATE)
    direct = stage.discord.requests[-1]
    assert direct.route == DIRECT
    assert (direct.body["nonce"], direct.body["enforce_nonce"]) == ("7-card", True)
    assert direct.body["content"] == wording.by_direct_message(ENGLISH, 100, failed=False)


async def test_in_the_direct_messages_themselves_no_channel_is_named(stage: Scene) -> None:
    await stage.deliver(replace(PRIVATE_LATE, reply=ReplyTarget(500, bot_in_channel=False)))
    assert stage.discord.requests[-1].body["content"] == wording.by_direct_message(
        ENGLISH, None, failed=False
    )


@pytest.mark.parametrize("song", [WITHOUT_MESSAGE, PRIVATE_LATE, LIVE])
async def test_messages_about_a_failed_song_do_not_call_it_ready(stage: Scene, song: Song) -> None:
    await stage.deliver(replace(song, **FAILURE), [43])
    texts = [request.body.get("content") for request in stage.discord.requests]
    assert any("couldn't be made" in text for text in texts if text)
    assert not any("ready" in text for text in texts if text)


async def test_people_are_mentioned_under_the_card_by_its_title_and_nobody_else_is(stage: Scene) -> None:
    await stage.deliver(LIVE, [42, 43])
    mention = stage.discord.requests[-1]
    assert mention.body["content"] == "<@42> <@43>, your song is ready: **Midnight Grid**"
    assert mention.body["allowed_mentions"] == {"parse": [], "users": [42, 43]}


async def test_without_history_the_mention_still_notifies_and_still_comes_once(stage: Scene) -> None:
    stage.discord.fail(POST, 400, 160002, times=1)
    await stage.deliver(LIVE, [42])
    first, second = stage.discord.requests[1:]
    for part in ("content", "allowed_mentions", "nonce", "enforce_nonce"):
        assert second.body[part] == first.body[part]


async def test_a_private_mention_is_private_and_an_install_mention_is_not(stage: Scene) -> None:
    await stage.deliver(PRIVATE, [42])
    assert stage.discord.requests[-1].body["flags"] == 64
    elsewhere = replace(LIVE, reply=replace(LIVE.reply, bot_in_channel=False))
    await stage.deliver(elsewhere, [42])
    assert not stage.discord.requests[-1].body.get("flags")


async def test_a_mention_that_discord_is_too_busy_for_is_sent_again_with_the_same_nonce(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_service, "NOTIFY_BACKOFF", (0.0, 0.0))
    stage.discord.fail(POST, 429, times=2)
    await stage.deliver(LIVE, [42])
    mentions = [request for request in stage.discord.requests if request.route == POST]
    assert len(mentions) == 3
    assert {request.body["nonce"] for request in mentions} == {"7-notify"}


async def test_a_private_mention_which_could_come_twice_is_sent_once(stage: Scene) -> None:
    stage.discord.fail(FOLLOW_UP, 429)
    await stage.deliver(PRIVATE, [42])
    assert stage.discord.routes == [WEBHOOK, FOLLOW_UP]


async def test_a_direct_message_is_in_the_persons_language_and_a_card_in_the_channels(stage: Scene) -> None:
    delivery = with_languages(stage)
    await delivery.deliver(PRIVATE_LATE, [], 1)
    direct = stage.discord.requests[-1]
    assert direct.body["content"] == wording.by_direct_message(GERMAN, 100, failed=False)
    await delivery.deliver(WITHOUT_MESSAGE, [], 1)
    posted = stage.discord.requests[-1]
    assert posted.body["content"] == "<@42>, your song is ready: **Midnight Grid**"


async def test_what_automod_blocked_is_explained_in_the_persons_language(stage: Scene) -> None:
    stage.discord.fail(WEBHOOK, 400, 200000, times=1)
    await with_languages(stage).deliver(LIVE, [], 1)
    explanation = stage.discord.requests[-1]
    assert (explanation.route, explanation.body["content"]) == (FOLLOW_UP, wording.BLOCKED_PRIVATELY(GERMAN))


async def test_an_explanation_that_discord_refuses_costs_no_card_and_the_log_says_so(
    stage: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "songbot.delivery")
    stage.discord.fail(WEBHOOK, 400, 200000, times=1)
    stage.discord.fail(FOLLOW_UP, 403, 50001)
    assert isinstance(await stage.deliver(LIVE), Delivered)
    [line] = caplog.messages
    assert "not explained" in line
    assert "50001" in line


async def test_a_text_that_stands_in_for_the_embed_is_no_longer_than_discord_allows(stage: Scene) -> None:
    stage.discord.drops_embeds = True
    long = replace(WITHOUT_MESSAGE, prompt="rain " * 400)
    await stage.deliver(long, list(range(10**17, 10**17 + 60)))
    assert len(stage.discord.requests[-1].body["content"]) == 2000


async def test_a_card_that_was_edited_by_the_bot_has_its_text_where_discord_drops_the_embed(
    stage: Scene,
) -> None:
    stage.discord.drops_embeds = True
    await stage.deliver(LATE)
    edit, restored = stage.discord.requests[:2]
    assert edit.route == restored.route == EDIT
    assert "Midnight Grid" in restored.body["content"]


@pytest.mark.parametrize(
    ("reach", "routes"),
    [
        (ChannelReach(can_post=False), [EDIT]),
        (ChannelReach(can_view=False), ["POST /users/@me/channels", DIRECT]),
    ],
)
async def test_a_delivery_goes_by_what_the_bot_can_do_in_the_songs_own_channel(
    stage: Scene, monkeypatch: pytest.MonkeyPatch, reach: ChannelReach, routes: list[str]
) -> None:
    monkeypatch.setattr(delivery_service, "reach_of", only_in(LATE, reach))
    await stage.deliver(LATE)
    assert stage.discord.routes[: len(routes)] == routes


def only_in(song: Song, reach: ChannelReach) -> Callable[..., ChannelReach]:
    """Return a `reach_of` with `reach` in the song's channel and everything allowed elsewhere."""

    def reach_of(_client: object, guild_id: int | None, channel_id: int | None) -> ChannelReach:
        is_there = (guild_id, channel_id) == (song.guild_id, song.reply.channel_id)
        return reach if is_there else ChannelReach()

    return reach_of


async def test_where_files_are_forbidden_the_card_comes_without_them(stage: Scene) -> None:
    stage.discord.fail(EDIT, 403, 50013, times=1)
    assert isinstance(await stage.deliver(LATE), Delivered)
    first, second = stage.discord.requests[:2]
    assert (first.route, second.route) == (EDIT, EDIT)
    assert (len(first.files), second.files) == (2, [])


async def test_where_writing_is_forbidden_a_card_without_files_is_not_sent_again_the_same_way(
    stage: Scene,
) -> None:
    stage.discord.fail(EDIT, 403, 50013)
    await stage.deliver(LATE, attempt=4)
    assert stage.discord.routes.count(EDIT) == 1


async def test_the_log_says_by_which_method_a_song_was_not_delivered_and_why(
    stage: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "songbot.delivery")
    stage.discord.fail(EDIT, 404, 10008)
    await stage.deliver(LATE)
    assert "not delivered by edit: NotFound 404, code 10008" in caplog.messages


async def test_a_reply_to_a_private_song_sent_directly_is_replaced_only_while_its_token_lives(
    stage: Scene,
) -> None:
    late = replace(PRIVATE, created_at=NOW - timedelta(minutes=6))
    await stage.deliver(late)
    replaced = stage.discord.requests[-1]
    assert (replaced.route, replaced.body["content"]) == (
        WEBHOOK,
        wording.sent_directly(ENGLISH, failed=False),
    )
    assert (replaced.body["embeds"], replaced.body["components"]) == ([], [])
    await stage.deliver(PRIVATE_LATE)
    assert stage.discord.routes[-1] == DIRECT
