"""The state in memory: the reference for hosts, and the fastest store there is.

`orderflow.MemoryRepository` keeps orders, stock and events. Nothing survives the process. One
process may use all of it from several threads.
"""

from orderflow.adapters.memory.notice_store import MemoryNoticeStore
from orderflow.adapters.memory.outbox import MemoryOutbox

__all__ = ["MemoryNoticeStore", "MemoryOutbox"]
