"""Plans over the whole backlog, as methods of a seller's handle."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, TypedDict, Unpack

import attrs

from orderflow.domain.model import validators
from orderflow.domain.planning.applying import NOTE, command_of
from orderflow.domain.planning.editing import edit_plan
from orderflow.domain.planning.rebalancing import rebalance
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.planning.editing import PlanEdit
    from orderflow.domain.planning.plan import Plan
    from orderflow.domain.planning.search import GoOn, Optimiser
    from orderflow.domain.planning.stances import Protection, Rule
    from orderflow.domain.planning.weights import Weight, WeightOf
    from orderflow.domain.state.view import View

__all__ = ["PlanningMethods"]


class _Question(TypedDict, total=False):
    weight: Weight | WeightOf
    value_field: str | None
    rules: Iterable[Rule]
    protection: Protection
    orders_max: int
    waiting_max: int
    rounds: int
    optimiser: Optimiser | None
    exact: bool


class PlanningMethods(SellerScope):
    """Plans: made, edited and applied."""

    def rebalance(
        self,
        *,
        seconds: float | None = None,
        go_on: GoOn | None = None,
        at: datetime | None = None,
        **question: Unpack[_Question],
    ) -> Plan:
        """Return the plan with the greatest total weight of completed orders. Nothing is saved.

        Args:
            seconds: End the search after this time, and return the best plan so far. Without it,
                the same state gives the same plan.
            go_on: Is told the weight reached and the bound, and may end the search.
            at: The time. Default: now.
            question: The other arguments of `orderflow.planning.rebalance`.

        Raises:
            PlanRefusedError: If an order that must be full cannot be, or too many orders wait.
            InvalidValueError: If an argument is not valid.
        """
        begun = monotonic()
        if seconds is not None:
            validators.require(
                ok=validators.is_seconds(seconds),
                field="rebalance.seconds",
                demand=validators.SECONDS_DEMAND,
                value=seconds,
            )

        def goes_on(value: int, bound: int) -> bool:
            in_time = seconds is None or monotonic() - begun < seconds
            return (go_on is None or go_on(value, bound)) and in_time

        moment, default = self._read_moment("rebalance.at", at), self._default_policy
        plan = self._read_served(
            lambda view: rebalance(view, moment, default, go_on=goes_on, **question), moment
        )
        return attrs.evolve(plan, took=timedelta(seconds=monotonic() - begun))

    def edit_plan(
        self,
        plan: Plan,
        edits: str | Iterable[PlanEdit],
        *,
        weight_of: WeightOf | None = None,
    ) -> Plan:
        """Return a plan with some changes by hand. Nothing is saved.

        Args:
            plan: The plan.
            edits: What to change, such as ``"take 3 from A-1, give to A-7"``.
            weight_of: The function of the weights, if the plan was made with one.

        Raises:
            PlanRefusedError: If an edit is not possible, or the plan is out of date.
            InvalidValueError: If an argument is not valid.
        """
        default = self._default_policy

        def task(view: View) -> Plan:
            return edit_plan(plan, view, edits, default, weight_of=weight_of)

        return self._read_served(task, self._moment(None))

    def apply(
        self, plan: Plan, *, by: str, note: str = NOTE, at: datetime | None = None
    ) -> Outcome:
        """Apply a plan, as a whole or not at all. Applied again, it changes nothing.

        Args:
            plan: The plan.
            by: Who applies it.
            note: Why, for people.
            at: The time. Default: now.

        Raises:
            PlanRefusedError: If the plan changes nothing, or more than 20,000 orders.
            StaleVersionError: If an order of the plan has changed since.
            ReallocationRefusedError: If the units are not there any more.
        """
        return self.handle(command_of(plan, at=self._moment(at), by=by, note=note))
