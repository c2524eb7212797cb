"""No file takes memory or disk without a bound, and what is cut off is said."""

from __future__ import annotations

import io
import tracemalloc
from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import Address, Status
from orderflow.domain.model.validators import LINES_MAX
from orderflow.importing import (
    PRESETS,
    FileError,
    ItemColumns,
    OnChange,
    Preset,
    SkipRule,
    WrittenRejects,
    listed,
    read_stock,
    write_rejects,
)
from orderflow.importing import file_orders as limits
from orderflow.importing import findings as found
from orderflow.importing import rejects as rejects_file
from orderflow.importing.files import chunks, sorting, source
from orderflow.service import batches
from tests.docs.diagrams import ROOT
from tests.importing.files import AT, HEADER, SELLER, WAREHOUSE, imported, orders, plain, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.importing import Import


TEXTS_OF_ADDRESS = tuple(each.name for each in attrs.fields(Address) if each.name != "country")


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little stays in memory, and little is listed."""
    monkeypatch.setattr(chunks, "IN_MEMORY_MAX", 60)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 500)
    monkeypatch.setattr(sorting, "RUNS_MAX", 4)
    monkeypatch.setattr(listed, "LISTED_MAX", 20)
    monkeypatch.setattr(found, "REJECTED_MAX", 20)


def good(rows: int) -> list[str]:
    """Orders of two lines each, in any order."""
    made = [row(f"A-{number // 2}", f"SKU-{number}") for number in range(rows)]
    Random(3).shuffle(made)  # noqa: S311 - the same file in every run
    return made


def mixed(rows: int) -> list[str]:
    """Rows of all sorts."""
    lines = good(rows)
    lines[::7] = [f"{line}x" for line in lines[::7]]  # no time
    lines[::11] = [f",{line}" for line in lines[::11]]  # too long
    lines[5:5] = ["total,,12,"] * 3
    return [*lines, *lines[:10]]


def peak(text: bytes, read: Callable[[bytes], Import]) -> int:
    """Return the most bytes that reading a file takes, with its commands read once."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        result = read(text)
        assert sum(1 for _ in result.commands) == len(result.commands)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def text_of(rows: list[str]) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def counted(text: bytes) -> Import:
    return read_stock(io.BytesIO(text), seller_id=SELLER, warehouse_id=WAREHOUSE, at=AT)


def unknown_products(text: bytes) -> Import:
    return imported(text, known_skus=["MUG"])


def counts(rows: int) -> bytes:
    lines = [f"SKU-{number % (rows - 9)},{number}" for number in range(rows)]
    return "\n".join(["sku,on_hand", *lines]).encode()


@pytest.mark.parametrize("in_memory_max", [1, 50, 1_000], ids="in_memory_max={}".format)
def test_the_bound_changes_nothing_in_the_result(
    monkeypatch: pytest.MonkeyPatch, in_memory_max: int
) -> None:
    rows, skus = mixed(900), [f"SKU-{number}" for number in range(400)]
    wanted, counted_wanted = plain(*rows, known_skus=skus), counted(counts(300))
    monkeypatch.setattr(chunks, "IN_MEMORY_MAX", in_memory_max)
    result, counted_result = plain(*rows, known_skus=skus), counted(counts(300))
    assert len(wanted.commands) > 200
    assert result.commands == wanted.commands
    for name in ("faults", "rejected", "skipped", "repeated", "unknown_skus"):
        assert getattr(result, name) == getattr(wanted, name) != (), name
    assert counted_result.commands == counted_wanted.commands
    assert counted_result.rejected == counted_wanted.rejected
    assert len(counted_result.rejected) == 9


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    ("make", "read"),
    [
        (lambda rows: text_of(good(rows)), imported),
        (lambda rows: text_of(sorted(good(rows))), imported),
        (lambda rows: text_of([row("1") for _ in range(rows)]), imported),
        (lambda rows: text_of([f",{number}" for number in range(rows)]), imported),
        (lambda rows: text_of([row(f"A-{n}", quantity="x") for n in range(rows)]), imported),
        (lambda rows: text_of([row(f"A-{n}", f"X-{n}") for n in range(rows)]), unknown_products),
        (lambda rows: text_of(["total,,1,"] * rows), imported),
        (counts, counted),
    ],
    ids=[
        *("shuffled", "sorted", "one-order", "no-row-fits", "faulty", "unknown", "skipped"),
        "stock",
    ],
)
def test_twice_the_rows_take_as_much_memory(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[int], bytes], read: Callable[[bytes], Import]
) -> None:
    monkeypatch.setattr(limits, "LINES_MAX", 100)
    peak(make(60), read)
    assert peak(make(600), read) < 1.25 * peak(make(300), read)


