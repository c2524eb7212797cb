"""What is wrong with a database after a drill, and with what its users were answered and told."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from orderflow import MemoryRepository, OrderFlow, Relay
from orderflow.adapters.sql import SqlOutbox, SqlRepository, Tables
from orderflow.checking import check
from orderflow.codec import loads
from orderflow.commands import BookInStock, PlaceOrder, PlaceOrders
from orderflow.domain.model.events import subject_of
from orderflow.events import OrderPlaced, StockBookedIn
from tests.drills.commands import SELLERS, command_of
from tests.drills.stream import ORDERS_MAX, Teller, answer_to, flow_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

    from orderflow.commands import Command
    from orderflow.events import Event
    from tests.drills.stream import Logs

__all__ = ["Reference", "faults", "tell_all"]


def faults(engine: Engine, logs: Logs, workers: Iterable[str]) -> list[str]:
    """Say what is wrong with the state, with what was answered, or with what was told."""
    found = [str(each) for each in check(SqlRepository(engine)).violations]
    commands, events, waiting = _stored(engine)
    for worker in workers:
        ids = [
            f"{worker}-{n}" for n, each in logs.answers(worker).items() if each.text != "refused"
        ]
        found += [f"{each} was answered, and is lost" for each in ids if each not in commands]
        found += _out_of_turn(worker, len(logs.answers(worker)), commands, events)
    return [*found, *_twice(commands.values(), events), *_untold(logs, events, waiting)]


def _out_of_turn(
    worker: str, answered: int, commands: Iterable[str], events: dict[tuple[str, int], Event]
) -> Iterable[str]:
    """Say which commands took effect before earlier ones of the same worker."""
    for command_id in commands:
        whose, _, number = command_id.rpartition("-")
        if whose == worker and int(number) > answered:
            yield f"{command_id} took effect, and {worker}-{answered} was not answered"
    latest = Counter[str]()
    for (seller_id, _), event in events.items():  # by their numbers
        if not isinstance(event, OrderPlaced):
            continue
        whose, number, *_ = event.order.order_id.split("-")
        if whose != worker:
            continue
        if int(number) < latest[seller_id]:
            yield f"{event.order.order_id} was placed after {worker}-{latest[seller_id]}"
        latest[seller_id] = int(number)


def _stored(
    engine: Engine,
) -> tuple[dict[str, Command], dict[tuple[str, int], Event], set[tuple[str, int]]]:
    """Read the commands by their ids, the events by seller and number, and the outbox."""
    tables = Tables.default()
    commands, events, outbox = tables.commands.c, tables.events.c, tables.outbox.c
    with engine.connect() as connection:
        kept = connection.execute(select(commands.command_id, commands.command)).all()
        happened = connection.execute(
            select(events.seller_id, events.number, events.event).order_by(events.number)
        ).all()
        waiting = connection.execute(select(outbox.seller_id, outbox.number)).all()
    return (
        {row[0]: loads(row[1]) for row in kept},
        {(row[0], row[1]): loads(row[2]) for row in happened},
        {(row[0], row[1]) for row in waiting},
    )


def _twice(commands: Iterable[Command], events: dict[tuple[str, int], Event]) -> Iterable[str]:
    """Hold what happened to what was asked for: once for each id."""
    asked = Counter(name for command in commands for name in _asked_for(command))
    happened = Counter(name for event in events.values() for name in _happened(event))
    for name in sorted(asked.keys() | happened.keys()):
        if asked[name] != happened[name]:
            yield f"{name} was asked for {asked[name]} times, and happened {happened[name]} times"


def _asked_for(command: Command) -> Sequence[str]:
    match command:
        case PlaceOrder(order=order):
            return [order.order_id]
        case PlaceOrders(orders=orders):
            return [order.order_id for order in orders]
        case BookInStock(key=key):
            return [f"{key.sku} of {key.seller_id}"]
        case _:
            return ()


def _happened(event: Event) -> Sequence[str]:
    match event:
        case OrderPlaced(order=order):
            return [order.order_id]
        case StockBookedIn(key=key):
            return [f"{key.sku} of {key.seller_id}"]
        case _:
            return ()


def _untold(
    logs: Logs, events: dict[tuple[str, int], Event], waiting: set[tuple[str, int]]
) -> Iterable[str]:
    """Hold what was told to what happened: all of it, in order for each subject."""
    told = dict.fromkeys(logs.told())  # each once, by the first time
    for each in sorted(events.keys() - told.keys() - waiting):
        yield f"event {each} was never told, and waits no more"
    latest: dict[tuple[str, str], int] = {}
    for seller_id, number in told:
        event = events.get((seller_id, number))
        if event is None:
            yield f"event {(seller_id, number)} was told, and is none"
            continue
        subject = (seller_id, subject_of(event))
        if number < latest.get(subject, 0):
            yield f"{subject}: event {number} was told after event {latest[subject]}"
        latest[subject] = number


def tell_all(engine: Engine, logs: Logs, seconds_max: float = 300) -> list[str]:
    """Let a last relay tell what is left; say what was not told even so."""
    relay = Relay(SqlOutbox(engine), Teller(logs.messages))
    until = time.monotonic() + seconds_max
    while _stored(engine)[2] and time.monotonic() < until:
        relay.run()
        time.sleep(0.05)  # somebody who was killed may have a lease
    _, events, waiting = _stored(engine)
    return [f"event {each} was never told" for each in sorted(waiting)] + [
        *_untold(logs, events, set())
    ]


class Reference:
    """What the commands of one worker come to in memory, one after another.

    Attributes:
        unanswered: How often a command had been carried out that was not answered.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._flow = OrderFlow(MemoryRepository(), orders_max=ORDERS_MAX)
        self._answers: list[str] = []
        self._compared = 0
        self.unanswered = 0

    def faults(self, engine: Engine, logs: Logs) -> list[str]:
        """Recover, then say where a database differs from it, or what was answered."""
        answers = logs.answers(self._worker)
        while len(self._answers) in answers:
            self._follow()
        found = [
            f"command {number} was answered {answers[number].text}, not {self._answers[number]}"
            for number in range(self._compared, len(answers))
            if answers[number].text != self._answers[number]
        ]
        self._compared = len(answers)
        following = command_of(self._worker, len(self._answers))
        flow = flow_on(engine, following.at)
        flow.recover()
        if following.command_id in _stored(engine)[0]:
            self.unanswered += 1
            self._follow()
        if _seen(flow) != _seen(self._flow):
            found.append(f"after {len(self._answers)} commands it is not what they come to")
        if check(SqlRepository(engine)).unserved:
            found.append("a queue was left unserved")
        return found

    def _follow(self) -> None:
        command = command_of(self._worker, len(self._answers))
        self._answers.append(answer_to(self._flow, command))


def _seen(flow: OrderFlow) -> list[object]:
    return [
        (flow.seller(each).orders(), flow.seller(each).stock(), flow.seller(each).receipts())
        for each in SELLERS
    ]
