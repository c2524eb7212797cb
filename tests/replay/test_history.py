"""Entries in time order, out of rows that nearly are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from orderflow.replay import (
    HISTORY_PRESETS,
    EntryKind,
    HistoryError,
    HistoryFormat,
    HistoryPreset,
    Rejects,
    Row,
    RowError,
    SkipReason,
)
from orderflow.replay.history import in_time_order
from tests.replay.histories import at, read, row, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = timedelta(hours=1)


def rows_of(*texts: str) -> Iterator[Row]:
    """Make rows of texts such as '9:30 1001'."""
    for number, text in enumerate(texts, 2):
        clock, order_id = text.split()
        kind = EntryKind.CANCELLATION if order_id.startswith("C") else EntryKind.SALE
        yield Row(number, [], kind, order_id, "MUG", 1, at(f"2 {clock}"), "")


def ordered(*texts: str, window: timedelta = HOUR, rejects: Rejects | None = None) -> list[str]:
    entries = in_time_order(rows_of(*texts), window, rejects or Rejects(), lambda _: "its time")
    return [f"{each.at:%H:%M} {each.order_id} {len(each.rows)}" for each in entries]


def test_the_lines_of_an_order_come_together_at_its_first_moment() -> None:
    assert ordered("9:00 1", "9:00 2", "9:01 1") == ["09:00 1 2", "09:00 2 1"]


def test_ties_within_a_minute_go_by_the_number() -> None:
    assert ordered("9:00 1000", "9:00 C999", "9:00 998", "9:00 99") == [
        "09:00 99 1",
        "09:00 998 1",
        "09:00 C999 1",
        "09:00 1000 1",
    ]


def test_rows_are_sorted_within_the_window() -> None:
    assert ordered("9:30 3", "9:00 1", "9:10 2") == ["09:00 1 1", "09:10 2 1", "09:30 3 1"]


def test_a_row_that_comes_after_the_window_is_rejected_with_its_row_and_time() -> None:
    told: list[RowError] = []
    rejects = Rejects("a.csv", on_reject=told.append)
    assert ordered("9:00 1", "11:00 2", "9:59 3", rejects=rejects) == ["09:00 1 1", "11:00 2 1"]
    assert str(told[0]) == (
        "a.csv, row 4: its time is 61 minutes before that of an earlier row; rows may be 60 "
        "minutes out of time order: sort the file, or allow more"
    )


def test_lines_further_apart_than_the_window_are_two_entries() -> None:
    assert ordered("9:00 1", "10:30 2", "10:30 1") == ["09:00 1 1", "10:30 1 1", "10:30 2 1"]


def test_one_wrong_year_does_not_put_all_later_rows_in_the_past() -> None:
    rejects = Rejects()
    rows = list(rows_of("9:00 1", "9:01 2", "9:02 3"))
    rows[1] = rows[1]._replace(at=datetime.fromisoformat("2062-03-02T09:01:00Z"))
    entries = list(in_time_order(rows, HOUR, rejects, lambda _: "its time"))
    assert [each.order_id for each in entries] == ["1", "3"]
    assert rejects.count == 1


def test_no_more_rows_are_held_than_those_of_the_window() -> None:
    taken = 0

    def rows() -> Iterator[Row]:
        nonlocal taken
        for minute in range(20_000):
            taken += 1
            moment = at("2 09:00") + timedelta(minutes=minute)
            yield Row(minute, [], EntryKind.SALE, str(minute), "MUG", 1, moment, "")

    entries = in_time_order(rows(), HOUR, Rejects(), lambda _: "")
    held = [taken - given for given, _ in enumerate(entries, 1)]
    assert max(held) <= 62


def test_what_is_left_out_is_counted_by_the_reason(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row(sku="POST"), row("A1"), row(quantity="x"))
    entries, history = read(path)
    assert len(entries) == 1
    assert history.tally.rows == 4
    assert history.tally.skipped == {SkipReason.NOT_GOODS: 1, SkipReason.ACCOUNTING: 1}
    assert history.rejects.count == 1


def test_nothing_may_be_rejected_where_it_is_strict(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row(quantity="x"))
    with pytest.raises(RowError, match=r"a\.csv, row 3: Quantity must be .*'x'") as failure:
        read(path, rejects=Rejects("a.csv", strict=True))
    assert failure.value.cells[3] == "x"


def test_an_empty_file_and_a_file_of_a_header_say_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(HistoryError, match="is empty"):
        read(empty)
    with pytest.raises(HistoryError, match="has a header, but no rows"):
        read(write(tmp_path / "header.csv"))


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1,MUG,2,2026-03-02", header="no,what,many,when")
    names = {"order": "no", "sku": "what", "quantity": "many", "time": "when"}
    entries, _ = read(path, HistoryFormat(changes=names))
    assert [(each.order_id, each.rows[0].units) for each in entries] == [("1", 2)]


def test_another_delimiter_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1;MUG;2;2026-03-02", header="order_id;sku;quantity;placed_at")
    entries, _ = read(path, HistoryFormat(delimiter=";"))
    assert len(entries) == 1


def test_a_layout_can_be_said_and_changed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row("A1", sku="POST"))
    layout = HISTORY_PRESETS[HistoryPreset.ONLINE_RETAIL_II]
    assert read(path, HistoryFormat(layout=layout))[0] == []
    without_rules = {"accounting_prefix": "", "not_goods": frozenset[str]()}
    assert len(read(path, HistoryFormat(layout=layout, changes=without_rules))[0]) == 1


def test_a_row_out_of_time_order_is_named_by_its_column_and_value(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(time="2026-03-02 12:00"), row(time="2026-03-02 09:30"))
    told: list[RowError] = []
    read(path, rejects=Rejects("a.csv", on_reject=told.append))
    assert str(told[0]).startswith("a.csv, row 3: InvoiceDate '2026-03-02 09:30' is 150 minutes")


def test_a_quote_left_open_rejects_a_row_and_in_the_header_all(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), '1002,"' + "x" * 140_000, row("1003"))
    entries, history = read(path)
    assert [each.order_id for each in entries] == ["1001", "1003"]
    assert history.rejects.count == 1
    with pytest.raises(HistoryError, match=r"a\.csv, row 1: cannot be read as CSV"):
        read(write(path, row(), header="x" * 140_000))
