"""Orders over several warehouses: the policy that chooses them, and the plan for an order."""

from orderflow.domain.allocation.sourcing import SourcedPart, SourcingPlan
from orderflow.domain.model.sourcing_policy import (
    Division,
    SourcingCost,
    SourcingPolicy,
    SourcingPreference,
)

__all__ = [
    "Division",
    "SourcedPart",
    "SourcingCost",
    "SourcingPlan",
    "SourcingPolicy",
    "SourcingPreference",
]
