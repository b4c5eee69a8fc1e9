"""Script faults: make the next responses of a route late, wrong or lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from .clock import Clock

# A 403, 404 or 5xx from the proxy in front of Discord: a page without JSON and without a code (docs:
# topics/opcodes-and-status-codes lists a JSON code for every refusal by Discord itself).
EDGE_HEADERS = {"Server": "cloudflare", "CF-RAY": "8f3c2a1b0d9e7f60-FRA"}
HTML = "<html><head><title>{status}</title></head><body><h1>{status} Error</h1></body></html>"


@dataclass(eq=False)
class Fault:
    """One scripted fault.

    ``hits`` counts the requests it has affected, out of ``times`` (None until it is removed). It ends by
    itself at ``until``, in seconds of Discord's clock.
    """

    method: str | None
    path: re.Pattern[str]
    status: int | None = None
    code: int = 0
    message: str = "scripted fault"
    body: dict[str, Any] | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    delay: float = 0.0
    cut: bool = False
    hang: float = 0.0
    after: bool = False
    skip: int = 0
    until: float | None = None
    hits: int = 0

    def matches(self, method: str, path: str) -> bool:
        return self.method in (None, method) and self.path.search(path) is not None

    @property
    def label(self) -> str:
        """Return what the fault did, for the request's record."""
        what = "cut" if self.cut else f"hung {self.hang} s" if self.hang else str(self.status or "delayed")
        return f"{what} after the effect" if self.after else what

    @property
    def replaces_answer(self) -> bool:
        """Return whether the bot receives something other than the real response."""
        return self.status is not None or self.cut or self.hang > 0

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return the status, headers and body to send instead of the real ones."""
        status = self.status or 500
        if isinstance(self.body, str):
            page = HTML.format(status=status) if self.body == "html" else self.body
            return status, {"Content-Type": "text/html", **self.headers}, page.encode()
        body = self.body or {"message": self.message, "code": self.code}
        return status, {"Content-Type": "application/json", **self.headers}, orjson.dumps(body)


class Faults:
    """The scripted faults. The first one that matches a request is applied to it."""

    def __init__(self, clock: Clock) -> None:
        self.active: list[Fault] = []
        self._clock = clock

    def add(
        self, path: str = "", *, method: str | None = None, seconds: float | None = None, **fault: Any
    ) -> Fault:
        """Script a fault for requests whose path (relative to ``/api/v10``) contains the pattern ``path``.

        Args:
            path: a regular expression that is searched for in the path.
            method: such as "PATCH"; None for any.
            seconds: how long the fault lasts by Discord's clock, for any number of requests.
            fault: ``status`` with ``code``, ``message``, ``headers`` and ``body`` (a dict, a string, or
                "html" for a page like that of a proxy in front of Discord); ``delay`` in seconds before
                anything else; ``cut=True`` drops the connection; ``hang`` sends nothing for this many
                seconds, then drops it; ``after=True`` lets the request take effect and loses only the
                response; ``times`` (1 by default; None for always); ``skip`` lets this many pass first.

        aiohttp retries GET, PUT and DELETE once by itself if a kept-alive connection was dropped, so these
        may need ``times=2``.
        """
        if seconds is not None:
            fault = {"times": None, "until": self._clock.time() + seconds} | fault
        scripted = Fault(method, re.compile(path), **fault)
        self.active.append(scripted)
        return scripted

    def edge(self, path: str = "", *, status: int = 403, **fault: Any) -> Fault:
        """Answer with a page of Discord's proxy (Cloudflare): 403, 404 or 5xx without a code."""
        return self.add(path, status=status, body="html", headers=EDGE_HEADERS, **fault)

    def internal_network_error(self, path: str = "", **fault: Any) -> Fault:
        """Answer 403 with 40333, a code that a proxy sends (docs: topics/opcodes-and-status-codes)."""
        return self.add(path, status=403, code=40333, message="internal network error", **fault)

    def outage(self, seconds: float, *, status: int = 503) -> Fault:
        """Make the REST API answer with the proxy's pages for so many seconds; the gateway stays up."""
        return self.edge(status=status, seconds=seconds)

    def rate_limit(
        self, path: str = "", *, retry_after: float = 1.0, is_global: bool = False, **fault: Any
    ) -> Fault:
        """Answer 429 as Discord does, for one route or for all of them."""
        headers = {
            "Via": "1.1 google",  # discord.py mistakes a 429 without it for a Cloudflare ban and gives up
            "Retry-After": str(max(1, round(retry_after))),
            "X-RateLimit-Scope": "global" if is_global else "user",
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": str(retry_after),
        } | ({"X-RateLimit-Global": "true"} if is_global else {})
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": is_global}
        return self.add(path, status=429, headers=headers, body=body, **fault)

    def take_matching(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request and count it, or return None."""
        now = self._clock.time()
        self.active = [fault for fault in self.active if fault.until is None or now < fault.until]
        for fault in self.active:
            if not fault.matches(method, path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.hits += 1
            if fault.times is not None and fault.hits >= fault.times:
                self.active.remove(fault)
            return fault
        return None

    def remove(self, fault: Fault) -> None:
        if fault in self.active:
            self.active.remove(fault)

    def clear(self) -> None:
        self.active.clear()
