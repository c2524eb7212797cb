"""What `actions` says would happen is what happens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from orderflow import Action
from orderflow.commands import Command, EditOrder
from orderflow.core import State, actions, decide
from orderflow.edits import ChangeShortPart
from orderflow.errors import ActionRefusedError, NotFoundError, RefusedError
from orderflow.testing.strategies import CommandHistory, histories
from orderflow.testing.strategies.about_orders import draw_about
from orderflow.testing.strategies.choices import Chooser
from tests.properties.runs import SCOPE, Run

if TYPE_CHECKING:
    from orderflow import Order


def last_state(history: CommandHistory) -> State:
    """Return what the history leaves of the seller who was heard last."""
    step = Run(history).steps[-1]
    return step.after[step.seller_id]


@given(history=histories(SCOPE), data=st.data())
def test_what_is_done_leads_where_the_answer_said(
    history: CommandHistory, data: st.DataObject
) -> None:
    state, chooser = last_state(history), Chooser(data.draw)
    at = history.commands[-1].at + timedelta(minutes=chooser.pick((0, 30, 240)))
    for order in list(state.orders.values())[:3]:
        answers = {each.action: each for each in actions(order.order_id, state, at, history.policy)}
        for action in Action:
            command = draw_about(chooser, action, order, state, scope=SCOPE, at=at)
            try:
                outcome = decide(command, state, history.policy)
            except ActionRefusedError:
                assert not answers[action].allowed or command_names_a_reason(action, order)
            except (NotFoundError, RefusedError):
                continue
            else:
                if changes_short_part(command):
                    continue  # the answer is about the present setting
                now = outcome.order or state.after(outcome).orders[order.order_id]
                said = answers[action]
                assert now.status in said.leads_to or was_of_no_use(action, order, said.allowed)


def command_names_a_reason(action: Action, order: Order) -> bool:
    """Whether it may be refused for what it says: a release names one of the reasons."""
    return action is Action.RELEASE_HOLD and bool(order.holds)


def changes_short_part(command: Command) -> bool:
    return isinstance(command, EditOrder) and any(
        isinstance(edit, ChangeShortPart) for edit in command.edits
    )


def was_of_no_use(action: Action, order: Order, allowed: bool) -> bool:  # noqa: FBT001
    """Whether it was carried out, but not as an action on this order.

    Stock may be booked in whoever waits for it. An edit may remove one line where the answer is
    about all that are short. A hold may have ended before it is released.
    """
    if action is Action.RELEASE_HOLD:
        return bool(order.holds)
    return action is Action.REMOVE_LINE or (action is Action.SEND_STOCK and not allowed)
