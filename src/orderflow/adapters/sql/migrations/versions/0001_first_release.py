"""The tables of the first release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import context, op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    String,
    Text,
    false,
    text,
    true,
)
from sqlalchemy.schema import CreateSequence

if TYPE_CHECKING:
    from orderflow.adapters.sql.tables import Tables

revision = "0001"
down_revision = None

tables: Tables = context.config.attributes["tables"]


def _characters(limit: int) -> String:
    return String(limit).with_variant(String(limit, collation="C"), "postgresql")


_IDENTIFIER = _characters(128)
_SUBJECT = _characters(272)
_STATUS = _characters(22)
_SHORT_PART = _characters(12)
_MOMENT = String(32).with_variant(DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create all tables; there are none yet."""
    _stock()
    _orders()
    _lines()
    _queue()
    _receipts()
    _commands()
    _events()
    _outbox()
    _inbox()
    _create(
        "policies",
        Column("value", Text),
        Column("next_page", Text),
        Column("back_order_limits", Text),
        key=(),
    )
    _create("preferences", Column("value", Text, nullable=False), key=())
    _notice_store()


def _stock() -> None:
    _create(
        "stock",
        Column("warehouse_id", _IDENTIFIER, nullable=False),
        Column("sku", _IDENTIFIER, nullable=False),
        Column("on_hand", BigInteger, nullable=False),
        Column("allocated", BigInteger, nullable=False),
        Column("is_known", Boolean, nullable=False, server_default=true()),
        Column("is_unserved", Boolean, nullable=False, server_default=false()),
        _check("stock", "allocated", "0 <= allocated AND allocated <= on_hand"),
        _check("stock", "on_hand", "on_hand <= 1000000000000"),
        _check("stock", "known", "is_known OR on_hand = 0"),
        key=("warehouse_id", "sku"),
    )
    _index("stock", "unserved", "warehouse_id", "sku", "is_unserved", where="is_unserved")


_RULES_OF_ORDERS = {
    "status": "status IN ('NEW', 'POSTPONED', 'ON_HOLD', 'ON_BACK_ORDER', 'ALLOCATED', "
    "'SENT_TO_WAREHOUSE', 'CANCELLATION_REQUESTED', 'DESPATCHED', 'DELIVERED', 'CANCELLED')",
    "held": "(status = 'ON_HOLD') = (holds IS NOT NULL)",
    "until": "held_until IS NULL OR status = 'ON_HOLD'",
    "waits": "waits_since IS NULL OR status IN ('ON_HOLD', 'ON_BACK_ORDER')",
    "gives_up": "gives_up_at IS NULL OR status = 'ON_BACK_ORDER'",
    "returned": "returned IS NULL OR status IN ('DESPATCHED', 'DELIVERED')",
    "counts": "split_count >= 0 AND passed_over >= 0 AND version >= 0",
}


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


def _orders() -> None:
    _create(
        "orders",
        Column("order_id", _IDENTIFIER, nullable=False),
        Column("warehouse_id", _IDENTIFIER, nullable=False),
        Column("status", _STATUS, nullable=False),
        Column("placed_at", _MOMENT, nullable=False),
        Column("priority", BigInteger, nullable=False),
        *(Column(name, _MOMENT) for name in ("promised_by", "not_before")),
        Column("courier", _IDENTIFIER),
        Column("ship_to", Text),
        Column("customer_reference", _IDENTIFIER),
        Column("custom_fields", Text),
        Column("short_part", _SHORT_PART),
        Column("holds", Text),
        Column("held_until", _MOMENT),
        *(Column(name, _IDENTIFIER) for name in ("split_from", "replaces")),
        _flag("pinned"),
        Column("split_count", BigInteger, nullable=False),
        Column("waits_since", _MOMENT),
        Column("passed_over", BigInteger, nullable=False),
        Column("allows_partial", Boolean, nullable=False),
        *(_flag(name) for name in ("reminded", "given_up", "served_first")),
        Column("give_up_after", BigInteger),
        Column("gives_up_at", _MOMENT),
        Column("blocked_on", _IDENTIFIER),
        Column("returned", Text),
        Column("erased_at", _MOMENT),
        Column("version", BigInteger, nullable=False),
        *(_check("orders", name, rule) for name, rule in _RULES_OF_ORDERS.items()),
        key=("order_id",),
    )
    _index("orders", "placed", "placed_at", "order_id")
    _index("orders", "status", "status", "placed_at", "order_id")
    _index("orders", "parts", "split_from", "order_id", where="split_from IS NOT NULL")
    _index("orders", "replaces", "replaces", "order_id", where="replaces IS NOT NULL")
    _index("orders", "held", "held_until", "order_id", where="held_until IS NOT NULL")
    _index("orders", "postponed", "not_before", "order_id", where="status = 'POSTPONED'")
    waits = "status = 'ON_BACK_ORDER'"
    _index("orders", "waits", "allows_partial", "waits_since", "order_id", where=waits)
    _index("orders", "gives_up", "gives_up_at", "order_id", where="gives_up_at IS NOT NULL")


