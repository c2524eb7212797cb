"""A history that was carried out on a repository, with the state before and after each step."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from orderflow import MemoryRepository, OrderFlow, Outcome
from orderflow.commands import Command
from orderflow.core import State
from orderflow.errors import NotFoundError, OrderFlowError, RefusedError
from orderflow.testing.strategies import Scope
from tests.unit.shop import fold

if TYPE_CHECKING:
    from orderflow import AllocationPolicy
    from orderflow.events import Event
    from orderflow.testing.strategies import CommandHistory

SCOPE = Scope(
    seller_ids=("acme", "bolt"),
    skus=("MUG", "PAN"),
    order_ids=("1", "2", "3", "4", "5", "6"),
)

Reads = tuple[object, ...]
"""All that a unit of work can be asked for."""


@attrs.frozen(kw_only=True, slots=False)
class Step:
    """One command: what it was answered, and what it made of each seller's state."""

    command: Command
    before: dict[str, State]
    after: dict[str, State]
    reads_before: Reads
    reads_after: Reads
    outcome: Outcome | None = None
    failure: Exception | None = None

    @property
    def seller_id(self) -> str:
        return self.command.seller_id

    @cached_property
    def trail(self) -> list[State]:
        """The states that the events make one after another, as far as they can be folded."""
        states = [self.before[self.seller_id]]
        for event in self.events:
            try:
                states.append(fold([event], states[-1]))
            except OrderFlowError:
                break
        return states

    @property
    def events(self) -> tuple[Event, ...]:
        return self.outcome.events if self.outcome is not None else ()

    @property
    def crashed(self) -> bool:
        """Whether it failed in another way than by a refusal."""
        return self.failure is not None and not isinstance(
            self.failure, NotFoundError | RefusedError
        )


class Run:
    """A history, carried out until it ends or until something other than a refusal is raised."""

    def __init__(self, history: CommandHistory) -> None:
        self.history = history

    @property
    def policy(self) -> AllocationPolicy:
        return self.history.policy

    @cached_property
    def steps(self) -> list[Step]:
        repository = MemoryRepository()
        flow = OrderFlow(repository, default_policy=self.policy)
        steps: list[Step] = []
        for command in self.history.commands:
            steps.append(carry_out(flow, repository, command))
            if steps[-1].crashed:
                break
        return steps


def carry_out(flow: OrderFlow, repository: MemoryRepository, command: Command) -> Step:
    before = stored(repository)
    reads_before = reads(repository, command)
    outcome, failure = None, None
    try:
        outcome = flow.handle(command)
    except Exception as error:  # noqa: BLE001 - whatever it is, a rule will name it
        failure = error
    return Step(
        command=command,
        before=before,
        after=stored(repository),
        reads_before=reads_before,
        reads_after=reads(repository, command),
        outcome=outcome,
        failure=failure,
    )


def stored(repository: MemoryRepository) -> dict[str, State]:
    """Return what is stored of each seller of the scope."""
    found = {}
    for seller_id in SCOPE.seller_ids:
        with repository.unit_of_work(seller_id) as work:
            known = [work.receipt(receipt_id) for receipt_id in SCOPE.receipt_ids]
            receipts = [receipt for receipt in known if receipt is not None]
            found[seller_id] = State.of(
                seller_id,
                work.orders(),
                work.all_stock(),
                receipts,
                work.policy,
                back_order_limits=work.back_order_limits,
            )
    return found


def reads(repository: MemoryRepository, command: Command) -> Reads:
    """Return what else the seller's unit of work can be asked for."""
    seller_id, at = command.seller_id, command.at
    with repository.unit_of_work(seller_id) as work:
        products = [(each, sku) for each in SCOPE.warehouse_ids for sku in SCOPE.skus]
        return (
            tuple(work.events()),
            tuple(sorted(order.order_id for order in work.ended_holds(at))),
            tuple(sorted(order.order_id for order in work.postponed(at))),
            tuple(sorted(order.order_id for order in work.waiting_since_before(at))),
            tuple(
                tuple(sorted(order.order_id for order in work.orders_with_units(*product)))
                for product in products
            ),
        )
