"""Replay an order history: which policy would have served it best?

`read_history` reads a file into entries in time order. `Replay` runs them against stock that it
adds by stated rules. `Summary` reports how well the orders were served.
"""

from orderflow.replay.account import Account, Balance
from orderflow.replay.engine import Replay, Settings
from orderflow.replay.entries import Entry, EntryKind, Row, SkipReason
from orderflow.replay.figures import BackOrders, Figures, FirstAttempt, WaitingTimes
from orderflow.replay.history import History, are_mostly_rejected, merge_histories, read_history
from orderflow.replay.replenishment import ReplenishmentRule
from orderflow.replay.rules import HISTORY_RULES, HistoryRules
from orderflow.replay.session import SELLER, WAREHOUSE
from orderflow.replay.simulated_seller import CancelledUnits, SellerBehaviour
from orderflow.replay.summary import Additions, Summary

__all__ = [
    "HISTORY_RULES",
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
    "History",
    "HistoryRules",
    "Replay",
    "ReplenishmentRule",
    "Row",
    "SellerBehaviour",
    "Settings",
    "SkipReason",
    "Summary",
    "WaitingTimes",
    "are_mostly_rejected",
    "merge_histories",
    "read_history",
]
