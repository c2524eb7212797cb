"""Repositories that erase too little or too much are noticed by the contract every time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.conformance.faults import is_noticed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orderflow import Order
    from tests.conformance.faults import Fault

NOWHERE = "test_erased_data_is_nowhere"
TO_ERASE = "test_to_erase_finds_orders_that_ended_before"
REPLACED_BY = "test_replaced_by_finds_orders_in_place_of_another"


def nothing(_work: object, _sound: Fault, _order_ids: object) -> None:
    """Erase nothing."""


def the_first(_work: object, sound: Fault, order_ids: Sequence[str]) -> None:
    sound(order_ids[:1])


def another_too(_work: object, sound: Fault, order_ids: Sequence[str]) -> None:
    sound((*order_ids, "B"))


def a_moment_later(
    _work: object, sound: Fault, before: datetime, **named: object
) -> Sequence[Order]:
    found: Sequence[Order] = sound(before + timedelta(microseconds=1), **named)
    return found


def without(name: str) -> Fault:
    """Return a fault of a read, which is not given an argument."""

    def read(_work: object, sound: Fault, *given: object, **named: object) -> Sequence[Order]:
        named.pop(name, None)
        found: Sequence[Order] = sound(*given, **named)
        return found

    return read


def backwards(_work: object, sound: Fault, *given: object, **named: object) -> Sequence[Order]:
    return list(reversed(sound(*given, **named)))


FAULTS: dict[str, tuple[str, dict[str, Fault]]] = {
    "nothing is erased": (NOWHERE, {"erase": nothing}),
    "only the first order is erased": (NOWHERE, {"erase": the_first}),
    "another order is erased too": (NOWHERE, {"erase": another_too}),
    "to_erase is a moment late": (TO_ERASE, {"to_erase": a_moment_later}),
    "to_erase begins with the first": (TO_ERASE, {"to_erase": without("after")}),
    "to_erase has no limit": (TO_ERASE, {"to_erase": without("limit")}),
    "to_erase is backwards": (TO_ERASE, {"to_erase": backwards}),
    "replaced_by is backwards": (REPLACED_BY, {"replaced_by": backwards}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_contract_notices_an_erasure_with_a_fault(name: str) -> None:
    test, faults = FAULTS[name]
    assert is_noticed((test,), faults)
    assert not is_noticed((test,), {})
