"""The pure core: functions on immutable values, without a repository.

`decide` turns a command and a state into events; `evolve` folds an event into a state.
"""

from orderflow.domain.allocation.expected_cover import expected_cover
from orderflow.domain.decisions.backlog import allocate
from orderflow.domain.decisions.decide import decide
from orderflow.domain.decisions.reallocating import reallocation_of_product
from orderflow.domain.model.next_page import NextPage, PageStep, Passing
from orderflow.domain.model.personal_data import erase
from orderflow.domain.model.policy import queue_position
from orderflow.domain.queries.actions import actions
from orderflow.domain.queries.explanation import EarlierDemand, explain
from orderflow.domain.queries.promises import (
    Promise,
    available_to_promise,
    available_to_promise_over,
    earliest_promise,
)
from orderflow.domain.queries.receipt_allocation import (
    ReceiptAllocation,
    ServedOrder,
    receipt_allocation,
)
from orderflow.domain.queries.replacements import replacement_offers
from orderflow.domain.queries.sources import source
from orderflow.domain.queries.unit_account import UnitAccount, unit_account
from orderflow.domain.queries.what_if import MovedDate, ReceiptChange, what_if
from orderflow.domain.state.state import State, evolve
from orderflow.errors import TransitionError

__all__ = [
    "EarlierDemand",
    "MovedDate",
    "NextPage",
    "PageStep",
    "Passing",
    "Promise",
    "ReceiptAllocation",
    "ReceiptChange",
    "ServedOrder",
    "State",
    "TransitionError",
    "UnitAccount",
    "actions",
    "allocate",
    "available_to_promise",
    "available_to_promise_over",
    "decide",
    "earliest_promise",
    "erase",
    "evolve",
    "expected_cover",
    "explain",
    "queue_position",
    "reallocation_of_product",
    "receipt_allocation",
    "replacement_offers",
    "source",
    "unit_account",
    "what_if",
]
