"""Notices to a seller about one order, with one class for each kind.

A notice contains plain values only, so it can be sent anywhere without the state behind it. `at` is
the time of the event that caused it. `customer_reference` is that of the order, if it has one.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.order import HoldReason
from orderflow.domain.model.short_part import ShortReason
from orderflow.domain.model.status import Status
from orderflow.domain.model.terms import Term
from orderflow.notices.kinds import NoticeKind

__all__ = [
    "Bulletin",
    "CancellationAcceptedNotice",
    "CancellationRejectedNotice",
    "CompletedNotice",
    "Direction",
    "ExpectedDateNotice",
    "GivenUpSoonNotice",
    "HeldNotice",
    "InStockReplacement",
    "LineCount",
    "Notice",
    "OnBackOrderNotice",
    "PartlyServedNotice",
    "RecalledNotice",
    "ReceiptOverdueNotice",
    "ReleasedNotice",
    "ShortLine",
    "ShortOrderCancelledNotice",
    "ShortOrderHeldNotice",
    "ShortUnitsCancelledNotice",
    "WaitedTooLongNotice",
    "WayOut",
    "kind_of",
]


@attrs.frozen
class InStockReplacement:
    """A product in stock that could replace a short one, and the units available."""

    sku: str
    available: int


@attrs.frozen
class ShortLine:
    """A line without enough stock.

    Attributes:
        line_id: The line.
        sku: Its product.
        short: The units that are missing.
        replacements: Products in stock that could replace it.
        expected_at: When announced receipts cover the line; `None` if they do not.
        overdue_since: When the first overdue receipt that the line needs was expected.
        is_there: Whether stock already covers the line, while the order waits for another one.
    """

    line_id: str
    sku: str
    short: int
    replacements: tuple[InStockReplacement, ...] = ()
    expected_at: datetime | None = None
    overdue_since: datetime | None = None
    is_there: bool = False


@attrs.frozen
class LineCount:
    """A number of units of a line."""

    line_id: str
    sku: str
    units: int


@attrs.frozen
class WayOut:
    """An action that the seller can take on a short order now, and the statuses it can lead to.

    See `orderflow.domain.queries.actions.ActionAnswer`.
    """

    action: Action
    leads_to: tuple[Status, ...]
    units: tuple[tuple[str, int], ...] = ()


@attrs.frozen(kw_only=True)
class _OrderNotice:
    seller_id: str
    order_id: str
    at: datetime
    customer_reference: str | None = None


@attrs.frozen(kw_only=True)
class OnBackOrderNotice(_OrderNotice):
    """The order has been on back order since this time, short on these lines."""

    since: datetime
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...] = ()


@attrs.frozen(kw_only=True)
class PartlyServedNotice(_OrderNotice):
    """The order on back order received some units, and is still short on these lines."""

    since: datetime
    served: tuple[LineCount, ...]
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...] = ()


@attrs.frozen(kw_only=True)
class CompletedNotice(_OrderNotice):
    """The order was on back order since this time, and every line is now allocated."""

    since: datetime


class Direction(Term):
    """Which way an expected date moved."""

    BETTER = "BETTER"
    WORSE = "WORSE"
    UNKNOWN = "UNKNOWN"
    """There was a date, and now there is none."""


@attrs.frozen(kw_only=True)
class ExpectedDateNotice(_OrderNotice):
    """The order is expected to be complete at another time than in the last notice.

    Attributes:
        before: The date in the last notice; `None` for no date.
        expected_at: The current expected date; `None` for no date.
    """

    before: datetime | None
    expected_at: datetime | None

    @property
    def direction(self) -> Direction:
        """Whether the date is sooner, later or unknown now."""
        if self.expected_at is None:
            return Direction.UNKNOWN
        if self.before is None or self.expected_at < self.before:
            return Direction.BETTER
        return Direction.WORSE


@attrs.frozen(kw_only=True)
class ReceiptOverdueNotice(_OrderNotice):
    """The order needs a receipt that was expected at the time of this notice, and is overdue."""

    short: tuple[ShortLine, ...]


@attrs.frozen(kw_only=True)
class RecalledNotice(_OrderNotice):
    """The order is back from the warehouse, which could not find these units."""

    missing: tuple[LineCount, ...]


@attrs.frozen(kw_only=True)
class CancellationAcceptedNotice(_OrderNotice):
    """The warehouse accepted the cancellation of the order."""


@attrs.frozen(kw_only=True)
class CancellationRejectedNotice(_OrderNotice):
    """The warehouse rejected the cancellation of the order, for this reason."""

    reason: str


@attrs.frozen(kw_only=True)
class HeldNotice(_OrderNotice):
    """The order is on hold, until a given time or until it is released."""

    reason: HoldReason
    until: datetime | None
    note: str


@attrs.frozen(kw_only=True)
class ReleasedNotice(_OrderNotice):
    """The holds with these reasons have ended; the order now has this status."""

    reasons: tuple[HoldReason, ...]
    status: Status


@attrs.frozen(kw_only=True)
class ShortOrderHeldNotice(_OrderNotice):
    """The order is short on these lines, and on hold until the seller chooses, or until a time."""

    until: datetime | None
    note: str
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...] = ()


@attrs.frozen(kw_only=True)
class ShortOrderCancelledNotice(_OrderNotice):
    """The order was cancelled for this reason: it was short of some of its units."""

    reason: ShortReason
    short: tuple[LineCount, ...]
    cancelled: tuple[LineCount, ...]


@attrs.frozen(kw_only=True)
class ShortUnitsCancelledNotice(_OrderNotice):
    """These short units were cancelled for this reason; the order now has this status."""

    reason: ShortReason
    cancelled: tuple[LineCount, ...]
    status: Status


@attrs.frozen(kw_only=True)
class GivenUpSoonNotice(_OrderNotice):
    """The order has been on back order since this time, and will be given up at another one."""

    since: datetime
    gives_up_at: datetime
    how: GiveUp
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...] = ()


@attrs.frozen(kw_only=True)
class WaitedTooLongNotice(_OrderNotice):
    """The order has been on back order since this time, as long as it may, and waits on."""

    since: datetime
    how: GiveUp
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...] = ()


Notice = (
    OnBackOrderNotice
    | PartlyServedNotice
    | CompletedNotice
    | ExpectedDateNotice
    | ReceiptOverdueNotice
    | RecalledNotice
    | CancellationAcceptedNotice
    | CancellationRejectedNotice
    | HeldNotice
    | ReleasedNotice
    | ShortOrderHeldNotice
    | ShortOrderCancelledNotice
    | ShortUnitsCancelledNotice
    | GivenUpSoonNotice
    | WaitedTooLongNotice
)
"""Any notice about one order."""


@attrs.frozen(kw_only=True)
class Bulletin:
    """One message to one recipient: notices about one seller's orders, oldest first.

    Attributes:
        bulletin_id: Unique for the recipient, and the same each time the bulletin is sent.
        seller_id: The seller.
        notices: The notices.
        since: In a digest, the start of the period that it covers, inclusive.
        until: In a digest, the end of the period that it covers, exclusive.
        left_out: The number of further notices that did not fit.
    """

    bulletin_id: str
    seller_id: str
    notices: tuple[Notice, ...]
    since: datetime | None = None
    until: datetime | None = None
    left_out: int = 0

    @property
    def is_digest(self) -> bool:
        """Whether the bulletin is a digest."""
        return self.until is not None


def kind_of(notice: Notice) -> NoticeKind:
    """Return the kind of a notice."""
    return _KIND_OF[type(notice)]


_KIND_OF: dict[type, NoticeKind] = {
    OnBackOrderNotice: NoticeKind.ON_BACK_ORDER,
    PartlyServedNotice: NoticeKind.PARTLY_SERVED,
    CompletedNotice: NoticeKind.COMPLETED,
    ExpectedDateNotice: NoticeKind.EXPECTED_DATE_MOVED,
    ReceiptOverdueNotice: NoticeKind.RECEIPT_OVERDUE,
    RecalledNotice: NoticeKind.RECALLED,
    CancellationAcceptedNotice: NoticeKind.CANCELLATION_ACCEPTED,
    CancellationRejectedNotice: NoticeKind.CANCELLATION_REJECTED,
    HeldNotice: NoticeKind.HELD,
    ReleasedNotice: NoticeKind.RELEASED,
    ShortOrderHeldNotice: NoticeKind.SHORT_ORDER_HELD,
    ShortOrderCancelledNotice: NoticeKind.SHORT_ORDER_CANCELLED,
    ShortUnitsCancelledNotice: NoticeKind.SHORT_UNITS_CANCELLED,
    GivenUpSoonNotice: NoticeKind.GIVEN_UP_SOON,
    WaitedTooLongNotice: NoticeKind.WAITED_TOO_LONG,
}
