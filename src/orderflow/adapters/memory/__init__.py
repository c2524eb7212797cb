"""Stores the state in memory: the reference for other adapters, and the fastest one.

`orderflow.MemoryRepository` stores orders, stock and events. Nothing survives the process. Several
threads of one process can share all of it.
"""

from orderflow.adapters.memory.notice_store import MemoryNoticeStore
from orderflow.adapters.memory.outbox import MemoryOutbox

__all__ = ["MemoryNoticeStore", "MemoryOutbox"]
