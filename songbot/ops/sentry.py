"""Report errors to Sentry if the operator enables it, without prompts, tokens or personal data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentry_sdk.transport import Transport
    from sentry_sdk.types import Event

_PRIVATE = ("prompt", "token", "authorization", "password", "secret", "api_key", "cookie", "vars")
REMOVED = "[removed]"


def start_sentry(
    dsn: str | None,
    release: str,
    redact: Callable[[str], str],
    *,
    transport: Transport | None = None,
) -> bool:
    """Report errors of version `release` to the project of `dsn`. Return False if there is no DSN.

    `redact` removes secrets from every text. `transport` replaces the network in tests.
    """
    if not dsn:
        return False
    # Imported only here, because it is large and few operators have a DSN.
    import sentry_sdk

    def before_send(event: Event, _: dict[str, Any]) -> Event:
        return scrub(event, redact)

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        # Sentry sends no personal data by default; `send_default_pii` is deprecated.
        auto_enabling_integrations=False,
        # Local variables and breadcrumbs (log lines, requests) hold prompts and tokens.
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=before_send,
        transport=transport,
    )
    return True


def scrub(value: Any, redact: Callable[[str], str]) -> Any:
    """Return the same structure with the values of private keys removed, and all text redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        private = {key for key in value if any(word in str(key).lower() for word in _PRIVATE)}
        return {key: REMOVED if key in private else scrub(item, redact) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(item, redact) for item in value]
    return value
