"""`orderflow replay`: what goes in, what comes out, and how it ends."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.adapters.memory.repository import MemoryUnitOfWork
from orderflow.commands import CountStock
from orderflow.importing import REASON_COLUMN, findings, listed
from orderflow.replay import Replay, engine
from orderflow.replay.generator import Shop
from tests.cli.runner import flat, run, run_json
from tests.replay.histories import REAL, needs_real_history, row, write, write_real, write_shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow import Outcome
    from orderflow.commands import Command
    from orderflow.replay import Entry


@pytest.fixture(name="history", scope="module")
def _history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(tmp_path_factory.mktemp("shop") / "shop.csv.gz", Shop(orders=60))


def test_the_summary_is_for_people(history: Path) -> None:
    result = run("replay", history)
    told = "rows repeated: 11; for example, row 284 equals row 274;"
    assert (result.exit_code, result.stderr.startswith(told)) == (0, True)
    assert result.stderr.count("\n") == 1
    printed = flat(result.stdout)
    for text in (
        "Rows read",
        "order lines",
        "stock added",
        "queue FIRST_COME",
        "receipts added",
        "warehouse added",
        "lead time 3 to 14 days (seed 1)",
        "at 16:00 Europe/London on MON, TUE, WED, THU, FRI",
        "Served at first attempt",
        "fill rate",
        "completed by a booking-in",
        "still waiting",
        "Waiting time until completed",
        "difference 0",
        "lines a second",
    ):
        assert text in printed
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


def test_standard_output_contains_only_json(history: Path) -> None:
    result = run_json("replay", history)
    assert result["rows"]["read"] == sum(
        [
            *(result["rows"][name] for name in ("order_lines", "cancellations", "write_offs")),
            *(result["rows"][name] for name in ("found", "rejected")),
            *result["rows"]["skipped"].values(),
        ]
    )
    assert result["orders"] == 60
    assert result["account"]["difference"] == 0
    assert result["settings"]["rule"]["seed"] == 1
    assert result["settings"]["calendar"]["cut_off"] == "16:00:00"
    assert set(result["waiting_seconds"]) == {"median", "p95", "longest"}


def test_standard_input_is_a_file_too(history: Path) -> None:
    result = run_json("replay", "-", stdin=history.read_bytes())
    assert result["title"] == "standard input"
    assert result["orders"] == 60


def test_settings_reach_the_replay(history: Path) -> None:
    usual = run_json("replay", history)
    other = run_json(
        *("replay", history, "--queue", "priority", "--partial-allocation", "NEVER"),
        *("--opening-units", 7, "--seed", 9, "--cut-off", "11:30", "--working-days", "mon,sat"),
        *("--books-in", "07:30"),
        *("--time-zone", "Asia/Dubai", "--patience", 2.5, "--split", "--returns-to-stock"),
    )
    settings = other["settings"]
    assert settings["policy"]["queue"] == "PRIORITY"
    assert settings["policy"]["partial_allocation"] == "NEVER"
    assert settings["rule"]["opening_units"] == 7
    assert settings["calendar"] == {
        "time_zone": "Asia/Dubai",
        "working_days": ["MON", "SAT"],
        "cut_off": "11:30:00",
        "weekday_cut_offs": [],
        "holidays": [],
        "date_cut_offs": [],
    }
    assert settings["books_in"] == "07:30:00"
    assert settings["behaviour"] == {"split": True, "patience": 216_000, "returns_to_stock": True}
    assert other["first_attempt"] != usual["first_attempt"]
    assert other["account"]["difference"] == 0


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write(
        tmp_path / "own.csv",
        "7;mug;2;24.12.2025 09:30;1;31.12.2025 12:00",
        "7;MUG;2;24.12.2025 09:30;1;31.12.2025 12:00",
        header="no;what;many;when;urgency;due",
    )
    result = run_json(
        *("replay", path, "--delimiter", ";", "--time-format", "%d.%m.%Y %H:%M"),
        *("--order-id-column", "no", "--sku-column", "what", "--quantity-column", "many"),
        *("--placed-at-column", "when", "--priority-column", "urgency"),
        *("--promised-by-column", "due"),
    )
    assert (result["orders"], result["units"]) == (1, 4)
    assert result["added"]["products"] == 2, "mug is not MUG"


def test_one_column_of_a_preset_can_have_another_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row("C1002", quantity="-1"))
    path.write_text(path.read_text().replace("Customer ID", "Client"))
    result = run_json("replay", path, "--customer-column", "Client")
    assert result["units_cancelled"]["before_despatch"] == 1


def test_a_preset_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row(sku="POST"))
    names = ("--order-id-column", "Invoice", "--sku-column", "StockCode")
    more = ("--quantity-column", "Quantity", "--placed-at-column", "InvoiceDate")
    assert run_json("replay", path, "--preset", "online_retail_ii")["lines"] == 1
    assert run_json("replay", path, "--preset", "plain", *names, *more)["lines"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cover-days", 0], "every 7 days, up to 48 units of each product;"),
        (["--cover-days", 0, "--level-units", 0], "every 7 days, what back orders need;"),
        (["--review-days", 1], "every day, up to 42 days of the demand of the last 56 days or 48"),
        (
            ["--split", "--patience", 3],
            "orders that can leave in part; cancels after 3 d 0 h",
        ),
        (["--returns-to-stock"], "puts returns back into stock"),
    ],
)
def test_it_names_the_rules_by_which_it_added_to_the_history(
    tmp_path: Path, options: list[object], words: str
) -> None:
    result = run("replay", write(tmp_path / "a.csv", row()), *options)
    assert words in flat(result.stdout)


def test_free_units_are_found_with_the_option(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row("1002", price="0", customer="", quantity="9"))
    assert run_json("replay", path)["account"]["found"] == 0
    assert run_json("replay", path, "--free-is-found")["account"]["found"] == 9


def test_a_corrected_reject_can_be_replayed(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", row(), row("1002"), row("1002", "CUP", quantity="two"), row("1003")
    )
    rejects = tmp_path / "rejects.csv"
    result = run("replay", path, "--rejects", rejects)
    assert result.exit_code == 1
    assert "rejected 2" in flat(result.stdout)
    other, rejected = csv.DictReader(rejects.read_text(encoding="utf-8-sig").splitlines())
    assert other[REASON_COLUMN] == "row 4 of the same order has a fault"
    assert rejected[REASON_COLUMN].startswith("Quantity 'two' must be")
    assert (rejected["Invoice"], rejected["Quantity"]) == ("1002", "two")

    text = rejects.read_text(encoding="utf-8-sig")
    rejects.write_text(text.replace(",two,", ",2,"), encoding="utf-8")
    mended = run_json("replay", rejects, "--rejects", tmp_path / "again.csv")
    assert (mended["orders"], mended["units"]) == (1, 3)
    assert len((tmp_path / "again.csv").read_text(encoding="utf-8").splitlines()) == 1


def test_refused_orders_are_rejected_too(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        row("7", quantity="200"),
        row("7.1", time="2026-03-02 10:00:00"),
        row("8"),
    )
    rejects = tmp_path / "rejects.csv"
    result = run("replay", path, "--fulfilment", "SPLIT", "--rejects", rejects)
    assert result.exit_code == 1
    assert result.stderr == "refused: 7.1: order '7.1' is already a part of order '7'\n"
    (refused,) = csv.DictReader(rejects.read_text(encoding="utf-8").splitlines())
    assert refused["Invoice"] == "7.1"


def test_if_most_rows_are_rejected_that_is_the_result(tmp_path: Path) -> None:
    invalid = [row(str(number), quantity="x") for number in range(20)]
    path = write(tmp_path / "a.csv", row("1001"), *invalid, row("1002"))
    result = run("replay", path)
    assert result.exit_code == 1
    heading, said, first, *_ = result.stdout.splitlines()
    assert heading.startswith("Replay of ")
    assert said == " Nothing was replayed: 20 of 22 rows were rejected."
    assert first.startswith(" rejected: row 3, Quantity 'x': must be a whole number")
    assert "fill rate" not in result.stdout
    as_json = json.loads(run("replay", path, "--json").stdout)
    assert (as_json["replayed"], as_json["rows"]["rejected"]) == (False, 20)
    assert "orders" not in as_json
    assert len(as_json["faults"]) == as_json["in_all"]["faults"] == 20


def test_what_is_not_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "LISTED_MAX", 5)
    monkeypatch.setattr(findings, "REJECTED_MAX", 15)
    invalid = [row(str(number), quantity="x") for number in range(20)]
    path = write(tmp_path / "a.csv", *invalid, *(row(str(number)) for number in range(100, 130)))
    result = run("replay", path, "--rejects", tmp_path / "rejects.csv")
    assert "rejected: 20 faults in all; the first 5 are counted here" in flat(result.stderr)
    assert "has the first 15, up to row 16; 5 later ones are not in it" in flat(result.stderr)


def test_all_or_nothing_replays_no_part_of_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row("1002"), row("1003", quantity="x"))
    assert "fill rate" in run("replay", path).stdout
    result = run("replay", path, "--all-or-nothing")
    assert result.exit_code == 1
    assert "Nothing was replayed: 1 of 3 rows" in flat(result.stdout)


def test_the_newest_first_is_as_good_as_the_oldest_first(history: Path, tmp_path: Path) -> None:
    with gzip.open(history, "rt", encoding="utf-8", newline="") as file:
        header, *lines = file.read().splitlines()
    by_order: dict[str, list[str]] = {}
    for line in lines:
        by_order.setdefault(line.partition(",")[0], []).append(line)
    newest_first = [line for rows in reversed(by_order.values()) for line in rows]
    path = write(tmp_path / "newest.csv", *newest_first, header=header)
    first, second = run_json("replay", history), run_json("replay", path)
    for name in ("rows", "first_attempt", "back_orders", "waiting_seconds", "account", "added"):
        assert first[name] == second[name]


def shopify_items(path: Path) -> list[tuple[str, int]]:
    """The order and the units of each row."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["Name"], int(row["Lineitem quantity"])) for row in csv.DictReader(file)]


