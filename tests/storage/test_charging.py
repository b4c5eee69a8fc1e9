from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from songbot.quotas.rules import LimitKind, OperatorLimits, Period, Rule
from songbot.songs.models import FailureReason, Relation
from songbot.songs.orders import Accepted, Duplicate, NotAccepting, Refused
from songbot.storage import Database, open_database
from songbot.storage.queries.create_song import PAUSED, create_song
from tests.storage.builders import (
    ANN,
    CEILINGS,
    DAY,
    GUILD,
    MAX,
    NOW,
    OTHER_GUILD,
    RESULT,
    WORKER,
    composing,
    direct_order,
    in_line,
    order,
    outcomes,
    placed,
)

ADMIN = 9


async def test_fifty_orders_at_once_on_a_limit_of_five_make_five_songs(database: Database) -> None:
    orders = [order() for _ in range(50)]
    came = await asyncio.gather(*(database.songs.create(one, NOW) for one in orders))
    assert Counter(type(outcome).__name__ for outcome in came) == {"Accepted": 5, "Refused": 45}
    assert len(await in_line(database)) == 5


async def test_fifty_orders_from_two_processes_on_a_limit_of_five_make_five_songs(postgres_url: str) -> None:
    command = [sys.executable, "-m", "tests.storage.ordering_process", postgres_url, "25"]
    pipe = asyncio.subprocess.PIPE
    processes = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    counts = sum((Counter(json.loads(answer)) for answer, _ in answers), Counter())
    assert counts == {"Accepted": 5, "Refused": 45}


async def test_an_order_placed_twice_makes_one_song(database: Database) -> None:
    once = order()
    came = await asyncio.gather(*(database.songs.create(once, NOW) for _ in range(5)))
    assert Counter(type(outcome) for outcome in came) == {Accepted: 1, Duplicate: 4}
    assert len({outcome.song.id for outcome in came}) == 1


async def test_the_same_button_pressed_twice_fast_makes_one_song(database: Database) -> None:
    parent = await placed(database)
    press = {"parent_id": parent.id, "relation": Relation.TAKE}
    song = await placed(database, **press)
    again = await database.songs.create(order(**press), NOW + timedelta(seconds=9))
    assert again == Duplicate(song)
    others = [order(MAX, **press), order(parent_id=parent.id, relation=Relation.REMIX)]
    assert await outcomes(database, *others) == ["Accepted", "Accepted"]
    assert await outcomes(database, order(**press), now=NOW + timedelta(seconds=11)) == ["Accepted"]


async def test_while_the_operator_pauses_nothing_is_written(database: Database) -> None:
    before = order()
    await database.songs.create(before, NOW)
    await database.app_state.set(PAUSED, "Back at noon.")
    assert await database.songs.create(order(), NOW) == NotAccepting("Back at noon.")
    assert await outcomes(database, before) == ["Duplicate"]
    await database.app_state.set(PAUSED, "")
    assert await database.songs.create(order(), NOW) == NotAccepting(None)
    await database.app_state.set(PAUSED, None)
    assert await outcomes(database, order()) == ["Accepted"]


async def test_a_refusal_says_which_limit_and_charges_nothing(database: Database) -> None:
    assert await outcomes(database, *(order() for _ in range(5))) == ["Accepted"] * 5
    refused = await database.songs.create(order(), NOW)
    assert isinstance(refused, Refused)
    blocker = refused.decision.blocked_by
    assert blocker is not None
    assert (blocker.rule.kind, blocker.used, blocker.remaining) == (LimitKind.DEFAULT, 5, 0)
    assert len(await in_line(database)) == 5
    assert await outcomes(database, order(MAX), direct_order()) == ["Accepted", "Accepted"]


async def test_a_new_day_brings_new_songs(database: Database) -> None:
    await outcomes(database, *(order() for _ in range(5)))
    assert await outcomes(database, order(), now=NOW + DAY) == ["Accepted"]


