"""Provide the text of `/quota check`: whether a person can make a song, which limit applies, and why."""

from __future__ import annotations

from songbot.quotas.rules import Decision, LimitKind
from songbot.wording.text import plain

from .quota_rules import spent
from .quotas import bonus_songs

VERDICT = "Can make a song now"
ACTIVE_LIMIT = "Active limit"
OVERRIDDEN_LIMITS = "Overridden limits"
SHARED_LIMITS = "Server-wide limits"
BONUS_SONGS = "Bonus songs"
NOT_A_MEMBER = "They're not in this server, so role limits don't apply."

_WHY = {
    LimitKind.USER: "A personal limit overrides all others.",
    LimitKind.ROLE: (
        "Role limits override the member limit. With several roles, the one with the most songs left applies."
    ),
    LimitKind.MEMBER: "They have no personal or role limit.",
    LimitKind.DEFAULT: "No limit set here applies to them, so the bot's default does.",
}


def title(name: str) -> str:
    """Return whose quota it is. `name` is the unescaped display name."""
    return f"{plain(name, 80) or 'Someone'}'s quota"


def verdict(decision: Decision) -> str:
    """Return whether another song would be accepted, and if not, why."""
    if decision.blocked_by is not None:
        return f"❌ No – {spent(decision.blocked_by)}"
    return "✅ Yes, as a bonus song" if decision.uses_grant else "✅ Yes"


def why(decision: Decision) -> str:
    """Return why this limit is the one that applies."""
    return _WHY.get(decision.effective.rule.kind, "")


def bonus_left(count: int) -> str:
    """Return how many bonus songs are left, or an empty string for none."""
    return f"{bonus_songs(count)}, used after their own limit runs out" if count else ""
