"""Test who sees a song under the real Discord's rules, which are in docs/discord.md: forced ephemeral
responses, current permissions, two sessions, expired tokens."""

from __future__ import annotations

from songbot.wording import buttons, library
from songbot.wording.language import ENGLISH

from .answers import answers_in, delivered, end_jobs, is_answer, songs_in
from .discord_server import InteractionRecord, StoredMessage
from .discord_server.permissions import USE_EXTERNAL_APPS, VIEW_CHANNEL
from .libraries import make_song, open_library, songs_listed
from .orders import age
from .process import Stage

PLAY = "library:v1:play:1"


async def test_what_discord_makes_ephemeral_is_private_from_the_start(stage: Stage) -> None:
    elsewhere = stage.discord.state.add_guild("Elsewhere", bot_is_member=False)
    elsewhere.everyone.permissions &= ~USE_EXTERNAL_APPS
    await stage.start_ready()
    card = await make_song(stage, stage.ann, elsewhere.channel, "my secret wish", user_install=True)
    assert card.ephemeral
    assert songs_in(stage)[0]["private"]
    assert "/library" in card.content
    record = await stage.discord.slash(stage.ann, elsewhere.channel, "library", user_install=True)
    page = await record.message_matching(lambda message: message.embeds)
    opened = await stage.discord.click(stage.ann, page, PLAY)
    shown = await opened.message_matching(is_answer, timeout=10)
    assert "Post here" not in shown.buttons


async def test_others_are_shown_only_what_was_made_where_they_may_look_now(stage: Stage) -> None:
    staff_role = stage.discord.state.add_role(stage.guild, "staff")
    staff = stage.discord.state.add_channel(stage.guild, "staff")
    staff.overwrite(stage.guild.everyone, deny=VIEW_CHANNEL)
    staff.overwrite(staff_role, allow=VIEW_CHANNEL)
    staff.overwrite(stage.discord.bot, allow=VIEW_CHANNEL)
    stage.guild.member(stage.ann).roles.append(staff_role)
    await stage.start_ready()
    await make_song(stage, stage.ann, stage.channel, "for everybody")
    await make_song(stage, stage.ann, staff, "for staff alone")
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 1
    stage.guild.member(stage.max).roles.append(staff_role)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 2
    await stage.discord.set_overwrite(staff, staff_role, deny=VIEW_CHANNEL)
    assert await songs_listed(stage, stage.max, stage.channel, of=stage.ann) == 1


async def test_a_saved_song_is_shown_in_another_server_while_its_saver_may_view_where_it_was_made(
    stage: Stage,
) -> None:
    eve = stage.discord.state.add_user("eve")
    elsewhere = stage.discord.state.add_guild("Elsewhere").channel
    await stage.start_ready()
    card = await make_song(stage, stage.ann, stage.channel, "rain")
    for person in (stage.max, eve):
        saved = await stage.discord.click(person, card, "Save")
        await saved.message_matching(buttons.SAVED(ENGLISH))
    page = await open_library(stage, stage.max, elsewhere, saved=True)
    eves_page = await open_library(stage, eve, elsewhere, saved=True)
    assert "rain" in page.text
    opened = await stage.discord.click(stage.max, page, PLAY)
    shown = await opened.message_matching(is_answer)
    assert "Post here" not in shown.buttons
    unsaved = await stage.discord.click(eve, card, "Save")
    await unsaved.message_matching(buttons.UNSAVED(ENGLISH))
    refused = await stage.discord.click(eve, eves_page, PLAY)
    await refused.message_matching(library.SONG_HIDDEN(ENGLISH))
    await stage.discord.set_overwrite(stage.channel, stage.guild.everyone, deny=VIEW_CHANNEL)
    refused = await stage.discord.click(stage.max, page, PLAY)
    await refused.message_matching(library.SONG_HIDDEN(ENGLISH))
    nothing = await stage.discord.slash(stage.max, elsewhere, "library", saved=True)
    await nothing.message_matching(library.nothing_saved(ENGLISH))


async def test_two_sessions_of_one_shard_make_one_song_and_leave_its_message_alone(stage: Stage) -> None:
    stage.settings["DATABASE_URL"] = f"sqlite:///{stage.folder / 'songs.db'}"
    await stage.start_ready()
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="[slow] once")
    await song.acknowledged(timeout=10)
    stage.discord.faults.add(f"{song.token}/callback", status=500)
    record = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="twice")
    await stage.discord.gateway.dispatch("INTERACTION_CREATE", record.payload, stage.guild.id)
    card = await record.message_matching(is_answer, timeout=30)
    await stage.discord.wait_until(lambda: delivered(stage, 2), timeout=30)
    assert [row["prompt"] for row in songs_in(stage)] == ["[slow] once", "twice"]
    assert record.followups == []
    assert not card.deleted
    assert len(stage.whisul.posts) == 2


async def test_a_direct_message_is_answered_once_by_two_sessions(stage: Stage) -> None:
    await stage.start_ready()
    message = await stage.discord.dm(stage.ann, "a song for my cat")
    await stage.discord.gateway.dispatch("MESSAGE_CREATE", message.payload, None)
    dms = stage.discord.state.dm_channel(stage.ann)

    def offers() -> list[StoredMessage]:
        found = stage.discord.message_store.in_channel(dms)
        return [each for each in found if "Make it" in each.buttons]

    await stage.discord.wait_until(
        lambda: len(stage.discord.requests_to(f"/channels/{dms.id}/messages", "POST")) == 2, timeout=10
    )
    assert len(offers()) == 1


async def waiting_private_song(stage: Stage) -> InteractionRecord:
    bot = await stage.start_ready()
    song = await stage.discord.slash(
        stage.ann, stage.channel, "song", prompt="[never] a lullaby", private=True
    )
    await song.message_matching("composing", timeout=15)
    await bot.kill()
    return song


async def test_a_private_reply_says_where_the_song_will_come_before_its_token_expires(stage: Stage) -> None:
    song = await waiting_private_song(stage)
    age(stage, created_minutes_ago=14, token_seconds_left=61)
    await stage.start_ready()
    line = await song.message_matching("I'll DM you your song when it's ready")
    assert "/library" in line.text
    end_jobs(stage)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=60)
    (sent,) = answers_in(stage, song)
    assert sent.channel is stage.discord.state.dm_channel(stage.ann)
