"""Send GET requests to untrusted URLs, allowing only public hosts, including after redirects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from .ssrf_guard import ForbiddenAddressError, PublicOnlyResolver, is_allowed_ip_literal

MAX_REDIRECTS = 3


class TooManyRedirectsError(ValueError):
    """The URL redirects more than MAX_REDIRECTS times."""


class GuardedSession:
    """An async context manager that owns an aiohttp session.

    `trusted_url` is Whisul's base URL. Its host and port are allowed even if they are private.
    """

    def __init__(self, trusted_url: str | None = None, *, max_connections: int = 16) -> None:
        base = URL(trusted_url) if trusted_url else None
        self._trusted = (base.host, base.port) if base and base.host and base.port else None
        self._max_connections = max_connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=PublicOnlyResolver(self._trusted), limit=self._max_connections
            ),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    @asynccontextmanager
    async def get(
        self, address: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield the final response after any redirects.

        Raise ForbiddenAddressError, TooManyRedirectsError, ValueError if the URL is invalid, or an aiohttp
        error.
        """
        assert self._session is not None, "enter the context manager first"  # noqa: S101
        url = URL(address)
        for _hop in range(MAX_REDIRECTS + 1):
            if url.scheme not in ("http", "https") or not is_allowed_ip_literal(url, self._trusted):
                raise ForbiddenAddressError("its link leads where nothing is fetched from")
            async with self._session.get(url, allow_redirects=False, headers=headers) as response:
                location = response.headers.get("Location")
                if response.status not in (301, 302, 303, 307, 308) or not location:
                    yield response
                    return
            url = url.join(URL(location))
        raise TooManyRedirectsError("too many redirects")
