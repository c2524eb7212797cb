"""`orderflow import` of several files, and of folders."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from orderflow.cli import input_files
from tests.cli.files import FileShop
from tests.cli.runner import flat, run

if TYPE_CHECKING:
    from pathlib import Path

SHOPIFY = "Name,Lineitem sku,Lineitem quantity,Created at"
TIME = "2026-03-01T10:00Z"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileShop:
    monkeypatch.chdir(tmp_path)
    shop = FileShop(tmp_path)
    shop.do("book-in", "MUG", 9, "--warehouse", "leeds")
    return shop


def report(shop: FileShop, *given: object, code: int = 0) -> dict[str, Any]:
    """Import several files; return the JSON."""
    result = shop.run("import", *given, "--warehouse", "leeds", "--json")
    assert result.exit_code == code, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def folder_of(shop: FileShop) -> Path:
    """Make a folder with two files of orders, a count, and what is no table."""
    folder = shop.folder / "exports"
    (folder / "older").mkdir(parents=True)
    shop.write(f"#1,MUG,2,{TIME}", f"#2,MUG,x,{TIME}", header=SHOPIFY, name="exports/b.csv")
    shop.write(f"1,Mütze,1,{TIME}", name="exports/a.csv")
    shop.write("MUG,60", header="sku,on_hand", name="exports/c.csv")
    (folder / "d.pdf").write_bytes(b"%PDF-1.7")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    return folder


def names(found: dict[str, Any], of: str = "files") -> list[str]:
    return [each["file"].rpartition("/")[2] for each in found[of]]


def test_files_and_folders_are_imported_one_after_another(shop: FileShop) -> None:
    folder = folder_of(shop)
    last = shop.write(f"1,Mütze,4,{TIME}", f"3,MUG,1,{TIME}", name="last.csv")
    last.write_bytes(last.read_text(encoding="utf-8").encode("utf-16"))
    found = report(shop, folder, last, code=1)
    assert names(found) == ["a.csv", "b.csv", "c.csv", "last.csv"]
    assert [each["kind"] for each in found["files"]] == ["ORDERS", "ORDERS", "STOCK", "ORDERS"]
    assert [each["preset"] for each in found["files"][:2]] == ["PLAIN", "SHOPIFY"]
    assert [each["encoding"] for each in found["files"]] == ["utf-8", "utf-8", "utf-8", "utf-16"]
    assert [each["in_all"]["changed"] for each in found["files"]] == [0, 0, 0, 1]
    assert found["in_all"] == {
        "rows": 6,
        "done": 4,
        "unchanged": 0,
        "different": 1,
        "conflicting": 0,
        "skipped": 0,
        "rejected": 1,
        "refused": 0,
    }
    assert shop.orders().keys() == {"1", "#1", "3"}


def test_what_is_no_table_in_a_folder_is_named(shop: FileShop) -> None:
    folder = folder_of(shop)
    found = report(shop, folder, code=1)
    assert names(found, "left_out") == [".hidden", "d.pdf", "older"]
    assert [each["reason"].partition(";")[0] for each in found["left_out"]] == [
        "is hidden",
        "is a PDF",
        "is a folder in a folder",
    ]
    shown = shop.run("import", "exports", "--warehouse", "leeds")
    assert "d.pdf: is a PDF; ask for the export as CSV" in flat(shown.stderr)
    assert "exports/d.pdf left out" in flat(shown.stdout)


def test_a_text_in_a_folder_that_is_no_table_says_what_to_do(shop: FileShop) -> None:
    folder = folder_of(shop)
    shop.write("Exports, by day", "of the shop, all of them", header="", name="exports/README.txt")
    shop.write("done, without a fault", header="# Log", name="exports/e.log")
    assert names(report(shop, folder, code=1), "left_out")[1:3] == ["README.txt", "d.pdf"]
    shop.write("Exports, by day", "of the shop, all of them", header="", name="exports/notes.txt")
    shown = shop.run("import", folder, "--warehouse", "leeds")
    assert shown.exit_code == 2
    told = "a file that is no table: move it out of the folder, or name the others"
    assert told in flat(shown.stderr)
    assert "exports/README.txt: is no table by its name; name it to import it" in flat(shown.stderr)


def test_there_is_a_row_for_each_file_and_their_sums(shop: FileShop) -> None:
    folder_of(shop)
    shown = shop.run("import", "exports", "--warehouse", "leeds")
    first, *rows = [line.split() for line in shown.stdout.splitlines()]
    assert first[:4] == ["file", "contains", "rows", "done"]
    assert first[4:7] == ["unchanged", "different", "conflicting"]
    assert first[7:] == ["skipped", "rejected", "refused"]
    assert rows[1] == ["exports/b.csv", "orders", *"21000010"]
    assert rows[-1] == ["in", "all", *"43000010"]
    told = shown.stderr.splitlines()
    at = told.index("exports/b.csv:")
    assert told[at + 1].startswith("rejected: row 3, Lineitem quantity 'x'")


def test_one_file_that_cannot_be_read_does_not_stop_the_others(shop: FileShop) -> None:
    strange = shop.write("1,2", header="colour,weight", name="strange.csv")
    good = shop.write(f"1,MUG,1,{TIME}", name="good.csv")
    found = report(shop, strange, shop.folder / "none.csv", good, code=2)
    assert ["error" in each for each in found["files"]] == [True, True, False]
    assert shop.orders().keys() == {"1"}
    shown = shop.run("import", "strange.csv", good, "--warehouse", "leeds")
    assert shown.exit_code == 2
    assert "strange.csv, row 1: no preset fits the columns" in flat(shown.stderr)
    assert "strange.csv not read" in flat(shown.stdout)


def test_a_failure_of_the_database_is_told_with_what_was_done_before(shop: FileShop) -> None:
    for number in (1, 2, 3):
        shop.write(f"{number},MUG,1,{TIME}", name=f"{number}.csv")
    with closing(sqlite3.connect(shop.db)) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON orderflow_orders WHEN NEW.order_id = '2' "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    files = ("1.csv", "2.csv", "3.csv")
    found = report(shop, *files, code=2)
    assert (names(found), found["not_done"]) == (["1.csv"], ["2.csv", "3.csv"])
    assert "the disk is full" in found["error"]
    assert found["in_all"]["done"] == 1
    result = shop.run("import", *files, "--warehouse", "leeds")
    assert result.exit_code == 2
    assert [line.split()[:3] for line in result.stdout.splitlines()[-4:]] == [
        ["1.csv", "orders", "1"],
        ["2.csv", "stopped"],
        ["3.csv", "not", "begun"],
        ["in", "all", "1"],
    ]
    assert "the disk is full" in flat(result.stderr)
    assert shop.orders() == {"1": "ALLOCATED"}


def test_all_or_nothing_spans_all_files(shop: FileShop) -> None:
    first = shop.write(f"1,MUG,1,{TIME}", name="first.csv")
    second = shop.write(f"1,MUG,1,{TIME}", f"2,MUG,x,{TIME}", name="second.csv")
    found = report(shop, first, second, "--all-or-nothing", code=1)
    assert not found["saved"]
    assert [each["saved"] for each in found["files"]] == [False, False]
    assert found["in_all"]["done"] == 0
    assert shop.orders() == {}
    shown = shop.run("import", first, shop.folder / "none", "--all-or-nothing", "--warehouse", "x")
    assert shown.exit_code == 2
    assert "Nothing was saved" in flat(shown.stderr)
    assert shop.orders() == {}
    shop.write(f"1,MUG,1,{TIME}", f"2,MUG,1,{TIME}", name="second.csv")
    found = report(shop, first, second, "--all-or-nothing")
    assert (found["saved"], found["in_all"]["done"], found["in_all"]["unchanged"]) == (True, 2, 1)
    assert shop.orders().keys() == {"1", "2"}


def test_a_preview_of_several_files_is_what_then_happens(shop: FileShop) -> None:
    """The third file edits what the first has placed, and the count serves it."""
    first = shop.write(f"1,CUP,1,{TIME}", name="first.csv")
    count = shop.write("CUP,1", header="sku,on_hand", name="count.csv")
    third = shop.write(f"1,CUP,1,{TIME}", f"1,MUG,1,{TIME}", f"2,CUP,1,{TIME}", name="third.csv")
    given = (first, count, third, "--on-change", "update")
    preview = report(shop, *given, "--dry-run")
    assert not preview["saved"]
    assert shop.orders() == {}
    done = report(shop, *given)
    assert done["files"][1]["back_orders_completed"] == 1
    assert done["files"][2]["edited"] == 1
    same = ("done", "placed", "edited", "back_orders_completed", "unchanged", "changed")
    for seen, came in zip(preview["files"], done["files"], strict=True):
        assert [seen[name] for name in same] == [came[name] for name in same]


def test_rejected_rows_of_several_files_go_into_a_folder(shop: FileShop) -> None:
    folder, rejects = folder_of(shop), shop.folder / "rejects"
    report(shop, folder, "--rejects", rejects, code=1)
    assert [each.name for each in rejects.iterdir()] == ["b.csv"]
    text = (rejects / "b.csv").read_text(encoding="utf-8")
    (rejects / "b.csv").write_text(text.replace("MUG,x", "MUG,3"), encoding="utf-8")
    report(shop, rejects)
    assert "#2" in shop.orders()


def test_rejects_that_would_overwrite_something_are_refused(shop: FileShop) -> None:
    folder = folder_of(shop)
    other = shop.write(f"1,MUG,1,{TIME}", name="a.csv")
    for given, why in (
        ((folder, "--rejects", folder), "another folder than that of the files"),
        ((folder, "--rejects", other), "must be a folder"),
        ((folder, other, "--rejects", shop.folder / "new"), "two files called a.csv"),
    ):
        result = shop.run("import", *given, "--warehouse", "leeds")
        assert result.exit_code == 2
        assert why in flat(result.stderr)
    assert shop.orders() == {}
    assert not (shop.folder / "new").exists()


@pytest.mark.parametrize(
    ("name", "rejects"),
    [("a.csv.gz", "a.csv"), ("a.xlsx", "a.csv"), ("a.txt", "a.txt"), ("-", "standard-input.csv")],
)
def test_rejects_are_text_and_so_are_their_names(name: str, rejects: str, tmp_path: Path) -> None:
    assert input_files.reject_files([name], tmp_path / "new") == [tmp_path / "new" / rejects]


def test_a_folder_without_a_file_to_import_is_refused(shop: FileShop) -> None:
    empty = shop.folder / "empty"
    empty.mkdir()
    result = shop.run("import", empty, "--warehouse", "leeds")
    assert result.exit_code == 2
    assert "is a folder without a file to import" in flat(result.stderr)
    (empty / "a.json").write_text("[]", encoding="utf-8")
    result = shop.run("import", empty, "--warehouse", "leeds")
    assert "without a file to import, only" in flat(result.stderr)


def test_standard_input_is_one_file_among_others(shop: FileShop) -> None:
    other = shop.write(f"1,MUG,1,{TIME}", name="other.csv")
    data = f"order_id,sku,quantity,placed_at\n2,MUG,1,{TIME}\n".encode()
    given = ("--db", shop.db, "--seller", "acme", "--warehouse", "leeds")
    result = run("import", "-", other, *given, stdin=data)
    assert result.exit_code == 0
    assert shop.orders().keys() == {"1", "2"}
    result = run("import", "-", "-", *given, stdin=data)
    assert result.exit_code == 2
    assert "can be read once" in flat(result.stderr)


def test_an_option_that_does_not_apply_stops_all_before_anything_is_saved(shop: FileShop) -> None:
    count = shop.write("MUG,1", header="sku,on_hand", name="count.csv")
    orders = shop.write(f"1,MUG,1,{TIME}", name="orders.csv")
    result = shop.run("import", count, orders, "--batch", "x", "--warehouse", "leeds")
    assert result.exit_code == 2
    assert "does not apply to orders" in flat(result.stderr)
    assert shop.ask("stock")["stock"][0]["on_hand"] == 9


def test_the_number_of_files_is_bounded(shop: FileShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_files, "FILES_MAX", 4)
    folder = folder_of(shop)
    result = shop.run("import", folder, "--warehouse", "leeds")
    assert result.exit_code == 2
    assert "has more than 4 entries" in flat(result.stderr)
    result = shop.run("import", *[folder / "a.csv"] * 5, "--warehouse", "leeds")
    assert result.exit_code == 2
    assert "5 files" in flat(result.stderr)
