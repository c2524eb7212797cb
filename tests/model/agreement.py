"""Carry out the same commands on the naive model and on the core, and compare them after each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from orderflow import MemoryRepository, NotFoundError, OrderFlow, RefusedError
from orderflow.core import State
from orderflow.service.settings import SERVED_AT_ONCE_MAX
from tests.model.commands import next_command
from tests.model.naive import NaiveModel
from tests.model.shop import START
from tests.model.world import RefusedByModelError
from tests.unit.paging import each_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from random import Random

    from orderflow import AllocationPolicy, ExpectedReceipt, Stock
    from orderflow import Order as CoreOrder
    from orderflow.commands import Command
    from tests.model.world import World

REFUSALS = (NotFoundError, RefusedError)

Picture = dict[str, object]
"""What is compared, by what it is about."""


class DisagreementError(AssertionError):
    """The model and the core had different results."""

    def __init__(
        self, policy: AllocationPolicy, commands: list[Command], model: Picture, core: Picture
    ) -> None:
        self.policy = policy
        self.commands = commands
        self.model = {key: value for key, value in model.items() if core.get(key) != value}
        self.core = {key: value for key, value in core.items() if model.get(key) != value}
        super().__init__()

    def __str__(self) -> str:
        commands = "\n".join(f"  {command}" for command in self.commands)
        return f"{self.policy}\n{commands}\nmodel: {self.model}\ncore:  {self.core}"


class PureCore:
    """The pure core, whose outcomes make the state."""

    def __init__(self, policy: AllocationPolicy, orders_max: int | None = None) -> None:
        self.policy = policy
        self.orders_max = orders_max
        self.state = State("acme")
        self.pages: Counter[str] = Counter()
        """How many outcomes have left something to the next page, by its step, or short orders."""

    def picture_after(self, command: Command) -> Picture:
        """Carry out a command, and return its result."""
        refused: Picture = {"refused": self._is_refused(command)}
        state = self.state
        return refused | picture_of_core(
            state.orders.values(), state.records.values(), state.receipts.values()
        )

    def _is_refused(self, command: Command) -> bool:
        try:
            for outcome, state in each_page(command, self.state, self.policy, self.orders_max):
                self.state = state
                if outcome.next_page is not None:
                    self.pages[outcome.next_page.step] += 1
                    self.pages["short"] += bool(outcome.next_page.became_short)
                elif outcome.unserved:
                    self.pages["queues"] += 1
        except REFUSALS:
            return True
        return False


class Pair:
    """The model and the core, side by side: the pure core, and the same on a repository."""

    def __init__(self, policy: AllocationPolicy, orders_max: int | None = None) -> None:
        self.policy = policy
        self.model = NaiveModel(policy, START, orders_max)
        self.pure = PureCore(policy, orders_max)
        self.commands: list[Command] = []
        flow = OrderFlow(
            MemoryRepository(), default_policy=policy, orders_max=orders_max or SERVED_AT_ONCE_MAX
        )
        self.core = flow.seller("acme")

    def handle(self, command: Command) -> bool:
        """Carry out a command on all; say whether it is refused.

        Raises:
            DisagreementError: Unless they agree about that, and about the state afterwards.
        """
        self.commands.append(command)
        model = picture_after(self.model, command)
        for core in self._pictures_of_core(command):
            if model != core:
                raise DisagreementError(self.policy, self.commands, model, core)
        return bool(model["refused"])

    def _pictures_of_core(self, command: Command) -> Iterator[Picture]:
        """Carry out the command on one core after the other; yield its result on each."""
        yield self.pure.picture_after(command)
        refused: Picture = {"refused": self._is_refused_by_core(command)}
        yield refused | picture_of_core(self.core.orders(), self.core.stock(), self.core.receipts())

    def _is_refused_by_core(self, command: Command) -> bool:
        try:
            self.core.handle(command)
        except REFUSALS:
            return True
        return False


def picture_after(model: NaiveModel, command: Command) -> Picture:
    """Carry out a command on the model, and return its result."""
    try:
        model.handle(command)
    except RefusedByModelError:
        is_refused = True
    else:
        is_refused = False
    return {"refused": is_refused, **picture_of_model(model.world)}


def picture_of_model(world: World) -> Picture:
    orders: Picture = {
        f"order {order.order_id}": (
            order.status.value,
            order.warehouse,
            [
                (line.line_id, line.sku, line.quantity, line.allocated, line.set_id)
                for line in order.lines
            ],
            tuple((line.line_id, line.returned) for line in order.lines if line.returned),
            order.split_count,
            order.split_from,
            order.short_part,
            order.not_before,
            order.replaces,
            order.pinned,
            (
                *(order.since, order.passed_over, order.allows_partial),
                *(order.reminded, order.given_up, order.served_first),
            )
            if order.since
            else None,
        )
        for order in world.orders
    }
    stock: Picture = {
        f"stock {product}": (on_hand, world.allocated(product))
        for product, on_hand in world.on_hand.items()
    }
    receipts: Picture = {
        f"receipt {receipt_id}": (each.product, each.quantity, each.expected_at, each.origin)
        for receipt_id, each in world.receipts.items()
    }
    return orders | stock | receipts


def picture_of_core(
    all_orders: Iterable[CoreOrder],
    all_stock: Iterable[Stock],
    all_receipts: Iterable[ExpectedReceipt],
) -> Picture:
    orders: Picture = {
        f"order {order.order_id}": (
            order.status.value,
            order.warehouse_id,
            [
                (line.line_id, line.sku, line.quantity, line.allocated, line.set_id)
                for line in order.lines
            ],
            order.returned,
            order.split_count,
            order.split_from,
            order.short_part,
            order.not_before,
            order.replaces,
            order.pinned,
            attrs.astuple(order.wait) if order.wait else None,
        )
        for order in all_orders
    }
    stock: Picture = {
        f"stock {(each.key.warehouse_id, each.key.sku)}": (each.on_hand, each.allocated)
        for each in all_stock
    }
    receipts: Picture = {
        f"receipt {each.receipt_id}": (
            (each.key.warehouse_id, each.key.sku),
            each.quantity,
            each.expected_at,
            each.from_warehouse_id,
        )
        for each in all_receipts
    }
    return orders | stock | receipts


def agree_on(pair: Pair, commands: Iterable[Command]) -> None:
    """Raise `DisagreementError` unless both have the same result after each of these commands."""
    for command in commands:
        pair.handle(command)


def agree_at_random(
    policy: AllocationPolicy, random: Random, commands: int, orders_max: int | None = None
) -> None:
    """Raise `DisagreementError`, as short as can be, unless both agree on random commands."""
    pair = Pair(policy, orders_max)
    try:
        for _ in range(commands):
            pair.handle(next_command(pair.model.world, random))
    except DisagreementError as disagreement:
        raise shortened(disagreement, orders_max) from None


def shortened(disagreement: DisagreementError, orders_max: int | None) -> DisagreementError:
    """Leave out every command without which they still disagree."""
    position = len(disagreement.commands) - 1
    while position >= 0:
        commands = disagreement.commands[:position] + disagreement.commands[position + 1 :]
        try:
            agree_on(Pair(disagreement.policy, orders_max), commands)
        except DisagreementError as shorter:
            disagreement = shorter
            position = len(disagreement.commands)
        position -= 1
    return disagreement
