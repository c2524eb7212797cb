"""Decompress a file while it is read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib
from typing import TYPE_CHECKING, Any, Final

from orderflow.importing.faults import FileError
from orderflow.importing.files.kind import Kind

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["FAILURES", "decompress"]

FAILURES: Final = (OSError, zlib.error, lzma.LZMAError)
"""What reading a damaged file raises, beside `EOFError` where its end is missing."""


def decompress(name: str, kind: Kind, data: BinaryIO) -> Any:  # noqa: ANN401 - five types of file
    """Return the file as one that decompresses what it reads; text is returned as it is.

    Raises:
        FileError: If this needs a package that is not installed.
    """
    match kind:
        case Kind.GZIP:
            return gzip.open(data)
        case Kind.BZ2:
            return bz2.open(data)
        case Kind.XZ:
            return lzma.open(data)
        case Kind.ZSTD:
            return _open_zstd(name, data)
        case _:
            return data


def _open_zstd(name: str, data: BinaryIO) -> Any:  # noqa: ANN401 - of one package or the other
    try:
        if sys.version_info >= (3, 14):
            from compression.zstd import open as open_zstd  # noqa: PLC0415 - only where needed
        else:
            from backports.zstd import open as open_zstd  # noqa: PLC0415 - the same
    except ImportError as error:
        raise FileError(
            name,
            "is compressed with zstd; install orderflow-backorder[files], or decompress it first",
        ) from error
    return open_zstd(data)
