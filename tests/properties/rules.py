"""The rules of *What always holds*, each a function that says where a run breaks it.

Each docstring names the fault that the rule is there for, and that no other rule catches at the
step where it happens: `tests.properties.test_faults` makes each fault and looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow import (
    MemoryRepository,
    Order,
    OrderFlow,
    Queue,
    Rationing,
    ShortPart,
    Stock,
    StockKey,
)
from orderflow.commands import EditOrder, ErasePersonalData, PlaceOrder, RunDue
from orderflow.core import State, allocate, decide, erase
from orderflow.edits import ChangePriority, ChangePromise
from orderflow.errors import InvalidValueError, OrderFlowError
from orderflow.events import Event, OrderPartMoved, OrderSplit, OrderSplitOff
from orderflow.invariants import (
    agreement_violations,
    allocation_violations,
    foreign_violations,
    fulfilment_violations,
    history_violations,
    idle_stock_violations,
    not_given_up,
    patience_violations,
    split_violations,
)
from tests.properties.runs import SCOPE, Run, Step, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderflow import AllocationPolicy

Finding = tuple[int, str]
"""The number of the step at which a rule was broken, and how."""


def nothing_is_oversold(run: Run) -> Iterator[Finding]:
    """Rule 1. The fault: the running balance is not carried from one line to the next.

    A stock record checks itself, so overselling may also show as an error.
    """
    for number, step in enumerate(run.steps):
        if _is_oversold(step.failure):
            yield number, repr(step.failure)
        for record in step.after[step.seller_id].records.values():
            if not 0 <= record.allocated <= record.on_hand:
                yield number, repr(record)


def nothing_but_refusals_is_raised(run: Run) -> Iterator[Finding]:
    """What can be asked for has an answer. The fault: a row is missing from the lifecycle."""
    for number, step in enumerate(run.steps):
        if step.crashed and not _is_oversold(step.failure):
            yield number, repr(step.failure)


def allocated_is_what_the_lines_hold(run: Run) -> Iterator[Finding]:
    """Rule 2. The fault: a cancellation forgets to free the stock."""
    for number, step in enumerate(run.steps):
        state = step.after[step.seller_id]
        for text in allocation_violations(state.orders.values(), state.records.values()):
            yield number, text


def no_unit_appears_or_vanishes(run: Run) -> Iterator[Finding]:
    """Rule 3. The faults: a despatch or a transfer leaves its units on the shelf."""
    return _in_history(run, "movements add up", "on the way")


def the_status_agrees_with_the_lines(run: Run) -> Iterator[Finding]:
    """Rule 4. The fault: an edit that leaves a line short leaves the order allocated."""
    for number, step in enumerate(run.steps):
        for text in agreement_violations(step.after[step.seller_id].orders.values()):
            yield number, text


def no_stock_is_idle(run: Run) -> Iterator[Finding]:
    """Rule 5. The faults: what becomes free is not offered; what is watched is never moved."""
    for number, step in enumerate(run.steps):
        if step.outcome is not None:
            state = step.after[step.seller_id]
            orders, stock = state.orders.values(), state.records.values()
            policy = state.policy or run.policy
            for text in (
                *idle_stock_violations(orders, stock, policy),
                *patience_violations(orders, policy, step.command.at),
                *fulfilment_violations(orders, policy),
            ):
                yield number, text


def the_queue_is_respected(run: Run) -> Iterator[Finding]:
    """Rule 6, at the moment at which units are given. The fault: the queue is walked backwards."""
    return _in_history(run, "is ahead of it")


def what_is_taken_back_goes_from_later_orders_to_an_urgent_one(run: Run) -> Iterator[Finding]:
    """Rule 6. The faults: urgent orders take from those in front, or more than they need."""
    return _in_history(run, "preempted")


def a_longer_queue_changes_nothing_for_those_in_front(run: Run) -> Iterator[Finding]:
    """Rule 6, told by the dates themselves. The fault: all agree on the wrong order.

    Where code and invariant ask one function for the place, both are wrong together. Every order
    waits: one whose short units are cancelled gives up what those behind it then get first.
    """
    policy = run.policy
    if policy.rationing is not Rationing.STRICT or policy.passes_max is not None:
        return  # a share goes by all who wait, and those behind count as passing over
    placed = {
        command.order.order_id: attrs.evolve(
            command.order,
            seller_id="acme",
            warehouse_id="leeds",
            replaces=None,
            short_part=ShortPart.WAIT,
        )
        for command in run.history.commands
        if isinstance(command, PlaceOrder)
    }
    orders = sorted(placed.values(), key=lambda order: _written_out(order, policy.queue))
    served = [_served(orders[:length], policy) for length in range(len(orders) + 1)]
    for length, front in enumerate(served):
        for order_id, order in front.items():
            now = served[-1].get(order_id, order)
            if now != order:
                yield len(run.steps), f"with {length} orders {order}, with all {now}"


def the_events_lead_to_what_is_stored(run: Run) -> Iterator[Finding]:
    """Rule 7. The fault: a notice is kept although the event settles it."""
    for number, step in enumerate(run.steps):
        stored_now, folded = step.after[step.seller_id], step.trail[-1]
        for name in ("orders", "records", "receipts", "policy"):
            if getattr(stored_now, name) != getattr(folded, name):
                yield number, f"{name} stored and folded differ"
        if len(step.trail) != len(step.events) + 1:
            yield number, "the events cannot be folded"
        if step.reads_after[0] != (*_kept(step), *step.events):
            yield number, "the stored events are not those of the outcome"


def a_refused_command_changes_nothing(run: Run) -> Iterator[Finding]:
    """Rule 8. The fault: the holds that a refused command has seen ended are lost."""
    for number, step in enumerate(run.steps):
        if step.failure is not None and (
            step.before != step.after or step.reads_before != step.reads_after
        ):
            yield number, f"{step.failure!r} changed something"


def a_repeated_command_does_nothing_twice(run: Run) -> Iterator[Finding]:
    """Rule 8. The fault: the answer to a command id is forgotten."""
    repository = MemoryRepository()
    flow = OrderFlow(repository, default_policy=run.policy)
    for number, command in enumerate(run.history.commands):
        named = attrs.evolve(command, command_id=f"C{number}")
        try:
            outcome = flow.handle(named)
        except Exception:  # noqa: BLE001, S112 - whether it may be raised is another rule
            continue
        once = stored(repository)
        try:
            again = flow.handle(named)
        except OrderFlowError as error:
            yield number, f"refused when it was repeated: {error}"
            return
        if again != outcome or stored(repository) != once:
            yield number, "carried out when it was repeated"
            return


def shuffled_input_changes_nothing(run: Run) -> Iterator[Finding]:
    """Rule 9. The fault: orders that came at the same moment are served as they were read."""
    for number, step in enumerate(run.steps):
        state = step.before[step.seller_id]
        shuffled = State.of(
            state.seller_id,
            reversed([*state.orders.values()]),
            reversed([*state.records.values()]),
            reversed([*state.receipts.values()]),
            state.policy,
            back_order_limits=reversed(state.back_order_limits),
        )
        if _answer(step, state, run.policy) != _answer(step, shuffled, run.policy):
            yield number, f"{step.command!r} is answered otherwise"


def a_split_adds_up(run: Run) -> Iterator[Finding]:
    """Rule 10. The fault: a split loses a unit."""
    for number, step in enumerate(run.steps):
        whole: Order | None = None
        for event, before, after in zip(step.events, step.trail, step.trail[1:], strict=False):
            if isinstance(event, OrderSplit | OrderPartMoved):
                whole = before.orders[event.order_id]
            elif isinstance(event, OrderSplitOff) and whole is not None:
                for text in split_violations(whole, after.orders[whole.order_id], event.order):
                    yield number, text


def no_seller_sees_or_moves_another(run: Run) -> Iterator[Finding]:
    """Rule 11. The fault: all sellers share one store."""
    for number, step in enumerate(run.steps):
        for seller_id, state in step.after.items():
            for text in foreign_violations(
                seller_id,
                orders=state.orders.values(),
                stock=state.records.values(),
                receipts=state.receipts.values(),
            ):
                yield number, text
            if seller_id != step.seller_id and state != step.before[seller_id]:
                yield number, f"{step.seller_id} moved what {seller_id} has"


def nothing_but_priority_and_promise_moves_the_place(run: Run) -> Iterator[Finding]:
    """The place in the queue. The fault: an order that was on hold goes to the end."""
    for number, step in enumerate(run.steps):
        edited = _moved_by_an_edit(step)
        before, after = step.before[step.seller_id], step.after[step.seller_id]
        for order_id, order in before.orders.items():
            now = after.orders[order_id]
            if order_id != edited and _place_fields(order) != _place_fields(now):
                yield number, f"the place of order {order_id!r} was moved"


def run_due_leaves_nobody_to_give_up(run: Run) -> Iterator[Finding]:
    """Whoever has waited for as long as may be is given up. The fault: nobody is."""
    for number, step in enumerate(run.steps):
        if isinstance(step.command, RunDue) and step.outcome is not None:
            state = step.after[step.seller_id]
            policy = state.policy or run.policy
            for text in not_given_up(state.orders.values(), policy, step.command.at):
                yield number, text


def no_order_becomes_short_above_a_limit(run: Run) -> Iterator[Finding]:
    """Rule 12. The fault: the orders that wait already are not counted."""
    return _in_history(run, "exceed the limit")


def no_order_is_sent_before_its_day(run: Run) -> Iterator[Finding]:
    """`Order.not_before`. The fault: the day is not looked at."""
    return _in_history(run, "sent to the warehouse at")


RULES: dict[str, Callable[[Run], Iterator[Finding]]] = {
    rule.__name__: rule
    for rule in (
        nothing_is_oversold,
        nothing_but_refusals_is_raised,
        allocated_is_what_the_lines_hold,
        no_unit_appears_or_vanishes,
        the_status_agrees_with_the_lines,
        no_stock_is_idle,
        the_queue_is_respected,
        what_is_taken_back_goes_from_later_orders_to_an_urgent_one,
        a_longer_queue_changes_nothing_for_those_in_front,
        the_events_lead_to_what_is_stored,
        a_refused_command_changes_nothing,
        a_repeated_command_does_nothing_twice,
        shuffled_input_changes_nothing,
        a_split_adds_up,
        no_seller_sees_or_moves_another,
        nothing_but_priority_and_promise_moves_the_place,
        run_due_leaves_nobody_to_give_up,
        no_order_becomes_short_above_a_limit,
        no_order_is_sent_before_its_day,
    )
}


def _is_oversold(failure: Exception | None) -> bool:
    return isinstance(failure, InvalidValueError) and failure.field == "Stock.allocated"


def _in_history(run: Run, *words: str) -> Iterator[Finding]:
    """Return the violations at the moment of each step, those with any of these words."""
    for number, step in enumerate(run.steps):
        for text in _history(run.policy, step):
            if any(each in text for each in words):
                yield number, text


def _history(policy: AllocationPolicy, step: Step) -> list[str]:
    if step.outcome is None:
        return []
    before, after = step.before[step.seller_id], step.after[step.seller_id]
    return history_violations(before, step.outcome.events, policy, after)


def _kept(step: Step) -> tuple[Event, ...]:
    """Return the events of before, without what the command has erased."""
    events = _events(step.reads_before)
    if step.outcome is None or not isinstance(step.command, ErasePersonalData):
        return events
    return tuple(erase(each, step.command.order_ids) for each in events)


def _events(reads: tuple[object, ...]) -> tuple[Event, ...]:
    events = reads[0]
    assert isinstance(events, tuple)
    return events


def _written_out(order: Order, queue: Queue) -> tuple[object, ...]:
    """Return the place in the queue as the documentation words it, without asking the library."""
    age = (order.placed_at, order.order_id)
    match queue:
        case Queue.FIRST_COME:
            return age
        case Queue.PRIORITY:
            return (-order.priority, *age)
        case Queue.PROMISED_DATE:
            promised = order.promised_by
            return (promised is None, promised or order.placed_at, *age)


def _served(orders: list[Order], policy: AllocationPolicy) -> dict[str, tuple[object, ...]]:
    """Serve these orders alone from a small stock; return what each one and its parts hold."""
    stock = [Stock(StockKey("acme", "leeds", sku), 5) for sku in SCOPE.skus]
    try:
        outcome = allocate(orders[::-1], stock, policy, at=SCOPE.opens_at)
    except OrderFlowError:  # whether the core may raise it is another rule
        return {}
    partial_allocation: dict[str, tuple[object, ...]] = {order.order_id: () for order in orders}
    for order in outcome.orders:
        root = order.split_from or order.order_id
        partial_allocation[root] = (*partial_allocation[root], order.status, order.lines)
    return partial_allocation


def _answer(step: Step, state: State, policy: AllocationPolicy) -> str:
    try:
        return repr(decide(step.command, state, policy))
    except Exception as failure:  # noqa: BLE001 - whether the core may raise it is another rule
        return repr(failure)


def _moved_by_an_edit(step: Step) -> str | None:
    if isinstance(step.command, EditOrder):
        for change in step.command.edits:
            if isinstance(change, ChangePriority | ChangePromise):
                return step.command.order_id
    return None


def _place_fields(order: Order) -> tuple[object, ...]:
    return (order.placed_at, order.priority, order.promised_by, order.order_id)
