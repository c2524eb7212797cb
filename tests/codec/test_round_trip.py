"""Everything goes through JSON and comes back as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderflow.codec import dumps, envelope, from_data, loads, structure, to_data
from orderflow.domain.model.commands import Command
from orderflow.domain.model.edits import Edit
from orderflow.domain.model.events import Event, StockBookedIn
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.stock import WarehouseSku
from orderflow.errors import CodecError
from tests.codec.things import AT, CALENDAR, CLASSES, EDIT, KEY, ORDER, things

drawn = settings(
    suppress_health_check=[HealthCheck.too_slow], max_examples=settings().max_examples // 4
)
seldom = settings(drawn, max_examples=settings().max_examples // 10)


@pytest.mark.parametrize("kind", CLASSES)
@given(data=st.data())
@drawn
def test_everything_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    thing = data.draw(things(kind))
    text = dumps(thing)
    for back in (loads(text, kind), loads(text.encode()), from_data(to_data(thing))):
        assert back == thing
        assert repr(back) == repr(thing), "equal, but not of the same types"
    assert json.loads(text) == to_data(thing)


@pytest.mark.parametrize("kind", CLASSES)
@given(data=st.data())
@seldom
def test_a_field_at_its_default_may_be_left_out(kind: type, data: st.DataObject) -> None:
    thing = data.draw(things(kind))
    written = to_data(thing)
    for field in attrs.fields(kind):
        if getattr(thing, field.name) == field.default:
            del written["data"][field.name]
    assert from_data(written) == thing


def test_everything_public_is_known() -> None:
    assert set(envelope.TYPES.values()) == set(CLASSES)
    assert set(get_args(Command)) | set(get_args(Event)) | set(get_args(Edit)) <= set(CLASSES)


def scalars(kind: Any) -> set[Any]:  # noqa: ANN401 - any type hint
    """Return what a type hint comes down to."""
    if get_origin(kind) in {Union, UnionType, tuple, frozenset}:
        return set[Any]().union(*map(scalars, get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, tuple):  # one with names
        return set[Any]().union(*map(scalars, get_type_hints(kind).values()))
    return {StrEnum} if isinstance(kind, type) and issubclass(kind, StrEnum) else {kind}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_field_is_of_a_type_that_is_read_strictly(kind: type) -> None:
    known = {str, int, bool, StrEnum, NoneType, ..., *CLASSES}
    known |= {datetime, date, time, timedelta, tzinfo, Decimal}
    for name, hint in get_type_hints(kind).items():
        assert scalars(hint) - known == set(), name


def test_a_pair_with_names_comes_back_with_them() -> None:
    thing = Outcome(seller_id="acme", unserved=(WarehouseSku("leeds", "MUG"),))
    assert to_data(thing)["data"]["unserved"] == [["leeds", "MUG"]]
    assert loads(dumps(thing), Outcome).unserved[0].sku == "MUG"


def test_an_event_reads_as_documented() -> None:
    assert to_data(StockBookedIn(KEY, AT, received=5, rejected=0)) == {
        "type": "StockBookedIn",
        "version": 1,
        "data": {
            "key": {"seller_id": "acme", "warehouse_id": "leeds", "sku": "MUG"},
            "at": "2026-03-01T09:30:00+00:00",
            "received": 5,
            "rejected": 0,
            "receipt_id": None,
            "expected": None,
            "more_to_come": False,
            "from_warehouse_id": None,
        },
    }


def test_a_calendar_reads_as_documented() -> None:
    assert to_data(CALENDAR)["data"] == {
        "time_zone": "Europe/London",
        "working_days": ["FRI", "MON", "THU", "TUE", "WED"],
        "cut_off": "16:00:00",
        "weekday_cut_offs": [["FRI", "14:30:00"]],
        "holidays": ["2026-12-25", "2026-12-28"],
        "date_cut_offs": [["2026-12-24", "12:00:00"]],
    }


def test_custom_fields_are_an_object_of_texts() -> None:
    assert to_data(ORDER)["data"]["custom_fields"] == {"Gift": "yes", "Sales channel": "fair"}


def test_changes_within_an_edit_say_which_they_are() -> None:
    changes = to_data(EDIT)["data"]["edits"]
    assert [change["type"] for change in changes] == ["AddLine", "RemoveLine", "ChangeCourier"]
    assert "type" not in to_data(EDIT.edits[0])["data"]


def test_reading_leaves_the_data_as_they_are() -> None:
    data = to_data(EDIT)
    from_data(data)
    assert data == to_data(EDIT)


def test_what_is_expected_can_be_said() -> None:
    command: Command = loads(dumps(EDIT), Command)
    assert command == EDIT
    with pytest.raises(CodecError, match=r'^\$\.type: must be Outcome, not "EditOrder"$'):
        loads(dumps(EDIT), Outcome)
    with pytest.raises(CodecError, match=r"^\$\.type: must be OrderPlaced or OrderSplitOff or "):
        loads(dumps(EDIT), Event)


# Types that may come one day.


@attrs.frozen
class Units:
    units: int


@attrs.frozen
class Share:
    percent: int
    most: Units | None = None


@attrs.frozen
class Settings:
    limits: tuple[Units | Share | None, ...]


def test_a_choice_between_classes_needs_no_registration() -> None:
    thing = Settings((Units(1), None, Share(50, Units(9))))
    data = structure.CONVERTER.unstructure(thing)
    assert data == {
        "limits": [
            {"type": "Units", "units": 1},
            None,
            {"type": "Share", "percent": 50, "most": {"units": 9}},
        ]
    }
    assert structure.CONVERTER.structure(data, Settings) == thing


# The same in every process.

SCRIPT = """
from orderflow.codec import dumps, from_data
from orderflow.domain.model.events import OrderPlaced
from orderflow.domain.model.outcome import Outcome
from tests.codec.things import AT, CALENDAR, EDIT, ORDER, changed

placed = OrderPlaced(AT, ORDER)
print(dumps(Outcome(seller_id="acme", events=(placed,), orders=(ORDER,))), dumps(EDIT))
print(dumps(CALENDAR), CALENDAR)
try:
    from_data(changed(placed, "order", {"a": 1, "b": 2, "c": 3, "status": "?"}))
except ValueError as error:
    print(error)
"""


def run(source: str, seed: str = "random") -> str:
    done = subprocess.run(  # noqa: S603 - the texts in this file, no input from outside
        [sys.executable, "-c", source],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_text_does_not_depend_on_the_order_of_hashes() -> None:
    first, *others = [run(SCRIPT, seed) for seed in ("0", "1", "random")]
    assert "OrderPlaced" in first
    assert "$.data.order.b: is unknown" in first
    assert others == [first, first]


def test_cattrs_is_not_loaded_before_the_codec_is_used() -> None:
    loaded = run("import sys, orderflow; print({'cattrs', 'orderflow.codec'} & sys.modules.keys())")
    assert loaded == "set()\n"
