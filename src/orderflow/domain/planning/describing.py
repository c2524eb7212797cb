"""Describing: the plan for certain changes, with all of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow.domain.planning.passing import passes
from orderflow.domain.planning.plan import (
    BacklogFigures,
    IdleUnits,
    Plan,
    PlannedGroup,
    PlannedOrder,
    PlannedPass,
    plan_id_of,
    planned_line,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.planning.dealing import Changes
    from orderflow.domain.planning.pool import Member, Pool

__all__ = ["describe"]


def describe(pool: Pool, changes: Changes, bounds: Sequence[int], **fields: Any) -> Plan:  # noqa: ANN401 - fields of the plan
    """Return the plan that makes these changes.

    Args:
        pool: The orders, and the units that are available.
        changes: The change of each line, by order and line id.
        bounds: The bound of each group.
        fields: The fields of the plan that do not follow from the changes.
    """
    after = [_after(member, changes.get(at, {})) for at, member in enumerate(pool.members)]
    orders = tuple([_planned(pool.members[at], changes[at], after[at]) for at in sorted(changes)])
    return Plan(
        plan_id=plan_id_of(pool.seller_id, pool.at, orders),
        seller_id=pool.seller_id,
        at=pool.at,
        rules=pool.rules,
        protection=pool.protection,
        orders=orders,
        passed_over=tuple(
            [
                PlannedPass(pool.members[at].order.order_id, times)
                for at, times in passes(pool, changes).items()
            ]
        ),
        idle=_idle(pool, changes),
        groups=tuple(_groups(pool, after, bounds)),
        before=_figures(pool, [member.short for member in pool.members]),
        after=_figures(pool, after),
        without_weight=sum([member.has_no_weight for member in pool.members]),
        **fields,
    )


_Units = dict["ProductKey", int]


def _after(member: Member, changes: Mapping[str, int]) -> _Units:
    """Return the units that an order is short of with the plan, by product."""
    if not changes:
        return member.short
    short = dict(member.short)
    for line_id, change in changes.items():
        product = (member.order.warehouse_id, member.order.line(line_id).sku)
        short[product] = short.get(product, 0) - change
    return {product: units for product, units in short.items() if units}


def _planned(member: Member, changes: Mapping[str, int], after: _Units) -> PlannedOrder:
    order = member.order
    return PlannedOrder(
        order.order_id,
        order.warehouse_id,
        member.version,
        member.weight,
        not after,
        tuple(
            [
                planned_line(line, changes[line.line_id])
                for line in order.lines
                if line.line_id in changes
            ]
        ),
    )


def _idle(pool: Pool, changes: Changes) -> tuple[IdleUnits, ...]:
    left = dict(pool.available)
    for at, lines in changes.items():
        order = pool.members[at].order
        for line_id, change in lines.items():
            product = (order.warehouse_id, order.line(line_id).sku)
            left[product] = left.get(product, 0) - change
    return tuple([IdleUnits(*product, units) for product, units in sorted(left.items()) if units])


def _groups(pool: Pool, after: Sequence[_Units], bounds: Sequence[int]) -> list[PlannedGroup]:
    names = [*map(str, pool.rules), "every other order" if pool.rules else "every order"]
    orders = [0] * len(names)
    before, complete, value = orders.copy(), orders.copy(), orders.copy()
    for at, member in enumerate(pool.members):
        orders[member.group] += 1
        before[member.group] += member.is_complete
        if not after[at]:
            complete[member.group] += 1
            value[member.group] += member.weight
    return [
        PlannedGroup(
            rule=name,
            orders=orders[group],
            complete_before=before[group],
            complete_after=complete[group],
            value=value[group],
            bound=max(bounds[group], value[group]),
        )
        for group, name in enumerate(names)
    ]


def _figures(pool: Pool, short: Sequence[_Units]) -> BacklogFigures:
    waits = [
        member.waits_for(pool.at)
        for member, units in zip(pool.members, short, strict=True)
        if units
    ]
    return BacklogFigures(
        complete=len(short) - len(waits),
        waiting=len(waits),
        longest_wait=max(waits, default=None),
    )
