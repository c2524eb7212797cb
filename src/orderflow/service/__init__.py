"""The thin shell around the pure core: it loads, decides, saves, and relays messages."""

from orderflow.service.async_flow import AsyncOrderFlow
from orderflow.service.async_seller import AsyncSeller
from orderflow.service.batches import Batches, BatchResult, RefusedCommand
from orderflow.service.clock import SystemClock
from orderflow.service.erasing_methods import OrdersToErase
from orderflow.service.flow import OrderFlow
from orderflow.service.part_methods import CancelledParts
from orderflow.service.relay import Relay, RelayResult
from orderflow.service.seller import Seller

__all__ = [
    "AsyncOrderFlow",
    "AsyncSeller",
    "BatchResult",
    "Batches",
    "CancelledParts",
    "OrderFlow",
    "OrdersToErase",
    "RefusedCommand",
    "Relay",
    "RelayResult",
    "Seller",
    "SystemClock",
]
