"""Read the lead times of products from CSV."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderflow.domain.model.validators import DURATION_MAX
from orderflow.errors.quoting import listed
from orderflow.importing.cells import Cells
from orderflow.importing.faults import Fault, FileError
from orderflow.importing.layouts.lead_time_layout import LeadTimeLayout
from orderflow.importing.table import open_table

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["read_lead_times"]


def read_lead_times(path: str | PathLike[str]) -> dict[str, timedelta]:
    """Read the lead times of products: the columns `sku` and `lead_days`, in whole days.

    Raises:
        FileError: If it cannot be read, or has faults, or a product twice. The message lists the
            first faults.
    """
    name = str(path)
    found: dict[str, timedelta] = {}
    faults: list[Fault] = []
    with open_table(name, {"lead times": LeadTimeLayout()}) as table:
        for record in table.rows():
            cells = Cells(table.columns, record)
            if record.fault:
                cells.faults.append(Fault(record.row, "", "", record.fault))
            sku = cells.identifier("sku")
            days = cells.whole("lead_days", smallest=1, largest=DURATION_MAX.days, thousands="")
            if sku is not None and sku in found:
                cells.fault("sku", sku, "must not be there twice")
            if sku is not None and days is not None:
                found[sku] = timedelta(days=days)
            faults += cells.faults
    if faults:
        raise FileError(name, listed([str(fault) for fault in faults], "; "))
    return found
