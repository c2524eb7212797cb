"""What sellers are told: events into notices, notices into words. All of it is pure.

`Writer` makes notices of events, `coalesce` leaves out what later ones take the place of,
`Preference` says who wants to be told of what and when. `orderflow.notifier.Notices` and
`orderflow.notifier.Digests` put them together and send them.
"""

from orderflow.notices.coalescing import coalesce
from orderflow.notices.context import NoticeContext
from orderflow.notices.kinds import KINDS, Kind, KindInfo, NoticeTiming
from orderflow.notices.notice import (
    Bulletin,
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    Direction,
    ExpectedDateNotice,
    HeldNotice,
    InStockReplacement,
    LineCount,
    Notice,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReleasedNotice,
    ShortLine,
    WayOut,
    kind_of,
)
from orderflow.notices.outlook import Outlook, Prospects, looked_up
from orderflow.notices.preferences import Preference, Preferences, Recipient
from orderflow.notices.writing import Writer

__all__ = [
    "KINDS",
    "Bulletin",
    "CancellationAcceptedNotice",
    "CancellationRejectedNotice",
    "CompletedNotice",
    "Direction",
    "ExpectedDateNotice",
    "HeldNotice",
    "InStockReplacement",
    "Kind",
    "KindInfo",
    "LineCount",
    "Notice",
    "NoticeContext",
    "NoticeTiming",
    "OnBackOrderNotice",
    "Outlook",
    "PartlyServedNotice",
    "Preference",
    "Preferences",
    "Prospects",
    "RecalledNotice",
    "Recipient",
    "ReleasedNotice",
    "ShortLine",
    "WayOut",
    "Writer",
    "coalesce",
    "kind_of",
    "looked_up",
]
