"""The worklist as rows: what is behind each exception, and the commands that end it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from orderflow.cli.output.event_rows import event_row
from orderflow.cli.output.listing import Column, day_cell
from orderflow.cli.output.records import receipt_row
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.status import MAY_BE_ALLOCATED
from orderflow.errors.quoting import counted
from orderflow.reports import ExceptionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.events import Event
    from orderflow.reports import WorklistItem

__all__ = ["worklist_columns", "worklist_row"]


def _in_words(term: str) -> str:
    return term.replace("_", " ").lower()


def worklist_columns(*, whole: bool) -> tuple[Column, ...]:
    """Return the columns of exceptions.

    Args:
        whole: Whether to write the commands out, or only their names, as people want to see them.
    """
    return (
        Column("kind", "exception", _in_words),
        Column("subject"),
        Column("seller_id", "seller", if_differs=not whole),
        Column("due_at", "due", day_cell, has_times=True),
        *((Column("status"),) if whole else ()),
        Column("behind", "what is behind it"),
        Column("ways_out", "ways out", "; ".join if whole else _names),
    )


def _names(commands: list[str]) -> str:
    """Return the names of some commands, each once."""
    return ", ".join(dict.fromkeys(each.split()[1] for each in commands))


def worklist_row(seller_id: str, item: WorklistItem, *, several: bool) -> dict[str, Any]:
    """Return an exception as a row.

    Args:
        seller_id: The seller.
        item: The exception.
        several: Whether there are several sellers, so that a command has to name one.
    """
    of_seller = ["--seller", seller_id] if several else []
    commands = [shlex.join(["orderflow", *each, *of_seller]) for each in _commands(item)]
    return {
        "kind": item.kind,
        "subject": item.subject,
        "seller_id": seller_id,
        "due_at": item.due_at.isoformat(),
        "order_id": item.order_id,
        "status": item.status,
        "units": dict(item.units),
        "expected_at": None if item.expected_at is None else item.expected_at.isoformat(),
        "receipts": [receipt_row(each) for each in item.receipts],
        "orders_waiting": item.orders_waiting,
        "events": [event_row(each) for each in item.events],
        "reason": item.reason,
        "behind": ", ".join(_behind(item)),
        "ways_out": commands,
    }


def _behind(item: WorklistItem) -> Iterator[str]:
    units = ", ".join(f"{count:,} {sku}" for sku, count in item.units)
    match item.kind:
        case ExceptionKind.PROMISE_AT_RISK:
            yield f"short of {units}" if units else _in_words(item.status or "")
            if item.expected_at is not None:
                yield f"expected {day_cell(item.expected_at.isoformat())}"
            elif units:
                yield "no date is known"
            for receipt in map(receipt_row, item.receipts):
                if receipt["is_overdue"]:
                    yield f"receipt {receipt['receipt_id']} is overdue"
        case ExceptionKind.RECEIPT_OVERDUE:
            yield units
            yield counted(item.orders_waiting, "order waits", "orders wait")
        case ExceptionKind.STOCK_LOST:
            yield f"lost {units}" if units else "lost units of lines that are gone"
            yield from (_event_text(each) for each in item.events)
        case ExceptionKind.MESSAGE_DEAD:
            yield f"{type(item.events[0]).__name__}: {item.reason}"
        case _:
            yield item.reason


def _event_text(event: Event) -> str:
    row = event_row(event)
    return f"{row['event']}: {row['details']}"


def _commands(item: WorklistItem) -> Iterator[list[str]]:
    """Yield the commands that may end an exception, without the name of the program.

    What only a person can choose is in capitals.
    """
    if item.kind is ExceptionKind.MESSAGE_DEAD:
        yield ["dead-letters", "--revive", item.subject]
        yield ["dead-letters", "--discard", item.subject]
    elif item.kind is ExceptionKind.RECEIPT_OVERDUE and item.key is not None:
        ((sku, units),) = item.units
        warehouse = ["--warehouse", item.key.warehouse_id]
        yield ["book-in", sku, str(units), "--receipt", item.subject, *warehouse]
        yield ["announce", item.subject, sku, str(units), "TIME", *warehouse]
        yield ["withdraw", item.subject]
    elif item.order_id is not None:
        for action in item.ways_out:
            yield from _commands_of(action, item.order_id, item)
        if item.kind is ExceptionKind.PROMISE_AT_RISK and item.status in MAY_BE_ALLOCATED:
            yield ["edit", item.order_id, "--promised-by", "TIME"]


def _commands_of(action: Action, order_id: str, item: WorklistItem) -> Iterator[list[str]]:
    if action is Action.SEND_STOCK:
        yield from (["book-in", sku, str(units)] for sku, units in item.units)
    elif action in _COMMANDS:
        command, *further = _COMMANDS[action]
        yield [command, order_id, *further]


_COMMANDS = {
    Action.ALLOCATE: ("allocate",),
    Action.SPLIT: ("split", "NEW_ORDER"),
    Action.REPLACE_LINE: ("replace", "LINE", "SKU"),
    Action.REMOVE_LINE: ("remove",),
    Action.MOVE: ("move", "TO_WAREHOUSE", "--only-short"),
    Action.RELEASE_HOLD: ("release-hold", "REASON"),
    Action.SEND_TO_WAREHOUSE: ("send",),
    Action.DESPATCH: ("despatch",),
    Action.ACCEPT_CANCELLATION: ("accept-cancellation",),
    Action.REJECT_CANCELLATION: ("reject-cancellation",),
    Action.REQUEST_CANCELLATION: ("request-cancellation",),
    Action.CANCEL: ("cancel",),
    Action.RETURN_UNITS: ("return", "STATE", "LINE=UNITS", "--reason", "REASON"),
}
