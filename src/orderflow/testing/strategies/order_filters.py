"""Strategies for filters of orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from orderflow.domain.model import filter_fields, validators
from orderflow.domain.model.filter_fields import FILTER_FIELDS, ValueKind, custom_field
from orderflow.domain.model.order_filter import Condition, OrderFilter
from orderflow.testing.strategies.values import identifiers

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from orderflow.domain.model.filter_fields import FilterValue

__all__ = ["filters"]

_FIRST = datetime(validators.YEAR_MIN, 1, 1)  # noqa: DTZ001 - Hypothesis asks for such a one
_LAST = datetime(validators.YEAR_MAX, 12, 31)  # noqa: DTZ001 - the same
_BY_KIND: dict[ValueKind, SearchStrategy[FilterValue]] = {
    filter_fields.TEXT: identifiers(),
    filter_fields.CUSTOM_TEXT: st.text().filter(validators.is_note),
    filter_fields.NUMBER: st.integers(-validators.UNITS_MAX, validators.UNITS_MAX),
    filter_fields.MOMENT: st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
    filter_fields.DURATION: st.timedeltas(timedelta(0), validators.DURATION_MAX),
}


@st.composite
def filters(draw: DrawFn) -> OrderFilter:
    """Draw any valid filter of at most a few conditions."""
    return OrderFilter(tuple(draw(st.lists(_conditions(), max_size=3))))


@st.composite
def _conditions(draw: DrawFn) -> Condition:
    fields = [*FILTER_FIELDS.values(), custom_field(draw(identifiers()))]
    field = draw(st.sampled_from(fields))
    comparison = draw(st.sampled_from(field.kind.comparisons))
    is_equality = comparison in filter_fields.EQUALITY
    terms = field.kind.terms
    values = st.sampled_from(list(terms)) if terms is not None else _BY_KIND[field.kind]
    if field.may_be_none and is_equality:
        values = st.none() | values
    several = draw(st.lists(values, min_size=1, max_size=3 if is_equality else 1))
    return Condition(field.name, comparison, tuple(several))
