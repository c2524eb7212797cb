"""Storage errors."""

from __future__ import annotations

from orderflow.errors.base import OrderFlowError
from orderflow.errors.quoting import counted

__all__ = [
    "BatchInterruptedError",
    "BusyError",
    "ContentionError",
    "SchemaError",
    "StorageError",
    "UnfinishedError",
    "UnreadableError",
]


class StorageError(OrderFlowError):
    """The state could not be read or written. Unless a subclass says otherwise, nothing changed."""


class BatchInterruptedError(StorageError):
    """The database failed after some batches of commands were saved.

    Run the same commands again: those that were saved with a command id change nothing.

    Attributes:
        cause: What failed.
        commands_saved: The number of commands that were saved, from the first.
    """

    def __init__(self, cause: str, commands_saved: int) -> None:
        self.cause = cause
        self.commands_saved = commands_saved
        saved = counted(commands_saved, "command is", "commands are")
        super().__init__(
            f"{cause}; the first {saved} saved: run all commands again "
            f"with the same command ids to save the rest"
        )


class BusyError(StorageError):
    """Too many commands of one seller wait to be carried out. Nothing has changed.

    Attributes:
        seller_id: The seller.
        reason: How many others wait, or for how long the command did.
    """

    def __init__(self, seller_id: str, reason: str) -> None:
        self.seller_id = seller_id
        self.reason = reason
        super().__init__(
            f"the command of seller {seller_id!r} was not carried out, because {reason}; try again "
            f"later, or send fewer at once"
        )


class ContentionError(StorageError):
    """Concurrent transactions changed the same data first.

    In your own transaction, roll back and run all of it again.
    """

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts
        super().__init__(
            f"other transactions changed the same orders or stock in each of {attempts} "
            f"attempts; roll back, and run the whole transaction again"
        )


class SchemaError(StorageError):
    """The tables are missing, or belong to another release of orderflow.

    Attributes:
        found: The revision of the existing tables, or `None` if there are none.
        expected: The revision that this release needs.
    """

    def __init__(self, found: str | None, expected: str) -> None:
        self.found = found
        self.expected = expected
        there = "has no tables of orderflow" if found is None else f"has tables of revision {found}"
        if found is None:
            way_out = "create them with `orderflow.adapters.sql.upgrade` or your migrations"
        elif found > expected:
            way_out = "they belong to a later release: install that one, or a later one"
        else:
            way_out = "upgrade them with `orderflow.adapters.sql.upgrade` or your migrations"
        super().__init__(
            f"the database {there}, but this release needs revision {expected}; {way_out}"
        )


class UnreadableError(StorageError):
    """The database has something that this release cannot read. It is left as it is.

    If a later release wrote it, a process of that release can read it.
    """


class UnfinishedError(StorageError):
    """The database failed at a time when the change may already have been saved.

    Repeat the command with the same command id: its outcome is the same whether it was saved or
    not. Without an id, read the state first. In your own transaction, nothing is saved before you
    commit: roll back and run all of it again, as after a `ContentionError`.

    Attributes:
        cause: What failed.
        is_saved: Whether the change is known to be saved. If so, some queues were not served.
    """

    def __init__(self, cause: str, *, is_saved: bool = False) -> None:
        self.cause = cause
        self.is_saved = is_saved
        super().__init__(
            f"the change was saved, but not all queues were served ({cause}); call `recover`, "
            f"or repeat the command with the same command id"
            if is_saved
            else f"the database failed during the commit ({cause}), and may have saved the change; "
            f"repeat the command with the same command id, or read the state first"
        )
