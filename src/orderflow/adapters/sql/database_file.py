"""The file of a SQLite database: how it is opened, and whether it is still the same one.

SQLite does not notice when its open file is deleted, moved, or replaced by another one. It goes on
in a file that nobody else will ever read. So each connection records the device and inode of its
files. They are compared when a transaction begins, and before it commits. The files in `-wal` and
`-shm` count too: as long as a connection is open, SQLite deletes neither. Nor does it ever empty
its database. A file that is overwritten in place by another program cannot be told from one that
SQLite itself has written.

A WAL database in a read-only folder can be read only as an immutable file: nothing is locked, and
changes of others are not expected. So its size and time of change are compared as well.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from orderflow.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

__all__ = ["FILES", "DatabaseFile", "OpenFiles", "watch_files"]

FILES = "orderflow_files"
"""Key in a connection's `info`: its `OpenFiles`."""

_MAY_BE_EMPTY = ("-wal", "-shm")
_CREATE, _WRITE, _READ = "rwc", "rw", "ro&immutable=1"
_CANNOT_WRITE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


class OpenFiles:
    """Files that a connection has opened. Those that do not exist yet are recorded later.

    Args:
        paths: The files.
        is_immutable: Whether nobody may change them.
    """

    def __init__(self, *paths: Path, is_immutable: bool = False) -> None:
        self._is_immutable = is_immutable
        self._found = {path: self._identity(path) for path in paths}

    @classmethod
    def of(cls, path: Path, *, is_immutable: bool = False) -> OpenFiles:
        """Return all files of a database."""
        return cls(path, *map(_beside(path), ("-wal", "-shm")), is_immutable=is_immutable)

    @classmethod
    def of_list(cls, databases: Sequence[Sequence[Any]]) -> OpenFiles:
        """Return all files of the first database that `PRAGMA database_list` returned."""
        path = databases[0][2]
        return cls.of(Path(path)) if path else cls()  # a database in memory has no path

    def require_same(self) -> None:
        """Refuse to continue if any of them has another identity than at first.

        Raises:
            StorageError: If it was deleted, moved or replaced.
        """
        for path, identity in self._found.items():
            now = self._identity(path)
            if identity is None or (now is not None and now == (*identity[:-1], True)):
                self._found[path] = now
            elif now != identity:
                happened = "deleted or moved" if now is None else "replaced, emptied or changed"
                raise StorageError(
                    f"{path} was {happened} while the database was open, so nothing was saved; "
                    f"close the database in every process, put the right files back together, and "
                    f"open it again"
                )

    def _identity(self, path: Path) -> tuple[int, ...] | None:
        try:
            found = path.stat()
        except OSError:
            return None
        is_filled = found.st_size > 0 or path.name.endswith(_MAY_BE_EMPTY)
        content = (found.st_size, found.st_mtime_ns) if self._is_immutable else ()
        return (found.st_dev, found.st_ino, *content, is_filled)


class DatabaseFile:
    """A database file that is created at most once, and then must stay the same one.

    Args:
        path: The file.

    Raises:
        StorageError: If it cannot be read in its read-only folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mode = _mode_of(path) if path.exists() else _CREATE
        self._first: OpenFiles | None = None

    @property
    def is_writable(self) -> bool:
        """Whether the file and its folder can be written."""
        real = self._path.resolve()
        return os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)

    def uri(self) -> str:
        """Return the URI for a new connection.

        Raises:
            StorageError: If it is not the same file as for the first connection.
        """
        if self._first is not None:
            self._first.require_same()
        return _uri(self._path, self._mode)

    def opened(self) -> OpenFiles:
        """Return the files that a new connection has opened.

        Raises:
            StorageError: If it is not the same file as for the first connection.
        """
        files = OpenFiles.of(self._path, is_immutable=self._mode == _READ)
        if self._mode == _CREATE:
            self._mode = _WRITE
        if self._first is None:
            self._first = OpenFiles(self._path, is_immutable=self._mode == _READ)
        self._first.require_same()
        return files


def watch_files(engine: Engine) -> None:
    """Refuse each transaction of a SQLite engine in a file that is not the opened one any more."""
    for name, listener in (("begin", _require_same), ("commit", _require_same_or_roll_back)):
        if not event.contains(engine, name, listener):
            event.listen(engine, name, listener)


def _require_same(connection: Connection) -> None:
    files: OpenFiles | None = connection.info.get(FILES)
    if files is not None:
        files.require_same()
    else:  # the host's engine, where it is not known what was there when it connected
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA database_list")
        connection.info[FILES] = OpenFiles.of_list(cursor.fetchall())
        cursor.close()


def _require_same_or_roll_back(connection: Connection) -> None:
    try:
        _require_same(connection)
    except StorageError:
        connection.connection.rollback()  # or the pool would keep the open transaction
        raise


def _mode_of(path: Path) -> str:
    """Return the mode to open an existing file in."""
    if os.access(path.resolve().parent, os.W_OK):
        return _WRITE  # of a read-only file, this reads
    try:
        with closing(sqlite3.connect(_uri(path, _WRITE), uri=True)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _CANNOT_WRITE:
            return _WRITE
        for left in map(_beside(path), ("-wal", "-journal")):
            if left.exists() and left.stat().st_size:
                raise StorageError(
                    f"{path} cannot be read in a read-only folder, because {left} has changes "
                    f"that are not in it yet; copy both files to a folder that can be written, "
                    f"and open the copy"
                ) from error
        return _READ
    return _WRITE


def _uri(path: Path, mode: str) -> str:
    return f"{path.as_uri()}?mode={mode}"


def _beside(path: Path) -> Callable[[str], Path]:
    """Return a function from the end of a name to the file of SQLite beside a database."""
    real = path.resolve()
    return lambda end: real.with_name(real.name + end)
