"""A database with something of everything in it, as each released revision has left one.

`revisions` holds one for every revision, as SQL. A release that brings a new revision adds its
own: `python -m tests.unit.adapters.sql.populated` writes it. Those of earlier ones stay as they
are, for that is what is out there.

If a release no longer reads one of them, do not write it anew. Convert what is stored, in
`orderflow.codec.formats` or in a migration.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orderflow import (
    Address,
    AdjustmentReason,
    AllocationPolicy,
    ExpectedReceipt,
    GiveUp,
    HoldReason,
    OrderFlow,
    OrderLine,
    PartialAllocation,
    Queue,
    StockKey,
)
from orderflow.adapters.sql import (
    SqlDefaultPolicy,
    SqlInbox,
    SqlNoticeStore,
    SqlOutbox,
    SqlPreferences,
    SqlRepository,
    open_database,
)
from orderflow.adapters.sql.revision import REVISION
from orderflow.commands import BookInStock, ReturnState
from orderflow.core import reallocation_of_product
from orderflow.domain.decisions.decide import decide
from orderflow.notices import Preference, Recipient
from orderflow.sourcing import SourcingPolicy
from tests.drills.failing_life import flow_on, life
from tests.unit.shop import NOON, key, later, order

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderflow.ports import Repository, UnitOfWork

REVISIONS = Path(__file__).with_name("revisions")

DEFAULT_POLICY = AllocationPolicy(queue=Queue.PRIORITY)
PREFERENCE = Preference(recipients=(Recipient("mail", "bolt@bolt.example"),), digest_at=time(6, 30))
POLICY_OF_DORA = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING,
    passes_max=1,
    allocation_horizon=timedelta(days=2),
    give_up_after=timedelta(days=7),
    give_up=GiveUp.CANCEL_SHORT,
    remind_before=timedelta(days=1),
)
POLICY_OF_BOLT = AllocationPolicy(
    queue=Queue.PRIORITY,
    partial_allocation=PartialAllocation.AFTER_WAITING,
    passes_max=3,
    wait_max=timedelta(days=9),
)


def of_revision(revision: str, path: Path) -> None:
    """Make the database that a revision has left."""
    text = (REVISIONS / f"{revision}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(text)


def revisions() -> list[str]:
    return sorted(path.stem for path in REVISIONS.glob("*.sql"))


def populate(repository: Repository) -> OrderFlow:
    """Fill a repository with orders of every status, of two sellers, and all that goes with them.

    Seller acme is served to the end; of seller bolt, a queue is left unserved.
    """
    flow = OrderFlow(repository)
    flow.seller("bolt").change_policy(POLICY_OF_BOLT, at=NOON)
    _stock_of_acme(flow)
    _orders_of_acme(flow)
    _warehouses_of_acme(flow)
    _reallocate_of_acme(flow)
    _life_of_bolt(flow)
    repository.write("bolt", _leave_unserved)
    return flow


def populate_all(engine: Engine) -> None:
    """Fill all tables, with every command and every event.

    Two more sellers: corin gives every command an id, so its answer is stored. dora has what takes
    time.
    """
    repository = SqlRepository(engine)
    flow = populate(repository)
    for command in life("corin"):
        flow_on(repository).handle(command)
    _life_of_dora(flow)
    SqlDefaultPolicy(engine).set(DEFAULT_POLICY)
    SqlPreferences(engine).set(PREFERENCE, seller_id="bolt")
    SqlNoticeStore(engine).put("bolt", "digest", "of Å")
    SqlInbox.receive(engine, "message 1", lambda _: None, seller_id="bolt", at=NOON)
    outbox = SqlOutbox(engine)
    for message in outbox.claim(NOON, timedelta(minutes=1), limit=1):
        outbox.mark_failed(message, "the server is away", None)


def _stock_of_acme(flow: OrderFlow) -> None:
    acme = flow.seller("acme")
    acme.book_in(key("MUG"), 12, at=NOON, command_id="delivery 1")
    acme.book_in(key("PAN"), 3, rejected=1, at=NOON)
    acme.adjust(key("PAN"), -1, AdjustmentReason.DAMAGE, note="dented", at=NOON)
    acme.count(key("TEA", warehouse_id="york"), 4, at=NOON)
    for number, days in enumerate((3, 1), 1):
        receipt = ExpectedReceipt(f"ASN {number}", key("PAN"), 5, NOON + timedelta(days=days))
        acme.announce(receipt, at=NOON)


def _orders_of_acme(flow: OrderFlow) -> None:
    """Take orders A to K to every status there is."""
    acme = flow.seller("acme")
    home = Address(
        *("Zoë Å", "1 High Street", "Leeds", "LS1", "GB"),
        company="Å & Co",
        street_2="Flat 2",
        region="West Yorkshire",
        phone="+44 113 496 0000",
    )
    acme.place(order("A", ("MUG", 1)), allocate=False, at=later(70))
    for order_id in "BCDEFG":
        acme.place(order(order_id, ("MUG", 1)), at=later(71), command_id=f"place {order_id}")
        if order_id != "B":
            acme.send_to_warehouse(order_id, at=later(80))
    acme.request_cancellation("D", reason="changed my mind", at=later(81))
    acme.despatch("E", at=later(82))
    acme.despatch("F", at=later(82))
    acme.deliver("F", at=later(90))
    acme.return_units("F", ReturnState.WRITTEN_OFF, note="chipped", at=later(93))
    acme.request_cancellation("G", at=later(82))
    acme.accept_cancellation("G", at=later(83))
    kept = {"customer_reference": "PO-1", "custom_fields": {"Å": "ja", "Gift": '"yes"'}}
    h = order("H", ("PAN", 4), ("MUG", 2), courier="DPD", ship_to=home, **kept)
    acme.place(h, at=later(84))
    acme.split("H", "H-1", at=later(85))
    days = {"promised_by": later(9_000), "not_before": later(8_000)}
    acme.place(order("I", ("PAN", 1), ("PAN", 2), **days), at=later(86))
    suite = tuple(OrderLine(str(n), "PAN", n, set_id="Küche") for n in (2, 1))
    acme.place(order("J", lines=suite), at=later(87))
    acme.hold("J", HoldReason.ADDRESS, until=later(9_000), note="flat?", at=later(88))
    acme.hold("J", HoldReason.OTHER, at=later(88))
    acme.place(order("K", ("PAN", 1)), at=later(89))
    acme.place(order("L", ("PAN", 1), give_up_after=timedelta(minutes=90)), at=later(89))
    acme.cancel("K", reason="too slow", at=later(91))
    acme.place(order("P", ("PAN", 1), ship_to=home, **kept), at=later(91))
    acme.cancel("P", at=later(91))
    acme.erase("P", at=later(92))


def _warehouses_of_acme(flow: OrderFlow) -> None:
    """Let stock be on its way to another warehouse, and orders be over two of them."""
    acme = flow.seller("acme")
    tea, due = key("TEA", warehouse_id="york"), NOON + timedelta(days=2)
    acme.transfer(tea, 1, "leeds", receipt_id="T1", expected_at=due, at=later(92))
    acme.place(order("M", ("TEA", 4), warehouse_id="york", replaces="K"), at=later(92))
    acme.move("M", "leeds", only_short=True, at=later(93))
    over = SourcingPolicy(warehouses=("leeds", "york"))
    acme.place(order("N", ("MUG", 1), ("TEA", 1), warehouse_id=""), sourcing=over, at=later(93))


def _reallocate_of_acme(flow: OrderFlow) -> None:
    """Let one order give a unit to another, and be served first from now on; pin a third one."""
    acme = flow.seller("acme")
    parties = (("H-1", -1), ("L", 1))
    changes = [reallocation_of_product(acme.order(each), "PAN", units) for each, units in parties]
    acme.reallocate(changes, note="L is late", by="Å", repay=True, at=later(94))
    acme.pin("I", at=later(94))


def _life_of_bolt(flow: OrderFlow) -> None:
    """Let orders wait for one product each, and pass some of them over."""
    bolt = flow.seller("bolt")
    bolt.book_in(key("NUT", seller_id="bolt"), 2, at=NOON)
    bolt.count(key("CAP", seller_id="bolt"), 0, at=NOON)
    for order_id, priority in (("A", 0), ("B", 5), ("C", 0)):
        wanted = order(order_id, ("NUT", 3), ("CAP", 1), seller_id="bolt", priority=priority)
        bolt.place(wanted, at=later(71))
    bolt.book_in(key("CAP", seller_id="bolt"), 1, at=later(72))
    for order_id in "DEFGH":
        bolt.place(order(order_id, ("TIN", 1), seller_id="bolt"), at=later(80))


def _life_of_dora(flow: OrderFlow) -> None:
    """Let orders wait for a day, be passed over, be given up, and come back from the warehouse."""
    dora, day = flow.seller("dora"), timedelta(days=1)
    dora.change_policy(POLICY_OF_DORA, at=NOON)
    dora.book_in(key("MUG", "dora"), 9, at=NOON)
    dora.place(order("A", seller_id="dora", not_before=NOON + 9 * day), at=NOON)
    for order_id, *wanted in (("B", ("MUG", 2), ("CUP", 5)), ("C", ("CUP", 4)), ("D", ("CUP", 1))):
        dora.place(order(order_id, *wanted, seller_id="dora"), at=NOON)
    dora.book_in(key("CUP", "dora"), 1, at=NOON + day)
    dora.place(order("E", ("MUG", 3), seller_id="dora"), at=NOON + day)
    dora.place(order("F", ("MUG", 2), seller_id="dora"), at=NOON + day)
    for order_id in "EF":
        dora.send_to_warehouse(order_id, at=NOON + day)
    dora.despatch("E", {"1": 1}, "E-1", at=NOON + 2 * day)
    dora.count(key("MUG", "dora"), 1, at=NOON + 2 * day)
    for days in (6, 7, 8):
        dora.run_due(at=NOON + days * day)


def _leave_unserved(work: UnitOfWork) -> None:
    """Serve the head of a queue, as a process does that ends before it could go on."""
    command = BookInStock(key=StockKey("bolt", "leeds", "TIN"), received=4, at=later(90))
    work.save(command, decide(command, work, orders_max=1))


def main() -> None:
    """Write what this revision leaves."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "populated.db"
        engine = open_database(path, create=True)
        populate_all(engine)
        engine.dispose()
        with closing(sqlite3.connect(path)) as connection:
            text = "\n".join(connection.iterdump())
    kept = REVISIONS / f"{REVISION}.sql"
    if kept.exists():
        raise SystemExit(
            f"{kept} exists, and no release may change it. Delete it first only if no release "
            f"candidate has had revision {REVISION}."
        )
    kept.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
