"""Error reports to Sentry, where the operator wants them: without prompts, tokens or persons."""

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
    """Report errors to the project of `dsn` under the version `release`; False, doing nothing, without one.

    `redact` takes secrets out of every text. `transport` takes the reports in place of the network.
    """
    if not dsn:
        return False
    # Imported here alone: it is large, and few have a DSN.
    import sentry_sdk

    def before_send(event: Event, _: dict[str, Any]) -> Event:
        return scrub(event, redact)

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        # Nothing of persons: the default, and `send_default_pii`, which once said so, is deprecated.
        auto_enabling_integrations=False,
        # Local variables and the trail of log lines and requests hold prompts and tokens.
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=before_send,
        transport=transport,
    )
    return True


def scrub(value: Any, redact: Callable[[str], str]) -> Any:
    """The same structure without what is private by its name, every text redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        private = {key for key in value if any(word in str(key).lower() for word in _PRIVATE)}
        return {key: REMOVED if key in private else scrub(item, redact) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(item, redact) for item in value]
    return value
