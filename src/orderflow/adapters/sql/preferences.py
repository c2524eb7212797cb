"""The preferences of sellers in the database, so that sellers can choose them on a page.

A seller chooses the kinds, the addresses and the time of day, which are stored here. The rest is in
the host's settings: servers, secrets, and the servers that webhooks may go to.
"""

from __future__ import annotations

from orderflow.adapters.sql.per_seller import PerSeller
from orderflow.notices import Preference

__all__ = ["SqlPreferences"]


class SqlPreferences(PerSeller[Preference]):
    """The default preference, and those of single sellers: an `orderflow.ports.PreferenceSource`.

    A change applies from the next message on.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or an object with the methods of
            `Transactions`.
        tables: The tables. Default: those with orderflow's own names.
    """

    _kind = Preference
    _noun = "preference"
    _table = "preferences"
