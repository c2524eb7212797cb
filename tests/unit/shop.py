"""A small shop that checks itself: after every command, all that always holds is held to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any, TypedDict

import attrs

from orderflow import MemoryRepository, Order, OrderFlow, OrderLine, Outcome, Seller, StockKey
from orderflow.commands import RunDue
from orderflow.core import State, decide, evolve
from orderflow.errors import ReallocationRefusedError, RefusedError
from orderflow.invariants import (
    foreign_violations,
    history_violations,
    not_given_up,
    violations,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow import AllocationPolicy
    from orderflow.commands import Command
    from orderflow.events import Event

ACME = "acme"
LEEDS = "leeds"
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


class About(TypedDict):
    """What every command about an order needs."""

    at: datetime
    seller_id: str
    order_id: str


def about(order_id: str = "A", at: datetime = NOON) -> About:
    return {"at": at, "seller_id": ACME, "order_id": order_id}


def later(minutes: int) -> datetime:
    """Return a moment some minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def key(sku: str = "MUG", seller_id: str = ACME, warehouse_id: str = LEEDS) -> StockKey:
    return StockKey(seller_id, warehouse_id, sku)


def lines(*wanted: tuple[str, int]) -> tuple[OrderLine, ...]:
    """Number the wanted products as lines, from "1" on."""
    return tuple(
        OrderLine(str(number), sku, quantity) for number, (sku, quantity) in enumerate(wanted, 1)
    )


def order(order_id: str, *wanted: tuple[str, int], **fields: Any) -> Order:  # noqa: ANN401
    """Make an order of the shop that has just come in, for a mug unless told otherwise."""
    return Order(
        **{
            "order_id": order_id,
            "seller_id": ACME,
            "warehouse_id": LEEDS,
            "lines": lines(*(wanted or [("MUG", 1)])),
            "placed_at": NOON,
            **fields,
        }
    )


def fold(events: Iterable[Event], state: State) -> State:
    return reduce(evolve, events, state)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def wait(self, minutes: int = 1) -> datetime:
        self.moment += timedelta(minutes=minutes)
        return self.moment


class CheckedFlow(OrderFlow):
    """Carries out each command twice, in the repository and on a plain `State`, and compares.

    Whatever was done, the invariants must hold of the result; whatever was refused, nothing may
    have changed; what other sellers have may not have changed either way.
    """

    def __init__(
        self,
        policy: AllocationPolicy | None = None,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.memory = MemoryRepository()
        self.moments = clock or Clock()
        self.states: dict[str, State] = {}
        super().__init__(
            self.memory,
            default_policy=policy,
            clock=self.moments,
        )

    def handle(self, command: Command) -> Outcome:
        seller_id = command.seller_id
        before = {each: self.stored(each) for each in {*self.states, seller_id}}
        repeated = self._was_answered(command)
        try:
            outcome = super().handle(command)
        except RefusedError as error:
            _check_refusal(error)
            raise
        else:
            if not repeated:
                self._check(command, before.pop(seller_id), outcome)
            return outcome
        finally:
            assert {each: self.stored(each) for each in before} == before, "it changed something"

    def state(self, seller_id: str = ACME) -> State:
        """Return what the events so far lead to."""
        return self.states.get(seller_id, State(seller_id))

    def stored(self, seller_id: str = ACME) -> State:
        """Return what the repository holds."""
        with self.memory.unit_of_work(seller_id) as work:
            known = [work.receipt(receipt_id) for receipt_id in self.state(seller_id).receipts]
            receipts = [receipt for receipt in known if receipt is not None]
            return State.of(
                seller_id,
                work.orders(),
                work.all_stock(),
                receipts,
                work.policy,
                back_order_limits=work.back_order_limits,
            )

    def _was_answered(self, command: Command) -> bool:
        with self.memory.unit_of_work(command.seller_id) as work:
            return command.command_id is not None and bool(work.answered(command.command_id))

    def _check(self, command: Command, before: State, outcome: Outcome) -> None:
        seller_id = command.seller_id
        default = self.default_policy
        # A repository may leave out orders that it knows cannot be served; a state looks at them.
        expected = decide(command, self.state(seller_id), default)
        assert attrs.evolve(expected, queue_index=outcome.queue_index) == outcome
        self.states[seller_id] = self.state(seller_id).after(outcome)
        assert fold(outcome.events, before) == self.states[seller_id]
        stored = self.stored(seller_id)
        orders, stock = stored.orders.values(), stored.records.values()
        assert violations(orders, stock, self.seller(seller_id).policy(), command.at) == []
        if isinstance(command, RunDue):
            policy = self.seller(seller_id).policy()
            assert not_given_up(orders, policy, command.at) == []
        assert history_violations(before, outcome.events, default, stored) == []
        assert foreign_violations(seller_id, orders=outcome.orders, stock=outcome.stock) == []
        with self.memory.unit_of_work(seller_id) as work:
            told = work.events()[-len(outcome.events) :] if outcome.events else ()
        assert tuple(told) == outcome.events


def _check_refusal(error: RefusedError) -> None:
    """A refusal names what it is about. That of a reallocation may be about no single order."""
    assert "None" not in str(error)
    assert (
        isinstance(error, ReallocationRefusedError) or vars(error).get("order_id", "") is not None
    )


class Shop(Seller):
    """The shop of one seller, in short words. Time goes on by a minute with every order."""

    def __init__(self, policy: AllocationPolicy | None = None) -> None:
        self.flow = CheckedFlow(policy)
        self.clock, self.repository = self.flow.moments, self.flow.memory
        self.state, self.stored = self.flow.state, self.flow.stored
        super().__init__(self.flow, ACME)

    def take(
        self,
        order_id: str,
        *wanted: tuple[str, int],
        allocate: bool = True,
        **fields: Any,  # noqa: ANN401
    ) -> Outcome:
        """Take an order in that was placed just now."""
        now = self.clock.wait()
        return self.place(
            order(order_id, *wanted, **{"placed_at": now, **fields}), allocate=allocate
        )

    def receive(self, sku: str, units: int) -> Outcome:
        """Book units in, without a notice."""
        return self.book_in(key(sku), units)

    def status(self, order_id: str) -> str:
        return str(self.order(order_id).status)

    def held(self, order_id: str) -> tuple[int, ...]:
        """Return the allocated units of each line of an order."""
        return tuple(line.allocated for line in self.order(order_id).lines)

    def shelf(self, sku: str = "MUG") -> tuple[int, int]:
        """Return on hand and allocated units of a product."""
        stock = self.state().records["leeds", sku]
        return stock.on_hand, stock.allocated


def shop_with(policy: AllocationPolicy | None = None, /, **units: int) -> Shop:
    """Open a shop with these units of each product on hand."""
    shop = Shop(policy)
    for sku, on_hand in units.items():
        shop.count(key(sku), on_hand)
    return shop


def kinds(outcome: Outcome) -> list[str]:
    """Name the events of an outcome."""
    return [type(event).__name__ for event in outcome.events]
