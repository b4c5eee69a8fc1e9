"""Each rule counts its own window: the server's rules in its time zone, the operator's in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import LimitKind, LimitUsage, OperatorLimits, Period, Rule, window_at
from songbot.songs.orders import Accepted, Refused
from songbot.storage import Database
from songbot.storage.queries.delete_user_data import LONGEST_WINDOW
from tests.storage.builders import ANN, DAY, GUILD, NOW, direct_order, order, outcomes, placed

ADMIN, ROLE = 9, 77
ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu"]
PLENTY = OperatorLimits(server=1000, member=1000, direct=1000, operator=1000)
IN_UTC = (LimitKind.SERVER_CEILING, LimitKind.DIRECT, LimitKind.OPERATOR)
HALF_AN_HOUR = timedelta(minutes=30)
AFTER_MIDNIGHT = datetime.combine(NOW.date() + DAY, datetime.min.time(), NOW.tzinfo) + HALF_AN_HOUR
"""In UTC. In Berlin it is half past one."""
BEFORE_MIDNIGHT = AFTER_MIDNIGHT - 2 * HALF_AN_HOUR


def server_limit(limit: int, period: Period = Period.DAY) -> Rule:
    return Rule(LimitKind.SERVER, limit, period)


async def in_berlin(database: Database) -> None:
    await database.quotas.set_timezone(GUILD, ADMIN, "Europe/Berlin", NOW)


async def ordered_on_both_sides_of_every_edge(database: Database, zone: str) -> list[datetime]:
    """Order half an hour before and after the start of each window, in the zone and in UTC."""
    starts = {
        window_at(period, AFTER_MIDNIGHT, ZoneInfo(name)).start for period in Period for name in (zone, "UTC")
    }
    moments = sorted(start + sign * HALF_AN_HOUR for start in starts for sign in (-1, 1))
    moments = [moment for moment in moments if moment <= AFTER_MIDNIGHT]
    for moment in moments:
        await placed(database, now=moment)
    return moments


def expected(rule: Rule, moments: list[datetime], zone: str) -> int:
    window = window_at(rule.period, AFTER_MIDNIGHT, ZoneInfo("UTC" if rule.kind in IN_UTC else zone))
    return sum(window.start <= moment < window.end for moment in moments)


@pytest.mark.parametrize("period", Period)
def test_a_song_that_may_still_count_in_any_time_zone_is_not_deleted(period: Period) -> None:
    days = (datetime(2028, 1, 1, tzinfo=ZoneInfo("UTC")) + number * DAY for number in range(366))
    windows = [window_at(period, day, ZoneInfo("UTC")) for day in days]
    assert max(window.end - window.start for window in windows) + DAY <= LONGEST_WINDOW


async def test_a_servers_limit_counts_its_own_day_though_the_ceiling_counts_utcs(database: Database) -> None:
    await in_berlin(database)
    await database.quotas.set_rule(GUILD, ADMIN, server_limit(5), NOW)
    people = range(1, 6)
    for person in people:
        await placed(database, person, now=BEFORE_MIDNIGHT)
    server, ceiling = (await database.quotas.rules(GUILD, AFTER_MIDNIGHT)).shared
    assert (server.used, ceiling.used) == (5, 0)
    outcome = await database.songs.create(order(), AFTER_MIDNIGHT)
    assert isinstance(outcome, Refused)
    assert outcome.decision.blocked_by == server
    assert (await database.quotas.check(QuotaSubject(ANN, GUILD), AFTER_MIDNIGHT)).blocked_by == server
    usage = await database.quotas.usage_for(QuotaSubject(ANN, GUILD), AFTER_MIDNIGHT)
    assert usage.decision.blocked_by == server


@pytest.mark.parametrize("operator_limits", [OperatorLimits(server=5)])
async def test_a_ceiling_counts_utcs_day_though_the_servers_limit_counts_its_own(database: Database) -> None:
    await in_berlin(database)
    await database.quotas.set_rule(GUILD, ADMIN, server_limit(100), NOW)
    for person in range(1, 6):
        await placed(database, person, now=BEFORE_MIDNIGHT)
    assert isinstance(await database.songs.create(order(), AFTER_MIDNIGHT), Accepted)
    assert await outcomes(database, order(), now=BEFORE_MIDNIGHT) == ["Refused"]


@pytest.mark.parametrize("operator_limits", [PLENTY])
@pytest.mark.parametrize("period", Period)
@pytest.mark.parametrize("zone", ZONES)
async def test_rules_of_one_period_are_each_counted_in_their_own_window(
    database: Database, zone: str, period: Period
) -> None:
    await database.quotas.set_timezone(GUILD, ADMIN, zone, NOW)
    kinds = {LimitKind.SERVER: 0, LimitKind.MEMBER: 0, LimitKind.ROLE: ROLE, LimitKind.USER: ANN}
    for kind, subject_id in kinds.items():
        await database.quotas.set_rule(GUILD, ADMIN, Rule(kind, 1000, period, subject_id), NOW)
    moments = await ordered_on_both_sides_of_every_edge(database, zone)
    subject = QuotaSubject(ANN, GUILD, frozenset({ROLE}))
    decision = await database.quotas.check(subject, AFTER_MIDNIGHT)
    usages: list[LimitUsage] = [decision.effective, *decision.overridden, *decision.shared]
    assert len(usages) == 6
    assert {usage.rule: usage.used for usage in usages} == {
        usage.rule: expected(usage.rule, moments, zone) for usage in usages
    }
    assert (await database.quotas.rules(GUILD, AFTER_MIDNIGHT)).shared == decision.shared
    assert (await database.quotas.usage_for(subject, AFTER_MIDNIGHT)).decision == decision


@pytest.mark.parametrize("operator_limits", [PLENTY])
async def test_a_persons_direct_songs_and_the_operators_ceiling_go_by_utc(database: Database) -> None:
    for moment in (BEFORE_MIDNIGHT, AFTER_MIDNIGHT, AFTER_MIDNIGHT):
        await outcomes(database, direct_order(), now=moment)
    decision = await database.quotas.check(QuotaSubject(ANN, None), AFTER_MIDNIGHT)
    assert decision.effective.used == 2
    assert [usage.used for usage in decision.shared] == [2]
