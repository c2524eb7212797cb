"""Whatever is done with an order of twice as many lines takes twice as many steps, not four times.

The lines have different products, or all the same, and other orders wait for the same ones.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    Replacement,
    ReplacementList,
)
from orderflow.adapters.sql import Tables
from orderflow.checking import check
from orderflow.codec import dumps, loads
from orderflow.commands import CancelOrder, Reallocation, ReturnState
from orderflow.core import State, evolve
from orderflow.edits import AddLine, ChangeQuantity, Edit, RemoveLine, ReplaceLine
from orderflow.importing import OnChange, OrderLayout, read_orders
from orderflow.invariants import history_violations
from orderflow.wording.explanation import in_words
from tests import databases
from tests.growth.shops import Prepare, Shop, memory, on_sqlite, products
from tests.growth.steps import is_linear
from tests.unit.shop import key, later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.growth.shops import Task

POLICIES = {
    "always": AllocationPolicy(),
    "never": AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
    "passes": AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=2),
    "fair": AllocationPolicy(rationing=Rationing.FAIR_SHARE),
    "urgent": AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5),
    "urgent_or_never": AllocationPolicy(
        queue=Queue.PRIORITY,
        preemption=Preemption.URGENT,
        urgent_from=5,
        partial_allocation=PartialAllocation.NEVER,
    ),
    "split": AllocationPolicy(fulfilment=Fulfilment.SPLIT),
}
CASES: dict[str, tuple[Prepare, str]] = {}


def case(*policies: str) -> Callable[[Prepare], Prepare]:
    """Measure this under these policies; under the usual one if none is named."""

    def note(prepare: Prepare) -> Prepare:
        for policy in policies or ("always",):
            CASES[f"{getattr(prepare, '__name__', '')}-{policy}"] = (prepare, policy)
        return prepare

    return note


def skus(lines: int) -> list[str]:
    return [sku for sku, _ in products(lines, 1)]


def waiting(shop: Shop, lines: int) -> Shop:
    """Let A have half of each product, and B wait behind it for the same ones."""
    shop.stock(skus(lines), 1)
    shop.announce(skus(lines), 2)
    shop.place("A", products(lines, 2))
    shop.place("B", products(lines, 2))
    return shop


def at_the_warehouse(shop: Shop, lines: int) -> Shop:
    shop.stock(skus(lines), 3)
    shop.place("A", products(lines, 2))
    shop.acme.send_to_warehouse("A")
    return shop


# Placing and editing


@case(*POLICIES)
def place(shop: Shop, lines: int) -> Task:
    shop.stock(skus(lines), 1)
    return partial(shop.acme.place, shop.order("A", products(lines, 2)))


@case("always", "never")
def place_for_one_product(shop: Shop, lines: int) -> Task:
    shop.stock(["P0"], lines)
    return partial(shop.acme.place, shop.order("A", [("P0", 2)] * lines))


def edit(edits: Callable[[int], Sequence[Edit]], shop: Shop, lines: int) -> Task:
    shop.stock(skus(2 * lines), 1)
    shop.place("A", products(lines, 1))
    return partial(shop.acme.edit, "A", *edits(lines))


EDITS: dict[str, Callable[[int], Sequence[Edit]]] = {
    "add": lambda lines: [AddLine(sku, 1) for sku in skus(lines)],
    "add_by_id": lambda lines: [AddLine(sku, 1, f"of {sku}") for sku in skus(lines)],
    "add_long_id": lambda lines: [AddLine("P0", 1, "9" * 128), *EDITS["add"](lines)],
    "remove": lambda lines: [RemoveLine(str(each)) for each in range(1, lines)],
    "change": lambda lines: [ChangeQuantity(str(each), 2) for each in range(1, lines + 1)],
    "replace": lambda lines: [
        ReplaceLine(str(each), f"P{lines + each - 1}") for each in range(1, lines + 1)
    ],
}
CASES |= {f"edit-{name}": (partial(edit, edits), "always") for name, edits in EDITS.items()}


@case()
def remove_short_lines(shop: Shop, lines: int) -> Task:
    shop.stock(skus(lines // 2), 1)
    shop.place("A", products(lines, 1))
    return partial(shop.acme.remove_short_lines, "A")


@case()
def split(shop: Shop, lines: int) -> Task:
    return partial(waiting(shop, lines).acme.split, "A")


@case(*POLICIES)
def hold_and_release(shop: Shop, lines: int) -> Task:
    waiting(shop, lines)
    return lambda: (
        shop.acme.hold("A", HoldReason.OTHER, deallocate=True),
        shop.acme.release_hold("A"),
    )


# Others wait for the same products


@case(*POLICIES)
def cancel(shop: Shop, lines: int) -> Task:
    """Let one get some of each product, and another nothing."""
    shop.stock(skus(lines), 3)
    shop.place("A", products(lines, 3))
    shop.place("B", [*products(lines, 2), ("NONE", 1)], priority=9)
    shop.place("C", [*reversed(products(lines, 2)), ("NONE", 1)])
    return partial(shop.acme.cancel, "A")


@case("always", "never", "fair")
def cancel_for_one(shop: Shop, lines: int) -> Task:
    shop.stock(skus(lines), 1)
    shop.place("A", products(lines, 1))
    shop.place("B", products(lines, 1))
    return partial(shop.acme.cancel, "A")


@case("never", "urgent_or_never")
def give_back(shop: Shop, lines: int) -> Task:
    """Let an edit make an order short, so that it may not keep what it has."""
    shop.stock([*skus(lines), "LAST"], 3)
    shop.place("A", products(lines, 3))
    shop.place("B", products(lines, 2))
    return partial(shop.acme.edit, "A", AddLine("LAST", 4))


@case("urgent", "urgent_or_never")
def preempt(shop: Shop, lines: int) -> Task:
    shop.stock(skus(lines), 2)
    shop.place("A", products(lines, 2))
    return partial(shop.acme.place, shop.order("U", products(lines, 1), priority=9))


@case("urgent", "urgent_or_never")
def preempt_lines_of_one_product(shop: Shop, lines: int) -> Task:
    shop.stock(["P0"], lines)
    shop.place("A", [("P0", 1)] * lines)
    return partial(shop.acme.place, shop.order("U", [("P0", 1)] * lines, priority=9))


@case("urgent", "urgent_or_never")
def preempt_in_vain(shop: Shop, lines: int) -> Task:
    """Let an urgent order find that it can't be completed."""
    shop.stock(skus(lines), 1)
    shop.place("U", [*products(lines, 1), ("NONE", 1)], priority=9)
    shop.place("A", products(lines, 1))
    return partial(shop.acme.book_in, key("P0"), 1)


