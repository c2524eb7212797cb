"""The filter of `--where`, which must not contradict itself or another option."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from orderflow.cli.options.user_zone import user_zone
from orderflow.domain.model.order_filter import AND
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted, shortened
from orderflow.filters import OrderFilter, filter_of

if TYPE_CHECKING:
    from orderflow.domain.model.filter_fields import FilterValue

__all__ = ["check_options", "demanded", "filter_option"]

_ONE_VALUE = ("seller", "warehouse", "status", "id")
"""The fields of which every order has exactly one value."""

_IN_ENVIRONMENT = ("seller", "warehouse")
"""Those whose options may come from a variable of the environment."""


def filter_option(text: str | None) -> OrderFilter:
    """Return the filter of `--where`; one that matches every order if there is none.

    Raises:
        BadParameter: If the text is not a filter, or no order can match it.
    """
    if text is None:
        return OrderFilter()
    try:
        chosen = filter_of(text, user_zone())
    except InvalidValueError as error:
        raise _bad(str(error)) from error
    for field in _ONE_VALUE:
        named = chosen.only(field)
        if named is not None and not any(chosen.allows(field, value) for value in named):
            raise _bad(f"no order can match {_conditions(chosen, field)}")
    return chosen


def check_options(chosen: OrderFilter, **options: FilterValue) -> None:
    """Require that a filter allows what other options demand.

    Args:
        chosen: The filter.
        options: What they demand, by the field of the filter; `None` if they demand nothing.

    Raises:
        BadParameter: If no order can match both.
    """
    for field, value in options.items():
        if value is not None and not chosen.allows(field, value):
            given = f"--{field} {quoted(value)}"
            if field in _IN_ENVIRONMENT:
                given += f" (or ORDERFLOW_{field.upper()})"
            raise _bad(f"{_conditions(chosen, field)} contradicts {given}; omit one of them")


def demanded(chosen: OrderFilter, field: str) -> str | None:
    """Return the value of a field that a condition demands, if one demands a single value."""
    for each in chosen.conditions:
        if (each.field, each.comparison, len(each.values)) == (field, "=", 1):
            return str(each.values[0])
    return None


def _conditions(chosen: OrderFilter, field: str) -> str:
    return shortened(f" {AND} ".join(str(e) for e in chosen.conditions if e.field == field))


def _bad(message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint="'--where'")
