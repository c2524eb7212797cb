"""The replay itself: a history, day by day, against stock that the replay adds to it.

A history says what was ordered, cancelled and written off, and when. The replay adds everything
else, by stated rules:

- opening stock and receipts (`orderflow.replay.replenishment`),
- the warehouse's working days and cut-offs (`WarehouseCalendar`),
- what the seller does about waiting orders (`orderflow.replay.simulated_seller`).

Everything happens in time order. At a cut-off the backlog is rebalanced first, if that is a
setting. Then the seller acts, the warehouse despatches, and products are reordered. An order placed
at the exact moment of a cut-off misses it.
"""

from __future__ import annotations

from collections import Counter
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from orderflow.adapters.memory.repository import MemoryRepository
from orderflow.domain.calendar import clocks
from orderflow.domain.calendar.calendar import WarehouseCalendar
from orderflow.domain.model import validators
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.validators import LINES_MAX
from orderflow.errors import DuplicateOrderError
from orderflow.importing.listed import LISTED_MAX
from orderflow.replay.account import Account
from orderflow.replay.entries import EntryKind
from orderflow.replay.figures import Figures
from orderflow.replay.rebalances import Rebalancing
from orderflow.replay.replenishment import DAYS_MAX, Replenishment, ReplenishmentRule
from orderflow.replay.session import SELLER, WAREHOUSE, ReplaySession
from orderflow.replay.simulated_seller import SellerBehaviour, SimulatedSeller
from orderflow.replay.simulated_warehouse import SimulatedWarehouse
from orderflow.replay.summary import Additions, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from orderflow.ports import Repository
    from orderflow.replay.entries import Entry
    from orderflow.replay.session import Observer

__all__ = ["Replay", "Settings"]

_SHOWN_EVERY = 50  # entries, because drawing a progress bar is slower than a step


@attrs.frozen(kw_only=True)
class Settings:
    """The policy that a replay tries, and everything that it adds to a history.

    Attributes:
        policy: Who gets the stock.
        rule: What is ordered from suppliers, and when it arrives.
        calendar: When the warehouse works, and its cut-offs.
        books_in: The local time at which receipts are booked in.
        behaviour: What the seller does about waiting orders and returns.
        rebalance_days: Days from one rebalance of the backlog to the next. Default: never.
    """

    policy: AllocationPolicy = attrs.field(
        factory=AllocationPolicy, validator=validators.one_of(AllocationPolicy)
    )
    rule: ReplenishmentRule = attrs.field(
        factory=ReplenishmentRule, validator=validators.one_of(ReplenishmentRule)
    )
    calendar: WarehouseCalendar = attrs.field(
        factory=lambda: WarehouseCalendar(time_zone=ZoneInfo("Europe/London")),
        validator=validators.one_of(WarehouseCalendar),
    )
    books_in: time = attrs.field(default=time(8))

    @books_in.validator
    def _check_books_in(self, _attribute: object, value: object) -> None:
        clocks.check_clock("Settings.books_in", value)

    behaviour: SellerBehaviour = attrs.field(
        factory=SellerBehaviour, validator=validators.one_of(SellerBehaviour)
    )
    rebalance_days: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.whole(1, DAYS_MAX))
    )


