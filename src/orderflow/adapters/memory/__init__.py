"""The state in memory: the reference for hosts, and the fastest store there is.

Nothing survives the process. One process may use it from several threads.
"""

from orderflow.adapters.memory.notice_store import MemoryNoticeStore
from orderflow.adapters.memory.outbox import MemoryOutbox
from orderflow.adapters.memory.repository import MemoryRepository

__all__ = ["MemoryNoticeStore", "MemoryOutbox", "MemoryRepository"]
