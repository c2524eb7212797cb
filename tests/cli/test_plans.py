"""Plans on the command line: made, edited, applied, and compared with trying all."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from orderflow.codec import loads
from orderflow.planning import Plan
from tests.cli.runner import flat
from tests.cli.shop import Shop

Needs = dict[str, dict[str, int]]

SMALL: list[tuple[dict[str, int], Needs]] = [
    ({"ELM": 4}, {"A": {"ELM": 5}, "B": {"ELM": 2}, "C": {"ELM": 2}}),
    (
        {"ELM": 4, "ASH": 3},
        {"A": {"ELM": 4, "ASH": 4}, "B": {"ELM": 1, "ASH": 1}, "C": {"ASH": 3}, "D": {"ELM": 3}},
    ),
    (
        {"ELM": 5, "ASH": 5, "OAK": 5},
        {
            "A": {"ELM": 6},
            "B": {"ASH": 4, "OAK": 6},
            "C": {"ELM": 2, "ASH": 2},
            "D": {"OAK": 3, "ELM": 2},
            "E": {"ASH": 3, "OAK": 2},
        },
    ),
]
"""The units of some products, and what orders need of them, first come first served."""


def most_orders(units: dict[str, int], needs: Needs) -> int:
    """Return how many orders can be complete at once, by trying all."""
    return max(
        count
        for count in range(len(needs) + 1)
        for chosen in combinations(needs.values(), count)
        if all(sum(each.get(sku, 0) for each in chosen) <= units[sku] for sku in units)
    )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty database."""
    empty = Shop(tmp_path / "plans.db")
    empty.do("init")
    return empty


@pytest.fixture
def crowded(shop: Shop) -> Shop:
    """A shop where A-1 has 3 of 9 mugs, and A-2 and A-3 have none."""
    shop.do("book-in", "FIR", 3)
    for order_id, units in (("A-1", 9), ("A-2", 2), ("A-3", 1)):
        shop.do("place", order_id, f"FIR={units}")
    return shop


@pytest.mark.parametrize(("units", "needs"), SMALL)
def test_the_plan_of_a_small_backlog_is_the_best(
    shop: Shop, tmp_path: Path, units: dict[str, int], needs: Needs
) -> None:
    for sku, count in units.items():
        shop.do("book-in", sku, count)
    for order_id, wanted in needs.items():
        shop.do("place", order_id, *(f"{sku}={count}" for sku, count in wanted.items()))
    file = tmp_path / "plan.json"
    shop.do("rebalance", "--take-complete", "--out", file)
    plan: Plan = loads(file.read_text(encoding="utf-8"), Plan)
    assert plan.after.complete == plan.value == plan.bound == most_orders(units, needs)
    if plan.orders:
        shop.do("apply-plan", file, "--by", "Ann")
    complete = {each["order_id"] for each in shop.ask("orders", "--status", "ALLOCATED")["orders"]}
    assert len(complete & needs.keys()) == most_orders(units, needs)


