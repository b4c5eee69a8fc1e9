"""Compute the quotas as they should be, from what was really charged and refunded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from songbot.quotas.rules import (
    PERSONAL_KINDS,
    Decision,
    LimitKind,
    LimitUsage,
    OperatorLimits,
    Period,
    Rule,
    decide,
    personal_rules,
    shared_rules,
    window_at,
)
from songbot.songs.orders import Accepted, Order, OrderOutcome, Refused
from songbot.storage.schema.types import EPOCH, MICROSECOND
from tests.simulation.truth import Charge

UTC_ZONE = ZoneInfo("UTC")
OF_OPERATOR = (LimitKind.DIRECT, LimitKind.OPERATOR, LimitKind.SERVER_CEILING)


@dataclass
class QuotaBook:
    """The rules, grants and resets as admins made them, and the charges as they were committed."""

    limits: OperatorLimits
    rules: dict[tuple[int, LimitKind, int], Rule] = field(default_factory=dict)
    zones: dict[int, str] = field(default_factory=dict)
    grants: dict[tuple[int, int], int] = field(default_factory=dict)
    resets: dict[tuple[int, int], int] = field(default_factory=dict)
    charges: dict[int, Charge] = field(default_factory=dict)

    def refund(self, song_id: int) -> None:
        charge = self.charges.pop(song_id, None)
        if charge is not None and charge.granted and (charge.scope, charge.user_id) in self.grants:
            self.grants[charge.scope, charge.user_id] += 1

    def forget(self, user_id: int) -> None:
        """Keep a deleted person's charges, limits and resets, but not their grants."""
        for key in [key for key in self.grants if key[1] == user_id]:
            del self.grants[key]

    def decision(self, order: Order, now: datetime, without: int | None = None) -> Decision:
        """Return the decision that the order should get, ignoring the charge of the song `without`."""
        guild = order.quota_guild_id
        rules = [rule for (guild_id, _, _), rule in self.rules.items() if guild_id == guild]
        personal = (
            personal_rules(rules, order.user_id, order.role_ids, self.limits)
            if guild is not None
            else [Rule(LimitKind.DIRECT, self.limits.direct, Period.DAY)]
        )
        shared = shared_rules(rules, self.limits, in_guild=guild is not None)
        usages = [self._usage(rule, order, now, without) for rule in (*personal, *shared)]
        count = len(personal)
        grant_left = self.grants.get((guild or 0, order.user_id), 0)
        return decide(usages[:count], usages[count:], grant_left)

    def _usage(self, rule: Rule, order: Order, now: datetime, without: int | None) -> LimitUsage:
        scope = order.quota_guild_id or 0
        zone = UTC_ZONE if rule.kind in OF_OPERATOR else ZoneInfo(self.zones.get(scope, "UTC"))
        window = window_at(rule.period, now, zone)
        start, end = ((moment - EPOCH) // MICROSECOND for moment in (window.start, window.end))
        used = sum(
            start <= charge.at < end
            and charge.song_id != without
            and self._counts(rule, charge, order, scope)
            for charge in self.charges.values()
        )
        return LimitUsage(rule, used, window)

    def _counts(self, rule: Rule, charge: Charge, order: Order, scope: int) -> bool:
        if rule.kind is LimitKind.OPERATOR:
            return True
        if charge.scope != scope:
            return False
        if rule.kind not in PERSONAL_KINDS:
            return True
        reset = self.resets.get((scope, order.user_id), 0)
        return charge.user_id == order.user_id and not charge.granted and charge.song_id > reset


def order_outcome_is_right(book: QuotaBook, order: Order, outcome: OrderOutcome, now: datetime) -> str | None:
    """Check that an order is refused if, and only if, a limit is used up in its own window."""
    if isinstance(outcome, Accepted):
        expected = book.decision(order, now, without=outcome.song.id)
        if expected.blocked_by is not None:
            return f"song {outcome.song.id} is over {_describe(expected.blocked_by)}"
        if outcome.decision is not None and outcome.decision.uses_grant != expected.uses_grant:
            return f"song {outcome.song.id}: paid by a grant {outcome.decision.uses_grant}"
    if isinstance(outcome, Refused):
        expected = book.decision(order, now)
        if expected.blocked_by is None:
            return f"{order.idempotency_key} is refused by {_describe(outcome.decision.blocked_by)}, wrongly"
    return None


def _describe(usage: LimitUsage | None) -> str:
    if usage is None:
        return "nothing"
    rule = usage.rule
    return (
        f"{rule.kind} limit {rule.limit} per {rule.period} with {usage.used} used since {usage.window.start}"
    )