@case("always", "never", "passes", "fair")
def book_in(shop: Shop, lines: int) -> Task:
    shop.place("A", [("P0", 1)] * lines)
    return partial(shop.acme.book_in, key("P0"), lines)


@case("always", "never")
def count(shop: Shop, lines: int) -> Task:
    shop.stock(["P0"], 2 * lines)
    shop.place("A", [("P0", 2)] * lines)
    return partial(shop.acme.count, key("P0"), lines)


@case(*(each for each in POLICIES if each != "fair"))
def reallocate(shop: Shop, lines: int) -> Task:
    """Let the first order give all that it has to the second, and be served first from then on."""
    shop.stock(skus(lines), 2)
    shop.place("A", products(lines, 2), priority=5)
    shop.place("B", products(lines, 2))
    shop.acme.pin("B")
    changes = [
        Reallocation(order_id, None, tuple((str(each), units) for each in range(1, lines + 1)))
        for order_id, units in (("A", -2), ("B", 2))
    ]
    return partial(shop.acme.reallocate, changes, note="for a fair", by="Ann", repay=True)


@case()
def change_policy(shop: Shop, lines: int) -> Task:
    waiting(shop, lines)
    return lambda: [shop.acme.change_policy(policy) for policy in POLICIES.values()]


# At the warehouse


@case("always", "never", "urgent")
def short_pick(shop: Shop, lines: int) -> Task:
    found = {str(number): 1 for number in range(1, lines + 1)}
    return partial(at_the_warehouse(shop, lines).acme.report_short_pick, "A", found)


@case()
def leave(shop: Shop, lines: int) -> Task:
    acme = at_the_warehouse(shop, lines).acme
    return lambda: (acme.request_cancellation("A"), acme.despatch("A"), acme.deliver("A"))


@case()
def return_units(shop: Shop, lines: int) -> Task:
    acme = at_the_warehouse(shop, lines).acme
    acme.despatch("A")
    some = {str(number): 1 for number in range(1, lines + 1)}
    return lambda: (
        acme.return_units("A", ReturnState.BACK_IN_STOCK, some),
        acme.return_units("A", ReturnState.WRITTEN_OFF),
    )


@case()
def come_back(shop: Shop, lines: int) -> Task:
    acme = at_the_warehouse(shop, lines).acme
    return lambda: (acme.request_cancellation("A"), acme.accept_cancellation("A"))


# Reading


@case(*POLICIES)
def explain(shop: Shop, lines: int) -> Task:
    acme = waiting(shop, lines).acme
    return lambda: in_words(acme.explain("B"))


@case("always", "never", "fair")
def explain_lines_of_one_product(shop: Shop, lines: int) -> Task:
    shop.announce(["P0"] * 3, lines)
    shop.place("A", [("P0", 1)] * lines)
    shop.place("B", [("P0", 1)] * lines)
    return partial(shop.acme.explain, "B")


@case("urgent")
def explain_urgent(shop: Shop, lines: int) -> Task:
    shop.stock(skus(lines), 1)
    shop.place("A", products(lines, 1))
    shop.acme.place(shop.order("U", products(lines, 2), priority=9), allocate=False)
    return partial(shop.acme.explain, "U")


@case("always", "never", "urgent", "split")
def actions(shop: Shop, lines: int) -> Task:
    return partial(waiting(shop, lines).acme.actions, "B")


