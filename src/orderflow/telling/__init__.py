"""What sellers are told: events into notices, notices into words. All of it is pure.

`Writer` makes notices of events, `coalesce` leaves out what later ones take the place of,
`Preference` says who wants to be told of what and when. `orderflow.notifying.Notices` and
`orderflow.notifying.Digests` put them together and send them.
"""

from orderflow.telling.coalescing import coalesce
from orderflow.telling.kinds import KINDS, Delivery, Kind, KindInfo
from orderflow.telling.look import Look
from orderflow.telling.notices import (
    Bulletin,
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    Direction,
    ExpectedDateNotice,
    HeldNotice,
    LineCount,
    Notice,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReleasedNotice,
    ShortLine,
    StandIn,
    WayOut,
    kind_of,
)
from orderflow.telling.preferences import Preference, Preferences, Recipient
from orderflow.telling.prospects import Prospect, Prospects, looked_up
from orderflow.telling.wording import Paragraph, subject_line, worded
from orderflow.telling.writing import Writer

__all__ = [
    "KINDS",
    "Bulletin",
    "CancellationAcceptedNotice",
    "CancellationRejectedNotice",
    "CompletedNotice",
    "Delivery",
    "Direction",
    "ExpectedDateNotice",
    "HeldNotice",
    "Kind",
    "KindInfo",
    "LineCount",
    "Look",
    "Notice",
    "OnBackOrderNotice",
    "Paragraph",
    "PartlyServedNotice",
    "Preference",
    "Preferences",
    "Prospect",
    "Prospects",
    "RecalledNotice",
    "Recipient",
    "ReleasedNotice",
    "ShortLine",
    "StandIn",
    "WayOut",
    "Writer",
    "coalesce",
    "kind_of",
    "looked_up",
    "subject_line",
    "worded",
]
