"""What a database cannot do, or could not."""

from __future__ import annotations

from orderflow.errors.base import OrderFlowError

__all__ = [
    "BatchInterruptedError",
    "ContentionError",
    "SchemaError",
    "StorageError",
    "UnfinishedError",
]


class StorageError(OrderFlowError):
    """The state could not be read or written. Except for its subclasses, nothing has changed."""


class BatchInterruptedError(StorageError):
    """The database failed after some batches of commands were saved.

    Run the same commands again: those whose command id was saved before change nothing.

    Attributes:
        cause: What failed.
        commands_saved: How many commands, from the first, are in batches that were saved.
    """

    def __init__(self, cause: str, commands_saved: int) -> None:
        self.cause = cause
        self.commands_saved = commands_saved
        super().__init__(
            f"{cause}; the first {commands_saved:,} commands are saved: run all of them again "
            f"with the same command ids, and the rest follows"
        )


class ContentionError(StorageError):
    """Others read or changed the same at the same time, and this one had to give way.

    Where the transaction is the host's, it has to be rolled back and all of it run again.
    """

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts
        super().__init__(
            f"others changed the same orders or stock at the same time, in each of {attempts} "
            f"attempts; roll back, and run the whole transaction again"
        )


class SchemaError(StorageError):
    """The tables are missing, or are those of another release of orderflow.

    Attributes:
        found: The revision of the tables that are there, or `None` if there are none.
        expected: The revision that this release works on.
    """

    def __init__(self, found: str | None, expected: str) -> None:
        self.found = found
        self.expected = expected
        there = "has no tables of orderflow" if found is None else f"has tables of revision {found}"
        if found is None:
            way_out = "make them: `orderflow.adapters.sql.upgrade` does, or your migrations do"
        elif found > expected:
            way_out = "they are of a later release: take that one, or a later one"
        else:
            way_out = "`orderflow.adapters.sql.upgrade` upgrades them, or your migrations do"
        super().__init__(
            f"the database {there}, and this release works on revision {expected}; {way_out}"
        )


class UnfinishedError(StorageError):
    """The database failed when the change may have been saved already.

    The same command with the same id is answered as it would have been, whether it was saved or
    not. Without an id, look what there is before you give it again. Where the transaction is the
    host's, nothing is saved before the host commits: it has to be rolled back and all of it run
    again, as after a `ContentionError`.

    Attributes:
        cause: What failed.
        is_saved: Whether it is known that the change was saved, and only the queues were not
            served to the end.
    """

    def __init__(self, cause: str, *, is_saved: bool = False) -> None:
        self.cause = cause
        self.is_saved = is_saved
        super().__init__(
            f"the change was saved, but not all who wait were served ({cause}); `recover` goes "
            f"on, or the same command with the same command id"
            if is_saved
            else f"the database failed as it committed ({cause}), and may have saved the change "
            f"or not; give the same command again with the same command id, or look first"
        )
