"""Erasing personal data from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import flat
from tests.cli.shop import Shop, shop

__all__ = ["shop"]

ANN = ("--ship-to", "Ann Secret|2 Mill Lane|Leeds|LS1|GB")


@pytest.fixture
def ended(shop: Shop) -> Shop:
    """A shop whose P-1 and its part were cancelled on 2 March, P-2 on 20 March. P-3 waits."""
    shop.do("book-in", "POT", 1)
    shop.do("place", "P-1", "POT=2", *ANN, "--at", "2026-03-01T09:00")
    shop.do("split", "P-1", "P-1-now", "--at", "2026-03-01T09:00")
    for order_id in ("P-1", "P-1-now"):
        shop.do("cancel", order_id, "--reason", "Ann Secret", "--at", "2026-03-02T09:00")
    shop.do("place", "P-2", "MUG=1", *ANN, "--at", "2026-03-01T10:00")
    shop.do("cancel", "P-2", "--at", "2026-03-20T09:00")
    shop.do("place", "P-3", "PAN=1", *ANN, "--at", "2026-03-01T11:00")
    return shop


def files_with_secrets(shop: Shop) -> list[Path]:
    path = Path(shop.db)
    return [each for each in path.parent.glob(f"{path.name}*") if b"Secret" in each.read_bytes()]


def ids(rows: list[dict[str, str]]) -> list[str]:
    return [row["order_id"] for row in rows]


def test_named_orders_are_erased_with_all_their_parts(ended: Shop) -> None:
    answer = ended.ask("erase", "P-1-now")
    assert answer["saved"]
    assert sorted(ids(answer["erased"])) == ["P-1", "P-1-now"]
    assert ended.ask("show", "P-1")["ship_to"] is None
    assert ended.run("check").exit_code == 0


def test_orders_that_have_the_same_data_are_erased_once(ended: Shop) -> None:
    ended.do("erase", "P-1", "P-1-now", "P-1")
    assert ended.run("events", "P-1", "--json").stdout.count("PersonalDataErased") == 1
    assert "left: 1 order" in flat(ended.run("erase", "none", "none").stdout)


def test_an_order_that_is_erased_already_is_left_as_it_is(ended: Shop) -> None:
    ended.do("erase", "P-3", "--include-open")
    before = ended.run("events", "--json").stdout, ended.ask("show", "P-3")["version"]
    assert ended.do("erase", "P-3") == "erased: 0 orders erased already: 1 order"
    assert ids(ended.ask("erase", "P-3", "--dry-run")["erased_already"]) == ["P-3"]
    assert (ended.run("events", "--json").stdout, ended.ask("show", "P-3")["version"]) == before
    ended.do("edit", "P-3", *ANN)
    assert "left: 1 order" in flat(ended.run("erase", "P-3").stdout)
    answer = ended.ask("erase", "P-3", "--include-open")
    assert (ids(answer["erased"]), answer["erased_already"]) == (["P-3"], [])
    assert ended.ask("show", "P-3")["ship_to"] is None


def test_a_refused_order_does_not_stop_the_others(ended: Shop) -> None:
    result = ended.run("erase", "P-3", "none", "P-2")
    assert result.exit_code == 1
    said = flat(result.stdout)
    assert "erased: 1 order left: 2 orders" in said
    assert "order 'P-3' was not erased: it is ON_BACK_ORDER and still needs its address; " in said
    assert "cancel or despatch it first, or erase it with --include-open" in said
    assert "has no order 'none'" in said
    assert ended.run("erase", "P-3", "--include-open").exit_code == 0


def test_old_orders_are_erased_and_a_dry_run_erases_none(ended: Shop) -> None:
    old = ("erase", "--older-than", "10d", "--at", "2026-03-25T09:00")
    before = ended.everything()
    preview = ended.ask(*old, "--dry-run")
    assert ended.everything() == before
    done = ended.ask(*old)
    assert (preview["saved"], done["saved"]) == (False, True)
    assert preview["erased"] == done["erased"]
    assert sorted(ids(done["erased"])) == ["P-1", "P-1-now"]
    assert ended.ask(*old)["erased"] == []
    for length in ("4", "4d", "96h"):
        preview = ended.ask(
            "erase", "--older-than", length, "--at", "2026-03-25T09:00", "--dry-run"
        )
        assert ids(preview["erased"]) == ["P-2"]


def test_an_old_order_is_left_if_another_one_needs_the_same_data(ended: Shop) -> None:
    ended.do("place", "P-4", "PAN=1", "--replaces", "P-1", "--at", "2026-03-03T09:00")
    result = ended.run("erase", "--older-than", "1", "--at", "2026-03-25T09:00")
    assert result.exit_code == 0
    said = flat(result.stdout)
    assert "erased: 1 order left: 2 orders" in said
    assert "order 'P-4' has the same data and is ON_BACK_ORDER" in said


def test_no_byte_of_the_text_is_left_in_the_file(ended: Shop) -> None:
    assert files_with_secrets(ended)
    ended.do("erase", "P-1", "P-2")
    ended.do("erase", "P-3", "--include-open", "--no-vacuum")
    ended.do("erase", "--vacuum")
    assert files_with_secrets(ended) == []


def test_no_bulk_run_keeps_the_customer_of_an_order_that_is_erased(ended: Shop) -> None:
    """Neither one that chose no order, nor one that chose others, nor a later one of that kind."""
    ended.do("edit", "P-3", "--customer-reference", "Secret")
    ended.do("place", "P-5", "PAN=1")
    hers = ("bulk", "cancel", "--where", "reference=Secret", "--reason", "Secret again", "--yes")
    others = ("bulk", "hold", "OTHER", "--where", "reference!=Secret and id=P-5", "--yes")
    for _ in range(2):
        ended.run(*hers)
        ended.run(*hers)
        ended.do(*others)
        ended.do("erase", "P-1", "P-2", "P-3")
        assert files_with_secrets(ended) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "'ORDER': name an order, or give --older-than"),
        (("P-1", "--older-than", "3"), "'--older-than': name orders, or give --older-than"),
        (("--older-than", "0d"), "'--older-than': it must be above 0"),
        (("--older-than", "-3"), "'--older-than': it must be above 0"),
        (("--older-than", "soon"), "'soon' is not a valid DAYS"),
        (("--older-than", "3", "--include-open"), "'--include-open': name the orders that are"),
    ],
)
def test_what_is_meant_must_be_said_once(
    ended: Shop, arguments: tuple[str, ...], message: str
) -> None:
    result = ended.run("erase", *arguments)
    assert result.exit_code == 2
    assert message in flat(result.stderr)
