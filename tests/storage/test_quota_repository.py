from __future__ import annotations

from datetime import date, timedelta

import pytest

from songbot.quotas.repository import DailyUsage, QuotaSubject
from songbot.quotas.rules import LimitKind, OperatorLimits, Period, Rule, RuleValue
from songbot.songs.models import FailureReason
from songbot.storage import Database
from tests.storage.builders import (
    ANN,
    DAY,
    EVE,
    GUILD,
    MAX,
    NOW,
    OTHER_GUILD,
    WORKER,
    composing,
    direct_order,
    order,
    outcomes,
    placed,
)

ADMIN = 9
HOURLY = Rule(LimitKind.MEMBER, 3, Period.HOUR)


async def test_a_rule_takes_the_place_of_the_one_before(database: Database) -> None:
    book = database.quotas
    assert await book.set_rule(GUILD, ADMIN, HOURLY, NOW) is None
    weekly = Rule(LimitKind.MEMBER, 10, Period.WEEK)
    assert await book.set_rule(GUILD, ADMIN, weekly, NOW) == HOURLY
    role = Rule(LimitKind.ROLE, 100_000, Period.MONTH, subject_id=77)
    assert await book.set_rule(GUILD, ADMIN, role, NOW) is None
    assert (await book.rules(GUILD, NOW)).rules == (weekly, role)
    assert (await book.rules(OTHER_GUILD, NOW)).rules == ()


async def test_a_cleared_rule_is_gone(database: Database) -> None:
    book = database.quotas
    await book.set_rule(GUILD, ADMIN, HOURLY, NOW)
    assert await book.clear_rule(GUILD, ADMIN, LimitKind.MEMBER, 0, NOW) == HOURLY
    assert await book.clear_rule(GUILD, ADMIN, LimitKind.MEMBER, 0, NOW) is None
    assert (await book.rules(GUILD, NOW)).rules == ()


@pytest.mark.parametrize("operator_limits", [OperatorLimits(server=50, operator=500)])
async def test_what_the_whole_server_has_used_is_shown_with_its_ceilings(database: Database) -> None:
    await outcomes(database, order(ANN), order(MAX), direct_order(EVE))
    await database.quotas.set_rule(GUILD, ADMIN, Rule(LimitKind.SERVER, 20, Period.WEEK), NOW)
    shared = (await database.quotas.rules(GUILD, NOW)).shared
    assert [(usage.rule.kind, usage.used) for usage in shared] == [
        (LimitKind.SERVER, 2),
        (LimitKind.SERVER_CEILING, 2),
        (LimitKind.OPERATOR, 3),
    ]


async def test_the_most_that_one_person_has_used_counts_only_what_their_own_limit_counts(
    database: Database,
) -> None:
    book = database.quotas
    for rule in (
        Rule(LimitKind.MEMBER, 4, Period.DAY),
        Rule(LimitKind.ROLE, 9, Period.WEEK, 77),
        Rule(LimitKind.USER, 40, Period.DAY, EVE),
    ):
        await book.set_rule(GUILD, ADMIN, rule, NOW)
    assert await highest(database) == [(LimitKind.MEMBER, 0), (LimitKind.ROLE, 0)]
    await outcomes(database, *(order(EVE) for _ in range(5)))  # she has a limit of her own
    await outcomes(database, *(order(ANN) for _ in range(3)), order(MAX), order(MAX), direct_order(MAX))
    await placed(database, MAX, now=NOW - DAY)
    await placed(database, MAX, now=NOW - DAY)
    assert await highest(database) == [(LimitKind.MEMBER, 3), (LimitKind.ROLE, 4)]
    await book.reset(GUILD, ADMIN, ANN, NOW)
    failed = await placed(database, MAX)
    await database.songs.mark_failed(failed, WORKER, FailureReason.FAILED, None, NOW)
    assert await highest(database) == [(LimitKind.MEMBER, 2), (LimitKind.ROLE, 4)]
    await book.grant(GUILD, ADMIN, MAX, 1, NOW)
    await outcomes(database, *(order(MAX) for _ in range(3)))  # the last one is a bonus song
    assert await highest(database) == [(LimitKind.MEMBER, 4), (LimitKind.ROLE, 6)]
    assert (await book.rules(OTHER_GUILD, NOW)).highest == ()


