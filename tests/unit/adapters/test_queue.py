"""`SortedQueue` is a sorted list, only faster where it is long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.adapters.memory import queue
from orderflow.adapters.memory.queue import SortedQueue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from orderflow.domain.model.policy import QueuePosition

ENTRIES = st.dictionaries(
    st.tuples(st.integers(0, 60), st.integers(0, 60)), st.integers(0, 5), max_size=60
)


@pytest.fixture(autouse=True, params=[2, 3, 1_000])
def _chunk_length(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "_CHUNK_LENGTH_MAX", request.param)
        yield


def filled(*entries: tuple[QueuePosition, int]) -> SortedQueue:
    sorted_queue = SortedQueue()
    for place, units in entries:
        sorted_queue.add(place, units)
    return sorted_queue


def served(entries: list[tuple[QueuePosition, int]], units: int) -> list[QueuePosition]:
    """Walk through a plain list: whoever needs no more than is left takes one unit."""
    found = []
    for place, needed in sorted(entries):
        if needed <= units:
            found.append(place)
            units -= 1
            if units <= 0:
                break
    return found


def test_an_empty_queue_is_false_and_has_no_head() -> None:
    assert not SortedQueue()
    assert list(SortedQueue()) == []


@pytest.mark.parametrize("length", [1, 2, 5, 50])
def test_places_come_out_sorted_whichever_way_they_went_in(length: int) -> None:
    entries: list[tuple[QueuePosition, int]] = [((at * 7 % length, at), 0) for at in range(length)]
    expected = sorted(place for place, _ in entries)
    assert list(filled(*entries)) == list(filled(*entries[::-1])) == expected


def test_a_queue_is_empty_when_all_have_left() -> None:
    places: list[QueuePosition] = [(number,) for number in range(20)]
    left = filled(*((place, 1) for place in places))
    for place in places:
        assert left
        left.remove(place)
    assert not left


def test_the_head_is_read_without_the_rest() -> None:
    assert next(iter(filled(((3,), 0), ((1,), 0), ((2,), 0)))) == (1,)


def test_places_that_need_more_than_there_is_are_left_out() -> None:
    waiting = filled(((1,), 3), ((2,), 1), ((3,), 2), ((4,), 9))
    assert list(waiting.needing(lambda: 2)) == [(2,), (3,)]


def test_nothing_is_read_beyond_the_last_unit() -> None:
    left = iter([2, 1, 0])
    assert list(filled(*(((at,), 1) for at in range(9))).needing(lambda: next(left))) == [
        (0,),
        (1,),
    ]


@given(ENTRIES, st.randoms(use_true_random=False), st.integers(1, 6))
def run_against_a_list(entries: dict[QueuePosition, int], random: Random, units: int) -> None:
    """Add and remove at random; the queue and a sorted list agree all the time."""
    model: dict[QueuePosition, int] = {}
    sorted_queue = SortedQueue()
    for place, needed in entries.items():
        if model and random.random() < 0.4:
            leaving = random.choice(sorted(model))
            del model[leaving]
            sorted_queue.remove(leaving)
        model[place] = needed
        sorted_queue.add(place, needed)
        assert list(sorted_queue) == sorted(model)
        assert bool(sorted_queue) == bool(model)
        left = iter(range(units, -1, -1))
        found = list(sorted_queue.needing(lambda: next(left)))  # noqa: B023 - used up here
        assert found == served(list(model.items()), units)


def test_it_is_a_sorted_list() -> None:
    run_against_a_list()
