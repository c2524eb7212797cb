"""A temporary file of pickled items, in chunks. It has no name and vanishes with its owner."""

from __future__ import annotations

import io
import os
import pickle
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["CHUNK_BYTES", "IN_MEMORY_MAX", "Chunk", "ChunkFile", "units_of"]

IN_MEMORY_MAX = 50_000
"""How much of a collection stays in memory, in the sizes of its items: a unit is about 1 KB."""

CHUNK_BYTES = 32 * 1024
"""A chunk ends at this size. It is read as a whole, and many are read at once."""


_CHARACTERS = 500
"""So much text takes as much memory as a row without any: a unit."""


def units_of(texts: Iterable[str]) -> int:
    """Return how much some texts count towards the bound of a collection."""
    return sum(map(len, texts)) // _CHARACTERS


class Chunk(NamedTuple):
    """Where a chunk begins in the file, and how many items it has."""

    begin: int
    items: int


class ChunkFile:
    """A temporary file, which is made when something is written."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def write(self, items: Iterable[Any]) -> Iterator[Chunk]:
        """Write items that can be pickled, and yield the chunks that were written.

        Raises:
            OSError: If the file cannot be written.
        """
        buffer = io.BytesIO()
        pickler, count = pickle.Pickler(buffer, protocol=5), 0
        for item in items:
            pickler.dump(item)
            count += 1
            if buffer.tell() >= CHUNK_BYTES:
                yield Chunk(self._append(buffer.getvalue()), count)
                buffer = io.BytesIO()
                pickler, count = pickle.Pickler(buffer, protocol=5), 0
        if count:
            yield Chunk(self._append(buffer.getvalue()), count)

    def read(self, chunk: Chunk) -> list[Any]:
        """Return the items of a chunk; none once the file is closed.

        Raises:
            OSError: If the file cannot be read.
        """
        if self._file is None or self._file.closed:
            return []
        self._file.seek(chunk.begin)
        unpickler = pickle.Unpickler(self._file)  # noqa: S301 - nobody else can write this file
        return [unpickler.load() for _ in range(chunk.items)]

    def items(self, chunks: Iterable[Chunk]) -> Iterator[Any]:
        """Yield the items of some chunks."""
        for chunk in chunks:
            yield from self.read(chunk)

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()

    def _append(self, data: bytes) -> int:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - `close` closes it, or the next line
            finalize(self, self._file.close)
        begin = self._file.seek(0, os.SEEK_END)
        self._file.write(data)
        return begin