@pytest.mark.parametrize("on_change", OnChange)
@pytest.mark.parametrize(
    "fields",
    [
        {"custom_fields": tuple(f"Note {number}" for number in range(8))},
        {f"ship_to_{field}": (field,) for field in TEXTS_OF_ADDRESS},
    ],
    ids=["custom-fields", "address"],
)
def test_every_long_text_of_an_order_counts_towards_the_bound(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], on_change: OnChange
) -> None:
    monkeypatch.setattr(chunks, "IN_MEMORY_MAX", 1_000)
    columns = [name for names in fields.values() for name in names]
    layout = attrs.evolve(PRESETS[Preset.PLAIN], country_default="GB", **fields)
    short, long = (
        "\n".join(
            [
                ",".join([HEADER, *columns]),
                *(row(f"A-{n}", more=f",{n:0{digits}}" * len(columns)) for n in range(600)),
            ]
        ).encode()
        for digits in (1, 1_000)
    )
    stored = {}
    if on_change is OnChange.UPDATE:  # so that each order is edited
        stored = orders(imported(short, preset=layout))

    def read(text: bytes) -> Import:
        result = imported(text, preset=layout, existing=stored, on_change=on_change)
        assert len(result.commands) == 600
        return result

    assert peak(long, read) < 0.7 * len(long)


def test_of_each_list_there_are_the_first_items_and_the_number_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listed, "LISTED_MAX", 4)
    monkeypatch.setattr(found, "REJECTED_MAX", 6)
    rows = [row("1"), row("1"), *(f"{n % 50},MUG,x,,y" for n in range(100)), *["total,,1,"] * 9]
    result = plain(*rows, *[row("z", "CUP")] * 20, known_skus=["POT"])
    assert [each.row for each in result.faults] == [4, 5, 6, 7]
    assert [each.row for each in result.rejected] == [2, 3, 4, 5, 6, 7]
    assert [each.row for each in result.skipped] == [104, 105, 106, 107]
    assert [each.row for each in result.repeated] == [114, 115, 116, 117]
    totals = (result.faults.total, result.rejected.total, result.skipped.total)
    assert totals == (100, 102, 9) == (100, 6 + result.rejected.more, 9)
    assert (result.repeated.total, result.unknown_skus.total) == (19, 2)
    assert result.reasons == {"a total": 9}


def test_changes_beyond_those_that_are_listed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "LISTED_MAX", 2)
    stored = orders(plain(*(row(str(number)) for number in range(9))))
    sent = {"7": attrs.evolve(stored["7"], status=Status.DESPATCHED)}
    changed = [row(str(number), quantity=2) for number in range(9)]
    result = plain(*changed, existing=stored | sent, on_change=OnChange.UPDATE)
    assert [each.order_id for each in result.changed] == ["0", "1"]
    assert (result.changed.total, result.unchangeable, len(result.commands)) == (9, 1, 8)


