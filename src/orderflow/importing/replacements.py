"""Read a catalogue of replacements from CSV or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from orderflow.domain.model.validators import UNITS_MAX
from orderflow.domain.queries.replacements import Replacement, ReplacementList
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import listed
from orderflow.importing.cells import Cells
from orderflow.importing.faults import Fault, FileError
from orderflow.importing.files.source import Record
from orderflow.importing.layouts.columns import Columns
from orderflow.importing.layouts.layout import ReplacementLayout, columns_of
from orderflow.importing.table import open_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

__all__ = ["read_replacements"]


def read_replacements(path: str | PathLike[str]) -> ReplacementList:
    """Read a catalogue of replacements: JSON if the name ends in ``.json``, otherwise CSV.

    Each row of the CSV, or object of the JSON array, is a `Replacement` with columns named as its
    fields. `sku` and `replaces` are required: `sku` is the replacement, `replaces` the replaced
    product. All other columns are optional.

    Raises:
        FileError: If it cannot be read or has faults. The message lists the first faults.
    """
    name = str(path)
    items: list[Replacement] = []
    faults: list[Fault] = []
    for cells in _cells_of_json(name) if name.endswith(".json") else _cells_of_csv(name):
        items += _replacement(cells)
        faults += cells.faults
    if faults:
        raise FileError(name, listed([str(fault) for fault in faults], "; "))
    try:
        return ReplacementList(items)
    except InvalidValueError as error:
        raise FileError(name, str(error)) from error


def _cells_of_json(name: str) -> Iterator[Cells]:
    """Yield the objects as if they were rows."""
    try:
        data = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(name, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise FileError(name, f"cannot be read: {error}") from error
    fields = columns_of(ReplacementLayout)
    columns = Columns(tuple(fields), {field: (at,) for at, field in enumerate(fields)}, (), ())
    if not (isinstance(data, list) and all(isinstance(each, dict) for each in data)):
        raise FileError(name, "must be an array of objects")
    for number, item in enumerate(data, 1):
        unknown = sorted(item.keys() - fields)
        if unknown:
            raise FileError(
                name,
                f"has unknown fields: {listed(unknown)}; the fields are {', '.join(fields)}",
                row=number,
            )
        texts = ["" if item.get(each) is None else str(item[each]) for each in fields]
        yield Cells(columns, Record(number, texts))


def _cells_of_csv(name: str) -> Iterator[Cells]:
    with open_table(name, {"replacements": ReplacementLayout()}) as table:
        for record in table.rows():
            cells = Cells(table.columns, record)
            if record.fault:
                cells.faults.append(Fault(record.row, "", "", record.fault))
            yield cells


def _replacement(cells: Cells) -> Iterator[Replacement]:
    if cells.faults:
        return
    sku, replaces = cells.identifier("sku"), cells.identifier("replaces")
    numbers = {field: _units(cells, field) for field in ("units", "per", "units_max")}
    reason = cells.note("reason")
    seller_id = cells.identifier("seller_id", required=False)
    if cells.faults or sku is None or replaces is None:
        return
    given = {field: number for field, number in numbers.items() if number is not None}
    try:
        yield Replacement(sku, replaces, reason=reason or "", seller_id=seller_id, **given)
    except InvalidValueError as error:
        field = error.field.rpartition(".")[2]
        cells.fault(field, str(error.value), f"must be {error.demand}")


def _units(cells: Cells, field: str) -> int | None:
    return cells.whole(field, smallest=1, largest=UNITS_MAX, thousands="", required=False)
