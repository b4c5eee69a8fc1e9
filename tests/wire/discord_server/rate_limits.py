"""Limit requests by Discord's own clock: by route, by channel for followups, and globally (docs:
topics/rate-limits). Figures that Discord does not publish say where they were measured.
"""

from __future__ import annotations

import hashlib
import math
from collections import deque
from dataclasses import dataclass, field

from .clock import Clock
from .requests import RecordedRequest

GLOBAL_LIMIT, GLOBAL_SECONDS = 50, 1
INVALID_REQUESTS, INVALID_SECONDS = 10_000, 600
_INVALID_STATUSES = (401, 403, 429)
_INTERACTION_ENDPOINTS = ("/interactions/", "/webhooks/")
FOLLOWUP = "/webhooks/{webhook_id}/{webhook_token}"


@dataclass(frozen=True)
class RouteLimit:
    """A limit of requests per ``seconds``, for each value of the path's ``parameters``."""

    limit: int
    seconds: float
    parameters: tuple[str, ...]


# Measured by many people: 5 in 5 s for posts and edits in a channel; 5 in 2 s per interaction for followups
# (discord-api-docs #2701). Any other route has a high limit of its own.
ROUTE_LIMITS: dict[tuple[str, str], RouteLimit] = {
    ("POST", "/channels/{channel_id}/messages"): RouteLimit(5, 5, ("channel_id",)),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): RouteLimit(5, 5, ("channel_id",)),
    ("POST", FOLLOWUP): RouteLimit(5, 2, ("webhook_token",)),
}
# Followups, including ephemeral ones, also count towards their channel's limit, as a webhook's messages do.
# The headers of successful requests do not show it (discord-api-docs #2701, #3763, #7243).
CHANNEL_FOLLOWUPS = RouteLimit(30, 60, ())
_ANY_ROUTE = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49", "X-RateLimit-Reset-After": "1"}


@dataclass
class Window:
    """Counts requests from the first one on, until it resets."""

    limit: int
    seconds: float
    began: float = -math.inf
    used: int = 0

    def take(self, now: float) -> float:
        """Count a request. Return 0, or the seconds to wait if it is one too many."""
        if now - self.began >= self.seconds:
            self.began, self.used = now, 0
        if self.used >= self.limit:
            return self.began + self.seconds - now
        self.used += 1
        return 0.0


@dataclass(frozen=True)
class RateLimited:
    """A 429. ``scope`` is "user", "shared", "global", or "cloudflare" for a ban (sent as a page)."""

    retry_after: float
    scope: str
    page = "<html><body>You are being rate limited</body></html>"

    def headers(self) -> dict[str, str]:
        """Return the headers of the response, except the route's own."""
        whole = str(max(1, math.ceil(self.retry_after)))
        if self.scope == "cloudflare":
            return {"Retry-After": whole, "Content-Type": "text/html", "Server": "cloudflare"}
        headers = {"Retry-After": whole, "X-RateLimit-Scope": self.scope}
        return headers | ({"X-RateLimit-Global": "true"} if self.scope == "global" else {})

    def body(self) -> dict[str, object]:
        """Return Discord's JSON."""
        what = "The resource is" if self.scope == "shared" else "You are"
        return {
            "message": f"{what} being rate limited.",
            "retry_after": round(self.retry_after, 3),
            "global": self.scope == "global",
        }


@dataclass
class RateLimits:
    """Holds every bucket. ``enabled=False`` allows everything except held routes."""

    clock: Clock
    enabled: bool = True
    global_limit: int = GLOBAL_LIMIT
    routes: dict[tuple[str, str], RouteLimit] = field(default_factory=lambda: dict(ROUTE_LIMITS))
    channel_followups: RouteLimit = CHANNEL_FOLLOWUPS
    _windows: dict[tuple[str, ...], Window] = field(default_factory=dict)
    _held: dict[tuple[str, str], float] = field(default_factory=dict)
    _invalid: deque[float] = field(default_factory=deque)

    def hold(self, method: str, operation: str, seconds: float) -> None:
        """Answer 429 to that route (as Discord's schema writes it) for this many seconds, with the time that
        is left, as GET /gateway/bot does for hours on shared hosts (discord-api-docs #8570).
        """
        self._held[method, operation] = self.clock.time() + seconds

    def check(self, request: RecordedRequest, channel_id: int | None) -> RateLimited | None:
        """Count the request. If it is one too many, return why. ``channel_id`` is that of the interaction."""
        now = self.clock.time()
        if len(self._recent_invalid(now)) >= INVALID_REQUESTS:
            return RateLimited(self._invalid[0] + INVALID_SECONDS - now, "cloudflare")
        held = self._held.get((request.method, request.operation or ""), 0.0) - now
        if held > 0:
            return RateLimited(held, "shared")
        return self._count(request, channel_id, now) if self.enabled else None

    def _count(self, request: RecordedRequest, channel_id: int | None, now: float) -> RateLimited | None:
        """Count the request. Interaction endpoints are exempt from the global limit."""
        if not request.path.startswith(_INTERACTION_ENDPOINTS):
            everything = self._window(("global",), RouteLimit(self.global_limit, GLOBAL_SECONDS, ()))
            if wait := everything.take(now):
                return RateLimited(wait, "global")
        route = self.routes.get((request.method, request.operation or ""))
        if route and (wait := self._window(_key(request, route), route).take(now)):
            return RateLimited(wait, "user")
        if channel_id is not None and request.method == "POST" and request.operation == FOLLOWUP:
            channel = self._window(("followups", str(channel_id)), self.channel_followups)
            if wait := channel.take(now):
                return RateLimited(wait, "shared")
        return None

    def _window(self, key: tuple[str, ...], limit: RouteLimit) -> Window:
        window = self._windows.setdefault(key, Window(limit.limit, limit.seconds))
        window.limit, window.seconds = limit.limit, limit.seconds  # a test may change them meanwhile
        return window

    def headers(self, request: RecordedRequest) -> dict[str, str]:
        """Return the headers that describe the current state of the route's bucket."""
        route = self.routes.get((request.method, request.operation or ""))
        if route is None or not self.enabled:
            return _ANY_ROUTE
        window = self._window(_key(request, route), route)
        reset_after = max(0.0, window.began + window.seconds - self.clock.time())
        bucket = hashlib.sha256(f"{request.method} {request.operation}".encode()).hexdigest()[:32]
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.limit - window.used),
            "X-RateLimit-Reset": f"{self.clock.time() + reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": bucket,
        }

    def answered(self, status: int, scope: str = "") -> None:
        """Count a response that Discord calls invalid: 401, 403 and 429, except with the scope "shared"."""
        if status in _INVALID_STATUSES and scope != "shared":
            self._invalid.append(self.clock.time())

    @property
    def invalid_requests(self) -> int:
        """Return the number of invalid requests in the last ten minutes; 10,000 lead to a ban."""
        return len(self._recent_invalid(self.clock.time()))

    def _recent_invalid(self, now: float) -> deque[float]:
        while self._invalid and now - self._invalid[0] >= INVALID_SECONDS:
            self._invalid.popleft()
        return self._invalid


def _key(request: RecordedRequest, route: RouteLimit) -> tuple[str, ...]:
    counted = (request.params.get(name, "") for name in route.parameters)
    return (request.method, request.operation or "", *counted)