def _lines() -> None:
    _create(
        "order_lines",
        Column("order_id", _IDENTIFIER, nullable=False),
        Column("line_id", _IDENTIFIER, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("warehouse_id", _IDENTIFIER, nullable=False),
        Column("sku", _IDENTIFIER, nullable=False),
        Column("quantity", BigInteger, nullable=False),
        Column("allocated", BigInteger, nullable=False),
        Column("set_id", _IDENTIFIER),
        _check("order_lines", "position", "position >= 0 AND position < 10000"),
        _check("order_lines", "quantity", "quantity >= 1 AND quantity <= 1000000000000"),
        _check("order_lines", "allocated", "0 <= allocated AND allocated <= quantity"),
        key=("order_id", "line_id"),
    )
    _index("order_lines", "sku", "sku", "order_id")
    _index(
        "order_lines",
        "with_units",
        "warehouse_id",
        "sku",
        "order_id",
        "allocated",
        where="allocated > 0",
    )


def _queue() -> None:
    _create(
        "queue",
        Column("warehouse_id", _IDENTIFIER, nullable=False),
        Column("sku", _IDENTIFIER, nullable=False),
        Column("order_id", _IDENTIFIER, nullable=False),
        Column("turn", SmallInteger, nullable=False),
        Column("placed_at", _MOMENT, nullable=False),
        Column("rank", BigInteger, nullable=False),
        Column("has_no_promise", SmallInteger, nullable=False),
        Column("due_by", _MOMENT, nullable=False),
        Column("least", BigInteger, nullable=False),
        Column("is_blocked", Boolean, nullable=False),
        _check("queue", "least", "least >= 0"),
        _check("queue", "turn", "turn IN (0, 1)"),
        _check("queue", "has_no_promise", "has_no_promise IN (0, 1)"),
        key=("warehouse_id", "sku", "turn", "placed_at", "order_id"),
    )
    product = ("warehouse_id", "sku")
    promise = ("turn", "has_no_promise", "due_by", "placed_at", "order_id")
    _index("queue", "priority", *product, "turn", "rank", "placed_at", "order_id")
    _index("queue", "promise", *product, *promise)


def _receipts() -> None:
    _create(
        "expected_receipts",
        Column("receipt_id", _IDENTIFIER, nullable=False),
        Column("warehouse_id", _IDENTIFIER, nullable=False),
        Column("sku", _IDENTIFIER, nullable=False),
        Column("quantity", BigInteger, nullable=False),
        Column("expected_at", _MOMENT, nullable=False),
        Column("from_warehouse_id", _IDENTIFIER),
        _check("expected_receipts", "quantity", "quantity >= 1 AND quantity <= 1000000000000"),
        key=("receipt_id",),
    )
    product = ("warehouse_id", "sku")
    _index("expected_receipts", "product", *product, "expected_at", "receipt_id")


def _commands() -> None:
    _create(
        "commands",
        Column("command_id", _IDENTIFIER, nullable=False),
        Column("at", _MOMENT, nullable=False),
        Column("command", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        key=("command_id",),
    )


def _events() -> None:
    if op.get_context().dialect.supports_sequences:
        op.execute(CreateSequence(Sequence(f"{tables.prefix}event_numbers", schema=tables.schema)))
    _create(
        "events",
        Column("number", BigInteger, nullable=False, autoincrement=False),
        Column("order_id", _IDENTIFIER),
        Column("kind", _IDENTIFIER, nullable=False),
        Column("at", _MOMENT, nullable=False),
        Column("event", Text, nullable=False),
        _check("events", "number", "number >= 1"),
        key=("number",),
    )
    _index("events", "order", "order_id", "number", where="order_id IS NOT NULL")
    _index("events", "at", "at", "number")


def _outbox() -> None:
    _create(
        "outbox",
        Column("number", BigInteger, nullable=False, autoincrement=False),
        Column("subject", _SUBJECT, nullable=False),
        Column("due_at", _MOMENT),
        Column("attempts", BigInteger, nullable=False),
        Column("error", Text, nullable=False),
        Column("is_dead", Boolean, nullable=False),
        Column("trace", Text),
        _check("outbox", "attempts", "attempts >= 0"),
        _check("outbox", "dead", "NOT is_dead OR due_at IS NOT NULL"),
        key=("number",),
    )
    _index("outbox", "subject", "subject", "number")
    _index("outbox", "due", "due_at", "number", "subject")


def _inbox() -> None:
    _create(
        "inbox",
        Column("message_id", _SUBJECT, nullable=False),
        Column("received_at", _MOMENT, nullable=False),
        key=("message_id",),
    )
    _index("inbox", "received", "received_at")


def _notice_store() -> None:
    _create(
        "notice_store",
        Column("notice_key", _characters(200), nullable=False),
        Column("text", Text, nullable=False),
        key=("notice_key",),
    )


def _create(name: str, *parts: Column[Any] | CheckConstraint, key: tuple[str, ...]) -> None:
    full = tables.prefix + name
    op.create_table(
        full,
        Column("seller_id", _IDENTIFIER, nullable=False),
        *parts,
        PrimaryKeyConstraint("seller_id", *key, name=f"{full}_pk"),
        schema=tables.schema,
        sqlite_with_rowid=False,
    )


def _check(table: str, name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=f"{tables.prefix}{table}_{name}")


def _index(table: str, name: str, *columns: str, where: str | None = None) -> None:
    full = tables.prefix + table
    condition = text(where) if where is not None else None
    op.create_index(
        f"{full}_{name}",
        full,
        ["seller_id", *columns],
        schema=tables.schema,
        sqlite_where=condition,
        postgresql_where=condition,
    )
