"""Test the real process over real sockets: a song's life, restarts, and how the process starts and stops."""

from __future__ import annotations

from .answers import composing, end_jobs, is_answer
from .process import ROOT, Stage


async def test_a_song_from_the_command_to_a_card_with_cover_and_audio(stage: Stage):
    (stage.folder / "songs.db").unlink()  # the first start ever
    await stage.ready(await stage.start())
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="a trap song about rain")
    await song.acknowledged()
    assert "a trap song about rain" in song.message.embed["description"]
    assert not song.ephemeral
    card = await song.message_matching(is_answer, timeout=15)
    assert card.embed["title"]
    assert sorted(file.name.rsplit(".")[-1] for file in card.files) == ["jpg", "mp3"]
    assert len(stage.whisul.posts) == 1
    assert song.followups == []


async def test_a_song_composing_when_the_process_is_killed_is_delivered_after_the_restart(stage: Stage):
    bot = await stage.start_ready()
    song = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="[never] rain")
    await composing(stage)
    await bot.kill()
    end_jobs(stage)
    await stage.start_ready()
    card = await song.message_matching(is_answer, timeout=15)
    assert card.embed["title"]
    assert len(stage.whisul.posts) == 1


async def test_sigterm_ends_with_0_and_nothing_is_lost(stage: Stage):
    bot = await stage.start_ready()
    songs = [
        await stage.discord.slash(stage.ann, stage.channel, "song", prompt=f"[slow] rain {number}")
        for number in range(5)
    ]
    await stage.discord.wait_until(lambda: stage.whisul.posts)
    assert await bot.terminate() == 0
    await stage.start_ready()
    for song in songs:
        await song.message_matching(is_answer, timeout=20)
    assert len(stage.whisul.posts) == 5


async def test_a_token_that_discord_refuses_is_said_in_one_line(stage: Stage):
    bot = await stage.start(DISCORD_TOKEN="some-other.token-that-is.not-right")
    assert await bot.ends() == 2
    assert "DISCORD_TOKEN" in bot.log
    assert "Traceback" not in bot.log


async def test_missing_settings_end_with_code_2_and_a_list_of_all_that_is_wrong(stage: Stage):
    bot = await stage.start(DISCORD_TOKEN="", WHISUL_API_KEY="", SONGS_AT_ONCE="many")
    assert await bot.ends() == 2
    for name in ("DISCORD_TOKEN", "WHISUL_API_KEY", "SONGS_AT_ONCE"):
        assert name in bot.log
    assert "Traceback" not in bot.log


async def test_commands_are_synced_only_when_they_have_changed(stage: Stage):
    bot = await stage.start_ready()
    await bot.terminate()
    bot = await stage.start_ready()
    await bot.terminate()
    assert len(stage.discord.requests_to("/commands", "PUT")) == 1


async def checked(stage: Stage, **settings: str) -> tuple[int, list[str]]:
    bot = await stage.start(ROOT / "bot.py", "--check", **settings)
    return await bot.ends(), bot.log.splitlines()


async def test_check_says_that_all_is_in_order_and_spends_nothing(stage: Stage):
    bot = await stage.start_ready()
    await bot.terminate()
    code, lines = await checked(stage)
    assert code == 0
    assert [line.split()[:2] for line in lines] == [
        ["ok", "settings"],
        ["ok", "database"],
        ["ok", "Discord"],
        ["ok", "Whisul"],
    ]
    assert "migrated" in lines[1]
    assert not stage.whisul.posts


async def test_check_names_what_is_not_in_order_each_with_what_to_do(stage: Stage):
    code, lines = await checked(
        stage,
        DISCORD_TOKEN="some-other.token-that-is.not-right",
        WHISUL_API_KEY="not-the-key",
        DATABASE_URL="sqlite:////proc/nowhere/songs.db",
    )
    assert code == 1
    failed = {line.split()[1]: line for line in lines if line.startswith("FAIL")}
    assert set(failed) == {"database", "Discord", "Whisul"}
    assert "Reset Token" in failed["Discord"]
    assert "WHISUL_API_KEY" in failed["Whisul"]
    assert not any("not-the-key" in line for line in lines)


async def test_check_lists_settings_that_are_missing(stage: Stage):
    code, lines = await checked(stage, DISCORD_TOKEN="", WHISUL_API_KEY="")
    assert code == 1
    assert any("DISCORD_TOKEN" in line for line in lines)
    assert any("WHISUL_API_KEY" in line for line in lines)
