"""Rule 9, between processes: no order of hashes has a say."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings

from orderflow.testing.strategies import histories
from tests.properties.runs import SCOPE

if TYPE_CHECKING:
    from orderflow.testing.strategies import CommandHistory

SEEDS = ("0", "1", "random")


@pytest.fixture(scope="module")
def pickled() -> bytes:
    collected: list[CommandHistory] = []

    @settings(max_examples=40, derandomize=True, database=None, phases=[Phase.generate])
    @given(history=histories(SCOPE, length_max=40))
    def draw(history: CommandHistory) -> None:
        collected.append(history)

    draw()
    return pickle.dumps(collected)


def told(pickled: bytes, seed: str, *arguments: str) -> bytes:
    """Let another process, with hashes of its own, print the results of the histories."""
    run = subprocess.run(  # noqa: S603 - a module of this repository
        [sys.executable, "-m", "tests.properties.notices", *arguments],
        check=True,
        capture_output=True,
        input=pickled,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    return run.stdout


def test_every_process_tells_the_same_whatever_its_hashes(pickled: bytes) -> None:
    first, *others = (told(pickled, seed) for seed in SEEDS)
    assert len(first) > 10_000
    assert [other == first for other in others] == [True, True]


def test_an_order_of_hashes_would_be_noticed(pickled: bytes) -> None:
    assert told(pickled, "0", "--fault") != told(pickled, "1", "--fault")