async def test_a_failed_song_does_not_count(database: Database) -> None:
    songs = [await placed(database) for _ in range(5)]
    await database.songs.mark_failed(songs[2], WORKER, FailureReason.REJECTED, None, NOW)
    assert await outcomes(database, order(), order()) == ["Accepted", "Refused"]


async def test_dms_have_a_limit_of_their_own_wherever_they_are(database: Database) -> None:
    in_server_by_user_install = order(guild_id=GUILD, quota_guild_id=None)
    came = await outcomes(database, direct_order(), direct_order(), in_server_by_user_install, direct_order())
    assert came == ["Accepted", "Accepted", "Accepted", "Refused"]
    assert await outcomes(database, direct_order(MAX), order()) == ["Accepted", "Accepted"]


@pytest.mark.parametrize("operator_limits", [OperatorLimits(server=3, member=100, direct=100)])
async def test_the_servers_ceiling_counts_everybody(database: Database) -> None:
    people = [order(person) for person in (1, 2, 3, 4)]
    assert await outcomes(database, *people) == ["Accepted"] * 3 + ["Refused"]
    elsewhere = order(4, guild_id=OTHER_GUILD, quota_guild_id=OTHER_GUILD)
    assert await outcomes(database, elsewhere) == ["Accepted"]


@pytest.mark.parametrize("operator_limits", [OperatorLimits(operator=10)])
async def test_the_operators_ceiling_holds_over_all_servers_and_dms_at_once(database: Database) -> None:
    scopes = [order(person, guild_id=person, quota_guild_id=person) for person in range(100, 110)]
    orders = scopes + [direct_order(person) for person in range(200, 210)]
    came = await asyncio.gather(*(database.songs.create(one, NOW) for one in orders))
    assert Counter(type(outcome) for outcome in came) == {Accepted: 10, Refused: 10}


async def test_an_admins_rule_holds_from_the_next_order(database: Database) -> None:
    await outcomes(database, order(), order())
    await database.quotas.set_rule(GUILD, ADMIN, Rule(LimitKind.MEMBER, 2, Period.WEEK), NOW)
    assert await outcomes(database, order(), order(MAX)) == ["Refused", "Accepted"]
    await database.quotas.set_rule(GUILD, ADMIN, Rule(LimitKind.ROLE, 4, Period.HOUR, subject_id=77), NOW)
    with_role = [order(role_ids=frozenset({77, 78})) for _ in range(3)]
    assert await outcomes(database, order(), *with_role) == ["Refused", "Accepted", "Accepted", "Refused"]
    await database.quotas.set_rule(GUILD, ADMIN, Rule(LimitKind.USER, 0, Period.DAY, subject_id=MAX), NOW)
    await database.quotas.set_rule(GUILD, ADMIN, Rule(LimitKind.USER, 9, Period.DAY, subject_id=ANN), NOW)
    assert await outcomes(database, order(MAX), order()) == ["Refused", "Accepted"]


async def test_the_servers_own_limit_holds_besides(database: Database) -> None:
    await database.quotas.set_rule(GUILD, ADMIN, Rule(LimitKind.SERVER, 2, Period.HOUR), NOW)
    assert await outcomes(database, order(1), order(2), order(3)) == ["Accepted", "Accepted", "Refused"]


async def test_extra_songs_last_until_used_and_count_to_the_server_alone(database: Database) -> None:
    await database.quotas.grant(GUILD, ADMIN, ANN, 2, NOW)
    assert await outcomes(database, *(order() for _ in range(8))) == ["Accepted"] * 7 + ["Refused"]
    rules = await database.quotas.rules(GUILD, NOW)
    assert [usage.used for usage in rules.shared] == [7]
    assert await outcomes(database, *(order() for _ in range(6)), now=NOW + DAY) == ["Accepted"] * 5 + [
        "Refused"
    ]


