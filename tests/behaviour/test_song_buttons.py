"""What the buttons under songs do, for years and through restarts, and what they refuse."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord.builders import UserHandle

from songbot.songs.library import Search, Shelf
from songbot.songs.models import Relation
from songbot.songs.ports import StoreUnavailable
from songbot.ui.song_buttons import Action, view_of
from songbot.wording import buttons as wording
from songbot.wording import general

from .environment import House
from .helpers import all_songs, labels, make_song, now, press_at_once, private_answer, restart


async def press(person: Any, message: Any, label: str) -> Any:
    return await person.click(message, label=label)


def moderator(house: House) -> Any:
    role = house.guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return house.guild.add_member(house.env.create_user("mod"), roles=[role])


async def forged(house: House, action: Action, song_id: int) -> discord.Message:
    """A message in the channel with a button that leads to any song at all."""
    channel = house.env.bot.get_channel(house.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.send("a forgery", view=view_of(song_id, action))


# ---------------------------------------------------------------------------- the progress line


async def test_notify_me_mentions_who_pressed_it_when_the_card_is_there(house: House):
    line = await house.ann.slash(house.channel, "song", prompt="a trap song")
    await house.wait(2)
    assert private_answer(await press(house.max, line.response, "Notify me")) == wording.NOTIFY_ON
    await house.wait(80)
    assert house.channel.last_message.content == f"<@{house.max.id}> your song is here: **Midnight Grid**"


async def test_notify_me_pressed_again_takes_it_back(house: House):
    line = await house.ann.slash(house.channel, "song", prompt="a trap song")
    await house.wait(2)
    await press(house.max, line.response, "Notify me")
    assert private_answer(await press(house.max, line.response, "Notify me")) == wording.NOTIFY_OFF
    await house.wait(80)
    assert house.channel.last_message.id == line.response.id


async def test_ten_people_may_be_notified_and_the_eleventh_is_told(house: House):
    line = await house.ann.slash(house.channel, "song", prompt="a trap song")
    await house.wait(2)
    for user_id in range(1, 11):
        assert await house.database.library.toggle_notify(1, user_id, 10)
    assert private_answer(await press(house.max, line.response, "Notify me")) == wording.NOTIFY_FULL


async def test_notify_me_pressed_as_the_song_comes_in_says_that_it_is_there(house: House):
    await make_song(house)
    late = await press(house.max, await forged(house, Action.NOTIFY, 1), "Notify me")
    assert private_answer(late) == wording.NOTIFY_LATE


async def test_a_press_on_a_button_that_has_just_gone_is_answered(house: House):
    card = await make_song(house)
    (late,) = await press_at_once(house, house.max, card, "song:v1:notify:1")
    assert private_answer(late) == wording.GONE_MEANWHILE


# ------------------------------------------------------------------------- another take, remix


async def test_another_take_makes_the_same_prompt_again_for_who_presses(house: House):
    card = await make_song(house, prompt="a trap song")
    result = await press(house.max, card, "Another take")
    await house.wait(80)
    first, second = await all_songs(house)
    assert (second.user_id, second.prompt, second.parent_id) == (house.max.id, "a trap song", first.id)
    assert second.relation is Relation.TAKE
    new = now(house.channel, result.followups[0])
    assert new is not None
    link = f"https://discord.com/channels/{house.guild.id}/{house.channel.id}/{card.id}"
    assert f"Another take of [Midnight Grid]({link})" in (new.embeds[0].description or "")


async def test_remix_opens_a_modal_with_the_prompt_to_change(house: House):
    card = await make_song(house, prompt="a trap song")
    shown = await press(house.max, card, "Remix")
    assert shown.modal["title"] == "Remix"
    assert shown.modal["components"][0]["component"]["value"] == "a trap song"
    await house.max.submit_modal(shown, {"prompt": "a calm song"})
    await house.wait(80)
    song = (await all_songs(house))[1]
    assert (song.prompt, song.parent_id, song.relation) == ("a calm song", 1, Relation.REMIX)
    assert "Remix of [Midnight Grid]" in (house.channel.last_message.embeds[0].description or "")


async def test_a_remix_that_was_being_typed_while_the_bot_restarted_is_made(house: House):
    card = await make_song(house)
    shown = await press(house.max, card, "Remix")
    await restart(house)
    await house.max.submit_modal(shown, {"prompt": "a calm song"})
    await house.wait(80)
    assert house.whisul.posts[1:] == ["a calm song"]


async def test_a_remix_without_words_gets_a_kind_sentence(house: House):
    shown = await press(house.max, await make_song(house), "Remix")
    assert private_answer(await house.max.submit_modal(shown, {"prompt": "   "})) == general.EMPTY_PROMPT
    assert len(await all_songs(house)) == 1


async def test_fifty_presses_in_a_second_make_one_song_and_one_line(house: House):
    card = await make_song(house)
    results = await press_at_once(house, house.max, card, *["song:v1:take:1"] * 50)
    lines = [f for result in results for f in result.followups if not f.ephemeral]
    assert len(lines) == 1
    assert all(result.acknowledged for result in results)
    assert {private_answer(result) for result in results if not result.deferred} == {general.ALREADY_ORDERED}
    await house.wait(80)
    assert len(house.whisul.posts) == 2


async def test_a_press_after_a_restart_within_ten_seconds_still_makes_one_song(house: House):
    card = await make_song(house)
    await press(house.max, card, "Another take")
    await restart(house)
    assert private_answer(await press(house.max, card, "Another take")) == general.ALREADY_ORDERED
    await house.wait(80)
    assert len(house.whisul.posts) == 2


@pytest.mark.settings(member_songs_per_day=1)
async def test_a_take_over_the_pressers_quota_is_refused_and_a_next_press_says_the_same(house: House):
    card = await make_song(house)
    for _ in range(2):
        result = await press(house.ann, card, "Another take")
        assert "You have used 1 of 1 song today" in private_answer(result)
        assert [f for f in result.followups if not f.ephemeral] == []
    assert len(await all_songs(house)) == 1


async def test_a_take_of_a_private_song_by_its_owner_is_private_again(house: House):
    card = await make_song(house, private=True)
    result = await press(house.ann, card, "Another take")
    assert result.followups[0].ephemeral
    await house.wait(80)
    assert (await all_songs(house))[1].private
    assert house.channel.history(viewer=house.max) == []


@pytest.mark.parametrize("action", [Action.TAKE, Action.REMIX, Action.SAVE, Action.DELETE, Action.ERASE])
async def test_a_forged_button_does_not_reach_a_private_song_of_another(house: House, action: Action):
    await make_song(house, private=True)
    message = await forged(house, action, 1)
    result = await house.max.click(message, custom_id=f"song:v1:{action}:1")
    assert private_answer(result) == general.NOT_YOURS
    assert result.modal is None
    (song,) = await all_songs(house)
    assert song.deleted_at is None


async def test_a_forged_remix_modal_does_not_reach_a_private_song_of_another(house: House):
    await make_song(house, private=True)
    public = await make_song(house, house.max)
    shown = await press(house.max, public, "Remix")
    shown._interaction.modal["custom_id"] = "song:v1:remix:1"
    result = await house.max.submit_modal(shown, {"prompt": "mine now"})
    assert private_answer(result) == general.NOT_YOURS
    assert len(await all_songs(house)) == 2


@pytest.mark.parametrize(
    "custom_id", ["song:v0:take:1", "song:v2:take:1", "song:v1:take:", "song:v1:take:x", "dm:v1:burn:1"]
)
async def test_a_button_of_another_version_gets_a_kind_private_sentence(house: House, custom_id: str):
    card = await make_song(house)
    (result,) = await press_at_once(house, house.max, card, custom_id)
    assert private_answer(result) == general.UNKNOWN_BUTTON


async def test_a_song_that_is_no_more_is_told_so(house: House):
    for action in (Action.TAKE, Action.REMIX, Action.SAVE, Action.DELETE, Action.ERASE, Action.NOTIFY):
        message = await forged(house, action, 99)
        result = await house.max.click(message, custom_id=f"song:v1:{action}:99")
        assert private_answer(result) == general.SONG_GONE


async def test_with_the_database_away_every_button_says_so(house: House, monkeypatch: pytest.MonkeyPatch):
    card = await make_song(house)

    async def away(*_arguments: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(house.database.songs, "song", away)
    for label in ("Another take", "Remix", "Save", "Delete"):
        assert private_answer(await press(house.ann, card, label)) == general.STORE_UNAVAILABLE


# ------------------------------------------------------------------------------ save and delete


async def test_save_puts_it_into_the_pressers_library_and_pressing_again_takes_it_out(house: House):
    card = await make_song(house)
    shelf = Shelf(viewer_id=house.max.id, owner_id=house.max.id, saved=True)
    assert private_answer(await press(house.max, card, "Save")) == wording.SAVED
    assert [e.song.id for e in (await house.database.library.page(shelf, Search())).entries] == [1]
    await restart(house)
    assert private_answer(await press(house.max, card, "Save")) == wording.UNSAVED
    assert (await house.database.library.page(shelf, Search())).entries == ()


async def test_delete_asks_once_then_takes_the_card_away_and_keeps_the_count(house: House):
    card = await make_song(house)
    asked = await press(house.ann, card, "Delete")
    assert private_answer(asked) == wording.CONFIRM_DELETE
    assert now(house.channel, card) is not None
    await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert now(house.channel, card) is None
    question = now(house.channel, asked.followups[0], house.ann)
    assert question is not None
    assert (question.content, question.components) == (wording.DELETED, [])
    (song,) = await all_songs(house)
    assert song.deleted_at is not None
    assert song.refunded_at is None


async def test_the_question_works_after_a_restart(house: House):
    card = await make_song(house)
    asked = await press(house.ann, card, "Delete")
    await restart(house)
    await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert now(house.channel, card) is None


async def test_who_may_manage_messages_may_delete_anothers_song_and_others_may_not(house: House):
    card = await make_song(house)
    assert private_answer(await press(house.max, card, "Delete")) == wording.DELETE_NOT_ALLOWED
    forgery = await forged(house, Action.ERASE, 1)
    result = await house.max.click(forgery, label="Yes, delete it")
    assert private_answer(result) == wording.DELETE_NOT_ALLOWED
    assert now(house.channel, card) is not None
    asked = await press(mod := moderator(house), card, "Delete")
    await mod.click(asked.followups[0], label="Yes, delete it")
    assert now(house.channel, card) is None


async def test_a_moderator_of_one_channel_does_not_delete_what_is_in_another(house: House):
    card = await make_song(house)
    other = house.guild.create_text_channel("other")
    channel = house.env.bot.get_channel(other.id)
    assert isinstance(channel, discord.TextChannel)
    forgery = await channel.send("a forgery", view=view_of(1, Action.ERASE))
    result = await moderator(house).click(forgery, label="Yes, delete it")
    assert private_answer(result) == wording.DELETE_NOT_ALLOWED
    assert now(house.channel, card) is not None


async def test_the_right_is_checked_again_when_the_question_is_answered(house: House):
    card = await make_song(house)
    mod = moderator(house)
    asked = await press(mod, card, "Delete")
    house.env.backend.get_guild(house.guild.id).members[mod.id].role_ids.clear()
    result = await mod.click(asked.followups[0], label="Yes, delete it")
    assert result.followups[0].content == wording.DELETE_NOT_ALLOWED
    assert now(house.channel, card) is not None


async def test_a_private_card_is_taken_away_by_the_token_of_the_press(house: House):
    card = await make_song(house, private=True)
    asked = await press(house.ann, card, "Delete")
    assert now(house.channel, card, house.ann) is not None
    await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert now(house.channel, card, house.ann) is None
    assert (await all_songs(house))[0].deleted_at is not None


async def test_a_card_that_somebody_deleted_before_is_deleted_all_the_same(house: House):
    card = await make_song(house)
    asked = await press(house.ann, card, "Delete")
    house.env.backend.delete_message(house.channel.id, card.id)
    await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert (await all_songs(house))[0].deleted_at is not None


async def test_a_private_card_is_out_of_reach_after_a_restart_and_that_is_said(house: House):
    card = await make_song(house, private=True)
    asked = await press(house.ann, card, "Delete")
    await restart(house)
    await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert asked.followups[0].content == wording.STAYS_PRIVATE
    assert (await all_songs(house))[0].deleted_at is not None


async def test_a_card_where_the_bot_may_no_longer_be_is_deleted_and_what_stays_is_said(house: House):
    card = await make_song(house)
    asked = await press(house.ann, card, "Delete")
    await restart(house)
    house.env.inject_error(
        "DELETE", "/channels/*/messages/*", status=403, code=50001, message="Missing Access"
    )
    await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert asked.followups[0].content == wording.STAYS
    assert now(house.channel, card) is not None


async def test_while_discord_fails_nothing_is_deleted_and_the_next_press_does_it(house: House):
    card = await make_song(house)
    asked = await press(house.ann, card, "Delete")
    await restart(house)
    house.env.inject_error("DELETE", "/channels/*/messages/*", status=503)
    result = await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert result.followups[0].content == wording.DELETE_LATER
    assert (await all_songs(house))[0].deleted_at is None
    await house.ann.click(asked.followups[0], label="Yes, delete it")
    assert now(house.channel, card) is None


async def test_in_the_direct_messages_all_buttons_work_too(house: House):
    user: UserHandle = house.ann.user
    await user.slash("song", prompt="a trap song")
    await house.wait(80)
    card = user.dm_channel.last_message
    assert labels(card)[1:] == ["Another take", "Remix", "Save", "Delete"]
    assert private_answer(await user.click(card, label="Save")) == wording.SAVED
    asked = await user.click(card, label="Delete")
    await user.click(asked.followups[0], label="Yes, delete it")
    assert now(user.dm_channel, card) is None
