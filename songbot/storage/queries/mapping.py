"""Convert between rows and songs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from songbot.songs.models import DeliveryState, FailureReason, Relation, ReplyTarget, Result, Song, State
from songbot.songs.orders import Order


def song_from_row(row: Row[Any]) -> Song:
    """Return the song in a row that has every column of `songs`."""
    return Song(
        id=row.id,
        user_id=row.user_id,
        guild_id=row.guild_id,
        quota_guild_id=row.quota_scope or None,
        prompt=row.prompt,
        private=row.private,
        reply=_reply_target_from_row(row),
        created_at=row.created_at,
        state=State(row.state),
        delivery=DeliveryState(row.delivery),
        reason=FailureReason(row.reason) if row.reason else None,
        error=row.error,
        job_id=row.job_id,
        result=_result_from_row(row),
        parent_id=row.parent_id,
        relation=Relation(row.relation) if row.relation else None,
        submitted_at=row.submitted_at,
        unavailable_since=row.unavailable_since,
        finished_at=row.finished_at,
        delivered_at=row.delivered_at,
        refunded_at=row.refunded_at,
        deleted_at=row.deleted_at,
        generation=row.generation,
        language=row.language,
        origin_channel_id=row.origin_channel_id,
    )


def _reply_target_from_row(row: Row[Any]) -> ReplyTarget:
    return ReplyTarget(
        channel_id=row.channel_id,
        message_id=row.message_id,
        token=row.token,
        token_expires_at=row.token_expires_at,
        bot_in_channel=row.bot_in_channel,
        upload_limit=row.upload_limit,
    )


def _result_from_row(row: Row[Any]) -> Result | None:
    if row.song_url is None:
        return None
    return Result(row.song_url, row.title, row.bpm, row.duration_seconds, row.image_url, row.tags)


def order_to_columns(order: Order, turn: int, now: datetime, *, granted: bool) -> dict[str, Any]:
    """Return the columns to store for a new song."""
    return {
        "order_key": order.idempotency_key,
        "user_id": order.user_id,
        "guild_id": order.guild_id,
        "quota_scope": order.quota_guild_id or 0,
        "prompt": order.prompt,
        "search_text": search_text(order.prompt),
        "private": order.private,
        "state": State.QUEUED,
        "delivery": DeliveryState.PENDING,
        "parent_id": order.parent_id,
        "relation": order.relation,
        "created_at": now,
        "charged_at": now,
        "granted": granted,
        "turn": turn,
        "language": order.language,
        **reply_to_columns(order.reply),
        "token": order.reply.token,
        "token_expires_at": order.reply.token_expires_at,
    }


def reply_to_columns(reply: ReplyTarget) -> dict[str, Any]:
    """Return the columns that store where a message is, without the token."""
    return {
        "channel_id": reply.channel_id,
        "message_id": reply.message_id,
        "bot_in_channel": reply.bot_in_channel,
        "upload_limit": reply.upload_limit,
    }


def result_to_columns(result: Result) -> dict[str, Any]:
    return {
        "song_url": result.song_url,
        "title": result.title,
        "bpm": result.bpm,
        "duration_seconds": result.duration_seconds,
        "image_url": result.image_url,
        "tags": result.tags,
    }


def search_text(*pieces: str | None) -> str:
    """Join the parts with newlines, so that no search word matches across two of them."""
    return "\n".join(piece.casefold() for piece in pieces if piece)
