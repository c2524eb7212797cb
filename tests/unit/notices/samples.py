"""A notice of each kind, and strategies that draw them with whatever names there may be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from orderflow import Action, GiveUp, HoldReason, Status
from orderflow.events import ShortReason
from orderflow.notices import (
    Bulletin,
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    ExpectedDateNotice,
    GivenUpSoonNotice,
    HeldNotice,
    InStockReplacement,
    LineCount,
    Notice,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReceiptOverdueNotice,
    ReleasedNotice,
    ShortLine,
    ShortOrderCancelledNotice,
    ShortOrderHeldNotice,
    ShortUnitsCancelledNotice,
    WaitedTooLongNotice,
    WayOut,
)
from tests.unit.shop import NOON, later

FRIDAY = NOON + timedelta(days=4)


def notices(text: str = "A", at: datetime = NOON) -> list[Notice]:
    """Return a notice of each kind, in which whatever may be a text is this one."""
    about: dict[str, Any] = {"seller_id": text, "order_id": text, "at": at}
    short = (ShortLine(text, text, 3, (InStockReplacement(text, 9),), FRIDAY),)
    late = (ShortLine(text, text, 3, overdue_since=NOON),)
    ways = (WayOut(Action.CANCEL, (Status.CANCELLED,)), WayOut(Action.SPLIT, (), ((text, 2),)))
    held_ways = (
        WayOut(Action.REMOVE_LINE, (Status.ON_HOLD,), ((text, 3),)),
        WayOut(Action.RELEASE_HOLD, (Status.ON_BACK_ORDER,)),
    )
    counts = (LineCount(text, text, 2),)
    return [
        OnBackOrderNotice(**about, since=NOON, short=short, ways_out=ways),
        PartlyServedNotice(**about, since=NOON, served=counts, short=short, ways_out=ways),
        CompletedNotice(**about, since=NOON),
        ExpectedDateNotice(**about, before=FRIDAY, expected_at=None),
        ReceiptOverdueNotice(**about, short=late),
        RecalledNotice(**about, missing=counts),
        CancellationAcceptedNotice(**about),
        CancellationRejectedNotice(**about, reason=text),
        HeldNotice(**about, reason=HoldReason.OTHER, until=None, note=text),
        ReleasedNotice(**about, reasons=(HoldReason.OTHER,), status=Status.ALLOCATED),
        ShortOrderHeldNotice(**about, until=None, note=text, short=short, ways_out=held_ways),
        ShortOrderCancelledNotice(
            **about, reason=ShortReason.SHORT_PART, short=counts, cancelled=counts
        ),
        ShortUnitsCancelledNotice(
            **about, reason=ShortReason.LIMIT, cancelled=counts, status=Status.ALLOCATED
        ),
        GivenUpSoonNotice(
            **about,
            since=NOON,
            gives_up_at=FRIDAY,
            how=GiveUp.CANCEL_SHORT,
            short=short,
            ways_out=ways,
        ),
        WaitedTooLongNotice(**about, since=NOON, how=GiveUp.SPLIT, short=short, ways_out=ways),
    ]


def bulletin(*told: Notice, **fields: Any) -> Bulletin:  # noqa: ANN401
    return Bulletin(
        **{"bulletin_id": "acme:1", "seller_id": "acme", "notices": told or (notices()[2],)}
        | fields
    )


def digest(*told: Notice) -> Bulletin:
    return bulletin(*told, since=NOON - timedelta(days=1), until=NOON)


HOSTILE = [
    "\r\nBcc: x@evil.example",
    "A\nSubject: you have won",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "{% raw %}",
    "$subject ${x} %s {order_id} {seller_id}",
    "x" * 1_000,
    "\u202egnp.exe",
    "\u2066\u200fab",
    "../../etc?x=1#y&z",
    "\x00\x1b[31m\x7f\x85\u2028",
    "日本語 ñ 😀",
    "\ud800",
    "' OR 1=1 --",
]
"""What may stand in an id, a name or a note, put there by somebody who means no good."""

texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))


@st.composite
def told(draw: st.DrawFn) -> Notice:
    """Draw a notice of orders A and B, within an hour."""
    at = later(draw(st.integers(0, 60)))
    notice = draw(st.sampled_from(notices(draw(st.sampled_from("AB")), at)))
    if isinstance(notice, ExpectedDateNotice):
        dates = st.sampled_from([None, NOON, FRIDAY])
        return attrs.evolve(notice, before=draw(dates), expected_at=draw(dates))
    return notice


def histories() -> st.SearchStrategy[list[Notice]]:
    return st.lists(told(), max_size=12).map(lambda all_of: sorted(all_of, key=lambda n: n.at))
