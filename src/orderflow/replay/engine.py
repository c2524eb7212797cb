"""The replay itself: a history, day by day, against stock that the replay adds to it.

A history says what was ordered, cancelled and written off, and when. Everything else has to be
added, by stated rules: the opening stock and the receipts (`orderflow.replay.replenishment`), the
warehouse's day (`orderflow.replay.hours`), and what the seller does about orders that wait
(`orderflow.replay.sellers`).

What is due goes in time order. At a cut-off the seller acts first, then the warehouse despatches,
then products are ordered again. What is placed at the very moment of a cut-off has missed it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from orderflow.adapters.memory.repository import MemoryRepository
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.errors import DuplicateOrderError
from orderflow.replay.account import Account
from orderflow.replay.desk import SELLER, WAREHOUSE, Desk
from orderflow.replay.faults import Rejects
from orderflow.replay.figures import Figures
from orderflow.replay.hours import Hours
from orderflow.replay.replenishment import ReplenishmentRule, Supply
from orderflow.replay.rows import Kind
from orderflow.replay.sellers import Seller, SellerBehaviour
from orderflow.replay.summary import Added, Summary
from orderflow.replay.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from orderflow.ports import Repository
    from orderflow.replay.desk import Onlooker
    from orderflow.replay.history import Entry

__all__ = ["Replay", "Settings"]


@attrs.frozen(kw_only=True)
class Settings:
    """All that a replay adds to a history, and the policy that it tries.

    Attributes:
        policy: Who gets the stock.
        rule: What is ordered from suppliers, and when it comes.
        hours: When the warehouse works.
        habits: What the seller does about orders that wait, and with returns.
    """

    policy: AllocationPolicy = attrs.field(factory=AllocationPolicy)
    rule: ReplenishmentRule = attrs.field(factory=ReplenishmentRule)
    hours: Hours = attrs.field(factory=Hours)
    habits: SellerBehaviour = attrs.field(factory=SellerBehaviour)


class Replay:
    """One run through a history.

    Args:
        settings: What is added, and the policy.
        opening: What is on hand of products when they are first seen, where that is not what
            the replenishment rule says.
        rejects: Where rows go that cannot be carried out.
        onlookers: Who else sees every command that is carried out.
        repository: Where the orders and the stock are kept, with none of the seller `SELLER` in
            it; in this process, if left out.

    Attributes:
        desk: Where commands go through, and where orders and stock can be looked at.
        seller: What the seller does.
        warehouse: What the warehouse does.
        figures: How well orders were served so far.
        account: What units came and went so far.
        now: The moment that the replay has come to.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        opening: Mapping[str, int] | None = None,
        rejects: Rejects | None = None,
        onlookers: Sequence[Onlooker] = (),
        repository: Repository | None = None,
    ) -> None:
        self.settings = settings if settings is not None else Settings()
        self._opening = opening if opening is not None else {}
        self._rejects = rejects if rejects is not None else Rejects()
        self._supply = Supply(self.settings.rule, self.settings.hours)
        kept = repository if repository is not None else MemoryRepository()
        self.desk = Desk(self.settings.policy, self._supply, kept)
        self.account = Account()
        self.figures = Figures()
        self.warehouse = Warehouse(self.desk)
        self.seller = Seller(self.settings.habits, self.desk)
        self.desk.show_to(self.account, self.figures, self.warehouse, self.seller, *onlookers)
        self._rows: Counter[Kind] = Counter()
        self._cut_offs = 0
        self._next_cut_off: datetime | None = None
        self.now: datetime | None = None

    def run(self, entries: Iterable[Entry]) -> Summary:
        """Replay a whole history."""
        for entry in entries:
            self.step(entry)
        return self.finish()

    def step(self, entry: Entry) -> None:
        """Go on to the next thing that happened, and let it happen."""
        self.advance(entry.at)
        for row in entry.rows:
            if not self.desk.knows(row.sku):
                units = self._opening.get(row.sku, self.settings.rule.opening_units)
                self.desk.begin(row.sku, entry.at, units)
        self._rows[entry.kind] += len(entry.rows)
        match entry.kind:
            case Kind.SALE:
                self._place(entry)
            case Kind.CANCELLATION:
                self.seller.cancel(entry)
            case Kind.WRITE_OFF | Kind.FOUND:
                self.warehouse.adjust(entry)

    def advance(self, until: datetime) -> None:
        """Let everything happen that is due until a moment."""
        if self._next_cut_off is None:
            self._next_cut_off = self.settings.hours.cut_off_after(until)
        while True:
            arrival = self.warehouse.next_arrival
            if arrival is not None and arrival <= min(until, self._next_cut_off):
                self.warehouse.book_in_next()
            elif self._next_cut_off <= until:
                self._cut_off(self._next_cut_off)
                self._next_cut_off = self.settings.hours.cut_off_after(self._next_cut_off)
            else:
                break
        self.now = until

    def finish(self) -> Summary:
        """Let the last day end with its cut-off, and sum up."""
        if self._next_cut_off is not None:
            self.advance(self._next_cut_off)
        balance = self.account.balance(self.desk.flow.seller(SELLER).stock())
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
            added=Added(
                products=self.desk.products,
                opening_units=balance.opening,
                receipts_announced=self.warehouse.announced,
                receipts_booked_in=self.warehouse.booked_in,
                units_booked_in=balance.booked_in,
                units_not_there=self.warehouse.not_there,
                cut_offs=self._cut_offs,
            ),
        )

    def _place(self, entry: Entry) -> None:
        order = Order(
            order_id=entry.order_id,
            seller_id=SELLER,
            warehouse_id=WAREHOUSE,
            lines=tuple(
                OrderLine(str(number), row.sku, row.units)
                for number, row in enumerate(entry.rows, 1)
            ),
            placed_at=entry.at,
            priority=entry.rows[0].priority,
            promised_by=entry.rows[0].promised_by,
        )
        self.seller.expect(entry.order_id, entry.customer)
        try:
            self.desk.do(PlaceOrder(order=order, at=entry.at))
        except DuplicateOrderError as error:
            self._rows[entry.kind] -= len(entry.rows)
            reason = f"order {entry.order_id!r} was placed before, without this line"
            if error.split_from is not None:
                reason = f"a part of order {error.split_from!r} is order {entry.order_id!r} already"
            for row in entry.rows:
                self._rejects.add(row.row, row.cells, reason)
            return
        for row in entry.rows:
            self._supply.demand(row.sku, row.units, entry.at)

    def _cut_off(self, at: datetime) -> None:
        self._cut_offs += 1
        self.seller.at_cut_off(at)
        self.warehouse.despatch(at)
        for receipt in self._supply.review(at):
            self.warehouse.expect(receipt, at)
