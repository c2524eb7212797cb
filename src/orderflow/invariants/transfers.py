"""Rule 3 for transfers: units that left a warehouse are on the way until they arrive or go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.events import StockBookedIn, StockTransferred, TransferWithdrawn
from orderflow.domain.model.stock import StockKey
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.stock import ExpectedReceipt
    from orderflow.domain.state.state import State

__all__ = ["transfer_violations"]


@attrs.frozen
class _Sent:
    """Units on their way from a warehouse, to a product of another one."""

    origin: str
    to: StockKey
    units: int

    def __str__(self) -> str:
        units = counted(self.units, "unit")
        return f"{units} of {self.to.sku!r} from {self.origin!r} to {self.to.warehouse_id!r}"


_OnTheWay = dict[str, _Sent]
"""What is on the way, by receipt id."""


def transfer_violations(
    opening: State, events: Iterable[Event], receipts: Iterable[ExpectedReceipt]
) -> list[str]:
    """Return violations of rule 3: units that left for another warehouse are expected there.

    Args:
        opening: The state before the first event.
        events: The events, oldest first.
        receipts: The receipts that are expected after them.
    """
    on_the_way = _sent(opening.receipts.values())
    found = []
    for event in events:
        match event:
            case StockTransferred(receipt_id=receipt_id):
                to = attrs.evolve(event.key, warehouse_id=event.to_warehouse_id)
                found += _differing(receipt_id, "sent again", on_the_way, None)
                on_the_way[receipt_id] = _Sent(event.key.warehouse_id, to, event.units)
            case StockBookedIn(receipt_id=str(receipt_id), from_warehouse_id=origin):
                arrived = None if origin is None else _Sent(origin, event.key, event.expected or 0)
                found += _differing(receipt_id, "booked in", on_the_way, arrived)
                sent = on_the_way.pop(receipt_id, None)
                if sent is not None and event.to_come:
                    on_the_way[receipt_id] = attrs.evolve(sent, units=event.to_come)
            case TransferWithdrawn(receipt_id=receipt_id):
                found += _differing(
                    receipt_id, "back", on_the_way, _back(event, on_the_way.get(receipt_id))
                )
                on_the_way.pop(receipt_id, None)
            case _:
                pass
    there = _sent(receipts)
    for receipt_id in {**on_the_way, **there}:
        found += _differing(receipt_id, "expected", on_the_way, there.get(receipt_id))
    return found


def _sent(receipts: Iterable[ExpectedReceipt]) -> _OnTheWay:
    return {
        each.receipt_id: _Sent(each.from_warehouse_id, each.key, each.quantity)
        for each in receipts
        if each.from_warehouse_id is not None
    }


def _back(event: TransferWithdrawn, sent: _Sent | None) -> _Sent:
    """Return what was sent if these units are those that went back."""
    to = event.key if sent is None else attrs.evolve(sent.to, sku=event.key.sku)
    return _Sent(event.key.warehouse_id, to, event.units)


def _differing(
    receipt_id: str, what: str, on_the_way: _OnTheWay, claimed: _Sent | None
) -> list[str]:
    """Return what is wrong unless exactly what is on the way is so."""
    sent = on_the_way.get(receipt_id)
    if sent == claimed:
        return []
    is_so, was_sent = claimed or "nothing", sent or "nothing"
    return [f"transfer {receipt_id!r}: {is_so} {what}, but {was_sent} on the way"]
