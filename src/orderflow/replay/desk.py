"""Where all commands of a replay go through, and everyone looks on who counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from orderflow.domain.model.commands import CountStock
from orderflow.domain.model.stock import StockKey
from orderflow.replay.account import OPENING
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.ports import Repository
    from orderflow.replay.replenishment import Supply

__all__ = ["SELLER", "WAREHOUSE", "Desk", "Onlooker"]

SELLER = "seller"
"""A history is that of one seller."""

WAREHOUSE = "warehouse"
"""All of it leaves from one warehouse."""


class Onlooker(Protocol):
    """Sees every command that was carried out."""

    def see(self, command: Command, outcome: Outcome) -> None:
        """Take note of what a command came to."""
        ...


class Desk:
    """Carries out commands, and shows everyone what they came to.

    Args:
        policy: As below.
        supply: As below.
        repository: Where the orders and the stock are kept.

    Attributes:
        flow: The library that is at work.
        policy: Who gets the stock.
        supply: The positions that the replenishment goes by.
    """

    def __init__(self, policy: AllocationPolicy, supply: Supply, repository: Repository) -> None:
        self.policy = policy
        self.supply = supply
        self._repository = repository
        self.flow = OrderFlow(repository, policy=policy)
        self._onlookers: list[Onlooker] = []
        self._keys: dict[str, StockKey] = {}

    def show_to(self, *onlookers: Onlooker) -> None:
        """Let these see every command from now on."""
        self._onlookers.extend(onlookers)

    def do(self, command: Command) -> Outcome:
        """Carry out a command."""
        outcome = self.flow.handle(command)
        for onlooker in self._onlookers:
            onlooker.see(command, outcome)
        return outcome

    def key(self, sku: str) -> StockKey:
        """Return the stock key of a product."""
        key = self._keys.get(sku)
        if key is None:
            key = self._keys[sku] = StockKey(SELLER, WAREHOUSE, sku)
        return key

    def order(self, order_id: str) -> Order:
        """Return an order."""
        return self.flow.seller(SELLER).order(order_id)

    def on_hand(self, sku: str) -> int:
        """Return the units on hand of a product."""
        stock = self._repository.read(SELLER, lambda reading: reading.stock(WAREHOUSE, (sku,)))
        return sum(record.on_hand for record in stock)

    @property
    def products(self) -> int:
        """How many products have been seen."""
        return len(self._keys)

    def knows(self, sku: str) -> bool:
        """Whether the product has been seen before."""
        return sku in self._keys

    def begin(self, sku: str, at: datetime, units: int) -> None:
        """Count the opening stock of a product that is new."""
        key = self.key(sku)
        self.do(CountStock(key=key, counted=units, note=OPENING, at=at))
        self.supply.begin(key, units, at)
