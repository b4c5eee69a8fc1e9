"""Test the sandbox's Whisul against its OpenAPI document: every response is described there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from sandbox.whisul import WhisulServer
from tests.support.hang_guard import HANG_GUARD

pytestmark = pytest.mark.slow
DOCUMENT = Path(__file__).parents[2] / "sandbox" / "whisul.openapi.yaml"
KEY = "a-key-for-tests"
SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
schema = schemathesis.openapi.from_path(DOCUMENT)


@pytest.fixture(scope="module")
def whisul() -> Iterator[WhisulServer]:
    """Run a live server on an event loop in another thread, since schemathesis is not asynchronous."""
    listening: list[WhisulServer] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        async with WhisulServer(api_key=KEY, compose_seconds=(0, 0.05), small_audio=True) as server:
            listening.append(server)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="whisul")
    thread.start()
    try:
        assert ready.wait(HANG_GUARD)
        yield listening[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(HANG_GUARD)
        loop.close()


@schema.parametrize()
@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=SLOW_IS_FINE,
)
def test_every_answer_is_one_that_the_document_describes(
    case: schemathesis.Case, whisul: WhisulServer
) -> None:
    case.call_and_validate(base_url=whisul.base_url, headers={"Authorization": f"Bearer {KEY}"})


def test_orders_can_be_followed_to_their_jobs(whisul: WhisulServer) -> None:
    machine = schema.as_state_machine()

    class OrderMachine(machine):
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, object]:
            return {"base_url": whisul.base_url, "headers": {"Authorization": f"Bearer {KEY}"}}

    before = whisul.requests["GET", "job", 200]
    OrderMachine.run(
        settings=settings(
            max_examples=40,
            stateful_step_count=4,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=SLOW_IS_FINE,
        )
    )
    assert whisul.requests["GET", "job", 200] > before
