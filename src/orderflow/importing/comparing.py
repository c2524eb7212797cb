"""Compare an order of a file with the stored order: find the edits that the file asks for.

Only values in the file are compared. An empty cell or a missing column says nothing, so it does not
remove anything that was entered since. The time of placing is not compared, because no edit can
change it.

Lines are matched by their ids if the file has line ids. Numbered lines, and lines that are left
over, are matched by their product. Lines of the same quantity are matched first.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import compress
from typing import TYPE_CHECKING

from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    RemoveLine,
    ReplaceLine,
)
from orderflow.domain.model.lifecycle import Action, allowed_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow.domain.model.edits import Edit
    from orderflow.domain.model.order import Order, OrderLine

__all__ = ["edits_to", "obstacle_to"]

_Pair = tuple["OrderLine", "OrderLine"]


def edits_to(
    stored: Order, wanted: Order, *, has_line_ids: bool, has_priority: bool
) -> tuple[Edit, ...]:
    """Return the fewest edits that turn the stored order into the order of the file.

    Args:
        stored: The order as stored.
        wanted: The order of the file.
        has_line_ids: Whether the file has line ids. Otherwise its lines were numbered.
        has_priority: Whether the file gives the priority of this order.
    """
    edits = _line_edits(stored, wanted, has_line_ids=has_line_ids)
    if wanted.courier is not None and wanted.courier != stored.courier:
        edits.append(ChangeCourier(wanted.courier))
    if wanted.ship_to is not None and wanted.ship_to != stored.ship_to:
        edits.append(ChangeShipTo(wanted.ship_to))
    reference = wanted.customer_reference
    if reference is not None and reference != stored.customer_reference:
        edits.append(ChangeCustomerReference(reference))
    here = set(stored.custom_fields)
    edits += [ChangeCustomField(*field) for field in wanted.custom_fields if field not in here]
    if has_priority and wanted.priority != stored.priority:
        edits.append(ChangePriority(wanted.priority))
    if wanted.promised_by is not None and wanted.promised_by != stored.promised_by:
        edits.append(ChangePromise(wanted.promised_by))
    if wanted.not_before is not None and wanted.not_before != stored.not_before:
        edits.append(ChangeNotBefore(wanted.not_before))
    if wanted.short_part is not None and wanted.short_part is not stored.short_part:
        edits.append(ChangeShortPart(wanted.short_part))
    return tuple(edits)


def obstacle_to(stored: Order) -> str:
    """Return why a file cannot change the order; empty if it can."""
    if stored.split_count:
        return "it was split, and the lines of the other part are not known here"
    if Action.EDIT not in allowed_actions(stored.status):
        return f"it is {stored.status} and cannot be edited any more"
    return ""


def _line_edits(stored: Order, wanted: Order, *, has_line_ids: bool) -> list[Edit]:
    have, want = list(stored.lines), list(wanted.lines)
    pairs: list[_Pair] = []
    if has_line_ids:
        pairs += _pair(have, want, lambda line: (line.line_id, line.sku))
    pairs += _pair(have, want, lambda line: (line.sku, line.quantity))
    pairs += _pair(have, want, lambda line: line.sku)
    replaced = _pair(have, want, lambda line: line.line_id) if has_line_ids else []
    # No edit moves a line to another set, so it is removed and added again.
    moved = [pair for pair in (*pairs, *replaced) if _is_of_another_set(*pair)]
    pairs = [pair for pair in pairs if not _is_of_another_set(*pair)]
    replaced = [pair for pair in replaced if not _is_of_another_set(*pair)]
    edits: list[Edit] = [RemoveLine(line.line_id) for line in have]
    edits += [RemoveLine(old.line_id) for old, _ in moved]
    edits += [ReplaceLine(old.line_id, new.sku) for old, new in replaced]
    edits += [
        ChangeQuantity(old.line_id, new.quantity)
        for old, new in (*pairs, *replaced)
        if old.quantity != new.quantity
    ]
    edits += [AddLine(new.sku, new.quantity, old.line_id, new.set_id) for old, new in moved]
    paired = {old.line_id for old, _ in (*pairs, *replaced)}
    # Lines with ids come first, so that no line without an id receives one of theirs.
    named = [has_line_ids and line.line_id not in paired for line in want]
    edits += [
        AddLine(line.sku, line.quantity, line.line_id, line.set_id)
        for line in compress(want, named)
    ]
    edits += [
        AddLine(line.sku, line.quantity, set_id=line.set_id)
        for line, is_named in zip(want, named, strict=True)
        if not is_named
    ]
    return edits


def _is_of_another_set(old: OrderLine, new: OrderLine) -> bool:
    """Whether a file names another set for a line. One that names none leaves it as it is."""
    return new.set_id is not None and new.set_id != old.set_id


def _pair(
    have: list[OrderLine], want: list[OrderLine], key: Callable[[OrderLine], object]
) -> list[_Pair]:
    """Pair lines with equal keys and remove them from both lists."""
    alike: defaultdict[object, list[OrderLine]] = defaultdict(list)
    for line in reversed(have):
        alike[key(line)].append(line)
    pairs = [(alike[key(line)].pop(), line) for line in want if alike.get(key(line))]
    _remove(have, (old for old, _ in pairs))
    _remove(want, (new for _, new in pairs))
    return pairs


def _remove(lines: list[OrderLine], taken: Iterable[OrderLine]) -> None:
    ids = {line.line_id for line in taken}
    lines[:] = [line for line in lines if line.line_id not in ids]
