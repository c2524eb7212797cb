"""What there is to encode: the classes, strategies made from their type hints, and samples."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st

import orderflow.domain
from orderflow.codec import to_data
from orderflow.domain.allocation.taking import Item
from orderflow.domain.calendar import clocks
from orderflow.domain.calendar.calendar import WarehouseCalendar, Weekday
from orderflow.domain.calendar.cut_off import CutOffRules, ExpectedDespatch
from orderflow.domain.model.command_fields import CommandFields, OrderFields
from orderflow.domain.model.commands import EditOrder, PlaceOrder, PlaceOrders
from orderflow.domain.model.edits import AddLine, ChangeCourier, RemoveLine
from orderflow.domain.model.event_fields import OrderEventFields
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.order import Address, Hold, HoldReason, Order, OrderLine
from orderflow.domain.model.order_filter import Condition, OrderFilter
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.sourcing_policy import SourcingCost, SourcingPolicy, SourcingPreference
from orderflow.domain.model.status import COVERED, MAY_WAIT, SENT_OUT, Status
from orderflow.domain.model.stock import Stock, StockKey, WarehouseSku
from orderflow.domain.model.validators import DURATION_MAX, OneOf, TupleOf, WholeNumber
from orderflow.domain.planning.dealing import Deal
from orderflow.domain.planning.packing import Packing, Part
from orderflow.domain.planning.plan import PlannedLine
from orderflow.domain.planning.pool import Member, Pool
from orderflow.domain.planning.prices import Prices
from orderflow.domain.planning.search import Search, Searched
from orderflow.domain.planning.stances import PlanRule, Stance
from orderflow.domain.state.state import State
from orderflow.errors import InvalidValueError
from orderflow.notices import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

# Samples.

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KEY = StockKey("acme", "leeds", "MUG")
ORDER = Order(
    order_id="7",
    seller_id="acme",
    warehouse_id="leeds",
    lines=(OrderLine("1", "MUG", 5, 2), OrderLine("2", "CUP", 1)),
    placed_at=AT,
    status=Status.ON_HOLD,
    ship_to=Address("Jo", "1 High St", "Leeds"),
    custom_fields={"Gift": "yes", "Sales channel": "fair"},
    holds=(Hold(HoldReason.ADDRESS, until=AT),),
)
EDIT = EditOrder(
    seller_id="acme",
    order_id="7",
    at=AT,
    edits=(AddLine("CUP", 2), RemoveLine("1"), ChangeCourier(None)),
)
CALENDAR = WarehouseCalendar(
    time_zone=ZoneInfo("Europe/London"),
    weekday_cut_offs={Weekday.FRI: time(14, 30)},
    holidays=frozenset({date(2026, 12, 28), date(2026, 12, 25)}),
    date_cut_offs={date(2026, 12, 24): time(12)},
)


def parent(data: Any, path: str) -> tuple[Any, Any]:  # noqa: ANN401 - any JSON
    """Return what holds a place in the data, and the key that the place has there."""
    *steps, last = [int(each) if each.isdecimal() else each for each in path.split(".")]
    for each in steps:
        data = data[each]
    return data, last


def changed(thing: object, path: str, value: object) -> dict[str, Any]:
    """Return the data of a thing with another value at a path."""
    envelope = to_data(thing)
    place, key = parent(envelope["data"], path)
    place[key] = value
    return envelope


# Classes.

DOMAIN = orderflow.domain.__path__
NOT_SENT = {
    *(CommandFields, OrderFields, OrderEventFields),  # the bases of commands and events
    State,  # what `decide` works on; a host keeps the orders and the stock in it, not it
    Preferences,  # a host keeps what is in it
    *(Condition, OrderFilter),  # a host keeps the text of a filter
    Item,  # what the plan for an order takes together
    *(OneOf, TupleOf, WholeNumber),  # validators
    *(Deal, Member, Packing, Part, Pool, Prices, Search, Searched),  # what a plan is made from
}


def public_classes() -> set[type]:
    found = set[type]()
    names = [each.name for each in pkgutil.walk_packages(DOMAIN, "orderflow.domain.")]
    for name in (*names, "orderflow.notices.notice", "orderflow.notices.preferences"):
        module = importlib.import_module(name)
        found |= {
            kind
            for name, kind in inspect.getmembers(module, inspect.isclass)
            if attrs.has(kind) and kind.__module__ == module.__name__ and not name.startswith("_")
        }
    return found - NOT_SENT


CLASSES = sorted(public_classes(), key=lambda kind: kind.__name__)


# Strategies.


@cache
def things(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any type hint
    """Draw from everything that the codec must be able to write."""
    if kind in SPECIAL:
        return SPECIAL[kind]
    if get_origin(kind) in {Union, UnionType}:
        return st.one_of([things(each) for each in get_args(kind)])
    if get_origin(kind) is tuple:
        each, *more = get_args(kind)
        if more == [...]:
            return st.lists(things(each), max_size=3).map(tuple)
        return st.tuples(things(each), *map(things, more))
    if get_origin(kind) is frozenset:
        return st.frozensets(things(*get_args(kind)), max_size=3)
    if attrs.has(kind):
        return fields_of(kind).filter(partial(are_valid, kind)).map(partial(make, kind))
    assert issubclass(kind, StrEnum), f"say in SPECIAL how a {kind} is drawn"
    return st.sampled_from(list(kind))


def fields_of(kind: type) -> st.SearchStrategy[dict[str, Any]]:
    hints = get_type_hints(kind)
    return st.fixed_dictionaries({f.name: things(hints[f.name]) for f in attrs.fields(kind)})


def make(kind: type, fields: dict[str, Any]) -> object:
    return kind(**fields)


def are_valid(kind: type, fields: dict[str, Any]) -> bool:
    try:
        make(kind, fields)
    except InvalidValueError:
        return False
    return True


def consistent(fields: dict[str, Any]) -> Order:
    """Make an order of fields that need not agree with its status."""
    status = fields["status"]
    holds = {hold.reason: hold for hold in fields["holds"]} if status is Status.ON_HOLD else {}
    if status is Status.ON_HOLD and not holds:
        status = Status.NEW
    lines = {line.line_id: line for line in fields["lines"]}
    if status is not Status.ON_HOLD:
        allocate = status in COVERED
        lines = {
            line_id: attrs.evolve(line, allocated=line.quantity * allocate)
            for line_id, line in lines.items()
        }
    agreed = {
        "status": status,
        "lines": tuple(lines.values()),
        "holds": tuple(holds[reason] for reason in sorted(holds)),
        "wait": fields["wait"] if status in MAY_WAIT else None,
        "custom_fields": dict(fields["custom_fields"]),
        "returned": tuple(
            (line_id, line.quantity)
            for line_id, line in lines.items()
            if status in SENT_OUT and fields["returned"]
        ),
    }
    return Order(**{**fields, **agreed})


def as_placed(order: Order) -> Order:
    lines = tuple(attrs.evolve(line, allocated=0) for line in order.lines)
    past: dict[str, Any] = {
        "holds": (),
        "split_from": None,
        "split_count": 0,
        "wait": None,
        "returned": (),
        "version": 0,
        "erased_at": None,
    }
    return attrs.evolve(order, status=Status.NEW, lines=lines, **past)


def placements(
    kind: type, order_fields: Callable[[Order], dict[str, Any]]
) -> st.SearchStrategy[Any]:
    """Draw commands that place an order in a warehouse, or over several."""

    def place(order: Order, sourcing: SourcingPolicy | None, **fields: Any) -> Any:  # noqa: ANN401 - of this kind
        placed = order if sourcing is None else attrs.evolve(order, warehouse_id="")
        return kind(sourcing=sourcing, **order_fields(placed), **fields)

    return st.builds(
        place,
        things(Order).map(as_placed),
        things(SourcingPolicy | None),
        allocate=st.booleans(),
        at=things(datetime),
        command_id=things(str | None),
    )


def chosen(fields: dict[str, Any]) -> SourcingPolicy:
    """Make a sourcing policy of fields that need not agree with each other."""
    warehouses = tuple(dict.fromkeys(("leeds", *fields["warehouses"])))
    costs = {each.warehouse_id: each for each in fields["costs"]}
    is_cheapest = fields["preference"] is SourcingPreference.CHEAPEST
    changes = {
        "warehouses": warehouses,
        "waits_at": fields["waits_at"] and warehouses[-1],
        "costs": tuple(costs.get(each, SourcingCost(each)) for each in warehouses if is_cheapest),
    }
    return SourcingPolicy(**{**fields, **changes})


def agreed(fields: dict[str, Any]) -> WarehouseCalendar:
    """Make a calendar of fields that need not agree with each other."""
    weekday_cut_offs, date_cut_offs = (
        dict(fields[f"{each}_cut_offs"]) for each in ("weekday", "date")
    )
    changes = {
        "working_days": fields["working_days"] | {Weekday.MON, *weekday_cut_offs},
        "weekday_cut_offs": weekday_cut_offs,
        "date_cut_offs": date_cut_offs,
    }
    return WarehouseCalendar(**{**fields, **changes})


FREE_SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "allocation_horizon": st.none() | st.just(timedelta(microseconds=4)),
    "give_up_after": st.none() | st.just(timedelta(days=3, microseconds=5)),
    "give_up": st.sampled_from(GiveUp),
    "remind_before": st.none() | st.just(timedelta(days=2)),
}
"""Settings that can be combined with any others, if these have the values below."""


def policies() -> list[AllocationPolicy]:
    """Make every combination of settings that may contradict each other, and that is allowed.

    There is one value for each number.
    """
    samples: dict[Any, tuple[Any, ...]] = {
        int: (2,),
        str: ("{order_id}.{number}",),
        NoneType: (None,),
        timedelta: (timedelta(days=1, seconds=2, microseconds=3),),
    }
    hints = get_type_hints(AllocationPolicy)
    for name in FREE_SETTINGS:
        del hints[name]
    values = [
        [value for each in get_args(hint) or (hint,) for value in samples.get(each, each)]
        for hint in hints.values()
    ]
    combined = (dict(zip(hints, each, strict=True)) for each in itertools.product(*values))
    return [AllocationPolicy(**each) for each in combined if are_valid(AllocationPolicy, each)]


IDENTIFIERS = st.text("Ab0-é漢😀'\"\\/", min_size=1, max_size=4) | st.just("two words")
UNITS = st.integers(0, 9)
OFFSETS = st.integers(-86_399, 86_399).map(lambda seconds: timezone(timedelta(seconds=seconds)))

SPECIAL: dict[Any, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    str: IDENTIFIERS,
    bool: st.booleans(),
    int: st.integers(1, 10**9),
    datetime: st.datetimes(
        datetime(1970, 1, 2),  # noqa: DTZ001 - the zones are drawn, and within a day of the limit
        datetime(2999, 12, 31),  # noqa: DTZ001 - as above
        timezones=OFFSETS | st.just(UTC),
    ).map(lambda at: at.replace(fold=0)),
    timedelta: st.timedeltas(timedelta(microseconds=1), DURATION_MAX),
    date: st.dates(clocks.DAY_MIN, clocks.DAY_MAX),
    Decimal: st.decimals(-(10**15), 10**15, places=2),
    time: st.times().map(lambda clock: clock.replace(fold=0)),
    tzinfo: st.sampled_from(["UTC", "Europe/London", "America/Argentina/Ushuaia"]).map(ZoneInfo),
    Address: st.builds(
        Address,
        country=st.sampled_from(["GB", "NL"]),
        **{
            field.name: IDENTIFIERS | st.just("")
            for field in attrs.fields(Address)
            if field.name != "country"
        },
    ),
    AllocationPolicy: st.deferred(
        lambda: st.builds(attrs.evolve, st.sampled_from(policies()), **FREE_SETTINGS)
    ),
    WarehouseSku: st.builds(WarehouseSku, IDENTIFIERS, IDENTIFIERS),
    OrderLine: st.builds(
        lambda line_id, sku, allocated, short, set_id: OrderLine(
            line_id, sku, allocated + short or 1, allocated, set_id
        ),
        *[IDENTIFIERS] * 2,
        *[UNITS] * 2,
        st.none() | IDENTIFIERS,
    ),
}
SPECIAL[Stock] = st.builds(
    lambda key, allocated, available: Stock(key, allocated + available, allocated),
    things(StockKey),
    *[UNITS] * 2,
)
SPECIAL[PlanRule] = st.builds(
    PlanRule, st.sampled_from(("", "sku=MUG and waiting>30d")), st.sampled_from(Stance)
)
SPECIAL[PlannedLine] = st.builds(
    lambda line_id, sku, before, after: PlannedLine(
        line_id, sku, 10, before, after if after != before else before + 1
    ),
    *[IDENTIFIERS] * 2,
    *[UNITS] * 2,
)
SPECIAL[WarehouseCalendar] = fields_of(WarehouseCalendar).map(agreed)
SPECIAL[CutOffRules] = st.builds(
    lambda numbers, leads: CutOffRules(
        small_file_max=numbers[0],
        small_file_before=min(leads),
        large_file_before=max(leads),
        completed_max=numbers[1],
    ),
    st.tuples(UNITS, UNITS),
    st.tuples(*[st.timedeltas(timedelta(0), timedelta(days=28))] * 2),
)
SPECIAL[ExpectedDespatch] = st.builds(
    lambda day, reason: ExpectedDespatch(day=day, promised=not reason, reason=reason),
    things(date),
    IDENTIFIERS | st.just(""),
)
SPECIAL[Order] = fields_of(Order).filter(lambda fields: fields["lines"]).map(consistent)
SPECIAL[SourcingPolicy] = fields_of(SourcingPolicy).map(chosen)
SPECIAL[PlaceOrders] = placements(PlaceOrders, lambda order: {"orders": (order,)})
SPECIAL[PlaceOrder] = placements(PlaceOrder, lambda order: {"order": order})
