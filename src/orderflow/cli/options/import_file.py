"""Options for a file to import: its columns, and how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfo

import attrs
import typer

from orderflow.cli.options.column_names import ColumnNames, FileKind
from orderflow.cli.options.row_condition import skip_rule
from orderflow.cli.options.user_zone import READ_FIRST, user_zone
from orderflow.errors import InvalidValueError
from orderflow.importing import (
    PRESETS,
    DeliveryLayout,
    FileFormat,
    OrderLayout,
    Preset,
    ReceiptLayout,
    SkipKind,
    SkipRule,
    StockLayout,
)
from orderflow.importing.values.times import TimeReader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


__all__ = [
    "ColumnNames",
    "FileForm",
    "FileKind",
    "FileLayout",
    "HistoryForm",
    "kind_of",
    "layouts_of",
]


FileLayout = OrderLayout | StockLayout | ReceiptLayout | DeliveryLayout
"""The layout of a file that can be imported."""

_BASES: dict[FileKind, Mapping[str, FileLayout]] = {
    FileKind.ORDERS: {str(preset): layout for preset, layout in PRESETS.items()},
    FileKind.STOCK: {"STOCK": StockLayout()},
    FileKind.RECEIPTS: {"RECEIPTS": ReceiptLayout()},
    FileKind.DELIVERIES: {"DELIVERIES": DeliveryLayout()},
}
"""The layouts of each kind of file, by their names."""

_FIELDS = {
    "time_format": "time_format",
    "day_first": "day_first",
    "thousands": "thousands",
    "upper_sku": "upper_sku",
    "item_pattern": "item_pattern",
    "quantity": "quantity_default",
    "order_prefix": "order_prefix",
    "drop_repeated": "drop_repeated",
}
"""The options that are fields of a layout as they are given."""

_CHANGED_FIELDS = {
    "preset": "skip",
    "placed_at": "placed_at_default",
    "country": "country_default",
    "unquoted": "quoted",
    "drop_rows": "skip",
    "drop_orders": "skip",
    "include_status": "skip",
    "include_kind": "skip",
}
"""The other options that apply only to the layouts with these fields."""

NOW = "now"
"""What `--placed-at` takes for the moment of the import."""


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
        time_format: The format of times, such as %d/%m/%Y %H:%M; default: ISO 8601.
        day_first: Whether the day or the month comes first in 02/03/2026.
        thousands: The thousands separator, a comma or a point.
        item_pattern: How the items in a cell are written, such as 'sku:{sku}|qty:{quantity};'. What
            stands after the last field separates them.
        order_prefix: What to put before each order id, such as UK- for one of several shops.
        quantity: The units of a line without a quantity, such as 1 for a row for each unit.
        placed_at: When an order without a time was placed; the word now is the import.
        country: The country of addresses without one.
        upper_sku: Treat SKUs that differ only in case as one.
        unquoted: Treat quotes as ordinary characters.
        drop_rows: Skip rows that fit this, such as Type=gift. Also: Type!=goods (any other text),
            Code^=SHIP (begins with it), Code= (is empty), Code!= (is filled).
        drop_repeated: Skip rows that equal an earlier row of their order.
        drop_orders: Skip all rows of an order if one of them fits, such as Status=cancelled.
        include_status: Import orders that the preset skips for this text, such as pending.
        include_kind: Import orders that the preset skips for this reason.
    """

    preset: Preset | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    skip_rows: int | None = None
    time_format: str | None = None
    day_first: bool | None = _flag("--day-first/--month-first")
    thousands: str | None = None
    item_pattern: str | None = None
    order_prefix: str | None = None
    quantity: int | None = None
    placed_at: str | None = attrs.field(default=None, metadata={"metavar": "TIME"})
    country: str | None = None
    upper_sku: bool | None = _flag("--upper-sku")
    unquoted: bool | None = _flag("--unquoted")
    drop_rows: list[str] | None = attrs.field(default=None, metadata={"metavar": "COLUMN=TEXT"})
    drop_repeated: bool | None = _flag("--drop-repeated")
    drop_orders: list[str] | None = attrs.field(default=None, metadata={"metavar": "COLUMN=TEXT"})
    include_status: list[str] | None = attrs.field(default=None, metadata={"metavar": "TEXT"})
    include_kind: list[SkipKind] | None = None

    @property
    def file_format(self) -> FileFormat:
        """How the text of the file is written."""
        if self.skip_rows is not None and self.skip_rows < 0:
            raise typer.BadParameter("must be 0 or more", param_hint="'--skip-rows'")
        delimiter = "\t" if self.delimiter in {"tab", r"\t"} else self.delimiter
        if delimiter is not None and len(delimiter) != 1:
            raise typer.BadParameter("must be one character, or tab", param_hint="'--delimiter'")
        return FileFormat(
            encoding=self.encoding or "",
            delimiter=delimiter or "",
            sheet=self.sheet or "",
            skip_rows=self.skip_rows,
        )

    def included(self, layout: OrderLayout) -> OrderLayout:
        """Return the layout without the rules that are switched off.

        Raises:
            BadParameter: If there is no such rule.
        """
        try:
            return layout.including(*self.include_status or (), kinds=self.include_kind or ())
        except InvalidValueError as error:
            hint = f"'--include-{error.field.rpartition('.')[2]}'"
            raise typer.BadParameter(f"must be {error.demand}", param_hint=hint) from error

    def changes(self, base: FileLayout, at: datetime) -> dict[str, Any]:
        """Return the fields of a layout that the options change."""
        changes = {
            field: value
            for option, field in _FIELDS.items()
            if (value := getattr(self, option)) is not None
        }
        if self.country is not None:
            changes["country_default"] = self.country.upper()
        if self.unquoted:
            changes["quoted"] = False
        if self.placed_at is not None:
            changes["placed_at_default"] = at if self.placed_at == NOW else _moment(self.placed_at)
        dropped = {"drop_rows": self.drop_rows, "drop_orders": self.drop_orders}
        rules = [
            skip_rule(option, text) for option, texts in dropped.items() for text in texts or ()
        ]
        if rules:
            changes["skip"] = (*getattr(base, "skip", ()), *rules)
        return changes


