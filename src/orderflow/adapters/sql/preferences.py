"""What sellers want to be told, in the database: where they may choose themselves, on a page.

How they are reached (servers, secrets, the places that webhooks may go to) is the host's to say,
in its settings. What a seller chooses is kept here: the kinds, the addresses, the time of day.
"""

from __future__ import annotations

from orderflow.adapters.sql.per_seller import PerSeller
from orderflow.notices import Preference

__all__ = ["SqlPreferences"]


class SqlPreferences(PerSeller[Preference]):
    """The usual preference, and those of sellers who have one of their own.

    It is an `orderflow.ports.PreferenceSource`: what is set holds for the next message.

    Args:
        engine: An engine of SQLAlchemy, for SQLite or PostgreSQL; or what stands for one.
        tables: The tables; those with the names that orderflow gives them, if left out.
    """

    _kind = Preference
    _noun = "preference"
    _table = "preferences"
