"""Notices: what a seller is told of one order, one class for each kind.

A notice says how things stand, in plain values, so that it can be sent anywhere without the state
it was made from. `at` is the moment of the event that it was made for.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.order import HoldReason
from orderflow.domain.model.status import Status
from orderflow.notices.kinds import Kind

__all__ = [
    "Bulletin",
    "CancellationAcceptedNotice",
    "CancellationRejectedNotice",
    "CompletedNotice",
    "Direction",
    "ExpectedDateNotice",
    "HeldNotice",
    "InStockReplacement",
    "LineCount",
    "Notice",
    "OnBackOrderNotice",
    "PartlyServedNotice",
    "RecalledNotice",
    "ReleasedNotice",
    "ShortLine",
    "WayOut",
    "kind_of",
]


@attrs.frozen
class InStockReplacement:
    """A product in stock that could go out in place of a short one, and how much there is."""

    sku: str
    available: int


@attrs.frozen
class ShortLine:
    """A line without enough stock.

    Attributes:
        line_id: The line.
        sku: Its product.
        short: The units that are missing.
        replacements: What is in stock and could take its place, if that was looked up.
        expected_at: When receipts that are announced cover it, if they do.
        is_there: Whether what is in stock suffices, and the order waits for something else.
    """

    line_id: str
    sku: str
    short: int
    replacements: tuple[InStockReplacement, ...] = ()
    expected_at: datetime | None = None
    is_there: bool = False


@attrs.frozen
class LineCount:
    """Some units of a line."""

    line_id: str
    sku: str
    units: int


@attrs.frozen
class WayOut:
    """Something that the seller may do about a back order now, and what it would lead to.

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


@attrs.frozen(kw_only=True)
class OnBackOrderNotice(_OrderNotice):
    """The order is on back order since a moment, short on these lines."""

    since: datetime
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...] = ()


@attrs.frozen(kw_only=True)
class PartlyServedNotice(_OrderNotice):
    """The order on back order got some units, and is still short on these lines."""

    since: datetime
    served: tuple[LineCount, ...]
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...] = ()


@attrs.frozen(kw_only=True)
class CompletedNotice(_OrderNotice):
    """The order, on back order since a moment, was processed again and is covered."""

    since: datetime


class Direction(StrEnum):
    """Which way an expected date has moved."""

    BETTER = "BETTER"
    WORSE = "WORSE"
    UNKNOWN = "UNKNOWN"
    """There was a date, and there is none any more."""


@attrs.frozen(kw_only=True)
class ExpectedDateNotice(_OrderNotice):
    """The order can be expected to be complete at another moment than the seller was told.

    Attributes:
        before: What the seller was told; `None` for no date.
        expected_at: What is expected now; `None` for no date.
    """

    before: datetime | None
    expected_at: datetime | None

    @property
    def direction(self) -> Direction:
        """Whether it is sooner, later, or not known any more."""
        if self.expected_at is None:
            return Direction.UNKNOWN
        if self.before is None or self.expected_at < self.before:
            return Direction.BETTER
        return Direction.WORSE


@attrs.frozen(kw_only=True)
class RecalledNotice(_OrderNotice):
    """The order comes back from the warehouse, because these units were not there."""

    missing: tuple[LineCount, ...]


@attrs.frozen(kw_only=True)
class CancellationAcceptedNotice(_OrderNotice):
    """The warehouse let the order go."""


@attrs.frozen(kw_only=True)
class CancellationRejectedNotice(_OrderNotice):
    """The warehouse goes on with the order, for this reason."""

    reason: str


@attrs.frozen(kw_only=True)
class HeldNotice(_OrderNotice):
    """The order is kept back, until a moment or until it is released."""

    reason: HoldReason
    until: datetime | None
    note: str


@attrs.frozen(kw_only=True)
class ReleasedNotice(_OrderNotice):
    """The holds for these reasons are gone; the order has this status by now."""

    reasons: tuple[HoldReason, ...]
    status: Status


Notice = (
    OnBackOrderNotice
    | PartlyServedNotice
    | CompletedNotice
    | ExpectedDateNotice
    | RecalledNotice
    | CancellationAcceptedNotice
    | CancellationRejectedNotice
    | HeldNotice
    | ReleasedNotice
)
"""Something that a seller is told of one order."""


@attrs.frozen(kw_only=True)
class Bulletin:
    """What one recipient is sent in one go: notices of one seller, oldest first.

    Attributes:
        bulletin_id: The same each time it is sent, and of no other bulletin to this recipient.
        seller_id: Whose orders it is about.
        notices: What there is to tell.
        since: In a digest: the moment from which on it tells.
        until: In a digest: the moment before which it tells.
        left_out: So many more notices there would be.
    """

    bulletin_id: str
    seller_id: str
    notices: tuple[Notice, ...]
    since: datetime | None = None
    until: datetime | None = None
    left_out: int = 0

    @property
    def is_digest(self) -> bool:
        """Whether it sums up a day."""
        return self.until is not None


def kind_of(notice: Notice) -> Kind:
    """Return the kind of a notice."""
    return _KIND_OF[type(notice)]


_KIND_OF: dict[type, Kind] = {
    OnBackOrderNotice: Kind.ON_BACK_ORDER,
    PartlyServedNotice: Kind.PARTLY_SERVED,
    CompletedNotice: Kind.COMPLETED,
    ExpectedDateNotice: Kind.EXPECTED_DATE_MOVED,
    RecalledNotice: Kind.RECALLED,
    CancellationAcceptedNotice: Kind.CANCELLATION_ACCEPTED,
    CancellationRejectedNotice: Kind.CANCELLATION_REJECTED,
    HeldNotice: Kind.HELD,
    ReleasedNotice: Kind.RELEASED,
}
