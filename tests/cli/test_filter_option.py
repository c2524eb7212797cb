"""`--where` beside other options: a contradiction is refused, and a mistyped name is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import run
from tests.cli.shop import Shop, shop

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shop"]


@pytest.mark.parametrize("command", [("orders",), ("backorders",), ("bulk", "cancel")])
@pytest.mark.parametrize(
    ("where", "options", "message"),
    [
        ("seller=bolt", (), "seller=bolt contradicts --seller 'acme' (or ORDERFLOW_SELLER)"),
        ("seller!=acme", (), "seller!=acme contradicts --seller 'acme'"),
        ("seller=acme,bolt and seller=pear", (), "no order can match seller=acme,bolt and seller="),
        ("status=NEW and units>1 and status!=NEW", (), "match status=NEW and status!=NEW"),
        ("id=A-1 and id=A-2", (), "no order can match id=A-1 and id=A-2"),
    ],
)
def test_a_contradiction_is_refused(
    shop: Shop, command: tuple[str, ...], where: str, options: tuple[str, ...], message: str
) -> None:
    assert message in shop.wrong(*command, "--where", where, *options)


@pytest.mark.parametrize("command", ["orders", "backorders"])
def test_a_warehouse_that_contradicts_the_filter_is_refused(shop: Shop, command: str) -> None:
    said = shop.wrong(command, "--where", "warehouse=york")
    assert "warehouse=york contradicts --warehouse 'leeds' (or ORDERFLOW_WAREHOUSE)" in said


def test_a_status_that_contradicts_the_filter_is_refused(shop: Shop) -> None:
    said = shop.wrong("orders", "--status", "NEW", "--where", "status=ALLOCATED")
    assert "status=ALLOCATED contradicts --status 'NEW'; omit one of them" in said


@pytest.mark.parametrize("command", ["orders", "backorders"])
@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("seller=amce", "there is no seller 'amce' (did you mean 'acme'?)"),
        ("warehouse=leed", "there is no stock or receipt in warehouse 'leed' (did you mean"),
        ("sku=MUGG", "there is no product 'MUGG' (did you mean 'MUG'?)"),
        ("sku=TOY,MUGG", "there is no product 'TOY'"),
        ("short-sku=MUGG", "there is no product 'MUGG' (did you mean 'MUG'?)"),
        ("id=A-9", "there is no order 'A-9'"),
        ("part-of=A-9", "there is no order 'A-9'"),
    ],
)
def test_a_mistyped_name_in_a_filter_is_named(
    shop: Shop, command: str, where: str, message: str
) -> None:
    unnamed = Shop(shop.db, seller="", warehouse="")
    assert message in unnamed.refused(command, "--where", where)
    assert message in unnamed.refused("bulk", "cancel", "--where", where)


@pytest.mark.parametrize("command", ["orders", "backorders", "backorders MUG", "bulk cancel"])
def test_a_custom_field_that_no_order_has_is_refused(shop: Shop, command: str) -> None:
    words = command.split()
    assert "no custom field 'Gfit'" in shop.refused(*words, "--where", "field:Gfit=yes")
    shop.do("place", "B-1", "MUG=4", "--custom-field", "Gift=no")
    said = shop.refused(*words, "--where", "field:Gfit=yes")
    assert said == "orderflow: there is no custom field 'Gfit' (did you mean 'Gift'?)"
    assert shop.run(*words, "--where", "field:Gift=yes").exit_code == 0  # but no order matches


def test_a_filter_of_no_orders_names_nothing_that_is_mistyped(tmp_path: Path) -> None:
    empty = Shop(tmp_path / "empty.db")
    empty.do("init")
    where = ("--where", "field:Gift=yes and sku=MUG and warehouse=leeds")
    assert run("orders", *where, "--db", empty.db).exit_code == 0


def test_a_filter_that_repeats_an_option_is_fine(shop: Shop) -> None:
    for command in ("orders", "backorders"):
        assert shop.ask(command, "--where", "seller=acme,bolt and warehouse!=york")["more"] is False