def test_a_plan_is_shown_saved_applied_and_applied_again(crowded: Shop, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    printed = crowded.do("rebalance", "--out", file)
    assert "A-1 FIR 9 3 -3 0 short of 9 2" in printed
    assert "A-2 FIR 2 0 2 2 complete" in printed
    assert "Complete, of those considered: 0 before, 2 after" in printed
    assert "Weight: 2 of at most 2 (proven to be the best)" in printed
    assert "Passed over by this plan: 1 order" in printed
    crowded.do("apply-plan", file, "--by", "Ann", "--dry-run")
    assert crowded.status("A-2") == "ON_BACK_ORDER"
    assert "was applied before" not in crowded.do("apply-plan", file, "--by", "Ann")
    again = crowded.do("apply-plan", file, "--by", "Ann")
    assert "was applied before, so nothing changes now. This is what it did:" in again
    assert "Other orders that changed: 3" in again
    assert "ALLOCATED" in crowded.do("show", "A-2")


def test_who_gives_units_to_a_plan_can_be_repaid(crowded: Shop, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    crowded.do("rebalance", "--out", file)
    crowded.do("apply-plan", file, "--by", "Ann", "--repay")
    assert "served first" in crowded.do("show", "A-1")


def test_a_plan_is_not_made_if_it_cannot_be_saved(crowded: Shop, tmp_path: Path) -> None:
    wrong = crowded.wrong("rebalance", "--out", tmp_path / "missing" / "plan.json")
    assert "is no folder; name another file with --out" in wrong
    assert "is a folder; name a file with --out" in crowded.wrong("rebalance", "--out", tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        *("rebalance --out -", "edit-plan plan.json x -o -", "schema --out -", "demo --db -"),
        *("init --db -", "import a.csv --rejects -", "import a.csv --lines b.csv --rejects -"),
        *("replay a.csv --rejects -", "allocate-file a b --output -"),
        "compare a.csv --policy a= --policy b=partial_allocation=NEVER --report -",
    ],
)
def test_no_file_is_called_like_standard_output(
    crowded: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("order_id,sku,quantity,placed_at\nA,FIR,1,2026-03-02\n")
    assert "must be a file, not standard output; " in crowded.wrong(*command.split())
    assert not Path("-").exists()


def test_a_value_that_no_order_has_is_no_weight(crowded: Shop) -> None:
    assert "VALUE needs --value-field" in crowded.wrong("rebalance", "--weight", "VALUE")
    assert "goes with --weight VALUE" in crowded.wrong("rebalance", "--value-field", "total")
    refused = crowded.refused("rebalance", "--weight", "VALUE", "--value-field", "total")
    assert "3 orders could gain, but none has a weight" in refused
    crowded.do("place", "A-4", "FIR=1", "--custom-field", "sum=1.50")
    refused = crowded.refused("rebalance", "--weight", "VALUE", "--value-field", "total")
    assert "their fields: 'sum'" in refused


def test_a_missing_solver_is_an_extra_that_is_missing() -> None:
    source = (
        "import sys; sys.modules['highspy'] = None; from orderflow.cli import main;"
        "sys.argv = ['orderflow', 'rebalance', '--optimise', '--db', ':memory:']; main()"
    )
    run = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", source], check=False, capture_output=True, text=True
    )
    assert run.returncode == 2
    assert "highspy is not installed" in flat(run.stderr)
    assert "orderflow-backorder[optimise]" in flat(run.stderr)


def test_a_plan_as_json_says_what_it_does_to_all(crowded: Shop) -> None:
    answer = crowded.ask("rebalance")
    assert [row["change"] for row in answer["lines"]] == [-3, 2, 1]
    assert (answer["value"], answer["bound"], answer["gap"]) == (2, 2, 0)
    assert (answer["before"]["complete"], answer["after"]["complete"]) == (0, 2)
    assert answer["passed_over"] == [{"order_id": "A-1", "times": 2}]
    header, *rows = crowded.do("rebalance", "--csv").split()
    assert header.startswith("order_id,warehouse_id,sku,line_id,quantity,before,change,after")
    assert len(rows) >= 3


def test_a_plan_is_edited_by_hand(crowded: Shop, tmp_path: Path) -> None:
    file, other = tmp_path / "plan.json", tmp_path / "other.json"
    crowded.do("rebalance", "--out", file)
    printed = crowded.do("edit-plan", file, "take 1 from A-3, give to A-1", "--out", other)
    assert "Complete, of those considered: 0 before, 1 after" in printed
    assert "Weight: 1 of at most 2 (gap 50.00%)" in printed
    assert loads(other.read_text(encoding="utf-8"), Plan).edits == ("take 1 from A-3, give to A-1",)
    refused = crowded.refused("edit-plan", file, "take 9 from A-2, give to A-1")
    assert "A-2 has 2 units of FIR" in refused
    assert "take 3 from A-1" in crowded.wrong("edit-plan", file, "give all to A-1")
    many = crowded.wrong("edit-plan", file, f"take {'9' * 20} from A-2, give to A-1")
    assert "PlanEdit.units" in many
    again = crowded.wrong("edit-plan", file, "take 1 from A-3, give to A-1", "-o", other)
    assert "--overwrite" in again


def test_rules_and_protections_are_options(crowded: Shop) -> None:
    kept = crowded.ask("rebalance", "--rule", "left-alone: id=A-1")
    assert kept["lines"] == []
    assert [(each["orders"], each["value"]) for each in kept["groups"]] == [(1, 0), (2, 0)]
    assert crowded.ask("rebalance", "--passed-over-max", 1)["value"] == 1
    assert crowded.ask("rebalance", "--protect-waiting", 30, "--weight", "UNITS")["value"] == 3
    refused = crowded.refused("rebalance", "--rule", "MUST_BE_FULL: id=A-1")
    assert "must be full" in refused
    assert "A-1" in refused
    assert "is not a rule" in crowded.wrong("rebalance", "--rule", "id=A-1")
    assert "--value-field" in crowded.wrong("rebalance", "--weight", "VALUE")
    assert "--waiting-max" in crowded.refused("rebalance", "--waiting-max", 1)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("LEFT_ALONE: sku=NOSUCH", "no product 'NOSUCH'; known: 'FIR'; correct the --rule"),
        ("LEFT_ALONE: sku=FIR,NOSUCH", "there is no product 'NOSUCH'"),
        ("MUST_BE_FULL: id=NOPE", "NOPE"),
        ("LEFT_ALONE: warehouse=nowhere", "in warehouse 'nowhere'"),
        ("LEFT_ALONE: seller=nobody", "there is no seller 'nobody'"),
        ("LEFT_ALONE: short-sku=FRI", "there is no product 'FRI' (did you mean 'FIR'?)"),
        ("LEFT_ALONE: field:Gfit=yes", "no custom field 'Gfit'; correct the --rule"),
        ("MUST_BE_FULL: priority>=10", "matches no order that this plan considers"),
    ],
)
def test_a_rule_that_names_nothing_is_refused(crowded: Shop, rule: str, message: str) -> None:
    assert message in crowded.refused("rebalance", "--rule", rule)


