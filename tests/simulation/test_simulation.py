"""Test that the promises hold while everything goes wrong, and that a seed always gives one story."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest

from . import run
from .people import People
from .run import simulate
from .scenario import NEVER, Scenario, draw

RUNS, AT_ONCE = 300, 25
_TELL = "from tests.simulation.run import simulate; print(simulate({seed}, with_story=True).story)"


@pytest.mark.parametrize("first", range(1, RUNS + 1, AT_ONCE))
def test_every_promise_holds_whatever_goes_wrong(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        verdict = simulate(seed)
        assert verdict.violation is None, f"{verdict.story}\nmake simulate RUNS=1 SEED={seed}"


@pytest.mark.parametrize("seed", [3, 7])
def test_a_seed_tells_the_same_story_in_every_process(seed: int) -> None:
    stories = {_digest_elsewhere(seed, hash_seed) for hash_seed in ("1", "2")}
    here = simulate(seed, with_story=True).story
    assert here.count("\n") > 50
    assert stories == {_digest(here)}


def test_a_run_does_not_end_while_a_late_order_waits_for_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(people: People) -> None:
        people._world.loop.call_later(65.0, people._order_or_press)

    monkeypatch.setattr(run, "draw", _without_trouble)
    monkeypatch.setattr(People, "act", act)
    verdict = simulate(1)
    assert verdict.violation is None, verdict.story
    assert verdict.songs == 1


def _without_trouble(random: Random) -> Scenario:
    calm = replace(draw(random), noise=(0.0, 0.0, 0.0), episodes=(), cancellations=0.0)
    calm = replace(calm, loss=None, automod=NEVER, channel_changes=0)
    return replace(calm, processes=1, shared=False, compose=(20.0, 20.0), odd_jobs=0.0)


def _digest_elsewhere(seed: int, hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", _TELL.format(seed=seed)]
    story = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return _digest(story.stdout.removesuffix("\n"))


def _digest(story: str) -> str:
    return hashlib.sha256(story.encode()).hexdigest()
