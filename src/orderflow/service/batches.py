"""`Batches`: runs many commands of one seller, a few hundred in each transaction.

One transaction for each command is slow, and one for all of them keeps others waiting. If a run is
interrupted, run the same commands again: those whose command id was saved before change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_command,
    require_function,
    require_kind,
    require_number,
)
from orderflow.domain.model.commands import BookInStock, Command, CountStock, PlaceOrder
from orderflow.domain.model.events import (
    ALLOCATION_EVENTS,
    OrderCancelled,
    ShortUnitsCancelled,
    StockAdjusted,
    StockBookedIn,
)
from orderflow.domain.model.status import Status
from orderflow.errors import (
    BatchInterruptedError,
    OrderFlowError,
    StaleVersionError,
    StorageError,
)
from orderflow.ports import TransactionalRepository
from orderflow.ports.implementations import require_port
from orderflow.service.flow import OrderFlow

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.domain.model.outcome import Outcome
    from orderflow.ports import Repository

__all__ = ["BatchResult", "Batches", "RefusedCommand"]

C = TypeVar("C", bound=Command)

COMMANDS_PER_BATCH = 200
"""A batch of this size blocks other writers for less than a second."""

REFUSED_MAX = 10_000
"""How many refused commands a result has. All are counted."""


@attrs.frozen
class RefusedCommand(Generic[C]):
    """A refused command, and the error."""

    command: C
    error: OrderFlowError


@attrs.define(kw_only=True)
class BatchResult(Generic[C]):
    """The result of many commands.

    Attributes:
        done: The number of commands that succeeded, by type.
        repeated: The number of commands that changed nothing, because an earlier one with the same
            id had been saved.
        refused: The commands that were refused, in order; of more than 10,000, the first ones.
        refusals: The number of all commands that were refused.
        placed: The number of orders placed, by their first status.
        counted_up: The units by which counts of stock were above what was on hand.
        counted_down: The units by which others were below it.
        receipts_short: The number of receipts that were closed although units were missing.
        units_short: These units.
        back_orders_opened: The number of earlier orders that went on back order.
        back_orders_completed: The number of back orders that became complete.
        short_orders_cancelled: The number of orders that were cancelled because they were short.
        short_units_cancelled: The short units of other orders that were cancelled.
    """

    done: Counter[type[C]] = attrs.field(factory=Counter)
    repeated: int = 0
    refused: list[RefusedCommand[C]] = attrs.field(factory=list)
    refusals: int = 0
    placed: Counter[Status] = attrs.field(factory=Counter)
    counted_up: int = 0
    counted_down: int = 0
    receipts_short: int = 0
    units_short: int = 0
    back_orders_opened: int = 0
    back_orders_completed: int = 0
    short_orders_cancelled: int = 0
    short_units_cancelled: int = 0

    def _add_refused(self, command: C, error: OrderFlowError) -> None:
        self.refusals += 1
        if len(self.refused) < REFUSED_MAX:
            self.refused.append(RefusedCommand(command, error))

    def _add_outcome(self, command: C, outcome: Outcome) -> None:
        self.done[type(command)] += 1
        self.back_orders_completed += len(outcome.back_orders_completed)
        if isinstance(command, PlaceOrder) and outcome.order is not None:
            self.placed[outcome.order.status] += 1
        if isinstance(command, CountStock):
            for event in outcome.events:
                if isinstance(event, StockAdjusted):
                    self.counted_up += max(0, event.change)
                    self.counted_down += max(0, -event.change)
        if isinstance(command, BookInStock):
            for event in outcome.events:
                if isinstance(event, StockBookedIn) and event.short:
                    self.receipts_short += 1
                    self.units_short += event.short
        for event in outcome.events:
            if isinstance(event, ShortUnitsCancelled):
                self.short_units_cancelled += sum(units for _, units in event.units)
            elif isinstance(event, OrderCancelled) and event.short_reason is not None:
                self.short_orders_cancelled += 1
        opened = set(outcome.back_orders_opened) - {outcome.order_id}
        self.back_orders_opened += len(opened)

    def _add(self, other: BatchResult[C]) -> None:
        self.done += other.done
        self.repeated += other.repeated
        self.refused += other.refused[: REFUSED_MAX - len(self.refused)]
        self.refusals += other.refusals
        self.placed += other.placed
        self.counted_up += other.counted_up
        self.counted_down += other.counted_down
        self.receipts_short += other.receipts_short
        self.units_short += other.units_short
        self.back_orders_opened += other.back_orders_opened
        self.back_orders_completed += other.back_orders_completed
        self.short_orders_cancelled += other.short_orders_cancelled
        self.short_units_cancelled += other.short_units_cancelled


class Batches:
    """Runs many commands of one seller, and continues after a refused one.

    An earlier command may have given stock to an order of a later one, or taken some. That does not
    count against the `expected_version` of the later one: any other change does.

    >>> from datetime import UTC, datetime
    >>> from orderflow import MemoryRepository, OrderFlow, StockKey
    >>> from orderflow.commands import BookInStock, CancelOrder
    >>> repository = MemoryRepository()
    >>> batches = Batches(OrderFlow(repository), repository)
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> result = batches.run(
    ...     [
    ...         BookInStock(key=StockKey("acme", "leeds", "MUG"), received=5, at=noon),
    ...         CancelOrder(seller_id="acme", order_id="A-1", at=noon),
    ...     ]
    ... )
    >>> result.done.total(), [str(each.error) for each in result.refused]
    (1, ["seller 'acme' has no order 'A-1'"])

    Args:
        flow: The flow whose settings apply.
        repository: Where the state is stored.
        size: The number of commands in one transaction.
        progress: Called after each command with the number of commands so far. If a transaction
            is tried again, the commands of its batch are counted again.

    Raises:
        InvalidValueError: If the size is below 1, or a run has commands of several sellers.
    """

    def __init__(
        self,
        flow: OrderFlow,
        repository: TransactionalRepository,
        *,
        size: int = COMMANDS_PER_BATCH,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        require_kind("Batches.flow", flow, OrderFlow, demand="an OrderFlow")
        require_port("Batches.repository", repository, TransactionalRepository)
        require_number("Batches.size", size, 1, of="commands")
        require_function("Batches.progress", progress)
        self._flow = flow
        self._repository = repository
        self._size = size
        self._progress = progress

    def run(self, commands: Sequence[C]) -> BatchResult[C]:
        """Run commands, each batch in its own transaction.

        They are read twice, a batch at a time, so they may be more than fit into memory.

        Raises:
            BatchInterruptedError: If the database failed after some batches were saved.
            StorageError: If it failed in the first batch.
        """
        _check(commands)
        result = BatchResult[C]()
        for begin in range(0, len(commands), self._size):
            try:
                result._add(  # noqa: SLF001 - of this module
                    self._run_together(commands[begin : begin + self._size], begin)
                )
            except StorageError as error:
                if begin == 0:
                    raise
                raise BatchInterruptedError(str(error), begin) from error
        return result

    def run_all_or_none(self, commands: Sequence[C]) -> BatchResult[C]:
        """Run all commands in one transaction, which is undone if any is refused.

        Returns:
            The result. If the transaction was undone, it has only the refused commands.

        Raises:
            StorageError: If the database failed. Nothing has changed.
        """
        _check(commands)
        result = self._run_together(commands, undo=lambda result: bool(result.refusals))
        if not result.refusals:
            return result
        return BatchResult(refused=result.refused, refusals=result.refusals)

    def preview(self, commands: Sequence[C]) -> BatchResult[C]:
        """Return the effect of all commands, one after another, without saving it."""
        _check(commands)
        return self._run_together(commands, undo=lambda _: True)

    def _run_together(
        self,
        commands: Sequence[C],
        begin: int = 0,
        undo: Callable[[BatchResult[C]], bool] = lambda _: False,
    ) -> BatchResult[C]:
        """Run commands in one transaction; undo it if `undo` is true of the result."""
        if not commands:
            return BatchResult()

        def task(repository: Repository) -> BatchResult[C]:
            result = self._carry_out(self._flow.on(repository), commands, begin)
            if undo(result):
                raise _UndoneError(result)
            return result

        try:
            return self._repository.together(commands[0].seller_id, task)
        except _UndoneError as undone:
            return cast("BatchResult[C]", undone.result)

    def _carry_out(self, flow: OrderFlow, commands: Sequence[C], begin: int) -> BatchResult[C]:
        result = BatchResult[C]()
        for number, command in enumerate(commands, begin + 1):
            try:
                outcome, is_repeated = _handle(flow, command)
            except StorageError:
                raise  # the whole transaction has failed, and may be tried again
            except OrderFlowError as error:
                result._add_refused(command, error)  # noqa: SLF001 - of this module
            else:
                result.repeated += is_repeated
                if not is_repeated:
                    result._add_outcome(command, outcome)  # noqa: SLF001 - of this module
            self._progress(number)
        return result


def _handle(flow: OrderFlow, command: Command) -> tuple[Outcome, bool]:
    """Run a command, whatever stock its order was given since the expected version.

    Return its outcome, and whether an earlier command with its id had that.
    """
    try:
        return flow._handle(command)  # noqa: SLF001 - of this package
    except StaleVersionError as stale:
        if not _was_only_allocated(flow, command.seller_id, stale):
            raise
        version = stale.actual
    again = attrs.evolve(cast("Any", command), expected_version=version)
    return flow._handle(again)  # noqa: SLF001 - of this package


def _was_only_allocated(flow: OrderFlow, seller_id: str, stale: StaleVersionError) -> bool:
    """Whether an order has only gained or lost stock since the expected version."""
    number = stale.actual - stale.expected
    if number < 1:
        return False
    latest = tuple(flow.seller(seller_id).events(stale.order_id))[-number:]
    return len(latest) == number and all(isinstance(each, ALLOCATION_EVENTS) for each in latest)


def _check(commands: Sequence[Command]) -> None:
    demand = "a list of commands of one seller"
    require_kind("Batches.commands", commands, Sequence, demand=demand)
    sellers: set[str] = set()
    for command in commands:
        require_command("Batches.commands", command)
        sellers.add(command.seller_id)
        validators.require(
            ok=len(sellers) == 1,
            field="Batches.commands",
            demand="commands of one seller",
            value=", ".join(sorted(sellers)),
        )


class _UndoneError(Exception):
    """Undoes a transaction, and returns the result of its commands."""

    def __init__(self, result: object) -> None:
        self.result = result
        super().__init__(result)
