"""Every constructor refuses bad values at once, naming the field, the demand and the value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

import orderflow
import orderflow.bulk
import orderflow.calendar
import orderflow.commands
import orderflow.core
import orderflow.edits
import orderflow.events
import orderflow.ports
import orderflow.sourcing
from orderflow import (
    Address,
    AdjustmentReason,
    AllocationPolicy,
    BackOrderWait,
    ExpectedReceipt,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    Replacement,
    ReplacementList,
    Stock,
    StockKey,
)
from orderflow.bulk import (
    CancelOrders,
    EditOrders,
    HoldOrders,
    MoveOrders,
    ReleaseHolds,
    SplitOrders,
)
from orderflow.commands import (
    AdjustStock,
    AllocateOrder,
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    ChangePolicy,
    CountStock,
    DespatchOrder,
    EditOrder,
    ErasePersonalData,
    HoldOrder,
    LimitBackOrders,
    MoveOrder,
    PickedLine,
    PlaceOrder,
    PlaceOrders,
    ReallocateUnits,
    Reallocation,
    RejectCancellation,
    ReleaseHold,
    ReportShortPick,
    RequestCancellation,
    ReturnState,
    ReturnUnits,
    RunDue,
    ServeWaiting,
    SplitOrder,
    StartBulk,
    TransferStock,
    WithdrawReceipt,
)
from orderflow.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeGiveUpAfter,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    RemoveLine,
    RemoveShortLines,
    ReplaceLine,
    ReplaceProduct,
)
from orderflow.errors import InvalidValueError
from orderflow.sourcing import SourcingCost, SourcingPolicy
from tests.unit.shop import NOON, about, key, lines, order


class BrokenZone(tzinfo):
    """A time zone further from UTC than any may be."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(days=3)

    dst = utcoffset

    def tzname(self, _: datetime | None) -> str:
        return "nowhere"


MICROSECOND = timedelta(microseconds=1)
FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(3000, 1, 1, tzinfo=UTC) - MICROSECOND
NAIVE = datetime(2025, 3, 3, 12)  # noqa: DTZ001 - this is what is refused
TOO_MANY = 10**12 + 1

IDENTIFIER = [
    "",
    " A",
    "A ",
    "A\n1",
    "A\x00",
    "A\u200b",
    "A\ud800",
    "A" * 129,
    None,
    7,
    b"A",
    ["A"],
]
OPTIONAL_IDENTIFIER = [value for value in IDENTIFIER if value is not None]
MOMENT = [
    *(NAIVE, "2025-03-03T12:00Z", 0, None, NOON.date()),
    *(FIRST_MOMENT - MICROSECOND, LAST_MOMENT + MICROSECOND),
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    NAIVE.replace(tzinfo=tzinfo()),  # type: ignore[abstract] # it is a zone in name only
    NAIVE.replace(tzinfo=BrokenZone()),
]
DURATION = [timedelta(0), -MICROSECOND, timedelta(days=36_525) + MICROSECOND, timedelta.max, 3, "1"]
OPTIONAL_MOMENT = [value for value in MOMENT if value is not None]
NOTE = ["x" * 1_001, None, 3, b"x", "\x1f", "\x7f", "\x9f"]
UNITS = [0, -1, True, 1.0, "1", TOO_MANY, None]
LINE_UNITS = [
    *([("1", 1)], {"1": 1}, ("1", 1), (("1",),), (("1", 1, 1),), (["1", 1],)),
    *(((line_id, 1),) for line_id in (*IDENTIFIER, "x" * 129)),
    *((("1", units),) for units in UNITS),
    (("1", 1), ("1", 2)),
]
COUNT = [-1, False, 1.0, "1", TOO_MANY, None]
OPTIONAL_COUNT = [-1, True, 1.5, "1"]
PRIORITY = [True, 1.0, "1", None, 10**9 + 1, -(10**9) - 1]
CHANGE_OF_UNITS = [0, True, 1.0, "1", None, TOO_MANY, -TOO_MANY]
TEXT_FOR_ENUM = ["OTHER", None, 1]
FLAG = [1, "yes"]
NO_SETTING = ["ALWAYS", "NEVER", None, 1]

