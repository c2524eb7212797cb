"""From which warehouses a new order is sent: the policy, as plain data."""

from __future__ import annotations

from collections import Counter

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term

__all__ = ["Division", "SourcingCost", "SourcingPolicy", "SourcingPreference"]

WAREHOUSES_MAX = 100
"""The most warehouses that an order can be placed over."""


class SourcingPreference(Term):
    """Which warehouses are preferred."""

    RANKED = "RANKED"
    """The first in the list that has the units."""
    MOST_AVAILABLE = "MOST_AVAILABLE"
    """For each product, the one with the most available units."""
    FEWEST_PARCELS = "FEWEST_PARCELS"
    """As few as possible."""
    CHEAPEST = "CHEAPEST"
    """Those of the least cost."""


class Division(Term):
    """Whether an order may be divided among warehouses."""

    ALWAYS = "ALWAYS"
    """Take what is available wherever it is; only the rest waits."""
    IF_COVERED = "IF_COVERED"
    """Only if all of it is available then. Otherwise, the whole order waits in one warehouse."""
    NEVER = "NEVER"
    """All of it comes from one warehouse, or waits in one."""


@attrs.frozen
class SourcingCost:
    """What it costs to send from a warehouse, in any unit, such as cents.

    Attributes:
        warehouse_id: The warehouse.
        parcel: The cost of sending anything.
        unit: The further cost of each unit.
    """

    warehouse_id: str = attrs.field(validator=validators.identifier)
    parcel: int = attrs.field(default=0, validator=validators.units(0))
    unit: int = attrs.field(default=0, validator=validators.units(0))


@attrs.frozen(kw_only=True)
class SourcingPolicy:
    """How to choose the warehouses of an order that names none.

    Attributes:
        warehouses: The warehouses that it may be sent from, 1 to 100, the best one first. Ties are
            broken by this order.
        preference: Which of them are preferred.
        division: Whether an order may be divided among them. A set of lines never is, nor is a line
            under `Fulfilment.WHOLE_LINES`. `AllocationPolicy.parcels_max` limits the parts.
        waits_at: Where units wait that nobody has available. `None`: where enough are expected,
            and otherwise in the first warehouse.
        costs: With `CHEAPEST`: the cost of each warehouse.

    Raises:
        InvalidValueError: If a field breaks its rule, or contradicts another.

    >>> SourcingPolicy(warehouses=("leeds", "york"), waits_at="york").preference
    <SourcingPreference.RANKED: 'RANKED'>
    """

    warehouses: tuple[str, ...] = attrs.field()
    preference: SourcingPreference = attrs.field(
        default=SourcingPreference.RANKED, validator=validators.one_of(SourcingPreference)
    )
    division: Division = attrs.field(default=Division.ALWAYS, validator=validators.one_of(Division))
    waits_at: str | None = attrs.field(default=None)
    costs: tuple[SourcingCost, ...] = attrs.field(
        default=(), validator=validators.tuple_of(SourcingCost, largest=WAREHOUSES_MAX)
    )

    @warehouses.validator
    def _check_warehouses(self, attribute: attrs.Attribute[tuple[str, ...]], value: object) -> None:
        validators.tuple_of(str, smallest=1, largest=WAREHOUSES_MAX)(self, attribute, value)
        for warehouse_id in self.warehouses:
            validators.identifier(self, attribute, warehouse_id)
        repeated = [each for each, number in Counter(self.warehouses).items() if number > 1]
        validators.require(
            ok=not repeated,
            field="SourcingPolicy.warehouses",
            demand="warehouses that differ",
            value=repeated,
        )

    @waits_at.validator
    def _check_waits_at(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value is None or value in self.warehouses,
            field="SourcingPolicy.waits_at",
            demand="one of the warehouses, or None",
            value=value,
        )

    @costs.validator
    def _check_costs(self, _attribute: object, value: tuple[SourcingCost, ...]) -> None:
        wanted = self.warehouses if self.preference is SourcingPreference.CHEAPEST else ()
        validators.require(
            ok=sorted(each.warehouse_id for each in value) == sorted(wanted),
            field="SourcingPolicy.costs",
            demand="one for each warehouse with CHEAPEST, and none otherwise",
            value=[each.warehouse_id for each in value],
        )
