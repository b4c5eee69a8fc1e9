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

from songbot.quotas.repository import Asker
from songbot.quotas.rules import (
    OWN,
    Ceilings,
    Decision,
    Per,
    Rule,
    Standing,
    Who,
    Window,
    applicable,
    decide,
    shared_rules,
    window_at,
)
from songbot.storage.schema.tables import app_state, guilds, quota_grants, quota_resets, quota_rules, songs

from .pseudonyms import SECRET, pseudonym

DIRECT_SCOPE = 0
_UTC = ZoneInfo("UTC")
_SCOPE: BindParameter[int] = bindparam("scope", type_=BigInteger)

# What counts to a person's own limits: not what extra songs paid for, nor what a reset gave back.
_OWN_SONGS = (
    songs.c.user_id.in_([bindparam("user_id"), bindparam("pseudonym_id")]),
    songs.c.quota_scope == _SCOPE,
    songs.c.granted.is_(False),
    songs.c.id > bindparam("reset_id"),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one person in one scope. Their songs up to `reset_id` do not count for them."""

    scope: int
    user_ids: tuple[int, int]
    rules: tuple[Rule, ...]
    zone: ZoneInfo
    grant_left: int
    reset_id: int


def terms_query(*besides: ColumnElement[Any]) -> Select[Any]:
    """A row for each rule that may concern the asker, at least one; all else is in each of them.

    Built once and run with `asker_parameters`: building it takes longer than running it.
    """
    once = select(literal(1).label("one")).subquery("once")
    concerned = or_(quota_rules.c.who != Who.USER, quota_rules.c.subject_id == bindparam("user_id"))
    return select(
        state_value(SECRET).label("secret"),
        select(guilds.c.timezone).where(guilds.c.guild_id == _SCOPE).scalar_subquery().label("timezone"),
        _of_member(quota_grants.c.songs).label("grant_left"),
        _of_member(quota_resets.c.last_song_id).label("reset_id"),
        quota_rules.c.who,
        quota_rules.c.rule_limit,
        quota_rules.c.per,
        quota_rules.c.subject_id,
        *besides,
    ).select_from(once.outerjoin(quota_rules, and_(quota_rules.c.guild_id == _SCOPE, concerned)))


def asker_parameters(asker: Asker) -> dict[str, Any]:
    return {"user_id": asker.user_id, "scope": asker.guild_id or DIRECT_SCOPE}


def state_value(key: str) -> ScalarSelect[str]:
    return select(app_state.c.value).where(app_state.c.key == key).scalar_subquery()


def _of_member(column: Column[int]) -> ScalarSelect[int]:
    table = column.table
    query = select(column).where(table.c.guild_id == _SCOPE, table.c.user_id == bindparam("user_id"))
    return query.scalar_subquery()


TERMS = terms_query()


def terms_of(rows: Iterable[Any], asker: Asker) -> Terms:
    """Read what `terms_query` brought."""
    rows = list(rows)
    first = rows[0]
    return Terms(
        scope=asker.guild_id or DIRECT_SCOPE,
        user_ids=(asker.user_id, pseudonym(first.secret, asker.user_id)),
        rules=tuple(rule_of(row) for row in rows if row.who),
        zone=zone_of(first.timezone),
        grant_left=first.grant_left or 0,
        reset_id=first.reset_id or 0,
    )


def rule_of(row: Any) -> Rule:
    return Rule(Who(row.who), row.rule_limit, Per(row.per), row.subject_id)


def zone_of(name: str | None) -> ZoneInfo:
    """UTC where nothing is set, and where a zone has gone from the tz database since."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return _UTC


def decision(
    connection: Connection, asker: Asker, terms: Terms, ceilings: Ceilings, now: datetime
) -> Decision:
    """What one more song would get. One query counts all windows."""
    in_guild = asker.guild_id is not None
    own = (
        applicable(terms.rules, asker.user_id, asker.role_ids, ceilings)
        if in_guild
        else [Rule(Who.DIRECT, ceilings.direct, Per.DAY)]
    )
    shared = shared_rules(terms.rules, ceilings, in_guild=in_guild)
    standings = standings_of(connection, [*own, *shared], terms, now)
    return decide(standings[: len(own)], standings[len(own) :], terms.grant_left)


def standings_of(connection: Connection, rules: list[Rule], terms: Terms, now: datetime) -> list[Standing]:
    counted = {rule: (_whose(rule), rule.per) for rule in rules}
    windows = {rule: window_of(rule, terms.zone, now) for rule in rules}
    parameters: dict[str, Any] = _terms_parameters(terms)
    for rule, (whose, per) in counted.items():
        parameters[f"{whose}_{per}_start"] = windows[rule].start
        parameters[f"{whose}_{per}_end"] = windows[rule].end
    query = counting_query(tuple(sorted(set(counted.values()))))
    used = connection.execute(query, parameters).one()._mapping
    return [Standing(rule, used["_".join(counted[rule])], windows[rule]) for rule in rules]


def window_of(rule: Rule, zone: ZoneInfo, now: datetime) -> Window:
    """The operator's ceilings go by UTC: a server's admin must not begin their day anew with another zone."""
    of_operator = rule.who in (Who.DIRECT, Who.OPERATOR, Who.SERVER_CEILING)
    return window_at(rule.per, now, _UTC if of_operator else zone)


@cache
def counting_query(counts: tuple[tuple[str, Per], ...]) -> Executable:
    """One number for each pair of whose songs (`own`, `server`, `all`) and window."""
    return select(*(_count(whose, per).label(f"{whose}_{per}") for whose, per in counts))


def _whose(rule: Rule) -> str:
    if rule.who in OWN:
        return "own"
    return "all" if rule.who is Who.OPERATOR else "server"


def _count(whose: str, per: Per) -> ScalarSelect[int]:
    query = select(func.count()).where(
        songs.c.charged_at >= bindparam(f"{whose}_{per}_start"),
        songs.c.charged_at < bindparam(f"{whose}_{per}_end"),
        songs.c.refunded_at.is_(None),
    )
    if whose == "own":
        query = query.where(*_OWN_SONGS)
    elif whose == "server":
        query = query.where(songs.c.quota_scope == _SCOPE)
    return query.scalar_subquery()


def _terms_parameters(terms: Terms) -> dict[str, Any]:
    """The person's id and the pseudonym of songs they had deleted, which count on."""
    user_id, pseudonym_id = terms.user_ids
    return {
        "scope": terms.scope,
        "user_id": user_id,
        "pseudonym_id": pseudonym_id,
        "reset_id": terms.reset_id,
    }
