"""Deleting one's data neither lifts a limit nor deletes an order that arrives at the same time."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import event

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import LimitKind, Period, Rule
from songbot.songs.models import State
from songbot.songs.orders import Accepted
from songbot.storage import Database, open_database
from tests.storage.builders import ANN, DAY, GUILD, MAX, NOW, OTHER_GUILD, order, outcomes, placed

ADMIN = 9
CLOSED = Rule(LimitKind.USER, 0, Period.DAY, ANN)
TWO_A_WEEK = Rule(LimitKind.USER, 2, Period.WEEK, ANN)


async def effective(database: Database) -> Rule:
    return (await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)).effective.rule


async def test_a_limit_on_a_person_outlives_the_deletion_of_their_data(database: Database) -> None:
    await database.quotas.set_rule(GUILD, ADMIN, CLOSED, NOW)
    await database.privacy.delete_user_data(ANN)
    assert await outcomes(database, order(), order(MAX)) == ["Refused", "Accepted"]
    decision = await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)
    assert (decision.effective.rule.kind, decision.effective.rule.limit) == (LimitKind.USER, 0)
    usage = await database.quotas.usage_for(QuotaSubject(ANN, GUILD), NOW)
    assert usage.decision == decision


async def test_a_limit_that_was_kept_is_listed_without_the_persons_id(database: Database) -> None:
    await database.quotas.set_rule(GUILD, ADMIN, TWO_A_WEEK, NOW)
    await database.privacy.delete_user_data(ANN)
    [rule] = (await database.quotas.rules(GUILD, NOW)).rules
    assert (rule.kind, rule.limit, rule.period) == (LimitKind.USER, 2, Period.WEEK)
    assert rule.subject_id < 0
    assert await database.quotas.clear_rule(GUILD, ADMIN, LimitKind.USER, rule.subject_id, NOW) == rule
    assert (await effective(database)).kind is LimitKind.DEFAULT


async def test_an_admin_who_names_the_person_replaces_or_clears_the_limit_that_was_kept(
    database: Database,
) -> None:
    await database.quotas.set_rule(GUILD, ADMIN, CLOSED, NOW)
    await database.privacy.delete_user_data(ANN)
    kept = await database.quotas.set_rule(GUILD, ADMIN, TWO_A_WEEK, NOW)
    assert kept is not None
    assert kept.limit == 0
    assert (await database.quotas.rules(GUILD, NOW)).rules == (TWO_A_WEEK,)
    await database.privacy.delete_user_data(ANN)
    cleared = await database.quotas.clear_rule(GUILD, ADMIN, LimitKind.USER, ANN, NOW)
    assert cleared is not None
    assert cleared.limit == 2
    assert (await database.quotas.rules(GUILD, NOW)).rules == ()


async def test_of_two_deletions_the_later_limit_counts(database: Database) -> None:
    for rule in (CLOSED, TWO_A_WEEK):
        await database.quotas.set_rule(GUILD, ADMIN, rule, NOW)
        await database.privacy.delete_user_data(ANN)
    assert (await effective(database)).limit == 2


async def test_a_kept_limit_set_once_more_from_an_old_list_hinders_no_later_deletion(
    database: Database,
) -> None:
    await database.quotas.set_rule(GUILD, ADMIN, CLOSED, NOW)
    await database.privacy.delete_user_data(ANN)
    [kept] = (await database.quotas.rules(GUILD, NOW)).rules
    await database.quotas.set_rule(GUILD, ADMIN, TWO_A_WEEK, NOW)
    await database.quotas.set_rule(GUILD, ADMIN, kept, NOW)
    await database.privacy.delete_user_data(ANN)
    assert [rule.limit for rule in (await database.quotas.rules(GUILD, NOW)).rules] == [2]


async def test_limits_are_kept_in_each_server_and_for_nobody_else(database: Database) -> None:
    await database.quotas.set_rule(GUILD, ADMIN, CLOSED, NOW)
    await database.quotas.set_rule(OTHER_GUILD, ADMIN, TWO_A_WEEK, NOW)
    for person in (ANN, MAX):
        await database.privacy.delete_user_data(person)
    assert (await effective(database)).limit == 0
    elsewhere = await database.quotas.check(QuotaSubject(ANN, OTHER_GUILD), NOW)
    assert elsewhere.effective.rule.limit == 2
    other = await database.quotas.check(QuotaSubject(MAX, GUILD), NOW)
    assert other.effective.rule.kind is LimitKind.DEFAULT


async def test_a_reset_outlives_the_deletion(database: Database) -> None:
    for _ in range(5):
        await placed(database)
    await database.quotas.reset(GUILD, ADMIN, ANN, NOW)
    await placed(database)
    await database.privacy.delete_user_data(ANN)
    decision = await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)
    assert decision.effective.used == 1
    assert [usage.used for usage in decision.shared] == [6]
    await database.privacy.delete_user_data(ANN)
    assert (await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)).effective.used == 1


async def test_a_reset_after_the_deletion_covers_the_songs_from_before(database: Database) -> None:
    await outcomes(database, *(order() for _ in range(5)))
    await database.privacy.delete_user_data(ANN)
    await database.quotas.reset(GUILD, ADMIN, ANN, NOW)
    assert (await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)).effective.used == 0


@pytest.mark.parametrize("moment", ["DELETE FROM saves", "UPDATE songs", "DELETE FROM songs"])
async def test_an_order_that_arrives_amid_a_deletion_stays(postgres_url: str, moment: str) -> None:
    """Simulate an order from the person's second device, or through another process."""
    arrived: list[Accepted] = []

    async def arrive() -> None:
        async with open_database(postgres_url) as other:
            outcome = await other.songs.create(order(), NOW)
            assert isinstance(outcome, Accepted)
            arrived.append(outcome)

    def before_statement(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(moment) and not arrived:
            thread = threading.Thread(target=lambda: asyncio.run(arrive()))
            thread.start()
            thread.join()

    async with open_database(postgres_url) as database:
        before = await placed(database)
        await placed(database, now=NOW - 40 * DAY)
        event.listen(database.connector.engine, "before_cursor_execute", before_statement)
        assert await database.privacy.delete_user_data(ANN) == 2
        [outcome] = arrived
        song = await database.songs.get(outcome.song.id)
        assert song is not None
        assert song.state is State.QUEUED
        assert await database.songs.get(before.id) is None


async def test_an_order_repeated_after_the_deletion_makes_no_second_song(database: Database) -> None:
    """The answer of its first commit was lost, and the person had their data deleted before the retry."""
    repeated = order()
    assert await outcomes(database, repeated) == ["Accepted"]
    await database.privacy.delete_user_data(ANN)
    assert await outcomes(database, repeated) == ["Duplicate"]
