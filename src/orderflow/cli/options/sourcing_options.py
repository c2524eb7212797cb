"""The options that place an order over several warehouses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
import typer

from orderflow.cli.options.arguments import pairs
from orderflow.domain.model.sourcing_policy import (
    Division,
    SourcingCost,
    SourcingPolicy,
    SourcingPreference,
)
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["SourcingOptions"]

_COST = re.compile(r"([0-9]{1,18})(?:\+([0-9]{1,18}))?")


@attrs.frozen(kw_only=True)
class SourcingOptions:
    """How the warehouses of an order are chosen.

    Attributes:
        sources: A warehouse that the order may be sent from, in place of --warehouse. Repeat it for
            others, the best one first.
        prefer: Which of them are preferred.
        divide: Whether the order may be divided among them.
        waits_at: Where units wait that none of them has available; default: where enough are
            expected, or else the first one.
        costs: What a parcel from a warehouse costs, and each unit in it; for CHEAPEST.
    """

    sources: list[str] = attrs.field(
        factory=list, metadata={"names": ("--from",), "metavar": "WAREHOUSE"}
    )
    prefer: SourcingPreference = SourcingPreference.RANKED
    divide: Division = Division.ALWAYS
    waits_at: str | None = attrs.field(default=None, metadata={"metavar": "WAREHOUSE"})
    costs: list[str] = attrs.field(
        factory=list, metadata={"names": ("--cost",), "metavar": "WAREHOUSE=PARCEL+UNIT"}
    )

    def policy(self) -> SourcingPolicy | None:
        """Return the policy, or `None` if no warehouse is named.

        Raises:
            BadParameter: If there are other options, but no warehouse.
            InvalidValueError: If the policy contradicts itself.
        """
        if self.sources:
            return SourcingPolicy(
                warehouses=tuple(self.sources),
                preference=self.prefer,
                division=self.divide,
                waits_at=self.waits_at,
                costs=tuple(_costs(self.costs)),
            )
        for is_given, option in (
            (self.prefer is not SourcingPreference.RANKED, "--prefer"),
            (self.divide is not Division.ALWAYS, "--divide"),
            (self.waits_at is not None, "--waits-at"),
            (bool(self.costs), "--cost"),
        ):
            if is_given:
                raise typer.BadParameter(
                    "name the warehouses with --from", param_hint=f"'{option}'"
                )
        return None

    def required_policy(self) -> SourcingPolicy:
        """Return the policy.

        Raises:
            BadParameter: If no warehouse is named.
        """
        policy = self.policy()
        if policy is None:
            raise typer.BadParameter("name at least one warehouse", param_hint="'--from'")
        return policy


def _costs(texts: Iterable[str]) -> Iterator[SourcingCost]:
    for warehouse_id, text in pairs("--cost", texts):
        match = _COST.fullmatch(text)
        if match is None:
            raise typer.BadParameter(
                f"{quoted(text)} is not a cost: try {shortened(warehouse_id)}=500+20",
                param_hint="'--cost'",
            )
        try:
            yield SourcingCost(warehouse_id, int(match[1]), int(match[2] or 0))
        except InvalidValueError as error:
            raise typer.BadParameter(
                f"{quoted(error.value)} of {shortened(warehouse_id)} must be {error.demand}",
                param_hint="'--cost'",
            ) from error
