"""Plans over the whole backlog: make one, edit it, and turn it into the command that applies it.

`Seller.rebalance`, `Seller.edit_plan` and `Seller.apply` do the same with a stored state.
"""

from orderflow.domain.planning.applying import command_of
from orderflow.domain.planning.editing import PlanEdit, edit_plan, plan_edits_of
from orderflow.domain.planning.packing import Packing
from orderflow.domain.planning.plan import (
    BacklogFigures,
    IdleUnits,
    Plan,
    PlannedGroup,
    PlannedLine,
    PlannedOrder,
    PlannedPass,
)
from orderflow.domain.planning.rebalancing import rebalance
from orderflow.domain.planning.search import Optimiser
from orderflow.domain.planning.stances import PlanRule, Protection, Stance
from orderflow.domain.planning.weights import Weight

__all__ = [
    "BacklogFigures",
    "IdleUnits",
    "Optimiser",
    "Packing",
    "Plan",
    "PlanEdit",
    "PlanRule",
    "PlannedGroup",
    "PlannedLine",
    "PlannedOrder",
    "PlannedPass",
    "Protection",
    "Stance",
    "Weight",
    "command_of",
    "edit_plan",
    "plan_edits_of",
    "rebalance",
]
