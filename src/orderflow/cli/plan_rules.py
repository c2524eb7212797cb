"""Requires that the rules of a plan name what exists: a rule that matches nothing does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from orderflow.cli.unknown_names import check_products, check_warehouses
from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.cli.connection import Database
    from orderflow.planning import PlanRule
    from orderflow.service import Seller

__all__ = ["check_rules"]

_WAY_OUT = "; correct the --rule"


def check_rules(database: Database, seller: Seller, rules: Iterable[PlanRule]) -> None:
    """Require that all sellers, warehouses, products and orders in some rules are known.

    Raises:
        NotFoundError: If one of them is not.
        BadParameter: If a rule is about another seller only.
    """
    for rule in rules:
        names: dict[str, list[str]] = {}
        for each in rule.filter.conditions:
            names.setdefault(each.field, []).extend(str(v) for v in each.values if v is not None)
        for seller_id in names.get("seller", ()):
            database.seller(seller_id)
        if not rule.filter.allows("seller", seller.seller_id):
            raise typer.BadParameter(
                f"{quoted(str(rule))} matches no order of {quoted(seller.seller_id)}, the seller "
                "of the plan; omit the seller, or choose another with --seller",
                param_hint="'--rule'",
            )
        check_warehouses(database.flow, seller.seller_id, names.get("warehouse", ()), _WAY_OUT)
        check_products(database.flow, seller.seller_id, names.get("sku", ()), _WAY_OUT)
        for order_id in names.get("id", ()):
            seller.order(order_id)
