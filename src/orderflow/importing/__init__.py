"""Reads orders, stock and expected receipts from CSV, as the commands that bring them in.

`read_orders`, `read_stock` and `read_receipts` do nothing by themselves: what they return is plain
data, with the commands to carry out and every fault of the file. `write_rejects` writes the rows
that were rejected, and `write_csv` any table, so that no spreadsheet takes a cell for a formula.
`read_replacements` reads which products may stand in for which.
"""

from orderflow.importing.columns import IgnoredColumn
from orderflow.importing.export import plain_cell, safe_cell, write_csv
from orderflow.importing.faults import Fault, FileError, PassedOver
from orderflow.importing.layout import OrderLayout, PassOver, ReceiptLayout, StockLayout
from orderflow.importing.orders import Existing, OnChange, read_orders
from orderflow.importing.presets import PRESETS, Preset
from orderflow.importing.rejects import write_rejects
from orderflow.importing.replacements import read_replacements
from orderflow.importing.result import Changed, Import, ImportCommand, Rejected, record_id
from orderflow.importing.source import Source, open_source
from orderflow.importing.stock import read_receipts, read_stock
from orderflow.importing.table import REASON, File, Form, Progress

__all__ = [
    "PRESETS",
    "REASON",
    "Changed",
    "Existing",
    "Fault",
    "File",
    "FileError",
    "Form",
    "IgnoredColumn",
    "Import",
    "ImportCommand",
    "OnChange",
    "OrderLayout",
    "PassOver",
    "PassedOver",
    "Preset",
    "Progress",
    "ReceiptLayout",
    "Rejected",
    "Source",
    "StockLayout",
    "open_source",
    "plain_cell",
    "read_orders",
    "read_receipts",
    "read_replacements",
    "read_stock",
    "record_id",
    "safe_cell",
    "write_csv",
    "write_rejects",
]
