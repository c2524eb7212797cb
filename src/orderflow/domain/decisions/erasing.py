"""The decision to erase the personal data of orders.

All parts of a split order have the same data, and so has the order that one of them replaces. If
one of them were missing, the text would stay, and the parts would no longer add up to the order.
So the command must name all of them. Nothing can be split off while it is decided.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from orderflow.domain.model.events import PersonalDataErased
from orderflow.domain.model.status import ENDED
from orderflow.errors import ErasureRefusedError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.commands import ErasePersonalData
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["erase_personal_data"]


def erase_personal_data(draft: Draft, command: ErasePersonalData) -> None:
    """Erase the personal data of orders. One that is erased already, and has none since, stays.

    Raises:
        ErasureRefusedError: If an order is open, or if the command does not name all of its parts.
    """
    draft.view.prefetch(command.order_ids)
    orders = [draft.order(order_id) for order_id in command.order_ids]
    named = frozenset(command.order_ids)
    parts = Counter(order.split_from for order in orders)
    present = [order for order in orders if order.erased_at is None]
    for order in present:
        if order.status not in ENDED and not command.include_open:
            raise ErasureRefusedError(
                order.order_id,
                f"it is {order.status} and still needs its address; cancel or despatch it first, "
                f"or erase it with include_open",
            )
    for order in orders:
        for fault in _left_out(order, named, parts[order.order_id]):
            raise ErasureRefusedError(order.order_id, f"it {fault}; name all of them")
    for order in present:
        draft.emit(PersonalDataErased(*draft.name(order)))


def _left_out(order: Order, named: frozenset[str], parts: int) -> Iterator[str]:
    """Yield how an order is related to one that the command does not name."""
    if order.split_from is not None and order.split_from not in named:
        yield f"is a part of order {order.split_from!r}, which is not named"
    if parts < order.split_count:
        missing = counted(order.split_count - parts, "part of it is", "parts of it are")
        yield f"was split, and {missing} not named"
    if order.replaces is not None and order.replaces not in named:
        yield f"was placed in place of order {order.replaces!r}, which is not named"
