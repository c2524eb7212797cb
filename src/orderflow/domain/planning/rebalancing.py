"""Rebalancing: the plan with the greatest total weight of completed orders.

All units that may be dealt out are in one pool (`pool`). Group by group, in the order of service,
the search chooses which orders to complete from what the earlier groups left (`search`). No order
is passed over beyond the limits (`passing`). Then the units are dealt out (`dealing`): an order
that is not completed keeps its units unless one that is completed needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_function,
    require_kind,
    require_methods,
    require_moment,
    require_policy,
    require_view,
    tuple_of,
)
from orderflow.domain.model.policy import AllocationPolicy, PartialAllocation
from orderflow.domain.model.reallocation import REALLOCATIONS_MAX
from orderflow.domain.planning.choosing import Choice, deal_within
from orderflow.domain.planning.describing import describe
from orderflow.domain.planning.pool import read_pool
from orderflow.domain.planning.search import ROUNDS, Search, every_time, no_limit
from orderflow.domain.planning.stances import RULES_MAX, PlanRule, Protection, Stance
from orderflow.domain.planning.weights import Weight, weight_function
from orderflow.errors import PlanRefusedError
from orderflow.errors.quoting import counted, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.domain.planning.plan import Plan
    from orderflow.domain.planning.pool import Pool
    from orderflow.domain.planning.search import GoOn, Optimiser, SecondsLeft
    from orderflow.domain.planning.weights import WeightOf
    from orderflow.domain.state.view import View

__all__ = ["rebalance"]

WAITING_MAX, WAITING_MOST = 100_000, 500_000
_DEFAULT = AllocationPolicy()
PROTECTION = Protection()


def rebalance(
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    weight: Weight | WeightOf = Weight.ORDERS,
    value_field: str | None = None,
    rules: Iterable[PlanRule] = (),
    protection: Protection = PROTECTION,
    orders_max: int = REALLOCATIONS_MAX,
    waiting_max: int = WAITING_MAX,
    rounds: int = ROUNDS,
    go_on: GoOn | None = None,
    seconds_left: SecondsLeft | None = None,
    optimiser: Optimiser | None = None,
    exact: bool = False,
) -> Plan:
    """Return the plan with the greatest total weight of completed orders. Nothing is changed.

    The same arguments give the same plan, unless `go_on` or `seconds_left` ends the search.

    Args:
        view: The state of the seller.
        at: The present moment.
        default_policy: The policy to use if the seller has none of its own.
        weight: What completing an order is worth. A function returns a whole number from 1 to
            10^10, or `None` for an order to be left alone.
        value_field: With `Weight.VALUE`: the custom field that has the value of an order.
        rules: What may be done with which orders, in the order of service: at most 20.
        protection: What is protected.
        orders_max: The plan changes at most this many orders: 1 to 20,000. If that is too few, the
            orders that lack the fewest units come first.
        waiting_max: Refuse to plan if more orders are on back order: 1 to 500,000.
        rounds: How long to search, in steps that do not depend on the machine.
        go_on: Takes the weight reached and the bound, many times a second. If it returns False, the
            search ends with the best plan so far.
        seconds_left: Returns how many seconds the search and the optimiser may still take. At 0,
            the search ends with the best plan so far. Default: no limit.
        optimiser: A solver that finds the prices of the products.
        exact: Whether the optimiser also proves the best plan.

    Raises:
        PlanRefusedError: If an order that must be full cannot be completed, too many orders wait,
            or no order has a weight.
        InvalidValueError: If an argument is not valid.
    """
    require_view("rebalance.view", view)
    at = require_moment("rebalance.at", at)
    require_policy("rebalance.default_policy", default_policy)
    require_kind("rebalance.protection", protection, Protection, demand="a Protection")
    for name, number, smallest, largest in (
        ("orders_max", orders_max, 1, REALLOCATIONS_MAX),
        ("waiting_max", waiting_max, 1, WAITING_MOST),
        ("rounds", rounds, 0, validators.UNITS_MAX),
    ):
        ok, demand = _is_from(number, smallest, largest), validators.whole_demand(smallest, largest)
        validators.require(ok=ok, field=f"rebalance.{name}", demand=demand, value=number)
    how = _search(rounds, go_on, seconds_left, optimiser, exact=exact)
    weight_of = weight_function(weight, value_field, at)
    policy = view.policy or default_policy
    _require_givers(protection, policy)
    pool = read_pool(
        view,
        at,
        policy,
        rules=_rules(rules),
        protection=protection,
        weight_of=weight_of,
        waiting_max=waiting_max,
    )
    _require_weights(pool, value_field)
    _require_matches(pool)
    choice = Choice(pool)
    groups = len(pool.rules) + 1
    for group in range(groups):
        choice.serve(group, how.with_share(groups - group))
    changes, omitted = deal_within(pool, choice.completed, orders_max)
    return describe(
        pool,
        changes,
        choice.bounds,
        weight=weight if isinstance(weight, Weight) else None,
        value_field=value_field,
        omitted=omitted,
        was_cut=choice.was_cut,
    )


def _require_givers(protection: Protection, policy: AllocationPolicy) -> None:
    """Refuse to take from complete orders where an order that waits may have no part."""
    partial = policy.partial_allocation
    if not protection.complete and partial is not PartialAllocation.ALWAYS:
        raise PlanRefusedError(
            f"no complete order may give units under partial allocation {partial}, because it "
            "would then wait and lose all others: let complete orders keep theirs, or change the "
            "policy"
        )


def _require_matches(pool: Pool) -> None:
    """Refuse a rule that guarantees that orders are full, and matches none of them."""
    matched = {member.group for member in pool.members}
    for group, rule in enumerate(pool.rules):
        if rule.stance is Stance.MUST_BE_FULL and group not in matched:
            raise PlanRefusedError(
                f"the rule {quoted(str(rule))} matches no order that this plan considers, so it "
                "ensures nothing: correct it, or omit it if these orders are complete"
            )


def _require_weights(pool: Pool, value_field: str | None) -> None:
    """Refuse weights that no order has: the name of the custom field may be mistyped."""
    without = sum([member.has_no_weight for member in pool.members])
    if without and not any(member.gains for member in pool.members):
        names = {name for member in pool.members for name, _ in member.order.custom_fields}
        known = f"; their fields: {listed([*map(quoted, sorted(names))])}" if names else ""
        raise PlanRefusedError(
            f"{counted(without, 'order')} could gain, but none has a weight: name a custom field "
            f"with numbers, or choose another weight{known if value_field else ''}"
        )


def _is_from(number: object, smallest: int, largest: int) -> bool:
    return type(number) is int and smallest <= number <= largest


def _search(
    rounds: int,
    go_on: GoOn | None,
    seconds_left: SecondsLeft | None,
    optimiser: Optimiser | None,
    *,
    exact: bool,
) -> Search:
    if go_on is not None:
        require_function("rebalance.go_on", go_on)
    if seconds_left is not None:
        require_function("rebalance.seconds_left", seconds_left)
    if optimiser is not None:
        demand = "a solver, such as orderflow.adapters.highs.Highs()"
        require_methods("rebalance.optimiser", optimiser, "prices", "best", demand=demand)
    validators.require(
        ok=exact is False or (exact is True and optimiser is not None),
        field="rebalance.exact",
        demand="True or False, and False without an optimiser, which proves the best plan",
        value=exact,
    )
    return Search(rounds, go_on or every_time, seconds_left or no_limit, optimiser, exact)


def _rules(rules: Iterable[PlanRule]) -> tuple[PlanRule, ...]:
    found = tuple_of("rebalance.rules", rules, PlanRule)
    validators.require(
        ok=len(found) <= RULES_MAX,
        field="rebalance.rules",
        demand=f"at most {RULES_MAX} rules; one filter may have several values",
        value=len(found),
    )
    return found
