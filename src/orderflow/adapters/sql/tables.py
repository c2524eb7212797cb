"""The tables, as SQLAlchemy metadata that a host can include in its own migrations.

`seller_id` comes first in every primary key, unique key and index. The key isolates sellers, and
the tables can be distributed by it. Every invariant of a single row is a CHECK, so other programs
cannot violate it either.

Identifiers are compared by code point, as in Python: on PostgreSQL with the collation "C". Times
are `timestamptz` on PostgreSQL. On SQLite they are texts in UTC that sort by time. Structured
values (an address, holds, an event) are JSON, as `orderflow.codec` writes it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    text,
    true,
)

from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.domain.model.validators import IDENTIFIER_CHARACTERS_MAX, LINES_MAX, UNITS_MAX
from orderflow.errors import InvalidValueError

__all__ = ["DEFAULT_PREFIX", "Tables"]

DEFAULT_PREFIX = "orderflow_"

# Conditions of partial indexes. SQLite uses such an index only for the same text in a query.
WAITS = "status = 'ON_BACK_ORDER'"
IS_POSTPONED = "status = 'POSTPONED'"
GIVES_UP = "gives_up_at IS NOT NULL"
IS_UNSERVED = "is_unserved"
HOLDS = "allocated > 0"

SUBJECT_CHARACTERS_MAX = 2 * IDENTIFIER_CHARACTERS_MAX + 16
NOTICE_KEY_CHARACTERS_MAX = 200

_STATUS_CHARACTERS_MAX = max(len(status) for status in Status)
_SHORT_PART_CHARACTERS_MAX = max(len(each) for each in ShortPart)


def _characters(limit: int) -> String:
    return String(limit).with_variant(String(limit, collation="C"), "postgresql")


_IDENTIFIER = _characters(IDENTIFIER_CHARACTERS_MAX)
_SUBJECT = _characters(SUBJECT_CHARACTERS_MAX)
_STATUS = _characters(_STATUS_CHARACTERS_MAX)
_SHORT_PART = _characters(_SHORT_PART_CHARACTERS_MAX)
_MOMENT = String(32).with_variant(DateTime(timezone=True), "postgresql")


_STATUSES = ", ".join(f"'{status}'" for status in Status)
_RULES_OF_ORDERS = {
    "status": f"status IN ({_STATUSES})",
    "held": "(status = 'ON_HOLD') = (holds IS NOT NULL)",
    "until": "held_until IS NULL OR status = 'ON_HOLD'",
    "waits": "waits_since IS NULL OR status IN ('ON_HOLD', 'ON_BACK_ORDER')",
    "gives_up": "gives_up_at IS NULL OR status = 'ON_BACK_ORDER'",
    "returned": "returned IS NULL OR status IN ('DESPATCHED', 'DELIVERED')",
    "counts": "split_count >= 0 AND passed_over >= 0 AND version >= 0",
}

_NAME = re.compile(r"[A-Za-z0-9_]{0,40}", re.ASCII)
_NAME_DEMAND = "at most 40 letters, digits and underscores"


class Tables:
    """The tables of orderflow, with names that the host can choose.

    Args:
        prefix: The prefix of all table names.
        schema: The schema of the tables, on databases that have schemas.
        metadata: The metadata to add the tables to. Default: a new one.

    Attributes:
        metadata: The metadata of the tables.

    Raises:
        InvalidValueError: If the prefix or the schema is no plain name.
    """

    def __init__(
        self,
        *,
        prefix: str = DEFAULT_PREFIX,
        schema: str | None = None,
        metadata: MetaData | None = None,
    ) -> None:
        for field, name in (("prefix", prefix), ("schema", schema)):
            if name is not None and not (isinstance(name, str) and _NAME.fullmatch(name)):
                raise InvalidValueError(f"Tables.{field}", _NAME_DEMAND, name)
        self.prefix = prefix
        self.schema = schema
        self.metadata = metadata if metadata is not None else MetaData()
        self.stock = self._stock()
        self.orders = self._orders()
        self.lines = self._lines()
        self.queue = self._queue()
        self.receipts = self._receipts()
        self.commands = self._commands()
        self.event_numbers = Sequence(
            f"{prefix}event_numbers", schema=schema, metadata=self.metadata
        )
        self.events = self._events()
        self.outbox = self._outbox()
        self.inbox = self._inbox()
        self.policies = self._policies()
        self.preferences = self._preferences()
        self.notice_store = self._notice_store()
        # A seller's state. Preferences, sent notices and received messages are not part of it.
        self.state = (
            self.stock,
            self.orders,
            self.lines,
            self.queue,
            self.receipts,
            self.commands,
            self.events,
            self.outbox,
            self.policies,
        )

    @staticmethod
    @cache
    def default() -> Tables:
        """Return the tables with orderflow's own names."""
        return Tables()

    def _table(
        self, name: str, *parts: Column[Any] | CheckConstraint, key: tuple[str, ...]
    ) -> Table:
        full = self.prefix + name
        return Table(
            full,
            self.metadata,
            Column("seller_id", _IDENTIFIER, nullable=False),
            *parts,
            PrimaryKeyConstraint("seller_id", *key, name=f"{full}_pk"),
            schema=self.schema,
            sqlite_with_rowid=False,  # rows are found by the key only
        )

    def _check(self, table: str, name: str, condition: str) -> CheckConstraint:
        return CheckConstraint(condition, name=f"{self.prefix}{table}_{name}")

    def _index(self, table: Table, name: str, *columns: str, where: str | None = None) -> None:
        condition = text(where) if where is not None else None
        Index(
            f"{table.name}_{name}",
            *(table.c[column] for column in ("seller_id", *columns)),
            sqlite_where=condition,
            postgresql_where=condition,
        )

    def _stock(self) -> Table:
        table = self._table(
            "stock",
            Column("warehouse_id", _IDENTIFIER, nullable=False),
            Column("sku", _IDENTIFIER, nullable=False),
            Column("on_hand", BigInteger, nullable=False),
            Column("allocated", BigInteger, nullable=False),
            # False: the row only serves as the lock of a product without a stock record.
            Column("is_known", Boolean, nullable=False, server_default=true()),
            # Whether the queue is unserved: see `Outcome.unserved`.
            Column("is_unserved", Boolean, nullable=False, server_default=false()),
            self._check("stock", "allocated", "0 <= allocated AND allocated <= on_hand"),
            self._check("stock", "on_hand", f"on_hand <= {UNITS_MAX}"),
            self._check("stock", "known", "is_known OR on_hand = 0"),
            key=("warehouse_id", "sku"),
        )
        self._index(table, "unserved", "warehouse_id", "sku", "is_unserved", where=IS_UNSERVED)
        return table

    def _orders(self) -> Table:
        table = self._table(
            "orders",
            Column("order_id", _IDENTIFIER, nullable=False),
            Column("warehouse_id", _IDENTIFIER, nullable=False),
            Column("status", _STATUS, nullable=False),
            Column("placed_at", _MOMENT, nullable=False),
            Column("priority", BigInteger, nullable=False),
            Column("promised_by", _MOMENT),
            Column("not_before", _MOMENT),
            Column("courier", _IDENTIFIER),
            Column("ship_to", Text),
            Column("customer_reference", _IDENTIFIER),
            Column("custom_fields", Text),
            Column("short_part", _SHORT_PART),
            Column("holds", Text),
            Column("held_until", _MOMENT),
            Column("split_from", _IDENTIFIER),
            Column("replaces", _IDENTIFIER),
            Column("pinned", Boolean, nullable=False, server_default=false()),
            Column("split_count", BigInteger, nullable=False),
            Column("waits_since", _MOMENT),
            Column("passed_over", BigInteger, nullable=False),
            Column("allows_partial", Boolean, nullable=False),
            Column("reminded", Boolean, nullable=False, server_default=false()),
            Column("given_up", Boolean, nullable=False, server_default=false()),
            Column("served_first", Boolean, nullable=False, server_default=false()),
            # The order's own time, in microseconds, and when it ends if the order waits.
            Column("give_up_after", BigInteger),
            Column("gives_up_at", _MOMENT),
            Column("blocked_on", _IDENTIFIER),
            Column("returned", Text),
            Column("erased_at", _MOMENT),
            Column("version", BigInteger, nullable=False),
            *(self._check("orders", name, rule) for name, rule in _RULES_OF_ORDERS.items()),
            key=("order_id",),
        )
        self._index_orders(table)
        return table

    def _index_orders(self, table: Table) -> None:
        self._index(table, "placed", "placed_at", "order_id")
        self._index(table, "status", "status", "placed_at", "order_id")
        self._index(table, "parts", "split_from", "order_id", where="split_from IS NOT NULL")
        self._index(table, "replaces", "replaces", "order_id", where="replaces IS NOT NULL")
        self._index(table, "held", "held_until", "order_id", where="held_until IS NOT NULL")
        self._index(table, "postponed", "not_before", "order_id", where=IS_POSTPONED)
        self._index(table, "waits", "allows_partial", "waits_since", "order_id", where=WAITS)
        self._index(table, "gives_up", "gives_up_at", "order_id", where=GIVES_UP)

    def _lines(self) -> Table:
        table = self._table(
            "order_lines",
            Column("order_id", _IDENTIFIER, nullable=False),
            Column("line_id", _IDENTIFIER, nullable=False),
            Column("position", BigInteger, nullable=False),
            Column("warehouse_id", _IDENTIFIER, nullable=False),
            Column("sku", _IDENTIFIER, nullable=False),
            Column("quantity", BigInteger, nullable=False),
            Column("allocated", BigInteger, nullable=False),
            Column("set_id", _IDENTIFIER),
            self._check("order_lines", "position", f"position >= 0 AND position < {LINES_MAX}"),
            self._check("order_lines", "quantity", f"quantity >= 1 AND quantity <= {UNITS_MAX}"),
            self._check("order_lines", "allocated", "0 <= allocated AND allocated <= quantity"),
            key=("order_id", "line_id"),
        )
        self._index(table, "sku", "sku", "order_id")
        # With `allocated`, it has all that a search needs. Otherwise, and without statistics,
        # SQLite would rather read all lines of the seller.
        self._index(
            table, "with_units", "warehouse_id", "sku", "order_id", "allocated", where=HOLDS
        )
        return table

    def _queue(self) -> Table:
        """The orders that wait for each product: an index that no database can maintain itself.

        A row has the sort columns of every `Queue`, so the policy can change. The primary key sorts
        rows as `Queue.FIRST_COME` does, which saves an index. Of its columns, only `turn` may
        change: then another row takes the place of this one.
        """
        table = self._table(
            "queue",
            Column("warehouse_id", _IDENTIFIER, nullable=False),
            Column("sku", _IDENTIFIER, nullable=False),
            Column("order_id", _IDENTIFIER, nullable=False),
            # 0 if the order is served first, otherwise 1.
            Column("turn", SmallInteger, nullable=False),
            Column("placed_at", _MOMENT, nullable=False),
            # The negative priority, because an index ascends.
            Column("rank", BigInteger, nullable=False),
            Column("has_no_promise", SmallInteger, nullable=False),
            Column("due_by", _MOMENT, nullable=False),
            # The fewest units that the order can use; 0 for any number.
            Column("least", BigInteger, nullable=False),
            Column("is_blocked", Boolean, nullable=False),
            self._check("queue", "least", "least >= 0"),
            self._check("queue", "turn", "turn IN (0, 1)"),
            self._check("queue", "has_no_promise", "has_no_promise IN (0, 1)"),
            key=("warehouse_id", "sku", "turn", "placed_at", "order_id"),
        )
        product = ("warehouse_id", "sku")
        self._index(table, "priority", *product, "turn", "rank", "placed_at", "order_id")
        promise = ("turn", "has_no_promise", "due_by", "placed_at", "order_id")
        self._index(table, "promise", *product, *promise)
        return table

    def _receipts(self) -> Table:
        table = self._table(
            "expected_receipts",
            Column("receipt_id", _IDENTIFIER, nullable=False),
            Column("warehouse_id", _IDENTIFIER, nullable=False),
            Column("sku", _IDENTIFIER, nullable=False),
            Column("quantity", BigInteger, nullable=False),
            Column("expected_at", _MOMENT, nullable=False),
            Column("from_warehouse_id", _IDENTIFIER),
            self._check(
                "expected_receipts", "quantity", f"quantity >= 1 AND quantity <= {UNITS_MAX}"
            ),
            key=("receipt_id",),
        )
        self._index(table, "product", "warehouse_id", "sku", "expected_at", "receipt_id")
        return table

    def _commands(self) -> Table:
        return self._table(
            "commands",
            Column("command_id", _IDENTIFIER, nullable=False),
            Column("at", _MOMENT, nullable=False),
            Column("command", Text, nullable=False),
            Column("outcome", Text, nullable=False),
            key=("command_id",),
        )

    def _events(self) -> Table:
        table = self._table(
            "events",
            Column("number", BigInteger, nullable=False, autoincrement=False),
            Column("order_id", _IDENTIFIER),
            Column("kind", _IDENTIFIER, nullable=False),
            Column("at", _MOMENT, nullable=False),
            Column("event", Text, nullable=False),
            self._check("events", "number", "number >= 1"),
            key=("number",),
        )
        self._index(table, "order", "order_id", "number", where="order_id IS NOT NULL")
        self._index(table, "at", "at", "number")
        return table

    def _outbox(self) -> Table:
        table = self._table(
            "outbox",
            Column("number", BigInteger, nullable=False, autoincrement=False),
            Column("subject", _SUBJECT, nullable=False),
            # The message is not due before this time. It is set if this or an earlier message of
            # the subject failed, or if the message is leased. That of a dead one never comes.
            Column("due_at", _MOMENT),
            Column("attempts", BigInteger, nullable=False),
            Column("error", Text, nullable=False),
            Column("is_dead", Boolean, nullable=False),
            Column("trace", Text),
            self._check("outbox", "attempts", "attempts >= 0"),
            self._check("outbox", "dead", "NOT is_dead OR due_at IS NOT NULL"),
            key=("number",),
        )
        self._index(table, "subject", "subject", "number")
        self._index(table, "due", "due_at", "number", "subject")
        return table

    def _inbox(self) -> Table:
        table = self._table(
            "inbox",
            Column("message_id", _SUBJECT, nullable=False),
            Column("received_at", _MOMENT, nullable=False),
            key=("message_id",),
        )
        self._index(table, "received", "received_at")
        return table

    def _policies(self) -> Table:
        """Return the table of policies. The row with an empty seller id is the default.

        A row without a value only serves as the lock of a seller who has no policy yet. The next
        page of a seller's command is here because the lock on the policy protects it.
        """
        columns = (
            Column("value", Text),
            Column("next_page", Text),
            # In the same row, because every command has read and locked it anyway.
            Column("back_order_limits", Text),
        )
        return self._table("policies", *columns, key=())

    def _preferences(self) -> Table:
        """Return the table of preferences. The row with an empty seller id is the default."""
        return self._table("preferences", Column("value", Text, nullable=False), key=())

    def _notice_store(self) -> Table:
        return self._table(
            "notice_store",
            Column("notice_key", _characters(NOTICE_KEY_CHARACTERS_MAX), nullable=False),
            Column("text", Text, nullable=False),
            key=("notice_key",),
        )
