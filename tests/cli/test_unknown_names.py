"""A mistyped name: a read is refused with the nearest one, and a command says what it made."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orderflow import MemoryRepository, OrderFlow, StockKey
from orderflow.cli.unknown_names import check_seller
from tests.cli.runner import flat
from tests.cli.shop import Shop, shop

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["shop"]


@pytest.mark.parametrize(
    "command",
    [
        *("orders", "stock", "receipts", "backorders", "events", "dead-letters"),
        *("backorders MUG", "show A-1", "explain A-1", "actions A-1", "events A-1"),
        *("run-due", "cancel A-1", "send --all", "withdraw R-1", "allocate A-1"),
    ],
)
def test_an_unknown_seller_is_refused_with_the_nearest_one(shop: Shop, command: str) -> None:
    message = shop.refused(*command.split(), "--seller", "acmee")
    assert message == "orderflow: there is no seller 'acmee' (did you mean 'acme'?)"


def test_if_no_seller_is_near_the_known_ones_are_named(shop: Shop) -> None:
    message = shop.refused("stock", "--seller", "zenith")
    assert message == "orderflow: there is no seller 'zenith'; known: 'acme'"


def test_a_list_of_known_names_says_how_many_it_leaves_out(shop: Shop) -> None:
    for number in range(7):
        shop.do("book-in", "MUG", 1, "--warehouse", f"w-{number}")
    message = shop.refused("stock", "--warehouse", "nowhere at all")
    assert re.search(r"known: 'leeds', .*'w-3' and 3 more", message)


@pytest.mark.parametrize("command", ["stock mug", "receipts --sku mug", "backorders mug"])
def test_an_unknown_product_is_refused_with_the_nearest_one(shop: Shop, command: str) -> None:
    expected = "orderflow: there is no product 'mug' (did you mean 'MUG'?)"
    assert shop.refused(*command.split()) == expected
    assert shop.refused("orders", "--sku", "mug", "--status", "NEW") == expected


def test_an_unknown_warehouse_is_refused_with_the_nearest_one(shop: Shop) -> None:
    message = shop.refused("stock", "--warehouse", "ledes")
    assert "there is no stock or receipt in warehouse 'ledes' (did you mean 'leeds'?)" in message


@pytest.mark.parametrize(
    "command",
    [
        *("report backlog", "report backlog --by PRODUCT", "report exceptions", "report low-stock"),
        *("report low-stock --new-only", "report service-levels", "back-order-limits", "orders"),
        *("stock", "receipts", "backorders", "account", "send --all", "despatch --all"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_unknown_warehouse_is_refused_everywhere(
    shop: Shop, command: str, form: tuple[str, ...]
) -> None:
    other = Shop(shop.db, warehouse="ledes")
    message = "there is no stock or receipt in warehouse 'ledes' (did you mean 'leeds'?)"
    assert message in other.refused(*command.split(), *form)
    assert other.run(*command.split(), *form, "--warehouse", "leeds").exit_code == 0


@pytest.mark.parametrize("command", ["report exceptions", "orders --status CANCELLED"])
def test_a_warehouse_with_orders_alone_is_known(shop: Shop, command: str) -> None:
    shop.do("place", "Y-1", "BOWL=1", "--warehouse", "york")
    assert "none" in shop.do(*command.split(), "--warehouse", "york")


@pytest.mark.parametrize(
    "command",
    ["stock CUP", "receipts --sku MUG", "backorders MUG", "orders --sku CUP --status NEW"],
)
def test_a_known_name_with_nothing_to_list_is_answered_with_nothing(
    shop: Shop, command: str
) -> None:
    assert "none" in shop.do(*command.split())


def test_a_command_says_which_names_are_new(shop: Shop) -> None:
    result = shop.run("book-in", "MUGS", 1)
    assert result.exit_code == 0
    assert "new in warehouse 'leeds' of seller 'acme': MUGS (did you mean 'MUG'?)" in result.stderr
    result = shop.run("count", "MUG", 1, "--warehouse", "ledes")
    assert "new in warehouse 'ledes' (did you mean 'leeds'?) of seller 'acme': MUG" in result.stderr
    result = shop.run("book-in", "MUG", 1, "--seller", "acmee", "--warehouse", "leeds")
    assert "new seller 'acmee' (did you mean 'acme'?)" in result.stderr
    assert "new" not in shop.run("book-in", "MUG", 1).stderr


@pytest.mark.parametrize(
    "command",
    [
        *("place A-1 MUG=1 --replaces A-0", "cancel A-1", "book-in MUG 1 --receipt R-1"),
        *(
            "adjust MUG DAMAGE --by -1",
            "transfer MUG 1 york --receipt T-1 --expected-at 2026-01-02",
        ),
        *(
            "source MUG=1 --from leeds --not-before 1960-01-01",
            "what-if --slip R-1=3d --add MUG=1@2027-01-01",
        ),
        *("import none.csv --dry-run", "import orders.csv --kind orders"),
    ],
)
def test_a_command_that_fails_makes_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text("order_id,sku,quantity,placed_at\nA,MUG,0,2026-03-02\n")
    empty = Shop(tmp_path / "empty.db")
    empty.do("init")
    result = empty.run(*command.split())
    assert result.exit_code in {1, 2}
    assert "new" not in result.stderr
    assert "expected by" not in result.stderr


def test_a_policy_of_a_new_seller_is_for_one_that_is_said_to_be_new(shop: Shop) -> None:
    message = shop.refused("change-policy", "acmee", "--queue", "PRIORITY")
    assert message == "orderflow: there is no seller 'acmee' (did you mean 'acme'?)"
    result = shop.run("change-policy", "acmee", "--queue", "PRIORITY", "--new")
    assert result.exit_code == 0
    assert flat(result.stderr) == "new seller 'acmee' (did you mean 'acme'?)"
    assert "queue PRIORITY" in shop.do("policies")


@pytest.mark.parametrize("command", ["orders", "stock MUG", "backorders", "events"])
def test_where_there_is_nothing_yet_nothing_is_mistyped(tmp_path: Path, command: str) -> None:
    empty = Shop(tmp_path / "empty.db")
    empty.do("init")
    assert "none" in empty.do(*command.split())
    assert "queue PRIORITY" in empty.do("change-policy", "acme", "--queue", "PRIORITY")


def test_a_seller_that_is_made_while_it_is_looked_up_is_known() -> None:
    class MadeMeanwhile(MemoryRepository):
        def sellers(self) -> Sequence[str]:
            key = StockKey("acme", "leeds", "MUG")
            OrderFlow(self).seller("acme").book_in(key, 1, at=datetime(2026, 3, 2, tzinfo=UTC))
            return super().sellers()

    check_seller(OrderFlow(MadeMeanwhile()), "acme")
