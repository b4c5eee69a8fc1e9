"""The process registers its commands in all languages that it has catalogs of."""

from __future__ import annotations

from tests.support.catalogs import write_catalog

from .patched_bot import start_altered_ready
from .process import Stage

OTHER_CATALOGS = """
from pathlib import Path
from songbot.wording import language
language.LOCALES = Path({folder!r})
"""
DESCRIPTION = ("command", "Make a song from a prompt")


async def test_commands_are_registered_with_the_descriptions_of_all_catalogs(stage: Stage) -> None:
    folder = stage.folder / "locales"
    write_catalog(folder, "de", {DESCRIPTION: "Mach ein Lied"})
    write_catalog(folder, "zh-CN", {DESCRIPTION: "写一首歌"})
    bot = await start_altered_ready(stage, OTHER_CATALOGS.format(folder=str(folder)))
    [request] = stage.discord.requests_to("/commands", "PUT")
    by_name = {command["name"]: command for command in request.json}
    assert by_name["song"]["description_localizations"] == {"de": "Mach ein Lied", "zh-CN": "写一首歌"}
    options = by_name["song"]["options"]
    assert not any(named.get("name_localizations") for named in (*by_name.values(), *options))
    assert await bot.terminate() == 0


async def test_commands_are_registered_again_once_a_catalog_has_changed(stage: Stage) -> None:
    folder = stage.folder / "locales"
    altered = OTHER_CATALOGS.format(folder=str(folder))
    for _ in range(2):
        assert await (await start_altered_ready(stage, altered)).terminate() == 0
    assert len(stage.discord.requests_to("/commands", "PUT")) == 1
    write_catalog(folder, "de", {DESCRIPTION: "Mach ein Lied"})
    await start_altered_ready(stage, altered)
    requests = stage.discord.requests_to("/commands", "PUT")
    assert len(requests) == 2
    song = next(command for command in requests[-1].json if command["name"] == "song")
    assert song["description_localizations"] == {"de": "Mach ein Lied"}