async def highest(database: Database) -> list[tuple[LimitKind, int]]:
    return [(usage.rule.kind, usage.used) for usage in (await database.quotas.rules(GUILD, NOW)).highest]


async def test_a_check_charges_nothing(database: Database) -> None:
    await placed(database)
    for _ in range(3):
        decision = await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)
    assert (decision.effective.rule.kind, decision.effective.used, decision.effective.remaining) == (
        LimitKind.DEFAULT,
        1,
        4,
    )
    assert decision.blocked_by is None


async def test_a_check_shows_every_rule_that_applies(database: Database) -> None:
    for rule in (HOURLY, Rule(LimitKind.ROLE, 7, Period.DAY, 77), Rule(LimitKind.USER, 1, Period.DAY, MAX)):
        await database.quotas.set_rule(GUILD, ADMIN, rule, NOW)
    decision = await database.quotas.check(QuotaSubject(ANN, GUILD, frozenset({77})), NOW)
    assert decision.effective.rule.kind is LimitKind.ROLE
    assert [usage.rule for usage in decision.overridden] == [HOURLY]


async def test_own_usage_counts_what_was_made_and_what_is_in_the_works(database: Database) -> None:
    failed = await composing(database)
    await database.songs.mark_failed(failed, WORKER, FailureReason.FAILED, None, NOW)
    await composing(database)
    await outcomes(database, direct_order())
    usage = await database.quotas.usage_for(QuotaSubject(ANN, GUILD), NOW)
    assert (usage.made, usage.unfinished, usage.decision.effective.used) == (1, 1, 1)
    direct = await database.quotas.usage_for(QuotaSubject(ANN, None), NOW)
    assert (direct.made, direct.decision.effective.rule.kind) == (1, LimitKind.DIRECT)


async def test_grants_add_up(database: Database) -> None:
    assert await database.quotas.grant(GUILD, ADMIN, ANN, 2, NOW) == 2
    assert await database.quotas.grant(GUILD, ADMIN, ANN, 3, NOW) == 5
    assert (await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)).grant_left == 5
    assert (await database.quotas.check(QuotaSubject(MAX, GUILD), NOW)).grant_left == 0


async def test_every_change_is_in_the_log_newest_first_and_paged_by_key(database: Database) -> None:
    book = database.quotas
    await book.set_rule(GUILD, ADMIN, HOURLY, NOW)
    await book.set_rule(GUILD, MAX, Rule(LimitKind.USER, 1, Period.DAY, ANN), NOW + DAY)
    await book.clear_rule(GUILD, ADMIN, LimitKind.MEMBER, 0, NOW)
    await book.clear_rule(GUILD, ADMIN, LimitKind.SERVER, 0, NOW)
    await book.grant(GUILD, ADMIN, ANN, 2, NOW)
    await book.grant(GUILD, ADMIN, ANN, 1, NOW)
    await book.reset(GUILD, ADMIN, ANN, NOW)
    assert await book.set_timezone(GUILD, ADMIN, "Europe/Berlin", NOW) == "UTC"
    assert await book.set_timezone(GUILD, ADMIN, "Asia/Tokyo", NOW) == "Europe/Berlin"
    changes = await book.audit_log(GUILD, None, 100)
    assert [(change.what, change.old, change.new) for change in changes] == [
        ("timezone", "Europe/Berlin", "Asia/Tokyo"),
        ("timezone", "UTC", "Europe/Berlin"),
        (f"reset:{ANN}", None, None),
        (f"grant:{ANN}", "2", "3"),
        (f"grant:{ANN}", "0", "2"),
        ("rule:member", RuleValue(3, Period.HOUR), None),
        (f"rule:user:{ANN}", None, RuleValue(1, Period.DAY)),
        ("rule:member", None, RuleValue(3, Period.HOUR)),
    ]
    assert (changes[-2].actor_id, changes[-2].at) == (MAX, NOW + DAY)
    assert await book.audit_log(GUILD, changes[1].id, 3) == changes[2:5]
    assert await book.audit_log(OTHER_GUILD, None, 5) == []


