"""The wait of an order on back order."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError

__all__ = ["BackOrderWait"]


@attrs.frozen
class BackOrderWait:
    """The wait of an order on back order.

    Attributes:
        since: When it went on back order.
        passed_over: How often a later order took units of the product that it is blocked on.
        allows_partial: Whether it has waited enough: to be allocated a part under `AFTER_WAITING`,
            or to leave in parts of any size under `AllocationPolicy.split_wait_min`.
        reminded: Whether its seller was reminded that it will be given up.
        given_up: Whether it was given up, which did not end its wait.
        served_first: Whether it comes before all others in its queues, because it gave units in a
            reallocation that repays them.
    """

    since: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    passed_over: int = attrs.field(default=0)
    allows_partial: bool = attrs.field(default=False)
    reminded: bool = attrs.field(default=False)
    given_up: bool = attrs.field(default=False)
    served_first: bool = attrs.field(default=False)

    def __attrs_post_init__(self) -> None:
        # One test for the good case: every order that goes on back order gets one of these.
        if (
            validators.is_units(self.passed_over, 0)
            and type(self.allows_partial) is type(self.reminded) is bool
            and type(self.given_up) is type(self.served_first) is bool
        ):
            return
        validators.require(
            ok=validators.is_units(self.passed_over, 0),
            field="BackOrderWait.passed_over",
            demand=validators.whole_demand(0),
            value=self.passed_over,
        )
        marks = ("allows_partial", "reminded", "given_up", "served_first")
        wrong = next(mark for mark in marks if not isinstance(getattr(self, mark), bool))
        raise InvalidValueError(f"BackOrderWait.{wrong}", "True or False", getattr(self, wrong))
