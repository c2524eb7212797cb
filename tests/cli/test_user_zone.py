"""The time zone of the user: times that are typed without an offset, and times that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.files import HEADER, FileShop
from tests.cli.runner import flat, run
from tests.cli.shop import Shop, shop

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shop"]

BERLIN = ("--time-zone", "Europe/Berlin")


def test_a_time_without_an_offset_is_in_the_zone_of_the_user(shop: Shop) -> None:
    shop.do("place", "B-1", "MUG=1", "--at", "2026-07-01T09:30", *BERLIN)
    shop.do("place", "B-2", "MUG=1", "--at", "2026-07-01T09:30Z", *BERLIN)
    shop.do("place", "B-3", "MUG=1", "--at", "2026-07-01T09:30")
    for order_id, hour in (("B-1", "07"), ("B-2", "09"), ("B-3", "09")):
        assert shop.ask("show", order_id)["placed_at"] == f"2026-07-01T{hour}:30:00+00:00"


@pytest.mark.parametrize("options", [(*BERLIN, "--until"), ("--until",)], ids=["first", "last"])
def test_the_zone_may_be_named_before_or_after_the_time(
    shop: Shop, options: tuple[str, ...]
) -> None:
    last = () if options[0] in BERLIN else BERLIN
    shop.do("hold", "A-1", *options, "2999-07-01", *last)
    assert shop.ask("show", "A-1")["holds"][0]["until"] == "2999-06-30T22:00:00+00:00"


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # shown twice: the first time counts
        ("2026-03-29T02:30", "2026-03-29T01:00"),  # never shown: the moment of the change counts
    ],
    ids=["twice", "never"],
)
def test_where_the_clocks_change_a_time_is_read_as_a_calendar_reads_it(
    shop: Shop, typed: str, utc: str
) -> None:
    shop.do("place", "B-1", "MUG=1", "--at", typed, *BERLIN)
    assert shop.ask("show", "B-1")["placed_at"] == f"{utc}:00+00:00"


def test_tables_show_the_zone_of_the_user_in_their_headings(shop: Shop) -> None:
    shop.do("announce", "R-1", "CUP", 2, "2999-07-01T08:00Z")
    assert "placed (UTC)" in shop.do("orders")
    listed = shop.do("orders", *BERLIN)
    assert "placed (Europe/Berlin)" in listed
    assert "A-1 ON_BACK_ORDER 2026-03-02 13:00 5 3 2" in listed
    expected = shop.do("receipts", *BERLIN)
    assert "expected (Europe/Berlin)" in expected
    assert "2999-07-01 10:00" in expected
    assert "2026-03-02 13:00" in shop.do("events", *BERLIN)


def test_a_time_that_the_clocks_show_twice_has_its_abbreviation(shop: Shop) -> None:
    for order_id, at in (("B-1", "00:30Z"), ("B-2", "01:30Z"), ("B-3", "02:30Z")):
        shop.do("place", order_id, "MUG=1", "--later", "--at", f"2026-10-25T{at}")
    listed = shop.do("orders", *BERLIN)
    assert "B-1 NEW 2026-10-25 02:30 CEST 1" in listed
    assert "B-2 NEW 2026-10-25 02:30 CET 1" in listed
    assert "B-3 NEW 2026-10-25 03:30 1" in listed


def test_sentences_show_the_zone_of_the_user(shop: Shop) -> None:
    shop.do("announce", "R-1", "CUP", 2, "2999-07-01T08:00Z")
    shop.do("edit", "A-1", "--promised-by", "2026-07-01T12:00Z")
    assert "in leeds, placed 2026-03-02 13:00 CET" in shop.do("show", "A-1", *BERLIN)
    assert "promised by 2026-07-01 14:00 CEST" in shop.do("show", "A-1", *BERLIN)
    said = shop.do("explain", "A-1", *BERLIN)
    assert "on back order since 2026-03-02 13:00 CET" in said
    assert "expected at 2999-07-01 10:00 CEST" in said
    assert "promised by 2026-07-01 14:00 CEST" in shop.do("events", *BERLIN)
    shop.do("hold", "A-1", "--until", "2999-07-01", *BERLIN)
    assert "until 2999-07-01 00:00 CEST" in shop.do("show", "A-1", *BERLIN)
    assert "until 2999-07-01 00:00 CEST" in shop.do("explain", "A-1", *BERLIN)


@pytest.mark.parametrize(
    "command",
    ["orders --expected", "backorders", "events", "show A-1", "explain A-1", "receipts"],
)
def test_json_and_csv_stay_in_utc(shop: Shop, command: str) -> None:
    shop.do("announce", "R-1", "CUP", 2, "2999-07-01T08:00Z")
    shop.do("edit", "A-1", "--promised-by", "2026-07-01T12:00Z")
    name, *options = command.split()
    assert shop.ask(name, *options, *BERLIN, *_AT[name]) == shop.ask(name, *options, *_AT[name])
    if name not in {"show", "explain"}:
        assert shop.do(name, *options, "--csv", *BERLIN) == shop.do(name, *options, "--csv")


_AT = {
    **dict.fromkeys(("orders", "backorders", "events", "show", "receipts"), ()),
    "explain": ("--at", "2026-03-03T12:00Z"),
}


def test_the_zone_may_be_in_the_environment(shop: Shop) -> None:
    def listed(zone: str, *options: str) -> str:
        environment = {"ORDERFLOW_DB": str(shop.db), "ORDERFLOW_TIME_ZONE": zone}
        return flat(run("orders", *options, environment=environment).output)

    assert "placed (Asia/Tokyo)" in listed("Asia/Tokyo")
    assert "placed (Europe/Berlin)" in listed("Asia/Tokyo", *BERLIN)
    assert "'Asia/Tokio' is not a valid ZONE: try Europe/London" in listed("Asia/Tokio")
    assert "ORDERFLOW_TIME_ZONE" in listed("Asia/Tokio")


def test_a_wrong_zone_is_named_with_its_option(shop: Shop) -> None:
    found = shop.wrong("orders", "--time-zone", "Europe/Lundun")
    assert "'--time-zone'" in found
    assert "'Europe/Lundun' is not a valid ZONE: try Europe/London" in found


@pytest.fixture(name="file_shop")
def _file_shop(tmp_path: Path) -> FileShop:
    return FileShop(tmp_path)


def test_a_file_is_read_in_the_zone_of_the_user(file_shop: FileShop) -> None:
    path = file_shop.write("1,MUG,1,2026-03-01T10:00", header=HEADER)
    assert file_shop.take_in(path).exit_code == 1
    file_shop.take_in(path, *BERLIN)
    assert file_shop.ask("show", "1")["placed_at"] == "2026-03-01T09:00:00+00:00"


def test_a_time_of_placing_that_is_given_for_a_file_is_in_the_zone_of_the_user(
    file_shop: FileShop,
) -> None:
    path = file_shop.write("1,MUG,1", header="order_id,sku,quantity")
    file_shop.take_in(path, "--placed-at", "2026-07-01 09:30", *BERLIN)
    assert file_shop.ask("show", "1")["placed_at"] == "2026-07-01T07:30:00+00:00"


def test_the_day_of_a_count_is_that_of_the_user(file_shop: FileShop) -> None:
    path = file_shop.write("MUG,5", header="sku,on_hand")
    evening = ("--kind", "stock", "--at", "2026-03-02T23:30Z")
    assert file_shop.report(path, *evening)["done"] == 1
    assert file_shop.report(path, *evening, *BERLIN)["done"] == 1
    assert file_shop.report(path, "--kind", "stock", "--at", "2026-03-03T09:00Z")["done"] == 0
