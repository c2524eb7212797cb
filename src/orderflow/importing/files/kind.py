"""What a file is, by its first bytes; its name proves nothing."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from orderflow.domain.model.terms import Term
from orderflow.importing.faults import FileError

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["START_BYTES", "Kind", "kind_of"]

START_BYTES = 4096
"""How many bytes say what a file is."""


class Kind(Term):
    """What can be read."""

    TEXT = "TEXT"
    GZIP = "GZIP"
    BZ2 = "BZ2"
    XZ = "XZ"
    ZSTD = "ZSTD"
    WORKBOOK = "WORKBOOK"


_SAVE_AS_CSV = "open it in a spreadsheet and save it as CSV UTF-8"
_MARKS = {
    b"\x1f\x8b": Kind.GZIP,
    b"BZh": Kind.BZ2,
    b"\xfd7zXZ\x00": Kind.XZ,
    b"\x28\xb5\x2f\xfd": Kind.ZSTD,
}
_OTHERS = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": f"is a workbook of an old Excel (.xls); {_SAVE_AS_CSV}",
    b"PAR1": "is a Parquet file; write it as CSV from the program that made it",
    b"%PDF": "is a PDF; ask for the export as CSV",
    b"\x89PNG": "is a picture; ask for the export as CSV",
    b"\xff\xd8\xff": "is a picture; ask for the export as CSV",
    b"GIF8": "is a picture; ask for the export as CSV",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive; unpack it first",
    b"Rar!": "is a RAR archive; unpack it first",
    b"SQLite format 3\x00": "is a SQLite database; export the table as CSV",
}
_TEXT_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of(name: str, data: BinaryIO) -> Kind:
    """Return what a file is, and rewind it.

    Raises:
        FileError: If it cannot be read. The message says what it is, and how to get a CSV of it.
    """
    start = data.read(START_BYTES)
    data.seek(0)
    for mark, kind in _MARKS.items():
        if start.startswith(mark):
            return kind
    for mark, fault in _OTHERS.items():
        if start.startswith(mark):
            raise FileError(name, fault)
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_archive(name, start)
    _require_table(name, start)
    return Kind.TEXT


def _kind_of_archive(name: str, start: bytes) -> Kind:
    """Tell the formats apart that are zip archives."""
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in start:
        raise FileError(name, f"is an OpenDocument spreadsheet (.ods); {_SAVE_AS_CSV}")
    if any(part in start for part in (b"[Content_Types].xml", b"xl/", b"_rels/.rels")):
        return Kind.WORKBOOK
    raise FileError(name, "is a zip archive; unpack it and import the files in it")


def _require_table(name: str, start: bytes) -> None:
    if start.startswith(_TEXT_MARKS):
        return
    text = start.lstrip()
    if text.startswith(b"{\\rtf"):
        raise FileError(name, f"is a text document (.rtf); {_SAVE_AS_CSV}")
    if start[257:262] == b"ustar":
        raise FileError(name, "is a tar archive; unpack it and import the files in it")
    if text.startswith((b"{", b"[")):
        raise FileError(name, "is JSON; convert it to CSV, with one row for each line of an order")
    if text.startswith(b"<"):
        raise FileError(name, f"is HTML or XML, not CSV; {_SAVE_AS_CSV}")
