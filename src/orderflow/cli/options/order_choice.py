"""The options that choose and sort the orders of a listing."""

from __future__ import annotations

import attrs

__all__ = ["OrderChoiceOptions"]


@attrs.frozen(kw_only=True)
class OrderChoiceOptions:
    """Which orders a listing has, and in which order.

    Attributes:
        choose: Only orders that match this filter: `sku=MUG and waiting>30d`.
        sort: Sort by these fields, with a minus from the largest down: `-waiting,priority`.
        value_field: The custom field with the value of an order, for the field `value`.
    """

    choose: str | None = attrs.field(
        default=None, metadata={"names": ("--where",), "metavar": "FILTER"}
    )
    sort: str | None = attrs.field(default=None, metadata={"metavar": "FIELD[,-FIELD]"})
    value_field: str | None = attrs.field(default=None, metadata={"metavar": "NAME"})
