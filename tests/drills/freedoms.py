"""Random histories on a repository that differs from the reference wherever the docs allow it.

Both must answer alike: what the docs of the ports leave free must not matter to anything else.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from orderflow.testing.reference import compare, require_like_reference
from orderflow.testing.strategies import Scope
from orderflow.testing.strategies.commands import draw_history
from orderflow.testing.strategies.values import draw_policy
from tests.conformance.different import DifferentRepository
from tests.drills.drill import Drill, Drilled
from tests.unit.dice import Dice

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.ports import Repository
    from orderflow.testing.strategies import CommandHistory
    from tests.drills.drill import Progress

__all__ = ["DRILLS", "compare_histories"]

_SCOPES = (
    Scope(),
    Scope(skus=("MUG", "TOY"), order_ids=tuple("123456789ABCDEF"), lines_max=2),
    Scope(seller_ids=("acme", "zenith"), warehouse_ids=("leeds", "york"), skus=("MUG", "TOY")),
)
_LENGTH_MAX = 30


def history_of(seed: int) -> CommandHistory:
    """Return a random history, the same for the same seed."""
    dice = Dice(seed)
    return draw_history(dice, dice.pick(_SCOPES), lambda: draw_policy(dice), _LENGTH_MAX)


def compare_histories(
    runs: int,
    seed: int,
    progress: Progress,
    make: Callable[[Random], Repository] = DifferentRepository,
) -> Drilled:
    """Compare the answers of both repositories to this many histories."""
    found, notes, commands = list[str](), Counter[str](), 0
    for number in range(runs):
        history = history_of(seed * runs + number)
        try:
            compare(make(Random(number)), history)  # noqa: S311 - no secret
        except Exception:  # noqa: BLE001 - whatever the repository raises
            found.append(_shortened(make, history, number))
        commands += len(history.commands)
        notes["in pages"] += history.orders_max < 1_000
        notes["without partial allocation"] += history.policy.restricts_partial
        progress(number + 1, runs)
    return Drilled(runs, commands, tuple(found), notes)


def _shortened(make: Callable[[Random], Repository], history: CommandHistory, number: int) -> str:
    try:
        require_like_reference(lambda: make(Random(number)), history)  # noqa: S311 - no secret
    except Exception as error:  # noqa: BLE001 - as above
        return "\n".join([f"history {number}: {error!r}", *getattr(error, "__notes__", ())])
    return f"history {number}: it failed once, and then no more"


DRILLS = (Drill("a port read differently", "memory", compare_histories, full=100_000, quick=1_000),)
