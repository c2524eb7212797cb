"""A machine that does whatever may be done, with two sellers, their policies and a clock.

After every command, `CheckedFlow` checks all rules on the whole state, and compares it with a plain
state. The machine keeps an account of the units besides, from the commands alone.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from orderflow import Action, Order, OrderFlow, Status, StockKey
from orderflow.commands import (
    AdjustStock,
    BookInStock,
    CancelOrder,
    ChangePolicy,
    Command,
    CountStock,
    DespatchOrder,
    ErasePersonalData,
    LimitBackOrders,
    MoveOrder,
    PlaceOrder,
    ReportShortPick,
    ReturnState,
    ReturnUnits,
    RunDue,
    ServeWaiting,
    TransferStock,
    WithdrawReceipt,
)
from orderflow.core import State, erase
from orderflow.errors import (
    CommandIdReusedError,
    NotFoundError,
    OrderFlowError,
    RefusedError,
    StaleVersionError,
)
from orderflow.events import (
    Event,
    OrderCancelled,
    OrderDeallocated,
    OrderHeld,
    OrderMoved,
    OrderPartMoved,
    OrderPlaced,
    OrderSentToWarehouse,
    OrderSplitAtWarehouse,
    OrderSplitOff,
    ShortUnitsCancelled,
    StockBookedIn,
    TransferWithdrawn,
    UnitsReturned,
)
from orderflow.testing.strategies import Scope, commands, policies
from orderflow.testing.strategies.about_orders import draw_about
from orderflow.testing.strategies.choices import Chooser
from orderflow.testing.strategies.commands import draw_next
from orderflow.testing.strategies.reallocations import draw_reallocation
from tests.properties.faults import FAULTS
from tests.unit.shop import CheckedFlow, Clock, fold, later

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from orderflow import AllocationPolicy, Outcome

SELLERS = ("acme", "bolt")
DATA = st.data()
ON_THE_WAY = {
    Status.ALLOCATED: (Action.SEND_TO_WAREHOUSE,),
    Status.SENT_TO_WAREHOUSE: (
        Action.DESPATCH,
        Action.REQUEST_CANCELLATION,
        Action.REPORT_SHORT_PICK,
    ),
    Status.CANCELLATION_REQUESTED: (Action.ACCEPT_CANCELLATION, Action.REJECT_CANCELLATION),
    Status.DESPATCHED: (Action.DELIVER, Action.RETURN_UNITS),
    Status.DELIVERED: (Action.RETURN_UNITS,),
    Status.ON_HOLD: (Action.RELEASE_HOLD,),
    Status.ON_BACK_ORDER: (Action.SPLIT,),
}


class Machine(RuleBasedStateMachine):
    """Two sellers who have everything done that can be done."""

    kind_of_flow = CheckedFlow
    flow: CheckedFlow
    scope: Scope
    account: dict[StockKey, int]
    answered: list[tuple[Command, Outcome]]
    stored_as: dict[str, Command]
    """The commands that an erasure has changed, by their ids."""
    erased: dict[str, set[str]]

    @initialize(
        first=policies(),
        second=policies(),
        warehouse_ids=st.sampled_from([("leeds",), ("leeds", "york")]),
    )
    def open(
        self, first: AllocationPolicy, second: AllocationPolicy, warehouse_ids: tuple[str, ...]
    ) -> None:
        """Open with nothing in it."""
        self.flow = self.kind_of_flow(first, clock=Clock(later(0)))
        self.flow.seller("bolt").change_policy(second)
        self.scope = Scope(seller_ids=SELLERS, warehouse_ids=warehouse_ids, skus=("MUG", "PAN"))
        self.account = {}
        self.answered = []
        self.stored_as = {}
        self.erased = {each: set() for each in SELLERS}

    @rule(minutes=st.sampled_from([1, 10, 60, 180, -90]))
    def the_clock_goes_on_or_is_set_back(self, minutes: int) -> None:
        self.flow.moments.wait(minutes)

    @rule(data=DATA, seller_id=st.sampled_from(SELLERS))
    def business_goes_on(self, data: st.DataObject, seller_id: str) -> None:
        """Several things are done that the state allows; a run has a limited number of steps."""
        chooser = Chooser(data.draw)
        for _ in range(4):
            self.ask(draw_next(chooser, self.flow.state(seller_id), self.scope, self.now))

    @rule(seller_id=st.sampled_from(SELLERS), policy=policies())
    def the_policy_changes(self, seller_id: str, policy: AllocationPolicy) -> None:
        self.ask(ChangePolicy(at=self.now, seller_id=seller_id, policy=policy))

    @rule(data=DATA, steps=st.integers(1, 6))
    def an_order_goes_on_its_way(self, data: st.DataObject, steps: int) -> None:
        """What leads an order on happens; drawn at random alone, few would ever arrive."""
        chooser = Chooser(data.draw)
        for _ in range(steps):
            able = [(each, to) for each in self.orders for to in ON_THE_WAY.get(each.status, ())]
            if able:
                order, action = chooser.pick(able)
                state = self.flow.state(order.seller_id)
                self.ask(draw_about(chooser, action, order, state, scope=self.scope, at=self.now))

    @rule(data=DATA, seller_id=st.sampled_from(SELLERS))
    def anything_is_asked_for(self, data: st.DataObject, seller_id: str) -> None:
        state = self.flow.state(seller_id)
        self.ask(data.draw(commands(state, self.scope, self.now)))

    @rule(data=DATA, minutes=st.integers(0, 5))
    def a_command_comes_again(self, data: st.DataObject, minutes: int) -> None:
        if self.answered:
            command, outcome = Chooser(data.draw).pick(self.answered)
            again = attrs.evolve(command, at=command.at - later(0) + later(minutes))
            assert self.flow.handle(again) == outcome

    @rule(data=DATA)
    def an_id_is_used_for_another_command(self, data: st.DataObject) -> None:
        chooser = Chooser(data.draw)
        if len(self.answered) > 1:
            (command, _), (other, _) = chooser.pick(self.answered), chooser.pick(self.answered)
            if command.seller_id == other.seller_id and command != other:
                stolen = attrs.evolve(command, command_id=other.command_id, at=self.now)
                same = attrs.evolve(stolen, at=other.at)
                stored = self.stored_as.get(str(other.command_id), other)
                is_same = stored in {same, erase(same, self.erased[other.seller_id])}
                assert self.refused(stolen, CommandIdReusedError) is not is_same

    @rule(data=DATA, difference=st.sampled_from([-1, 1]))
    def an_old_version_is_named(self, data: st.DataObject, difference: int) -> None:
        if self.orders:
            order = Chooser(data.draw).pick(self.orders)
            version = max(0, order.version + difference)
            command = CancelOrder(
                at=self.now,
                seller_id=order.seller_id,
                order_id=order.order_id,
                expected_version=version,
            )
            assert version == order.version or self.refused(command, StaleVersionError)

    @invariant()
    def the_account_of_units_is_even(self) -> None:
        if hasattr(self, "flow"):
            for seller_id in SELLERS:
                for stock in self.flow.seller(seller_id).stock():
                    assert stock.on_hand == self.account.get(stock.key, 0), stock.key

    def teardown(self) -> None:
        """Fold each seller's whole history at once."""
        if hasattr(self, "flow"):
            for seller_id in SELLERS:
                folded = fold(self.flow.seller(seller_id).events(), State(seller_id))
                assert folded == self.flow.stored(seller_id)

    @property
    def now(self) -> datetime:
        return self.flow.clock.now()

    @property
    def orders(self) -> list[Order]:
        return [order for each in SELLERS for order in self.flow.state(each).orders.values()]

    def ask(self, command: Command) -> None:
        """Carry a command out under an id of its own, and keep the account."""
        named = attrs.evolve(command, command_id=f"C{len(self.answered)}")
        before = self.flow.state(command.seller_id)
        try:
            outcome = self.flow.handle(named)
        except (NotFoundError, RefusedError):
            return
        if isinstance(command, ErasePersonalData):
            self.expect_erasure(command)
        self.answered.append((named, outcome))
        self.keep_account(command, before)

    def expect_erasure(self, erasure: ErasePersonalData) -> None:
        """Expect earlier answers without the texts, and the first commands too."""
        ids = erasure.order_ids
        self.erased[erasure.seller_id].update(ids)
        for number, (command, outcome) in enumerate(self.answered):
            if command.seller_id == erasure.seller_id:
                name = str(command.command_id)
                self.stored_as[name] = erase(self.stored_as.get(name, command), ids)
                self.answered[number] = (command, erase(outcome, ids))

    def refused(self, command: Command, error: type[RefusedError]) -> bool:
        try:
            self.flow.handle(command)
        except error:
            return True
        return False

    def keep_account(self, command: Command, before: State) -> None:
        """Book what a command that was carried out has done to the units on the shelf."""
        match command:
            case BookInStock(key=key, received=received):
                self.book(key, received)
            case TransferStock(key=key, units=units):
                self.book(key, -units)
            case WithdrawReceipt(receipt_id=receipt_id):
                receipt = before.receipts[receipt_id]
                if receipt.from_warehouse_id is not None:
                    origin = attrs.evolve(receipt.key, warehouse_id=receipt.from_warehouse_id)
                    self.book(origin, receipt.quantity)
            case AdjustStock(key=key, change=change):
                self.book(key, change)
            case CountStock(key=key, counted=counted):
                self.account[key] = counted
            case DespatchOrder(order_id=order_id, units=units):
                order = before.orders[order_id]
                for line in order.lines:
                    left = line.quantity if units is None else dict(units).get(line.line_id, 0)
                    self.book(key_of(order, line.sku), -left)
            case ReportShortPick(order_id=order_id, picked=found):
                order = before.orders[order_id]
                for each in found:
                    line = order.line(each.line_id)
                    self.book(key_of(order, line.sku), each.units - line.quantity)
            case ReturnUnits(order_id=order_id, units=units, state=ReturnState.BACK_IN_STOCK):
                order = before.orders[order_id]
                earlier = dict(order.returned)
                for line_id, came_back in units or [
                    (line.line_id, line.quantity - earlier.get(line.line_id, 0))
                    for line in order.lines
                ]:
                    self.book(key_of(order, order.line(line_id).sku), came_back)
            case _:
                pass

    def book(self, key: StockKey, units: int) -> None:
        self.account[key] = self.account.get(key, 0) + units


