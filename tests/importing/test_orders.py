"""Orders from files of the plain form: gathered from their rows, or rejected with every fault."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import Address, InvalidValueError, ShortPart
from orderflow.domain.model.validators import LINES_MAX
from orderflow.importing import (
    FileError,
    FileFormat,
    OrderLayout,
    Progress,
    RejectedRow,
    SkippedRow,
    SkipRule,
    write_rejects,
)
from tests.importing.files import HEADER, imported, lines, orders, plain, reasons, row, stream

if TYPE_CHECKING:
    from typing import Any

ALL = (
    "order_id,line_id,sku,quantity,placed_at,priority,promised_by,courier,"
    "ship_to_name,ship_to_street,ship_to_city,ship_to_postcode,ship_to_country"
)
MORE = "ship_to_company,ship_to_street_2,ship_to_region,ship_to_phone"


def test_an_order_is_read_with_all_that_the_plain_form_has() -> None:
    text = "7,a,MUG,2,2026-03-01 10:00+01:00,5,2026-03-04T12:00Z,DPD,Jo,1 Way,Leeds,LS1,gb"
    (order,) = orders(plain(text, header=ALL)).values()
    assert (order.order_id, order.seller_id, order.warehouse_id) == ("7", "acme", "leeds")
    assert [(each.line_id, each.sku, each.quantity) for each in order.lines] == [("a", "MUG", 2)]
    assert order.placed_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert order.promised_by == datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    assert (order.priority, order.courier) == (5, "DPD")
    assert order.ship_to == Address("Jo", "1 Way", "Leeds", "LS1", "GB")


def test_an_order_waits_for_the_latest_of_the_days_in_its_rows() -> None:
    rows = [row("7", more=",2026-03-05"), row("7", "CUP", more=",2026-03-06")]
    rows += [row("7", "TEA", more=","), row("8", more=",")]
    found = orders(plain(*rows, header=f"{HEADER},not_before", time_zone="UTC"))
    assert found["7"].not_before == datetime(2026, 3, 6, tzinfo=UTC)
    assert found["8"].not_before is None


def test_an_address_is_read_with_the_parts_that_not_every_address_has() -> None:
    text = "7,,MUG,2,2026-03-01 10:00Z,,,,Jo,1 Way,Leeds,LS1,GB,Jo & Co,Flat 2,Yorkshire,0113"
    (order,) = orders(plain(text, header=f"{ALL},{MORE}")).values()
    assert order.ship_to == Address(
        *("Jo", "1 Way", "Leeds", "LS1", "GB"),
        company="Jo & Co",
        street_2="Flat 2",
        region="Yorkshire",
        phone="0113",
    )


def test_rows_that_differ_in_any_part_of_the_address_are_at_fault() -> None:
    first = "7,,MUG,2,2026-03-01 10:00Z,,,,Jo,1 Way,Leeds,LS1,GB,Jo & Co,Flat 2,Yorkshire,0113"
    other = "7,,CUP,2,2026-03-01 10:00Z,,,,Jo,1 Way,Leeds,LS1,GB,Co,Flat 3,Kent,0114"
    assert reasons(plain(first, other, header=f"{ALL},{MORE}")) == [
        (3, "ship_to_company", "'Co'"),
        (3, "ship_to_street_2", "'Flat 3'"),
        (3, "ship_to_region", "'Kent'"),
        (3, "ship_to_phone", "'0114'"),
    ]


KEPT = OrderLayout(
    order_id="order_id",
    sku="sku",
    quantity="quantity",
    placed_at="placed_at",
    customer_reference="PO",
    custom_fields=("Gift", "Sales channel"),
)


def test_a_reference_and_custom_fields_are_kept_with_the_order() -> None:
    header = f"{HEADER},PO,Gift,Note,Sales channel"
    rows = (row(more=",,,to the door,fair"), row(more=',PO-1,"yes, with a bow",,'))
    (order,) = orders(plain(*rows, header=header, preset=KEPT)).values()
    assert order.customer_reference == "PO-1"
    assert order.custom_fields == (("Gift", "yes, with a bow"), ("Sales channel", "fair"))


def test_a_file_without_a_text_for_them_has_no_custom_fields() -> None:
    (order,) = orders(
        plain(row(more=",,,"), header=f"{HEADER},PO,Gift,Sales channel", preset=KEPT)
    ).values()
    assert (order.customer_reference, order.custom_fields) == (None, ())


def test_rows_that_differ_in_a_custom_field_or_the_reference_are_at_fault() -> None:
    header = f"{HEADER},Sales channel,PO,Gift"
    rows = (row(more=",fair,PO-1,yes"), row(more=",fair,PO-1,"), row(more=",web,PO-2,no"))
    assert reasons(plain(*rows, header=header, preset=KEPT)) == [
        (4, "PO", "'PO-2'"),
        (4, "Gift", "'no'"),
        (4, "Sales channel", "'web'"),
    ]


def test_a_text_that_no_custom_field_can_have_is_a_fault_of_its_column() -> None:
    header = f"{HEADER},PO,Gift,Sales channel"
    rows = (row(more=f",,yes,{'x' * 1_001}"), row("2", more=",4.00638E+12,,"))
    assert reasons(plain(*rows, header=header, preset=KEPT)) == [
        (2, "Sales channel", f"'{'x' * 58}…"),
        (3, "PO", "'4.00638E+12'"),
    ]


def test_a_column_to_keep_that_is_not_there_is_named_with_the_nearest() -> None:
    header = f"{HEADER},PO,Gift,Sale channel"
    with pytest.raises(FileError, match="no column 'Sales channel', which was named, did you mean"):
        plain(row(more=",,,"), header=header, preset=KEPT)
    with pytest.raises(FileError, match="'Sales channel', which was named, did you mean 'Sale "):
        plain(row(more=",,,"), header=header, preset={"a": KEPT, "b": KEPT})


@pytest.mark.parametrize(
    "columns",
    [("Gift", "Gift"), ("",), ("a\nb",), ("x" * 129,), tuple(map(str, range(51)))],
    ids=["twice", "empty", "two lines", "long", "many"],
)
def test_only_columns_that_can_be_custom_fields_are_kept(columns: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValueError, match=r"OrderLayout\.custom_fields must be at most 50"):
        attrs.evolve(KEPT, custom_fields=columns)


def test_the_lines_of_an_order_are_gathered_from_wherever_they_stand() -> None:
    result = plain(row("1", "MUG"), row("2", "CUP"), row("1", "PAN"), row("2", "POT"))
    assert lines(result, "1") == [("1", "MUG", 1), ("2", "PAN", 1)]
    assert lines(result, "2") == [("1", "CUP", 1), ("2", "POT", 1)]


def test_a_product_that_stands_twice_counts_twice() -> None:
    assert lines(plain(row(quantity=2), row(quantity=3))) == [("1", "MUG", 2), ("2", "MUG", 3)]


def test_what_stands_on_one_row_only_is_that_of_the_whole_order() -> None:
    first = "7,,MUG,2,2026-03-01T10:00Z,5,,DPD,Jo,1 Way,Leeds,,GB"
    (order,) = orders(plain("7,,CUP,1,,,,,,,,,", first, header=ALL)).values()
    assert (order.priority, order.courier, len(order.lines)) == (5, "DPD", 2)
    assert order.ship_to is not None


def test_rows_that_differ_a_little_give_the_earliest_moments() -> None:
    rows = (
        "7,,MUG,2,2026-03-01T10:00Z,3,2026-03-09T00:00Z,,,,,,",
        "7,,MUG,2,2026-03-01T09:00Z,3,2026-03-08T00:00Z,,,,,,",
        "7,,MUG,2,2026-03-01T09:30Z,,2026-03-10T00:00Z,,,,,,",
    )
    (order,) = orders(plain(*rows, header=ALL)).values()
    assert (order.placed_at.hour, order.priority) == (9, 3)
    assert order.promised_by == datetime(2026, 3, 8, tzinfo=UTC)


def test_no_priority_is_not_a_priority_of_zero() -> None:
    header = f"{HEADER},priority"
    (order,) = orders(plain(row(more=",-3"), row(more=","), header=header)).values()
    assert order.priority == -3
    assert reasons(plain(row(more=",-3"), row(more=",0"), header=header)) == [
        (3, "priority", "'0'")
    ]


def test_rows_that_differ_in_the_address_or_the_courier_are_at_fault() -> None:
    result = plain(
        "7,,MUG,2,2026-03-01T10:00Z,,,DPD,Jo,1 Way,Leeds,,GB",
        "7,,MUG,2,2026-03-01T10:00Z,,,UPS,Jo,1 Way,York,,GB",
        header=ALL,
    )
    assert reasons(result) == [(3, "courier", "'UPS'"), (3, "ship_to_city", "'York'")]
    assert result.faults[0].reason == "differs from 'DPD' in an earlier row of the order"


def test_every_fault_is_told_and_not_just_the_first() -> None:
    result = plain("1,,two,yesterday", ",MUG,0,", "3,MUG,,2026-03-01T10:00Z", row("2"))
    assert reasons(result) == [
        (2, "sku", "''"),
        (2, "quantity", "'two'"),
        (2, "placed_at", "'yesterday'"),
        (3, "order_id", "''"),
        (3, "quantity", "'0'"),
        (4, "quantity", "''"),
    ]
    assert list(orders(result)) == ["2"]
    assert str(result.faults[1]).startswith("row 2, quantity 'two': must be a whole number from 1")


def test_one_row_at_fault_rejects_its_order_with_all_rows() -> None:
    result = plain(row("1"), row("2"), row("1", quantity="x"), row("1"))
    assert list(orders(result)) == ["2"]
    assert [each.row for each in result.rejected] == [2, 4, 5]
    assert result.rejected[0] == RejectedRow(2, "row 4 of the same order has a fault")
    assert "quantity 'x' must be a whole number" in result.rejected[1].reason


def test_a_row_of_another_length_rejects_the_order_that_it_names() -> None:
    result = plain(row("1"), "1,MUG,2", row("2", more=",x"), row("3"))
    assert list(orders(result)) == ["3"]
    assert [each.row for each in result.faults] == [3, 4]
    assert result.faults[0].reason.startswith("it has 3 cells, the header has 4; ")


def test_blank_cells_behind_the_header_do_no_harm_and_blank_rows_are_none() -> None:
    result = plain(row("1", more=",,"), ",,,", "", " , ,,", row("2"))
    assert list(orders(result)) == ["1", "2"]
    assert result.rows == 2


def test_a_row_with_an_open_quote_rejects_its_order_if_the_order_id_comes_before_it() -> None:
    rows = [row("1"), '1,"MUG,2,2026-03-01T10:00Z', row("2"), '"3,MUG,2,2026-03-01T10:00Z']
    result = plain(*rows)
    assert orders(result).keys() == {"2"}
    assert [each.row for each in result.faults] == [3, 5]
    assert [each.row for each in result.rejected] == [2, 3, 5]
    rejects = io.BytesIO()
    write_rejects(result, stream("\n".join([HEADER, *rows, ""])), rejects)
    again = imported(rejects.getvalue())
    assert not orders(again)
    assert [each.row for each in again.rejected] == [2, 3, 4]


def test_a_quote_that_is_left_open_costs_its_own_row_only() -> None:
    result = plain(row("1"), '2,"MUG,1,2026-03-01T10:00Z', row("3"), row("4"))
    assert list(orders(result)) == ["1", "3", "4"]
    assert [(each.row, "closing quote missing" in each.reason) for each in result.faults] == [
        (3, True)
    ]


def test_text_behind_a_closed_quote_is_at_fault() -> None:
    result = plain('1,"MUG"s,1,2026-03-01T10:00Z', row("2"))
    assert [each.row for each in result.faults] == [2]


def test_line_ends_and_delimiters_within_quotes_are_part_of_the_cell() -> None:
    result = plain(
        '1,MUG,1,2026-03-01T10:00Z,,,,"1 Way,\nUpper Town"',
        row("2", more=",,,,"),
        header=(f"{HEADER},courier,priority,line_id,ship_to_street"),
        preset="PLAIN",
    )
    assert reasons(result) == [(2, "ship_to_country", "''")]
    assert list(orders(result)) == ["2"]


def test_an_address_without_a_country_is_at_fault_unless_there_is_a_default() -> None:
    header = f"{HEADER},ship_to_city"
    assert reasons(plain(row(more=",Leeds"), header=header)) == [(2, "ship_to_country", "''")]
    layout = OrderLayout.of_columns(
        {name: name for name in header.split(",")}, country_default="GB"
    )
    (order,) = orders(plain(row(more=",Leeds"), header=header, preset=layout)).values()
    assert order.ship_to == Address("", "", "Leeds", "", "GB")


@pytest.mark.parametrize("country", ["Atlantis", "G", "12"])
def test_a_country_that_is_no_code_is_at_fault(country: str) -> None:
    result = plain(row(more=f",{country}"), header=f"{HEADER},ship_to_country")
    assert reasons(result) == [(2, "ship_to_country", repr(country))]


def test_line_ids_may_not_repeat_and_lines_without_one_are_numbered() -> None:
    header = f"{HEADER},line_id"
    result = plain(row(more=","), row(more=",1"), row(more=","), header=header)
    assert [line_id for line_id, _, _ in lines(result)] == ["2", "1", "3"]
    result = plain(row(more=",a"), row(more=",a"), header=header)
    assert reasons(result) == [(3, "line_id", "'a'")]


def test_lines_of_an_order_may_be_a_set() -> None:
    result = plain(row(more=",a"), row(more=",a"), row(more=","), header=f"{HEADER},set_id")
    (order,) = orders(result).values()
    assert [line.set_id for line in order.lines] == ["a", "a", None]
    result = plain(row(more=f",{'x' * 129}"), header=f"{HEADER},set_id")
    assert [(line, column) for line, column, _ in reasons(result)] == [(2, "set_id")]


def test_an_order_may_say_what_happens_to_its_short_part() -> None:
    rows = [row("7", more=","), row("7", "CUP", more=",cancel_short"), row("8", more=",Wait")]
    found = orders(plain(*rows, row("9", more=","), header=f"{HEADER},Short Part"))
    assert [each.short_part for each in found.values()] == [
        ShortPart.CANCEL_SHORT,
        ShortPart.WAIT,
        None,
    ]


def test_another_text_is_no_short_part_and_the_possible_ones_are_named() -> None:
    result = plain(row("7", more=",cancel"), row("8", more=",HOLD"), header=f"{HEADER},short_part")
    assert list(orders(result)) == ["8"]
    assert [str(fault) for fault in result.faults] == [
        (
            "row 2, short_part 'cancel': must be one of WAIT, CANCEL_SHORT, CANCEL_ORDER, HOLD, "
            "in any case"
        )
    ]


def test_rows_that_differ_in_the_short_part_are_at_fault() -> None:
    rows = [row(more=",HOLD"), row(more=",hold"), row(more=",wait")]
    result = plain(*rows, header=f"{HEADER},short_part")
    assert reasons(result) == [(4, "short_part", "'WAIT'")]
    assert result.faults[0].reason == "differs from 'HOLD' in an earlier row of the order"


def test_an_order_that_nobody_dates_is_at_fault_once() -> None:
    result = plain("1,MUG,1,", "1,MUG,1,0000-00-00")
    assert reasons(result) == [(2, "placed_at", "''")]
    assert [each.row for each in result.rejected] == [2, 3]


def test_all_or_nothing_leaves_no_command_where_there_is_a_fault() -> None:
    assert plain(row("1"), row("2", quantity="x"), all_or_nothing=True).commands == ()
    assert len(plain(row("1"), row("2"), all_or_nothing=True).commands) == 2


def test_a_file_with_a_header_alone_has_no_orders() -> None:
    result = imported(f"{HEADER}\n")
    assert (result.rows, result.commands, result.faults) == (0, (), ())


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_refused(text: str) -> None:
    with pytest.raises(FileError, match=r"a\.csv: is empty; its first row must name the columns"):
        imported(text)


def test_a_header_that_cannot_be_read_says_so() -> None:
    with pytest.raises(FileError, match=r"a\.csv, row 1: cannot be read as CSV"):
        imported(f'"order_id,{"x" * 500}\n')


def test_a_header_of_very_many_columns_is_shown_in_part() -> None:
    with pytest.raises(FileError, match=r"no preset fits .* 'c38', 'c39' and 60 more; name the"):
        imported(",".join(f"c{number}" for number in range(100)))


def test_rows_to_pass_over_need_no_order() -> None:
    layout = OrderLayout.of_columns(
        {name: name for name in HEADER.split(",")},
        skip=(SkipRule(reason="a sum", column="sku", is_one_of=frozenset({"FEES"})),),
    )
    result = plain(row(), ",FEES,1,", preset=layout)
    assert (result.new, result.faults) == (1, ())
    assert result.skipped == (SkippedRow(3, "a sum"),)


def test_columns_that_are_missing_are_all_named_with_what_is_asked_for() -> None:
    with pytest.raises(FileError) as failure:
        imported("order_id,skuu,placed_at\n", preset="PLAIN")
    assert str(failure.value) == (
        "a.csv, row 1: there is no column 'sku' (sku), did you mean 'skuu'?; "
        "there is no column 'quantity' (quantity); "
        "the layout needs order_id, sku, quantity, placed_at, "
        "and the columns are 'order_id', 'skuu', 'placed_at'"
    )


def test_a_header_that_no_preset_fits_says_which_is_nearest_and_what_it_lacks() -> None:
    with pytest.raises(FileError) as failure:
        imported("Name;Created at;Lineitem sku;Qty\n")
    assert str(failure.value) == (
        "a.csv, row 1: no preset fits the columns 'Name', 'Created at', 'Lineitem sku', 'Qty'; "
        "the nearest is SHOPIFY, which lacks 'Lineitem quantity' (quantity); "
        "name the columns of quantity ('Qty'?)"
    )
    assert failure.value.settings == ("quantity_column", "quantity_default")


def test_a_header_that_fits_nothing_at_all_is_near_to_nothing() -> None:
    with pytest.raises(FileError) as failure:
        imported("Nr;Artikel\n")
    assert str(failure.value) == (
        "a.csv, row 1: no preset fits the columns 'Nr', 'Artikel'; "
        "name the columns of order_id, sku ('Artikel'?), quantity, placed_at"
    )


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(FileError, match=r"'sku' \(sku\) occurs 2 times; rename one"):
        imported(f"{HEADER},sku\n")


def test_columns_that_are_not_read_are_named_with_what_they_may_have_been_meant_for() -> None:
    result = plain(row(more=",DPD,red"), header=f"{HEADER},curier,colour")
    assert [(each.name, each.nearest) for each in result.ignored] == [
        ("curier", "courier"),
        ("colour", None),
    ]


def test_a_file_of_columns_of_its_own_is_read_by_a_layout() -> None:
    layout = OrderLayout.of_columns(
        {"Nr": "order_id", "Artikel": "sku", "Menge": "quantity", "Datum": "placed_at"},
        day_first=True,
        thousands=".",
    )
    text = "Nr;Artikel;Menge;Datum\n1;Mütze;1.000;02.03.2026 10:00\n"
    result = imported(text.encode("cp1252"), preset=layout, time_zone=UTC)
    assert lines(result) == [("1", "Mütze", 1000)]
    assert result.file_format == FileFormat(encoding="cp1252", delimiter=";", skip_rows=0)


def test_a_layout_of_an_unknown_field_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"of_columns\['Nr'\] must be one of order_id, sku"):
        OrderLayout.of_columns({"Nr": "order"})


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("read_orders.at", {"at": datetime(2026, 3, 2)}),  # noqa: DTZ001 - that is the fault
        ("time zone", {"time_zone": "Europe/Londn"}),
        ("time zone", {"time_zone": "/etc/../Europe"}),
        ("read_orders.preset", {"preset": "shoppify"}),
        ("read_orders.on_change", {"on_change": "replace"}),
        ("delimiter", {"delimiter": ", "}),
    ],
)
def test_options_that_make_no_sense_are_refused(field: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match=field):
        plain(row(), **options)


def test_progress_is_told_every_thousand_rows_and_at_the_end() -> None:
    told: list[Progress] = []
    plain(*(row(str(number)) for number in range(2_500)), progress=told.append)
    assert [each.rows for each in told] == [1_000, 2_000, 2_500]
    assert told[-1].bytes_read == told[-1].bytes_total > 50_000


def test_an_order_id_of_128_characters_gets_a_command_id_of_as_many() -> None:
    result = plain(row("x" * 127 + "1"), row("x" * 127 + "2"))
    ids = [each.command_id for each in result.commands]
    assert [len(each or "") for each in ids] == [128, 128]
    assert ids[0] != ids[1]


def test_an_order_of_too_many_lines_is_rejected_and_the_others_are_not() -> None:
    many = [row("1") for _ in range(LINES_MAX)]
    assert len(lines(plain(*many, row("2")), "1")) == LINES_MAX
    result = plain(*many, row("2"), row("1"))
    assert list(orders(result)) == ["2"]
    (fault,) = result.faults
    assert str(fault) == ("row 10,003: its order has 10,001 lines, and may have 10,000; divide it")
    assert len(result.rejected) == LINES_MAX + 1
