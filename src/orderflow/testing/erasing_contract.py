"""The contract of erased personal data, as tests: a part of `RepositoryContract`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.codec import dumps
from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.bulk_commands import CancelOrders
from orderflow.domain.model.commands import (
    BookInStock,
    CancelOrder,
    EditOrder,
    ErasePersonalData,
    HoldOrder,
    PlaceOrders,
    ReallocateUnits,
    Reallocation,
    RejectCancellation,
    ReleaseHold,
    RequestCancellation,
    ReturnUnits,
    SendOrderToWarehouse,
    SplitOrder,
    StartBulk,
)
from orderflow.domain.model.edits import ChangeCustomerReference, ChangeCustomField, ChangeShipTo
from orderflow.domain.model.order import Address, Hold, HoldReason, Order, OrderLine
from orderflow.domain.model.returns import ReturnState
from orderflow.domain.model.warehouse_commands import DespatchOrder
from orderflow.errors import CommandIdReusedError
from orderflow.service import OrderFlow
from orderflow.testing.differences import require_same
from orderflow.testing.example_shop import MUGS, later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from orderflow.domain.model.commands import Command
    from orderflow.ports import Reading, Repository, UnitOfWork

__all__ = ["ErasingContract", "commands_with_text"]


def commands_with_text(text: str, other: str, at: datetime) -> Iterator[Command]:
    """Yield commands that store a text with order "A" in every way that there is.

    "A" is split, and both of its parts end: "A" is cancelled, and "A.1" is sent back. Order "B" is
    placed together with "A", stores another text, and stays on back order.
    """

    def about(order_id: str) -> dict[str, Any]:
        return {"seller_id": "acme", "order_id": order_id, "at": at}

    yield BookInStock(key=MUGS, received=2, at=at)
    yield PlaceOrders(orders=(_order("A", text, 3), _order("B", other, 2)), at=at)
    yield HoldOrder(hold=Hold(HoldReason.ADDRESS, note=f"{text} moves"), **about("A"))
    address = Address(f"{text} 2", "2 Mill Lane", "Leeds", phone=f"{text} 3")
    edits = (ChangeShipTo(address), ChangeCustomField("Card", f"{text} 4"))
    yield EditOrder(edits=edits, **about("A"))
    yield ReleaseHold(**about("A"))
    changes = (Reallocation("A", None, (("1", -1),)), Reallocation("B", None, (("1", 1),)))
    yield ReallocateUnits(
        seller_id="acme", changes=changes, note=f"{text} can wait", by="Jo", at=at
    )
    yield SplitOrder(new_order_id="A.1", **about("A"))
    where = f"reference={text}"
    action = CancelOrders(f"{text} asked")
    yield StartBulk(seller_id="acme", action=action, where=where, orders=(("A", 0),), at=at)
    # These runs are not about "A", and name its customer all the same.
    where = f"reference!={text} and id=B"
    action = CancelOrders(f"{other} asked")
    yield StartBulk(seller_id="acme", action=action, where=where, orders=(("B", 0),), at=at)
    where = f"reference={text} and id=none"
    action = CancelOrders(f"{text} asked again")
    yield StartBulk(seller_id="acme", action=action, where=where, orders=(), at=at)
    yield CancelOrder(reason=f"{text} has died", **about("A"))
    yield SendOrderToWarehouse(**about("A.1"))
    yield RequestCancellation(reason=f"{text} called", **about("A.1"))
    yield RejectCancellation(reason=f"{text} was late", **about("A.1"))
    yield DespatchOrder(**about("A.1"))
    note = f"{text} did not like it"
    yield ReturnUnits(state=ReturnState.BACK_IN_STOCK, note=note, **about("A.1"))


class ErasingContract(ABC):
    """Tests of `UnitOfWork.erase`, and of the reads that say what to erase."""

    @abstractmethod
    def make_repository(self) -> Repository:
        """Make an empty repository."""

    def test_erased_data_is_nowhere(self) -> None:
        """The text of an order goes from its events and all answers; that of others stays."""
        repository, commands = self._filled()
        before = _stored(repository, len(commands))
        assert sum("Ann" in text for text in before) >= 2 * len(commands)
        OrderFlow(repository).seller("acme").erase("A.1", at=later(1))
        after = _stored(repository, len(commands))
        require_same("stored texts with 'Ann'", [text for text in after if "Ann" in text], [])
        kept = [text.count("Bob") for text in before if "Bob" in text]
        require_same("'Bob'", [text.count("Bob") for text in after if "Bob" in text], kept)
        require_same("the reference of 'B'", _orders(repository)["B"].customer_reference, "Bob")

    def test_an_erased_order_keeps_all_else(self) -> None:
        """Events keep their numbers. Only the erasure is new."""
        repository, _ = self._filled()
        acme = OrderFlow(repository).seller("acme")
        before, pages = acme.events(), [acme.events(limit=n).last for n in range(1, 9)]
        acme.erase("A", at=later(1))
        erased = [type(event).__name__ for event in acme.events(after=before.last)]
        require_same("the new events", erased, ["PersonalDataErased"] * 2)
        kinds = [type(event) for event in before]
        require_same("the kinds of events", [type(e) for e in acme.events()][:-2], kinds)
        require_same("numbers", [acme.events(limit=n).last for n in range(1, 9)], pages)
        for order_id in ("A", "A.1"):
            require_same("erased_at", _orders(repository)[order_id].erased_at, later(1))

    def test_an_erased_command_that_comes_again_changes_nothing(self) -> None:
        """The first outcome is returned, without the text. Another text is another command."""
        repository, commands = self._filled()
        flow = OrderFlow(repository)
        last = commands[-1]
        assert isinstance(last, ReturnUnits)
        with pytest.raises(CommandIdReusedError):
            flow.handle(attrs.evolve(last, note="Something else"))
        flow.seller("acme").erase("A", at=later(1))
        before = flow.seller("acme").events()
        for command in commands:
            assert "Ann" not in dumps(flow.handle(command))
            assert "Ann" not in dumps(flow.seller("acme").preview(command))
        require_same("events", flow.seller("acme").events(), before)
        with pytest.raises(CommandIdReusedError):
            flow.handle(attrs.evolve(last, state=ReturnState.WRITTEN_OFF))

    def test_an_erasure_may_come_again(self) -> None:
        """It changes nothing, unless the order got personal data since."""
        repository, _ = self._filled()
        acme = OrderFlow(repository).seller("acme")
        erase = partial(acme.erase, "B", include_open=True)
        first = erase(at=later(1), command_id="erase")
        require_same("the outcome", erase(at=later(2), command_id="erase"), first)
        require_same("the events", erase(at=later(3)).events, ())
        require_same("erased_at", _orders(repository)["B"].erased_at, later(1))
        acme.edit("B", ChangeCustomerReference("Bob"), at=later(4))
        erase(at=later(5))
        require_same("erased_at", _orders(repository)["B"].erased_at, later(5))

    def test_nothing_is_erased_unless_the_erasure_is_saved(self) -> None:
        """A unit of work that fails leaves every text."""
        repository, commands = self._filled()
        before = _stored(repository, len(commands))
        erase = ErasePersonalData(seller_id="acme", order_ids=("A", "A.1"), at=later(1))

        def erase_and_fail(work: UnitOfWork) -> None:
            outcome = decide(erase, work)
            work.erase(erase.order_ids)
            work.save(erase, outcome)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            repository.write("acme", erase_and_fail)
        require_same("all that is stored", _stored(repository, len(commands)), before)

    def test_another_seller_s_order_of_the_same_id_stays(self) -> None:
        """An erasure is of one seller."""
        repository, _ = self._filled()
        theirs = OrderFlow(repository).seller("zenith")
        order = attrs.evolve(_order("A", "Ann", 1), seller_id="zenith")
        outcome = theirs.place(order, at=later(0), command_id="c1")
        OrderFlow(repository).seller("acme").erase("A", at=later(1))
        require_same("order", theirs.order("A").ship_to, order.ship_to)
        require_same("events", tuple(theirs.events()), outcome.events)
        answered = repository.read("zenith", lambda reading: reading.answered("c1"))
        assert answered is not None
        require_same("answer", answered[1], outcome)

    def test_to_erase_finds_orders_that_ended_before(self) -> None:
        """An order has ended if it left or was cancelled, and nothing has happened since."""
        repository = self.make_repository()
        acme = OrderFlow(repository).seller("acme")
        for minute, order_id in enumerate(("9", "10", "late", "open", "again", "gone")):
            acme.place(_order(order_id, "Ann", 1), at=later(minute), allocate=False)
        for minute, order_id in enumerate(("10", "9", "gone"), 10):
            acme.cancel(order_id, at=later(minute))
        acme.cancel("late", at=later(20))
        acme.cancel("again", at=later(12))
        acme.erase("gone", at=later(12))
        moment = timedelta(microseconds=1)
        for before, found in (
            (later(10), []),
            (later(10) + moment, ["10"]),
            (later(12), ["10", "9"]),
            (later(20), ["10", "9", "again"]),
            (later(20) + moment, ["10", "9", "again", "late"]),
        ):
            for limit in (None, 0, 1, 2, 9):
                read = partial(_to_erase, before=before, limit=limit)
                what = f"to_erase({before}, limit={limit})"
                for run in (repository.read, repository.write):
                    require_same(what, run("acme", read), found[:limit])
            for place, order_id in enumerate(found):
                read = partial(_to_erase, before=before, after=order_id)
                what = f"to_erase({before}, after={order_id!r})"
                require_same(what, repository.read("acme", read), found[place + 1 :])
        require_same("zenith", repository.read("zenith", partial(_to_erase, before=later(99))), [])

    def test_replaced_by_finds_orders_in_place_of_another(self) -> None:
        """There may be several, of one seller."""
        repository = self.make_repository()
        flow = OrderFlow(repository)
        for seller_id, order_ids in (("acme", ("9", "10")), ("zenith", ("11",))):
            seller = flow.seller(seller_id)
            first = attrs.evolve(_order("A", "Ann", 1), seller_id=seller_id)
            seller.place(first, at=later(0))
            seller.cancel("A", at=later(0))
            for order_id in order_ids:
                seller.place(attrs.evolve(first, order_id=order_id, replaces="A"), at=later(0))
        for order_id, found in (("A", ["10", "9"]), ("9", []), ("none", [])):
            read = partial(_replaced_by, order_id=order_id)
            for run in (repository.read, repository.write):
                require_same(f"replaced_by({order_id!r})", run("acme", read), found)

    def _filled(self) -> tuple[Repository, Sequence[Command]]:
        """Return a repository with the life of "A" and "B", and the commands of that."""
        repository = self.make_repository()
        commands = [
            attrs.evolve(command, command_id=f"c{number}")
            for number, command in enumerate(commands_with_text("Ann", "Bob", later(0)))
        ]
        flow = OrderFlow(repository)
        for command in commands:
            flow.handle(command)
        return repository, commands


def _order(order_id: str, text: str, quantity: int) -> Order:
    return Order(
        order_id=order_id,
        seller_id="acme",
        warehouse_id="leeds",
        lines=(OrderLine("1", "MUG", quantity),),
        placed_at=later(0),
        ship_to=Address(text, f"{text} Lane", "Leeds"),
        customer_reference=text,
        custom_fields={"Card": text},
    )


def _orders(repository: Repository) -> dict[str, Order]:
    return {order.order_id: order for order in OrderFlow(repository).seller("acme").orders()}


def _stored(repository: Repository, answers: int) -> list[str]:
    """Return everything that is stored, as texts."""

    def task(reading: Reading) -> list[str]:
        answered = [reading.answered(f"c{number}") for number in range(answers)]
        of_answers = [each for pair in answered if pair is not None for each in pair]
        return [dumps(each) for each in (*reading.orders(), *reading.events(), *of_answers)]

    return repository.read("acme", task)


def _to_erase(
    reading: Reading, before: datetime, after: str | None = None, limit: int | None = None
) -> list[str]:
    return list(reading.to_erase(before, after=after, limit=limit))


def _replaced_by(reading: Reading, order_id: str) -> list[str]:
    return [each.order_id for each in reading.replaced_by(order_id)]
