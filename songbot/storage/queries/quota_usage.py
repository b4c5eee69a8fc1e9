"""Find a person's limits and count the usage of each. Charges are recorded only in the songs table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Executable,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import (
    PERSONAL_KINDS,
    UTC_ZONE,
    Decision,
    LimitKind,
    LimitUsage,
    OperatorLimits,
    Period,
    Rule,
    Window,
    decide,
    personal_rules,
    shared_rules,
    window_at,
    zone_of,
)
from songbot.storage.schema.tables import guilds, quota_grants, quota_resets, quota_rules, songs

from .pseudonyms import SECRET, pseudonym
from .state_values import state_value

DIRECT_SCOPE = 0
_SCOPE: BindParameter[int] = bindparam("scope", type_=BigInteger)

# Songs that count toward a person's own limit: not paid for by a grant, and not from before a reset.
_PERSONAL_SONGS = (
    songs.c.user_id.in_([bindparam("user_id"), bindparam("pseudonym_id")]),
    songs.c.quota_scope == _SCOPE,
    songs.c.granted.is_(False),
    songs.c.id > bindparam("reset_id"),
)


class ChargedTo(StrEnum):
    """Whose songs a limit counts."""

    PERSON = "person"
    SERVER = "server"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class UsageCount:
    """A number that the database must count. Rules with the same two fields share one."""

    charged_to: ChargedTo
    window: Window


@dataclass(frozen=True, slots=True)
class QuotaContext:
    """What applies to one person in one scope (a server, or DIRECT_SCOPE).

    `user_ids` are the person's id and their pseudonym. Their songs up to the id `reset_id` do not count
    toward their own limit.
    """

    scope: int
    user_ids: tuple[int, int]
    rules: tuple[Rule, ...]
    zone: ZoneInfo
    grant_left: int
    reset_id: int


def charged_between(start: Any, end: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for songs charged from `start` up to but excluding `end` and not refunded."""
    return songs.c.charged_at >= start, songs.c.charged_at < end, songs.c.refunded_at.is_(None)


def quota_context_query(*extra_columns: ColumnElement[Any]) -> Select[Any]:
    """Return a query for one row per rule that may apply to the person, and at least one row.

    Every row repeats the values that are not about a rule. Build the query once and run it with
    `subject_parameters`, because building it takes longer than running it.
    """
    once = select(literal(1).label("one")).subquery("once")
    subject_id = quota_rules.c.subject_id
    # Pseudonyms (negative ids) can be matched to people only after the secret is loaded.
    applies = or_(quota_rules.c.who != LimitKind.USER, subject_id == bindparam("user_id"), subject_id < 0)
    return select(
        state_value(SECRET).label("secret"),
        select(guilds.c.timezone).where(guilds.c.guild_id == _SCOPE).scalar_subquery().label("timezone"),
        _for_member(quota_grants.c.songs).label("grant_left"),
        _for_member(quota_resets.c.last_song_id).label("reset_id"),
        quota_rules.c.who,
        quota_rules.c.rule_limit,
        quota_rules.c.per,
        quota_rules.c.subject_id,
        *extra_columns,
    ).select_from(once.outerjoin(quota_rules, and_(quota_rules.c.guild_id == _SCOPE, applies)))


def subject_parameters(subject: QuotaSubject) -> dict[str, Any]:
    return {"user_id": subject.user_id, "scope": subject.guild_id or DIRECT_SCOPE}


def _for_member(column: Column[int]) -> ScalarSelect[int]:
    table = column.table
    query = select(column).where(table.c.guild_id == _SCOPE, table.c.user_id == bindparam("user_id"))
    return query.scalar_subquery()


QUOTA_CONTEXT = quota_context_query()


def quota_context_from_rows(rows: Iterable[Any], subject: QuotaSubject) -> QuotaContext:
    """Build the context from the rows that `quota_context_query` returned."""
    rows = list(rows)
    first = rows[0]
    pseudonym_id = pseudonym(first.secret, subject.user_id)
    rules = tuple(rule_from_row(row) for row in rows if row.who)
    return QuotaContext(
        scope=subject.guild_id or DIRECT_SCOPE,
        user_ids=(subject.user_id, pseudonym_id),
        rules=with_kept_rule(rules, subject.user_id, pseudonym_id),
        zone=zone_of(first.timezone),
        grant_left=first.grant_left or 0,
        reset_id=first.reset_id or 0,
    )


