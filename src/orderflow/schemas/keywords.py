"""What the rules of single values demand, in keywords of JSON Schema.

Regular expressions have only what every dialect has: no look-around, and no names of classes of
characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow.codec import scalars
from orderflow.codec.faults import NUMBER_MAX
from orderflow.domain.calendar.calendar import EXCEPTIONS_MAX, HOLIDAYS_MAX
from orderflow.domain.calendar.cut_off import COUNT_MAX
from orderflow.domain.model import validators
from orderflow.domain.model.bulk_commands import BULK_ORDERS_MAX, WHERE_CHARACTERS_MAX
from orderflow.domain.model.erasure import ERASED_TOGETHER_MAX
from orderflow.domain.model.policy import SPLIT_IDS_CHARACTERS_MAX
from orderflow.domain.model.sourcing_policy import WAREHOUSES_MAX
from orderflow.domain.model.validators import LINES_MAX, UNITS_MAX
from orderflow.notices.preferences import ADDRESS_CHARACTERS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

    import attrs

    Schema = dict[str, Any]

__all__ = ["ANY_INTEGER", "BETWEEN_FIELDS", "DEFINITIONS", "OF_INSTANCES", "demands", "pair"]

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_UNPRINTABLE = "\x00-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"

DEFINITIONS: dict[str, Schema] = {
    "Identifier": {
        "type": "string",
        "description": "An id: a short printable text.",
        "minLength": 1,
        "maxLength": validators.IDENTIFIER_CHARACTERS_MAX,
        "pattern": f"^[^ {_UNPRINTABLE}]([^{_UNPRINTABLE}]*[^ {_UNPRINTABLE}])?$",
    },
    "Note": {
        "type": "string",
        "description": "A text that may be empty and have several lines.",
        "maxLength": validators.NOTE_CHARACTERS_MAX,
        "pattern": f"^[^{_CONTROLS}]*$",
    },
    "Moment": {
        "type": "string",
        "description": "A moment with its offset from UTC.",
        "format": "date-time",
        "pattern": f"^{scalars.MOMENT}$",
        "examples": ["2026-03-01T09:30:00+00:00"],
    },
    "Day": {
        "type": "string",
        "description": "A date.",
        "format": "date",
        "pattern": f"^{scalars.DAY}$",
    },
    "ClockTime": {
        "type": "string",
        "description": "A local time of day, without an offset.",
        "pattern": f"^{scalars.CLOCK}$",
        "examples": ["16:00:00"],
    },
    "TimeZone": {
        "type": "string",
        "description": "The IANA name of a time zone.",
        "minLength": 1,
        "examples": ["Europe/London"],
    },
    "Duration": {
        "type": "string",
        "description": "A length of time.",
        "pattern": f"^{scalars.DURATION}$",
        "examples": ["P1DT12H"],
    },
    "DecimalNumber": {
        "type": "string",
        "description": "A number, as a text of its digits.",
        "pattern": f"^{scalars.DECIMAL}$",
        "examples": ["12.50"],
    },
}
"""The values that many fields have, by the names of their definitions."""

ANY_INTEGER = {"type": "integer", "minimum": -NUMBER_MAX, "maximum": NUMBER_MAX}
_IDENTIFIER, _NOTE = {"$ref": "Identifier"}, {"$ref": "Note"}
_UNITS = {"type": "integer", "minimum": 1, "maximum": UNITS_MAX}
_UNITS_CHANGE = {
    "type": "integer",
    "minimum": -UNITS_MAX,
    "maximum": UNITS_MAX,
    "not": {"const": 0},
}
_UNRESERVED = "[A-Za-z0-9._~-]*"


def pair(*parts: Schema) -> Schema:
    """Return the schema of an array with a fixed number of parts."""
    return {
        "type": "array",
        "prefixItems": list(parts),
        "minItems": len(parts),
        "maxItems": len(parts),
    }


_OF_VALIDATORS: dict[object, Schema] = {
    validators.identifier: _IDENTIFIER,
    validators.note: _NOTE,
    validators.words: {**_NOTE, "pattern": "[^ \t\n\r]"},
    validators.moment: {},  # as every moment
    validators.duration: {},  # no keyword compares durations
    validators.duration_change: {},
    validators.units_change: _UNITS_CHANGE,
    validators.line_units: {"items": pair(_IDENTIFIER, _UNITS), "maxItems": LINES_MAX},
    validators.line_changes: {
        "items": pair(_IDENTIFIER, _UNITS_CHANGE),
        "minItems": 1,
        "maxItems": LINES_MAX,
    },
    validators.custom_fields: {
        "propertyNames": _IDENTIFIER,
        "additionalProperties": _NOTE,
        "maxProperties": validators.CUSTOM_FIELDS_MAX,
    },
}

_OF_FIELDS: dict[str, Schema] = {
    "Address.country": {"pattern": "^[A-Z][A-Z]$"},
    "AllocationPolicy.split_ids": {
        "maxLength": SPLIT_IDS_CHARACTERS_MAX,
        "pattern": f"^{_UNRESERVED}([{{]order_id[}}]{_UNRESERVED}[{{]number[}}]|[{{]number[}}]"
        f"{_UNRESERVED}[{{]order_id[}}]){_UNRESERVED}$",
    },
    "CutOffRules.completed_max": {"minimum": 0, "maximum": COUNT_MAX},
    "CutOffRules.small_file_max": {"minimum": 0, "maximum": COUNT_MAX},
    "ErasePersonalData.order_ids": {
        "items": _IDENTIFIER,
        "minItems": 1,
        "maxItems": ERASED_TOGETHER_MAX,
        "uniqueItems": True,
    },
    "ExpectedDespatch.day": {},
    "Order.warehouse_id": {"anyOf": [_IDENTIFIER, {"const": ""}]},
    "OrderLine.allocated": {"minimum": 0, "maximum": UNITS_MAX},
    "Recipient.address": {
        "minLength": 1,
        "maxLength": ADDRESS_CHARACTERS_MAX,
        "pattern": f"^[^ {_UNPRINTABLE}]*$",
    },
    "ReturnUnits.units": {"minItems": 1},
    "SourcingPolicy.warehouses": {
        "items": _IDENTIFIER,
        "minItems": 1,
        "maxItems": WAREHOUSES_MAX,
        "uniqueItems": True,
    },
    "SplitOrder.units": {"minItems": 1},
    "StartBulk.orders": {
        "items": pair(_IDENTIFIER, {"type": "integer", "minimum": 0, "maximum": UNITS_MAX}),
        "maxItems": BULK_ORDERS_MAX,
    },
    "StartBulk.where": {"maxLength": WHERE_CHARACTERS_MAX},
    "WarehouseCalendar.cut_off": {},
    "WarehouseCalendar.date_cut_offs": {"maxItems": EXCEPTIONS_MAX},
    "WarehouseCalendar.holidays": {"maxItems": HOLIDAYS_MAX},
    "WarehouseCalendar.time_zone": {},
    "WarehouseCalendar.weekday_cut_offs": {"maxItems": EXCEPTIONS_MAX},
    "WarehouseCalendar.working_days": {"minItems": 1},
}
"""The rules that belong to one field of one type."""

OF_INSTANCES: dict[str, Schema] = {
    "BackOrderWait.passed_over": {"minimum": 0, "maximum": UNITS_MAX},
    "DespatchOrder.units": {"minItems": 1},
    "MoveOrder.units": {"minItems": 1},
    "Stock.allocated": {"minimum": 0, "maximum": UNITS_MAX},
    "Stock.on_hand": {"minimum": 0, "maximum": UNITS_MAX},
}
"""The rules for one field that its class checks together with others, not by a validator."""

BETWEEN_FIELDS = frozenset(
    {
        "CutOffRules.large_file_before",
        "CutOffRules.small_file_before",
        "PlaceOrder.order",
        "PlaceOrders.orders",
        "PlanEdit.taker",
        "Preference.timings",
        "ReallocateUnits.changes",
        "ReplaceProduct.by",
        "Replacement.replaces",
        "ReplacementList.items",
        "ReportShortPick.picked",
        "ServeWaiting.keys",
        "SourcingPolicy.costs",
        "SourcingPolicy.waits_at",
        "TransferStock.to_warehouse_id",
    }
)
"""The fields with a rule about other fields or their parts, which no keyword expresses."""


def demands(kind: type, field: attrs.Attribute[Any]) -> Schema:
    """Return the keywords for a field of a type. A `$ref` names one of `DEFINITIONS`.

    Raises:
        LookupError: If the field has a rule that this module does not know.
    """
    found: Schema = {}
    name = f"{kind.__name__}.{field.name}"
    for rule in _rules(field.validator):
        found |= _keywords(name, rule)
    return found | OF_INSTANCES.get(name, {})


def _rules(validator: Any) -> Iterator[Any]:  # noqa: ANN401 - what attrs makes of validators
    """Yield the validators in one that attrs has combined."""
    if validator is None:
        return
    name = type(validator).__name__
    if name == "_OptionalValidator":
        yield from _rules(validator.validator)
    elif name == "_AndValidator":
        for each in validator._validators:  # noqa: SLF001 - attrs has no other way
            yield from _rules(each)
    else:
        yield validator


def _keywords(field: str, rule: Any) -> Schema:  # noqa: ANN401 - as above
    match rule:
        case validators.WholeNumber(smallest, largest):
            return {"minimum": smallest, "maximum": largest}
        case validators.TupleOf(_, smallest, largest):
            bounds = {"minItems": smallest, "maxItems": largest}
            return {keyword: bound for keyword, bound in bounds.items() if bound}
        case validators.OneOf():
            return {}  # the type hint says it
        case _:
            if rule in _OF_VALIDATORS:
                return _OF_VALIDATORS[rule]
            if field in _OF_FIELDS or field in BETWEEN_FIELDS:
                return _OF_FIELDS.get(field, {})
            raise LookupError(f"{field} has a rule without keywords: give it a place in {__name__}")
