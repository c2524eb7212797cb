"""At the ends of all ranges, a command is done or refused: nothing overflows, nothing is invalid.

What is drawn is an ordinary history. Each number, moment and length of time in it is then put to an
end of its range, or beyond. What cannot be made is skipped.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    InvalidValueError,
    MemoryRepository,
    NotFoundError,
    OrderFlow,
    RefusedError,
    Status,
)
from orderflow.codec import dumps, loads
from orderflow.core import State, expected_cover
from orderflow.testing.strategies import Scope, commands, policies

if TYPE_CHECKING:
    from orderflow import AllocationPolicy, Outcome
    from orderflow.commands import Command

T = TypeVar("T")

SCOPE = Scope(skus=("MUG", "PAN"), order_ids=("1", "2", "3"), receipt_ids=("R1",))
STEPS_MAX = 12
MOST = 10**12
MICROSECOND = timedelta(microseconds=1)
MOMENTS = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC) + MICROSECOND,
    datetime(3000, 1, 1, tzinfo=UTC) - MICROSECOND,
    *(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
)
LENGTHS = (MICROSECOND, timedelta(days=36_525), timedelta(days=3_000_000), timedelta.max)


def extreme(draw: st.DrawFn, value: T) -> T:
    """Return the value, with some of the numbers and moments in it at an end of their range.

    Raises:
        InvalidValueError: If that cannot be made.
    """
    changed: Any = value
    match value:
        case bool() | str() | None:
            pass
        case int() if value:
            sign = 1 if value > 0 else -1
            changed = sign * draw(st.sampled_from((abs(value), 1, MOST - 1, MOST, MOST + 1)))
        case datetime():
            changed = draw(st.sampled_from((value, *MOMENTS)))
        case timedelta():
            changed = draw(st.sampled_from((value, *LENGTHS)))
        case tuple():
            changed = tuple(extreme(draw, each) for each in value)
        case _ if attrs.has(type(value)):
            fields = {each.name: getattr(value, each.name) for each in attrs.fields(type(value))}  # type: ignore[arg-type]
            changed = type(value)(**{name: extreme(draw, each) for name, each in fields.items()})
        case _:
            pass
    result: T = changed
    return result


def explained(flow: OrderFlow, outcome: Outcome, state: State, at: datetime) -> None:
    """Ask all that there is to ask about the orders that a command changed."""
    acme = flow.seller(outcome.seller_id)
    for order in outcome.orders:
        explanation = acme.explain(order.order_id, at=at)
        begins = explanation.partial_from
        is_held = order.status is Status.ON_HOLD  # and its wait goes on meanwhile
        assert begins is None or is_held or begins > at - LENGTHS[1]
        assert acme.actions(order.order_id, at=at)
        expected_cover(order, state, at, flow.default_policy)


@given(data=st.data())
def test_a_command_that_can_be_made_is_done_or_refused(data: st.DataObject) -> None:
    draw: Any = data.draw
    policy: AllocationPolicy = draw(policies())
    with suppress(InvalidValueError):
        policy = extreme(draw, policy)
    flow = OrderFlow(MemoryRepository(), default_policy=policy)
    state = State("acme")
    for _ in range(draw(st.integers(1, STEPS_MAX))):
        command: Command = draw(commands(state, SCOPE))
        with suppress(InvalidValueError):
            command = extreme(draw, command)
        try:
            outcome = flow.handle(command)
        except (NotFoundError, RefusedError):
            continue
        state = state.after(outcome)
        assert loads(dumps(outcome)) == outcome
        explained(flow, outcome, state, command.at)
