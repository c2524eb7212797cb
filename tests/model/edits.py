"""What an edit makes of the lines of an order."""

from __future__ import annotations

from orderflow.edits import (
    AddLine,
    ChangeQuantity,
    RemoveLine,
    RemoveShortLines,
    ReplaceLine,
    ReplaceProduct,
    RequestedEdit,
)
from tests.model.world import Line, Order, RefusedByModelError


def edited_lines(order: Order, changes: tuple[RequestedEdit, ...]) -> list[Line]:
    """Make the changes one after another; refuse all of them if one cannot be made."""
    lines = list(order.lines)
    used = [line.line_id for line in lines]
    for change in changes:
        match change:
            case AddLine():
                lines.append(_added(lines, used, change))
                used.append(lines[-1].line_id)
            case RemoveShortLines():
                short = [line for line in order.lines if line.short]
                if not short:
                    raise RefusedByModelError
                for line in short:
                    lines.remove(line)
            case RemoveLine(line_id):
                lines.remove(_find(lines, line_id))
            case ReplaceProduct(sku, by):
                chosen = [line for line in order.lines if line.sku == sku]
                if not chosen:
                    raise RefusedByModelError
                for line in chosen:
                    _replace(
                        line, ReplaceLine(line.line_id, by, units=change.units, per=change.per)
                    )
            case ReplaceLine():
                _replace(_find(lines, change.line_id), change)
            case ChangeQuantity(line_id, quantity):
                line = _find(lines, line_id)
                line.quantity = quantity
                line.allocated = min(line.allocated, quantity)
            case _:
                pass
    if not lines:
        raise RefusedByModelError
    return lines


def _find(lines: list[Line], line_id: str) -> Line:
    for line in lines:
        if line.line_id == line_id:
            return line
    raise RefusedByModelError


def _added(lines: list[Line], used: list[str], change: AddLine) -> Line:
    line_id = change.line_id
    if line_id is None:
        numbers = [int(each) for each in used if each.isdecimal()]
        line_id = str(max(numbers, default=0) + 1)
    if any(line.line_id == line_id for line in lines):
        raise RefusedByModelError
    return Line(line_id, change.sku, change.quantity, set_id=change.set_id)


def _replace(line: Line, change: ReplaceLine) -> None:
    if line.quantity % change.per:
        raise RefusedByModelError
    line.quantity = line.quantity // change.per * change.units
    line.allocated = min(line.allocated, line.quantity) if line.sku == change.sku else 0
    line.sku = change.sku
