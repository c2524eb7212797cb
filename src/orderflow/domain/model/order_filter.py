"""A filter: conditions on the orders' own data, all of which must hold.

It is an object for programs, and a text for people: `filter_of` reads the text, and `str` writes
it. A filter is bounded, so that it can come from outside.
"""

from __future__ import annotations

import operator
import re
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, assert_never

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.durations import duration_text
from orderflow.domain.model.filter_fields import (
    CUSTOM_FIELD,
    EQUALITY,
    EXPECTED,
    FilterField,
    FilterValue,
    filter_field,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.order import Order

__all__ = ["Condition", "OrderFilter"]

CHARACTERS_MAX = 20_000
"""The longest text of a filter."""

CONDITIONS_MAX = 20
VALUES_MAX = 1_000

_ORDERINGS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_BARE = re.compile(r"[^\s,\"'=<>!]+")

AND = "and"
NONE = "none"
"""The words of a filter: between two conditions, and for no value at all."""


def _moments_in_utc(values: object) -> object:
    if not isinstance(values, tuple):
        return values
    return tuple(validators.in_utc(v) if isinstance(v, datetime) else v for v in values)


@attrs.frozen(slots=False)
class Condition:
    """One condition on an order.

    >>> print(Condition("status", "=", ("ON_BACK_ORDER", "ON_HOLD")))
    status=ON_BACK_ORDER,ON_HOLD

    With ``=``, any value of the order must be among these; with ``!=``, none may be. With another
    comparison there is one value, and any value of the order must be on that side of it. `None`
    among the values stands for an order that has none.

    Attributes:
        field: The name of a field, or ``field:NAME`` for a custom field.
        comparison: One of ``= != < <= > >=``.
        values: The values: texts, whole numbers, datetimes or timedeltas, as the field has them.

    Raises:
        InvalidValueError: If there is no such field, or it allows no such comparison or value.
    """

    field: str
    comparison: str
    values: tuple[FilterValue, ...] = attrs.field(converter=_moments_in_utc)

    def __attrs_post_init__(self) -> None:
        field = filter_field(self.field)
        allowed = field.kind.comparisons
        validators.require(
            ok=self.comparison in allowed,
            field="Condition.comparison",
            demand=f"one of {' '.join(allowed)}",
            value=self.comparison,
        )
        is_equality = self.comparison in EQUALITY
        several = VALUES_MAX if is_equality else 1
        validators.require(
            ok=isinstance(self.values, tuple) and 0 < len(self.values) <= several,
            field="Condition.values",
            demand=f"1 to {VALUES_MAX} values" if is_equality else "one value",
            value=self.values,
        )
        for value in self.values:
            _check_value(value, field, may_be_none=field.may_be_none and is_equality)

    def matches(self, order: Order, at: datetime, expected_at: datetime | None = None) -> bool:
        """Whether it holds of an order: see `OrderFilter.matches`."""
        values = filter_field(self.field).values_of(order, at, expected_at)
        if self.comparison in EQUALITY:
            return self._has_any_of(values) is (self.comparison == "=")
        compare, (limit,) = _ORDERINGS[self.comparison], self.values
        return any(compare(value, limit) for value in values)  # type: ignore[arg-type] # of one kind

    def _has_any_of(self, values: Iterable[FilterValue]) -> bool:
        is_none = True
        for value in values:
            if value in self._wanted:
                return True
            is_none = False
        return is_none and None in self._wanted

    def __str__(self) -> str:
        name = self.field
        if name.startswith(CUSTOM_FIELD):
            name = f"{CUSTOM_FIELD}{_word(name.removeprefix(CUSTOM_FIELD))}"
        return f"{name}{self.comparison}{','.join(map(_value_text, self.values))}"

    @cached_property
    def _wanted(self) -> frozenset[FilterValue]:
        return frozenset(self.values)


@attrs.frozen
class OrderFilter:
    """Conditions on orders, all of which must hold. Without any, it matches every order.

    >>> print(OrderFilter((Condition("sku", "=", ("MUG",)), Condition("units", ">", (3,)))))
    sku=MUG and units>3

    Its text, which `filter_of` reads, has at most 20,000 characters.

    Attributes:
        conditions: At most 20.

    Raises:
        InvalidValueError: If there are more, or its text is longer.
    """

    conditions: tuple[Condition, ...] = attrs.field(
        default=(), validator=validators.tuple_of(Condition, largest=CONDITIONS_MAX)
    )

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=len(str(self)) <= CHARACTERS_MAX,
            field="OrderFilter.conditions",
            demand=f"at most {CHARACTERS_MAX} characters long as a text",
            value=self.conditions,
        )

    @property
    def needs_expected_at(self) -> bool:
        """Whether a condition is on the expected date, which `matches` must then be given."""
        return any(each.field == EXPECTED for each in self.conditions)

    def matches(self, order: Order, at: datetime, expected_at: datetime | None = None) -> bool:
        """Whether all conditions hold of an order.

        Args:
            order: The order.
            at: The time, to which ages and waits are measured.
            expected_at: When the order is expected to be covered; `None` if no date is known.
        """
        return all(each.matches(order, at, expected_at) for each in self.conditions)

    def only(self, field: str) -> frozenset[FilterValue] | None:
        """Return the values that an order must have one of, or `None` if any value will do.

        A reader of many orders can leave out those with another value. The field must be one of
        which an order has exactly one value.
        """
        named = [
            frozenset(each.values)
            for each in self.conditions
            if each.field == field and each.comparison == "="
        ]
        return frozenset.intersection(*named) if named else None

    def allows(self, field: str, value: FilterValue) -> bool:
        """Whether an order whose only value of a field is this one may match.

        >>> OrderFilter((Condition("seller", "!=", ("acme",)),)).allows("seller", "acme")
        False

        The field must be one that is compared with ``=`` and ``!=`` alone.
        """
        return all(
            (value in each.values) is (each.comparison == "=")
            for each in self.conditions
            if each.field == field
        )

    def __str__(self) -> str:
        return f" {AND} ".join(map(str, self.conditions))


def _check_value(value: FilterValue, field: FilterField, *, may_be_none: bool) -> None:
    demand = field.kind.demand
    validators.require(
        ok=may_be_none if value is None else field.kind.fits(value),
        field="Condition.values",
        demand=f"{demand}, or {NONE}" if may_be_none else demand,
        value=NONE if value is None else value,
    )


def _value_text(value: FilterValue) -> str:
    match value:
        case None:
            return NONE
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case timedelta():
            return duration_text(value)
        case str():
            return _word(value)
        case int():
            return str(value)
    assert_never(value)


def _word(text: str) -> str:
    """Return a text in quotation marks if it needs any."""
    if _BARE.fullmatch(text) and text.casefold() not in {AND, NONE}:
        return text
    return '"' + text.replace('"', '""') + '"'
