"""Long queues are served in pages, and come out as if they had been served at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    AllocationPolicy,
    Hold,
    HoldReason,
    MemoryRepository,
    OrderFlow,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.commands import (
    BookInStock,
    ChangePolicy,
    CountStock,
    EditOrder,
    HoldOrder,
    PlaceOrder,
    PlaceOrders,
    RunDue,
    ServeWaiting,
)
from orderflow.core import PageStep, State, actions, decide, explain
from orderflow.edits import RemoveLine
from orderflow.errors import (
    InvalidValueError,
    NotFoundError,
    PagesFirstError,
    RefusedError,
    SplitRefusedError,
)
from orderflow.invariants import violations
from orderflow.testing.strategies import histories, policies
from tests.unit.paging import pages
from tests.unit.shop import ACME, NOON, key, later, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow import Order
    from orderflow.testing.strategies import CommandHistory

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def waiting_for(sku: str, how_many: int, policy: AllocationPolicy | None = None) -> State:
    """Return a state in which this number of orders wait for a unit each."""
    state = State(ACME)
    for number in range(how_many):
        placed = order(f"{number:03}", (sku, 1), placed_at=later(number))
        command = PlaceOrder(order=placed, at=later(number))
        state = state.after(decide(command, state, policy or AllocationPolicy()))
    return state


def held(state: State) -> dict[str, tuple[object, ...]]:
    """Return what a page more or less must not change of the orders."""
    return {
        order.order_id: (order.status, *(line.allocated for line in order.lines))
        for order in state.orders.values()
    }


def test_a_page_serves_the_head_of_the_queue_and_says_what_is_left() -> None:
    state = waiting_for("MUG", 5)
    command = BookInStock(key=key(), received=4, at=NOON)
    _, outcomes = pages(command, state, AllocationPolicy(), 2)
    assert [outcome.back_orders_completed for outcome in outcomes] == [
        ("000", "001"),
        ("002", "003"),
    ]
    assert [outcome.unserved for outcome in outcomes] == [(("leeds", "MUG"),), ()]


def test_an_edited_order_whose_turn_has_not_come_keeps_its_place() -> None:
    policy = AllocationPolicy()
    state = waiting_for("MUG", 4)
    big = PlaceOrder(order=order("B", ("MUG", 3), ("PAN", 1), placed_at=NOON), at=NOON)
    state = pages(big, state, policy, 10)[0]
    state = pages(BookInStock(key=key(), received=3, at=NOON), state, policy, 10)[0]
    edit = EditOrder(seller_id=ACME, order_id="B", edits=(RemoveLine("1"),), at=NOON)
    at_once = pages(edit, state, policy, 100)[0]
    paged, outcomes = pages(edit, state, policy, 1)
    assert held(paged) == held(at_once)
    assert len(outcomes) > 1


def test_a_new_order_whose_turn_has_not_come_goes_on_back_order_until_then() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=1)
    state = pages(BookInStock(key=key(), received=2, at=NOON), State(ACME), policy, 9)[0]
    for order_id in "AB":
        state = pages(PlaceOrder(order=order(order_id), at=NOON), state, policy, 9)[0]
    urgent = tuple(order(each, priority=1, placed_at=NOON) for each in "UV")
    late = order("W", ("MUG", 1), priority=1, placed_at=later(1))
    placing = PlaceOrders(orders=(*urgent, late), at=later(2))
    outcomes = pages(placing, state, policy, 1)[1]
    waiting = {each.order_id: each.status.value for each in outcomes[0].orders}["W"]
    assert (waiting, outcomes[0].unserved) == ("ON_BACK_ORDER", (("leeds", "MUG"),))
    assert held(pages(placing, state, policy, 1)[0]) == held(pages(placing, state, policy, 9)[0])


def test_those_who_were_passed_over_get_what_is_left_on_the_next_page() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=1)
    state = pages(BookInStock(key=key(), received=2, at=NOON), State(ACME), policy, 1)[0]
    for order_id, quantity in (("1", 9), ("2", 9), ("3", 1)):
        placed = order(order_id, ("MUG", quantity), placed_at=later(int(order_id)))
        placing = PlaceOrder(order=placed, at=later(int(order_id)))
        state, outcomes = pages(placing, state, policy, 1)
        steps = [outcome.next_page and outcome.next_page.step for outcome in outcomes]
        assert steps == ([PageStep.PASS_OVER, PageStep.SERVE, None] if order_id == "3" else [None])
    assert state.records["leeds", "MUG"].allocated == 2
    assert [order.allocated for order in state.orders.values()] == [1, 0, 1]
    waits = [order.wait for order in state.orders.values()]
    assert [wait and (wait.passed_over, wait.allows_partial) for wait in waits] == [
        (1, True),
        (1, True),
        None,
    ]


def test_an_order_of_the_same_command_is_not_passed_over_on_a_later_page_either() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=1)
    state = pages(BookInStock(key=key(), received=2, at=NOON), State(ACME), policy, 1)[0]
    first, second, last = (
        order(order_id, ("MUG", quantity), placed_at=later(int(order_id)))
        for order_id, quantity in (("1", 9), ("2", 9), ("3", 1))
    )
    state, _ = pages(PlaceOrder(order=first, at=later(3)), state, policy, 1)
    state, outcomes = pages(PlaceOrders(orders=(second, last), at=later(4)), state, policy, 1)
    assert len(outcomes) == 2
    assert [order.allocated for order in state.orders.values()] == [1, 0, 1]
    waits = [order.wait for order in state.orders.values()]
    assert [wait and wait.passed_over for wait in waits] == [1, 0, None]


def held_until(*minutes: int) -> State:
    """Return a state with an order on hold until each of these moments, the first one earliest."""
    state = State(ACME)
    for number, minute in enumerate(minutes):
        placed = order(f"{number}", ("MUG", 1), placed_at=later(number))
        hold = Hold(HoldReason.ADDRESS, until=later(minute))
        for command in (
            PlaceOrder(order=placed, at=NOON),
            HoldOrder(seller_id=ACME, order_id=f"{number}", hold=hold, at=NOON),
        ):
            state = state.after(decide(command, state))
    return state.after(decide(BookInStock(key=key(), received=1, at=NOON), state))


def test_a_page_releases_the_holds_that_ended_first() -> None:
    state = held_until(50, 20, 40, 30, 60)
    release = RunDue(seller_id=ACME, at=later(60))
    outcomes = pages(release, state, AllocationPolicy(), 2)[1]
    released = [[each.order_id for each in outcome.orders] for outcome in outcomes]
    assert released == [["1", "3"], ["0", "2"], ["4", "0"]]


def test_a_page_ends_the_longest_waits() -> None:
    hour = timedelta(hours=1)
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=hour)
    state = waiting_for("MUG", 5, policy)
    release = RunDue(seller_id=ACME, at=later(70))
    outcomes = pages(release, state, policy, 2)[1]
    allowed = [[each.order_id for each in outcome.orders] for outcome in outcomes]
    assert allowed == [["000", "001"], ["002", "003"], ["004"]]


def test_the_first_in_the_queue_is_served_first_whichever_hold_ended_first() -> None:
    late = PlaceOrder(order=order("9", ("MUG", 1), placed_at=later(9)), at=later(60))
    paged = pages(late, held_until(50, 20, 40), AllocationPolicy(), 1)[0]
    allocated = {each.order_id: each.allocated for each in paged.orders.values()}
    assert allocated == {"0": 1, "1": 0, "2": 0, "9": 0}


def test_a_released_order_gives_up_its_part_although_more_holds_have_ended() -> None:
    state = pages(BookInStock(key=key(), received=2, at=NOON), State(ACME), NEVER, 9)[0]
    for number, (minute, quantity) in enumerate(((20, 2), (30, 5))):
        hold = Hold(HoldReason.ADDRESS, until=later(minute))
        placed = order(f"{number}", ("MUG", quantity), placed_at=later(number))
        state = pages(PlaceOrder(order=placed, at=NOON), state, NEVER, 9)[0]
        put = HoldOrder(seller_id=ACME, order_id=f"{number}", hold=hold, at=NOON)
        state = pages(put, state, NEVER, 9)[0]
    waiting = PlaceOrder(order=order("2", ("MUG", 1), placed_at=later(2)), at=NOON)
    for command in (CountStock(key=key(), counted=1, at=NOON), waiting):
        state = pages(command, state, NEVER, 9)[0]
    assert [each.allocated for each in state.orders.values()] == [1, 0, 0]
    paged = pages(RunDue(seller_id=ACME, at=later(60)), state, NEVER, 1)[0]
    assert [each.allocated for each in paged.orders.values()] == [0, 0, 1]


def test_urgent_orders_find_the_later_ones_of_the_new_queue() -> None:
    """A hold has ended under the old policy, and its order has preempted there."""
    old = attrs.evolve(NEVER, preemption=Preemption.URGENT, urgent_from=1)
    hold = Hold(HoldReason.ADDRESS, until=later(20))
    state = State(ACME)
    for command in (
        PlaceOrder(order=order("U", ("MUG", 1), placed_at=NOON, priority=1), at=NOON),
        HoldOrder(seller_id=ACME, order_id="U", hold=hold, at=NOON),
        PlaceOrder(order=order("V", ("MUG", 5), placed_at=later(1), priority=1), at=NOON),
        BookInStock(key=key(), received=1, at=NOON),
        PlaceOrder(order=order("A", ("MUG", 1), placed_at=later(5)), at=NOON),
    ):
        state = pages(command, state, old, 9)[0]
    new = attrs.evolve(old, queue=Queue.PRIORITY)
    state = pages(ChangePolicy(seller_id=ACME, policy=new, at=later(60)), state, old, 9)[0]
    allocated = {each.order_id: each.allocated for each in state.orders.values()}
    assert allocated == {"U": 1, "V": 0, "A": 0}


class CountedReads:
    """A view that counts the orders that are read from its queues."""

    def __init__(self, state: State) -> None:
        self.read = 0
        self._state = state

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it is
        return getattr(self._state, name)

    def waiting(self, *given: Any) -> Iterator[Order]:  # noqa: ANN401
        for each in self._state.waiting(*given):
            self.read += 1
            yield each


def test_a_full_page_reads_no_further_than_the_next_order() -> None:
    view: Any = CountedReads(waiting_for("MUG", 9))
    decide(BookInStock(key=key(), received=9, at=NOON), view, orders_max=2)
    assert view.read == 3


def test_nothing_comes_between_two_pages_of_a_change_of_policy() -> None:
    state = waiting_for("MUG", 3)
    change = ChangePolicy(seller_id=ACME, policy=NEVER, at=later(9))
    state = state.after(decide(change, state, orders_max=2))
    with pytest.raises(PagesFirstError, match="repeat ServeWaiting") as first:
        decide(BookInStock(key=key("PAN"), received=1, at=later(9)), state)
    assert (first.value.seller_id, first.value.products) == (ACME, ())
    with pytest.raises(PagesFirstError, match="repeat ServeWaiting"):
        explain("000", state, later(9))
    with pytest.raises(PagesFirstError, match="repeat ServeWaiting"):
        actions("000", state, later(9))
    go_on = ServeWaiting(keys=(key(),), at=later(9))
    state = state.after(decide(go_on, state))
    decide(BookInStock(key=key("PAN"), received=1, at=later(9)), state)


SAME_IN_PAGES = policies().filter(
    lambda policy: policy.passes_max is None and policy.fulfilment == "COMPLETE"
)


@given(history=histories(policy=SAME_IN_PAGES), orders_max=st.integers(1, 3))
def test_pages_come_out_as_if_all_had_been_served_at_once(
    history: CommandHistory, orders_max: int
) -> None:
    states: dict[str, tuple[State, State]] = {}
    for command in history.commands:
        seller_id = command.seller_id
        at_once, paged = states.get(seller_id, (State(seller_id), State(seller_id)))
        try:
            at_once = at_once.after(decide(command, at_once, history.policy))
        except (NotFoundError, RefusedError):
            continue  # either way
        paged, _ = pages(command, paged, history.policy, orders_max)
        states[seller_id] = (at_once, paged)
        assert held(paged) == held(at_once)


@given(history=histories(), orders_max=st.integers(1, 3))
def test_after_the_last_page_all_holds_that_always_holds(
    history: CommandHistory, orders_max: int
) -> None:
    states: dict[str, State] = {}
    for command in history.commands:
        state = states.get(command.seller_id, State(command.seller_id))
        try:
            decide(command, state, history.policy)
        except (NotFoundError, RefusedError):
            continue
        state, _ = pages(command, state, history.policy, orders_max)
        states[command.seller_id] = state
        orders, stock = state.orders.values(), state.records.values()
        policy = state.policy or history.policy
        assert violations(orders, stock, policy, command.at) == []


def test_fair_shares_are_given_out_at_once() -> None:
    policy = AllocationPolicy(rationing=Rationing.FAIR_SHARE)
    outcome = decide(
        BookInStock(key=key(), received=4, at=NOON), waiting_for("MUG", 5), policy, orders_max=1
    )
    assert (len(outcome.back_orders_completed), outcome.unserved) == (4, ())


class TestTheService:
    def flow(self, **options: object) -> tuple[OrderFlow, MemoryRepository]:
        repository = MemoryRepository()
        flow = OrderFlow(repository, orders_max=2, **options)  # type: ignore[arg-type]
        for number in range(5):
            flow.seller(ACME).place(
                order(f"{number:03}", ("MUG", 1), placed_at=later(number)), at=NOON
            )
        return flow, repository

    def interrupted(self, monkeypatch: pytest.MonkeyPatch, flow: OrderFlow) -> None:
        """Book in, and end before the rest of the queue was served."""
        with monkeypatch.context() as patch:
            patch.setattr(OrderFlow, "_serve", lambda *_: None)
            flow.seller(ACME).book_in(key(), 5, at=NOON)

    def test_it_serves_the_queue_to_its_end_before_it_answers(self) -> None:
        flow, repository = self.flow()
        acme = flow.seller(ACME)
        outcome = acme.book_in(key(), 5, at=NOON)
        assert outcome.back_orders_completed == ("000", "001")
        assert {each.status for each in acme.orders()} == {"ALLOCATED"}
        assert repository.unserved() == []

    def test_what_was_interrupted_is_finished_by_the_next_command(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flow, repository = self.flow()
        self.interrupted(monkeypatch, flow)
        assert repository.unserved() == [key()]
        late = flow.seller(ACME).place(order("Z", ("MUG", 1), placed_at=later(99)), at=NOON)
        assert late.order is not None
        assert late.order.status == "ON_BACK_ORDER"
        assert repository.unserved() == []

    def test_a_refusal_waits_for_what_was_interrupted_too(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flow, _ = self.flow()
        self.interrupted(monkeypatch, flow)
        with pytest.raises(SplitRefusedError, match="all its units are allocated"):
            flow.seller(ACME).split("004", "004-1", at=NOON)

    def test_recovery_finishes_what_was_interrupted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        flow, _ = self.flow()
        self.interrupted(monkeypatch, flow)
        assert (flow.recover(), flow.recover()) == (1, 0)
        assert {each.status for each in flow.seller(ACME).orders()} == {"ALLOCATED"}

    def test_an_interrupted_change_of_policy_is_finished_by_any_command(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flow, repository = self.flow()
        flow.seller(ACME).book_in(key("PAN"), 2, at=NOON)
        with monkeypatch.context() as patch:
            patch.setattr(OrderFlow, "_serve", lambda *_: None)
            flow.seller(ACME).change_policy(NEVER, at=NOON)
        assert repository.read(ACME, lambda reading: reading.next_page) is not None
        flow.seller(ACME).book_in(key("PAN"), 1, at=NOON)
        assert repository.read(ACME, lambda reading: reading.next_page) is None
        assert repository.unserved() == []

    def test_a_page_of_no_orders_is_refused(self) -> None:
        with pytest.raises(InvalidValueError, match=r"OrderFlow\.orders_max must be"):
            OrderFlow(MemoryRepository(), orders_max=0)


def test_a_page_reads_the_postponed_orders_that_it_can_change() -> None:
    hour = timedelta(hours=1)
    policy = AllocationPolicy(allocation_horizon=hour)
    state = State(ACME)
    for number in range(5):
        far = attrs.evolve(order(str(number)), not_before=later(90 + number))
        state = state.after(decide(PlaceOrder(order=far, at=NOON), state, policy))
    near = pages(RunDue(seller_id=ACME, at=later(60)), state, policy, 2)[1]
    assert [len(outcome.orders) for outcome in near] == [2, 2, 1]
    change = ChangePolicy(seller_id=ACME, policy=AllocationPolicy(), at=NOON)
    ended = pages(change, state, policy, 2)[1]
    assert max(len(outcome.orders) for outcome in ended) == 2


def test_a_page_ends_the_longest_waits_whatever_their_ids() -> None:
    hour = timedelta(hours=1)
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=hour)
    state = State(ACME)
    for minutes, order_id in enumerate("CAB"):
        placed = PlaceOrder(order=order(order_id), at=later(minutes))
        state = state.after(decide(placed, state, policy))
    outcomes = pages(RunDue(seller_id=ACME, at=later(70)), state, policy, 1)[1]
    assert [outcome.orders[0].order_id for outcome in outcomes] == [*"CAB"]
