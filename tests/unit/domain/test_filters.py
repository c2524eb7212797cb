"""Filters choose the orders that their conditions say, and are read from the text they write."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Address, BackOrderWait, Hold, HoldReason, Order, OrderLine, Status
from orderflow.domain.model.filter_fields import EQUALITY, FILTER_FIELDS, custom_field
from orderflow.errors import InvalidValueError
from orderflow.filters import Condition, OrderFilter, filter_of
from orderflow.testing.strategies import filters, moments, orders
from tests.unit.shop import NOON, order

DAY = timedelta(days=1)

WAITS = order(
    "A-1",
    status=Status.ON_BACK_ORDER,
    lines=(OrderLine("1", "MUG", 3, 1), OrderLine("2", "CUP", 2, 2)),
    placed_at=NOON - 40 * DAY,
    wait=BackOrderWait(NOON - 31 * DAY, passed_over=2),
    priority=-2,
    promised_by=NOON + DAY,
    courier="Royal Mail",
    ship_to=Address("Ann", "2 Mill Lane", "Leeds"),
    customer_reference="PO, 7",
    custom_fields={"Gift wrap": "yes", "Note": ""},
    split_from="A",
)
HELD = order(
    "B-1",
    status=Status.ON_HOLD,
    holds=(Hold(HoldReason.ADDRESS), Hold(HoldReason.OTHER)),
    not_before=NOON,
)


def may_be_allocated(order: Order) -> bool:
    """Whether stock may still be allocated to an order."""
    return order.status in {"NEW", "POSTPONED", "ON_HOLD", "ON_BACK_ORDER"}


def values_of(order: Order, at: datetime, expected: datetime | None) -> dict[str, list[Any]]:
    """Return the values of each field, said once more."""
    return {
        "id": [order.order_id],
        "seller": [order.seller_id],
        "warehouse": [order.warehouse_id],
        "status": [order.status],
        "sku": [line.sku for line in order.lines],
        "short-sku": [
            line.sku
            for line in order.lines
            if line.quantity > line.allocated and may_be_allocated(order)
        ],
        "units": [sum(line.quantity for line in order.lines)],
        "short-units": [sum(line.short for line in order.lines) * may_be_allocated(order)],
        "allocated-units": [sum(line.allocated for line in order.lines)],
        "priority": [order.priority],
        "placed": [order.placed_at],
        "promised": [order.promised_by],
        "not-before": [order.not_before],
        "expected": [expected],
        "age": [at - order.placed_at],
        "waiting": [order.wait and at - order.placed_at],
        "passed-over": [order.wait and order.wait.passed_over],
        "hold": [hold.reason for hold in order.holds],
        "pinned": ["YES" if order.pinned else "NO"],
        "courier": [order.courier],
        "country": [order.ship_to and order.ship_to.country],
        "reference": [order.customer_reference],
        "part-of": [order.split_from],
    }


def is_so(condition: Condition, values: list[Any]) -> bool:
    """Whether a condition holds of these values, one of which may be `None`."""
    values = [value for value in values if value is not None]
    (first, *_) = condition.values
    match condition.comparison:
        case "=":
            return any(value in condition.values for value in values or [None])
        case "!=":
            return not any(value in condition.values for value in values or [None])
        case "<":
            return any(value < first for value in values)
        case "<=":
            return any(value <= first for value in values)
        case ">":
            return any(value > first for value in values)
        case _:
            return any(value >= first for value in values)


def is_possible(value: object) -> bool:
    """Whether a condition can have this value."""
    return value is not None and not (isinstance(value, timedelta) and value < timedelta(0))


@given(data=st.data(), drawn=orders(), at=moments(), expected=st.none() | moments())
def test_a_condition_holds_of_an_order_as_its_comparison_says(
    data: st.DataObject, drawn: Order, at: datetime, expected: datetime | None
) -> None:
    others = values_of(WAITS, at, at)
    values = values_of(drawn, at, expected)
    assert values.keys() == FILTER_FIELDS.keys()
    for name, field in FILTER_FIELDS.items():
        comparison = data.draw(st.sampled_from(field.kind.comparisons))
        options = [each for each in [*values[name], *others[name]] if is_possible(each)]
        if field.may_be_none and comparison in EQUALITY:
            options.append(None)
        if options:
            condition = Condition(name, comparison, (data.draw(st.sampled_from(options)),))
            assert condition.matches(drawn, at, expected) is is_so(condition, values[name])


@given(filters())
def test_a_filter_is_read_from_the_text_that_it_writes(drawn: OrderFilter) -> None:
    assert filter_of(str(drawn)) == drawn


@given(filters(), orders(), moments())
def test_a_filter_holds_if_all_its_conditions_do(
    drawn: OrderFilter, found: Order, at: datetime
) -> None:
    expected = all(each.matches(found, at) for each in drawn.conditions)
    assert drawn.matches(found, at) is expected


@given(st.text() | st.text("sku=MUG,and<>!'\" 2026-03-02T30d", max_size=40))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        found = filter_of(text)
    except InvalidValueError:
        return
    assert filter_of(str(found)) == found


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ["A-1", "B-1"]),
        ("sku=MUG and waiting>30d and seller=acme", ["A-1"]),
        ("waiting>40d", []),
        ("waiting>=40d", ["A-1"]),
        ("waiting>959.5h", ["A-1"]),
        ("waiting=none", ["B-1"]),
        ("waiting!=none", ["A-1"]),
        ("sku=PAN,CUP", ["A-1"]),
        ("sku!=CUP", ["B-1"]),
        ("short-sku=CUP", []),
        ("short-sku=none", []),
        ("short-units=2 and allocated-units=3 and units=5", ["A-1"]),
        ("priority<0", ["A-1"]),
        ("passed-over>1", ["A-1"]),
        ("status=on_hold, ALLOCATED", ["B-1"]),
        ("hold=OTHER", ["B-1"]),
        ("hold!=OTHER", ["A-1"]),
        ("hold = NONE", ["A-1"]),
        ("courier='Royal Mail'", ["A-1"]),
        ("courier!=DPD", ["A-1", "B-1"]),
        ('country=GB AND reference="PO, 7"', ["A-1"]),
        ("field:'Gift wrap'=yes", ["A-1"]),
        ('field:Note=""', ["A-1"]),
        ("field:Note=none", ["B-1"]),
        ("part-of=A", ["A-1"]),
        ("promised<2030-01-01", ["A-1"]),
        ("not-before!=none", ["B-1"]),
        ("age>=40d", ["A-1"]),
        ("expected<=2026-03-05", ["A-1"]),
        ("expected=none", ["B-1"]),
    ],
)
def test_a_text_chooses_orders(text: str, ids: list[str]) -> None:
    found = filter_of(text)
    expected = {"A-1": datetime(2026, 3, 5, 23, 59, tzinfo=UTC), "B-1": None}
    chosen = [o for o in (WAITS, HELD) if found.matches(o, NOON, expected[o.order_id])]
    assert [each.order_id for each in chosen] == ids


@pytest.mark.parametrize(
    ("text", "moments_text"),
    [
        ("placed=2026-03-29", "placed>=2026-03-29T00:00:00Z and placed<2026-03-29T23:00:00Z"),
        ("placed<2026-03-29", "placed<2026-03-29T00:00:00Z"),
        ("placed<=2026-03-29", "placed<2026-03-29T23:00:00Z"),
        ("placed>2026-03-29", "placed>=2026-03-29T23:00:00Z"),
        ("placed>='2026-03-29'", "placed>=2026-03-29T00:00:00Z"),
        ("placed<2026-07-01T09:30", "placed<2026-07-01T08:30:00Z"),
        ("placed=2026-07-01T09:30+02:00,2026-07-02T09:30Z",
         "placed=2026-07-01T07:30:00Z,2026-07-02T09:30:00Z"),
    ],
)  # fmt: skip
def test_a_day_and_a_time_are_those_of_the_zone(text: str, moments_text: str) -> None:
    assert str(filter_of(text, ZoneInfo("Europe/London"))) == moments_text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wating>30d", "field of condition 'wating>30d' must be one of id, .* mean waiting"),
        ("field:=x", "field of condition 'field:=x' must be .* field:NAME"),
        ("=3", "start of the filter must be the name of a field, .* not '='"),
        ("and sku=MUG", "start of the filter must be the name of a field"),
        ("sku=MUG and", "what follows 'sku=MUG and' in the filter must be the name of a field"),
        ("sku", "what follows 'sku' in the filter must be a comparison, .* not ''"),
        ("sku=", "what follows 'sku=' in the filter must be a value, not ''"),
        ("sku=MUG,", "what follows 'sku=MUG,' in the filter must be a value, not ''"),
        ("sku=MUG or sku=PAN", "what follows 'sku=MUG' .* 'and' before .* a comma .* not 'or'"),
        ("sku=MUG CUP", "what follows 'sku=MUG' .* 'and' before .* a comma .* not 'CUP'"),
        ("sku=O'Brien", "what follows 'sku=O' .* ends with the quotation mark .* not \"'Brien"),
        ("sku==MUG", "comparison of condition 'sku==MUG' must be one of = !=, not '=='"),
        ("status<NEW", "comparison of condition 'status<NEW' must be one of = !=, not '<'"),
        ("status=BACK_ORDER", "values of .* must be one of NEW, .* mean ON_BACK_ORDER"),
        ("sku=' MUG'", "values of .* must be a text of 1 to 128 printable .* not ' MUG'"),
        ("priority>a", "values of .* must be a whole number, such as 3, not 'a'"),
        ("units>1,2", "values of .* must be one value, not \\(1, 2\\)"),
        ("waiting>30x", "values of .* must be a time of at most 36525 days, such as 30d"),
        ("waiting>36526d", "values of .* must be a time of at most 36525 days"),
        ("promised<none", "values of .* must be a day or a time in the years"),
        ("placed<yesterday", "values of .* must be a day or a time .* not 'yesterday'"),
        ("placed<0001-01-01T00:00+14:00", "values of .* must be a day or a time in the years"),
        ("placed<9999-12-31T23:59", "values of .* must be a day or a time in the years"),
        ("placed<9999-12-31", "values of .* must be a day from 1970-01-02 to 2999-12-30"),
        ("placed!=2026-03-02", "comparison of .* must be one of = < <= > >= before a day"),
        ("placed=2026-03-02,2026-03-03", "values of .* must be one day after"),
        (" and ".join(["units>1"] * 21), "OrderFilter.conditions must be a tuple of 0 to 20"),
        ("sku=" + ",".join("x" * 1_001), "values of .* must be 1 to 1000 values"),
        ("sku=" + "x" * 20_000, "filter must be a text of at most 20000 characters"),
    ],
)
def test_a_wrong_text_is_refused_with_what_would_be_right(text: str, message: str) -> None:
    with pytest.raises(InvalidValueError, match=f"^{message}"):
        filter_of(text)


def test_a_day_has_no_other_comparison() -> None:
    with pytest.raises(InvalidValueError) as refusal:
        filter_of("placed!=2026-03-02")
    assert refusal.value.value == "!="


@pytest.mark.parametrize(
    ("field", "comparison", "values"),
    [
        (3, "=", ("MUG",)),
        ("sku", "~", ("MUG",)),
        ("sku", "=", ()),
        ("sku", "=", "MUG"),
        ("sku", "=", (None,)),
        ("units", "=", (True,)),
        ("placed", "=", (datetime(2026, 3, 2),)),  # noqa: DTZ001 - that is what is wrong
        ("waiting", ">", (-DAY,)),
    ],
)
def test_a_wrong_condition_is_refused(field: str, comparison: str, values: tuple[str]) -> None:
    with pytest.raises(InvalidValueError, match=r"^Condition\."):
        Condition(field, comparison, values)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("day", ["1970-01-02", "2999-12-30"])
def test_the_first_and_the_last_day_are_allowed_in_any_zone(day: str, zone: str) -> None:
    first, last = filter_of(f"placed={day}", ZoneInfo(zone)).conditions
    assert filter_of(f"{first} and {last}").conditions == (first, last)


@pytest.mark.parametrize("day", ["1970-01-01", "2999-12-31"])
def test_the_days_before_and_after_them_are_refused(day: str) -> None:
    with pytest.raises(InvalidValueError, match=f"a day from .*, not '{day}'"):
        filter_of(f"placed={day}")


def test_a_text_may_be_as_long_as_the_limit() -> None:
    assert filter_of("units>1".ljust(20_000)) == filter_of("units>1")
    with pytest.raises(InvalidValueError, match=r"^filter must be a text of at most 20000 char"):
        filter_of("units>1".ljust(20_001))


def test_a_filter_whose_text_would_be_too_long_is_refused() -> None:
    long = Condition("field:Note", "=", tuple(f"{number}" * 500 for number in range(10)))
    with pytest.raises(InvalidValueError, match=r"^OrderFilter.conditions must be at most 20000"):
        OrderFilter((long,) * 5)


def test_a_wrong_zone_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"^zone must be a time zone"):
        filter_of("units>1", "Europe/London")  # type: ignore[arg-type] # that is what is wrong


def test_a_moment_equals_itself_in_another_zone() -> None:
    london = NOON.astimezone(ZoneInfo("Europe/London"))
    here, there = (Condition("placed", "=", (each,)) for each in (NOON, london))
    assert here == there


def test_a_filter_knows_what_one_value_of_a_field_an_order_must_have() -> None:
    assert filter_of("status=NEW,ON_HOLD and status=NEW").only("status") == frozenset({"NEW"})
    assert filter_of("status!=NEW").only("status") is None


def test_a_filter_says_whether_it_needs_the_expected_date() -> None:
    assert filter_of("units>1 and expected=none").needs_expected_at
    assert not filter_of("units>1").needs_expected_at


def test_a_used_filter_can_be_pickled() -> None:
    found = filter_of("field:Gift=yes and sku!=MUG")
    found.matches(WAITS, NOON)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - it is ours


def test_a_condition_on_another_field_allows_every_value() -> None:
    found = filter_of("sku=MUG and seller!=acme")
    assert not found.allows("seller", "acme")
    assert found.allows("seller", "bolt")
    assert found.allows("warehouse", "acme")


def test_a_quote_inside_quotes_is_doubled() -> None:
    (condition,) = filter_of('sku="a ""b"""').conditions
    assert condition.values == ('a "b"',)
    (condition,) = filter_of("sku='it''s'").conditions
    assert condition.values == ("it's",)


def test_a_length_of_time_may_be_as_long_as_the_limit() -> None:
    (condition,) = filter_of("waiting>36525d").conditions
    assert condition.values == (36_525 * DAY,)
    with pytest.raises(InvalidValueError, match=r"not '36525\.000001d'"):
        filter_of("waiting>36525.000001d")


def test_every_field_says_what_it_means() -> None:
    fields = [*FILTER_FIELDS.values(), custom_field("Gift")]
    assert [field.name for field in fields if not field.meaning] == []
