"""Notices to sellers about their orders. Everything here is pure.

`NoticeWriter` turns events into notices, and `coalesce` drops notices that later ones replace.
`Preference` sets which notices a seller gets, where, and when. `orderflow.notifier` sends them.
"""

from orderflow.notices.coalescing import coalesce
from orderflow.notices.context import NoticeContext
from orderflow.notices.kinds import NOTICE_KINDS, NoticeKind, NoticeKindInfo, NoticeTiming
from orderflow.notices.notice import (
    Bulletin,
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    Direction,
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
    kind_of,
)
from orderflow.notices.outlook import Outlook, OutlookSource, outlook_source
from orderflow.notices.preferences import Preference, Preferences, Recipient
from orderflow.notices.writing import NoticeWriter

__all__ = [
    "NOTICE_KINDS",
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
    "NoticeContext",
    "NoticeKind",
    "NoticeKindInfo",
    "NoticeTiming",
    "NoticeWriter",
    "OnBackOrderNotice",
    "Outlook",
    "OutlookSource",
    "PartlyServedNotice",
    "Preference",
    "Preferences",
    "RecalledNotice",
    "ReceiptOverdueNotice",
    "Recipient",
    "ReleasedNotice",
    "ShortLine",
    "ShortOrderCancelledNotice",
    "ShortOrderHeldNotice",
    "ShortUnitsCancelledNotice",
    "WaitedTooLongNotice",
    "WayOut",
    "coalesce",
    "kind_of",
    "outlook_source",
]