def test_an_order_above_its_limits_is_rejected_or_skipped_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "LINES_MAX", 3)
    monkeypatch.setattr(limits, "ROWS_MAX", 5)
    monkeypatch.setattr(limits, "FAULTS_MAX", 2)
    gift = SkipRule(column="sku", reason="GIFT", is_one_of=("GIFT",))
    off = SkipRule(column="sku", reason="OFF", is_one_of=("OFF",), whole_order=True)
    layout = attrs.evolve(PRESETS[Preset.PLAIN], skip=(gift, off))

    def report(*rows: str) -> tuple[list[tuple[int, str]], dict[str, int], int]:
        result = plain(*rows, row("good"), preset=layout)
        return (
            [(each.row, each.reason) for each in result.rejected],
            dict(result.reasons),
            result.new,
        )

    long = [(number, "row 5 of the same order has a fault") for number in (2, 3, 4, 6)]
    text = "its order has 5 lines, and may have 3; divide it"
    assert report(*[row()] * 5) == ([*long[:3], (5, text), *long[3:]], {}, 1)
    many = [(number, "row 7 of the same order has a fault") for number in range(2, 7)]
    text = "its order has 6 rows, and may have 5; divide it"
    assert report(*[row(sku="GIFT")] * 6) == ([*many, (7, text)], {}, 1)
    assert report(*[row(sku="OFF")] * 9, row()) == ([], {"OFF": 10}, 1)
    rejected, _, new = report(*[row(quantity="x")] * 4)
    assert ([number for number, _ in rejected], new) == ([2, 3, 4, 5], 1)


@pytest.mark.parametrize("limit", ["rows", "characters"])
def test_a_file_of_rejected_rows_has_the_first_and_says_how_many_are_omitted(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    if limit == "rows":
        monkeypatch.setattr(found, "REJECTED_MAX", 3)
    else:
        monkeypatch.setattr(rejects_file, "CHARACTERS_MAX", 450)
    data = text_of([row("g"), *(f"{number},MUG,x,{AT:%Y-%m-%d}" for number in range(9)), row("z")])
    result, to = imported(data), io.BytesIO()
    assert write_rejects(result, io.BytesIO(data), to) == WrittenRejects(3, 6, 5)
    assert [line[0] for line in to.getvalue().decode().splitlines()] == ["o", "0", "1", "2"]
    refused = dict.fromkeys("gz", "its id is taken")
    assert write_rejects(result, io.BytesIO(data), to, refused=refused).omitted == 7


def test_a_row_has_a_bounded_number_of_reasons() -> None:
    header = ",".join([HEADER, *(f"q{number},s{number}" for number in range(40))])
    items = tuple(ItemColumns(sku=(f"s{n}",), quantity=(f"q{n}",)) for n in range(40))
    layout = attrs.evolve(PRESETS[Preset.PLAIN], more_items=items)
    result = plain(row(more=",x,SKU" * 40), header=header, preset=layout)
    (rejected,) = result.rejected
    assert result.faults.total == 40
    assert len(rejected.reason) < 600
    assert rejected.reason.endswith(" more faults")


def test_a_quote_that_is_never_closed_rejects_one_row_in_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(source, "ROW_CHARACTERS_MAX", 2_000)
    rows = [row("0"), '1,"MUG,1,2026-03-01T10:00Z', *(row(str(n)) for n in range(2, 300))]
    result = plain(*rows)
    assert (result.rows, result.new) == (300, 299)
    (fault,) = result.faults
    assert (fault.row, "the row has more than 2,000 characters" in fault.reason) == (3, True)


def test_the_page_has_the_limits() -> None:
    page = (ROOT / "docs" / "how-to" / "import-orders.md").read_text(encoding="utf-8")
    for subject, limit in {
        "characters of a row": source.ROW_CHARACTERS_MAX,
        "lines of an order": LINES_MAX,
        "rows of an order": limits.ROWS_MAX,
        "items in each list of the result": listed.LISTED_MAX,
        "rejected rows in the result, and in a file of rejected rows": found.REJECTED_MAX,
        "characters in a file of rejected rows": rejects_file.CHARACTERS_MAX,
        "refused commands in a `BatchResult`": batches.REFUSED_MAX,
    }.items():
        assert f"| {subject} | {limit:,}" in page, subject


def test_a_line_without_an_end_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "ROW_CHARACTERS_MAX", 2_000)
    with pytest.raises(FileError, match=r"a\.csv: has a line of more than 2,000 characters"):
        plain(row(), "x" * 5_000)
