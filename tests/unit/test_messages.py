"""However much is wrong with what comes from outside, a message about it stays short.

Each way in is given a megabyte that is wrong. The message must fit on a screen or two.
"""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import (
    LineNotFoundError,
    OrderFlowError,
    OrderLine,
    Replacement,
    ReplacementList,
    StockKey,
    StorageError,
)
from orderflow.adapters.webhook import Guard, from_envelope
from orderflow.calendar import WarehouseCalendar
from orderflow.codec import dumps, loads
from orderflow.core import State, evolve
from orderflow.edits import ChangeCourier, RemoveLine
from orderflow.errors import CodecError, NoticeError
from orderflow.errors.quoting import ITEM_CHARACTERS_MAX, ITEMS_MAX, MESSAGE_CHARACTERS_MAX
from orderflow.events import OrderAllocated, OrderEdited, OrderPlaced
from orderflow.importing import (
    read_orders,
    read_receipts,
    read_replacements,
    read_stock,
)
from orderflow.invariants import replay_violations
from orderflow.notifier import load_settings, read_settings
from orderflow.replay import read_history
from tests.cli.runner import run
from tests.unit.shop import ACME, LEEDS, NOON, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BYTES = 1_000_000
LONG = "x" * BYTES
MANY = [f"K{number:06}" for number in range(BYTES // 10)]
SHORT = MESSAGE_CHARACTERS_MAX + 100
ITEMS = 20_000
KEY = {"seller_id": ACME, "warehouse_id": LEEDS, "sku": "MUG"}
ORDER = {"order_id": "A", **KEY, "placed_at": NOON.isoformat()}
LINES = [OrderLine(name, "MUG", 1) for name in MANY[:10_000]]
WHERE: dict[str, Any] = {"seller_id": ACME, "warehouse_id": LEEDS, "at": NOON}


def json_of(data: object, kind: str = "StockKey", version: object = 1) -> str:
    return json.dumps({"type": kind, "version": version, "data": data})


def edited(line_id: str) -> None:
    shop = shop_with(MUG=0)
    shop.take("A", *[("MUG", 1)] * 10_000)
    shop.edit("A", RemoveLine(line_id))


def fold(event: object) -> State:
    placed = OrderPlaced(NOON, order("A"))
    return evolve(State(ACME), placed, event)  # type: ignore[arg-type] # whatever a file may hold


OF_JSON: dict[str, Callable[[], str]] = {
    "unknown fields": lambda: json_of(KEY | dict.fromkeys(MANY, 1)),
    "a long unknown field": lambda: json_of(KEY | {LONG: 1}),
    "a field that occurs often": lambda: json_of(KEY).replace(
        '"data"', '"data": 1, ' * 80_000 + '"data"'
    ),
    "bad items": lambda: json_of(ORDER | {"lines": [1] * (BYTES // 10)}, "Order"),
    "bad fields of items": lambda: json_of(ORDER | {"lines": [{"a": 1}] * ITEMS}, "Order"),
    "lines with one id": lambda: json_of(
        ORDER | {"lines": [{"line_id": "1", "sku": "A", "quantity": 1}] * 10_000}, "Order"
    ),
    "a long text": lambda: json_of(KEY | {"sku": LONG}),
    "a long number": lambda: json_of(KEY).replace('"MUG"', "1" * 4_000),
    "a longer number": lambda: json_of(KEY).replace('"MUG"', "1" * BYTES),
    "a long type": lambda: json_of(KEY, LONG),
    "a long version": lambda: json_of(KEY, version=LONG),
    "no JSON": lambda: LONG,
    "no end": lambda: "[" * BYTES,
    "a long time": lambda: json_of(ORDER | {"placed_at": LONG, "lines": []}, "Order"),
}
OF_SETTINGS: dict[str, dict[str, Any]] = {
    "unknown settings": dict.fromkeys(MANY, 1),
    "bad sellers": {"sellers": dict.fromkeys(MANY, 1)},
    "a long seller": {"sellers": {LONG: 1}},
    "unknown kinds": {"default": {"kinds": dict.fromkeys(MANY, "AT_ONCE")}},
    "a long kind": {"default": {"kinds": {LONG: "AT_ONCE"}}},
    "bad addresses": {"default": {"mail": [1] * ITEMS}},
    "a long address": {"default": {"mail": [LONG]}},
    "a long link": {"link": LONG},
    "a long zone": {"default": {"zone": LONG}},
}
WAYS_IN: dict[str, Callable[[], object]] = {
    "an id": lambda: StockKey(ACME, LEEDS, LONG),
    "a number": lambda: OrderLine("1", "MUG", int("9" * 4_000)),
    "a tuple": lambda: order("A", lines=tuple(MANY)),
    "lines with one id": lambda: order("A", lines=(LINES[0],) * 10_000),
    "an order that is not there": lambda: shop_with(MUG=0).order(LONG),
    "a line that is not there": lambda: edited(LONG),
    "a zone": lambda: WarehouseCalendar(time_zone=LONG),
    "a catalogue": lambda: ReplacementList([Replacement("CUP", each) for each in MANY[:9_999]] * 2),
    "an event of unknown lines": lambda: fold(
        OrderAllocated(ACME, "A", NOON, tuple((each, 1) for each in MANY))
    ),
    "an event of another order": lambda: fold(OrderEdited(ACME, LONG, NOON, ())),
    "an event that can't be written": lambda: dumps(
        OrderEdited(ACME, "A", NOON, (ChangeCourier("\ud800"),) * 9_999)
    ),
    "a webhook": lambda: from_envelope(json.dumps({LONG: 1}).encode()),
    "a webhook of another type": lambda: from_envelope(
        json.dumps({"type": f"{LONG}.v1", "data": {}}).encode()
    ),
    "a URL": lambda: Guard(allowed=(LONG,)),
    "an error of a database": lambda: _raise(StorageError(LONG)),
    "an error of a mail server": lambda: _raise(NoticeError(LONG, LONG, "try again")),
    **{f"JSON: {name}": lambda text=text: loads(text()) for name, text in OF_JSON.items()},  # type: ignore[misc]
    **{
        f"settings: {name}": lambda data=data: read_settings(data)  # type: ignore[misc]
        for name, data in OF_SETTINGS.items()
    },
}


def _raise(error: OrderFlowError) -> None:
    raise error


def message_of(task: Callable[[], object]) -> str:
    with pytest.raises(OrderFlowError) as caught:
        task()
    error = caught.value
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own
    for fault in getattr(error, "faults", ()):
        assert len(fault) <= ITEM_CHARACTERS_MAX
    return str(error)


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_message_stays_short(way: str) -> None:
    assert 20 < len(message_of(WAYS_IN[way])) < SHORT


FILES: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "settings": ("notify.toml", f'{LONG} = "', load_settings),
    "settings in JSON": ("notify.json", json.dumps(OF_SETTINGS["unknown settings"]), load_settings),
    "replacements": ("cups.csv", "sku,replaces,units\n" + "A,,x\n" * ITEMS, read_replacements),
    "fields of replacements": (
        *("cups.json", json.dumps([dict.fromkeys(MANY, 1)])),
        read_replacements,
    ),
    "columns of orders": ("orders.csv", ",".join(MANY), lambda path: read_orders(path, **WHERE)),
    "a column of stock": ("stock.csv", LONG, lambda path: read_stock(path, **WHERE)),
    "columns of receipts": ("due.csv", ",".join(MANY), lambda path: read_receipts(path, **WHERE)),
    "columns of a history": (
        *("history.csv", ",".join(MANY)),
        read_history,
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_message_about_a_file_stays_short(kind: str, tmp_path: Path) -> None:
    name, text, read = FILES[kind]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    message = message_of(lambda: read(path))
    assert 20 < len(message.replace(str(tmp_path), "")) < SHORT


def test_the_faults_of_rows_stay_short(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_text(f"sku,on_hand\n{'x' * 100_000},{'y' * 100_000}\n", encoding="utf-8")
    (rejected,) = {fault.row for fault in read_stock(path, **WHERE).faults}
    assert rejected == 2
    for fault in read_stock(path, **WHERE).faults:
        assert len(str(fault)) < SHORT


def test_the_first_faults_are_named_and_the_others_are_counted() -> None:
    with pytest.raises(CodecError) as caught:
        loads(OF_JSON["unknown fields"]())
    assert caught.value.further == len(MANY) - ITEMS_MAX
    assert [each.split(":")[0] for each in caught.value.faults] == [
        f"$.data.{name}" for name in MANY[:ITEMS_MAX]
    ]
    assert str(caught.value).endswith(f" and {len(MANY) - ITEMS_MAX:,} more")


def test_faults_at_all_depths_are_counted() -> None:
    with pytest.raises(CodecError) as caught:
        loads(OF_JSON["bad fields of items"]())
    faults_of_a_line = 4  # three fields are missing, and one is unknown
    assert len(caught.value.faults) + caught.value.further == 1 + faults_of_a_line * ITEMS


def test_an_error_names_the_first_lines() -> None:
    message = str(LineNotFoundError("A", "X", tuple(MANY)))
    assert message.endswith(f"{MANY[ITEMS_MAX - 1]} and {len(MANY) - ITEMS_MAX:,} more")


def test_a_long_message_keeps_its_end_which_is_the_way_out() -> None:
    error = NoticeError("jo@shop.example", LONG, "try again tomorrow")
    assert str(error).startswith("'jo@shop.example' was not notified: xxx")
    assert str(error).endswith("xxx; try again tomorrow")
    assert "… (1,000," in str(error)


def test_a_finding_about_a_large_order_stays_short() -> None:
    large = order("A", lines=tuple(LINES))
    stored, folded = (
        State.of(ACME, [each]) for each in (large, attrs.evolve(large, courier="DPD"))
    )
    (finding,) = replay_violations(folded, stored)
    assert len(finding) < SHORT


def test_what_the_command_line_says_stays_short(tmp_path: Path) -> None:
    database, text = tmp_path / "shop.db", "x" * 100_000
    assert run("init", "--db", database).exit_code == 0
    for arguments in (
        ["show", text, "--seller", "acme"],
        ["place", "A-1", f"MUG={text}", "--seller", "acme"],
        ["edit", "A-1", "--ship-to", text, "--seller", "acme"],
        ["dead-letters", "--revive", text],
        ["explain", "A-1", "--at", text, "--seller", "acme"],
    ):
        result = run(*arguments, "--db", database)
        assert result.exit_code != 0
        assert 20 < len(result.output) < 2 * SHORT, arguments[0]
