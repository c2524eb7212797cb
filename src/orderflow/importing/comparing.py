"""What a file says of an order that is there already: the same, or which changes it asks for.

Only what the file says is compared. An empty cell, or a column that is not there, says nothing, so
that it takes nothing away which was entered since. What no edit can change is not compared either:
when the order was placed.

Lines are matched by their ids where the file has ids of its own. Numbered lines, and those that
are left over, are matched by their product, those of the same quantity first.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import compress
from typing import TYPE_CHECKING

from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    RemoveLine,
    ReplaceLine,
)
from orderflow.domain.model.lifecycle import Action, allowed_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow.domain.model.edits import Edit
    from orderflow.domain.model.order import Order, OrderLine

__all__ = ["changes_to", "obstacle_to"]

_Pair = tuple["OrderLine", "OrderLine"]


def changes_to(
    stored: Order, wanted: Order, *, has_line_ids: bool, has_priority: bool
) -> tuple[Edit, ...]:
    """Return the fewest changes that make of the stored order what the file says.

    Args:
        stored: The order as it is.
        wanted: The order as the file has it.
        has_line_ids: Whether the ids of its lines are the file's own, and not numbers given here.
        has_priority: Whether the file says the priority of this order.
    """
    changes = _line_changes(stored, wanted, has_line_ids=has_line_ids)
    if wanted.courier is not None and wanted.courier != stored.courier:
        changes.append(ChangeCourier(wanted.courier))
    if wanted.ship_to is not None and wanted.ship_to != stored.ship_to:
        changes.append(ChangeShipTo(wanted.ship_to))
    if has_priority and wanted.priority != stored.priority:
        changes.append(ChangePriority(wanted.priority))
    if wanted.promised_by is not None and wanted.promised_by != stored.promised_by:
        changes.append(ChangePromise(wanted.promised_by))
    return tuple(changes)


def obstacle_to(stored: Order, warehouse_id: str) -> str:
    """Say why an order cannot be changed by a file; empty if it can."""
    if stored.warehouse_id != warehouse_id:
        return f"it leaves from warehouse {stored.warehouse_id!r}"
    if stored.split_count or stored.split_from is not None:
        return "it was split, and what the other part holds is not known here"
    if Action.EDIT not in allowed_actions(stored.status):
        return f"it is {stored.status} and cannot be edited any more"
    return ""


def _line_changes(stored: Order, wanted: Order, *, has_line_ids: bool) -> list[Edit]:
    have, want = list(stored.lines), list(wanted.lines)
    pairs: list[_Pair] = []
    if has_line_ids:
        pairs += _matched(have, want, lambda line: (line.line_id, line.sku))
    pairs += _matched(have, want, lambda line: (line.sku, line.quantity))
    pairs += _matched(have, want, lambda line: line.sku)
    replaced = _matched(have, want, lambda line: line.line_id) if has_line_ids else []
    changes: list[Edit] = [RemoveLine(line.line_id) for line in have]
    changes += [ReplaceLine(old.line_id, new.sku) for old, new in replaced]
    changes += [
        ChangeQuantity(old.line_id, new.quantity)
        for old, new in (*pairs, *replaced)
        if old.quantity != new.quantity
    ]
    kept = {old.line_id for old, _ in (*pairs, *replaced)}
    # Ids that are named come first, lest a line without one is given one of them.
    named = [has_line_ids and line.line_id not in kept for line in want]
    changes += [AddLine(line.sku, line.quantity, line.line_id) for line in compress(want, named)]
    changes += [
        AddLine(line.sku, line.quantity)
        for line, is_named in zip(want, named, strict=True)
        if not is_named
    ]
    return changes


def _matched(
    have: list[OrderLine], want: list[OrderLine], key: Callable[[OrderLine], object]
) -> list[_Pair]:
    """Pair lines that are alike, and take them off both lists."""
    alike: defaultdict[object, list[OrderLine]] = defaultdict(list)
    for line in reversed(have):
        alike[key(line)].append(line)
    pairs = [(alike[key(line)].pop(), line) for line in want if alike.get(key(line))]
    _take_off(have, (old for old, _ in pairs))
    _take_off(want, (new for _, new in pairs))
    return pairs


def _take_off(lines: list[OrderLine], taken: Iterable[OrderLine]) -> None:
    ids = {line.line_id for line in taken}
    lines[:] = [line for line in lines if line.line_id not in ids]
