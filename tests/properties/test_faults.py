"""Negative controls: each fault is caught by the rule that is there for it, and by no other.

The histories are drawn once, by the core as it is, and carried out again with each fault. What a
fault breaks first is what it is caught by; what goes wrong later may be a consequence. There has
to be a history in which no other rule would have noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import Preemption
from orderflow.testing.strategies.commands import draw_history
from orderflow.testing.strategies.values import draw_policy
from tests.properties.faults import FAULTS
from tests.properties.rules import RULES
from tests.properties.runs import SCOPE, Run
from tests.unit.dice import Dice

if TYPE_CHECKING:
    from orderflow import AllocationPolicy
    from orderflow.testing.strategies import CommandHistory

HISTORIES = 600
HISTORIES_WITH_TAKE_BACK = 480
"""Of one seller, and still rarely one in which an urgent order takes back from a larger one."""
LENGTH_MAX = 40

CAUGHT_BY = {
    "nobody_is_given_up": "run_due_leaves_nobody_to_give_up",
    "the_balance_is_not_carried_between_lines": "nothing_is_oversold",
    "a_row_is_missing_from_the_lifecycle": "nothing_but_refusals_is_raised",
    "a_cancellation_forgets_to_free": "allocated_is_what_the_lines_hold",
    "units_that_are_written_off_are_sold_again": "no_unit_appears_or_vanishes",
    "a_despatch_leaves_its_units_on_the_shelf": "no_unit_appears_or_vanishes",
    "a_transfer_leaves_its_units_on_the_shelf": "no_unit_appears_or_vanishes",
    "a_withdrawn_transfer_goes_back_to_nowhere": "no_unit_appears_or_vanishes",
    "every_edited_order_counts_as_covered": "the_status_agrees_with_the_lines",
    "what_becomes_free_is_not_offered": "no_stock_is_idle",
    "what_is_watched_is_never_moved": "no_stock_is_idle",
    "the_queue_is_walked_backwards": "the_queue_is_respected",
    "an_urgent_order_takes_from_those_in_front_of_it": (
        "what_is_taken_back_goes_from_later_orders_to_an_urgent_one"
    ),
    "more_is_taken_back_than_is_needed": (
        "what_is_taken_back_goes_from_later_orders_to_an_urgent_one"
    ),
    "all_agree_on_the_wrong_order": "a_longer_queue_changes_nothing_for_those_in_front",
    "a_notice_is_kept_although_it_is_settled": "the_events_lead_to_what_is_stored",
    "holds_that_a_refused_command_saw_ended_are_lost": "a_refused_command_changes_nothing",
    "the_answer_to_a_command_id_is_forgotten": "a_repeated_command_does_nothing_twice",
    "ties_are_served_as_they_were_read": "shuffled_input_changes_nothing",
    "a_split_loses_a_unit": "a_split_adds_up",
    "all_sellers_share_one_store": "no_seller_sees_or_moves_another",
    "an_order_that_was_on_hold_goes_to_the_end": (
        "nothing_but_priority_and_promise_moves_the_place"
    ),
    "those_that_wait_already_do_not_count": "no_order_becomes_short_above_a_limit",
    "an_order_is_sent_before_its_day": "no_order_is_sent_before_its_day",
}


@pytest.fixture(scope="module")
def drawn() -> list[CommandHistory]:
    dice = Dice(1)
    alone = attrs.evolve(SCOPE, seller_ids=("acme",))
    return [
        *(
            draw_history(dice, SCOPE, lambda: draw_policy(dice), LENGTH_MAX)
            for _ in range(HISTORIES)
        ),
        *(
            draw_history(dice, alone, lambda: draw_policy_with_take_back(dice), LENGTH_MAX)
            for _ in range(HISTORIES_WITH_TAKE_BACK)
        ),
    ]


def draw_policy_with_take_back(dice: Dice) -> AllocationPolicy:
    while True:
        policy = draw_policy(dice)
        if policy.preemption is Preemption.URGENT:
            return policy


def caught_by(history: CommandHistory) -> set[str]:
    """Name the rules that a history breaks at the first step at which it breaks any."""
    run = Run(history)
    steps = {
        name: min((number for number, _ in rule(run)), default=None) for name, rule in RULES.items()
    }
    broken = {name: number for name, number in steps.items() if number is not None}
    return {name for name, number in broken.items() if number == min(broken.values())}


def test_without_a_fault_nothing_is_caught(drawn: list[CommandHistory]) -> None:
    assert [caught for history in drawn[:40] if (caught := caught_by(history))] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_by_the_rule_that_is_there_for_it_alone(
    drawn: list[CommandHistory], fault: str
) -> None:
    rule = CAUGHT_BY[fault]
    with FAULTS[fault]():
        broken = (history for history in drawn if any(RULES[rule](Run(history))))
        assert any(caught_by(history) == {rule} for history in broken)


def test_every_rule_has_a_fault_that_it_catches_alone() -> None:
    assert set(CAUGHT_BY.values()) == set(RULES)
    assert set(CAUGHT_BY) == set(FAULTS)
