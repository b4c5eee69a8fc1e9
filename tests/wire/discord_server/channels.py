"""Define channels of every kind (text, voice, forum, threads, DMs), their overwrites and their payloads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import permissions

if TYPE_CHECKING:
    from .model import Guild, Role, User

TEXT, DM, VOICE, GROUP_DM, CATEGORY, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 2, 3, 4, 11, 12, 15
THREADS = (PUBLIC_THREAD, PRIVATE_THREAD)
WITHOUT_MESSAGES = (CATEGORY, FORUM)

ROLE_OVERWRITE, MEMBER_OVERWRITE = 0, 1


@dataclass(frozen=True)
class Overwrite:
    """The permissions that a channel allows and denies to the role or member with the id ``target_id``."""

    target_id: int
    type: int
    allow: int = 0
    deny: int = 0

    def payload(self) -> dict[str, Any]:
        """Return Discord's overwrite object."""
        return {
            "id": str(self.target_id),
            "type": self.type,
            "allow": str(self.allow),
            "deny": str(self.deny),
        }


@dataclass(eq=False)
class ThreadState:
    """The fields that only threads have (docs: topics/threads). ``active_at`` is in seconds of Discord's
    clock.
    """

    active_at: float
    owner_id: int
    auto_archive_minutes: int = 4320
    archived: bool = False
    locked: bool = False
    member_ids: set[int] = field(default_factory=set)


@dataclass(eq=False)
class Channel:
    """A guild's channel or thread, a DM with the bot, or (``GROUP_DM``) a conversation without the bot.

    ``bot_permissions`` overrides the permissions that roles and overwrites give the bot there; ``None`` keeps
    them.
    """

    id: int
    type: int = TEXT
    name: str = ""
    guild: Guild | None = None
    recipients: tuple[User, ...] = ()
    bot_permissions: int | None = None
    parent: Channel | None = None
    thread: ThreadState | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def bot_is_part(self) -> bool:
        """Return whether the bot can reach the channel by itself, without an interaction's token."""
        return self.guild.bot_is_member if self.guild else self.type == DM

    @property
    def sending(self) -> int:
        """Return the permission bit that is needed for sending: SEND_MESSAGES has no effect in threads."""
        return permissions.SEND_MESSAGES_IN_THREADS if self.thread else permissions.SEND_MESSAGES

    def overwrite(self, target: Role | User, *, allow: int = 0, deny: int = 0) -> None:
        """Set the channel's overwrite for a role or a person, without an event (see ``set_overwrite``)."""
        kind = ROLE_OVERWRITE if hasattr(target, "permissions") else MEMBER_OVERWRITE
        self.overwrites[target.id] = Overwrite(target.id, kind, allow, deny)

    def permissions_of(self, user: User) -> int:
        """Return the person's permissions from roles, overwrites (for a thread, its parent's) and denials."""
        if self.guild is None:
            return permissions.EVERYONE if user in self.recipients or user.bot else 0
        granted = self.guild.permissions_of(user)
        if user.id not in self.guild.members or granted == permissions.ALL:
            return granted
        overwritten = self.parent or self
        member = self.guild.members[user.id]
        roles = [overwritten._pair(role.id) for role in member.roles]
        granted = permissions.with_overwrites(
            granted, overwritten._pair(self.guild.id), roles, overwritten._pair(user.id)
        )
        return permissions.with_implicit_denials(
            self._without_private_thread(user, granted),
            sending=self.sending,
            voice=self.type == VOICE,
            timed_out=member.timed_out,
        )

    def _without_private_thread(self, user: User, granted: int) -> int:
        """Remove all permissions in a private thread, unless the person is in it or may moderate it."""
        hidden = (
            self.type == PRIVATE_THREAD
            and self.thread is not None
            and user.id not in self.thread.member_ids
            and not permissions.has(granted, permissions.MANAGE_THREADS)
        )
        return 0 if hidden else granted

    def _pair(self, target_id: int) -> tuple[int, int]:
        found = self.overwrites.get(target_id)
        return (found.allow, found.deny) if found else (0, 0)

    def allows(self, user: User, *needed: int) -> bool:
        """Return whether the person has all of these permissions here, and can view the channel."""
        granted = self.permissions_of(user)
        return all(permissions.has(granted, bit) for bit in (permissions.VIEW_CHANNEL, *needed))

    def app_permissions(self) -> int:
        """Return the bot's permissions here, as in an interaction's ``app_permissions``."""
        if not self.bot_is_part:
            return permissions.NOT_A_MEMBER
        if self.bot_permissions is not None:
            return self.bot_permissions
        return self.permissions_of(self.guild.bot) if self.guild else permissions.EVERYONE

    def payload(self) -> dict[str, Any]:
        """Return Discord's channel object."""
        body: dict[str, Any] = {"id": str(self.id), "type": self.type, "last_message_id": None, "flags": 0}
        if self.guild is None:
            return body | self._dm_fields()
        body |= {
            "name": self.name,
            "guild_id": str(self.guild.id),
            "parent_id": str(self.parent.id) if self.parent else None,
            "rate_limit_per_user": 0,
        }
        return body | (self._thread_fields(self.thread) if self.thread else self._guild_fields())

    def _dm_fields(self) -> dict[str, Any]:
        recipients = [user.payload() for user in self.recipients]
        group = {"owner_id": recipients[0]["id"], "name": self.name, "icon": None} if recipients else {}
        return {"recipients": recipients} | (group if self.type == GROUP_DM else {})

    def _guild_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "position": 0,
            "permission_overwrites": [overwrite.payload() for overwrite in self.overwrites.values()],
            "nsfw": False,
            "topic": None,
        }
        if self.type == VOICE:
            fields |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        return fields | ({"available_tags": []} if self.type == FORUM else {})

    def _thread_fields(self, thread: ThreadState) -> dict[str, Any]:
        metadata = {
            "archived": thread.archived,
            "auto_archive_duration": thread.auto_archive_minutes,
            "archive_timestamp": "2024-01-01T00:00:00+00:00",
            "locked": thread.locked,
        }
        counts = {"message_count": 0, "member_count": len(thread.member_ids), "total_message_sent": 0}
        return {"owner_id": str(thread.owner_id), "thread_metadata": metadata} | counts
