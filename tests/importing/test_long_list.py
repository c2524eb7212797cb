"""A list that is in memory up to a bound."""

from __future__ import annotations

import pytest

from orderflow.importing.files.long_list import LongList


@pytest.fixture(params=[1, 7, 1_000, 5_000], ids="in_memory_max={}".format)
def numbers(request: pytest.FixtureRequest) -> LongList[int]:
    return LongList(range(3_000), in_memory_max=request.param)


def test_it_is_a_sequence_wherever_its_items_are(numbers: LongList[int]) -> None:
    assert len(numbers) == 3_000
    assert numbers == list(range(3_000)) == list(numbers)
    assert [numbers[index] for index in (0, 199, 2_999, -1, -3_000)] == [0, 199, 2_999, 2_999, 0]
    for part in (slice(0, 200), slice(2_900, 9_000), slice(5, 2_000, 700), slice(-3, None)):
        assert numbers[part] == list(range(3_000))[part]
    assert numbers[3_000:] == []
    with pytest.raises(IndexError):
        numbers[3_000]


def test_it_is_read_as_often_as_one_likes_and_grows(numbers: LongList[int]) -> None:
    assert all(one == other for one, other in zip(numbers, numbers, strict=True))
    numbers.add(3_000)
    assert (numbers[-1], len(numbers)) == (3_000, 3_001)
    assert repr(numbers) == "[0, 1, 2, and 2,998 more]"


def test_it_equals_sequences_of_the_same_items() -> None:
    assert LongList([1, 2], in_memory_max=1) == (1, 2)
    assert LongList[int]() == ()
    assert LongList([1, 2]) != [1, 3]
    assert LongList([1, 2]) != [1]
    assert LongList([1]) != 1
    assert repr(LongList([1])) == "[1]"


class Item:
    """Something that can be counted while it is in memory."""

    alive = 0

    def __init__(self) -> None:
        Item.alive += 1

    def __del__(self) -> None:
        Item.alive -= 1


def test_no_more_items_than_the_bound_stay_in_memory() -> None:
    items = LongList[Item](in_memory_max=100)
    for _ in range(1_000):
        items.add(Item(), size=10)
        assert Item.alive <= 10
    assert len(items) == 1_000
