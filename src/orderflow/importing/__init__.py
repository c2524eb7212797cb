"""Read orders, stock and expected receipts from CSV into commands.

`read_orders`, `read_stock` and `read_receipts` change nothing. They return plain data: the commands
to run and every fault in the file. `write_rejects` writes the rejected rows. `write_csv` writes any
table so that no spreadsheet treats a cell as a formula. `read_replacements` reads a catalogue of
replacements.
"""

from orderflow.importing.export import plain_cell, safe_cell, write_csv
from orderflow.importing.faults import Fault, FileError, RejectedRow, RepeatedRow, SkippedRow
from orderflow.importing.files.encoding import EncodingGuess
from orderflow.importing.files.file_format import FileFormat
from orderflow.importing.files.source import Source, open_source
from orderflow.importing.import_run import ImportRun
from orderflow.importing.known_skus import UnknownSku
from orderflow.importing.layouts.columns import IgnoredColumn
from orderflow.importing.layouts.layout import (
    DeliveryLayout,
    ItemColumns,
    OrderLayout,
    ReceiptLayout,
    StockLayout,
)
from orderflow.importing.layouts.presets import PRESETS, Preset
from orderflow.importing.layouts.skip_rule import SkipKind, SkipRule
from orderflow.importing.lead_times import read_lead_times
from orderflow.importing.listed import Listed
from orderflow.importing.orders import Existing, read_orders
from orderflow.importing.rejects import WrittenRejects, write_rejects
from orderflow.importing.replacements import read_replacements
from orderflow.importing.result import (
    CalledOffOrder,
    ChangedOrder,
    ConflictingOrder,
    Import,
    ImportCommand,
    record_id,
)
from orderflow.importing.stock import read_deliveries, read_receipts, read_stock
from orderflow.importing.stored_orders import OnChange
from orderflow.importing.table import REASON_COLUMN, File, Progress, detect_layout

__all__ = [
    "PRESETS",
    "REASON_COLUMN",
    "CalledOffOrder",
    "ChangedOrder",
    "ConflictingOrder",
    "DeliveryLayout",
    "EncodingGuess",
    "Existing",
    "Fault",
    "File",
    "FileError",
    "FileFormat",
    "IgnoredColumn",
    "Import",
    "ImportCommand",
    "ImportRun",
    "ItemColumns",
    "Listed",
    "OnChange",
    "OrderLayout",
    "Preset",
    "Progress",
    "ReceiptLayout",
    "RejectedRow",
    "RepeatedRow",
    "SkipKind",
    "SkipRule",
    "SkippedRow",
    "Source",
    "StockLayout",
    "UnknownSku",
    "WrittenRejects",
    "detect_layout",
    "open_source",
    "plain_cell",
    "read_deliveries",
    "read_lead_times",
    "read_orders",
    "read_receipts",
    "read_replacements",
    "read_stock",
    "record_id",
    "safe_cell",
    "write_csv",
    "write_rejects",
]
