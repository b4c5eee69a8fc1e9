"""Run SimCord in real time. It is made for tests, in which time moves only when a test advances it.

This module overrides private parts of SimCord, so it depends on the pinned version.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextvars import Context
from datetime import UTC, datetime, timedelta
from time import monotonic  # kept before SimCord replaces it in the module
from typing import Any

import simcord
from simcord._clock import Clock
from simcord.preview import Preview, _markdown
from simcord.preview._dependencies import _DependencyRead
from simcord.preview._markdown import _FIELD_POLICIES

LOOK_EVERY = 0.25


class WallClock(Clock):
    """A simulated clock that shows the machine's time. Its seconds are `time.monotonic()`, which SimCord
    replaces in the bot with this clock, so that measurements inside and outside the bot agree."""

    def __init__(self) -> None:
        self._epoch = datetime.now(UTC) - timedelta(seconds=monotonic())

    @property
    def elapsed(self) -> float:  # pyright: ignore[reportIncompatibleVariableOverride]
        return monotonic()

    def advance(self, seconds: float) -> None:
        """Do nothing, since real time passes by itself."""


class LiveEnv(simcord.Env):
    """A simulated Discord in which the bot's timers fire in real time. Unfinished work is not an error."""

    def __init__(self, bot: Any) -> None:
        super().__init__(bot, check_errors=False, settle_timeout=0.5)
        self.backend.clock = WallClock()

    def _schedule_timer(
        self,
        record: Any,
        callback: Any,  # noqa: ARG002
        args: Any,  # noqa: ARG002
        schedule_context: Context | None,
    ) -> None:
        # Without a `real_handle`, SimCord considers a sleeping task settled, even if the sleep is short.
        def fire() -> None:
            waiting = any(record is other for other in self._work.callbacks)
            if waiting and record.handle is not None and not record.handle.cancelled():
                record.handle._run()

        if self._runtime is not None:
            self._runtime.call_at(record.when, fire, context=schedule_context)

    async def _settle_internal(self, **how: Any) -> None:
        """Ignore the timeout: unfinished songs never settle, and a press on the page must not fail because
        of them."""
        try:
            await super()._settle_internal(**how)
        except TimeoutError:
            return


def draw_embeds_as_discord() -> None:
    """Render what Discord's clients render in embed descriptions and fields, but SimCord does not.

    That is mentions, commands and subtext. In addition, a quote ends at the end of its line, and a command's
    mention is shown to everyone, including those who can't use the command.
    """
    for part in ("embed_description", "embed_field_value"):
        _FIELD_POLICIES[part].update(mentions=True, commands=True, subtext=True)
    expand_quotes = _markdown._discord_multiline_quotes
    _markdown._discord_multiline_quotes = lambda text: end_quotes(expand_quotes(text))
    is_visible = _DependencyRead.entity

    def entity(self: _DependencyRead, kind: str, identity: Any) -> bool:
        return kind == "command" or is_visible(self, kind, identity)

    _DependencyRead.entity = entity


def end_quotes(text: str) -> str:
    """Insert an empty line after each quoted line that is followed by an unquoted one."""
    return re.sub(r"^(> .*)\n(?!> |\n|$)", r"\1\n\n", text, flags=re.MULTILINE)


async def keep_fresh(env: LiveEnv, preview: Preview) -> None:
    """Show on the page what happens without user input, until cancelled.

    Actions from a page with an outdated state are rejected. The state is therefore published only after the
    bot did something, and `accept_late_actions` handles the rest.
    """
    shown_length = -1
    while True:
        preview._advance_presentation_time()
        if preview._active_action is None and shown_length != (shown_length := len(env.backend.transcript)):
            for page in tuple(preview._pages.values()):
                preview._publish(page, reason="refresh")
        await asyncio.sleep(LOOK_EVERY)


def accept_late_actions(preview: Preview) -> None:
    """Accept an action from a page that is slightly out of date, since its controls are checked again."""
    act = preview._action

    async def act_on_newest(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        page = preview._pages.get(context_id or "")
        if page is not None and isinstance(body, dict) and "published_revision" in body:
            body = {**body, "published_revision": page.revision}
        return await act(context_id, body)

    preview._action = act_on_newest
