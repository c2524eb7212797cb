"""Requires that the rules of a plan name what exists: a rule that matches nothing does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from orderflow.cli.filter_names import check_custom_fields, check_filter_names
from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.cli.connection import Database
    from orderflow.planning import Plan, PlanRule
    from orderflow.service import Seller

__all__ = ["check_rules", "check_rules_without_orders"]

_WAY_OUT = "; correct the --rule"


def check_rules(database: Database, seller: Seller, rules: Iterable[PlanRule]) -> None:
    """Require that all sellers, warehouses, products and orders in some rules are known.

    Raises:
        NotFoundError: If one of them is not.
        BadParameter: If a rule is about another seller only.
    """
    for rule in rules:
        check_filter_names(database, [seller.seller_id], rule.filter, _WAY_OUT)
        if not rule.filter.allows("seller", seller.seller_id):
            raise typer.BadParameter(
                f"{quoted(str(rule))} matches no order of {quoted(seller.seller_id)}, the seller "
                "of the plan; omit the seller, or choose another with --seller",
                param_hint="'--rule'",
            )


def check_rules_without_orders(database: Database, plan: Plan) -> None:
    """Require that the custom fields of each rule that matches no order of a plan are known.

    Raises:
        NotFoundError: If one of them is not.
    """
    for rule, group in zip(plan.rules, plan.groups, strict=False):  # the last group has no rule
        if not group.orders:
            check_custom_fields(database.flow, [plan.seller_id], rule.filter, _WAY_OUT)
