from __future__ import annotations

from songbot.storage import Database


async def test_what_is_remembered_is_there_until_it_is_taken_out(database: Database) -> None:
    state = database.app_state
    assert await state.get("commands") is None
    for value in ("one hash", "another"):
        await state.set("commands", value)
        assert await state.get("commands") == value
    await state.set("commands", None)
    assert await state.get("commands") is None
