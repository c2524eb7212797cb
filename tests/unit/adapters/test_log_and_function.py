from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow.adapters.function import FunctionChannel
from orderflow.adapters.log import LogChannel
from orderflow.notices import CancellationRejectedNotice, HeldNotice, ShortOrderHeldNotice
from orderflow.ports import NoticeError
from orderflow.wording.notices import to_paragraph
from tests.unit.notices.samples import HOSTILE, bulletin, notices

if TYPE_CHECKING:
    from orderflow.notices import Bulletin, Notice


def test_each_notice_is_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        LogChannel().send("shop.orders", bulletin(*notices()[2:4]))
    assert [record.name for record in caplog.records] == ["shop.orders"] * 2
    assert caplog.messages[0] == (
        "seller acme: Order A is complete. "
        "It had been on back order since 3 March 2025, 12:00 UTC. Every line now has its stock."
    )
    fields = vars(caplog.records[0])
    assert (fields["seller_id"], fields["order_id"], fields["kind"]) == ("acme", "A", "COMPLETED")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_name_looks_like_another_entry(text: str, caplog: pytest.LogCaptureFixture) -> None:
    told = bulletin(*notices(text))
    with caplog.at_level(logging.INFO):
        LogChannel().send("orders", told)
    assert all(message.isprintable() for message in caplog.messages)
    assert LogChannel().preview("orders", told).count("\n") == len(told.notices)


def test_a_log_has_nothing_that_people_wrote(caplog: pytest.LogCaptureFixture) -> None:
    told = bulletin(*(_written(each) for each in notices()))
    with caplog.at_level(logging.INFO):
        LogChannel().send("orders", told)
    assert len(caplog.messages) == len(told.notices)
    assert "Bloggs" not in caplog.text + LogChannel().preview("orders", told)
    assert "Bloggs" in to_paragraph(told.notices[0]).heading


def _written(notice: Notice) -> Notice:
    """Return a notice in which a name is wherever somebody may have written it."""
    texts: dict[str, Any] = {"customer_reference": "Jo Bloggs"}
    if isinstance(notice, HeldNotice | ShortOrderHeldNotice):
        texts["note"] = "ask Jo Bloggs"
    if isinstance(notice, CancellationRejectedNotice):
        texts["reason"] = "Jo Bloggs has it"
    return attrs.evolve(notice, **texts)


def test_a_function_is_called_with_address_and_bulletin() -> None:
    told: list[tuple[str, Bulletin]] = []
    FunctionChannel(lambda *given: told.append(given)).send("queue", bulletin())
    assert told == [("queue", bulletin())]


def test_what_a_function_raises_is_a_failure() -> None:
    def full(address: str, _: Bulletin) -> None:
        raise NoticeError(address, "the queue is full", "wait")

    with pytest.raises(NoticeError, match="the queue is full"):
        FunctionChannel(full).send("queue", bulletin())


def test_what_a_function_would_be_told_can_be_looked_at() -> None:
    shown = FunctionChannel(lambda *_: 1 / 0).preview("queue", bulletin())
    assert shown == "queue: Order A is complete\n"
