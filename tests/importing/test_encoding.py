"""Encodings, delimiters and line ends are found out."""

from __future__ import annotations

import codecs
import gzip
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.importing import FileError, FileFormat, read_orders
from orderflow.importing.files.delimiter import DELIMITERS
from orderflow.importing.files.encoding import detect_encoding
from tests.importing.files import AT, HEADER, imported, lines, row

RUSSIAN = "Иван Петров,Москва\nАнна Сидорова,Казань\nОльга Ким,Тверь\n"  # noqa: RUF001 - it is
TEXT = f"{HEADER}\n{row(sku='Mütze €')}\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_found_out(encoding: str, found: str) -> None:
    result = imported(TEXT.encode(encoding))
    assert result.file_format.encoding == found
    assert lines(result) == [("1", "Mütze €", 1)]


def test_utf_16_is_found_in_either_order_of_bytes() -> None:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        assert lines(imported(mark + TEXT.encode(encoding))) == [("1", "Mütze €", 1)]


def test_text_after_the_first_million_bytes_counts_too() -> None:
    text = f"{HEADER},note\n{row(more=',')}{'x' * 70_000}\n" * 30
    for encoding in ("cp1252", "utf-8"):
        data = io.BytesIO(text.encode() + "Müller, Zürich, Köln".encode(encoding))
        assert detect_encoding("a.csv", data)[0] == encoding


def test_utf_16_without_its_mark_is_asked_after() -> None:
    with pytest.raises(FileError, match="is it UTF-16 without a byte-order mark"):
        imported(TEXT.encode("utf-16-le"))


@given(st.text())
def test_text_in_utf_8_is_never_taken_for_another_encoding(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    assert detect_encoding("a.csv", io.BytesIO(data))[0] in {"utf-8", "utf-8-sig"}


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(delimiter: str, line_end: str) -> None:
    result = imported(TEXT.replace(",", delimiter).replace("\n", line_end))
    assert result.file_format.delimiter == delimiter
    assert lines(result) == [("1", "Mütze €", 1)]


GERMAN = f"""\
{HEADER},ship_to_name,ship_to_street,ship_to_city,ship_to_postcode,ship_to_country
1,Schürze,2,2026-03-01T10:00Z,Jörg Müller,Grüner Weg 3,Köln,50667,DE
1,Gießkanne,1,2026-03-01T10:00Z,,,,,
2,Öllampe,4,2026-03-01T11:00Z,Bärbel Groß,Mühlstraße 9,Zürich,8001,CH
"""
FOUND = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1250", "mac-roman", "cp850")
TO_BE_NAMED = ("utf-16-le", "cp500")


@pytest.mark.parametrize("encoding", [*FOUND, *TO_BE_NAMED])
def test_the_same_orders_are_read_whatever_the_file_is_written_in(encoding: str) -> None:
    expected = imported(GERMAN).commands
    assert len(expected) == 2
    named = {"encoding": encoding} if encoding in TO_BE_NAMED else {}
    for delimiter in DELIMITERS:
        for line_end in ("\n", "\r\n", "\r"):
            text = GERMAN.replace(",", delimiter).replace("\n", line_end)
            result = imported(text.encode(encoding), **named)
            assert result.commands == expected, (delimiter, line_end)
            assert not named or result.guess is None


@pytest.mark.parametrize("encoding", TO_BE_NAMED)
def test_an_encoding_that_cannot_be_found_out_is_refused(encoding: str) -> None:
    with pytest.raises(FileError):
        imported(GERMAN.encode(encoding))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Jürgen Klein", "cp850"),
        ("Café", "cp1252"),
        ("España", "macroman"),
        ("Dvořák, Příčná", "cp852"),
        ("Żarówka, Dziękuję", "maclatin2"),
        ("Иван Петров", "cp866"),
    ],
)
def test_words_that_nobody_writes_are_no_reading(text: str, encoding: str) -> None:
    """Read in other encodings, these are `JÅrgen`, `CafÈ`, `EspaĖa`, `Dvoý†k`, `∆ar¢wka`."""
    result = imported(f"{HEADER}\n{row(sku=text.replace(',', ''))}\n".encode(encoding))
    assert lines(result) == [("1", text.replace(",", ""), 1)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("张伟", "gb18030"), ("杯子", "gb18030"), ("茶壶", "gb18030"), ("Żółw", "cp1250")],
    ids=["Zhang Wei", "cup", "teapot", "turtle"],
)
def test_a_single_short_word_is_no_reason_to_guess(text: str, encoding: str) -> None:
    """Read in other encodings, these are `уен╟`, `戚赽`, `画錯` and `草逕`."""
    with pytest.raises(FileError, match="name its encoding"):
        imported(f"{HEADER}\n{row(sku=text)}\n".encode(encoding))


