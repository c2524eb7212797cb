"""Every mail to a seller, as a page and as HTML, drawn from a notice of each kind.

`python -m tests.docs.mails` names the stale files, and with `--write` redraws them.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs

from orderflow import Action, Status
from orderflow.adapters.mail import MailWriter, OrderLink
from orderflow.notices import (
    Bulletin,
    ExpectedDateNotice,
    InStockReplacement,
    LineCount,
    ReleasedNotice,
    ShortLine,
    WayOut,
    kind_of,
)
from orderflow.wording.notices import NoticeWording
from tests.docs.diagrams import ROOT
from tests.unit.notices.samples import notices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from orderflow.notices import Notice

PAGE = ROOT / "docs" / "explanation" / "mails.md"
HTML = ROOT / "tests" / "docs" / "mails.html"
MONDAY = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
MUGS = (LineCount("1", "MUG", 2),)
HEAD = """# The mails to sellers

These are all the mails, in English, to a seller whose zone is `Europe/London`. A test compares the
page with what is sent. To translate them, see
[Words and times of a seller](../how-to/tell-the-sellers.md#words-and-times-of-a-seller).
"""


def mails() -> Iterator[tuple[str, EmailMessage]]:
    """Return a mail of each kind, and a digest."""
    told = [_realistic(each) for each in notices("1001", MONDAY)]
    for each in told:
        yield kind_of(each).value, _mail(_bulletin(each))
    several = (told[0], told[4])
    digest = attrs.evolve(
        _bulletin(*several), since=MONDAY - timedelta(days=1), until=MONDAY, left_out=3
    )
    yield "a digest", _mail(digest)


def page() -> str:
    """Return the page."""
    parts = [HEAD]
    for name, mail in mails():
        body = mail.get_body(("plain",))
        assert body is not None
        title = name if name == "a digest" else f"`{name}`"
        text = body.get_content().replace("\r\n", "\n").strip()
        parts.append(f"## {title}\n\n```text\nSubject: {mail['Subject']}\n\n{text}\n```\n")
    return "\n".join(parts)


def html() -> str:
    """Return the HTML of all mails, one after another."""
    parts = []
    for name, mail in mails():
        body = mail.get_body(("html",))
        assert body is not None
        parts.append(f"<!-- {name} -->\n{body.get_content()}".replace("\r\n", "\n"))
    return "\n".join(parts)


def _bulletin(*told: Notice) -> Bulletin:
    return Bulletin(bulletin_id="acme:7", seller_id="acme", notices=told)


def _mail(bulletin: Bulletin) -> EmailMessage:
    writer = MailWriter(
        "Orders <orders@shop.example>",
        link=OrderLink("https://shop.example/orders/{order_id}"),
        wording=lambda _: NoticeWording(zone=ZoneInfo("Europe/London")),
    )
    return writer.write("jo@acme.example", bulletin, MONDAY)


def _realistic(notice: Notice) -> Notice:
    """Return a notice with the values of a shop in place of those of the tests."""
    ways = (
        WayOut(Action.CANCEL, (Status.CANCELLED,)),
        WayOut(Action.REMOVE_LINE, (Status.ALLOCATED,), (("MUG", 2),)),
        WayOut(Action.REPLACE_LINE, (Status.ALLOCATED, Status.ON_BACK_ORDER)),
        WayOut(Action.SEND_STOCK, (Status.ALLOCATED,), (("MUG", 2),)),
        WayOut(Action.SPLIT, (Status.ON_BACK_ORDER,), (("TRAY", 1),)),
    )
    held = (
        WayOut(Action.REMOVE_LINE, (Status.ON_HOLD,), (("MUG", 2),)),
        WayOut(Action.RELEASE_HOLD, (Status.ON_BACK_ORDER,)),
    )
    is_late = kind_of(notice).value == "RECEIPT_OVERDUE"
    line = (
        ShortLine("1", "MUG", 2, overdue_since=MONDAY)
        if is_late
        else ShortLine("1", "MUG", 2, (InStockReplacement("CUP", 9),), FRIDAY)
    )
    is_cancelled = kind_of(notice).value == "SHORT_ORDER_CANCELLED"
    values: dict[str, Any] = {
        "since": MONDAY,
        "short": MUGS if is_cancelled else (line,),
        "ways_out": held if kind_of(notice).value == "SHORT_ORDER_HELD" else ways,
        "served": MUGS,
        "missing": MUGS,
        "cancelled": MUGS,
        "gives_up_at": FRIDAY,
        "note": "Ask Jo before it leaves",
    }
    if isinstance(notice, ExpectedDateNotice):
        values = {"before": FRIDAY, "expected_at": FRIDAY + timedelta(days=3)}
    elif not isinstance(notice, ReleasedNotice):
        values["reason"] = getattr(notice, "reason", None)
    if kind_of(notice).value == "CANCELLATION_REJECTED":
        values["reason"] = "It is packed already"
    fields = {field.name for field in attrs.fields(type(notice))}
    return attrs.evolve(notice, **{name: each for name, each in values.items() if name in fields})


FILES = {PAGE: page, HTML: html}


def stale() -> list[str]:
    """Return the files that differ from the mails."""
    return [
        str(path.relative_to(ROOT))
        for path, draw in FILES.items()
        if not path.exists() or path.read_text(encoding="utf-8") != draw()
    ]


if __name__ == "__main__":
    if "--write" in sys.argv:
        for path, draw in FILES.items():
            path.write_text(draw(), encoding="utf-8")
    sys.exit("\n".join(stale()))
