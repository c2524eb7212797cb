"""Make orders from the combined rows of a file."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from orderflow.domain.model.order import Address, Order, OrderLine
from orderflow.errors import InvalidValueError
from orderflow.importing.faults import Fault, quote_value
from orderflow.importing.order_rows import ADDRESS

if TYPE_CHECKING:
    from orderflow.importing.file_orders import FileOrder
    from orderflow.importing.known_skus import KnownSkus
    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.layouts.layout import OrderLayout
    from orderflow.importing.order_rows import Line

__all__ = ["OrderMaker"]


class OrderMaker:
    """Makes orders from combined rows."""

    def __init__(
        self,
        columns: Columns,
        layout: OrderLayout,
        *,
        seller_id: str,
        warehouse_id: str,
        skus: KnownSkus,
        known_skus_only: bool,
        line_columns: Columns | None = None,
    ) -> None:
        self._columns = columns
        self._line_columns = line_columns if line_columns is not None else columns
        self._seller_id = seller_id
        self._warehouse_id = warehouse_id
        self._custom_fields = columns.names("custom_fields")
        self._country = layout.country_default
        self._placed_at = layout.placed_at_default
        self._skus = skus
        self._known_skus_only = known_skus_only

    def make(self, found: FileOrder) -> Order | None:
        """Return the order. If that is impossible, add its faults and return None."""
        faults: list[Fault] = []
        row = found.rows[0]
        placed_at = found.placed_at or self._placed_at
        if placed_at is None:
            name = self._columns.name("placed_at")
            unread = {fault.column for fault in found.faults}.intersection({"", name})
            if not unread:
                faults.append(Fault(row, name, "''", "is empty in every row of the order"))
        ship_to = self._address(found, faults)
        found.faults += faults
        lines = self._lines(found.apart if found.apart is not None else found)
        if placed_at is None or found.has_faults:
            return None
        return Order(
            order_id=found.order_id,
            seller_id=self._seller_id,
            warehouse_id=self._warehouse_id,
            lines=lines,
            placed_at=placed_at,
            priority=found.priority or 0,
            promised_by=found.promised_by,
            not_before=found.not_before,
            short_part=found.short_part,
            courier=found.courier or None,
            ship_to=ship_to,
            customer_reference=found.customer_reference or None,
            custom_fields=tuple(
                (name, text)
                for name, text in zip(self._custom_fields, found.custom_fields, strict=False)
                if text
            ),
        )

    def _lines(self, found: FileOrder) -> tuple[OrderLine, ...]:
        """Make the lines, and add their faults. A line without an id gets the next free number."""
        lines, faults = found.lines, found.faults
        taken = {line.line_id for line in lines}
        free = (text for number in count(1) if (text := str(number)) not in taken)
        made: dict[str, OrderLine] = {}
        for line in lines:
            if not self._skus.is_known(line.sku, line.row) and self._known_skus_only:
                faults.append(self._unknown(line))
            line_id = line.line_id or next(free)
            if line_id in made:
                reason = "is the id of another line of the order"
                name = self._line_columns.name("line_id")
                faults.append(Fault(line.row, name, quote_value(line_id), reason))
            set_id = line.set_id or None
            made[line_id] = OrderLine(line_id, line.sku, line.quantity, set_id=set_id)
        return tuple(made.values())

    def _unknown(self, line: Line) -> Fault:
        columns = self._line_columns
        field = "sku" if "sku" in columns.positions else "items"
        close = self._skus.nearest(line.sku)
        hint = f"; did you mean {close!r}?" if close is not None else ""
        name = columns.name(field)
        return Fault(line.row, name, quote_value(line.sku), f"is not a known product{hint}")

    def _address(self, found: FileOrder, faults: list[Fault]) -> Address | None:
        if not any(found.address):
            return None
        names = (field.removeprefix("ship_to_") for field in ADDRESS)
        fields = dict(zip(names, found.address, strict=True))
        fields["country"] = fields["country"] or self._country or ""
        try:
            return Address(**fields)
        except InvalidValueError as error:
            field = f"ship_to_{error.field.removeprefix('Address.')}"
            column = self._columns.name(field) if field in self._columns.positions else field
            if column in {fault.column for fault in found.faults}:
                return None
            setting = "country" if error.value == "" else ""
            value, reason = str(error.value), f"must be {error.demand}"
            faults.append(Fault.of_cell(found.rows[0], column, value, reason, setting))
            return None
