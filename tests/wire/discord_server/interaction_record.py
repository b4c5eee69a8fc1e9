"""Record one interaction from the press to the last edit, for tests and benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .channels import Channel
from .clock import Changes
from .messages import StoredMessage
from .model import Guild, User

TOKEN_SECONDS = 900
ACKNOWLEDGE_SECONDS = 3

GUILD_INSTALL, USER_INSTALL = "0", "1"
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


@dataclass(eq=False)
class InteractionRecord:
    """An interaction and everything that resulted from it, updated as it happens.

    Attributes:
        dispatched_at: when it was written to the gateway, in seconds of ``time.monotonic()``, which all
            processes of a machine share.
        acknowledged_at: when the callback's request had arrived completely, on the same clock; None before.
        cpu_wait: the seconds in between in which the watched processes waited for a core.
        reached: how many gateway sessions received it.
        ack: the callback's body; None before.
        message: the original reply, with its edits in ``.history``; after a button's update, the message
            with the button.
        followups: further messages sent with its token, in order.
        expires_at: when the token expires, by Discord's clock.
    """

    id: int
    token: str = field(repr=False)
    type: int
    user: User
    channel: Channel
    payload: dict[str, Any] = field(repr=False)
    owners: dict[str, str]
    created_at: float
    expires_at: float
    dispatched_at: float = 0.0
    reached: int = 0
    acknowledged_at: float | None = None
    cpu_wait_at_dispatch: float = field(default=0.0, repr=False)
    cpu_wait: float = 0.0
    ack: dict[str, Any] | None = None
    message: StoredMessage | None = None
    source: StoredMessage | None = None
    followups: list[StoredMessage] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes, repr=False)

    @property
    def guild(self) -> Guild | None:
        return self.channel.guild

    @property
    def guild_id(self) -> int | None:
        return self.guild.id if self.guild else None

    @property
    def user_install_only(self) -> bool:
        """Return whether it came only by user install, in a place where the app is not installed."""
        return GUILD_INSTALL not in self.owners and not self.channel.bot_is_part

    @property
    def ack_type(self) -> int | None:
        """Return the callback's type: 4 reply, 5 defer, 6 defer an update, 7 update, 8 choices, 9 modal."""
        return self.ack["type"] if self.ack else None

    @property
    def ack_seconds(self) -> float:
        """Return the seconds from dispatch to acknowledgement, or infinity if there was none."""
        return float("inf") if self.acknowledged_at is None else self.acknowledged_at - self.dispatched_at

    @property
    def in_time(self) -> bool:
        """Return whether it was acknowledged within three seconds, not counting waits for a busy CPU."""
        return self.ack_seconds - self.cpu_wait <= ACKNOWLEDGE_SECONDS

    @property
    def ephemeral(self) -> bool:
        """Return whether the reply is visible only to this person."""
        return self.message is not None and self.message.ephemeral

    @property
    def messages(self) -> list[StoredMessage]:
        """Return the reply and the followups that the person still sees."""
        return [message for message in self.all_messages if not message.vanished]

    @property
    def all_messages(self) -> list[StoredMessage]:
        """Return all replies and followups, including those that the person's client no longer has."""
        original = [self.message] if self.message else []
        return [message for message in original + self.followups if not message.deleted]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Return the choices of an autocomplete."""
        return self._ack_data().get("choices", []) if self.ack_type == CHOICES else []

    @property
    def modal(self) -> dict[str, Any] | None:
        """Return the modal that it was answered with."""
        return self._ack_data() if self.ack_type == MODAL else None

    def _ack_data(self) -> dict[str, Any]:
        return (self.ack or {}).get("data") or {}

    async def acknowledged(self, timeout: float = ACKNOWLEDGE_SECONDS) -> InteractionRecord:
        """Wait for the callback.

        Raises:
            TimeoutError: it did not come, or took more than ``timeout`` seconds, not counting those in which
                processes waited for a core.
        """
        await self.changes.wait_until(
            lambda: self.ack is not None, timeout, f"the answer to {self.describe()}"
        )
        if (seconds := self.ack_seconds - self.cpu_wait) > timeout:
            raise TimeoutError(f"the answer to {self.describe()} took {seconds:.1f} s, not {timeout}")
        return self

    async def message_matching(
        self, predicate: Callable[[StoredMessage], object] | str, timeout: float = 10
    ) -> StoredMessage:
        """Return the first of its messages, reply or followup, that matches a function or contains a text.

        Raises:
            TimeoutError: none matched in time. The message shows what they said instead.
        """
        test = predicate if callable(predicate) else (lambda message: predicate in message.text)

        def found() -> StoredMessage | None:
            return next((m for m in self.messages if not m.loading and test(m)), None)

        try:
            await self.changes.wait_until(found, timeout)
        except TimeoutError:
            shown = [message.text for message in self.messages]
            what = "that condition" if callable(predicate) else repr(predicate)
            raise TimeoutError(
                f"no message of {self.describe()} with {what} within {timeout} s: {shown}"
            ) from None
        message = found()
        assert message is not None
        return message

    def describe(self) -> str:
        """Return a description for error messages that identifies the interaction."""
        data = self.payload.get("data", {})
        return f"interaction {self.id} ({data.get('name') or data.get('custom_id')}) of {self.user.name}"

    def acknowledge(self, body: dict[str, Any], at: float | None = None) -> None:
        """Record the callback."""
        self.ack = body
        self.acknowledged_at = time.monotonic() if at is None else at