class Replay:
    """One run through a history.

    Args:
        settings: The policy, and what to add to the history.
        opening: The opening stock of single products. Default: what the replenishment rule says.
        observers: Further observers of every command.
        repository: Where to store orders and stock; it must be without data of the seller `SELLER`.
            Default: in memory.

    Attributes:
        session: Runs the commands, and reads orders and stock.
        seller: What the seller does.
        warehouse: What the warehouse does.
        rebalancing: The rebalances of the backlog.
        figures: How well orders have been served so far.
        account: The units that have come and left so far.
        refused: The orders that could not be placed, with the reason: the first 10,000.
        refusals: The number of all orders that could not be placed.
        now: The current moment of the replay.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        opening: Mapping[str, int] | None = None,
        observers: Sequence[Observer] = (),
        repository: Repository | None = None,
    ) -> None:
        self.settings = mine = settings if settings is not None else Settings()
        self._opening = opening if opening is not None else {}
        for sku, units in self._opening.items():
            validators.require(
                ok=validators.is_units(units, 0),
                field=f"Replay.opening[{sku!r}]",
                demand=validators.units_demand(0),
                value=units,
            )
        self._replenishment = Replenishment(
            self.settings.rule, self.settings.calendar, self.settings.books_in
        )
        kept = repository if repository is not None else MemoryRepository(stores_events=False)
        self.session = ReplaySession(mine.policy, self._replenishment, kept)
        self.account = Account()
        self.figures = Figures()
        self.warehouse = SimulatedWarehouse(self.session)
        self.seller = SimulatedSeller(mine.behaviour, self.session)
        self.rebalancing = Rebalancing(mine.rebalance_days, mine.calendar, self.session)
        self.session.add_observers(
            self.account, self.figures, self.warehouse, self.seller, *observers
        )
        self.refused: dict[str, str] = {}
        self.refusals = 0
        self._rows_refused = 0
        self._rows: Counter[EntryKind] = Counter()
        self._cut_offs = 0
        self._next_cut_off: datetime | None = None
        self.now: datetime | None = None

    def run(
        self, entries: Iterable[Entry], progress: Callable[[Entry, int], None] | None = None
    ) -> Summary:
        """Replay a whole history.

        Args:
            entries: The history.
            progress: Called now and then with the next entry and the number of rows before it.
        """
        rows = 0
        for number, entry in enumerate(entries):
            if progress is not None and number % _SHOWN_EVERY == 0:
                progress(entry, rows)
            self.step(entry)
            rows += len(entry.rows)
        return self.finish()

    def step(self, entry: Entry) -> None:
        """Advance to an entry, and replay it."""
        self.advance(entry.at)
        for row in entry.rows:
            if not self.session.knows(row.sku):
                units = self._opening.get(row.sku, self.settings.rule.opening_units)
                self.session.count_opening_stock(row.sku, units, entry.at)
        self._rows[entry.kind] += len(entry.rows)
        match entry.kind:
            case EntryKind.SALE:
                self._place(entry)
            case EntryKind.CANCELLATION:
                self.session.run_due(entry.at)
                self.seller.cancel(entry)
            case EntryKind.ORDER_CANCELLED:
                self.session.run_due(entry.at)
                self.seller.cancel_order(entry)
            case EntryKind.WRITE_OFF | EntryKind.FOUND:
                self.warehouse.adjust(entry)

    def advance(self, until: datetime) -> None:
        """Replay everything that is due up to a moment."""
        if self._next_cut_off is None:
            self._next_cut_off = self.settings.calendar.next_cut_off(until)
        while True:
            arrival = self.warehouse.next_arrival
            if arrival is not None and arrival <= min(until, self._next_cut_off):
                self.warehouse.book_in_next()
            elif self._next_cut_off <= until:
                self._cut_off(self._next_cut_off)
                self._next_cut_off = self.settings.calendar.next_cut_off(self._next_cut_off)
            else:
                break
        self.now = until

    def finish(self) -> Summary:
        """Run the next cut-off, and return the summary."""
        if self._next_cut_off is not None:
            self.advance(self._next_cut_off)
        balance = self.account.balance(self.session.flow.seller(SELLER).stock())
        return Summary(
            units=self.figures.units,
            lines=self.figures.lines,
            orders=self.figures.orders,
            despatched=self.figures.despatched,
            back_orders=self.figures.back_orders,
            waiting=self.figures.waiting(),
            cancelled=self.seller.cancelled,
            balance=balance,
            rows=self._rows,
            skipped=self.seller.skipped,
            refused=self.refused,
            refusals=self.refusals,
            rows_refused=self._rows_refused,
            added=Additions(
                products=self.session.products,
                opening_units=balance.opening,
                receipts_announced=self.warehouse.announced,
                receipts_booked_in=self.warehouse.booked_in,
                units_booked_in=balance.booked_in,
                units_not_there=self.warehouse.units_not_there,
                cut_offs=self._cut_offs,
                rebalances=self.rebalancing.applied,
                orders_that_gave=self.rebalancing.orders_that_gave,
                units_moved=self.rebalancing.units_moved,
            ),
        )

    def _place(self, entry: Entry) -> None:
        if len(entry.rows) > LINES_MAX:
            self._refuse(entry, f"order {entry.order_id!r} has more than {LINES_MAX:,} lines")
            return
        order = Order(
            order_id=entry.order_id,
            seller_id=SELLER,
            warehouse_id=WAREHOUSE,
            lines=tuple(
                OrderLine(str(number), row.sku, row.units)
                for number, row in enumerate(entry.rows, 1)
            ),
            placed_at=entry.at,
            priority=entry.priority,
            promised_by=entry.promised_by,
            not_before=entry.not_before,
        )
        self.seller.set_customer(entry.order_id, entry.customer)
        try:
            self.session.handle(PlaceOrder(order=order, at=entry.at))
        except DuplicateOrderError as error:
            reason = f"order {entry.order_id!r} has already been placed"
            if error.split_from is not None:
                reason = f"order {entry.order_id!r} is already a part of order {error.split_from!r}"
            self._refuse(entry, reason)
            return
        for row in entry.rows:
            self._replenishment.add_demand(row.sku, row.units, entry.at)

    def _refuse(self, entry: Entry, reason: str) -> None:
        self._rows[entry.kind] -= len(entry.rows)
        self._rows_refused += len(entry.rows)
        self.refusals += 1
        if len(self.refused) < LISTED_MAX:
            self.refused[entry.order_id] = reason

    def _cut_off(self, at: datetime) -> None:
        self._cut_offs += 1
        self.session.run_due(at)
        self.rebalancing.at_cut_off(at)
        self.seller.at_cut_off(at)
        self.warehouse.despatch(at)
        for receipt in self._replenishment.review(at):
            self.warehouse.announce(receipt, at)
