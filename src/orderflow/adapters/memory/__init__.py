"""The state in memory: the reference for hosts, and the fastest store there is.

Nothing survives the process. One process may use it from several threads.
"""

from orderflow.adapters.memory.notebook import MemoryNotebook
from orderflow.adapters.memory.outbox import MemoryOutbox
from orderflow.adapters.memory.repository import MemoryRepository

__all__ = ["MemoryNotebook", "MemoryOutbox", "MemoryRepository"]
