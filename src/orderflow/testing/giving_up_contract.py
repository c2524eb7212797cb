"""The contract of the orders that `RunDue` gives up, as tests: a part of `RepositoryContract`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.order import HoldReason
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.service import OrderFlow
from orderflow.testing.differences import require_same
from orderflow.testing.example_shop import MUGS, later, new_order

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.ports import Reading, Repository

__all__ = ["GivingUpContract"]

_HOUR, _MOMENT = timedelta(hours=1), timedelta(microseconds=1)
_POLICY = AllocationPolicy(give_up=GiveUp.NOTIFY, remind_before=_HOUR)
_ORDERS = {
    "b": (0, None),
    "a": (0, None),
    "long": (1, 3 * _HOUR + _MOMENT),
    "short": (2, _HOUR / 2),
    "last": (3, None),
    "held": (4, _HOUR),
    "allocated": (5, _HOUR),
}
"""Each order, with the minute in which it begins to wait, and its own time."""


class GivingUpContract(ABC):
    """Tests of `View.to_give_up` and `View.to_remind`, and of what `RunDue` saves."""

    @abstractmethod
    def make_repository(self) -> Repository:
        """Make an empty repository."""

    @pytest.mark.parametrize(
        ("by", "give_up_after", "order_ids"),
        [
            (later(32) - _MOMENT, None, []),
            (later(32), None, ["short"]),
            (later(181), None, ["short"]),
            (later(181) + _MOMENT, None, ["short", "long"]),
            (later(9_999), None, ["short", "long"]),
            (later(32), 2 * _HOUR, ["short"]),
            (later(120) - _MOMENT, 2 * _HOUR, ["short"]),
            (later(120), 2 * _HOUR, ["short", "a", "b"]),
            (later(9_999), 2 * _HOUR, ["short", "a", "b", "last", "long"]),
        ],
    )
    def test_to_give_up_finds_orders_whose_moment_has_come(
        self, by: datetime, give_up_after: timedelta | None, order_ids: list[str]
    ) -> None:
        """An order's own time counts, or else the given one. Only orders on back order count."""
        repository = _filled(self.make_repository())
        for limit in (None, 0, 1, 2, 3, 9):
            found = partial(_to_give_up, by=by, give_up_after=give_up_after, limit=limit)
            _require(repository, f"to_give_up(…, {limit})", found, order_ids[:limit])

    @pytest.mark.parametrize(
        ("after", "until", "give_up_after", "order_ids"),
        [
            (later(0), later(32) - _MOMENT, None, []),
            (later(0), later(32), None, ["short"]),
            (later(32), later(9_999), None, ["long"]),
            (later(119), later(120), 2 * _HOUR, ["a", "b"]),
            (later(120), later(123), 2 * _HOUR, ["last"]),
            (later(0), later(9_999), 2 * _HOUR, ["short", "a", "b", "last", "long"]),
        ],
    )
    def test_to_remind_finds_orders_whose_moment_comes_soon(
        self,
        after: datetime,
        until: datetime,
        give_up_after: timedelta | None,
        order_ids: list[str],
    ) -> None:
        """The moment is later than `after`, and `until` at the latest."""
        repository = _filled(self.make_repository())
        for limit in (None, 0, 1, 2, 3, 9):
            found = partial(
                _to_remind, after=after, until=until, give_up_after=give_up_after, limit=limit
            )
            _require(repository, f"to_remind(…, {limit})", found, order_ids[:limit])

    def test_orders_are_reminded_of_and_given_up_once(self) -> None:
        """The marks of a wait are saved, and an edit or a new wait removes them."""
        repository = _filled(self.make_repository())
        acme = OrderFlow(repository).seller("acme")
        policy = attrs.evolve(_POLICY, give_up_after=2 * _HOUR)
        acme.change_policy(policy, at=later(10))
        for minute, reminded, given_up in (
            (20, ["short"], []),
            (32, [], ["short"]),
            (60, ["a", "b"], []),
            (62, [], []),
            (121, ["last"], ["a", "b"]),
            (200, [], ["last", "long"]),
            (900, [], []),
        ):
            outcome = acme.run_due(at=later(minute))
            marks = [(each.order_id, each.wait) for each in outcome.orders if each.wait]
            found = (
                sorted(order_id for order_id, wait in marks if not wait.given_up),
                sorted(order_id for order_id, wait in marks if wait.given_up),
            )
            require_same(f"reminded, given up at {minute}", found, (reminded, given_up))
            for order in outcome.orders:
                require_same("the order", acme.order(order.order_id), order)


def _filled(repository: Repository) -> Repository:
    """Place the orders, and some of another seller under the same ids."""
    for seller_id in ("acme", "zenith"):
        flow = OrderFlow(repository)
        seller = flow.seller(seller_id)
        seller.change_policy(_POLICY, at=later(0))
        for order_id, (minute, own) in _ORDERS.items():
            if order_id == "allocated":
                seller.book_in(attrs.evolve(MUGS, seller_id=seller_id, sku="BOWL"), 1, at=later(0))
            sku = "BOWL" if order_id == "allocated" else "MUG"
            order = new_order(order_id, minute, (sku, 1), seller_id=seller_id, give_up_after=own)
            seller.place(order, at=later(minute))
        seller.hold("held", HoldReason.OTHER, at=later(5))
        if seller_id == "zenith":
            seller.cancel("short", at=later(5))
    return repository


def _to_give_up(
    reading: Reading, by: datetime, give_up_after: timedelta | None, limit: int | None
) -> list[str]:
    return sorted(each.order_id for each in reading.to_give_up(by, give_up_after, limit))


def _to_remind(
    reading: Reading,
    after: datetime,
    until: datetime,
    give_up_after: timedelta | None,
    limit: int | None,
) -> list[str]:
    found = reading.to_remind(after, until, give_up_after, limit)
    return sorted(each.order_id for each in found)


def _require(
    repository: Repository, name: str, read: Callable[[Reading], list[str]], order_ids: list[str]
) -> None:
    for found in (repository.read("acme", read), repository.write("acme", read)):
        require_same(name, found, sorted(order_ids))
