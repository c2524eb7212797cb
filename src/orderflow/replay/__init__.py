"""Replays an order history through `orderflow`: which policy would have served it best?

`History` reads a file as a stream of entries in time order, `Replay` carries them out against
stock that it adds by stated rules, and `Summary` says how well the orders were served.
"""

from orderflow.importing.source import Source, open_source
from orderflow.replay.account import Account, Balance
from orderflow.replay.desk import SELLER, WAREHOUSE
from orderflow.replay.engine import Replay, Settings
from orderflow.replay.faults import HistoryError, Rejects, RowError
from orderflow.replay.figures import BackOrders, Figures, Served, Waiting
from orderflow.replay.history import REASON, Entry, History, Reading, Tally
from orderflow.replay.layout import PRESETS, Layout, Preset
from orderflow.replay.replenishment import ReplenishmentRule
from orderflow.replay.rows import Kind, Row, Skip
from orderflow.replay.sellers import Cancelled, SellerBehaviour
from orderflow.replay.summary import Added, Summary

__all__ = [
    "PRESETS",
    "REASON",
    "SELLER",
    "WAREHOUSE",
    "Account",
    "Added",
    "BackOrders",
    "Balance",
    "Cancelled",
    "Entry",
    "Figures",
    "History",
    "HistoryError",
    "Kind",
    "Layout",
    "Preset",
    "Reading",
    "Rejects",
    "Replay",
    "ReplenishmentRule",
    "Row",
    "RowError",
    "SellerBehaviour",
    "Served",
    "Settings",
    "Skip",
    "Source",
    "Summary",
    "Tally",
    "Waiting",
    "open_source",
]
