"""Writes down what SQLite does to its files, and what of it is flushed.

SQLite reaches its files through a table of functions. `Disk` puts functions of its own in front of
those that write: in the library that Python's own driver has loaded, so that whatever opens a
database meanwhile is watched, with the settings that it makes itself.

The memory that connections share (`-shm`) is not written through it, and need not be: after a loss
of power SQLite makes it anew.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import os
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Acknowledged", "Deleted", "Disk", "Entry", "Synced", "Truncated", "Written"]


@attrs.frozen
class Written:
    """Bytes of a file were written."""

    file: str
    offset: int
    data: bytes


@attrs.frozen
class Truncated:
    """A file was cut to a size."""

    file: str
    size: int


@attrs.frozen
class Synced:
    """All of a file was flushed."""

    file: str


@attrs.frozen
class Deleted:
    """A file was removed."""

    file: str


@attrs.frozen
class Acknowledged:
    """A command was answered, the last of so many."""

    commands: int


Edit = Written | Truncated | Synced | Deleted
Entry = Edit | Acknowledged

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods`: what can be done with an open file."""

    _fields_: ClassVar = [
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        ("others", c_void_p * 13),
    ]


class _Files(ctypes.Structure):
    """`sqlite3_vfs`: what can be done with files by their names."""

    _fields_: ClassVar = [
        ("version", c_int),
        ("size", c_int),
        ("name_max", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _OPEN),
        ("delete", _DELETE),
        ("others", c_void_p * 14),
    ]


# Where the driver is part of the interpreter it has no file, and the library is in there too.
_LIBRARY = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
_LIBRARY.sqlite3_vfs_find.restype = POINTER(_Files)
_LIBRARY.sqlite3_vfs_find.argtypes = [c_char_p]
_LIBRARY.sqlite3_vfs_register.argtypes = [POINTER(_Files), c_int]
_LIBRARY.sqlite3_vfs_unregister.argtypes = [POINTER(_Files)]


class Disk:
    """Watches every database that is opened by Python's driver in the block.

    Connections have to be closed before the block is left.

    Attributes:
        log: What was done, in order.
        refuse: Is asked before each change; returns an error code of SQLite instead of it, or 0.
    """

    def __init__(self, refuse: Callable[[Edit], int] = lambda _: 0) -> None:
        self.log: list[Entry] = []
        self.refuse = refuse
        self._names: dict[int, str] = {}
        self._tables: dict[int, _Methods] = {}

    def __enter__(self) -> Self:
        self._before = _LIBRARY.sqlite3_vfs_find(None)
        self._own = _Files.from_buffer_copy(self._before.contents)
        self._own.name = b"watched"
        self._own.open = _OPEN(self._open)
        self._own.delete = _DELETE(self._delete)
        _LIBRARY.sqlite3_vfs_register(ctypes.byref(self._own), 1)
        return self

    def __exit__(self, *_: object) -> None:
        _LIBRARY.sqlite3_vfs_unregister(ctypes.byref(self._own))
        _LIBRARY.sqlite3_vfs_register(self._before, 1)

    def _open(self, _own: int, name: int | None, file: int, flags: int, found: int) -> int:
        before = ctypes.cast(self._before, c_void_p).value
        result: int = self._before.contents.open(before, name, file, flags, found)
        methods = c_void_p.from_address(file)
        if result == 0 and name is not None and methods.value is not None:
            self._names[file] = _base(name)
            methods.value = ctypes.addressof(self._blocked_on(methods.value))
        return result

    def _delete(self, _own: int, name: int, flush: int) -> int:
        before = ctypes.cast(self._before, c_void_p).value
        do = self._before.contents.delete
        return self._note(Deleted(_base(name)), lambda: do(before, name, flush))

    def _blocked_on(self, address: int) -> _Methods:
        """Return a table of functions like the one there, that writes down what changes a file."""
        if address not in self._tables:
            before = _Methods.from_address(address)
            own = _Methods.from_buffer_copy(before)
            own.write = _WRITE(
                lambda file, data, length, offset: self._note(
                    Written(self._names[file], offset, ctypes.string_at(data, length)),
                    lambda: before.write(file, data, length, offset),
                )
            )
            own.truncate = _TRUNCATE(
                lambda file, size: self._note(
                    Truncated(self._names[file], size), lambda: before.truncate(file, size)
                )
            )
            own.sync = _SYNC(
                lambda file, flags: self._note(
                    Synced(self._names[file]), lambda: before.sync(file, flags)
                )
            )
            self._tables[address] = own
        return self._tables[address]

    def _note(self, change: Edit, do: Callable[[], int]) -> int:
        result = self.refuse(change) or do()
        if result == 0:
            self.log.append(change)
        return result


def _base(name: int) -> str:
    return Path(os.fsdecode(ctypes.string_at(name))).name
