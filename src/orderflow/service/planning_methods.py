"""Plans over the whole backlog, as methods of a seller's handle."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.reallocation import REALLOCATIONS_MAX
from orderflow.domain.planning.applying import NOTE, command_of
from orderflow.domain.planning.editing import edit_plan
from orderflow.domain.planning.rebalancing import PROTECTION, WAITING_MAX, rebalance
from orderflow.domain.planning.search import ROUNDS
from orderflow.domain.planning.weights import Weight
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.planning.editing import PlanEdit
    from orderflow.domain.planning.plan import Plan
    from orderflow.domain.planning.search import GoOn, Optimiser
    from orderflow.domain.planning.stances import PlanRule, Protection
    from orderflow.domain.planning.weights import WeightOf
    from orderflow.domain.state.view import View

__all__ = ["PlanningMethods"]


class PlanningMethods(SellerScope):
    """Plans: made, edited and applied."""

    def rebalance(
        self,
        *,
        weight: Weight | WeightOf = Weight.ORDERS,
        value_field: str | None = None,
        rules: Iterable[PlanRule] = (),
        protection: Protection = PROTECTION,
        orders_max: int = REALLOCATIONS_MAX,
        waiting_max: int = WAITING_MAX,
        rounds: int = ROUNDS,
        optimiser: Optimiser | None = None,
        exact: bool = False,
        seconds: float | None = None,
        go_on: GoOn | None = None,
        at: datetime | None = None,
    ) -> Plan:
        """Return the plan with the greatest total weight of completed orders. Nothing is saved.

        Args:
            weight: What completing an order is worth: see `orderflow.planning.rebalance`.
            value_field: With `Weight.VALUE`: the custom field that has the value of an order.
            rules: What may be done with which orders, in the order of service: at most 20.
            protection: What is protected.
            orders_max: The plan changes at most this many orders: 1 to 20,000.
            waiting_max: Refuse to plan if more orders are on back order: 1 to 500,000.
            rounds: How long to search, in steps that do not depend on the machine.
            optimiser: A solver that finds the prices of the products.
            exact: Whether the optimiser also proves the best plan.
            seconds: End the search after this time, and return the best plan so far. The optimiser
                has what is left of it. Without a limit, the same state gives the same plan.
            go_on: Takes the weight reached and the bound, and returns whether to go on.
            at: The time. Default: now.

        Raises:
            PlanRefusedError: If an order that must be full cannot be completed, too many orders
                wait, or no order has a weight.
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

        def seconds_left() -> float:
            return inf if seconds is None else seconds - (monotonic() - begun)

        moment, default = self._read_moment("rebalance.at", at), self._default_policy

        def task(view: View) -> Plan:
            return rebalance(
                view,
                moment,
                default,
                weight=weight,
                value_field=value_field,
                rules=rules,
                protection=protection,
                orders_max=orders_max,
                waiting_max=waiting_max,
                rounds=rounds,
                go_on=go_on,
                seconds_left=seconds_left,
                optimiser=optimiser,
                exact=exact,
            )

        plan = self._read_served(task, moment)
        return attrs.evolve(plan, took=timedelta(seconds=monotonic() - begun))

    def edit_plan(
        self,
        plan: Plan,
        edits: str | Iterable[PlanEdit],
        *,
        weight_of: WeightOf | None = None,
    ) -> Plan:
        """Return a plan with some edits made by hand. Nothing is saved.

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
        self,
        plan: Plan,
        *,
        by: str,
        note: str = NOTE,
        repay: bool = False,
        at: datetime | None = None,
    ) -> Outcome:
        """Apply a plan, as a whole or not at all. Applied again, it changes nothing.

        Args:
            plan: The plan.
            by: Who applies it.
            note: Why, for people.
            repay: Whether the orders that give units are served first until they are covered.
            at: The time. Default: now.

        Raises:
            PlanRefusedError: If the plan changes nothing, or more than 20,000 orders.
            StaleVersionError: If an order of the plan has changed since.
            ReallocationRefusedError: If the units are not there any more.
        """
        return self.handle(command_of(plan, at=self._moment(at), by=by, note=note, repay=repay))
