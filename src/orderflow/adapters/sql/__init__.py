"""The state in a database: SQLite or PostgreSQL, in tables of orderflow's own beside the host's.

Needs SQLAlchemy, which comes with the extra `sql`; the extra `postgres` adds a driver.
"""

from orderflow.adapters.sql.auditing import Stored
from orderflow.adapters.sql.embedded import Durability, open_database
from orderflow.adapters.sql.executor import Executor
from orderflow.adapters.sql.inbox import SqlInbox
from orderflow.adapters.sql.notice_store import SqlNoticeStore
from orderflow.adapters.sql.outbox import SqlOutbox
from orderflow.adapters.sql.policies import SqlPolicies
from orderflow.adapters.sql.preferences import SqlPreferences
from orderflow.adapters.sql.repository import SqlRepository
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.upgrading import upgrade, upgrade_statements
from orderflow.errors import SchemaError

__all__ = [
    "Durability",
    "Executor",
    "SchemaError",
    "SqlInbox",
    "SqlNoticeStore",
    "SqlOutbox",
    "SqlPolicies",
    "SqlPreferences",
    "SqlRepository",
    "Stored",
    "Tables",
    "open_database",
    "upgrade",
    "upgrade_statements",
]
