"""Names the option or argument that holds an invalid value, or that a refusal speaks of.

The types of orderflow name their fields. Somebody at the command line has options, so the message
has to name those.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import typer
from typer.models import ArgumentInfo, OptionInfo

from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from inspect import Parameter

    from orderflow.errors import InvalidValueError

__all__ = ["bad_parameter", "in_options", "shown_name"]

_BY_TYPE = {
    "AddLine": ("add",),
    "AddLine.set_id": ("sets",),
    "Address": ("ship_to",),
    "ChangeCustomField": ("custom_fields",),
    "ChangeQuantity": ("quantity",),
    "ExpectedReceipt": ("add",),
    "OrderLine": ("lines",),
    "OrderLine.set_id": ("sets",),
    "PickedLine": ("found",),
    "ReceiptChange.later": ("slip",),
    "RemoveLine": ("remove", "lines"),
    "ReplaceLine": ("replace",),
    "SourcingCost": ("costs",),
    "StockKey.sku": ("add",),
}
"""The parameters that one value of a type is read from as a whole, or one of its fields."""

_BY_FIELD = {
    "before": "older_than",
    "bulk_id": "run_id",
    "country": "holidays",
    "country_default": "country",
    "custom_fields": "keep_column",
    "earlier_max": "ahead",
    "lines": "lines",
    "order_id": "order_ids",
    "picked": "found",
    "placed_at": "window",
    "placed_at_default": "placed_at",
    "quantity": "units",
    "quantity_default": "quantity",
    "reason": "why",
    "receipt_id": "receipt",
    "seller_id": "seller",
    "since": "recent",
    "subdivision": "holidays",
    "waiting_longer_than": "protect_waiting",
    "warehouse_id": "warehouse",
    "warehouses": "sources",
}
"""The parameters whose names differ from those of the fields."""

_IN_WORDS = {
    "a timedelta": "a number of days",
    "a datetime with a time zone": "a time",
    ", or None": "",
    "None unless": "omitted unless",
    "None if": "omitted if",
    "None for": "omitted for",
}
_TUPLE = re.compile(r"\ba tuple of (\d+ (?:to \d+|or more)) \w+(?: or \w+)*")
"""What a list requires: on the command line, an option that is repeated."""
_FIELD = re.compile(r"('[^']*'|\"[^\"]*\")|\b[a-z]+(?:_[a-z]+)+\b")
"""A text in quotes, which may be anybody's, or the name of a field."""


def bad_parameter(
    error: InvalidValueError, parameters: Mapping[str, Parameter]
) -> typer.BadParameter | None:
    """Return the error of an option or argument, or `None` if no parameter holds the value.

    Args:
        error: What is wrong with a field.
        parameters: The parameters of the command, by name.
    """
    for name, part in _candidates(error.field):
        if name in parameters:
            value = f", not {quoted(error.value)}" if type(error.value) in {str, int} else ""
            hint = f"'{shown_name(parameters[name])}'"
            demand = _in_words(error.demand, parameters)
            return typer.BadParameter(f"{part}must be {demand}{value}", param_hint=hint)
    return None


def in_options(text: str, parameters: Mapping[str, Parameter]) -> str:
    """Return a message with the options in place of the fields that it names outside quotes.

    Args:
        text: The message.
        parameters: The parameters of the command, by name.
    """

    def option(match: re.Match[str]) -> str:
        parameter = None if match[1] else parameters.get(match[0])
        return match[0] if parameter is None else shown_name(parameter)

    return _FIELD.sub(option, text)


def _candidates(field: str) -> Iterator[tuple[str, str]]:
    """Yield parameters, and which part of the parameter is meant if it has several."""
    owner, _, name = field.rpartition(".")
    for parameter in _BY_TYPE.get(field) or _BY_TYPE.get(owner, ()):
        yield parameter, f"{name.replace('_', ' ')} "
    yield name, ""
    yield _BY_FIELD.get(name, ""), ""


def shown_name(parameter: Parameter) -> str:
    """Return the option or argument as a user writes it."""
    for info in get_args(parameter.annotation):
        if isinstance(info, OptionInfo):
            # What is written first is the default for Typer, until it makes the option.
            given = map(str, (info.default, *(info.param_decls or ())))
            option = f"--{parameter.name.replace('_', '-')}"
            return next((each for each in given if each.startswith("--")), option)
        if isinstance(info, ArgumentInfo) and info.metavar:
            return str(info.metavar)
    return parameter.name.upper()


def _in_words(demand: str, parameters: Mapping[str, Parameter]) -> str:
    for term, words in _IN_WORDS.items():
        demand = demand.replace(term, words)
    demand = _TUPLE.sub(r"given \1 times", demand)

    def option(match: re.Match[str]) -> str:
        parameter = parameters.get(match[0])
        return match[0] if parameter is None else shown_name(parameter)

    return re.sub(r"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]+(?= is )", option, demand)
