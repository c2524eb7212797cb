"""The laboratory: which policy would have served a history best, for whom, and who pays?

`compare` replays a history under several policies and seeds. A `Comparison` has the figures of each
policy, says which differences are noise, and who gains and who loses.
"""

from orderflow.domain.model.policy_text import policy_of, policy_text
from orderflow.laboratory.comparison import Comparison
from orderflow.laboratory.kept_history import OrderFacts
from orderflow.laboratory.measures import MEASURES, Measure, Unit
from orderflow.laboratory.noise import Difference, Finding, Spread
from orderflow.laboratory.running import compare, record, usable_processors
from orderflow.laboratory.service_record import Day
from orderflow.laboratory.trial import NamedPolicy, Trial
from orderflow.laboratory.waiting_changes import WaitingChange

__all__ = [
    "MEASURES",
    "Comparison",
    "Day",
    "Difference",
    "Finding",
    "Measure",
    "NamedPolicy",
    "OrderFacts",
    "Spread",
    "Trial",
    "Unit",
    "WaitingChange",
    "compare",
    "policy_of",
    "policy_text",
    "record",
    "usable_processors",
]
