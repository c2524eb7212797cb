"""Stances: what a plan may do with an order, by filter, and what it must protect."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.order_filter import OrderFilter
from orderflow.domain.model.terms import Term
from orderflow.domain.queries.filter_text import filter_of

__all__ = ["PlanRule", "Protection", "Stance"]

RULES_MAX = 20


class Stance(Term):
    """What a plan may do with an order.

    Attributes:
        MUST_BE_FULL: It must be completed. If it cannot be, there is no plan.
        MAY_ONLY_GAIN: It may be completed, and loses nothing.
        MAY_LOSE: It may be completed, and may lose units. The default, if no rule matches.
        MAY_ONLY_LOSE: It may lose units, and gains nothing.
        LEFT_ALONE: It neither gains nor loses.
    """

    MUST_BE_FULL = "MUST_BE_FULL"
    MAY_ONLY_GAIN = "MAY_ONLY_GAIN"
    MAY_LOSE = "MAY_LOSE"
    MAY_ONLY_LOSE = "MAY_ONLY_LOSE"
    LEFT_ALONE = "LEFT_ALONE"


GAINING = (Stance.MUST_BE_FULL, Stance.MAY_ONLY_GAIN, Stance.MAY_LOSE)
LOSING = (Stance.MAY_LOSE, Stance.MAY_ONLY_LOSE)


def _filter_text(where: OrderFilter | str) -> str:
    return str(where if isinstance(where, OrderFilter) else filter_of(where))


@attrs.frozen(slots=False)
class PlanRule:
    """The stance towards the orders that a filter matches.

    If several rules match an order, the first one counts. Rules are served in their order: those of
    the first rule choose from all units, those of the second from what is left, and so on. Orders
    that no rule matches come last.

    >>> print(PlanRule("sku=MUG and priority >= 10", Stance.MUST_BE_FULL))
    MUST_BE_FULL: sku=MUG and priority>=10

    Attributes:
        where: Which orders: the text of a filter, or an `OrderFilter`, which becomes its text.
        stance: What a plan may do with them.

    Raises:
        InvalidValueError: If the text is not a filter.
    """

    where: str = attrs.field(converter=_filter_text)
    stance: Stance = attrs.field(validator=validators.one_of(Stance))

    @cached_property
    def filter(self) -> OrderFilter:
        """The filter."""
        return filter_of(self.where)

    def __str__(self) -> str:
        return f"{self.stance}: {self.where or 'every order'}"


@attrs.frozen(kw_only=True)
class Protection:
    """What a plan must not take. A pinned order is always protected.

    Attributes:
        complete: Whether orders that are allocated keep all of their units.
        waiting_longer_than: Orders whose customers have waited for longer than this lose no units.
        passed_over_max: At most this many later orders may pass over an order that still waits: see
            `PlannedPass`.
        whole_lines: Whether a line gives up all of its units, or none.
        sets: Whether the lines of a set give up all of their units together, or none.
    """

    complete: bool = attrs.field(default=True, validator=validators.one_of(bool))
    waiting_longer_than: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    passed_over_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.whole(0))
    )
    whole_lines: bool = attrs.field(default=False, validator=validators.one_of(bool))
    sets: bool = attrs.field(default=False, validator=validators.one_of(bool))
