"""Test which process handles a reply when its token is about to expire."""

from __future__ import annotations

from dataclasses import replace

import pytest

from songbot.delivery.expiry_notices import has_moved_on
from songbot.songs.models import DeliveryState, State
from tests.support.songs import SONG

QUEUED = replace(SONG, state=State.QUEUED, delivery=DeliveryState.PENDING)
COMPOSING = replace(QUEUED, state=State.COMPOSING)
COMPLETED = replace(QUEUED, state=State.COMPLETED)
DELIVERED = replace(COMPLETED, delivery=DeliveryState.DELIVERED)


@pytest.mark.parametrize(
    ("watched", "latest"),
    [
        (QUEUED, COMPOSING),
        (QUEUED, DELIVERED),
        (COMPOSING, COMPLETED),
        (COMPOSING, DELIVERED),
        (QUEUED, None),
    ],
)
def test_a_song_that_another_process_carried_on_keeps_its_reply(watched, latest):
    assert has_moved_on(watched, latest)


@pytest.mark.parametrize("song", [QUEUED, COMPOSING, COMPLETED])
def test_a_song_that_stands_where_it_was_gets_its_notice(song):
    assert not has_moved_on(song, song)
