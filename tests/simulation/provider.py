"""Simulate a process's connection to Whisul, with responses translated to their meaning for a song."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from songbot.songs.provider import JobReport
from songbot.songs.provider_errors import (
    AuthenticationFailed,
    InvalidResponse,
    JobNotCreated,
    OutcomeUnknown,
    PromptRejected,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
)

from .network import Link, NoAnswer, Refused, Trouble
from .whisul import TIMEOUT, Post, WhisulServer, order_key_of


class SimulatedProvider:
    """A SongProvider. `on_submit` and `on_poll` are called for each request at the moment it is sent."""

    def __init__(
        self,
        server: WhisulServer,
        process: int,
        link: Link,
        on_submit: Callable[[Post], None],
        on_post: Callable[[Post], None],
        on_poll: Callable[[int, str], None],
    ) -> None:
        self._server, self._process, self._link = server, process, link
        self._on_submit, self._on_post, self._on_poll = on_submit, on_post, on_poll

    async def submit(self, prompt: str) -> str:
        key, link = order_key_of(prompt), self._link
        post = Post(key, self._process, link.loop.now)
        trouble, nothing_gets_there = link.next_trouble(), bool(link.cut or link.away)
        self._on_submit(post)

        def effect() -> str:
            self._on_post(post)
            return self._server.post(post, link.loop.now)

        try:
            if trouble is Trouble.ERROR:
                return await link.request(lambda: _submit_error(link.random, effect), None, TIMEOUT)
            job_id = await link.request(effect, trouble, TIMEOUT)
        except Refused:
            post.known_none = True
            raise ProviderUnavailable from None
        except NoAnswer:
            # Without a connection, nothing can have been sent.
            post.known_none = nothing_gets_there
            raise (ProviderUnavailable if nothing_gets_there else OutcomeUnknown) from None
        except (JobNotCreated, PromptRejected, AuthenticationFailed, UnexpectedResponse) as error:
            post.known_none = True
            if isinstance(error, UnexpectedResponse):
                self._server.refused.add(key)
            raise
        post.told = True
        return job_id

    async def poll(self, job_id: str) -> JobReport:
        link = self._link
        trouble = link.next_trouble()
        self._on_poll(self._process, job_id)

        def effect() -> JobReport:
            return self._server.poll(job_id, link.loop.now)

        try:
            if trouble is Trouble.ERROR:
                return await link.request(lambda: _poll_error(link.random), None, TIMEOUT)
            return await link.request(effect, trouble, TIMEOUT)
        except (Refused, NoAnswer):
            raise ProviderUnavailable from None


def _submit_error(random: Random, effect: Callable[[], str]) -> str:
    """Return an error. A status of 500 may come with or without a job; the others make none."""
    error = random.choice([OutcomeUnknown(), OutcomeUnknown(), RateLimited(), UnexpectedResponse()])
    if isinstance(error, OutcomeUnknown) and random.random() < 0.5:
        effect()
    raise error


def _poll_error(random: Random) -> JobReport:
    errors: list[ProviderError] = [ProviderUnavailable(), InvalidResponse(), RateLimited(retry_after=5.0)]
    raise random.choice(errors)
