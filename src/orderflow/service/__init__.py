"""The thin shell around the pure core: it loads, decides and saves, and has others told."""

from orderflow.service.async_flow import AsyncOrderFlow
from orderflow.service.batches import Batches, BatchResult, RefusedCommand
from orderflow.service.clock import SystemClock
from orderflow.service.flow import OrderFlow
from orderflow.service.relay import Relay, RelayResult

__all__ = [
    "AsyncOrderFlow",
    "BatchResult",
    "Batches",
    "OrderFlow",
    "RefusedCommand",
    "Relay",
    "RelayResult",
    "SystemClock",
]
