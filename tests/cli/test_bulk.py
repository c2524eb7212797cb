"""Bulk actions: the same change to every order that a filter names, from the command line."""

from __future__ import annotations

import csv
import os
import pty
import subprocess
import sys
from io import StringIO

import pytest

from orderflow.cli.output import terminal
from tests.cli.runner import flat
from tests.cli.shop import Shop, shop

__all__ = ["shop"]

MUGS = ("--where", "short-sku=MUG")


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop in which A-1 has 3 MUG and waits for CUP, B-1 has 2 of 4 MUG, and C-1 has none."""
    shop.do("place", "B-1", "MUG=4")
    shop.do("place", "C-1", "MUG=1")
    shop.do("count", "MUG", "0", "--warehouse", "york")
    return shop


def results(busy: Shop, *arguments: object) -> dict[str, str]:
    answer = busy.ask("bulk", *arguments)
    return {row["order_id"]: row["result"] for row in answer["orders"]}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (("cancel", "--reason", "gone"), "CANCELLED"),
        (("hold", "address", "--note", "flat?"), "ON_HOLD"),
        (("replace", "MUG", "CUP", "--ratio", "2:1", "--reason", "none left"), "ON_BACK_ORDER"),
        (("priority", "5"), "ON_BACK_ORDER"),
        (("promise", "2026-12-01"), "ON_BACK_ORDER"),
        (("promise", "--no-promise"), "ON_BACK_ORDER"),
        (("courier", "DHL"), "ON_BACK_ORDER"),
        (("release-hold",), "ON_BACK_ORDER"),
        (("remove-short",), "ON_BACK_ORDER"),
        (("split",), "ON_BACK_ORDER"),
        (("move", "york"), "ON_BACK_ORDER"),
        (("move", "york", "--only-short"), "ON_BACK_ORDER"),
        (("pin",), "ON_BACK_ORDER"),
        (("unpin",), "ON_BACK_ORDER"),
    ],
)
def test_every_action_does_what_its_preview_says(
    busy: Shop, action: tuple[str, ...], expected: str
) -> None:
    before = busy.everything()
    previewed = busy.run("bulk", *action, *MUGS, "--dry-run", "--csv", "--at", "2026-03-03T12:00")
    assert busy.everything() == before
    done = busy.run("bulk", *action, *MUGS, "--csv", "--at", "2026-03-03T12:00")
    rows, done_rows = (list(csv.DictReader(StringIO(r.stdout))) for r in (previewed, done))
    assert [row["result"] for row in done_rows] == [row["result"] for row in rows]
    assert [row["status_after"] for row in done_rows] == [row["status_after"] for row in rows]
    assert previewed.exit_code == done.exit_code
    assert busy.status("C-1") == expected


def test_each_order_and_every_other_one_is_shown_before_anything_changes(busy: Shop) -> None:
    shown = busy.run("bulk", "cancel", "--where", "id=A-1", "--dry-run")
    text = flat(shown.stdout)
    assert "A-1 DONE ON_BACK_ORDER CANCELLED 5 3 0" in text
    assert "B-1 OTHER ON_BACK_ORDER ALLOCATED 4 2 4" in text
    assert "done: 1, other: 2" in flat(shown.stderr)
    assert "nothing was saved" in shown.stderr


def test_a_refusal_is_reported_and_shows_in_the_exit_code(busy: Shop) -> None:
    result = busy.run("bulk", "split", *MUGS)
    assert result.exit_code == terminal.EXIT_REFUSED
    text = flat(result.stdout)
    assert text.index("C-1 REFUSED") < text.index("B-1 DONE")
    assert "'C-1' was not split: none of its units is allocated" in text
    assert "done: 1, refused: 1, other: 1" in flat(result.stderr)


def test_the_units_before_are_shown_if_they_changed(busy: Shop) -> None:
    text = flat(busy.run("bulk", "replace", "MUG", "CUP", "--ratio", "3:1", *MUGS).stdout)
    assert "units before units" in text
    assert "B-1 DONE ON_BACK_ORDER ON_BACK_ORDER 4 12" in text


def test_the_same_run_goes_on_and_does_nothing_twice(busy: Shop) -> None:
    asked = ("bulk", "priority", "5", *MUGS, "--run", "r1")
    first = busy.ask(*asked)
    assert (first["run"], first["saved"]) == ("r1", True)
    assert first["counts"] == {"done": 2, "unchanged": 0, "refused": 0, "skipped": 0, "other": 0}
    busy.do("place", "D-1", "MUG=1")
    before = busy.everything()
    again = busy.ask(*asked)
    assert busy.everything() == before
    assert [row["is_repeated"] for row in again["orders"]] == [True, True]
    figures = ("status_before", "allocated_before", "units_before", "warehouse_id_before")
    for row, first_row in zip(again["orders"], first["orders"], strict=True):
        assert [row[each] for each in figures] == [first_row[each] for each in figures]
    rows = csv.DictReader(StringIO(busy.run(*asked, "--csv").stdout))
    assert [row["is_repeated"] for row in rows] == ["True", "True"]
    assert "repeated" in busy.do(*asked)
    other = ("bulk", "priority", "6", *MUGS, "--run", "r1")
    wrong = busy.wrong(*other)
    assert "--run" in wrong
    assert "'r1' was used for another action or filter" in wrong
    busy.do("erase", "B-1", "--include-open")
    erased = busy.wrong(*asked)
    assert "'--run': must be the id of a new run, as the filter of this one was" in erased


def test_the_orders_must_be_named(busy: Shop) -> None:
    for where in ((), ("--where", " ")):
        assert "--all means every order" in busy.wrong("bulk", "cancel", *where)
    assert "omit it, or --where" in busy.wrong("bulk", "cancel", *MUGS, "--all")
    assert "(did you mean sku?)" in busy.wrong("bulk", "cancel", "--where", "skuu=MUG")
    assert set(results(busy, "cancel", "--all")) == {"A-1", "B-1", "C-1"}


def test_more_orders_than_expected_are_refused(busy: Shop) -> None:
    said = busy.refused("bulk", "cancel", "--all", "--at-most", "2")
    assert "would have 3 orders, but at most 2 are allowed" in said


def test_no_match_is_said(busy: Shop) -> None:
    result = busy.run("bulk", "cancel", "--where", "units>99")
    assert (result.exit_code, flat(result.stderr)) == (0, "No order matches the filter.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("move", "yorck", *MUGS),
            "in warehouse 'yorck' (did you mean 'york'?); count or announce stock in a new",
        ),
        (("cancel", "--where", "sku=MUGG"), "there is no product 'MUGG' (did you mean 'MUG'?)"),
        (("cancel", "--where", "warehouse=leed"), "'leed' (did you mean 'leeds'?)"),
        (("cancel", "--where", "id=A-1,A-9"), "no order 'A-9'"),
    ],
)
def test_an_unknown_name_is_refused_before_anything_changes(
    busy: Shop, arguments: tuple[str, ...], message: str
) -> None:
    assert message in busy.refused("bulk", *arguments)


def test_orders_that_the_run_itself_completed_are_counted(busy: Shop) -> None:
    busy.do("cancel", "A-1")  # now B-1 is complete, and C-1 has a unit
    busy.do("place", "D-1", "MUG=1")
    busy.do("place", "E-1", "MUG=4")
    result = busy.run("bulk", "cancel", "--all", "--dry-run")
    assert "completed by this run before their own turn: 2" in result.stderr
    assert busy.ask("bulk", "cancel", "--all")["completed_by_run"] == 2


def test_a_move_shows_both_warehouses(busy: Shop) -> None:
    text = flat(busy.run("bulk", "move", "york", "--where", "id=C-1").stdout)
    assert "from warehouse" in text
    assert "C-1 DONE ON_BACK_ORDER ON_BACK_ORDER leeds york" in text


def test_a_filter_can_name_the_seller(busy: Shop) -> None:
    second = Shop(busy.db, seller="bolt")
    second.do("count", "PAN", "5")
    second.do("place", "A-1", "PAN=1")
    unnamed = Shop(busy.db, seller="")
    unnamed.do("bulk", "cancel", "--where", "seller=bolt")
    assert (second.status("A-1"), busy.status("A-1")) == ("CANCELLED", "ON_BACK_ORDER")


def test_a_new_product_is_reported(busy: Shop) -> None:
    result = busy.run("bulk", "replace", "MUG", "MUGG", *MUGS, "--dry-run")
    assert "new in warehouse 'leeds' of seller 'acme': MUGG (did you mean 'MUG'?)" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("replace", "MUG", "CUP", "--ratio", "0:1"), "'0:1' is not NEW:OLD: try 2:1"),
        (("promise",), "give a time, or --no-promise"),
        (("promise", "2026-12-01", "--no-promise"), "give a time, or --no-promise"),
        (("priority", "9999999999"), "must be a whole number from -1000000000 to 1000000000"),
        (("hold", "LATE"), "'LATE' is not one of SELLER_DELAY"),
        (("cancel", "--limit", "-1"), "from 0"),
        (("replace", "TEA", "CUP"), "must be a product that a matching order has, not 'TEA'"),
        (("replace", "MUG", "MUG"), "must be another product than the one that it replaces"),
    ],
)
def test_a_wrong_value_is_refused_by_its_option(
    busy: Shop, arguments: tuple[str, ...], message: str
) -> None:
    assert message in busy.wrong("bulk", *arguments, *MUGS)


@pytest.mark.parametrize(
    ("answer", "options", "status"),
    [("n", (), "ON_BACK_ORDER"), ("y", (), "CANCELLED"), ("", ("--yes",), "CANCELLED")],
)
def test_a_person_is_asked_before_anything_changes(
    busy: Shop, answer: str, options: tuple[str, ...], status: str
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "orderflow", "bulk", "cancel", *MUGS, *options]
    environment = os.environ | {"ORDERFLOW_DB": str(busy.db), "ORDERFLOW_SELLER": "acme"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as p:
        os.close(theirs)
        if answer:
            os.write(ours, f"{answer}\n".encode())
        said = read_all(ours)
    assert ("Cancel 2 orders? [y/N]" in said) is bool(answer)
    assert ("Nothing was changed." in said) is (answer == "n")
    assert p.returncode == (terminal.EXIT_NOT_RUN if answer == "n" else 0)
    assert busy.status("C-1") == status


def read_all(descriptor: int) -> str:
    """Read what is written to a terminal, until it is closed."""
    said = b""
    try:
        while part := os.read(descriptor, 4096):
            said += part
    except OSError:  # that is how the end shows
        pass
    os.close(descriptor)
    return said.decode()
