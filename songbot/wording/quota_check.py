"""Provide the text of `/quota check`: whether a person can make a song, which limit applies, and why."""

from __future__ import annotations

from songbot.quotas.rules import Decision, LimitKind
from songbot.wording.text import plain

from .language import Language, Message, Title
from .quota_rules import spent

VERDICT = Title("Can make a song now")
ACTIVE_LIMIT = Title("Active limit")
OVERRIDDEN_LIMITS = Title("Overridden limits")
SHARED_LIMITS = Title("Server-wide limits")
BONUS_SONGS = Title("Bonus songs")
NOT_A_MEMBER = Message("They're not in this server, so role limits don't apply.")
_YES = Message("✅ Yes")
_YES_AS_BONUS = Message("✅ Yes, as a bonus song")
# Translators: {reason} is a limit, as in "Member limit: used up (1 / 1 today), resets in 5 hours".
_NO = Message("❌ No. {reason}")

_WHY = {
    LimitKind.USER: Message("A personal limit overrides all others."),
    LimitKind.ROLE: Message(
        "Role limits override the member limit. With several roles, the one with the most songs left applies."
    ),
    LimitKind.MEMBER: Message("They have no personal or role limit."),
    LimitKind.DEFAULT: Message("No limit set here applies to them, so the bot's default does."),
}


def title(language: Language, name: str) -> str:
    """Return whose quota it is. `name` is the unescaped display name."""
    shown = plain(name, 80)
    if not shown:
        return language.gettext("Someone's quota")
    # Translators: {name} is a person's name.
    return language.gettext("{name}'s quota", name=shown)


def verdict(language: Language, decision: Decision) -> str:
    """Return whether another song would be accepted, and if not, why."""
    if decision.blocked_by is not None:
        return _NO(language, reason=spent(language, decision.blocked_by))
    return (_YES_AS_BONUS if decision.uses_grant else _YES)(language)


def why(language: Language, decision: Decision) -> str:
    """Return why this limit is the one that applies."""
    reason = _WHY.get(decision.effective.rule.kind)
    return reason(language) if reason else ""


def bonus_left(language: Language, count: int) -> str:
    """Return how many bonus songs are left, or an empty string for none."""
    if not count:
        return ""
    return language.ngettext(
        "{count} bonus song, used after their own limit runs out",
        "{count} bonus songs, used after their own limit runs out",
        count,
    )
