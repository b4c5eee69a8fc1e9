"""Test who may do what with a song: every action for every kind of viewer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from songbot.songs.access import SongAction, Viewer, is_allowed
from tests.support.songs import SONG

HERE, ELSEWHERE, OWNER, OTHER = 1, 2, 42, 7
PUBLIC = replace(SONG, user_id=OWNER, guild_id=HERE)
PRIVATE = replace(PUBLIC, private=True)
DIRECT = replace(PUBLIC, guild_id=None)

VIEWERS = {
    "the owner": Viewer(OWNER, ELSEWHERE),
    "sees the channel": Viewer(OTHER, HERE, sees_origin=True),
    "sees the card": Viewer(OTHER, ELSEWHERE, sees_card=True),
    "may not view the channel": Viewer(OTHER, HERE),
    "sees the channel, looks from elsewhere": Viewer(OTHER, ELSEWHERE, sees_origin=True),
    "saved it, looks from elsewhere": Viewer(OTHER, ELSEWHERE, sees_origin=True, has_saved=True),
    "saved it, may not view the channel any more": Viewer(OTHER, HERE, has_saved=True),
    "moderates": Viewer(OTHER, HERE, sees_origin=True, moderates_card=True),
}
VIEW, VARY, RETRY = SongAction.VIEW, SongAction.VARY, SongAction.RETRY
SAVE, POST, DELETE = SongAction.SAVE, SongAction.POST, SongAction.DELETE
EVERYTHING = set(SongAction)
MAY_WITH_PUBLIC = {
    "the owner": EVERYTHING,
    "sees the channel": {VIEW, VARY, SAVE, POST},
    "sees the card": {VIEW, VARY, SAVE},
    "may not view the channel": set[SongAction](),
    "sees the channel, looks from elsewhere": set[SongAction](),
    "saved it, looks from elsewhere": {VIEW, VARY, SAVE},
    "saved it, may not view the channel any more": set[SongAction](),
    "moderates": {VIEW, VARY, SAVE, POST, DELETE},
}


@pytest.mark.parametrize("who", VIEWERS)
def test_a_public_song_is_for_those_who_may_view_where_it_was_made(who: str) -> None:
    assert {action for action in SongAction if is_allowed(action, PUBLIC, VIEWERS[who])} == MAY_WITH_PUBLIC[
        who
    ]


@pytest.mark.parametrize("who", VIEWERS)
def test_a_private_song_is_for_its_owner_alone(who: str) -> None:
    allowed = {action for action in SongAction if is_allowed(action, PRIVATE, VIEWERS[who])}
    assert allowed == (EVERYTHING if who == "the owner" else set())


def test_a_song_made_outside_of_servers_is_varied_by_who_sees_its_card_and_saved_by_its_owner_alone() -> None:
    friend = Viewer(OTHER, None, sees_card=True)
    assert {action for action in SongAction if is_allowed(action, DIRECT, friend)} == {VIEW, VARY}
    stranger = Viewer(OTHER, None)
    assert not any(is_allowed(action, DIRECT, stranger) for action in SongAction)