def test_names_of_a_few_letters_are_enough_where_there_are_some_of_them() -> None:
    names = ("红色马克杯", "上海 张伟", "深圳市南山区科技园")
    rows = [row(str(number), sku=name) for number, name in enumerate(names)]
    result = imported("\n".join([HEADER, *rows, ""]).encode("gb18030"))
    assert [lines(result, str(number))[0][1] for number in range(3)] == list(names)


def test_delimiters_within_the_names_of_columns_do_not_count() -> None:
    header = 'order_id;sku;quantity;placed_at;"a,b,c,d,e,f,g,h"'
    result = imported(f'{header}\n1;MUG;1;2026-03-01T10:00Z;"1,2,3,4,5"\n')
    assert result.file_format.delimiter == ";"
    assert lines(result) == [("1", "MUG", 1)]


def test_a_delimiter_that_the_first_line_names_is_taken() -> None:
    result = imported(f"sep=^\r\n{TEXT.replace(',', '^')}")
    assert result.file_format.delimiter == "^"
    assert lines(result) == [("1", "Mütze €", 1)]
    assert imported(f"sep=;\n{TEXT.replace(',', ';')}1;x\n".encode()).faults[0].row == 4


def test_what_is_named_is_not_found_out() -> None:
    result = imported(TEXT.encode("cp1250"), encoding="cp1250", delimiter=",")
    assert result.file_format == FileFormat(encoding="cp1250", delimiter=",", skip_rows=0)
    assert lines(result) == [("1", "Mütze €", 1)]


def test_bytes_that_are_no_text_make_their_cell_nonsense_and_no_other() -> None:
    data = f"{HEADER}\n{row('2', 'Mütze')}\n{row('3', 'Größe')}\n".encode()
    result = imported(data + b"1,M\x81G,1,2026-03-01T10:00Z\n")
    assert result.file_format.encoding == "utf-8"
    assert [(each.row, each.column) for each in result.faults] == [(4, "sku")]


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [("order_id", "", ",MUG,1,2026-03-01T10:00Z,,"), ("ship_to_name", f"{row()},", ",SE")],
    ids=["id", "name"],
)
def test_bytes_that_are_no_text_are_the_reason_of_a_fault(
    column: str, before: str, after: str
) -> None:
    good = "".join(f"{row(f'G-{n}')},Åsa {n},SE\n" for n in range(9))
    text = f"{HEADER},ship_to_name,ship_to_country\n{good}{before}M?ller{after}\n"
    (fault,) = imported(text.encode().replace(b"?", b"\xfc")).faults
    assert (fault.column, fault.value, fault.setting) == (column, "'M\ufffdller'", "encoding")
    assert fault.reason.startswith("has bytes that are no text in the encoding of the file")


def test_a_pipe_is_read_although_it_cannot_be_rewound() -> None:
    end, begin = os.pipe()
    with open(begin, "wb") as other:  # noqa: PTH123 - a descriptor
        other.write(gzip.compress(TEXT.encode("cp1252")))
    with open(end, "rb") as pipe:  # noqa: PTH123
        result = read_orders(pipe, seller_id="acme", warehouse_id="leeds", at=AT, name="pipe")
    assert lines(result) == [("1", "Mütze €", 1)]


def test_a_compressed_file_that_was_cut_short_says_so() -> None:
    with pytest.raises(FileError, match="compressed data ends"):
        imported(gzip.compress(TEXT.encode() * 100)[:-20])


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("euc_jp", "山田太郎,東京都港区芝公園\n佐藤花子,大阪府大阪市北区\n鈴木一郎,京都\n"),
        ("mac_cyrillic", RUSSIAN),
    ],
)
def test_a_rare_encoding_is_not_taken_for_a_common_one(encoding: str, text: str) -> None:
    with pytest.raises(FileError, match="name its encoding"):
        detect_encoding("a.csv", io.BytesIO(text.encode(encoding)))


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "iso8859_5", "cp866"])
def test_cyrillic_is_told_apart(encoding: str) -> None:
    found, _ = detect_encoding("a.csv", io.BytesIO(RUSSIAN.encode(encoding)))
    assert RUSSIAN.encode(encoding).decode(found) == RUSSIAN
