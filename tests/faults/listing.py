"""The faults, each as a few words of a file that are replaced by others.

Each is one that a hurried change could make. The tests of a fault are a part of those that
`make test` runs: the first place where it should be noticed.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FAULTS", "Fault"]


class Fault(NamedTuple):
    """A fault: what it means, its file below `src/orderflow`, the change, and tests to run."""

    meaning: str
    file: str
    good: str
    bad: str
    tests: str


FAULTS = (
    Fault(
        "an urgent order takes the units of a pinned one",
        "domain/allocation/preemption.py",
        "order.status not in FROZEN and not order.pinned",
        "order.status not in FROZEN",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "an urgent order takes the units of one with its own priority and time",
        "domain/allocation/preemption.py",
        "preemption_rank(later, queue) > rank",
        "preemption_rank(later, queue) >= rank",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "an urgent order that is repaid takes the units of orders before its own place",
        "domain/allocation/preemption.py",
        "queue_position(order, queue)[1:-1]",
        "queue_position(order, queue)[:-1]",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "the next page forgets whom a reallocation passes over",
        "domain/allocation/serving_state.py",
        "return NextPage(step, passing=tuple(passing))",
        "return NextPage(step)",
        "tests/unit/domain/test_reallocating.py",
    ),
    Fault(
        "an urgent order that may not be allocated a part takes units and stays short",
        "domain/allocation/preemption.py",
        "if completely and needed > 0:",
        "if completely and needed > 1:",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "a fair share forgets the units that do not divide",
        "domain/allocation/fair_share.py",
        "by_remainder[: available - sum(parts)]",
        "by_remainder[: available - sum(parts) - 1]",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "an order has not waited enough at the very moment of the setting",
        "domain/model/policy.py",
        "at - wait.since >= patience",
        "at - wait.since > patience",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "an order that is passed over may take a part one pass too late",
        "domain/model/policy.py",
        "wait.passed_over >= policy.passes_max",
        "wait.passed_over > policy.passes_max",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "a pass is counted for the orders that the command has changed, too",
        "domain/allocation/passed_over.py",
        "if order.order_id not in draft.orders and not allows_partial(order, draft.policy):",
        "if not allows_partial(order, draft.policy):",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "as many units leave the warehouse as an order has, and one less is refused",
        "domain/decisions/splitting.py",
        "if wanted > allocated:",
        "if wanted >= allocated:",
        "tests/unit/domain tests/scenarios tests/model",
    ),
    Fault(
        "an announced transfer forgets where it comes from when it is announced again",
        "domain/decisions/stock_commands.py",
        "if announced is not None and receipt.from_warehouse_id is None:",
        "if announced is None and receipt.from_warehouse_id is None:",
        "tests/unit/domain tests/scenarios tests/model",
    ),
    Fault(
        "the units of a withdrawn transfer do not go back",
        "domain/decisions/stock_commands.py",
        "draft.emit(TransferWithdrawn(origin, draft.at, receipt.quantity, receipt.receipt_id))",
        "assert origin",
        "tests/unit/domain tests/scenarios tests/model",
    ),
    Fault(
        "an order cannot be cancelled while it waits for its day",
        "domain/model/lifecycle.py",
        "OrderUnpinned: (_POSTPONED,),\n        OrderCancelled: (Status.CANCELLED,),",
        "OrderUnpinned: (_POSTPONED,),",
        "tests/unit/domain tests/scenarios",
    ),
    Fault(
        "an order that gives units is repaid although nobody asked for it",
        "domain/decisions/reallocating.py",
        "first = command.repay and sign is _GIVES",
        "first = sign is _GIVES",
        "tests/unit/domain tests/model",
    ),
    Fault(
        "a plan counts an order as passed over by itself",
        "domain/planning/passing.py",
        "return (later >> (order + 1)).bit_count()",
        "return (later >> order).bit_count()",
        "tests/planning",
    ),
    Fault(
        "a small file of ten orders has to come as early as a large one",
        "domain/calendar/cut_off.py",
        "small = orders <= self.small_file_max",
        "small = orders < self.small_file_max",
        "tests/unit/domain",
    ),
    Fault(
        "a command overtakes the queues that an earlier one left unserved",
        "service/flow.py",
        "        _check_served(command, work)\n        if isinstance",
        "        if isinstance",
        "tests/unit tests/conformance/test_memory.py tests/growth",
    ),
    Fault(
        "a queue that needs a second page is served to its first page only",
        "service/flow.py",
        "rest, last, rounds = set(page.unserved), page, 0",
        "rest, last, rounds = set(), page, 0",
        "tests/unit tests/conformance/test_memory.py",
    ),
    Fault(
        "a command that comes twice is carried out twice",
        "service/flow.py",
        "if answered is not None:",
        "if answered is not None and command.command_id is None:",
        "tests/unit tests/conformance/test_memory.py",
    ),
    Fault(
        "a message is tried once more than is allowed",
        "service/relay.py",
        "message.attempts + 1 >= self._attempts_max",
        "message.attempts + 1 > self._attempts_max",
        "tests/unit/test_relay.py tests/unit",
    ),
    Fault(
        "the message after one that failed stays claimed",
        "service/relay.py",
        "self._outbox.give_back(rest[1:])",
        "self._outbox.give_back(rest[2:])",
        "tests/unit/test_relay.py tests/unit",
    ),
    Fault(
        "a dead message of the database is due at once",
        "adapters/sql/outbox.py",
        "due_at = write(_NEVER if retry_at is None else retry_at)",
        "due_at = write(datetime(2000, 1, 1, tzinfo=UTC) if retry_at is None else retry_at)",
        "tests/conformance/test_sqlite.py tests/unit/adapters",
    ),
    Fault(
        "the database does not note which queues were left unserved",
        "adapters/sql/saving.py",
        "unserved = dict.fromkeys(outcome.unserved, True)",
        "unserved = dict.fromkeys(outcome.unserved, False)",
        "tests/conformance/test_sqlite.py",
    ),
    Fault(
        "the database keeps the lines of an order as they were",
        "adapters/sql/saving.py",
        "if before is None or before.lines is not order.lines:",
        "if before is None:",
        "tests/conformance/test_sqlite.py",
    ),
    Fault(
        "JSON takes a number with a fraction for a whole one",
        "codec/scalars.py",
        "if type(value) is not int or abs(value) > NUMBER_MAX:",
        "if not isinstance(value, int | float) or abs(value) > NUMBER_MAX:",
        "tests/codec",
    ),
    Fault(
        "notices are merged however long they are apart",
        "notices/coalescing.py",
        "if later.at - earlier.at > self._window:",
        "if later.at < earlier.at:",
        "tests/unit/notices",
    ),
    Fault(
        "compiled tables give a line more than is there",
        "frames/kernel.py",
        "part = min(want, of_product)",
        "part = want",
        "tests/frames",
    ),
    Fault(
        "a webhook that is old is taken for a new one",
        "adapters/webhook/signing.py",
        "apart = abs(now.timestamp() - int(seconds))",
        "apart = int(seconds) - now.timestamp()",
        "tests/unit/adapters",
    ),
    Fault(
        "the seed of a replay has no effect on the suppliers",
        "replay/replenishment.py",
        'Random(f"{self.seed}/{sku}/{day}")',
        'Random(f"{sku}/{day}")',
        "tests/replay tests/laboratory",
    ),
)
