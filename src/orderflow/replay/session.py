"""The session through which a replay runs its commands, and those who observe it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from orderflow.domain.model.commands import CountStock, RunDue
from orderflow.domain.model.stock import StockKey
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.replay.account import OPENING
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.ports import Reading, Repository
    from orderflow.replay.replenishment import Replenishment

__all__ = ["SELLER", "WAREHOUSE", "Observer", "ReplaySession"]

_Answer = TypeVar("_Answer")

SELLER = "seller"
"""The seller of every history: a file belongs to one seller."""

WAREHOUSE = "warehouse"
"""The warehouse of every history: all orders leave from one."""


class Observer(Protocol):
    """Receives every command and its outcome."""

    def observe(self, command: Command, outcome: Outcome) -> None:
        """Record the outcome of a command."""
        ...


class ReplaySession:
    """Runs commands, and passes each outcome to the observers.

    Args:
        policy: Who gets the stock.
        replenishment: What is ordered from suppliers.
        repository: Where orders and stock are stored.

    Attributes:
        flow: The service that runs the commands.
        policy: Who gets the stock.
        replenishment: What is ordered from suppliers.
    """

    def __init__(
        self, policy: AllocationPolicy, replenishment: Replenishment, repository: Repository
    ) -> None:
        self.policy = policy
        self.replenishment = replenishment
        self._repository = repository
        # Observers get the first outcome of a command, so it must have all changes.
        self.flow = OrderFlow(repository, default_policy=policy, orders_max=UNITS_MAX)
        self._observers: list[Observer] = []
        self._keys: dict[str, StockKey] = {}

    def add_observers(self, *observers: Observer) -> None:
        """Pass every command to these observers from now on."""
        self._observers.extend(observers)

    def handle(self, command: Command) -> Outcome:
        """Run a command."""
        outcome = self.flow.handle(command)
        for observer in self._observers:
            observer.observe(command, outcome)
        return outcome

    def run_due(self, at: datetime) -> None:
        """Run what time brings about, so that the next command finds nothing of it to do."""
        if self.policy.give_up_after is not None or self.policy.allocation_horizon is not None:
            self.handle(RunDue(seller_id=SELLER, at=at))

    def read(self, answer: Callable[[Reading], _Answer]) -> _Answer:
        """Return what a function answers about the state."""
        return self._repository.read(SELLER, answer)

    def key(self, sku: str) -> StockKey:
        """Return the stock key of a product."""
        key = self._keys.get(sku)
        if key is None:
            key = self._keys[sku] = StockKey(SELLER, WAREHOUSE, sku)
        return key

    def order(self, order_id: str) -> Order:
        """Return an order."""
        return self.flow.seller(SELLER).order(order_id)

    def with_parts(self, order_id: str) -> tuple[Order, ...]:
        """Return an order and those that were split off from it; nothing if there is none."""

        def with_parts(reading: Reading) -> tuple[Order, ...]:
            order = reading.order(order_id)
            return () if order is None else (order, *reading.split_off(order_id))

        return self.read(with_parts)

    def on_hand(self, sku: str) -> int:
        """Return the units on hand of a product."""
        stock = self.read(lambda reading: reading.stock(WAREHOUSE, (sku,)))
        return sum(record.on_hand for record in stock)

    @property
    def products(self) -> int:
        """The number of products seen so far."""
        return len(self._keys)

    def knows(self, sku: str) -> bool:
        """Whether the product has been seen."""
        return sku in self._keys

    def count_opening_stock(self, sku: str, units: int, at: datetime) -> None:
        """Count the opening stock of a new product."""
        key = self.key(sku)
        self.handle(CountStock(key=key, counted=units, note=OPENING, at=at))
        self.replenishment.add_product(key, units, at)
