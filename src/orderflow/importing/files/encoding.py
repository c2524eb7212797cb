"""Detect the encoding of a file.

A byte-order mark decides. Without one, valid UTF-8 is UTF-8, because text in another encoding is
hardly ever valid. Any other text is a guess of chardet, from the cells with such bytes alone: the
rest of a file of orders is ASCII and says nothing. The guess counts only if no other reading of
these cells is nearly as likely. Otherwise the caller must name the encoding.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category

import attrs

from orderflow.importing.faults import FileError, quote_value

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["ENCODING_DEMAND", "UTF_16_MARKS", "EncodingGuess", "detect_encoding", "is_encoding"]

ENCODING_DEMAND = "the name of a text encoding, such as utf-8 or cp1252"

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARKS = {
    # The longer marks first: the mark of UTF-32 begins like that of UTF-16.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK_BYTES = 1024 * 1024
_START_BYTES = 1024
_SAMPLE_BYTES_MAX = 32 * 1024
_NO_TEXT = {"Cc", "Cn", "Co"}
_LINES_AND_BLOCKS = re.compile(r"[\u2500-\u259f]")
"""Nobody draws boxes in a file of orders, and the encodings of DOS read other letters as these."""

_LETTER = r"[^\W\d_]"
_SYMBOL = r"[\xa2-\xaa\xac\xae-\xb4\xb6\xb8-\xba\xbc-\xbe\xd7\xf7\u02c0-\u02ff\u2030-\u2bff]"
_NOT_LATIN = r"[\u0370-\u06ff\u0e00-\u0e7f]"
"""Greek, Cyrillic, Hebrew, Arabic and Thai."""
_EAST_ASIAN = r"[\u3040-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]"
_NO_WORD = re.compile(
    rf"(?<={_LETTER}){_SYMBOL}(?={_LETTER})|[A-Za-z]{_NOT_LATIN}|{_NOT_LATIN}[A-Za-z]"
    rf"|(?:^|\s)[\u2013\u2014\xbb]{_LETTER}|[A-Za-z]{_EAST_ASIAN}+[a-z]",
    re.MULTILINE,
)
"""A symbol within a word or before it, or a word in two alphabets."""

_BETWEEN_CELLS = re.compile(rb'[,;\t|"]+')

_CANDIDATES = (
    *(f"windows-{number}" for number in range(1250, 1258)),
    *("cp874", "cp932", "gb18030", "big5", "cp949", "koi8-r"),
    *("iso-8859-2", "iso-8859-5", "iso-8859-15", "macroman", "maclatin2"),
    *("euc-jp", "maccyrillic"),
    *("cp437", "cp850", "cp852", "cp866"),
)
"""What spreadsheets and shops write. chardet knows more, which read the same bytes differently."""

_COMMONEST = "cp1252"
"""The encoding that is named where several read the same."""

_LIKELIHOOD_MIN = 0.002
"""Below it there are too few letters to tell."""

_SURE_MAX = 0.99
"""What is shown at most: a guess is no certainty."""

_CONFIDENCE_MIN = 0.7
"""The likeliest reading counts if it is well over twice as likely as any other."""

_CONFIDENCE_MIN_OF = dict.fromkeys(("big5", "cp932", "cp949", "euc_jp", "gb18030"), 0.75)
"""Nearly every pair of bytes is a letter in these, so texts of others read as letters too."""

_TYPOGRAPHY = re.compile(
    r"(?<=\w)\u2019(?=(?:[sdtm]|ll|re|ve)\b)|(?<= )[\u2013\u2014](?= )|\u20ac(?= ?\d)"
    r"|(?<=\d )\u20ac|(?<=\w)\u2026|[\u201c\u201e][^\u201c\u201d]+[\u201c\u201d]"
)
"""Marks that word processors write: where they stand tells that they are no letters."""


@attrs.frozen
class EncodingGuess:
    """An encoding that was guessed.

    Attributes:
        encoding: The encoding.
        confidence: Its share against the likeliest other reading, from 0.7 to 1.
        example: A cell with such a letter, as read.
    """

    encoding: str
    confidence: float
    example: str

    def __str__(self) -> str:
        sure = min(self.confidence, _SURE_MAX)
        return (
            f"its encoding was guessed: {self.encoding} ({sure:.0%} sure), "
            f"which reads {quote_value(self.example)}"
        )


def is_encoding(value: object) -> bool:
    """Whether Python knows a text encoding of this name.

    >>> is_encoding("cp1252"), is_encoding("rot13"), is_encoding("latin-99")
    (True, False, False)
    """
    try:
        "".encode(value)  # type: ignore[arg-type] # anything may be given
    except (LookupError, TypeError, ValueError):
        return False
    return True


def detect_encoding(name: str, data: BinaryIO) -> tuple[str, EncodingGuess | None]:
    """Return the encoding of a text, with the guess if it is one. All of it may be read.

    Raises:
        FileError: If it is not text, or not UTF-8 and no other encoding is clearly the likeliest.
    """
    chunk = data.read(_CHUNK_BYTES)
    for mark, encoding in _MARKS.items():
        if chunk.startswith(mark):
            return encoding, None
    start = chunk[:_START_BYTES]
    if start.count(0) * 4 > len(start):
        fault = "is not text; is it UTF-16 without a byte-order mark? Then name its encoding"
        raise FileError(name, fault, settings=("encoding",))
    cells, is_utf_8 = _foreign_cells(data, chunk)
    return ("utf-8", None) if is_utf_8 else _guess(name, cells)


def _foreign_cells(data: BinaryIO, chunk: bytes) -> tuple[list[bytes], bool]:
    """Return different cells that are not ASCII, and whether the text is UTF-8.

    Of other texts, no more is read than makes a good sample.
    """
    cells: set[bytes] = set()
    size = 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf_8 = True
    while is_utf_8 or size < _SAMPLE_BYTES_MAX:
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            is_utf_8 = False
        if not chunk:
            break
        if size < _SAMPLE_BYTES_MAX and not chunk.isascii():
            for line in chunk.splitlines():
                if not line.isascii():
                    cells.update(each for each in _BETWEEN_CELLS.split(line) if not each.isascii())
            size = sum(map(len, cells))
        chunk = data.read(_CHUNK_BYTES)
    return sorted(cells), is_utf_8


def _is_valid(cell: bytes) -> bool:
    try:
        cell.decode()
    except UnicodeDecodeError:
        return False
    return True


def _guess(name: str, cells: list[bytes]) -> tuple[str, EncodingGuess | None]:
    """Guess from the cells that are not ASCII."""
    if sum(_is_valid(cell) for cell in cells) * 2 > len(cells):
        return "utf-8", None  # the other cells are damaged, and each is a fault of its row
    sample = b"\n".join(cells)
    if _TYPOGRAPHY.sub("", plain := sample.decode(_COMMONEST, "replace")).isascii():
        return _COMMONEST, EncodingGuess(_COMMONEST, 1.0, plain.partition("\n")[0])
    readings = _readings(name, sample)
    best = readings[0]
    other = readings[1] if len(readings) > 1 else best._replace(likelihood=0.0)
    pairs = zip(best.text.split("\n"), other.text.split("\n"), strict=True)
    example, instead = next((pair for pair in pairs if pair[0] != pair[1]), (best.example, ""))
    confidence = best.likelihood / (best.likelihood + other.likelihood)
    confidence_min = _CONFIDENCE_MIN_OF.get(best.encoding, _CONFIDENCE_MIN)
    if best.likelihood < _LIKELIHOOD_MIN or confidence < confidence_min:
        also = f" and {quote_value(instead)} in {other.encoding}" if instead else ""
        raise FileError(
            name,
            f"is not UTF-8: a cell reads {quote_value(example)} in {best.encoding}{also}; "
            f"name its encoding",
            settings=("encoding",),
        )
    return best.encoding, EncodingGuess(best.encoding, confidence, example)


class _Reading(NamedTuple):
    encoding: str
    likelihood: float
    text: str

    @property
    def example(self) -> str:
        return self.text.partition("\n")[0]


def _readings(name: str, sample: bytes) -> list[_Reading]:
    """Return the different readings, the likeliest first."""
    try:
        import chardet  # noqa: PLC0415 - only where it is needed
    except ImportError as error:
        fault = "is not UTF-8; name its encoding, or install orderflow-backorder[files]"
        raise FileError(name, fault, settings=("encoding",)) from error
    readings: dict[str, _Reading] = {}
    found = chardet.detect_all(sample, ignore_threshold=True, include_encodings=_CANDIDATES)
    for each in found:
        encoding = codecs.lookup(each["encoding"] or "ascii").name
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _LINES_AND_BLOCKS.search(text) or not _is_text(text):
            continue
        known = readings.setdefault(text, _Reading(encoding, each["confidence"], text))
        if encoding == _COMMONEST:
            readings[text] = known._replace(encoding=encoding)
    if not readings:
        raise FileError(name, "is not UTF-8; name its encoding", settings=("encoding",))
    written = [each for each in readings.values() if _is_written(each.text)]
    return written or list(readings.values())


def _is_text(text: str) -> bool:
    return all(letter == "\n" or category(letter) not in _NO_TEXT for letter in text)


def _is_written(text: str) -> bool:
    """Whether somebody may have written the words of a text: other readings are preferred.

    >>> _is_written("Müller"), _is_written("MŁller"), _is_written("M√ller"), _is_written("Mьller")
    (True, False, False, False)
    """
    capital_within = any(
        letter.isupper()
        and not letter.isascii()
        and (before.islower() or (before.isupper() and after.islower()))
        for before, letter, after in zip(text, text[1:], f"{text[2:]} ", strict=False)
    )
    return _NO_WORD.search(text) is None and not capital_within
