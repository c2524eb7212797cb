"""The options of a plan: what is best, what is protected, and how long to search."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import typer

from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output_file import require_new_file
from orderflow.domain.model.reallocation import REALLOCATIONS_MAX
from orderflow.domain.planning.rebalancing import WAITING_MAX
from orderflow.domain.planning.search import ROUNDS
from orderflow.domain.planning.stances import PlanRule, Protection, Stance
from orderflow.domain.planning.weights import Weight
from orderflow.domain.queries.filter_text import filter_of
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted

__all__ = ["PlanFileOptions", "PlanningOptions", "SearchOptions"]


@attrs.frozen(kw_only=True)
class PlanningOptions:
    """What a plan makes the best of, and what it protects.

    Attributes:
        weight: What completing an order is worth: 1, its units, its priority plus 1, its age in
            days, or its value.
        value_field: The custom field that has the values, for VALUE.
        rules: What may be done with which orders, such as 'MUST_BE_FULL: priority>=10'. Repeat it
            for others; the first is served first. The other stances are MAY_ONLY_GAIN, MAY_LOSE,
            MAY_ONLY_LOSE and LEFT_ALONE.
        take_complete: Whether orders that are complete may lose units too.
        protect_waiting: Orders whose customers have waited longer than this lose nothing.
        passed_over_max: At most this many later orders may pass over an order.
        whole_lines: Whether a line gives up all of its units, or none.
        sets: Whether the lines of a set give up all of their units together, or none.
        orders_max: The plan changes at most this many orders.
        waiting_max: Refuse to plan if more orders are on back order.
    """

    weight: Weight = Weight.ORDERS
    value_field: str | None = attrs.field(default=None, metadata={"metavar": "NAME"})
    rules: list[str] = attrs.field(
        factory=list, metadata={"names": ("--rule",), "metavar": "STANCE: FILTER"}
    )
    take_complete: bool = attrs.field(default=False, metadata={"names": ("--take-complete",)})
    protect_waiting: timedelta | None = None
    passed_over_max: int | None = None
    whole_lines: bool = attrs.field(default=False, metadata={"names": ("--whole-lines",)})
    sets: bool = attrs.field(default=False, metadata={"names": ("--sets",)})
    orders_max: int = REALLOCATIONS_MAX
    waiting_max: int = WAITING_MAX

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `Seller.rebalance`."""
        if self.weight is Weight.VALUE and self.value_field is None:
            raise typer.BadParameter(
                "VALUE needs --value-field, the custom field of the values", param_hint="'--weight'"
            )
        if self.weight is not Weight.VALUE and self.value_field is not None:
            raise typer.BadParameter("goes with --weight VALUE", param_hint="'--value-field'")
        return {
            "weight": self.weight,
            "value_field": self.value_field,
            "rules": [_rule(text) for text in self.rules],
            "protection": Protection(
                complete=not self.take_complete,
                waiting_longer_than=self.protect_waiting,
                passed_over_max=self.passed_over_max,
                whole_lines=self.whole_lines,
                sets=self.sets,
            ),
            "orders_max": self.orders_max,
            "waiting_max": self.waiting_max,
        }


@attrs.frozen(kw_only=True)
class SearchOptions:
    """How to search for a plan.

    Attributes:
        seconds: End the search after this time, with the best plan so far.
        rounds: End the search after this many steps, which do not depend on the machine.
        optimise: Whether HiGHS prices the products; it needs the extra `optimise`.
        exact: Whether HiGHS also proves the best plan; it needs the extra `optimise`.
    """

    seconds: float = 60.0
    rounds: int = ROUNDS
    optimise: bool = attrs.field(default=False, metadata={"names": ("--optimise",)})
    exact: bool = attrs.field(default=False, metadata={"names": ("--exact",)})

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `Seller.rebalance`.

        Raises:
            MissingExtraError: If HiGHS is needed, and not installed.
        """
        found: dict[str, Any] = {"rounds": self.rounds, "exact": self.exact}
        if self.optimise or self.exact:
            from orderflow.adapters.highs import Highs  # noqa: PLC0415 - an extra

            found["optimiser"] = Highs()
        return found


@attrs.frozen(kw_only=True)
class PlanFileOptions:
    """Where a plan is saved.

    Attributes:
        out: Save the plan in this file, as JSON. If omitted, edit-plan saves it in PLAN.
        overwrite: Replace the file of --out if it exists.
    """

    out: Path | None = attrs.field(
        default=None, metadata={"names": ("--out", "-o"), "metavar": "FILE"}
    )
    overwrite: bool = attrs.field(default=False, metadata={"names": ("--overwrite",)})

    def __attrs_post_init__(self) -> None:
        if self.out is not None:
            require_new_file(self.out, "--out", overwrite=self.overwrite)


def _rule(text: str) -> PlanRule:
    name, colon, where = text.partition(":")
    stance = name.strip().upper().replace("-", "_").replace(" ", "_")
    if not colon or stance not in Stance.__members__:
        raise typer.BadParameter(
            f"{quoted(text)} is not a rule: try 'MUST_BE_FULL: priority>=10'; "
            f"the stances are {', '.join(Stance)}",
            param_hint="'--rule'",
        )
    try:
        return PlanRule(filter_of(where, user_zone()), Stance(stance))
    except InvalidValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--rule'") from error