def with_kept_rule(rules: tuple[Rule, ...], user_id: int, pseudonym_id: int) -> tuple[Rule, ...]:
    """Apply the rule that was kept when the person had their data deleted, unless there is a newer one.

    Ignore rules that were kept for other people.
    """
    of_users = {rule.subject_id: rule for rule in rules if rule.kind is LimitKind.USER}
    kept = of_users.get(pseudonym_id)
    live = tuple(rule for rule in rules if rule.subject_id >= 0)
    if kept is None or user_id in of_users:
        return live
    return (*live, replace(kept, subject_id=user_id))


def rule_from_row(row: Any) -> Rule:
    return Rule(LimitKind(row.who), row.rule_limit, Period(row.per), row.subject_id)


def check_quota(
    connection: Connection,
    subject: QuotaSubject,
    context: QuotaContext,
    operator_limits: OperatorLimits,
    now: datetime,
) -> Decision:
    """Decide about one more song with a single query, which counts all windows."""
    in_guild = subject.guild_id is not None
    personal = (
        personal_rules(context.rules, subject.user_id, subject.role_ids, operator_limits)
        if in_guild
        else [Rule(LimitKind.DIRECT, operator_limits.direct, Period.DAY)]
    )
    shared = shared_rules(context.rules, operator_limits, in_guild=in_guild)
    usages = measure_usage(connection, [*personal, *shared], context, now)
    return decide(usages[: len(personal)], usages[len(personal) :], context.grant_left)


def measure_usage(
    connection: Connection, rules: list[Rule], context: QuotaContext, now: datetime
) -> list[LimitUsage]:
    """Return the usage of each rule's window, in the order of `rules`, from one query."""
    counts = [UsageCount(_charged_to(rule), _window_of(rule, context.zone, now)) for rule in rules]
    distinct = sorted(set(counts), key=lambda count: count.charged_to)
    query = _usage_query(tuple(count.charged_to for count in distinct))
    row = connection.execute(query, _usage_parameters(distinct, context)).one()
    used = dict(zip(distinct, row, strict=True))
    return [LimitUsage(rule, used[count], count.window) for rule, count in zip(rules, counts, strict=True)]


def _charged_to(rule: Rule) -> ChargedTo:
    if rule.kind in PERSONAL_KINDS:
        return ChargedTo.PERSON
    return ChargedTo.ANYBODY if rule.kind is LimitKind.OPERATOR else ChargedTo.SERVER


def _window_of(rule: Rule, zone: ZoneInfo, now: datetime) -> Window:
    """Use UTC for the operator's limits, so that admins can't restart the day by changing the time zone."""
    of_operator = rule.kind in (LimitKind.DIRECT, LimitKind.OPERATOR, LimitKind.SERVER_CEILING)
    return window_at(rule.period, now, UTC_ZONE if of_operator else zone)


@cache
def _usage_query(charged_to: tuple[ChargedTo, ...]) -> Executable:
    """Return a query for one row with one number for each of `charged_to`, in that order."""
    return select(*(_count(number, whose) for number, whose in enumerate(charged_to)))


def _count(number: int, charged_to: ChargedTo) -> ScalarSelect[int]:
    window = charged_between(bindparam(f"start_{number}"), bindparam(f"end_{number}"))
    query = select(func.count()).where(*window)
    if charged_to is ChargedTo.PERSON:
        query = query.where(*_PERSONAL_SONGS)
    elif charged_to is ChargedTo.SERVER:
        query = query.where(songs.c.quota_scope == _SCOPE)
    return query.scalar_subquery()


def _usage_parameters(counts: list[UsageCount], context: QuotaContext) -> dict[str, Any]:
    user_id, pseudonym_id = context.user_ids
    parameters: dict[str, Any] = {
        "scope": context.scope,
        "user_id": user_id,
        "pseudonym_id": pseudonym_id,  # songs that were deleted still count
        "reset_id": context.reset_id,
    }
    for number, count in enumerate(counts):
        parameters[f"start_{number}"] = count.window.start
        parameters[f"end_{number}"] = count.window.end
    return parameters