def shopware_items(path: Path) -> list[tuple[str, int]]:
    """The same of goods. A basket has the number 0, and what is no article has a mode."""
    with path.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file, delimiter=";")
    return [(row[1], int(row[36])) for row in rows if row[1] != "0" and row[41] == "0"]


@pytest.mark.parametrize(
    ("export", "items_of"),
    [("shopify_orders_sample.csv", shopify_items), ("shopware5_OrderImport.csv", shopware_items)],
    ids=["shopify", "shopware"],
)
def test_the_exports_of_shops_can_be_replayed_as_found(
    export: str, items_of: Callable[[Path], list[tuple[str, int]]]
) -> None:
    path = REAL.parents[1] / "exports" / export
    if not path.exists():
        pytest.skip("the exports are not beside the checkout, in ../shared/data")
    items = items_of(path)
    result = run_json("replay", path)
    assert result["rows"]["rejected"] == 0
    assert result["rows"]["order_lines"] == result["lines"] == len(items) > 0
    assert result["orders"] == len({order_id for order_id, _ in items})
    assert result["units"] == sum(units for _, units in items)
    assert result["account"]["difference"] == 0


def test_an_account_that_is_not_at_0_ends_with_3(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save: Callable[[MemoryUnitOfWork, Command, Outcome], None] = MemoryUnitOfWork.save

    def lose_counts(work: MemoryUnitOfWork, command: Command, outcome: Outcome) -> None:
        lost = isinstance(command, CountStock)
        save(work, command, attrs.evolve(outcome, stock=()) if lost else outcome)

    monkeypatch.setattr(MemoryUnitOfWork, "save", lose_counts)
    result = run("replay", history)
    assert result.exit_code == 3
    assert "difference 0" not in flat(result.stdout)


def test_ctrl_c_ends_with_a_message(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Replay.step

    def interrupted(run: Replay, entry: Entry) -> None:
        if entry.order_id == "100010":
            raise KeyboardInterrupt
        step(run, entry)

    monkeypatch.setattr(Replay, "step", interrupted)
    result = run("replay", history)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "orderflow: stopped by Ctrl-C; nothing was saved\n"


@needs_real_history
def test_the_real_history_is_read_as_it_is(tmp_path: Path) -> None:
    result = run_json("replay", write_real(tmp_path / "real.csv", 3_000))
    assert result["rows"]["read"] == 3_000
    assert result["rows"]["rejected"] == 0
    assert result["account"]["difference"] == 0


def test_several_files_are_one_history(history: Path, tmp_path: Path) -> None:
    header, *rows = gzip.decompress(history.read_bytes()).decode().splitlines()
    folder = tmp_path / "months"
    folder.mkdir()
    for number in range(3):  # an order has all of its rows in one file
        part = [row for row in rows if int(row.partition(",")[0].strip('"C')) % 3 == number]
        text = "\n".join([header, *part, ""])
        (folder / f"{number}.csv").write_text(text, encoding="utf-8")
    (folder / "notes.pdf").write_bytes(b"%PDF-1.7")
    one, found = run_json("replay", history), run_json("replay", folder)
    assert found["title"] == "3 files"
    assert [Path(each["file"]).name for each in found["files"]] == ["0.csv", "1.csv", "2.csv"]
    assert [Path(each["file"]).name for each in found["left_out"]] == ["notes.pdf"]
    differ = {key for key in one if one[key] != found.get(key)}
    assert differ <= {"title", "left_out", "wall_seconds", "lines_per_second", *FACTS_OF_A_FILE}


FACTS_OF_A_FILE = {
    "repeated",
    *("preset", "encoding", "delimiter", "sheet", "skip_rows", "notes", "faults", "rejects"),
}


def test_an_order_that_two_files_have_is_refused_once(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", row("1"), row("2", quantity="x"))
    second = write(tmp_path / "b.csv", row("1"), row("3"))
    rejects = tmp_path / "rejects"
    result = run("replay", first, second, "--rejects", rejects, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["refused"] == {"1": "order '1' has already been placed"}
    assert (found["in_all"], found["orders"]) == (
        {"repeated": 0, "faults": 1, "refused": 1},
        2,
    )
    assert found["rows"]["rejected"] == 2
    texts = {path.name: path.read_text(encoding="utf-8") for path in rejects.iterdir()}
    assert {name: text.count("already been placed") for name, text in texts.items()} == {
        "a.csv": 1,
        "b.csv": 1,
    }


def test_only_the_first_refused_orders_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LISTED_MAX", 2)
    path = write(tmp_path / "a.csv", *(row(str(number)) for number in range(5)))
    result = run("replay", path, path, "--json")
    found = json.loads(result.stdout)
    assert (len(found["refused"]), found["in_all"]["refused"]) == (2, 5)
    assert "refused: and 3 more" in run("replay", path, path).stderr


def test_repeated_rows_are_named_and_kept_columns_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    row = "1,MUG,2,2026-03-01T10:00Z,yes\n"
    path.write_text("order_id,sku,quantity,placed_at,Gift\n" + row * 2, encoding="utf-8")
    result = run("replay", path, "--keep-column", "Gift")
    assert result.exit_code == 0
    assert "rows repeated: 1; for example, row 3 equals row 2; both are lines, unless" in flat(
        result.stderr
    )
    found = run_json("replay", path)
    assert (found["repeated"], found["in_all"]["repeated"]) == ([{"row": 3, "first": 2}], 1)
    dropped = run_json("replay", path, "--drop-repeated")
    assert (dropped["repeated"], dropped["rows"]["order_lines"]) == ([], 1)
    result = run("replay", path, "--keep-column", "Gifts")
    assert "there is no column 'Gifts', which was named" in flat(result.stderr)


def test_faults_of_several_files_stand_below_their_names(tmp_path: Path) -> None:
    good = write(tmp_path / "a.csv", row("1"), row("2"))
    bad = write(tmp_path / "b.csv", row("3", quantity="x"), row("4"), row("5"))
    told = run("replay", good, bad).stderr.splitlines()
    assert told[0].endswith("b.csv:")
    assert told[1].startswith("rejected: row 2, Quantity 'x'")
    write(tmp_path / "a.csv", row("1", quantity="y"), row("2", quantity="y"))
    shown = flat(run("replay", good, bad).stdout)
    assert "b.csv: rejected: row 2, Quantity 'x'" in shown


def test_the_lines_of_a_history_cannot_be_in_another_file(tmp_path: Path) -> None:
    result = run("replay", tmp_path / "orders.csv", "--lines", tmp_path / "lines.csv")
    assert result.exit_code == 2
    assert "'--lines': is only for import; join the two files into one" in flat(result.stderr)
