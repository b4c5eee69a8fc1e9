"""Provide the text of the quota log: when, who, and what they changed."""

from __future__ import annotations

from songbot.quotas.channels import ChannelRule
from songbot.quotas.repository import AuditEntry
from songbot.quotas.rules import ADMIN_KINDS, LimitKind, RuleValue
from songbot.wording.text import escape_and_clamp, inline_code

from .language import Label, Language, Message
from .quota_rules import limit, person
from .server_language import named

TITLE = Message("Quota log")
EMPTY = Message("Nothing has been changed yet.")
END = Message("No older changes.")
# Translators: Buttons that lead to other pages of a list of changes.
OLDER = Label("Older")
NEWEST = Label("Newest")

_SET = {
    # Translators: In a list of changes: {user} is who changed it, {limit} is "5 songs per day".
    LimitKind.SERVER: Message("{user} set the server-wide limit to {limit}"),
    LimitKind.MEMBER: Message("{user} set the member limit to {limit}"),
}
# Translators: In a list of changes: {user} is who changed it, {subject} is a mention of a role or person.
_SET_FOR = Message("{user} set the limit for {subject} to {limit}")
_CHANGED = {
    # Translators: In a list of changes: {user} is who changed it, {old} and {limit} are "5 songs per day".
    LimitKind.SERVER: Message("{user} changed the server-wide limit from {old} to {limit}"),
    LimitKind.MEMBER: Message("{user} changed the member limit from {old} to {limit}"),
}
# Translators: In a list of changes: {user} is who changed it, {subject} is a mention of a role or person.
_CHANGED_FOR = Message("{user} changed the limit for {subject} from {old} to {limit}")
_REMOVED = {
    # Translators: In a list of changes: {user} is who changed it, {old} is "5 songs per day".
    LimitKind.SERVER: Message("{user} removed the server-wide limit ({old})"),
    LimitKind.MEMBER: Message("{user} removed the member limit ({old})"),
}
# Translators: In a list of changes: {user} is who changed it, {subject} is a mention of a role or person.
_REMOVED_FOR = Message("{user} removed the limit for {subject} ({old})")
# Translators: In a list of changes: {user} is who changed it.
_RESET = Message("{user} reset the usage of {subject}")
_TIMEZONE = Message("{user} changed the time zone from {old} to {new}")
# Translators: {old} and {new} are names of languages, or "automatic".
_LANGUAGE = Message("{user} changed the language from {old} to {new}")
_CHANNEL = {
    ChannelRule.ALLOW.value: Message("{user} allowed songs in {channel}"),
    ChannelRule.DENY.value: Message("{user} turned songs off in {channel}"),
}
_CHANNEL_REMOVED = Message("{user} removed the channel rule for {channel}")
# Translators: In a list of changes: {what} is a technical name, {old} and {new} are any values.
_OTHER = Message("{user} changed {what} from {old} to {new}")
# Translators: In a list of changes: there was no value before, or there is none any more.
_NONE = Message("none")


def audit_line(language: Language, entry: AuditEntry) -> str:
    """Return one line that says when and what someone changed."""
    return f"<t:{int(entry.at.timestamp())}:f> {_what(language, entry)}"


def _what(language: Language, entry: AuditEntry) -> str:
    action, _, rest = entry.what.partition(":")
    user = person(language, entry.actor_id)
    match action:
        case "rule":
            return _rule_change(language, entry, *rest.partition(":")[::2])
        case "grant" if _is_id(rest):
            return _grant(language, entry, int(rest))
        case "reset" if _is_id(rest):
            return _RESET(language, user=user, subject=person(language, int(rest)))
        case "timezone" | "language":
            return _setting_change(language, entry)
        case "channel" if _is_id(rest):
            said = _CHANNEL.get(str(entry.new), _CHANNEL_REMOVED)
            return said(language, user=user, channel=f"<#{rest}>")
        case _:
            return _other(language, entry)


def _setting_change(language: Language, entry: AuditEntry) -> str:
    user = person(language, entry.actor_id)
    if entry.what == "timezone":
        return _TIMEZONE(language, user=user, old=_zone(entry.old), new=_zone(entry.new))
    old, new = _language(language, entry.old), _language(language, entry.new)
    return _LANGUAGE(language, user=user, old=old, new=new)


def _rule_change(language: Language, entry: AuditEntry, kind: str, subject_id: str) -> str:
    if kind not in ADMIN_KINDS or not (not subject_id or _is_id(subject_id)):
        return _other(language, entry)
    number = int(subject_id or 0)
    values = {
        "user": person(language, entry.actor_id),
        "subject": f"<@&{number}>" if kind == LimitKind.ROLE else person(language, number),
        "old": _value(language, entry.old),
        "limit": _value(language, entry.new),
    }
    if entry.old is None:
        return _SET.get(LimitKind(kind), _SET_FOR)(language, **values)
    if entry.new is None:
        return _REMOVED.get(LimitKind(kind), _REMOVED_FOR)(language, **values)
    return _CHANGED.get(LimitKind(kind), _CHANGED_FOR)(language, **values)


def _is_id(text: str) -> bool:
    return len(text) <= 20 and text.removeprefix("-").isdecimal()


def _grant(language: Language, entry: AuditEntry, receiver: int) -> str:
    old, new = str(entry.old or ""), str(entry.new or "")
    if not (old.isdecimal() and new.isdecimal()):
        return _other(language, entry)
    # Translators: In a list of changes: {user} is who gave, {subject} is who got them, {total} is a number.
    return language.ngettext(
        "{user} gave {subject} {count} bonus song ({total} in total)",
        "{user} gave {subject} {count} bonus songs ({total} in total)",
        int(new) - int(old),
        user=person(language, entry.actor_id),
        subject=person(language, receiver),
        total=language.number(int(new)),
    )


def _other(language: Language, entry: AuditEntry) -> str:
    return _OTHER(
        language,
        user=person(language, entry.actor_id),
        what=escape_and_clamp(entry.what, 60),
        old=_value(language, entry.old),
        new=_value(language, entry.new),
    )


def _zone(name: RuleValue | str | None) -> str:
    return inline_code(str(name or "UTC"), 100) or "`UTC`"


def _language(language: Language, tag: RuleValue | str | None) -> str:
    return f"**{escape_and_clamp(named(language, str(tag) if tag else None), 60)}**"


def _value(language: Language, value: RuleValue | str | None) -> str:
    if isinstance(value, RuleValue):
        return f"**{limit(language, value)}**"
    return _NONE(language) if value is None else f"**{escape_and_clamp(value, 60)}**"
