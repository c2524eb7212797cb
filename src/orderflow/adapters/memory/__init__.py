"""Keeps the state in memory: the reference for hosts, and the fastest store.

Nothing survives the process. Several threads of one process can share it.
"""

from orderflow.adapters.memory.notice_store import MemoryNoticeStore
from orderflow.adapters.memory.outbox import MemoryOutbox
from orderflow.adapters.memory.repository import MemoryRepository

__all__ = ["MemoryNoticeStore", "MemoryOutbox", "MemoryRepository"]
