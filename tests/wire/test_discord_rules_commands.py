"""Test commands, installs and the gateway under the real Discord's rules, which are in docs/discord.md."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp

from songbot.wording import general
from songbot.wording.language import ENGLISH
from tests.support.ports import free_port

from .answers import delivered, is_answer, songs_in
from .discord_server.interaction_record import CHOICES
from .process import BotProcess, Stage


async def test_enter_never_replaces_what_was_typed(stage: Stage) -> None:
    await stage.start_ready()
    first = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="forced private")
    await first.acknowledged(timeout=10)
    await stage.discord.wait_until(lambda: songs_in(stage), timeout=10)
    sent = await stage.discord.type_and_enter(
        stage.ann, stage.channel, "song", focused="prompt", prompt="forced"
    )
    await sent.acknowledged(timeout=10)
    await stage.discord.wait_until(lambda: len(songs_in(stage)) == 2, timeout=10)
    assert [row["prompt"] for row in songs_in(stage)] == ["forced private", "forced"]


async def test_a_newcomer_is_shown_examples(stage: Stage) -> None:
    await stage.start_ready()
    typed = await stage.discord.autocomplete(stage.ann, stage.channel, "song", focused="prompt", prompt="")
    await typed.acknowledged(timeout=10)
    assert len(typed.choices) >= 3


async def test_commands_that_another_program_removed_come_back_at_the_start(stage: Stage) -> None:
    bot = await stage.start_ready()
    names = {command["name"] for command in stage.discord.state.commands.values()}
    await bot.terminate()
    before = len(stage.discord.requests_to("/commands", "PUT"))
    bot = await stage.start_ready()
    await bot.terminate()
    assert len(stage.discord.requests_to("/commands", "PUT")) == before, "nothing had changed"
    stage.discord.overwrite_commands([{"name": "theirs", "description": "not ours", "type": 1}])
    await stage.start_ready()
    assert {command["name"] for command in stage.discord.state.commands.values()} == names


async def test_a_command_that_nobody_knows_repairs_the_commands(stage: Stage) -> None:
    await stage.start_ready()
    word = {"name": "word", "description": "a word", "type": 3, "autocomplete": True}
    theirs = {"name": "theirs", "description": "not ours", "type": 1, "options": [word]}
    stage.discord.overwrite_commands([theirs])
    typed = await stage.discord.autocomplete(stage.ann, stage.channel, "theirs", focused="word", word="a")
    pressed = await stage.discord.slash(stage.ann, stage.channel, "theirs", word="a")
    await pressed.acknowledged(timeout=10)
    assert pressed.ephemeral
    await typed.acknowledged(timeout=10)
    assert typed.ack_type == CHOICES
    await stage.discord.commands_registered("song", timeout=10)


async def test_a_commands_only_install_is_charged_to_the_server_and_answered_by_token(stage: Stage) -> None:
    guild = stage.discord.state.add_guild("Commands only", commands_only=True)
    await stage.start_ready()
    song = await stage.discord.slash(stage.ann, guild, "song", prompt="rain")
    await song.message_matching(is_answer, timeout=30)
    await stage.discord.wait_until(lambda: delivered(stage), timeout=10)
    assert songs_in(stage)[0]["quota_scope"] == guild.id
    assert not songs_in(stage)[0]["bot_in_channel"]
    assert stage.discord.requests_to(f"/channels/{guild.channel.id}") == []


async def test_a_limited_gateway_address_ends_the_process_with_a_clear_line(stage: Stage) -> None:
    stage.discord.hold_gateway_address(3600)
    bot = await stage.start()
    assert await bot.ends() == 1
    assert "limits this machine's address for 60 more minutes" in bot.log
    assert "Traceback" not in bot.log


async def test_an_event_that_cannot_be_read_ends_nothing_and_is_logged_once(stage: Stage) -> None:
    port = free_port()
    bot = await stage.start_ready(METRICS_PORT=str(port))
    for _ in range(2):
        await stage.discord.send_event("GUILD_ROLE_UPDATE", {"guild_id": str(stage.guild.id)}, stage.guild)
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="rain")
    await song.message_matching(is_answer, timeout=30)
    assert len(stage.discord.gateway.identifies) == 1
    assert bot.log.count("can't read an event GUILD_ROLE_UPDATE") == 1
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert 'songbot_unreadable_events_total{event="GUILD_ROLE_UPDATE"} 2.0' in await answer.text()


async def test_an_interaction_that_cannot_be_read_is_answered_and_logged_once(stage: Stage) -> None:
    bot = await stage.start_ready()
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="rain")
    card = await song.message_matching(is_answer, timeout=30)
    stage.discord.interactions.left_out.add("version")
    commanded = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="never charged")
    pressed = await stage.discord.click(stage.ann, card, "Another take")
    for unreadable in (commanded, pressed):
        told = await unreadable.message_matching(general.UNREADABLE(ENGLISH))
        assert told.ephemeral
    assert len(songs_in(stage)) == 1
    assert bot.log.count("can't read an event INTERACTION_CREATE") == 1
    assert commanded.token not in bot.log


async def test_autocomplete_that_cannot_be_read_offers_no_choices(stage: Stage) -> None:
    await stage.start_ready()
    stage.discord.interactions.left_out.add("version")
    typed = await stage.discord.autocomplete(stage.ann, stage.channel, "song", focused="prompt", prompt="a")
    await typed.acknowledged(timeout=10)
    assert typed.ack == {"type": CHOICES, "data": {"choices": []}}


async def test_a_command_whose_data_cannot_be_read_is_answered(stage: Stage) -> None:
    await stage.start_ready()
    stage.discord.interactions.left_out.add("name")
    commanded = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="rain")
    told = await commanded.message_matching(general.UNREADABLE(ENGLISH))
    assert told.ephemeral
    typed = await stage.discord.autocomplete(stage.ann, stage.channel, "song", focused="prompt", prompt="a")
    await typed.acknowledged(timeout=10)
    assert typed.ack == {"type": CHOICES, "data": {"choices": []}}


async def test_a_crash_loop_waits_longer_before_each_start(stage: Stage) -> None:
    for _ in range(5):
        bot = await stage.start_ready()
        await bot.kill()
    for pause in (2, 4):
        sessions = len(stage.discord.gateway.identifies)
        bot = await stage.start()
        await stage.discord.wait_until(lambda before=sessions: len(stage.discord.gateway.identifies) > before)
        assert datetime.now(UTC) - logged_at(bot, f"connects in {pause} s") > timedelta(seconds=pause - 0.01)
        await bot.kill()


def logged_at(bot: BotProcess, words: str) -> datetime:
    line = next(line for line in bot.log.splitlines() if words in line)
    return datetime.fromisoformat(line.split()[0])
