"""The songs table as the ledger of the quotas: what a person's rules are, and what has been used of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
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
)
from songbot.storage.schema.tables import app_state, guilds, quota_grants, quota_resets, quota_rules, songs

from .pseudonyms import SECRET, pseudonym

DIRECT_SCOPE = 0
_UTC = ZoneInfo("UTC")
_SCOPE: BindParameter[int] = bindparam("scope", type_=BigInteger)

# What counts to a person's own limits: not what extra songs paid for, nor what a reset gave back.
_PERSONAL_SONGS = (
    songs.c.user_id.in_([bindparam("user_id"), bindparam("pseudonym_id")]),
    songs.c.quota_scope == _SCOPE,
    songs.c.granted.is_(False),
    songs.c.id > bindparam("reset_id"),
)


@dataclass(frozen=True, slots=True)
class QuotaContext:
    """What holds for one person in one scope. Their songs up to `reset_id` do not count for them."""

    scope: int
    user_ids: tuple[int, int]
    rules: tuple[Rule, ...]
    zone: ZoneInfo
    grant_left: int
    reset_id: int


def quota_context_query(*extra_columns: ColumnElement[Any]) -> Select[Any]:
    """A row for each rule that may concern the asker, at least one; all else is in each of them.

    Built once and run with `asker_parameters`: building it takes longer than running it.
    """
    once = select(literal(1).label("one")).subquery("once")
    applies = or_(quota_rules.c.who != LimitKind.USER, quota_rules.c.subject_id == bindparam("user_id"))
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


def state_value(key: str) -> ScalarSelect[str]:
    return select(app_state.c.value).where(app_state.c.key == key).scalar_subquery()


def _for_member(column: Column[int]) -> ScalarSelect[int]:
    table = column.table
    query = select(column).where(table.c.guild_id == _SCOPE, table.c.user_id == bindparam("user_id"))
    return query.scalar_subquery()


QUOTA_CONTEXT = quota_context_query()


def quota_context_from_rows(rows: Iterable[Any], subject: QuotaSubject) -> QuotaContext:
    """Read what `terms_query` brought."""
    rows = list(rows)
    first = rows[0]
    return QuotaContext(
        scope=subject.guild_id or DIRECT_SCOPE,
        user_ids=(subject.user_id, pseudonym(first.secret, subject.user_id)),
        rules=tuple(rule_from_row(row) for row in rows if row.who),
        zone=zone_of(first.timezone),
        grant_left=first.grant_left or 0,
        reset_id=first.reset_id or 0,
    )


def rule_from_row(row: Any) -> Rule:
    return Rule(LimitKind(row.who), row.rule_limit, Period(row.per), row.subject_id)


def zone_of(name: str | None) -> ZoneInfo:
    """UTC where nothing is set, and where a zone has gone from the tz database since."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return _UTC


def check_quota(
    connection: Connection,
    subject: QuotaSubject,
    context: QuotaContext,
    operator_limits: OperatorLimits,
    now: datetime,
) -> Decision:
    """What one more song would get. One query counts all windows."""
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
    counts = {rule: (_count_scope(rule), rule.period) for rule in rules}
    windows = {rule: window_of(rule, context.zone, now) for rule in rules}
    parameters: dict[str, Any] = _context_parameters(context)
    for rule, (count_scope, period) in counts.items():
        parameters[f"{count_scope}_{period}_start"] = windows[rule].start
        parameters[f"{count_scope}_{period}_end"] = windows[rule].end
    query = usage_query(tuple(sorted(set(counts.values()))))
    used = connection.execute(query, parameters).one()._mapping
    return [LimitUsage(rule, used["_".join(counts[rule])], windows[rule]) for rule in rules]


def window_of(rule: Rule, zone: ZoneInfo, now: datetime) -> Window:
    """The operator's ceilings go by UTC: a server's admin must not begin their day anew with another zone."""
    of_operator = rule.kind in (LimitKind.DIRECT, LimitKind.OPERATOR, LimitKind.SERVER_CEILING)
    return window_at(rule.period, now, _UTC if of_operator else zone)


@cache
def usage_query(counts: tuple[tuple[str, Period], ...]) -> Executable:
    """One number for each pair of whose songs (`own`, `server`, `all`) and window."""
    return select(
        *(_count(count_scope, period).label(f"{count_scope}_{period}") for count_scope, period in counts)
    )


def _count_scope(rule: Rule) -> str:
    if rule.kind in PERSONAL_KINDS:
        return "own"
    return "all" if rule.kind is LimitKind.OPERATOR else "server"


def _count(count_scope: str, period: Period) -> ScalarSelect[int]:
    query = select(func.count()).where(
        songs.c.charged_at >= bindparam(f"{count_scope}_{period}_start"),
        songs.c.charged_at < bindparam(f"{count_scope}_{period}_end"),
        songs.c.refunded_at.is_(None),
    )
    if count_scope == "own":
        query = query.where(*_PERSONAL_SONGS)
    elif count_scope == "server":
        query = query.where(songs.c.quota_scope == _SCOPE)
    return query.scalar_subquery()


def _context_parameters(context: QuotaContext) -> dict[str, Any]:
    """The person's id and the pseudonym of songs they had deleted, which count on."""
    user_id, pseudonym_id = context.user_ids
    return {
        "scope": context.scope,
        "user_id": user_id,
        "pseudonym_id": pseudonym_id,
        "reset_id": context.reset_id,
    }