@case()
def preview(shop: Shop, lines: int) -> Task:
    command = CancelOrder(at=later(9), seller_id="acme", order_id="A")
    return partial(waiting(shop, lines).acme.preview, command)


@case()
def replacements(shop: Shop, lines: int) -> Task:
    """Let all lines be replaced by the same product, of which there is too little."""
    every = ReplacementList([Replacement("OTHER", sku) for sku in skus(lines)])
    waiting(shop.settle(None, every), lines).stock(["OTHER"], 9)
    return partial(shop.acme.replacement_offers, "B")


@case()
def read(shop: Shop, lines: int) -> Task:
    acme = waiting(shop, lines).acme
    acme.split("A")
    return lambda: (acme.order("A"), acme.orders(), acme.parts_of("A"), acme.events("A"))


@case("always", "never")
def read_the_queue(shop: Shop, lines: int) -> Task:
    return partial(waiting(shop, lines).acme.queue, key("P1"))


@case()
def write_and_read_json(shop: Shop, lines: int) -> Task:
    acme = waiting(shop, lines).acme
    things = [acme.cancel("A"), acme.explain("B"), *acme.events("B"), *acme.actions("B")]
    return lambda: [loads(dumps(thing)) for thing in things]


@case()
def import_a_file(shop: Shop, lines: int) -> Task:
    """Read an order that is there, with other quantities."""
    rows = [f"A,{sku},3,2025-03-03T12:01:00Z" for sku in skus(lines)]
    columns = ("order_id", "sku", "quantity", "placed_at")
    file = "\n".join([",".join(columns), *rows]).encode()
    stored = {"A": waiting(shop, lines).acme.order("A")}
    layout = OrderLayout.of_columns({each: each for each in columns})
    settings: dict[str, Any] = {"seller_id": "acme", "warehouse_id": "leeds", "at": later(9)}
    settings |= {"existing": stored, "preset": layout, "on_change": OnChange.UPDATE}
    return lambda: read_orders(BytesIO(file), **settings)


def check_last_events(shop: Shop, count: int) -> Task:
    """Check the last events against the state before them: each is compared with all of it."""
    events = shop.acme.events()
    opening = evolve(State("acme"), *events[:-count])
    return partial(history_violations, opening, events[-count:], shop.acme.policy())


@case("always", "urgent")
def check_a_preemption(shop: Shop, lines: int) -> Task:
    waiting(shop, lines).place("U", products(lines, 1), priority=9)
    return check_last_events(shop, 3)


@case()
def check_a_short_pick_and_a_split(shop: Shop, lines: int) -> Task:
    acme = at_the_warehouse(shop, lines).acme
    acme.report_short_pick("A", {str(number): 1 for number in range(1, lines + 1)})
    shop.stock(["LAST"], 1)
    acme.edit("A", AddLine("LAST", 2))
    acme.split("A")
    return check_last_events(shop, 6)


# Figures

SIZES = {memory: (120, 240), on_sqlite: (60, 120)}


def growth(name: str, make: Callable[[Path], Shop], folder: Path) -> Iterator[tuple[int, ...]]:
    """Count the steps of a case for each size: in Python, and in the database."""
    prepare, policy = CASES[name]
    steps = []
    for lines in SIZES[make]:
        path = folder / str(lines)
        path.mkdir()
        shop = make(path).settle(POLICIES[policy])
        steps.append(shop.steps(prepare(shop, lines)))
    yield from zip(*steps, strict=True)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("make", SIZES)
def test_twice_the_lines_are_twice_the_work(
    name: str, make: Callable[[Path], Shop], tmp_path: Path
) -> None:
    python, database = growth(name, make, tmp_path)
    assert is_linear(*python), python
    assert not any(database) or is_linear(*database), database


def test_a_check_of_the_database_is_linear(tmp_path: Path) -> None:
    steps = []
    for lines in SIZES[on_sqlite]:
        path = tmp_path / str(lines)
        path.mkdir()
        shop = waiting(on_sqlite(path), lines)
        steps.append(shop.steps(partial(check, shop.repository)))  # type: ignore[arg-type] # SQL
    for counts in zip(*steps, strict=True):
        assert is_linear(*counts), counts


@pytest.mark.parametrize("name", ["explain-always", "preempt-urgent"])
def test_a_look_through_all_lines_is_noticed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines_of(order: Order, sku: str) -> Sequence[OrderLine]:
        return [line for line in order.lines if line.sku == sku]

    monkeypatch.setattr(Order, "lines_of", lines_of)
    python, _ = growth(name, memory, tmp_path)
    assert not is_linear(*python), python


def test_a_search_without_an_index_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = next(
        each for each in Tables.default().lines.indexes if str(each.name).endswith("with_units")
    )
    monkeypatch.setattr(Tables.default().lines, "indexes", Tables.default().lines.indexes - {index})
    made_anew = databases.file_with_tables.__wrapped__  # the file that is copied has the index
    monkeypatch.setattr(databases, "file_with_tables", made_anew)
    _, database = growth("explain_urgent-urgent", on_sqlite, tmp_path)
    assert not is_linear(*database), database
