"""The options for reading a history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.importing.files.encoding import ENCODING_DEMAND, is_encoding
from orderflow.importing.values.times import check_time_format
from orderflow.replay import HISTORY_PRESETS, HistoryFormat, HistoryPreset

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from attrs import Attribute

__all__ = ["ColumnOptions", "FileOptions", "history_format"]

WINDOW_MINUTES_MAX = 100_000


def _one_character(_instance: object, _attribute: Attribute[str], value: str) -> None:
    validators.require(
        ok=len(value) == 1 and value not in '"\r\n',
        field="FileOptions.delimiter",
        demand="one character, and no quote",
        value=value,
    )


def _encoding(_instance: object, _attribute: Attribute[str], value: str) -> None:
    validators.require(
        ok=is_encoding(value), field="FileOptions.encoding", demand=ENCODING_DEMAND, value=value
    )


def _minutes(_instance: object, _attribute: Attribute[int], value: int) -> None:
    validators.require(
        ok=0 <= value <= WINDOW_MINUTES_MAX,
        field="FileOptions.window_minutes",
        demand=f"from 0 to {WINDOW_MINUTES_MAX}",
        value=value,
    )


@attrs.frozen(kw_only=True)
class FileOptions:
    """How to read a file.

    Attributes:
        preset: The layout of the file. Default: the preset that matches the header.
        delimiter: The character between two cells.
        encoding: The text encoding.
        time_format: The format of times, such as %d/%m/%Y %H:%M. Default: ISO 8601.
        window_minutes: How far rows may be out of time order, and the lines of an order apart.
        free_is_found: Treat units at price 0 without a customer as stock that was found.
    """

    preset: HistoryPreset | None = None
    delimiter: str = attrs.field(default=",", validator=_one_character)
    encoding: str = attrs.field(default="utf-8-sig", validator=_encoding)
    time_format: str | None = attrs.field(default=None, validator=check_time_format)
    window_minutes: int = attrs.field(default=60, validator=_minutes)
    free_is_found: bool = False


@attrs.frozen(kw_only=True)
class ColumnOptions:
    """The names of columns that differ from the layout.

    Attributes:
        order_column: The order id.
        sku_column: The product.
        quantity_column: The units.
        time_column: When the order was placed.
        customer_column: The customer, which links cancellations to orders.
        price_column: The price, which marks stock adjustments.
        priority_column: The priority of the order, for `--queue PRIORITY`.
        promise_column: The promised date of the order, for `--queue PROMISED_DATE`.
    """

    order_column: str | None = None
    sku_column: str | None = None
    quantity_column: str | None = None
    time_column: str | None = None
    customer_column: str | None = None
    price_column: str | None = None
    priority_column: str | None = None
    promise_column: str | None = None


def history_format(file: FileOptions, columns: ColumnOptions, time_zone: ZoneInfo) -> HistoryFormat:
    """Combine the options; times without a zone are in the time zone of the warehouse."""
    named = attrs.asdict(columns, filter=lambda _, name: name is not None)
    changes = {field.removesuffix("_column"): name for field, name in named.items()}
    if file.free_is_found:
        changes["free_is_found"] = True
    return HistoryFormat(
        layout=HISTORY_PRESETS[file.preset] if file.preset is not None else None,
        changes=changes,
        time_zone=time_zone,
        time_format=file.time_format,
        encoding=file.encoding,
        delimiter=file.delimiter,
        window=timedelta(minutes=file.window_minutes),
    )
