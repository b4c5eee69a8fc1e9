"""Read single values from the `app_state` table."""

from __future__ import annotations

from sqlalchemy import Connection, ScalarSelect, select

from songbot.storage.schema.tables import app_state


def state_value(key: str) -> ScalarSelect[str]:
    """Return a subquery for the value of `key`, or NULL if there is none."""
    return select(app_state.c.value).where(app_state.c.key == key).scalar_subquery()


def load_state_value(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(state_value(key)))
