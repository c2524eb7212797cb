"""The schemas accept what the codec reads and writes, and refuse what it refuses."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from orderflow import MemoryRepository, Order, OrderFlow, StockKey
from orderflow.codec import from_data, to_data
from orderflow.errors import CodecError, InvalidValueError, NotFoundError, RefusedError
from orderflow.errors.quoting import ITEMS_MAX
from orderflow.schemas import all_types, components_of, schema_of
from orderflow.schemas.keywords import BETWEEN_FIELDS, OF_INSTANCES, demands
from orderflow.testing import strategies
from tests.codec.test_meddling import meddle
from tests.codec.things import CLASSES, ORDER, things
from tests.docs.diagrams import ROOT
from tests.schemas.checking import EVERYTHING, accepts, validator
from tests.schemas.committed import FOLDER, files

if TYPE_CHECKING:
    from collections.abc import Iterator

few = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    max_examples=settings().max_examples // 2,
)


@pytest.mark.parametrize("name", files())
def test_the_committed_files_are_those_of_the_code(name: str) -> None:
    stale = "they are stale: make diagrams"
    assert (FOLDER / name).read_bytes() == files()[name].encode(), stale


def test_the_schemas_are_valid() -> None:
    Draft202012Validator.check_schema(EVERYTHING)
    names = {each["$ref"].removeprefix("#/$defs/") for each in EVERYTHING["oneOf"]}
    assert names == {f"{kind.__name__}Envelope" for kind in CLASSES}


def test_every_reference_has_its_definition() -> None:
    for kind in (Order, StockKey):
        for schema, prefix in (
            (schema_of(kind), "#/$defs/"),
            ({"$defs": components_of(kind)}, "#/components/schemas/"),
        ):
            named = set(re.findall(f'"{re.escape(prefix)}([^"]+)"', json.dumps(schema)))
            assert named <= set(schema["$defs"])


def test_the_schema_of_one_type_is_complete() -> None:
    schema = schema_of(Order)
    assert Draft202012Validator(schema).is_valid(to_data(ORDER))
    assert not Draft202012Validator(schema).is_valid(to_data(StockKey("acme", "leeds", "MUG")))
    assert Draft202012Validator(schema_of(Order | StockKey)).is_valid(to_data(ORDER))


@pytest.mark.parametrize("kind", [int, "Order", OrderFlow, Order | int])
def test_other_types_have_no_schema(kind: Any) -> None:  # noqa: ANN401 - anything at all
    with pytest.raises(InvalidValueError, match="a type that the codec writes"):
        schema_of(kind)


def test_a_new_rule_of_a_field_is_not_forgotten() -> None:
    @attrs.frozen
    class Parcel:
        weight: int = attrs.field(validator=lambda _self, _field, _value: None)

    with pytest.raises(LookupError, match=r"^Parcel\.weight has a rule without keywords: "):
        demands(Parcel, attrs.fields(Parcel).weight)


# What the codec writes.


@given(strategies.histories(length_max=8))
@few
def test_commands_and_their_outcomes_follow_the_schemas(history: strategies.CommandHistory) -> None:
    flow = OrderFlow(MemoryRepository(), default_policy=history.policy)
    assert accepts(to_data(history.policy))
    for command in history.commands:
        assert accepts(to_data(command))
        try:
            outcome = flow.handle(command)
        except (NotFoundError, RefusedError):
            continue
        assert accepts(to_data(outcome))


@given(
    st.one_of(
        *(strategies.addresses(), strategies.holds(), strategies.orders()),
        *(strategies.policies(), strategies.receipts()),
        *(strategies.sourcing_policies(), strategies.stock_keys(), strategies.stock_records()),
    )
)
@few
def test_values_follow_the_schemas(value: object) -> None:
    assert accepts(to_data(value))


def examples() -> Iterator[dict[str, Any]]:
    """Yield each value in an envelope that the documentation shows."""
    begins = re.compile(r'\{\s*"type":\s*"[A-Z]')
    for page in (*ROOT.glob("docs/**/*.md"), *ROOT.glob("src/orderflow/codec/*.py")):
        text = page.read_text(encoding="utf-8")
        for match in begins.finditer(text):
            value = json.JSONDecoder(strict=False).raw_decode(text, match.start())[0]
            if "version" in value:
                yield value


def test_the_examples_in_the_documentation_follow_the_schemas() -> None:
    shown = list(examples())
    assert len(shown) > 3
    for each in shown:
        assert accepts(each) == (not faults(each)), each


# What the codec reads, and what it refuses.

# Demands that no keyword expresses: rules between fields, days that a month does not have, limits
# of durations, and names of time zones.
UNSAID = re.compile(
    r"be ((given|None|empty|one that agrees|ON_HOLD exactly|at (most|least)|other|another|WAIT|the|"
    r"STRICT|COMPLETE|AFTER_WAITING|lines whose|orders|in the order|AT_ONCE|DAILY|warehouses|"
    r"one for each|one of the|a number of units) |a (date|moment|timedelta|count)|in the years|"
    r"a whole number of units from 0 to (the quantity|on_hand)|the IANA name)"
)


@given(st.data())
@few
def test_data_that_were_meddled_with_are_refused_by_codec_and_schema(data: st.DataObject) -> None:
    before = to_data(data.draw(st.sampled_from(CLASSES).flatmap(things)))
    assert accepts(before)
    if not before["data"]:
        return
    after = copy.deepcopy(before)
    meddle(after, data.draw)
    if type(after["type"]) is not str or after["type"] not in all_types():
        return
    found = faults(after)
    if not found or not all(map(UNSAID.search, found)):
        assert accepts(after) == (not found), found


ODD: list[Any] = [
    *(None, True, 0, 1, -1, 101, 2**63, 10**12 + 1, 1.5),
    *("", "A", " A", "A\nB", "A\u2028B", "x" * 129, "x" * 1001, "GB", "{order_id}-{number}"),
    *("2026-03-01T09:30Z", "2026-13-01T09:30:00Z", "2026-03-01", "16:00", "24:00", "P1D", "P"),
    *([], {}, [None], [{}], ["A", 1], ["A", "A"], {"A": 1}, {"A": "b"}, {" A": "b"}),
    *([["A", 0]], [["A", 1]], [["A", 1, 2]], [["A", 1.5]]),
    *([{"type": "RemoveLine", "line_id": "1"}], [{"type": "RemoveLine"}], [{"type": "Nothing"}]),
]


@pytest.mark.parametrize("kind", CLASSES)
def test_each_field_refuses_what_the_codec_refuses(kind: type) -> None:
    """Give each field each odd value, and compare the fields with a fault."""
    found = [
        (name, odd, by)
        for odd in ODD
        for name, by in disagreements(kind, odd)
        if f"{kind.__name__}.{name}" not in {*BETWEEN_FIELDS, *OF_INSTANCES}
        and not (isinstance(odd, str) and name in {"time_zone", "zone"})
    ]
    assert found == []


@pytest.mark.parametrize("kind", CLASSES)
@given(data=st.data())
@settings(few, max_examples=1, phases=[Phase.generate])
def test_each_field_of_a_valid_value_has_the_bounds_of_the_codec(
    kind: type, data: st.DataObject
) -> None:
    """Give one field at a time a value out of bounds: some rules need all the others."""
    valid = to_data(data.draw(things(kind)))
    out_of_bounds: tuple[object, ...] = (-1, -(10**9) - 1, 10**12 + 1, [])
    for field in attrs.fields(kind):
        for odd in out_of_bounds:
            after = {**valid, "data": {**valid["data"], field.name: odd}}
            found = faults(after)
            if any("whole number" in each or not UNSAID.search(each) for each in found):
                assert not accepts(after), (field.name, odd, found)


def disagreements(kind: type, odd: object) -> Iterator[tuple[str, str]]:
    """Yield each field that only the codec or only the schema refuses."""
    data = {field.name: odd for field in attrs.fields(kind)}
    found = faults({"type": kind.__name__, "version": 1, "data": data})
    by_codec = {fault.split(".")[2].partition(":")[0].partition("[")[0] for fault in found}
    errors = validator(kind.__name__).iter_errors(data)
    by_schema = {str(error.absolute_path[0]) for error in errors if error.absolute_path}
    yield from ((name, "codec") for name in by_codec - by_schema)
    if len(found) < ITEMS_MAX:  # else, the codec has not listed all of them
        yield from ((name, "schema") for name in by_schema - by_codec)


def faults(data: dict[str, Any]) -> tuple[str, ...]:
    """Return what the codec says of data that it refuses."""
    try:
        from_data(data)
    except CodecError as error:
        return error.faults
    return ()


@pytest.mark.parametrize("kind", CLASSES)
def test_a_field_that_is_missing_or_unknown_is_refused(kind: type) -> None:
    required = [field.name for field in attrs.fields(kind) if field.default is attrs.NOTHING]
    errors = list(validator(kind.__name__).iter_errors({"surplus": 1}))
    assert "additionalProperties" in {error.validator for error in errors}
    missing = [error.message for error in errors if error.validator == "required"]
    assert missing == [f"{name!r} is a required property" for name in required]
    for envelope in ({"type": kind.__name__, "version": 2}, {"type": "Nothing", "version": 1}):
        assert not validator(f"{kind.__name__}Envelope").is_valid({**envelope, "data": {}})
