"""Options for a file to import: its columns, and how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs
import typer

from orderflow.cli.options.arguments import pairs
from orderflow.domain.model.terms import Term
from orderflow.importing import (
    PRESETS,
    FileFormat,
    OrderLayout,
    Preset,
    ReceiptLayout,
    SkipRule,
    StockLayout,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ColumnNames", "FileForm", "FileKind", "layout_of"]


class FileKind(Term):
    """What a file contains."""

    ORDERS = "ORDERS"
    STOCK = "STOCK"
    RECEIPTS = "RECEIPTS"


_BASES: dict[FileKind, OrderLayout | StockLayout | ReceiptLayout] = {
    FileKind.ORDERS: PRESETS[Preset.PLAIN],
    FileKind.STOCK: StockLayout(),
    FileKind.RECEIPTS: ReceiptLayout(),
}
_COLUMN = attrs.field(default=None, metadata={"metavar": "COLUMN"})


@attrs.frozen(kw_only=True)
class ColumnNames:
    """Column names that differ from those of the preset, or of the PLAIN layout.

    Attributes:
        order_id_column: The order id. Each of these options can be repeated: the first column in
            the file counts. The parts of a name or a street are joined.
        sku_column: The SKU.
        quantity_column: The units of a line, or of a receipt.
        placed_at_column: When the order was placed.
        line_id_column: The id of the line within its order.
        priority_column: The priority of the order.
        promised_by_column: The promised date of the order.
        courier_column: The courier service.
        ship_to_name_column: The addressee.
        ship_to_street_column: The street.
        ship_to_city_column: The city.
        ship_to_postcode_column: The postcode.
        ship_to_country_column: The country, as a two-letter code.
        on_hand_column: Stock files: the units counted.
        note_column: Stock files: a note on the count.
        receipt_id_column: Receipt files: the receipt id.
        expected_at_column: Receipt files: when the receipt is expected.
    """

    order_id_column: list[str] | None = _COLUMN
    sku_column: list[str] | None = _COLUMN
    quantity_column: list[str] | None = _COLUMN
    placed_at_column: list[str] | None = _COLUMN
    line_id_column: list[str] | None = _COLUMN
    priority_column: list[str] | None = _COLUMN
    promised_by_column: list[str] | None = _COLUMN
    courier_column: list[str] | None = _COLUMN
    ship_to_name_column: list[str] | None = _COLUMN
    ship_to_street_column: list[str] | None = _COLUMN
    ship_to_city_column: list[str] | None = _COLUMN
    ship_to_postcode_column: list[str] | None = _COLUMN
    ship_to_country_column: list[str] | None = _COLUMN
    on_hand_column: list[str] | None = _COLUMN
    note_column: list[str] | None = _COLUMN
    receipt_id_column: list[str] | None = _COLUMN
    expected_at_column: list[str] | None = _COLUMN

    def changes(self) -> Iterator[tuple[str, str, object]]:
        """Yield each given option, the field of the layout, and its value."""
        for option, names in attrs.asdict(self, recurse=False).items():
            if names:
                yield option, option.removesuffix("_column"), tuple(names)


def _flag(*names: str) -> Any:  # noqa: ANN401 - as attrs has it
    return attrs.field(default=None, metadata={"names": names})


@attrs.frozen(kw_only=True)
class FileForm:
    """The format of the file.

    Attributes:
        preset: The system that exported the file; default: detected from its columns.
        encoding: The text encoding; default: detected.
        delimiter: The character between two cells, or the word tab; default: detected.
        sheet: The sheet of a workbook; default: the only one that is not empty.
        skip_rows: How many rows stand above the header; default: it is searched.
        time_zone: The zone of times without one, unless the preset has one.
        time_format: The format of times, such as %d/%m/%Y %H:%M; default: ISO 8601.
        day_first: Whether the day or the month comes first in 02/03/2026.
        thousands: The thousands separator, a comma or a point.
        country: The country of addresses without one.
        upper_sku: Treat SKUs that differ only in case as one.
        unquoted: Treat quotes as ordinary characters.
        skip: Skip orders with this text in that column, such as Status=cancelled.
    """

    preset: Preset | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    skip_rows: int | None = None
    time_zone: ZoneInfo | None = None
    time_format: str | None = None
    day_first: bool | None = _flag("--day-first/--month-first")
    thousands: str | None = None
    country: str | None = None
    upper_sku: bool | None = _flag("--upper-sku")
    unquoted: bool | None = _flag("--unquoted")
    skip: list[str] | None = attrs.field(default=None, metadata={"metavar": "COLUMN=TEXT"})

    @property
    def file_format(self) -> FileFormat:
        """How the text of the file is written."""
        delimiter = "\t" if self.delimiter == "tab" else self.delimiter
        return FileFormat(
            encoding=self.encoding or "",
            delimiter=delimiter or "",
            sheet=self.sheet or "",
            skip_rows=self.skip_rows,
        )

    def changes(self, base: object) -> Iterator[tuple[str, str, object]]:
        """Yield each given option that concerns the layout, the field, and its value."""
        for option in ("time_format", "day_first", "thousands", "upper_sku"):
            value = getattr(self, option)
            if value is not None:
                yield option, option, value
        if self.country is not None:
            yield "country", "country_default", self.country.upper()
        if self.unquoted:
            yield "unquoted", "quoted", False
        if self.skip:
            rules = tuple(_rule(*pair) for pair in pairs("--skip", self.skip))
            yield "skip", "skip", (*getattr(base, "skip", ()), *rules)


def layout_of(
    kind: FileKind, form: FileForm, columns: ColumnNames
) -> OrderLayout | StockLayout | ReceiptLayout | None:
    """Return the layout that the options describe; `None` to detect it from the columns.

    Raises:
        BadParameter: If an option does not apply to this kind of file.
        InvalidValueError: If a value breaks its rule.
    """
    if form.preset is not None and kind is not FileKind.ORDERS:
        raise _not_of(kind, "preset")
    if form.time_zone is not None and kind is FileKind.STOCK:
        raise _not_of(kind, "time_zone")
    base = _BASES[kind] if form.preset is None else PRESETS[form.preset]
    changes: dict[str, Any] = {}
    for option, field, value in (*columns.changes(), *form.changes(base)):
        if not hasattr(base, field):
            raise _not_of(kind, option)
        changes[field] = value
    if kind is FileKind.ORDERS and form.preset is None and not changes:
        return None
    return attrs.evolve(base, **changes) if changes else base


def _rule(column: str, text: str) -> SkipRule:
    reason = f"{column} is {text}"
    return SkipRule(reason=reason, column=column, is_one_of=frozenset({text}), whole_order=True)


def _not_of(kind: FileKind, option: str) -> typer.BadParameter:
    return typer.BadParameter(
        f"does not apply to a file of {kind.lower()}",
        param_hint=f"'--{option.replace('_', '-')}'",
    )