ORDER: dict[str, object] = {
    "order_id": "A",
    "seller_id": "acme",
    "warehouse_id": "leeds",
    "lines": lines(("MUG", 1)),
    "placed_at": NOON,
}
ADDRESS: dict[str, object] = {"name": "Ann", "street": "1 High Street", "city": "Leeds"}
NAMED: dict[str, object] = {**about()}
SOURCING = SourcingPolicy(warehouses=("leeds", "york"))
SOURCED = order("A", warehouse_id="")
NO_SOURCING = ["RANKED", ("leeds", "york"), SourcingCost("leeds")]
LINE_LISTS = [(), [OrderLine("1", "MUG", 1)], None, ("1",), OrderLine("1", "MUG", 1)]

# For each type: what makes a good one, and which values each field refuses.
REALLOCATION = Reallocation("A", None, (("1", 1),))
CASES: list[tuple[type, dict[str, object], dict[str, list[Any]]]] = [
    (
        StockKey,
        {"seller_id": "acme", "warehouse_id": "leeds", "sku": "MUG"},
        dict.fromkeys(["seller_id", "warehouse_id", "sku"], IDENTIFIER),
    ),
    (
        Stock,
        {"key": key(), "on_hand": 2, "allocated": 1},
        {
            "key": [None, "MUG", ("acme", "leeds", "MUG")],
            "on_hand": [-1, True, 2.0, "2", TOO_MANY, None],
            "allocated": [-1, True, 1.0, "1", 3, None],
        },
    ),
    (
        ExpectedReceipt,
        {"receipt_id": "R1", "key": key(), "quantity": 1, "expected_at": NOON},
        {
            "receipt_id": IDENTIFIER,
            "key": [None, "MUG"],
            "quantity": UNITS,
            "expected_at": MOMENT,
            "from_warehouse_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        orderflow.core.ReceiptChange,
        {"receipt_id": "R1", "later": timedelta(days=-1), "more": -1},
        {
            "receipt_id": IDENTIFIER,
            "later": [None, 1, "1", timedelta(days=36_525) + MICROSECOND],
            "more": [None, 1.0, "1", True, TOO_MANY, -TOO_MANY],
        },
    ),
    (
        OrderLine,
        {"line_id": "1", "sku": "MUG", "quantity": 2, "allocated": 1},
        {
            "line_id": IDENTIFIER,
            "sku": IDENTIFIER,
            "quantity": UNITS,
            "allocated": [3, *COUNT],
            "set_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        Hold,
        {"reason": HoldReason.OTHER},
        {"reason": TEXT_FOR_ENUM, "until": OPTIONAL_MOMENT, "note": NOTE},
    ),
    (
        BackOrderWait,
        {"since": NOON},
        {"since": MOMENT, "passed_over": OPTIONAL_COUNT, "allows_partial": [*FLAG, None]},
    ),
    (
        Address,
        ADDRESS,
        {
            **dict.fromkeys(["name", "street", "city", "postcode"], NOTE),
            **dict.fromkeys(["company", "street_2", "region", "phone"], NOTE),
            "country": ["gb", "GBR", "G", "", "ÄÖ", "12", None, 44],
        },
    ),
    (
        Order,
        ORDER,
        {
            **dict.fromkeys(["order_id", "seller_id"], IDENTIFIER),
            "warehouse_id": [value for value in IDENTIFIER if value != ""],
            "lines": LINE_LISTS,
            "placed_at": MOMENT,
            "status": ["NEW", None],
            "priority": PRIORITY,
            "promised_by": OPTIONAL_MOMENT,
            "not_before": OPTIONAL_MOMENT,
            "give_up_after": DURATION,
            "courier": OPTIONAL_IDENTIFIER,
            "customer_reference": OPTIONAL_IDENTIFIER,
            "custom_fields": [
                *(None, "Gift", [("Gift", "yes")], {1: "yes", "Gift": 2}, {"Gift": None}),
                *(("Gift",), (("Gift",),), (("Gift", "yes", ""),), (["Gift", "yes"],), (1, 2)),
                *(((name, "yes"),) for name in IDENTIFIER),
                *((("Gift", text),) for text in NOTE),
                *((("Gift", "yes"), ("Gift", text)) for text in ("yes", "no")),
                {str(number): "" for number in range(51)},
            ],
            "returned": [None, (("1", 1),), *LINE_UNITS],
            "ship_to": ["1 High Street", ADDRESS],
            "holds": [None, [Hold(HoldReason.OTHER)], (HoldReason.OTHER,)],
            **dict.fromkeys(["split_from", "replaces"], OPTIONAL_IDENTIFIER),
            "pinned": [None, *FLAG],
            "split_count": COUNT,
            "wait": [NOON, False],
            "version": COUNT,
        },
    ),
    (
        AddLine,
        {"sku": "MUG", "quantity": 1},
        {
            "sku": IDENTIFIER,
            "quantity": UNITS,
            "line_id": OPTIONAL_IDENTIFIER,
            "set_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (RemoveLine, {"line_id": "1"}, {"line_id": IDENTIFIER}),
    (
        ReplaceLine,
        {"line_id": "1", "sku": "MUG"},
        {
            "line_id": IDENTIFIER,
            "sku": IDENTIFIER,
            "units": UNITS,
            "per": UNITS,
            "reason": NOTE,
        },
    ),
    (ChangeQuantity, {"line_id": "1", "quantity": 1}, {"line_id": IDENTIFIER, "quantity": UNITS}),
    (ChangeCourier, {"courier": "VAN"}, {"courier": OPTIONAL_IDENTIFIER}),
    (
        ChangeCustomerReference,
        {"customer_reference": None},
        {"customer_reference": OPTIONAL_IDENTIFIER},
    ),
    (
        ChangeCustomField,
        {"name": "Gift", "text": None},
        {"name": IDENTIFIER, "text": [text for text in NOTE if text is not None]},
    ),
    (ChangeShipTo, {"ship_to": None}, {"ship_to": ["1 High Street"]}),
    (ChangePriority, {"priority": 1}, {"priority": PRIORITY}),
    (ChangeShortPart, {"short_part": None}, {"short_part": ["WAIT", "", 1]}),
    (ChangePromise, {"promised_by": None}, {"promised_by": OPTIONAL_MOMENT}),
    (ChangeNotBefore, {"not_before": None}, {"not_before": OPTIONAL_MOMENT}),
    (ChangeGiveUpAfter, {"give_up_after": None}, {"give_up_after": DURATION}),
    (PickedLine, {"line_id": "1", "units": 0}, {"line_id": IDENTIFIER, "units": COUNT}),
    (
        AllocationPolicy,
        {},
        {
            **dict.fromkeys(
                ["queue", "rationing", "partial_allocation", "fulfilment", "preemption"], NO_SETTING
            ),
            "allocation_horizon": DURATION,
            "give_up_after": DURATION,
            "remind_before": DURATION,
            "give_up": NO_SETTING,
            "split_ids": [
                *("", None, 1, "{order_id}", "{number}", "{order_id}.{number}.{number}"),
                *("{order_id}{order_id}{number}", " {order_id}.{number}", "{order_id}\n{number}"),
                "{order_id}.{number}" + 32 * "x",
            ],
        },
    ),
    (
        PlaceOrders,
        {"at": NOON, "orders": (order("A"), order("B"))},
        {
            "at": MOMENT,
            "orders": [
                (),
                [order("A")],
                None,
                order("A"),
                ("A",),
                (order("A"), order("A")),
                (order("A"), order("B", seller_id="bolt")),
                (order("A", version=1),),
                (order("B"), SOURCED),
            ],
            "allocate": FLAG,
            "sourcing": NO_SOURCING,
            "command_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        Replacement,
        {"sku": "CUP", "replaces": "MUG", "units_max": 1},
        {
            "sku": IDENTIFIER,
            "replaces": [*IDENTIFIER, "CUP"],
            "units": UNITS,
            "per": UNITS,
            "reason": NOTE,
            "units_max": [*OPTIONAL_COUNT, 0, TOO_MANY],
            "seller_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        ReplacementList,
        {"items": [Replacement("CUP", "MUG")]},
        {"items": [None, 7, "CUP", [None], (Replacement("CUP", "MUG"), "CUP")]},
    ),
    (
        PlaceOrder,
        {"at": NOON, "order": order("A")},
        {
            "at": MOMENT,
            "command_id": OPTIONAL_IDENTIFIER,
            "sourcing": NO_SOURCING,
            "order": [None, "A", ORDER, SOURCED],
        },
    ),
    (
        SourcingCost,
        {"warehouse_id": "leeds"},
        {"warehouse_id": IDENTIFIER, "parcel": COUNT, "unit": COUNT},
    ),
    (
        SourcingPolicy,
        {"warehouses": ("leeds", "york"), "waits_at": "york"},
        {
            "warehouses": [
                *((), ["leeds"], None, "leeds", ("leeds", "leeds"), ("york", 1)),
                *(("york", each) for each in IDENTIFIER),
                tuple(f"{number}" for number in range(101)),
            ],
            "preference": [*NO_SETTING, "CHEAPEST"],
            "division": NO_SETTING,
            "waits_at": ["hull", "", 1],
            "costs": [
                *(None, [SourcingCost("leeds")], ("leeds",)),
                (SourcingCost("leeds"), SourcingCost("york")),  # they are for CHEAPEST only
            ],
        },
    ),
    (
        AllocateOrder,
        NAMED,
        {
            "at": MOMENT,
            "seller_id": IDENTIFIER,
            "order_id": IDENTIFIER,
            "command_id": OPTIONAL_IDENTIFIER,
            "expected_version": OPTIONAL_COUNT,
        },
    ),
    (HoldOrder, {**NAMED, "hold": Hold(HoldReason.OTHER)}, {"hold": [None, HoldReason.OTHER]}),
    (ReleaseHold, NAMED, {"reason": ["OTHER", 1, Hold(HoldReason.OTHER)]}),
    (
        ChangePolicy,
        {"at": NOON, "seller_id": "acme", "policy": AllocationPolicy()},
        {"at": MOMENT, "seller_id": IDENTIFIER, "policy": [None, "NEVER", AllocationPolicy]},
    ),
    (RunDue, {"at": NOON, "seller_id": "acme"}, {"seller_id": IDENTIFIER}),
    (
        EditOrder,
        {**NAMED, "edits": (RemoveLine("1"),)},
        {"edits": [(), [RemoveLine("1")], RemoveLine("1"), ("1",), None]},
    ),
    (
        SplitOrder,
        {**NAMED, "units": (("1", 1),), "new_order_id": "B"},
        {"units": [*LINE_UNITS, ()], "new_order_id": OPTIONAL_IDENTIFIER},
    ),
    (
        MoveOrder,
        {**NAMED, "warehouse_id": "york", "units": (("1", 1),), "new_order_id": "B"},
        {
            "warehouse_id": IDENTIFIER,
            "units": [*LINE_UNITS, ()],
            "only_short": FLAG,
            "new_order_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        DespatchOrder,
        {**NAMED, "units": (("1", 1),), "new_order_id": "B"},
        {"units": [*LINE_UNITS, ()], "new_order_id": OPTIONAL_IDENTIFIER},
    ),
    (
        Reallocation,
        {"order_id": "A", "version": 1, "units": (("1", 1), ("2", -1))},
        {
            "order_id": IDENTIFIER,
            "version": [-1, True, "1"],
            "units": [(), *(each for each in LINE_UNITS if each != (("1", -1),))],
        },
    ),
    (
        ReallocateUnits,
        {"at": NOON, "seller_id": "acme", "changes": (REALLOCATION,), "note": "why", "by": "Ann"},
        {
            "seller_id": IDENTIFIER,
            "changes": [
                *((), [REALLOCATION], ("A",), None, (REALLOCATION, REALLOCATION)),
                tuple(Reallocation(str(each), None, (("1", 1),)) for each in range(20_001)),
            ],
            "note": [*NOTE, "", " "],
            "by": IDENTIFIER,
            "plan_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        ErasePersonalData,
        {"at": NOON, "seller_id": "acme", "order_ids": ("A",)},
        {
            "seller_id": IDENTIFIER,
            "order_ids": [(), ["A"], "A", ("",), ("A", "A"), tuple(map(str, range(1001)))],
        },
    ),
    (CancelOrder, NAMED, {"reason": NOTE}),
    (CancelOrders, {}, {"reason": NOTE}),
    (EditOrders, {"edits": (RemoveLine("1"),)}, {"edits": [(), [RemoveLine("1")], ("1",), None]}),
    (
        HoldOrders,
        {"hold": Hold(HoldReason.ADDRESS)},
        {"hold": ["ADDRESS", None], "deallocate": [1, None]},
    ),
    (ReleaseHolds, {}, {"reason": ["ADDRESS", Hold(HoldReason.ADDRESS)]}),
    (MoveOrders, {"warehouse_id": "york"}, {"warehouse_id": IDENTIFIER, "only_short": [1, None]}),
    (
        ReplaceProduct,
        {"sku": "MUG", "by": "CUP"},
        {
            "sku": IDENTIFIER,
            "by": [*IDENTIFIER, "MUG"],
            "units": UNITS,
            "per": UNITS,
            "reason": NOTE,
        },
    ),
    (
        StartBulk,
        {"at": NOON, "seller_id": "acme", "action": SplitOrders(), "where": "", "orders": ()},
        {
            "seller_id": IDENTIFIER,
            "action": ["cancel", None, CancelOrders],
            "where": [None, "x" * 20_001],
            "orders": [
                *([("A", 1)], ("A",), (("A", -1),), (("A", 1), ("A", 2)), None),
                tuple((str(number), 1) for number in range(20_001)),
            ],
        },
    ),
    (RequestCancellation, NAMED, {"reason": NOTE}),
    (RejectCancellation, NAMED, {"reason": NOTE}),
    (
        ReportShortPick,
        {**NAMED, "picked": (PickedLine("1", 0),)},
        {"picked": [(), [PickedLine("1", 0)], ("1",), None]},
    ),
    (
        ReturnUnits,
        {**NAMED, "state": ReturnState.WRITTEN_OFF},
        {
            "state": [None, "BROKEN", HoldReason.OTHER],
            "units": [(), *LINE_UNITS],
            "reason": [None, "UNWANTED"],
            "note": NOTE,
        },
    ),
    (
        AnnounceReceipt,
        {"at": NOON, "receipt": ExpectedReceipt("R1", key(), 1, NOON)},
        {"receipt": [None, "R1"]},
    ),
    (
        WithdrawReceipt,
        {"at": NOON, "seller_id": "acme", "receipt_id": "R1"},
        {"seller_id": IDENTIFIER, "receipt_id": IDENTIFIER},
    ),
    (
        BookInStock,
        {"at": NOON, "key": key(), "received": 1},
        {
            "key": [None, "MUG"],
            "received": COUNT,
            "rejected": COUNT,
            "receipt_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        AdjustStock,
        {"at": NOON, "key": key(), "change": 1, "reason": AdjustmentReason.FOUND},
        {"key": [None], "change": CHANGE_OF_UNITS, "reason": TEXT_FOR_ENUM, "note": NOTE},
    ),
    (
        TransferStock,
        {
            "at": NOON,
            "key": key(),
            "units": 1,
            "to_warehouse_id": "york",
            "receipt_id": "R1",
            "expected_at": NOON,
        },
        {
            "key": [None, "MUG"],
            "units": UNITS,
            "to_warehouse_id": [*IDENTIFIER, "leeds"],
            "receipt_id": IDENTIFIER,
            "expected_at": MOMENT,
            "take_allocated": [None, *FLAG],
        },
    ),
    (
        ServeWaiting,
        {"at": NOON, "keys": (key(), key("PAN"))},
        {
            "at": MOMENT,
            "keys": [(), [key()], None, ("MUG",), key(), (key(), key(seller_id="bolt"))],
            "command_id": OPTIONAL_IDENTIFIER,
        },
    ),
    (
        LimitBackOrders,
        {"at": NOON, "key": key(), "units_max": 0},
        {
            "key": [None],
            "units_max": OPTIONAL_COUNT,
            "begins_at": OPTIONAL_MOMENT,
            "ends_at": OPTIONAL_MOMENT,
        },
    ),
    (
        CountStock,
        {"at": NOON, "key": key(), "counted": 0},
        {"key": [None], "counted": COUNT, "note": NOTE},
    ),
]


@pytest.mark.parametrize(
    ("kind", "good"), [pytest.param(kind, good, id=kind.__name__) for kind, good, _ in CASES]
)
def test_good_values_are_taken(kind: type, good: dict[str, object]) -> None:
    assert isinstance(kind(**good), kind)


@pytest.mark.parametrize(
    ("kind", "good", "field", "values"),
    [
        pytest.param(kind, good, field, values, id=f"{kind.__name__}.{field}")
        for kind, good, fields in CASES
        for field, values in fields.items()
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_field(
    kind: type, good: dict[str, object], field: str, values: list[object]
) -> None:
    for value in values:
        with pytest.raises(InvalidValueError) as refusal:
            kind(**{**good, field: value})
        error = refusal.value
        assert error.field == f"{kind.__name__}.{field}", value
        assert str(error).startswith(f"{error.field} must be {error.demand}, not ")
        assert error.value is not None or value is None


def test_every_type_that_is_made_from_outside_has_its_cases() -> None:
    tested = {kind for kind, _, _ in CASES}
    made_inside = {
        *(
            orderflow.Outcome,
            orderflow.ActionAnswer,
            orderflow.core.NextPage,
            orderflow.core.Passing,
            orderflow.core.State,
            orderflow.ports.OutboxMessage,
            orderflow.ports.OutboxSummary,
        ),
        *(
            orderflow.core.EarlierDemand,
            orderflow.ExpectedCover,
            orderflow.Explanation,
            orderflow.Shortage,
        ),
        *(orderflow.OrderParts, orderflow.ReplacementOffer, RemoveShortLines),
        *(orderflow.core.MovedDate, orderflow.core.Promise),
        *(orderflow.core.ReceiptAllocation, orderflow.core.ServedOrder),
        *(orderflow.sourcing.SourcedPart, orderflow.sourcing.SourcingPlan),
        *(orderflow.bulk.BulkAnswer, orderflow.bulk.BulkResult, SplitOrders),
        *(orderflow.bulk.PinOrders, orderflow.bulk.UnpinOrders),
        orderflow.core.UnitAccount,
    }
    faces = [orderflow, orderflow.calendar, orderflow.commands, orderflow.core, orderflow.edits]
    faces += [orderflow.bulk, orderflow.events, orderflow.ports, orderflow.sourcing]
    names = [getattr(face, name) for face in faces for name in face.__all__]
    shown = {kind for kind in names if hasattr(kind, "__attrs_attrs__")}
    events = set(orderflow.events.Event.__args__)
    like_process_order = {
        *(
            orderflow.commands.AcceptCancellation,
            orderflow.commands.DeliverOrder,
        ),
        orderflow.commands.SendOrderToWarehouse,
        *(orderflow.commands.PinOrder, orderflow.commands.UnpinOrder),
    }
    in_files_of_their_own = {  # test_calendar and test_cut_off
        *(
            orderflow.calendar.CutOffRules,
            orderflow.calendar.ExpectedDespatch,
            orderflow.calendar.WarehouseCalendar,
        ),
    }
    elsewhere = made_inside | events | like_process_order | in_files_of_their_own
    assert shown - tested - elsewhere == set()


@pytest.mark.parametrize("length", [1, 128])
def test_an_identifier_may_be_as_long_as_the_limit(length: int) -> None:
    assert StockKey("A" * length, "ä", "日本").seller_id == "A" * length


def test_a_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidValueError) as refusal:
        RemoveLine("A" * 5_000)
    assert len(str(refusal.value)) < 300
    assert str(refusal.value).endswith("…")


def test_an_invalid_value_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match=r"OrderLine.quantity must be a whole number of units"):
        OrderLine("1", "MUG", 0)


@pytest.mark.parametrize(
    ("kind", "field", "good"),
    [
        (PlaceOrder, "allocate", {"at": NOON, "order": order("A")}),
        (HoldOrder, "deallocate", {**NAMED, "hold": Hold(HoldReason.OTHER)}),
        (
            BookInStock,
            "more_to_come",
            {"at": NOON, "key": key(), "received": 1, "receipt_id": "R1"},
        ),
    ],
)
def test_a_flag_is_true_or_false(kind: type, field: str, good: dict[str, object]) -> None:
    for value in FLAG:
        with pytest.raises(InvalidValueError):
            kind(**{**good, field: value})


def test_the_passes_of_a_wait_are_bounded() -> None:
    with pytest.raises(InvalidValueError):
        BackOrderWait(NOON, TOO_MANY)


def test_two_lines_of_one_id_are_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"Order.lines must be lines whose line_id differ"):
        order("A", lines=(OrderLine("1", "MUG", 1), OrderLine("1", "PAN", 1)))


def test_a_product_may_stand_on_two_lines() -> None:
    assert order("A", ("MUG", 1), ("MUG", 2)).units == 3


@pytest.mark.parametrize("status", ["ON_HOLD"])
def test_an_order_on_hold_needs_a_hold(status: str) -> None:
    with pytest.raises(InvalidValueError, match=r"ON_HOLD exactly when there are holds"):
        order("A", status=orderflow.Status(status))


def test_a_held_order_has_no_other_status() -> None:
    with pytest.raises(InvalidValueError, match=r"there are 1, not 'NEW'"):
        order("A", holds=(Hold(HoldReason.OTHER),))


def test_holds_stand_in_the_order_of_their_reasons_each_reason_once() -> None:
    first, second = Hold(HoldReason.ADDRESS), Hold(HoldReason.FRAUD_RISK)
    held = orderflow.Status.ON_HOLD
    assert order("A", status=held, holds=(first, second)).holds == (first, second)
    for holds in [(second, first), (first, first)]:
        with pytest.raises(InvalidValueError, match=r"Order.holds must be in the order of"):
            order("A", status=held, holds=holds)


@pytest.mark.parametrize(
    ("status", "allocated"),
    [
        ("NEW", 1),
        ("ALLOCATED", 1),
        ("SENT_TO_WAREHOUSE", 0),
        ("CANCELLATION_REQUESTED", 1),
        ("ON_BACK_ORDER", 2),
        ("DESPATCHED", 2),
        ("DELIVERED", 1),
        ("CANCELLED", 1),
    ],
)
def test_a_status_that_disagrees_with_the_lines_is_refused(status: str, allocated: int) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        order(
            "A",
            status=orderflow.Status(status),
            lines=(OrderLine("1", "MUG", 2, allocated),),
        )
    assert refusal.value.field == "Order.status"
    assert f"units allocated: {allocated}, units short: {2 - allocated}" in str(refusal.value)


@pytest.mark.parametrize(
    ("status", "allocated"),
    [
        ("NEW", 0),
        ("ON_BACK_ORDER", 0),
        ("ON_BACK_ORDER", 1),
        ("ALLOCATED", 2),
        ("SENT_TO_WAREHOUSE", 2),
        ("CANCELLATION_REQUESTED", 2),
        ("DESPATCHED", 0),
        ("DELIVERED", 0),
        ("CANCELLED", 0),
    ],
)
def test_a_status_that_agrees_with_the_lines_is_taken(status: str, allocated: int) -> None:
    line = OrderLine("1", "MUG", 2, allocated)
    assert order("A", status=orderflow.Status(status), lines=(line,)).allocated == allocated


@pytest.mark.parametrize("allocated", [0, 1, 2])
def test_an_order_on_hold_may_hold_any_part_of_its_units(allocated: int) -> None:
    line = OrderLine("1", "MUG", 2, allocated)
    held = order(
        "A", status=orderflow.Status.ON_HOLD, holds=(Hold(HoldReason.OTHER),), lines=(line,)
    )
    assert held.short == 2 - allocated


@pytest.mark.parametrize(
    "past",
    [
        {"status": orderflow.Status.CANCELLED},
        {"status": orderflow.Status.ON_HOLD, "holds": (Hold(HoldReason.OTHER),)},
        {"status": orderflow.Status.ON_BACK_ORDER, "wait": BackOrderWait(NOON)},
        {"version": 1},
        {"split_count": 1},
        {"split_from": "B"},
    ],
)
def test_only_an_order_without_a_past_can_be_placed(past: dict[str, Any]) -> None:
    with pytest.raises(
        InvalidValueError, match="of status NEW, version 0 and split_count 0, without"
    ):
        PlaceOrder(at=NOON, order=order("A", **past))


def test_an_order_names_a_warehouse_or_leaves_it_to_a_sourcing_policy() -> None:
    assert PlaceOrder(at=NOON, order=SOURCED, sourcing=SOURCING).order_id == "A"
    assert PlaceOrders(at=NOON, orders=(SOURCED,), sourcing=SOURCING).seller_id == "acme"
    with pytest.raises(InvalidValueError, match=r"PlaceOrder\.order must be without a wareh"):
        PlaceOrder(at=NOON, order=order("A"), sourcing=SOURCING)
    with pytest.raises(InvalidValueError, match=r"PlaceOrders\.orders must be without a wareh"):
        PlaceOrders(at=NOON, orders=(SOURCED, order("B")), sourcing=SOURCING)


@pytest.mark.parametrize("past", [{"version": 1}, {"status": orderflow.Status.CANCELLED}])
def test_only_a_new_order_names_no_warehouse(past: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match=r"Order\.warehouse_id must be given unless"):
        order("A", warehouse_id="", **past)


@pytest.mark.parametrize(
    "past", [{"holds": (Hold(HoldReason.OTHER),)}, {"wait": BackOrderWait(NOON)}]
)
def test_a_new_order_is_neither_held_nor_waiting(past: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match=r"Order\.(status|wait) must be"):
        order("A", status=orderflow.Status.NEW, **past)


def test_booking_in_nothing_is_refused_unless_it_settles_a_notice() -> None:
    with pytest.raises(InvalidValueError, match=r"BookInStock.received must be 1 or more"):
        BookInStock(at=NOON, key=key(), received=0)
    assert BookInStock(at=NOON, key=key(), received=0, rejected=1).received == 0
    assert BookInStock(at=NOON, key=key(), received=0, receipt_id="R1").received == 0


def test_more_can_only_come_of_a_notice() -> None:
    with pytest.raises(InvalidValueError, match=r"BookInStock.more_to_come must be False"):
        BookInStock(at=NOON, key=key(), received=1, more_to_come=True)


@pytest.mark.parametrize("wait_max", DURATION)
def test_the_patience_of_a_policy_is_a_length_of_time(wait_max: object) -> None:
    with pytest.raises(InvalidValueError, match=r"AllocationPolicy.wait_max"):
        AllocationPolicy(
            partial_allocation=orderflow.PartialAllocation.AFTER_WAITING,
            wait_max=wait_max,  # type: ignore[arg-type]
        )


def test_the_longest_length_of_time_is_a_century() -> None:
    century = timedelta(days=36_525)
    after_waiting = orderflow.PartialAllocation.AFTER_WAITING
    for wait_max in (MICROSECOND, century):
        policy = AllocationPolicy(partial_allocation=after_waiting, wait_max=wait_max)
        assert policy.wait_max == wait_max


def test_a_receipt_moves_by_a_century_at_most() -> None:
    century = timedelta(days=36_525)
    for later in (century, -century):
        assert orderflow.core.ReceiptChange("R1", later=later).later == later
        with pytest.raises(InvalidValueError, match="a timedelta from -36525 to 36525 days"):
            orderflow.core.ReceiptChange("R1", later=later * 2)


def test_the_first_and_the_last_moment_are_allowed_in_any_zone() -> None:
    for moment in (FIRST_MOMENT, LAST_MOMENT):
        for hours in (-23, 0, 23):
            elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
            assert Hold(HoldReason.OTHER, until=elsewhere).until == moment


@pytest.mark.parametrize("version", [-1, "99", 1.0, True])
def test_a_version_is_no_number_of_units(version: object) -> None:
    with pytest.raises(InvalidValueError, match=r"expected_version must be a whole number from 0 "):
        AllocateOrder(**about(), expected_version=version)  # type: ignore[arg-type]


def test_a_note_may_have_lines_of_several_words() -> None:
    note = "The customer is away.\n\tDeliver on Friday."
    for each in (note, "x" * 1_000):
        assert CountStock(at=NOON, key=key(), counted=1, note=each).note == each
