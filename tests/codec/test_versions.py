"""Data of other versions are converted before they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderflow.codec import formats, from_data, to_data
from orderflow.codec.formats import Change, latest_of, version_of
from orderflow.codec.structure import new_converter
from orderflow.domain.model.order import Address, OrderLine
from orderflow.domain.model.short_part import ShortReason
from orderflow.domain.model.stock import StockKey
from orderflow.errors import CodecError
from tests.codec.things import CLASSES, KEY, ORDER, things

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Data = dict[str, Any]

few = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=settings().max_examples // 10,
)


def renamed(old: str, new: str) -> tuple[Callable[[Data], Data], Callable[[Data], Data]]:
    def up(data: Data) -> Data:
        data[new] = data.pop(old)
        return data

    def down(data: Data) -> Data:
        data[old] = data.pop(new)
        return data

    return up, down


def split_key(data: Data) -> Data:
    data["seller_id"], data["product"] = data.pop("of").split(":")
    return data


def join_key(data: Data) -> Data:
    data["of"] = f"{data.pop('seller_id')}:{data.pop('product')}"
    return data


def shout(text: str) -> str:
    return text.upper()


def whisper(text: str) -> str:
    return text.lower()


CONCERNED = [
    kind for kind in CLASSES if {"StockKey", "OrderLine", "ShortReason"} & formats.names_in(kind)
]
LATER = "a later release wrote it: upgrade this process"

CHANGES = (
    Change("StockKey", split_key, join_key),  # a field becomes two
    Change("OrderLine", *renamed("units", "quantity")),  # in lines, wherever they are
    Change("ShortReason", shout, whisper),
    Change("StockKey", *renamed("product", "sku")),
    Change("OrderLine", *renamed("line_no", "line_id")),
)
AHEAD = tuple(Change(each.kind, each.down, each.up) for each in reversed(CHANGES))
"""Changes away from the classes of today, to the forms from which the others come."""


def know(patch: pytest.MonkeyPatch, changes: tuple[Change, ...], written: int) -> None:
    """Let the codec know of changes, and write a format."""
    patch.setattr(formats, "CHANGES", changes)
    patch.setattr(formats, "FORMAT", written)
    for each in (version_of, latest_of):
        each.cache_clear()


@pytest.fixture(autouse=True)
def six_formats() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        know(patch, CHANGES, 6)
        yield
    for each in (version_of, latest_of):
        each.cache_clear()


def stock_key(version: int, **data: object) -> dict[str, object]:
    return {"type": "StockKey", "version": version, "data": data}


def old_form(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON as the first release would have written it, by a walk that knows no types."""
    if isinstance(value, list):
        return [old_form(each) for each in value]
    if isinstance(value, str) and value in set(ShortReason):
        return value.lower()
    if not isinstance(value, dict):
        return value
    found = {name: old_form(each) for name, each in value.items()}
    if found.keys() == fields_of(StockKey):
        found["of"] = f"{found.pop('seller_id')}:{found.pop('sku')}"
    elif found.keys() == fields_of(OrderLine):
        found["units"], found["line_no"] = found.pop("quantity"), found.pop("line_id")
    return found


def fields_of(kind: type[attrs.AttrsInstance]) -> set[str]:
    return {field.name for field in attrs.fields(kind)}


def test_the_version_is_the_latest_change_to_anything_inside() -> None:
    assert to_data(KEY)["version"] == 5
    assert to_data(ORDER)["version"] == 6
    assert version_of(Address) == 1


def test_old_data_are_converted_step_by_step() -> None:
    assert from_data(stock_key(1, of="acme:MUG", warehouse_id="leeds")) == KEY
    assert from_data(stock_key(2, seller_id="acme", product="MUG", warehouse_id="leeds")) == KEY
    assert from_data(stock_key(5, seller_id="acme", sku="MUG", warehouse_id="leeds")) == KEY


@pytest.mark.parametrize("kind", CONCERNED)
@given(data=st.data())
@few
def test_what_the_first_release_wrote_is_read_wherever_it_is(
    kind: type, data: st.DataObject
) -> None:
    thing = data.draw(things(kind))
    written = to_data(thing)
    old = {**written, "version": 1, "data": old_form(written["data"])}
    assert from_data(old) == thing


@pytest.mark.parametrize("kind", CONCERNED)
@given(data=st.data())
@few
def test_what_the_next_release_writes_is_read_wherever_it_is(
    kind: type, data: st.DataObject
) -> None:
    thing = data.draw(things(kind))
    with pytest.MonkeyPatch.context() as patch:
        know(patch, AHEAD, 1)
        written = to_data(thing)
        assert written["version"] == 1
        ahead = {**written, "version": latest_of(kind), "data": old_form(written["data"])}
        assert from_data(ahead) == thing
    know(patch, CHANGES, 6)


def test_an_added_field_is_left_out_at_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(formats.ADDED, "OrderLine", ("set_id",))
    converter = new_converter()
    line = OrderLine("1", "MUG", 2)
    assert "set_id" not in converter.unstructure(line)
    assert converter.unstructure(attrs.evolve(line, set_id="S"))["set_id"] == "S"
    (first, _) = converter.unstructure(ORDER)["lines"]
    assert "set_id" not in first
    assert converter.structure(converter.unstructure(line), OrderLine) == line


@pytest.mark.parametrize(
    ("old", "fault"),
    [
        (
            stock_key(1, seller="acme"),
            "$.data: is not a StockKey of version 1: KeyError('of')",
        ),
        (stock_key(4, seller_id="acme", product="MUG"), "$.data.warehouse_id: is missing"),
        (stock_key(0), "$.version: must be from 1 to 5, not 0"),
        (
            stock_key(6),
            "$.version: is 6, but this release of orderflow reads StockKey up to version 5; "
            + LATER,
        ),
    ],
)
def test_what_cannot_be_converted_is_refused(old: object, fault: str) -> None:
    with pytest.raises(CodecError) as refused:
        from_data(old)
    assert refused.value.faults == (fault,)
