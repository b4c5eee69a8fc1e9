"""Provide the text of the quota log: when, who, and what they changed."""

from __future__ import annotations

from songbot.quotas.repository import AuditEntry
from songbot.quotas.rules import LimitKind, RuleValue
from songbot.wording.text import escape_and_clamp, inline_code

from .quota_rules import limit, limit_name, of_person, person
from .quotas import bonus_songs

TITLE = "Quota log"
EMPTY = "Nothing has been changed yet."
END = "No older changes."
OLDER = "Older"
NEWEST = "Newest"

_KINDS = frozenset(kind.value for kind in LimitKind)
_CHANNEL_CHANGES = {"allow": "allowed songs in", "deny": "turned songs off in"}


def audit_line(entry: AuditEntry) -> str:
    """Return one line that says when and what someone changed."""
    return f"<t:{int(entry.at.timestamp())}:f> {person(entry.actor_id)} {_what(entry)}"


def _what(entry: AuditEntry) -> str:
    action, _, rest = entry.what.partition(":")
    match action:
        case "rule":
            return _rule_change(entry, *rest.partition(":")[::2])
        case "grant" if _is_id(rest):
            return _grant(entry, int(rest))
        case "reset" if _is_id(rest):
            return f"reset {of_person(int(rest), 'usage')}"
        case "timezone":
            return f"changed the time zone from {_zone(entry.old)} to {_zone(entry.new)}"
        case "channel" if _is_id(rest):
            return f"{_CHANNEL_CHANGES.get(str(entry.new), 'removed the channel rule for')} <#{rest}>"
        case _:
            return _from_to(f"changed {escape_and_clamp(entry.what, 60)}", entry)


def _rule_change(entry: AuditEntry, kind: str, subject_id: str) -> str:
    known = kind in _KINDS and (not subject_id or _is_id(subject_id))
    name = (
        limit_name(LimitKind(kind), int(subject_id or 0))
        if known
        else f"the limit for {escape_and_clamp(f'{kind} {subject_id}', 60)}"
    )
    if entry.old is None:
        return f"set {name} to {_value(entry.new)}"
    if entry.new is None:
        return f"removed {name} ({_value(entry.old)})"
    return _from_to(f"changed {name}", entry)


def _is_id(text: str) -> bool:
    return len(text) <= 20 and text.removeprefix("-").isdecimal()


def _grant(entry: AuditEntry, receiver: int) -> str:
    old, new = str(entry.old or ""), str(entry.new or "")
    if not (old.isdecimal() and new.isdecimal()):
        return _from_to(f"changed {of_person(receiver, 'bonus songs')}", entry)
    return f"gave {person(receiver)} {bonus_songs(int(new) - int(old))} ({int(new):,} in total)"


def _from_to(said: str, entry: AuditEntry) -> str:
    return f"{said} from {_value(entry.old)} to {_value(entry.new)}"


def _zone(name: RuleValue | str | None) -> str:
    return inline_code(str(name or "UTC"), 100) or "`UTC`"


def _value(value: RuleValue | str | None) -> str:
    if isinstance(value, RuleValue):
        return f"**{limit(value)}**"
    return "none" if value is None else f"**{escape_and_clamp(value, 60)}**"
