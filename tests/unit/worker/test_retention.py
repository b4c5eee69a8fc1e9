"""Test how often old data is deleted, and with which age."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

import pytest

from songbot.songs.errors import StoreUnavailable
from songbot.worker.retention import DAY, HOUR, RetentionJob


class Privacy:
    """Deletes 3 songs each time, unless the next of `errors` is raised instead."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked_for: list[int] = []

    async def purge(self, days: int) -> int:
        self.asked_for.append(days)
        if self.errors:
            raise self.errors.pop(0)
        return 3


def job(privacy: Privacy, sleep: Any = asyncio.sleep) -> RetentionJob:
    return RetentionJob(cast("Any", privacy), 90, sleep)


async def test_data_is_cleaned_up_at_once_then_daily_and_after_an_hour_if_the_database_was_away():
    privacy, sleeps = Privacy(StoreUnavailable("away")), list[float]()

    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        if len(sleeps) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await job(privacy, sleep).run()
    assert sleeps == [HOUR, DAY, DAY]
    assert privacy.asked_for == [90, 90, 90]


async def test_the_log_says_how_much_was_deleted_or_why_it_was_not(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "songbot.worker")
    retention = job(Privacy(StoreUnavailable("the disk is full")))
    await retention.clean_up()
    await retention.clean_up()
    assert "the disk is full" in caplog.messages[0]
    assert "3 songs older than 90 days" in caplog.messages[1]