def key_of(order: Order, sku: str) -> StockKey:
    return StockKey(order.seller_id, order.warehouse_id, sku)


class MachineInHardTimes(Machine):
    """The same, with what would be rare: orders give up, and lose units to others or in a count."""

    @rule(seller_id=st.sampled_from(SELLERS), minutes=st.sampled_from([200, 300]))
    def hours_go_by_and_what_is_due_is_done(self, seller_id: str, minutes: int) -> None:
        self.flow.moments.wait(minutes)  # until the reminder, or until an order is given up
        self.ask(RunDue(at=self.now, seller_id=seller_id))

    @rule(data=DATA)
    def units_change_hands(self, data: st.DataObject) -> None:
        chooser = Chooser(data.draw)
        waiting = [each for each in self.orders if each.status is Status.ON_BACK_ORDER]
        if waiting:
            order = chooser.pick(waiting)
            self.ask(draw_reallocation(chooser, order, self.flow.state(order.seller_id), self.now))

    @rule(seller_id=st.sampled_from(SELLERS), sku=st.sampled_from(("MUG", "PAN")))
    def a_shelf_turns_out_to_be_empty(self, seller_id: str, sku: str) -> None:
        """Orders at the warehouse lose their units too."""
        self.ask(CountStock(at=self.now, key=StockKey(seller_id, "leeds", sku), counted=0))