async def test_usage_has_every_day_of_the_servers_calendar(database: Database) -> None:
    await database.quotas.set_timezone(GUILD, ADMIN, "Asia/Tokyo", NOW)
    late_yesterday_in_tokyo = NOW - timedelta(hours=21, minutes=31)
    await placed(database, ANN, now=late_yesterday_in_tokyo)
    for person in (MAX, MAX, EVE):
        await placed(database, person)
    failed = await placed(database, EVE)
    await database.songs.mark_failed(failed, WORKER, FailureReason.FAILED, None, NOW)
    await placed(database, ANN, now=NOW - 9 * DAY)
    usage = await database.quotas.usage(GUILD, 7, NOW)
    assert [day.day for day in usage.days] == [date(2026, 3, number) for number in range(12, 19)]
    assert usage.days[-2:] == (DailyUsage(date(2026, 3, 17), 1, 0), DailyUsage(date(2026, 3, 18), 3, 1))
    assert usage.top == ((MAX, 2), (ANN, 1), (EVE, 1))


async def test_usage_ends_today_even_if_a_clock_ran_ahead_and_dated_songs_later(database: Database) -> None:
    await placed(database, ANN)
    await placed(database, MAX, now=NOW + DAY)
    usage = await database.quotas.usage(GUILD, 2, NOW)
    assert [(day.day.day, day.made) for day in usage.days] == [(17, 0), (18, 1)]
    assert usage.top == ((ANN, 1),)


async def test_usage_over_a_clock_change_has_one_entry_a_day(database: Database) -> None:
    await database.quotas.set_timezone(GUILD, ADMIN, "Europe/Berlin", NOW)
    usage = await database.quotas.usage(GUILD, 30, NOW + 20 * DAY)
    assert len({day.day for day in usage.days}) == 30


async def test_the_rules_of_a_server_that_was_left_go_after_thirty_days(database: Database, clock) -> None:
    book = database.quotas
    for guild in (GUILD, OTHER_GUILD):
        await book.set_rule(guild, ADMIN, HOURLY, NOW)
        await book.grant(guild, ADMIN, ANN, 1, NOW)
        await book.guild_left(guild, NOW)
    await book.guild_joined(OTHER_GUILD)
    clock.time = NOW + 29 * DAY
    await database.privacy.purge(365)
    assert (await book.rules(GUILD, NOW)).rules == (HOURLY,)
    clock.time = NOW + 31 * DAY
    await database.privacy.purge(365)
    assert (await book.rules(GUILD, NOW)).rules == ()
    assert await book.audit_log(GUILD, None, 5) == []
    assert (await book.rules(OTHER_GUILD, NOW)).rules == (HOURLY,)


async def test_what_happened_to_servers_while_the_process_was_down_is_made_up_for(
    database: Database, clock
) -> None:
    here, left, back, elsewhere = (number << 22 for number in (2, 4, 6, 7))
    book = database.quotas
    for guild in (here, left, back, elsewhere):
        await book.set_rule(guild, ADMIN, HOURLY, NOW)
    await book.guild_left(back, NOW)
    await book.reconcile_guilds({here, back}, 2, (0,), NOW)
    clock.time = NOW + 31 * DAY
    await database.privacy.purge(365)
    kept = [guild for guild in (here, left, back, elsewhere) if (await book.rules(guild, NOW)).rules]
    assert kept == [here, back, elsewhere]
