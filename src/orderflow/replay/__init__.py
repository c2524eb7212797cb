"""Replay an order history: which policy would have served it best?

`HistoryReader` reads a file as a stream of entries in time order. `Replay` runs them against stock
that it adds by stated rules. `Summary` reports how well the orders were served.
"""

from orderflow.replay.account import Account, Balance
from orderflow.replay.engine import Replay, Settings
from orderflow.replay.faults import HistoryError, Rejects, RowError
from orderflow.replay.figures import BackOrders, Figures, FirstAttempt, WaitingTimes
from orderflow.replay.history import (
    HISTORY_REASON_COLUMN,
    Entry,
    HistoryFormat,
    HistoryReader,
    Tally,
)
from orderflow.replay.layout import HISTORY_PRESETS, HistoryLayout, HistoryPreset
from orderflow.replay.replenishment import ReplenishmentRule
from orderflow.replay.rows import EntryKind, Row, SkipReason
from orderflow.replay.session import SELLER, WAREHOUSE
from orderflow.replay.simulated_seller import CancelledUnits, SellerBehaviour
from orderflow.replay.summary import Additions, Summary

__all__ = [
    "HISTORY_PRESETS",
    "HISTORY_REASON_COLUMN",
    "SELLER",
    "WAREHOUSE",
    "Account",
    "Additions",
    "BackOrders",
    "Balance",
    "CancelledUnits",
    "Entry",
    "EntryKind",
    "Figures",
    "FirstAttempt",
    "HistoryError",
    "HistoryFormat",
    "HistoryLayout",
    "HistoryPreset",
    "HistoryReader",
    "Rejects",
    "Replay",
    "ReplenishmentRule",
    "Row",
    "RowError",
    "SellerBehaviour",
    "Settings",
    "SkipReason",
    "Summary",
    "Tally",
    "WaitingTimes",
]
