"""Keeps the state in SQLite or PostgreSQL, in orderflow's own tables beside the host's.

Needs SQLAlchemy, which the extra `sql` installs. The extra `postgres` adds a driver.
"""

from orderflow.adapters.sql.auditing import SellerAudit
from orderflow.adapters.sql.default_policy import SqlDefaultPolicy
from orderflow.adapters.sql.embedded import Durability, open_database
from orderflow.adapters.sql.executor import Executor
from orderflow.adapters.sql.inbox import SqlInbox
from orderflow.adapters.sql.notice_store import SqlNoticeStore
from orderflow.adapters.sql.outbox import SqlOutbox
from orderflow.adapters.sql.partitioning import partition_by_seller
from orderflow.adapters.sql.preferences import SqlPreferences
from orderflow.adapters.sql.repository import SqlRepository
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.upgrading import upgrade, upgrade_statements
from orderflow.adapters.sql.vacuum import vacuum
from orderflow.errors import SchemaError

__all__ = [
    "Durability",
    "Executor",
    "SchemaError",
    "SellerAudit",
    "SqlDefaultPolicy",
    "SqlInbox",
    "SqlNoticeStore",
    "SqlOutbox",
    "SqlPreferences",
    "SqlRepository",
    "Tables",
    "open_database",
    "partition_by_seller",
    "upgrade",
    "upgrade_statements",
    "vacuum",
]