async def test_using_up_extra_songs_leaves_those_of_others_and_of_other_servers(database: Database) -> None:
    for guild_id, person in ((GUILD, ANN), (GUILD, MAX), (OTHER_GUILD, ANN)):
        await database.quotas.grant(guild_id, ADMIN, person, 1, NOW)
    assert await outcomes(database, *(order() for _ in range(7))) == ["Accepted"] * 6 + ["Refused"]
    assert await outcomes(database, *(order(MAX) for _ in range(7))) == ["Accepted"] * 6 + ["Refused"]
    elsewhere = [order(guild_id=OTHER_GUILD, quota_guild_id=OTHER_GUILD) for _ in range(7)]
    assert await outcomes(database, *elsewhere) == ["Accepted"] * 6 + ["Refused"]


async def test_a_granted_song_that_fails_gives_its_grant_back(database: Database) -> None:
    await outcomes(database, *(order() for _ in range(5)))
    await database.quotas.grant(GUILD, ADMIN, ANN, 1, NOW)
    granted = await placed(database)
    assert await outcomes(database, order()) == ["Refused"]
    await database.songs.mark_failed(granted, WORKER, FailureReason.FAILED, None, NOW)
    assert await outcomes(database, order(), order()) == ["Accepted", "Refused"]


async def test_a_reset_gives_back_what_was_used_before_it(database: Database) -> None:
    await outcomes(database, *(order() for _ in range(5)))
    await database.quotas.reset(GUILD, ADMIN, ANN, NOW)
    assert await outcomes(database, *(order() for _ in range(6))) == ["Accepted"] * 5 + ["Refused"]


async def test_a_servers_day_begins_at_its_own_midnight(database: Database) -> None:
    await outcomes(database, *(order() for _ in range(5)))
    # On Kiritimati, 14 hours ahead of UTC, the day of 12:30 UTC lasts from 10:00 to 10:00.
    await database.quotas.set_timezone(GUILD, ADMIN, "Pacific/Kiritimati", NOW)
    for hours, outcome in ((0, "Refused"), (12, "Refused"), (22, "Accepted")):
        assert await outcomes(database, order(), now=NOW + timedelta(hours=hours)) == [outcome]


async def test_a_zone_that_is_no_longer_known_counts_as_utc(database: Database) -> None:
    await database.quotas.set_timezone(GUILD, ADMIN, "Mars/Olympus", NOW)
    assert (await database.quotas.rules(GUILD, NOW)).timezone == "UTC"


async def test_a_database_opened_without_ceilings_has_the_usual_ones(url: str) -> None:
    async with open_database(url) as database:
        assert (await database.songs.create(order(), NOW)).decision.effective.rule.limit == CEILINGS.member


@pytest.mark.parametrize("operator_limits", [OperatorLimits(server=3, member=100)])
async def test_the_servers_ceiling_does_not_begin_anew_with_another_time_zone(database: Database) -> None:
    midnight = NOW.replace(hour=0, minute=5)
    made = 0
    for hour in range(23):
        now = midnight + timedelta(hours=hour)
        zone = f"Etc/GMT+{hour}" if hour <= 12 else f"Etc/GMT-{24 - hour}"
        await database.quotas.set_timezone(GUILD, ADMIN, zone, now)
        for _ in range(3):
            made += isinstance(await database.songs.create(order(ANN), now), Accepted)
    assert made == 3


async def test_a_song_from_one_that_was_forgotten_meanwhile_is_made_all_the_same(database: Database) -> None:
    outcome = await database.songs.create(order(MAX, parent_id=99, relation=Relation.REMIX), NOW)
    assert isinstance(outcome, Accepted)
    assert outcome.song.parent_id is None
    assert outcome.song.relation is Relation.REMIX


async def test_an_order_holds_up_no_write_to_the_song_that_it_is_made_from(postgres_url: str) -> None:
    async with open_database(postgres_url) as database:
        parent = await composing(database)
        is_placed, may_commit = asyncio.Event(), asyncio.Event()

        def place_order(connection: Connection) -> None:
            create_song(connection, order(MAX, parent_id=parent.id, relation=Relation.REMIX), CEILINGS, NOW)
            is_placed.set()
            await_only(may_commit.wait())

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(database.connector.write(place_order))
            await is_placed.wait()
            assert await database.songs.mark_completed(parent, WORKER, RESULT, NOW)
            may_commit.set()
