"""Whatever is not as it should be is refused, with its path."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from orderflow.codec import dumps, from_data, loads, to_data
from orderflow.domain.calendar.calendar import WarehouseCalendar
from orderflow.domain.model.commands import HoldOrder
from orderflow.domain.model.events import (
    OrderAllocated,
    OrderCancelled,
    OrderPlaced,
    OrderSentToWarehouse,
)
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.policy import AllocationPolicy, PartialAllocation
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import StockKey
from orderflow.errors import CodecError, InvalidValueError
from tests.codec.things import AT, CALENDAR, EDIT, KEY, ORDER, changed, parent

HALF = "\ud83d"


def faults(data: object) -> tuple[str, ...]:
    with pytest.raises(CodecError) as refused:
        from_data(data)
    return refused.value.faults


# Data.


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("lines.0.quantity", "3", '.lines[0].quantity: must be a whole number, not "3"'),
        ("lines.0.quantity", 3.0, ".lines[0].quantity: must be a whole number, not 3.0"),
        ("lines.0.quantity", True, ".lines[0].quantity: must be a whole number, not true"),
        ("lines.0.quantity", None, ".lines[0].quantity: must be a whole number, not null"),
        ("order_id", 7, ".order_id: must be a text, not 7"),
        ("order_id", [], ".order_id: must be a text, not an array of 0"),
        ("order_id", Status.NEW, '.order_id: must be a text, not "NEW"'),
        ("order_id", AT, ".order_id: must be a text, not a datetime"),
        ("lines", "12", '.lines: must be an array, not "12"'),
        ("lines", {"0": 1}, ".lines: must be an array, not an object"),
        ("lines", (), ".lines: must be an array, not a tuple"),
        ("lines.1", "x" * 80, f'.lines[1]: must be an object, not "{"x" * 58}…'),
        ("ship_to", [], ".ship_to: must be an object, not an array of 0"),
        ("custom_fields", [], ".custom_fields: must be an object, not an array of 0"),
        ("custom_fields.Gift", 1, ".custom_fields.Gift: must be a text, not 1"),
        (
            "custom_fields.Sales channel",
            None,
            '.custom_fields["Sales channel"]: must be a text, not null',
        ),
        ("custom_fields.Gift ", "no", ".custom_fields: must be at most 50 pairs of a name, "),
        ("placed_at", 0, ".placed_at: must be a text, not 0"),
        ("status", 1, ".status: must be NEW or POSTPONED or ON_HOLD or ON_BACK_ORDER or "),
        ("status", "LOST", ".status: must be NEW or POSTPONED or ON_HOLD or ON_BACK_ORDER or "),
        ("status", ["NEW"], ".status: must be NEW or POSTPONED or ON_HOLD or ON_BACK_ORDER or "),
        ("split", None, ".split: is unknown; Order has order_id, seller_id, warehouse_id, "),
        ("lines.0.a b", 1, '.lines[0]["a b"]: is unknown; OrderLine has line_id, sku, quantity, '),
    ],
)
def test_nothing_is_converted_or_passed_over(path: str, value: object, fault: str) -> None:
    (found,) = faults(changed(ORDER, path, value))
    assert found.startswith(f"$.data{fault}")


def test_a_truth_value_is_true_or_false() -> None:
    hold = HoldOrder(seller_id="acme", order_id="7", at=AT, hold=ORDER.holds[0])
    assert faults(changed(hold, "deallocate", 0)) == (
        "$.data.deallocate: must be true or false, not 0",
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026-03-01T09:30:00",
        "2026-03-01 09:30:00Z",
        "2026-03-01T09:30:00,5Z",
        "2026-03-01T09:30:00.1234567Z",
        "2026-02-30T09:30Z",
        "2026-02-03T24:00Z",
        "2026-W09-7T09:30Z",
        "٢026-03-01T09:30Z",
    ],
)
def test_a_moment_has_one_form(text: str) -> None:
    (found,) = faults(changed(ORDER, "placed_at", text))
    assert found.startswith("$.data.placed_at: must be a moment such as 2026-03-01T09:30:00+00:00")


@pytest.mark.parametrize("text", ["2026-03-01T09:30Z", "2026-03-01T10:30:00.000+01:00"])
def test_a_moment_may_be_shorter_or_elsewhere(text: str) -> None:
    assert from_data(changed(ORDER, "placed_at", text)) == ORDER


PATIENT = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=timedelta(hours=36)
)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "P1W", "P-1D", "P1DT", "PT1.1234567S", "P999999999DT99H"]
)
def test_a_length_of_time_has_one_form(text: str) -> None:
    (found,) = faults(changed(PATIENT, "wait_max", text))
    assert found.startswith("$.data.wait_max: must be a duration such as P1DT12H, not ")


@pytest.mark.parametrize("text", ["P1DT12H", "PT36H", "PT2160M", "P1DT43200S", "P1DT11H59M60.00S"])
def test_a_length_of_time_may_be_in_any_unit(text: str) -> None:
    assert from_data(changed(PATIENT, "wait_max", text)) == PATIENT


@pytest.mark.parametrize("text", ["PT0.5S", "PT0.500000S"])
def test_a_length_of_time_may_have_a_fraction(text: str) -> None:
    half = timedelta(milliseconds=500)
    assert from_data(changed(PATIENT, "wait_max", text)).wait_max == half


@pytest.mark.parametrize("text", ["2026-3-1", "20260301", "2026-W09-7", "2026-02-30", "٢026-03-01"])
def test_a_day_has_one_form(text: str) -> None:
    (found,) = faults(changed(CALENDAR, "holidays.0", text))
    assert found.startswith("$.data.holidays[0]: must be a date such as 2026-03-01, not ")


@pytest.mark.parametrize(
    "text", ["16", "4:00", "T16:00", "16:00Z", "16:00+01:00", "24:00", "16:60", "16:00:00,5"]
)
def test_a_time_of_day_has_one_form(text: str) -> None:
    (found,) = faults(changed(CALENDAR, "cut_off", text))
    assert found.startswith("$.data.cut_off: must be a time of day such as 16:00:00, not ")


@pytest.mark.parametrize("text", ["16:00", "16:00:00", "16:00:00.000"])
def test_a_time_of_day_may_be_shorter(text: str) -> None:
    assert from_data(changed(CALENDAR, "cut_off", text)) == CALENDAR


@pytest.mark.parametrize(
    "name", ["", "Leeds", "Europe", "Europe/", "../Europe/London", "/etc/hosts", "a\0b", "x" * 999]
)
def test_a_time_zone_is_one_that_there_is(name: str) -> None:
    (found,) = faults(changed(CALENDAR, "time_zone", name))
    assert found.startswith("$.data.time_zone: must be the IANA name of a time zone such as Europe")


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=1)), timezone(timedelta(0), "UTC")])
def test_a_time_zone_without_a_name_cannot_be_written(zone: tzinfo) -> None:
    with pytest.raises(
        CodecError, match=r"^\$\.data: cannot be written: .* is not a ZoneInfo with a name"
    ):
        dumps(WarehouseCalendar(time_zone=zone))


def test_nothing_is_twice_in_a_set() -> None:
    assert faults(changed(CALENDAR, "working_days", ["MON", "TUE", "MON"])) == (
        "$.data.working_days: must be an array without duplicates, not an array of 3",
    )


def test_a_set_is_an_array_of_what_it_holds() -> None:
    assert faults(changed(CALENDAR, "working_days", "MON")) == (
        '$.data.working_days: must be an array, not "MON"',
    )
    (found,) = faults(changed(CALENDAR, "working_days", ["MON", "Tuesday"]))
    assert found.startswith("$.data.working_days[1]: must be MON or TUE or WED")


def test_a_number_is_one_that_every_reader_of_json_keeps() -> None:
    assert from_data(changed(ORDER, "lines.0.quantity", 10**12)).lines[0].quantity == 10**12
    (found,) = faults(changed(ORDER, "lines.0.quantity", 10**5000))
    assert found.endswith(": must be a whole number, not a number of more than 53 bits")


def test_a_text_is_one_that_can_be_sent() -> None:
    (found,) = faults(changed(ORDER, "ship_to.name", HALF))
    assert found == ('$.data.ship_to.name: must be a text without surrogates, not "\\ud83d"')


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("order_id", "$.data.order_id: is missing"),
        ("lines.0.sku", "$.data.lines[0].sku: is missing"),
        ("ship_to.city", "$.data.ship_to.city: is missing"),
    ],
)
def test_what_has_no_default_is_asked_for(path: str, fault: str) -> None:
    data = to_data(ORDER)
    place, key = parent(data["data"], path)
    del place[key]
    assert faults(data) == (fault,)


def test_the_rules_of_a_type_are_told_all_at_once() -> None:
    data = changed(ORDER, "lines.1", {"line_id": "2", "sku": " ", "quantity": 0})
    assert [fault.partition(" must be ")[0] for fault in faults(data)] == [
        "$.data.lines[1].sku:",
        "$.data.lines[1].quantity:",
    ]


def test_a_rule_between_fields_is_told_of_one_of_them() -> None:
    (found,) = faults(changed(ORDER, "status", "ALLOCATED"))
    assert found.startswith("$.data.status: must be ON_HOLD exactly when there are holds")
    (found,) = faults(changed(ORDER, "lines.1.allocated", 2))
    assert found.startswith("$.data.lines[1].allocated: must be a whole number of units from 0 to")


def test_all_faults_are_told_at_once() -> None:
    data = changed(ORDER, "lines.0.quantity", "5")
    data["sent_by"] = "web"
    order = data["data"]
    order["courier"] = ""
    order["seler_id"] = order.pop("seller_id")
    order["ship_to"]["country"] = "UK "
    del order["lines"][1]["line_id"]
    assert [fault.partition(": ")[0] for fault in faults(data)] == [
        "$.sent_by",
        "$.data.seller_id",
        "$.data.lines[0].quantity",
        "$.data.lines[1].line_id",
        "$.data.ship_to.country",
        "$.data.seler_id",
        "$.data.courier",
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"line_id": "1"}, ".type: is missing"),
        ({"type": "Order"}, ".type: must be AddLine or RemoveLine or ReplaceLine or "),
        ({"type": ["AddLine"]}, ".type: must be AddLine or RemoveLine or ReplaceLine or "),
        ({"type": "RemoveLine"}, ".line_id: is missing"),
        ({"type": "RemoveLine", "line_id": "1", "sku": "A"}, ".sku: is unknown; RemoveLine has "),
        (None, ": must be an object, not null"),
    ],
)
def test_a_change_says_which_it_is(change: object, fault: str) -> None:
    (found,) = faults(changed(EDIT, "edits.1", change))
    assert found.startswith(f"$.data.edits[1]{fault}")


@pytest.mark.parametrize(
    ("pair", "fault"),
    [
        (["1"], ": must be an array of 2, not an array of 1"),
        (["1", 2, 3], ": must be an array of 2, not an array of 3"),
        (["1", "2"], '[1]: must be a whole number, not "2"'),
    ],
)
def test_a_pair_has_two_parts(pair: object, fault: str) -> None:
    event = OrderAllocated("acme", "7", AT, (("1", 2),))
    assert faults(changed(event, "units.0", pair)) == (f"$.data.units[0]{fault}",)


# The envelope.


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"type": "Nothing"}, ".type: must be a type that this release of orderflow knows, not"),
        ({"type": ["Order"]}, ".type: must be a text, not an array of 1"),
        (
            {"version": 2},
            ".version: is 2, but this release of orderflow reads Order up to",
        ),
        ({"version": 0}, ".version: must be from 1 to 1, not 0"),
        ({"version": "1"}, '.version: must be a whole number, not "1"'),
        ({"version": 1.0}, ".version: must be a whole number, not 1.0"),
        ({"version": True}, ".version: must be a whole number, not true"),
        ({"data": []}, ".data: must be an object, not an array of 0"),
        ({"more": 1}, ".more: is unknown; an envelope has type, version, data"),
        ({1: 1}, "[1]: is unknown; an envelope has type, version, data"),
    ],
)
def test_the_envelope_is_as_strict(change: dict[Any, Any], fault: str) -> None:
    (found,) = faults({**to_data(ORDER), **change})
    assert found.startswith(f"${fault}")


@pytest.mark.parametrize("data", [None, 1, "{}", [], (), AT])
def test_an_envelope_is_an_object(data: object) -> None:
    (found,) = faults(data)
    assert found.startswith("$: must be an object, not ")


def test_an_envelope_has_three_parts() -> None:
    assert faults({}) == ("$.type: is missing", "$.version: is missing", "$.data: is missing")


# Text.

TEXT = dumps(KEY)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1,]", "{'a': 1}", '{"a": 1} 2', '"\n"', "\ufeff{}", b"\xff", "9" * 5000, TEXT[:-1]],
    ids=range(10),
)
def test_text_that_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(CodecError, match=r"^\$: is not JSON: ."):
        loads(text)


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_deep_nesting_is_refused(bracket: str) -> None:
    with pytest.raises(CodecError, match=r"^\$: is nested too deeply$"):
        loads(bracket * 100_000)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("NaN", "NaN"), ("-Infinity", "-Infinity"), ("1e999", "Infinity")],
)
def test_what_is_no_number_is_refused_in_its_place(number: str, shown: str) -> None:
    with pytest.raises(CodecError) as refused:
        loads(TEXT.replace('"MUG"', number))
    assert refused.value.faults == (f"$.data.sku: must be a text, not {shown}",)


def test_a_key_that_is_there_twice_is_refused_in_its_place() -> None:
    twice = TEXT.replace('"sku":', '"sku":"CUP","sku":').replace('"type":', '"type":"A","type":')
    with pytest.raises(CodecError) as refused:
        loads(twice)
    assert refused.value.faults == (
        "$.type: appears more than once",
        "$.data.sku: appears more than once",
    )


# What cannot be written.


OWN_STOCK_KEY = type("StockKey", (StockKey,), {})("acme", "leeds", "MUG")


@pytest.mark.parametrize("thing", [None, {"type": "StockKey"}, KEY.sku, OWN_STOCK_KEY])
def test_only_the_types_of_the_library_are_written(thing: object) -> None:
    with pytest.raises(CodecError, match=r"^\$: must be a type of orderflow, not "):
        dumps(thing)


@pytest.mark.parametrize(
    "thing",
    [
        OrderSentToWarehouse("acme", "7", AT.replace(tzinfo=None)),
        OrderSentToWarehouse("acme", "7", AT.replace(tzinfo=timezone(timedelta(microseconds=1)))),
        OrderSentToWarehouse("acme", "7", "2026-03-01"),  # type: ignore[arg-type]
        OrderCancelled("acme", "7", AT, HALF),
        OrderAllocated("acme", "7", AT, (("1", float("nan")),)),  # type: ignore[arg-type]
        OrderAllocated("acme", "7", AT, (("1", AT),)),  # type: ignore[arg-type]
        Outcome(seller_id="acme", events=(ORDER,)),  # type: ignore[arg-type]
    ],
)
def test_what_could_not_be_read_is_not_written(thing: object) -> None:
    with pytest.raises(CodecError, match=r"^\$\.data: cannot be written: "):
        dumps(thing)


YEARS = "must be in the years 1970 to 2999 of UTC, not "
PLACED = OrderPlaced(AT, ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00+00:01",
        "0001-01-01T00:00:00+23:59",
        "3000-01-01T00:00Z",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_a_moment_beyond_the_limits_is_refused_even_in_an_event(text: str) -> None:
    for path in ("at", "order.placed_at", "order.holds.0.until"):
        (found,) = faults(changed(PLACED, path, text))
        assert YEARS in found
    with pytest.raises(CodecError, match=r"cannot be written: .* in the years 1970 to 2999 of UTC"):
        dumps(OrderCancelled("acme", "7", datetime.fromisoformat(text), ""))


@pytest.mark.parametrize("text", ["1970-01-01T00:00Z", "3000-01-01T22:59:59+23:00"])
def test_the_first_and_the_last_moment_are_read_and_written(text: str) -> None:
    event = OrderCancelled("acme", "7", datetime.fromisoformat(text), "")
    assert loads(dumps(event)) == event


def test_a_length_of_time_above_a_century_is_refused() -> None:
    (found,) = faults(changed(PATIENT, "wait_max", "P36525DT1S"))
    assert found == (
        "$.data.wait_max: must be a timedelta above 0, and at most 36525 days, "
        "not datetime.timedelta(days=36525, seconds=1)"
    )


@pytest.mark.parametrize("text", [None, 5, [], {}, memoryview(b"{}")])
def test_what_is_no_text_is_refused(text: Any) -> None:  # noqa: ANN401
    with pytest.raises(CodecError, match=r"^\$: must be a text, or its bytes in UTF-8, not "):
        loads(text)


@pytest.mark.parametrize("expect", [None, "Order", 5, ()])
def test_what_is_expected_is_a_type(expect: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match="expect must be a type, or a union of types"):
        loads(dumps(ORDER), expect)
    with pytest.raises(InvalidValueError, match="expect must be a type, or a union of types"):
        from_data(to_data(ORDER), expect)


def test_a_number_of_very_many_digits_is_refused() -> None:
    with pytest.raises(CodecError, match=r"^\$: is not JSON"):
        loads("9" * 5_000)
