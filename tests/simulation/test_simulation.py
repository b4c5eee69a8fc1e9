"""Test that the promises hold while everything goes wrong, and that a seed always gives one story."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from .run import simulate

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


def _digest_elsewhere(seed: int, hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", _TELL.format(seed=seed)]
    story = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return _digest(story.stdout.removesuffix("\n"))


def _digest(story: str) -> str:
    return hashlib.sha256(story.encode()).hexdigest()
