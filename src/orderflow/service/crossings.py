"""Which products were low at the last look, so that each crossing is told once.

The notice store has one text for each seller, with the products that are low. It is replaced at
once or not at all, so of several processes that look at the same time, one tells each crossing. A
product that is no longer low is taken out, and its next crossing is told again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orderflow.errors import ContentionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.reports.low_stock import LowStock
    from orderflow.ports import NoticeStore

__all__ = ["newly_low"]

_KEY = "low stock"
_ATTEMPTS_MAX = 10


def newly_low(
    notice_store: NoticeStore, seller_id: str, low: Sequence[LowStock], warehouse_id: str | None
) -> tuple[LowStock, ...]:
    """Return the products that were not low at the last call, and store which ones are now.

    Args:
        notice_store: The store.
        seller_id: The seller.
        low: The products that are low.
        warehouse_id: The only warehouse that was looked at; `None` if it was all of them.

    Raises:
        ContentionError: If others replaced the text at every attempt.
    """
    now = {(each.key.warehouse_id, each.key.sku): each for each in low}
    for _ in range(_ATTEMPTS_MAX):
        text = notice_store.get(seller_id, _KEY)
        known = _products(text)
        others = {each for each in known if warehouse_id not in (None, each[0])}
        new_text = json.dumps(sorted({*now, *others}), ensure_ascii=False)
        is_same = new_text == text or (text is None and not now)
        if is_same or notice_store.compare_and_set(seller_id, _KEY, text, new_text):
            return tuple(each for product, each in now.items() if product not in known)
    raise ContentionError(_ATTEMPTS_MAX)


def _products(text: str | None) -> set[ProductKey]:
    if text is None:
        return set()
    return {(warehouse_id, sku) for warehouse_id, sku in json.loads(text)}