TestMachine = MachineInHardTimes.TestCase
TestMachine.settings = settings(
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

QUICK = settings(
    TestMachine.settings,
    max_examples=200,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
)


@pytest.mark.parametrize(
    "fault",
    [
        "a_cancellation_forgets_to_free",
        "what_becomes_free_is_not_offered",
        "the_answer_to_a_command_id_is_forgotten",
        "the_queue_is_walked_backwards",
    ],
)
def test_the_machine_comes_upon_a_fault(fault: str) -> None:
    """A negative control: what the machine never breaks it never looked at."""
    with FAULTS[fault](), pytest.raises((AssertionError, OrderFlowError)):
        run_state_machine_as_test(Machine, settings=QUICK)


class UncheckedFlow(CheckedFlow):
    """Goes on as the checked one does. What must hold is checked where the machine is run."""

    def handle(self, command: Command) -> Outcome:
        repeated = self._was_answered(command)
        outcome = OrderFlow.handle(self, command)
        if not repeated:
            self.states[command.seller_id] = self.state(command.seller_id).after(outcome)
        return outcome


class EnoughHappenedError(Exception):
    """Nothing is left to wait for, so that no more runs are needed."""


def test_the_machine_gets_around() -> None:
    """Every command is carried out, and every event and effect happens, within a few runs."""
    happened: set[type] = set()
    effects: Counter[str] = Counter()

    class Noting(MachineInHardTimes):
        kind_of_flow = UncheckedFlow

        def teardown(self) -> None:
            super().teardown()
            happened.update(type(command) for command, _ in self.answered)
            happened.update(
                type(event) for each in SELLERS for event in self.flow.seller(each).events()
            )
            for command, outcome in self.answered:
                effects.update(effects_of(command, outcome))
            effects["a part waits for a minimum"] += sum(map(self.keeps_a_part, SELLERS))
            if not missing():
                raise EnoughHappenedError

        def keeps_a_part(self, seller_id: str) -> bool:
            policy = self.flow.seller(seller_id).policy()
            orders = self.flow.state(seller_id).orders.values()
            return policy.split_percent_min is not None and any(
                each.allocated and each.status is Status.ON_BACK_ORDER for each in orders
            )

    def missing() -> set[object]:
        """Return what has not happened, or not often."""
        rare = {name for name in EFFECTS if effects[name] < OFTEN_MIN}
        return ({*Command.__args__, *Event.__args__} - happened - {ServeWaiting}) | rare

    with suppress(EnoughHappenedError):
        run_state_machine_as_test(
            Noting, settings=settings(QUICK, max_examples=600, stateful_step_count=60)
        )
    assert missing() == set()
    assert ServeWaiting not in happened  # no queue is that long here


OFTEN_MIN = min(3, settings().max_examples // 20)
EFFECTS = (
    *("short units are cancelled: SHORT_PART", "short units are cancelled: LIMIT"),
    *("an order is cancelled: it is short", "an order is held: SHORT"),
    *("an order is cancelled: its product may have no more back orders",),
    *("units are returned: BACK_IN_STOCK", "units are returned: WRITTEN_OFF"),
    *("units are named: SplitOrder", "units are named: DespatchOrder"),
    *("units are named: ReturnUnits", "a part stays at the warehouse"),
    *("a policy has split_units_min", "a policy has split_percent_min"),
    *("a policy has split_wait_min", "an order with a day is sent"),
    *("a part waits for a minimum", "a set is split off"),
    *("a limit begins later", "a limit ends"),
    *("an order is moved", "a part is moved", "what is short is moved"),
    *("units are lost: MOVED", "units are lost: TRANSFERRED"),
    *("a transfer arrives", "a transfer comes short", "a transfer goes back"),
    *("an order is sourced", "an order is divided among warehouses", "an order replaces one"),
)
"""What the settings lead to, each of which a machine that never draws it would miss."""


def effects_of(command: Command, outcome: Outcome) -> Iterator[str]:
    """Name the outcome of a command that was carried out."""
    if getattr(command, "units", None):
        yield f"units are named: {type(command).__name__}"
    if isinstance(command, ChangePolicy):
        for name in ("split_units_min", "split_percent_min", "split_wait_min"):
            if getattr(command.policy, name) is not None:
                yield f"a policy has {name}"
    if isinstance(command, LimitBackOrders) and command.units_max is not None:
        if command.begins_at is not None:
            yield "a limit begins later"
        if command.ends_at is not None:
            yield "a limit ends"
    if isinstance(command, MoveOrder) and command.only_short:
        yield "what is short is moved"
    if isinstance(command, PlaceOrder) and command.sourcing is not None:
        yield "an order is sourced"
        if any(isinstance(event, OrderPartMoved) for event in outcome.events):
            yield "an order is divided among warehouses"
    for event in outcome.events:
        yield from effects_of_event(event, outcome)


def effects_of_event(event: Event, outcome: Outcome) -> Iterator[str]:
    match event:
        case ShortUnitsCancelled(reason=reason):
            yield f"short units are cancelled: {reason}"
        case OrderCancelled(reason=reason):
            yield f"an order is cancelled: {reason}"
        case OrderHeld(hold=hold):
            yield f"an order is held: {hold.reason}"
        case UnitsReturned(state=state):
            yield f"units are returned: {state}"
        case OrderSplitAtWarehouse():
            yield "a part stays at the warehouse"
        case OrderSplitOff(order=part) if any(line.set_id for line in part.lines):
            yield "a set is split off"
        case OrderSentToWarehouse() if any(each.not_before for each in outcome.orders):
            yield "an order with a day is sent"
        case OrderMoved():
            yield "an order is moved"
        case OrderPartMoved():
            yield "a part is moved"
        case OrderDeallocated(reason=reason):
            yield f"units are lost: {reason}"
        case StockBookedIn(from_warehouse_id=str(), short=short):
            yield "a transfer comes short" if short else "a transfer arrives"
        case TransferWithdrawn():
            yield "a transfer goes back"
        case OrderPlaced(order=order) if order.replaces is not None:
            yield "an order replaces one"
        case _:
            pass
