from __future__ import annotations

from typing import Any, cast

import aiohttp
import pytest
from discord.http import HTTPClient, Route

from songbot.interactions.unreadable import answer_unreadable
from songbot.wording import general
from songbot.wording.language import ENGLISH


class Http:
    """Record what is sent, and fail with `error` if there is one."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._error = error

    async def request(self, route: Route, *, json: dict[str, Any]) -> None:
        self.sent.append((route.url, json))
        if self._error is not None:
            raise self._error


async def answer(http: Http, data: Any) -> None:
    await answer_unreadable(cast("HTTPClient", http), data)


@pytest.mark.parametrize("kind", [2, 3, 5, 99, None])
async def test_the_person_is_told_privately_whatever_the_interaction_was(kind: int | None) -> None:
    http = Http()
    await answer(http, {"id": "1", "token": "t/t", "type": kind})
    ((url, body),) = http.sent
    assert url.endswith("/interactions/1/t%2Ft/callback")
    assert body == {"type": 4, "data": {"content": general.UNREADABLE(ENGLISH), "flags": 64}}


async def test_autocomplete_gets_no_choices() -> None:
    http = Http()
    await answer(http, {"id": "1", "token": "t", "type": 4})
    assert http.sent[0][1] == {"type": 8, "data": {"choices": []}}


@pytest.mark.parametrize("data", [None, [], {}, {"id": "1"}, {"token": "t"}, {"id": "1", "token": None}])
async def test_without_id_and_token_nothing_is_sent(data: Any) -> None:
    http = Http()
    await answer(http, data)
    assert http.sent == []


async def test_what_discord_refuses_is_logged_without_the_token(caplog: pytest.LogCaptureFixture) -> None:
    await answer(Http(aiohttp.ClientError("secret-token")), {"id": "1", "token": "secret-token", "type": 2})
    assert "was not answered: ClientError" in caplog.text
    assert "secret-token" not in caplog.text
