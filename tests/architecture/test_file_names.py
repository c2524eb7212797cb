"""A file name says what is in the file: two share one only where the folder tells them apart.

`SHARED` says for each shared name what the folders make of it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.architecture.source import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARED = {
    "0001_first_release.py": "one migration, as Alembic and as Django name it",
    "apps.py": "the app of Django that makes the tables, and the one of the admin",
    "arguments.py": "the arguments of functions, and those of the command line",
    "calendar.py": "the calendar of a warehouse, and the face that shows it",
    "checking.py": "the check of a whole database, and what Django's `check` command asks",
    "clock.py": "the port, and the clock of this machine",
    "commands.py": "the commands, the face that shows them, and strategies that draw them",
    "edits.py": "the edits, and the face that shows them",
    "cut_off.py": "the rules, and their command in the command line",
    "envelope.py": "what surrounds a value in JSON, and what surrounds it in a webhook",
    "events.py": "the events, and the face that shows them",
    "executor.py": "how SQL is executed, with SQLAlchemy and with Django",
    "explanation.py": "why an order waits, as data and in words",
    "faults.py": "what may go wrong in the package of that folder",
    "history.py": "what always holds of a history, one that is replayed, and one that is shown",
    "listing.py": "the options of a listing, and its output",
    "notice_store.py": "one port, two adapters",
    "notices.py": "notices in words, their ports, and their commands in the command line",
    "orders.py": "orders in a file, and on the command line",
    "outbox.py": "a port, and its two adapters",
    "preemption.py": "what urgent orders take, and what always holds of it",
    "preferences.py": "what a seller wants to hear, and the table that keeps it",
    "problems.py": "problem details of an HTTP service, and what the command line could not do",
    "relay.py": "the relay of the outbox, and its commands in the command line",
    "replacements.py": "which products replace which, and the file that says so",
    "repository.py": "a port, and its two adapters",
    "rows.py": "rows of a table, of a file to import, and of one to replay",
    "seller.py": "the handle of a seller, and the state of one in memory",
    "settings.py": "the settings of the package of that folder",
    "sourcing.py": "which warehouses send an order: the plan, and the decision that places by it",
    "state.py": "the state of a seller, and what always holds of it",
    "stock.py": "stock records, in a file, and on the command line",
    "stock_commands.py": "the commands, and the decisions about them",
    "tables.py": "database tables, and tables on a screen",
    "transactions.py": "the transactions of a host, with SQLAlchemy and with Django",
}


def shared(names: Iterable[str]) -> set[str]:
    """Return the names that several files have; every package has an `__init__.py`."""
    return {name for name, count in Counter(names).items() if count > 1} - {"__init__.py"}


def test_files_share_a_name_only_where_the_folders_differ_plainly() -> None:
    assert shared(path.name for path in SOURCE.rglob("*.py")) == SHARED.keys()


def test_a_second_file_of_a_name_is_noticed() -> None:
    assert shared(["__init__.py", "fold.py", "__init__.py", "draft.py", "fold.py"]) == {"fold.py"}
