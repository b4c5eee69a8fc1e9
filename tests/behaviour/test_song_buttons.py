"""Test the buttons under songs: what they do, also years later and after restarts, and what they refuse."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord.builders import UserHandle

from songbot.songs.errors import StoreUnavailable
from songbot.songs.library import LibraryScope, Search
from songbot.songs.models import DeliveryState, FailureReason, Relation, State
from songbot.ui.song_buttons import Action, action_view
from songbot.wording import buttons as wording
from songbot.wording import general
from songbot.wording.language import ENGLISH

from .environment import BotEnvironment
from .helpers import all_songs, labels, make_song, now, press_at_once, private_answer, restart, text_of


async def press(person: Any, message: Any, label: str) -> Any:
    return await person.click(message, label=label)


def moderator(bot_env: BotEnvironment) -> Any:
    role = bot_env.guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return bot_env.guild.add_member(bot_env.env.create_user("mod"), roles=[role])


async def forged(bot_env: BotEnvironment, action: Action, song_id: int) -> discord.Message:
    """Post a message in the channel with a button for any song."""
    channel = bot_env.env.bot.get_channel(bot_env.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.send("a forgery", view=action_view(ENGLISH, song_id, action))


# ---------------------------------------------------------------------------- the progress line


async def test_notify_me_mentions_who_pressed_it_when_the_card_is_there(bot_env: BotEnvironment):
    line = await bot_env.ann.slash(bot_env.channel, "song", prompt="a trap song")
    await bot_env.wait(2)
    assert private_answer(await press(bot_env.max, line.response, "Notify me")) == wording.NOTIFY_ON(ENGLISH)
    await bot_env.wait(80)
    assert (
        bot_env.channel.last_message.content == f"<@{bot_env.max.id}>, your song is ready: **Midnight Grid**"
    )


async def test_notify_me_pressed_again_takes_it_back(bot_env: BotEnvironment):
    line = await bot_env.ann.slash(bot_env.channel, "song", prompt="a trap song")
    await bot_env.wait(2)
    await press(bot_env.max, line.response, "Notify me")
    assert private_answer(await press(bot_env.max, line.response, "Notify me")) == wording.NOTIFY_OFF(ENGLISH)
    await bot_env.wait(80)
    assert bot_env.channel.last_message.id == line.response.id


async def test_ten_people_may_be_notified_and_the_eleventh_is_told(bot_env: BotEnvironment):
    line = await bot_env.ann.slash(bot_env.channel, "song", prompt="a trap song")
    await bot_env.wait(2)
    for user_id in range(1, 11):
        assert await bot_env.database.library.toggle_subscription(1, user_id, 10)
    assert private_answer(await press(bot_env.max, line.response, "Notify me")) == wording.NOTIFY_FULL(
        ENGLISH
    )


async def test_notify_me_pressed_as_the_song_comes_in_says_that_it_is_there(bot_env: BotEnvironment):
    await make_song(bot_env)
    late = await press(bot_env.max, await forged(bot_env, Action.NOTIFY, 1), "Notify me")
    assert private_answer(late) == wording.NOTIFY_LATE(ENGLISH)


async def test_a_press_on_a_button_that_has_just_gone_is_answered(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    (late,) = await press_at_once(bot_env, bot_env.max, card, "song:v1:notify:1")
    assert private_answer(late) == wording.GONE_MEANWHILE(ENGLISH)


# ------------------------------------------------------------------------- another take, remix


async def test_another_take_makes_the_same_prompt_again_for_who_presses(bot_env: BotEnvironment):
    card = await make_song(bot_env, prompt="a trap song")
    result = await press(bot_env.max, card, "Another take")
    await bot_env.wait(80)
    first, second = await all_songs(bot_env)
    assert (second.user_id, second.prompt, second.parent_id) == (bot_env.max.id, "a trap song", first.id)
    assert second.relation is Relation.TAKE
    new = now(bot_env.channel, result.response)
    assert new is not None
    link = f"https://discord.com/channels/{bot_env.guild.id}/{bot_env.channel.id}/{card.id}"
    assert f"Another take of [Midnight Grid]({link})" in (new.embeds[0].description or "")


async def test_remix_opens_a_modal_with_the_prompt_to_change(bot_env: BotEnvironment):
    card = await make_song(bot_env, prompt="a trap song")
    shown = await press(bot_env.max, card, "Remix (edit prompt)")
    assert shown.modal["title"] == "Remix: edit the prompt"
    assert shown.modal["components"][0]["component"]["value"] == "a trap song"
    await bot_env.max.submit_modal(shown, {"prompt": "a calm song"})
    await bot_env.wait(80)
    song = (await all_songs(bot_env))[1]
    assert (song.prompt, song.parent_id, song.relation) == ("a calm song", 1, Relation.REMIX)
    assert "Remix of [Midnight Grid]" in (bot_env.channel.last_message.embeds[0].description or "")


async def test_a_remix_that_was_being_typed_while_the_bot_restarted_is_made(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    shown = await press(bot_env.max, card, "Remix (edit prompt)")
    await restart(bot_env)
    await bot_env.max.submit_modal(shown, {"prompt": "a calm song"})
    await bot_env.wait(80)
    assert bot_env.whisul.posts[1:] == ["a calm song"]


async def test_a_remix_without_words_gets_a_kind_sentence(bot_env: BotEnvironment):
    shown = await press(bot_env.max, await make_song(bot_env), "Remix (edit prompt)")
    assert private_answer(await bot_env.max.submit_modal(shown, {"prompt": "   "})) == general.EMPTY_PROMPT(
        ENGLISH
    )
    assert len(await all_songs(bot_env)) == 1


async def test_fifty_presses_in_a_second_make_one_song_and_one_line(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    results = await press_at_once(bot_env, bot_env.max, card, *["song:v1:take:1"] * 50)
    lines = [result for result in results if result.response and not result.response.ephemeral]
    assert len(lines) == 1
    assert all(result.acknowledged for result in results)
    assert {private_answer(result) for result in results if result not in lines} == {
        general.ALREADY_ORDERED(ENGLISH)
    }
    await bot_env.wait(80)
    assert len(bot_env.whisul.posts) == 2


async def test_a_press_after_a_restart_within_ten_seconds_still_makes_one_song(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    await press(bot_env.max, card, "Another take")
    await restart(bot_env)
    assert private_answer(await press(bot_env.max, card, "Another take")) == general.ALREADY_ORDERED(ENGLISH)
    await bot_env.wait(80)
    assert len(bot_env.whisul.posts) == 2


@pytest.mark.settings(member_songs_per_day=1)
async def test_a_take_over_the_pressers_quota_is_refused_and_a_next_press_says_the_same(
    bot_env: BotEnvironment,
):
    card = await make_song(bot_env)
    for _ in range(2):
        result = await press(bot_env.ann, card, "Another take")
        assert "You've used your 1 song for today" in private_answer(result)
        assert [f for f in result.followups if not f.ephemeral] == []
    assert len(await all_songs(bot_env)) == 1


async def test_a_take_of_a_private_song_by_its_owner_is_private_again(bot_env: BotEnvironment):
    card = await make_song(bot_env, private=True)
    result = await press(bot_env.ann, card, "Another take")
    assert result.response.ephemeral
    await bot_env.wait(80)
    assert (await all_songs(bot_env))[1].private
    assert bot_env.channel.history(viewer=bot_env.max) == []


@pytest.mark.parametrize("action", [Action.TAKE, Action.REMIX, Action.SAVE, Action.DELETE, Action.ERASE])
async def test_a_forged_button_does_not_reach_a_private_song_of_another(
    bot_env: BotEnvironment, action: Action
):
    await make_song(bot_env, private=True)
    message = await forged(bot_env, action, 1)
    result = await bot_env.max.click(message, custom_id=f"song:v1:{action}:1")
    assert private_answer(result) == general.NOT_YOURS(ENGLISH)
    assert result.modal is None
    (song,) = await all_songs(bot_env)
    assert song.deleted_at is None


async def test_a_forged_remix_modal_does_not_reach_a_private_song_of_another(bot_env: BotEnvironment):
    await make_song(bot_env, private=True)
    public = await make_song(bot_env, bot_env.max)
    shown = await press(bot_env.max, public, "Remix (edit prompt)")
    shown._interaction.modal["custom_id"] = "song:v1:remix:1"
    result = await bot_env.max.submit_modal(shown, {"prompt": "mine now"})
    assert private_answer(result) == general.NOT_YOURS(ENGLISH)
    assert len(await all_songs(bot_env)) == 2


@pytest.mark.parametrize(
    "custom_id", ["song:v0:take:1", "song:v2:take:1", "song:v1:take:", "song:v1:take:x", "dm:v1:burn:1"]
)
async def test_a_button_of_another_version_gets_a_kind_private_sentence(
    bot_env: BotEnvironment, custom_id: str
):
    card = await make_song(bot_env)
    (result,) = await press_at_once(bot_env, bot_env.max, card, custom_id)
    assert private_answer(result) == general.UNKNOWN_BUTTON(ENGLISH)


async def test_a_song_that_is_no_more_is_told_so(bot_env: BotEnvironment):
    for action in (Action.TAKE, Action.REMIX, Action.SAVE, Action.DELETE, Action.ERASE, Action.NOTIFY):
        message = await forged(bot_env, action, 99)
        result = await bot_env.max.click(message, custom_id=f"song:v1:{action}:99")
        assert private_answer(result) == general.SONG_GONE(ENGLISH)


async def test_with_the_database_away_every_button_says_so(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    card = await make_song(bot_env)

    async def away(*_arguments: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(bot_env.database.songs, "get", away)
    for label in ("Another take", "Remix (edit prompt)", "Save", "Delete"):
        assert private_answer(await press(bot_env.ann, card, label)) == general.STORE_UNAVAILABLE(ENGLISH)


# ------------------------------------------------------------------------------ save and delete


async def test_save_puts_it_into_the_pressers_library_and_pressing_again_takes_it_out(
    bot_env: BotEnvironment,
):
    card = await make_song(bot_env)
    here = frozenset({bot_env.channel.id})
    scope = LibraryScope(bot_env.max.id, bot_env.max.id, saved=True, channel_ids=here)
    assert private_answer(await press(bot_env.max, card, "Save")) == wording.SAVED(ENGLISH)
    assert [e.song.id for e in (await bot_env.database.library.page(scope, Search())).entries] == [1]
    await restart(bot_env)
    assert private_answer(await press(bot_env.max, card, "Save")) == wording.UNSAVED(ENGLISH)
    assert (await bot_env.database.library.page(scope, Search())).entries == ()


async def test_delete_can_be_called_off(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    asked = await press(bot_env.ann, card, "Delete")
    assert labels(asked.followups[0]) == ["Delete", "Cancel"]
    await bot_env.ann.click(asked.followups[0], label="Cancel")
    question = now(bot_env.channel, asked.followups[0], bot_env.ann)
    assert question is not None
    assert (question.content, question.components) == (wording.KEPT(ENGLISH), [])
    assert now(bot_env.channel, card) is not None


@pytest.mark.settings(songs_at_once=1, member_songs_per_day=2)
async def test_a_queued_song_is_cancelled_by_its_person_alone_and_not_charged(bot_env: BotEnvironment):
    await bot_env.max.slash(bot_env.channel, "song", prompt="a calm song")
    await bot_env.wait(2)
    waiting = (await bot_env.ann.slash(bot_env.channel, "song", prompt="a trap song")).response
    await bot_env.wait(12)
    assert labels(now(bot_env.channel, waiting)) == ["Notify me", "Cancel"]
    assert private_answer(await press(bot_env.max, waiting, "Cancel")) == general.NOT_YOURS(ENGLISH)
    await press(bot_env.ann, waiting, "Cancel")
    cancelled = now(bot_env.channel, waiting)
    assert cancelled is not None
    assert cancelled.embeds[0].title == "Cancelled"
    assert "doesn't count" in text_of(cancelled)
    await bot_env.wait(150)
    assert bot_env.whisul.posts == ["a calm song"]
    song = (await all_songs(bot_env))[1]
    assert (song.reason, song.delivery) == (FailureReason.CANCELLED, DeliveryState.DELIVERED)
    assert song.refunded_at is not None
    assert labels(now(bot_env.channel, waiting)) == ["Try again"]


async def test_a_song_that_has_started_is_not_cancelled(bot_env: BotEnvironment):
    line = (await bot_env.ann.slash(bot_env.channel, "song", prompt="a trap song")).response
    await bot_env.wait(1)
    shown = now(bot_env.channel, line)
    assert shown is not None
    assert "Cancel" not in labels(shown)
    assert not await bot_env.database.songs.cancel_queued(1, bot_env.ann.id, bot_env.env.now())
    await bot_env.wait(80)
    assert [song.state for song in await all_songs(bot_env)] == [State.COMPLETED]


async def test_delete_asks_once_then_takes_the_card_away_and_keeps_the_count(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    asked = await press(bot_env.ann, card, "Delete")
    assert private_answer(asked) == wording.CONFIRM_DELETE(ENGLISH)
    assert now(bot_env.channel, card) is not None
    await bot_env.ann.click(asked.followups[0], label="Delete")
    assert now(bot_env.channel, card) is None
    question = now(bot_env.channel, asked.followups[0], bot_env.ann)
    assert question is not None
    assert (question.content, question.components) == (wording.DELETED(ENGLISH), [])
    (song,) = await all_songs(bot_env)
    assert song.deleted_at is not None
    assert song.refunded_at is None


async def test_the_question_works_after_a_restart(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    asked = await press(bot_env.ann, card, "Delete")
    await restart(bot_env)
    await bot_env.ann.click(asked.followups[0], label="Delete")
    assert now(bot_env.channel, card) is None


async def test_who_may_manage_messages_may_delete_anothers_song_and_others_may_not(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    assert private_answer(await press(bot_env.max, card, "Delete")) == wording.DELETE_NOT_ALLOWED(ENGLISH)
    forgery = await forged(bot_env, Action.ERASE, 1)
    result = await bot_env.max.click(forgery, label="Delete")
    assert private_answer(result) == wording.DELETE_NOT_ALLOWED(ENGLISH)
    assert now(bot_env.channel, card) is not None
    asked = await press(mod := moderator(bot_env), card, "Delete")
    await mod.click(asked.followups[0], label="Delete")
    assert now(bot_env.channel, card) is None


async def test_a_moderator_of_one_channel_does_not_delete_what_is_in_another(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    other = bot_env.guild.create_text_channel("other")
    channel = bot_env.env.bot.get_channel(other.id)
    assert isinstance(channel, discord.TextChannel)
    forgery = await channel.send("a forgery", view=action_view(ENGLISH, 1, Action.ERASE))
    result = await moderator(bot_env).click(forgery, label="Delete")
    assert private_answer(result) == wording.DELETE_NOT_ALLOWED(ENGLISH)
    assert now(bot_env.channel, card) is not None


async def test_the_right_is_checked_again_when_the_question_is_answered(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    mod = moderator(bot_env)
    asked = await press(mod, card, "Delete")
    bot_env.env.backend.get_guild(bot_env.guild.id).members[mod.id].role_ids.clear()
    result = await mod.click(asked.followups[0], label="Delete")
    assert result.followups[0].content == wording.DELETE_NOT_ALLOWED(ENGLISH)
    assert now(bot_env.channel, card) is not None


async def test_a_private_card_is_taken_away_by_the_token_of_the_press(bot_env: BotEnvironment):
    card = await make_song(bot_env, private=True)
    asked = await press(bot_env.ann, card, "Delete")
    assert now(bot_env.channel, card, bot_env.ann) is not None
    await bot_env.ann.click(asked.followups[0], label="Delete")
    assert now(bot_env.channel, card, bot_env.ann) is None
    assert (await all_songs(bot_env))[0].deleted_at is not None


async def test_a_card_that_somebody_deleted_before_is_deleted_all_the_same(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    asked = await press(bot_env.ann, card, "Delete")
    bot_env.env.backend.delete_message(bot_env.channel.id, card.id)
    await bot_env.ann.click(asked.followups[0], label="Delete")
    assert (await all_songs(bot_env))[0].deleted_at is not None


async def test_a_private_card_is_out_of_reach_after_a_restart_and_that_is_said(bot_env: BotEnvironment):
    card = await make_song(bot_env, private=True)
    asked = await press(bot_env.ann, card, "Delete")
    await restart(bot_env)
    await bot_env.ann.click(asked.followups[0], label="Delete")
    assert asked.followups[0].content == wording.STAYS_PRIVATE(ENGLISH)
    assert (await all_songs(bot_env))[0].deleted_at is not None


async def test_a_card_where_the_bot_may_no_longer_be_is_deleted_and_what_stays_is_said(
    bot_env: BotEnvironment,
):
    card = await make_song(bot_env)
    asked = await press(bot_env.ann, card, "Delete")
    await restart(bot_env)
    bot_env.env.inject_error(
        "DELETE", "/channels/*/messages/*", status=403, code=50001, message="Missing Access"
    )
    await bot_env.ann.click(asked.followups[0], label="Delete")
    assert asked.followups[0].content == wording.STAYS(ENGLISH)
    assert now(bot_env.channel, card) is not None


async def test_while_discord_fails_nothing_is_deleted_and_the_next_press_does_it(bot_env: BotEnvironment):
    card = await make_song(bot_env)
    asked = await press(bot_env.ann, card, "Delete")
    await restart(bot_env)
    bot_env.env.inject_error("DELETE", "/channels/*/messages/*", status=503)
    result = await bot_env.ann.click(asked.followups[0], label="Delete")
    assert result.followups[0].content == wording.DELETE_LATER(ENGLISH)
    assert (await all_songs(bot_env))[0].deleted_at is None
    await bot_env.ann.click(asked.followups[0], label="Delete")
    assert now(bot_env.channel, card) is None


async def test_in_the_direct_messages_all_buttons_work_too(bot_env: BotEnvironment):
    user: UserHandle = bot_env.ann.user
    await user.slash("song", prompt="a trap song")
    await bot_env.wait(80)
    card = user.dm_channel.last_message
    assert labels(card) == ["Another take", "Listen", "Remix (edit prompt)", "Save", "Delete"]
    assert private_answer(await user.click(card, label="Save")) == wording.SAVED(ENGLISH)
    asked = await user.click(card, label="Delete")
    await user.click(asked.followups[0], label="Delete")
    assert now(user.dm_channel, card) is None
