"""Name the states of a song, its delivery, and the reasons for a failure, for the bot's owner."""

from __future__ import annotations

from songbot.songs.models import DeliveryState, FailureReason, State

from .language import Message

STATES = {
    # Translators: The state of a song: it waits in the queue.
    State.QUEUED: Message("queued"),
    # Translators: The state of a song: it is just being sent to Whisul.
    State.SUBMITTING: Message("submitting"),
    # Translators: The state of a song: Whisul is composing it.
    State.COMPOSING: Message("composing"),
    # Translators: The state of a song.
    State.COMPLETED: Message("completed"),
    # Translators: The state of a song, and also a short reason for it: Whisul failed to make it.
    State.FAILED: Message("failed"),
}
DELIVERIES = {
    # Translators: Of a song's delivery.
    DeliveryState.PENDING: Message("pending"),
    # Translators: Of a song.
    DeliveryState.DELIVERED: Message("delivered"),
    # Translators: Of a song.
    DeliveryState.UNDELIVERABLE: Message("undeliverable"),
}
REASONS = {
    # Translators: Short reasons why a song failed. Here, Whisul rejected the prompt.
    FailureReason.REJECTED: Message("rejected"),
    FailureReason.FAILED: Message("failed"),
    # Translators: Why a song failed: contact was lost while it was being sent.
    FailureReason.INTERRUPTED: Message("interrupted"),
    # Translators: Why a song failed: Whisul took too long.
    FailureReason.TIMED_OUT: Message("timed out"),
    # Translators: Why a song failed: Whisul no longer knows it.
    FailureReason.VANISHED: Message("vanished"),
    # Translators: Why a song failed: it came without audio.
    FailureReason.NO_AUDIO: Message("no audio"),
    # Translators: Why a song failed: Whisul rejects the API key.
    FailureReason.UNAUTHORIZED: Message("unauthorized"),
    # Translators: Why a song failed: Whisul could not be reached.
    FailureReason.UNAVAILABLE: Message("unavailable"),
    # Translators: Why there is no song: the person cancelled it.
    FailureReason.CANCELLED: Message("cancelled"),
}
