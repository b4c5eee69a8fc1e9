"""Compose what Discord sends about servers (GUILD_CREATE and its parts), with servers as people make them."""

from __future__ import annotations

from random import Random
from typing import Any

BOT_ID = 42
TEXT, VOICE, CATEGORY, NEWS, PUBLIC_THREAD, PRIVATE_THREAD, STAGE, FORUM, MEDIA = (
    0,
    2,
    4,
    5,
    11,
    12,
    13,
    15,
    16,
)
_CHANNEL_NAMES = ("general", "music", "💬│chat", "announcements", "off-topic", "memes", "clips", "lounge")
_ROLE_NAMES = ("Moderator", "Member", "Artist", "Level", "Server Booster", "he/him", "Announcements")
_FEATURES = ("COMMUNITY", "NEWS", "INVITE_SPLASH", "ANIMATED_ICON", "SOUNDBOARD", "AUTO_MODERATION")
_GROUP = 6
"""A category, four text channels and a voice channel."""


def snowflake(random: Random) -> str:
    return str(random.randrange(1_000 << 50, 1_300 << 50))


def role(random: Random, role_id: str = "", name: str = "", **changes: Any) -> dict[str, Any]:
    colour = random.randrange(1 << 24)
    return {
        "id": role_id or snowflake(random),
        "name": name or f"{random.choice(_ROLE_NAMES)} {random.randrange(100)}",
        "permissions": str(random.randrange(1 << 46)),
        "position": 1,
        "color": colour,
        "colors": {"primary_color": colour, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    } | changes


def overwrite(random: Random, target_id: str, kind: int = 0) -> dict[str, Any]:
    """`kind` is 0 for a role and 1 for a member."""
    allow, deny = random.randrange(1 << 40), random.randrange(1 << 40)
    return {"id": target_id, "type": kind, "allow": str(allow & ~deny), "deny": str(deny)}


def channel(random: Random, kind: int = TEXT, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": snowflake(random),
        "type": kind,
        "name": f"{random.choice(_CHANNEL_NAMES)}-{random.randrange(100)}",
        "position": 0,
        "parent_id": None,
        "flags": 0,
        "permission_overwrites": [],
    }
    if kind != CATEGORY:
        fields |= {"nsfw": False, "rate_limit_per_user": 0, "last_message_id": snowflake(random)}
        fields["topic"] = random.choice((None, "What this channel is for, and what to post elsewhere"))
    if kind in (VOICE, STAGE):
        fields |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    if kind in (FORUM, MEDIA):
        tag = {
            "id": snowflake(random),
            "name": "solved",
            "moderated": False,
            "emoji_name": "✅",
            "emoji_id": None,
        }
        emoji = {"emoji_name": None, "emoji_id": snowflake(random)}
        fields |= {"available_tags": [tag], "default_reaction_emoji": emoji, "default_sort_order": 0}
    return fields | changes


def thread(random: Random, parent_id: str, kind: int = PUBLIC_THREAD, **changes: Any) -> dict[str, Any]:
    times = {
        "archive_timestamp": "2026-01-01T00:00:00+00:00",
        "create_timestamp": "2026-01-01T00:00:00+00:00",
    }
    return {
        "id": snowflake(random),
        "type": kind,
        "name": "a thread",
        "parent_id": parent_id,
        "owner_id": snowflake(random),
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 1,
        "flags": 0,
        "thread_metadata": {"archived": False, "auto_archive_duration": 60, "locked": False} | times,
        "member": {"flags": 0, "join_timestamp": "2026-01-01T00:00:00+00:00"},
    } | changes


def member(user_id: int, role_ids: list[str]) -> dict[str, Any]:
    user = {
        "id": str(user_id),
        "username": "someone",
        "discriminator": "0",
        "avatar": None,
        "global_name": None,
    }
    return {
        "user": user | {"bot": user_id == BOT_ID},
        "roles": role_ids,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
    }


def server(
    random: Random,
    server_id: str = "",
    *,
    channels: int = 30,
    roles: int = 25,
    emojis: int = 30,
    bot_id: int = BOT_ID,
) -> dict[str, Any]:
    """Return the data of GUILD_CREATE. Channels of a category have its overwrites, as most have."""
    server_id = server_id or snowflake(random)
    everyone = role(random, server_id, "@everyone", permissions="1071698660929", position=0)
    others = [role(random, position=number) for number in range(1, roles)]
    made = _channels(random, channels, server_id, [one["id"] for one in others])
    return {
        "id": server_id,
        "name": f"Server {random.randrange(10_000)}",
        "icon": f"{random.randrange(1 << 128):032x}",
        "owner_id": snowflake(random),
        "features": list(_FEATURES),
        "roles": [everyone, *others],
        "channels": made,
        "emojis": [_emoji(random, number) for number in range(emojis)],
        "members": [member(bot_id, [others[0]["id"]] if others else [])],
        "system_channel_id": made[1]["id"] if len(made) > 1 else None,
        "preferred_locale": "de",
        "premium_tier": 1,
        "member_count": 120,
        "unavailable": False,
        **dict.fromkeys(("splash", "banner", "description", "vanity_url_code", "rules_channel_id")),
        **dict.fromkeys(("verification_level", "mfa_level", "nsfw_level", "system_channel_flags"), 0),
        **{name: [] for name in ("threads", "stickers", "presences", "voice_states", "stage_instances")},
        **{name: [] for name in ("guild_scheduled_events", "soundboard_sounds")},
    }


def _channels(random: Random, count: int, server_id: str, role_ids: list[str]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    parent_id, overwrites = None, []
    for position in range(count):
        slot = position % _GROUP
        if slot == 0:
            targets = [server_id, *random.sample(role_ids, min(2, len(role_ids)))]
            overwrites = [overwrite(random, target) for target in targets]
        kind = CATEGORY if slot == 0 else VOICE if slot == _GROUP - 1 else TEXT
        parent = None if slot == 0 else parent_id
        copied = [dict(one) for one in overwrites]
        made.append(channel(random, kind, position=position, parent_id=parent, permission_overwrites=copied))
        parent_id = made[-1]["id"] if slot == 0 else parent_id
    return made


def _emoji(random: Random, number: int) -> dict[str, Any]:
    flags = {"require_colons": True, "managed": False, "animated": False, "available": True}
    return {"id": snowflake(random), "name": f"emoji_{number}", "roles": []} | flags
