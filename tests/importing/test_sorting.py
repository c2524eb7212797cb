"""Sorting in memory and on disk."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from orderflow.importing.files.sorting import Sorter

if TYPE_CHECKING:
    from collections.abc import Iterable


def first(pair: tuple[int, int]) -> int:
    return pair[0]


def sorter(pairs: Iterable[tuple[int, int]], in_memory_max: int) -> Sorter[tuple[int, int]]:
    made = Sorter(first, in_memory_max=in_memory_max)
    for pair in pairs:
        made.add(pair)
    return made


@pytest.mark.parametrize("in_memory_max", [1, 7, 1_000, 5_000, 100_000])
def test_items_come_in_the_order_of_their_keys_wherever_they_are_kept(in_memory_max: int) -> None:
    draw = Random(5)  # noqa: S311 - no secret
    pairs = [(draw.randrange(300), number) for number in range(3_000)]
    with sorter(pairs, in_memory_max) as made:
        assert list(made) == sorted(pairs, key=first)
        assert list(made) == sorted(pairs, key=first), "it can be read again"


def test_two_readers_do_not_disturb_each_other() -> None:
    pairs = [(number, 0) for number in reversed(range(2_000))]
    with sorter(pairs, 300) as made:
        assert list(zip(made, made, strict=True)) == [(pair, pair) for pair in reversed(pairs)]


class Item:
    """Something that can be counted while it is in memory."""

    alive = 0

    def __init__(self, number: int) -> None:
        self.number = number
        Item.alive += 1

    def __del__(self) -> None:
        Item.alive -= 1


def test_no_more_items_than_the_bound_stay_in_memory() -> None:
    made = Sorter[Item](lambda item: item.number, in_memory_max=100)
    for number in reversed(range(1_000)):
        made.add(Item(number), size=10)
        assert Item.alive <= 10
    assert [item.number for item in made] == list(range(1_000))


def test_a_closed_sorter_is_empty() -> None:
    made = sorter([(2, 0), (1, 0), (3, 0)], 2)
    reading = iter(made)
    next(reading)
    made.close()
    assert list(made) == []
    made.close()
