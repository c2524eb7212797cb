"""Options for the columns of a file to import."""

from __future__ import annotations

import csv
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs
import typer

from orderflow.domain.model.terms import Term
from orderflow.importing import ItemColumns

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ColumnNames", "FileKind"]


class FileKind(Term):
    """What a file contains."""

    ORDERS = "ORDERS"
    STOCK = "STOCK"
    RECEIPTS = "RECEIPTS"
    DELIVERIES = "DELIVERIES"


_OTHER_FIELDS = {"keep_column": "custom_fields"}
"""The options that are not called like their field of a layout."""

_COLUMN = attrs.field(default=None, metadata={"metavar": "COLUMN"})


@attrs.frozen(kw_only=True)
class ColumnNames:
    """Column names that differ from those of the preset, or of the PLAIN layout.

    Attributes:
        order_id_column: The order id. Several columns can be named, with commas between them: in
            each row, the first one with a text is read. The parts of a name or a street are joined.
        sku_column: The SKU. Repeat this and the quantity's for rows with several items, or write
            the number of the item as {n}.
        quantity_column: The units of a line, or of a receipt.
        items_column: Instead of the SKU: a column with several items in each cell.
        placed_at_column: When the order was placed.
        line_id_column: The id of the line within its order.
        set_id_column: The set of the line: the lines of an order with the same text leave together.
        priority_column: The priority of the order.
        promised_by_column: The promised date of the order.
        not_before_column: The day before which the order is not sent to the warehouse.
        short_part_column: What happens if the order becomes short: WAIT, CANCEL_SHORT, CANCEL_ORDER
            or HOLD.
        customer_column: For a replay: the customer, whose cancellations name no order.
        price_column: For a replay: the price. Free units without a customer are adjustments.
        cancelled_at_column: When the shop cancelled the order, which is then off.
        courier_column: The courier service.
        ship_to_name_column: The addressee.
        ship_to_company_column: The company.
        ship_to_street_column: The street.
        ship_to_street_2_column: The second line of the street.
        ship_to_city_column: The city.
        ship_to_region_column: The state, province or county.
        ship_to_postcode_column: The postcode.
        ship_to_country_column: The country: its name, or a code of two or three letters.
        ship_to_phone_column: The number that the courier may call.
        customer_reference_column: The customer's own name for the order, such as its purchase order
            number.
        keep_column: Keep this column with the order, as a custom field. Its text is about the
            order: the rows of an order must not differ in it.
        on_hand_column: Stock files: the units counted.
        note_column: Stock files: a note on the count.
        receipt_id_column: Receipt and delivery files: the receipt id.
        expected_at_column: Receipt files: when the receipt is expected.
        received_column: Delivery files: the units that go into stock.
        rejected_column: Delivery files: the units that arrived, but do not go into stock.
        more_to_come_column: Delivery files: whether the rest of the receipt comes later, yes or no.
    """

    order_id_column: str | None = _COLUMN
    sku_column: list[str] | None = _COLUMN
    quantity_column: list[str] | None = _COLUMN
    items_column: str | None = _COLUMN
    placed_at_column: str | None = _COLUMN
    line_id_column: list[str] | None = _COLUMN
    set_id_column: list[str] | None = _COLUMN
    priority_column: str | None = _COLUMN
    promised_by_column: str | None = _COLUMN
    not_before_column: str | None = _COLUMN
    short_part_column: str | None = _COLUMN
    customer_column: str | None = _COLUMN
    price_column: str | None = _COLUMN
    cancelled_at_column: str | None = _COLUMN
    courier_column: str | None = _COLUMN
    ship_to_name_column: str | None = _COLUMN
    ship_to_company_column: str | None = _COLUMN
    ship_to_street_column: str | None = _COLUMN
    ship_to_street_2_column: str | None = _COLUMN
    ship_to_city_column: str | None = _COLUMN
    ship_to_region_column: str | None = _COLUMN
    ship_to_postcode_column: str | None = _COLUMN
    ship_to_country_column: str | None = _COLUMN
    ship_to_phone_column: str | None = _COLUMN
    customer_reference_column: str | None = _COLUMN
    keep_column: list[str] | None = _COLUMN
    on_hand_column: str | None = _COLUMN
    note_column: str | None = _COLUMN
    receipt_id_column: str | None = _COLUMN
    expected_at_column: str | None = _COLUMN
    received_column: str | None = _COLUMN
    rejected_column: str | None = _COLUMN
    more_to_come_column: str | None = _COLUMN

    def given(self) -> dict[str, str]:
        """Return the options that are given, and the field of a layout that each names."""
        return {
            option: _OTHER_FIELDS.get(option, option.removesuffix("_column"))
            for option, given in attrs.asdict(self).items()
            if given is not None
        }

    def _named(self) -> dict[str, list[tuple[str, ...]]]:
        """Return the columns of each field that has an option: of each item of a row."""
        named: dict[str, list[tuple[str, ...]]] = {}
        for option, field in self.given().items():
            given = getattr(self, option)
            texts = [given] if isinstance(given, str) else given
            named[field] = [_names(option, text) for text in texts]
        return named

    def changes(self, kind: FileKind, *, has_quantity: bool = False) -> dict[str, Any]:
        """Return the fields of a layout that the options change.

        Args:
            kind: What the file contains.
            has_quantity: Whether lines without a quantity have a default.
        """
        named = self._named()
        changes: dict[str, Any] = {field: items[0] for field, items in named.items()}
        if kind is FileKind.ORDERS and len(named.get("sku", ())) > 1:
            changes["more_items"] = tuple(_more_items(named, has_quantity=has_quantity))
        if "custom_fields" in named:
            changes["custom_fields"] = tuple(chain.from_iterable(named["custom_fields"]))
        if named:
            changes["must_have"] = frozenset(
                name for items in named.values() for names in items for name in names
            )
        return changes


def _more_items(
    named: dict[str, list[tuple[str, ...]]], *, has_quantity: bool
) -> Iterator[ItemColumns]:
    """Yield the columns of the second item of a row and the following ones."""
    items = {field: named.get(field, []) for field in ("sku", "quantity", "line_id", "set_id")}
    number = len(items["sku"])
    for field, given in items.items():
        is_needed = field == "quantity" and not has_quantity
        if len(given) != number and (given or is_needed):
            instead = ", or --quantity for all of them" if is_needed else ""
            raise typer.BadParameter(
                f"is needed once for each of the {number} --sku-column{instead}",
                param_hint=f"'--{field.replace('_', '-')}-column'",
            )
    for at in range(1, number):
        yield ItemColumns(**{field: given[at] for field, given in items.items() if given})


def _names(option: str, text: str) -> tuple[str, ...]:
    """Read names with commas between them, as a row of CSV: a name with a comma is quoted."""
    try:
        names = tuple(name.strip() for name in next(csv.reader([text], strict=True), ()))
    except csv.Error as error:
        raise _not_names(option, text) from error
    if not all(names) or not names:
        raise _not_names(option, text)
    return names


def _not_names(option: str, text: str) -> typer.BadParameter:
    return typer.BadParameter(
        f'{text!r} is not a list of columns: try SKU,"Listing ID"',
        param_hint=f"'--{option.replace('_', '-')}'",
    )