def test_a_rule_about_another_seller_is_refused(crowded: Shop) -> None:
    crowded.do("book-in", "FIR", 1, "--seller", "bolt")
    wrong = crowded.wrong("rebalance", "--seller", "acme", "--rule", "LEFT_ALONE: seller=bolt")
    assert "matches no order of" in wrong


def test_a_rule_that_matches_no_order_says_so(crowded: Shop) -> None:
    crowded.do("place", "A-4", "FIR=1", "--custom-field", "Gift=yes")
    rules = ("--rule", "LEFT_ALONE: field:Gift=yes", "--rule", "LEFT_ALONE: field:Gift=no")
    said = flat(crowded.run("rebalance", *rules, "--json").stderr)
    assert said.startswith("the rule 'LEFT_ALONE: field:Gift=no' matches no order that the plan")
    assert "yes" not in said


def test_what_the_bound_leaves_out_is_said_beside_the_gap(crowded: Shop) -> None:
    options = ("--whole-lines", "--sets", "--passed-over-max", 0)
    printed = crowded.do("rebalance", *options)
    named = "--whole-lines and --sets and --passed-over-max"
    assert f"The bound leaves {named} out of account: the true gap may be smaller." in printed
    assert "out of account" not in crowded.do("rebalance", "--whole-lines", "--rule", "left-alone:")


def test_a_plan_that_is_applied_again_in_another_way_says_who_applied_it(
    crowded: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    crowded.do("rebalance", "--out", file)
    crowded.do("apply-plan", file, "--by", "Ann")
    for other in (("--by", "Bob"), ("--by", "Ann", "--repay"), ("--by", "Ann", "--note", "x")):
        refused = crowded.refused("apply-plan", file, *other)
        assert "the plan was applied by 'Ann'" in refused
        assert "make a new plan" in refused
        assert "was applied before" not in refused


def test_a_pinned_order_and_a_divided_set_lose_nothing(crowded: Shop) -> None:
    crowded.do("pin", "A-1")
    assert crowded.ask("rebalance")["lines"] == []
    crowded.do("unpin", "A-1")
    for sku, units in (("TABLE", 1), ("LEG", 4)):
        crowded.do("book-in", sku, units)
    crowded.do("place", "B-1", "TABLE=1", "LEG=4", "LAMP=1", "--set", "TABLE=a", "--set", "LEG=a")
    crowded.do("place", "B-2", "LEG=2")
    for options, legs in (((), 2), (("--sets",), 0), (("--sets", "--exact"), 0)):
        lines = crowded.ask("rebalance", "--rule", "LEFT_ALONE: id=A-1", *options)["lines"]
        assert [(row["order_id"], row["change"]) for row in lines] == (
            [("B-1", -legs), ("B-2", legs)] if legs else []
        )


def test_the_value_of_an_order_is_in_a_custom_field(shop: Shop) -> None:
    shop.do("book-in", "FIR", 1)
    shop.do("place", "A-1", "FIR=2", "--custom-field", "total=1.50")
    shop.do("place", "A-2", "FIR=1", "--custom-field", "total=9.99")
    shop.do("place", "A-3", "FIR=1")
    printed = shop.do("rebalance", "--weight", "VALUE", "--value-field", "total")
    assert "Weight: 9.990 of at most 9.990" in printed
    assert "Left alone, without a known weight: 1 order" in printed


def test_a_plan_that_is_out_of_date_is_refused_as_a_whole(crowded: Shop, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    crowded.do("rebalance", "--out", file)
    crowded.do("cancel", "A-3")
    refused = crowded.refused("apply-plan", file, "--by", "Ann")
    assert "the plan is out of date, make a new one: order A-3 had version 1" in refused
    assert "A-2 is ON_BACK_ORDER" in crowded.do("show", "A-2")


def test_a_file_that_is_no_plan_is_refused(crowded: Shop, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert "No such file" in crowded.wrong("apply-plan", file, "--by", "Ann")
    file.write_text("{}", encoding="utf-8")
    assert "is no plan" in crowded.wrong("apply-plan", file, "--by", "Ann")
    file.unlink()
    crowded.do("rebalance", "--out", file)
    assert "--overwrite" in crowded.wrong("rebalance", "--out", file)
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    data["data"]["orders"].pop(0)
    file.write_text(json.dumps(data), encoding="utf-8")
    assert "edit_plan" in crowded.refused("apply-plan", file, "--by", "Ann")


def test_highs_prices_and_proves_a_plan(crowded: Shop) -> None:
    for option in ("--optimise", "--exact"):
        answer = crowded.ask("rebalance", option)
        assert (answer["value"], answer["bound"]) == (2, 2)


def test_nothing_to_do_is_said(shop: Shop) -> None:
    shop.do("book-in", "FIR", 1)
    shop.do("place", "A-1", "FIR=1")
    assert "The plan changes nothing." in shop.do("rebalance")