@attrs.frozen(kw_only=True)
class HistoryForm(FileForm):
    """The format of a history.

    Attributes:
        time_zone: The time zone of the warehouse, and of times without one unless the preset has
            one.
    """

    time_zone: ZoneInfo = attrs.field(
        factory=lambda: ZoneInfo("Europe/London"), metadata=READ_FIRST
    )


def layouts_of(
    kind: FileKind | None, form: FileForm, columns: ColumnNames, at: datetime
) -> dict[str, FileLayout]:
    """Return the layouts that a file may have, changed as the options say, by their names.

    Args:
        kind: What the file contains. If None, each kind that all of the options apply to.
        form: The options for the format.
        columns: The options for the columns.
        at: The moment of the import.

    Raises:
        BadParameter: If an option does not apply to this kind of file, or breaks its rule.
    """
    layouts: dict[str, FileLayout] = {}
    for each, bases in _BASES.items():
        if kind not in {None, each}:
            continue
        unfit = _unfit_option(each, form, columns)
        if unfit and kind is not None:
            raise typer.BadParameter(
                f"does not apply to a file of {each.lower()}",
                param_hint=f"'--{_dashed(unfit)}'",
            )
        for name, base in bases.items() if not unfit else ():
            if form.preset in {None, name}:
                layouts[name] = attrs.evolve(base, **_changes(each, base, form, columns, at))
    if not layouts:
        _refuse_options(form, columns)
    return layouts


def kind_of(layout: FileLayout) -> FileKind:
    """Return what a file of this layout contains."""
    return next(kind for kind, bases in _BASES.items() if type(layout) in map(type, bases.values()))


def _unfit_option(kind: FileKind, form: FileForm, columns: ColumnNames) -> str:
    """Return an option that does not apply to a kind of file; empty if all do."""
    base = next(iter(_BASES[kind].values()))
    given = {
        **columns.given(),
        **{
            option: field
            for option, field in (_FIELDS | _CHANGED_FIELDS).items()
            if getattr(form, option) is not None
        },
    }
    return next((option for option, field in given.items() if not hasattr(base, field)), "")


def _changes(
    kind: FileKind, base: FileLayout, form: FileForm, columns: ColumnNames, at: datetime
) -> dict[str, Any]:
    """Return the fields of a layout that the options change."""
    named = columns.changes(kind, has_quantity=form.quantity is not None)
    formed = form.changes(base, at)
    must_have = named.get("must_have", base.must_have) | {
        rule.column for rule in formed.get("skip", ()) if rule.must_fit
    }
    skip = formed.get("skip", getattr(base, "skip", ()))
    off = [
        SkipRule(column=each, kind=SkipKind.CANCELLED, is_filled=True, whole_order=True)
        for each in named.get("cancelled_at", ())
    ]
    changes = {**named, **formed, "must_have": must_have}
    return {**changes, "skip": (*skip, *off)} if off else changes


def _refuse_options(form: FileForm, columns: ColumnNames) -> NoReturn:
    """Refuse options that apply to different kinds of files."""
    unfit = {kind: _unfit_option(kind, form, columns) for kind in _BASES}
    faults = [f"--{_dashed(name)} not to {kind.lower()}" for kind, name in unfit.items()]
    raise typer.BadParameter(f"no kind of file takes all of these options: {', '.join(faults)}")


def _dashed(option: str) -> str:
    return option.replace("_", "-")


def _moment(text: str) -> datetime:
    try:
        return TimeReader(user_zone()).read(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"must be {NOW}, or {error}", param_hint="'--placed-at'"
        ) from error
