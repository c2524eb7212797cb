"""The texts of notices, by name, and how they are filled in: for another language, give others.

A text has placeholders, such as ``{order}``. A translation may move them and leave some out.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError
from orderflow.notices.kinds import NOTICE_KINDS

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["ENGLISH", "NoticeWording"]

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "language": "en",
        **{
            f"heading.{kind}": f"Order {{order}} {info.title}"
            for kind, info in NOTICE_KINDS.items()
        },
        "subject.one_update": "1 order update",
        "subject.updates": "{count} order updates",
        "subject.and_one_more": "{heading}, and 1 more update",
        "subject.and_more": "{heading}, and {count} more updates",
        "subject.digest_one_back_order": "1 new order on back order until {until}",
        "subject.digest_back_orders": "{count} new orders on back order until {until}",
        "subject.digest_one_update": "1 order update until {until}",
        "subject.digest_updates": "{count} order updates until {until}",
        "period": "Between {since} and {until}:",
        "left_out": "There are more updates, which this message leaves out: {count}.",
        "link": "Show the order",
        "moment": "{day} {month} {year}, {time} {zone}",
        "months": (
            "January February March April May June July August September October November December"
        ),
        "since": "It has been on back order since {since}.",
        "served": "It received: {units}.",
        "complete": "It had been on back order since {since}. Every line now has its stock.",
        "date.lost": (
            "It was expected to be complete on {before}. That date no longer holds, and there is "
            "no other one yet."
        ),
        "date.found": "It is now expected to be complete on {now}. Until now, there was no date.",
        "date.sooner": "It is now expected to be complete on {now}, sooner than {before}.",
        "date.later": "It is now expected to be complete on {now}, later than {before}.",
        "recalled": "The warehouse could not find: {units}.",
        "cancellation.accepted": "The warehouse will not send it. Its stock is available again.",
        "cancellation.rejected": "The warehouse goes on with the order.",
        "held": "Reason: {reason}.",
        "held.until_released": "It stays on hold until somebody releases it.",
        "held.until": "It stays on hold until {until}.",
        "released": "No longer on hold for this reason: {reasons}. The order is now {status}.",
        "short_held": "It has been on hold since {since}.",
        "short.cancelled": "Cancelled: {units}.",
        "short.missing": "Not in stock: {units}.",
        "short.final": "If the order is still wanted, place a new one.",
        "short.status": "The order is now {status}.",
        "short.editable": "You can edit or cancel it until it is sent to the warehouse.",
        "gives_up": "If it is still on back order on {at}, {how}.",
        "waited": "That is as long as it may wait.",
        "waited.split": "What it had in stock is now an order of its own.",
        "line": "Not in stock: {units} (line {line}).",
        "line.expected": "Not in stock: {units} (line {line}). Expected on {expected}.",
        "line.overdue": (
            "Not in stock: {units} (line {line}). It was expected on {overdue}, and there is no "
            "new date."
        ),
        "line.there": "Now in stock: {units} (line {line}). The order waits for its other lines.",
        "line.there_on_hold": "Now in stock: {units} (line {line}). The order is on hold.",
        "replacements": "In stock instead of {sku}: {products}.",
        "replacement": "{sku} ({available} available)",
        "units": "{units} of {sku}",
        "note": "Note: {note}",
        "ways_out": "What you can do:",
        "way.CANCEL": "Cancel the order.",
        "way.REMOVE_LINE": "Remove the short lines.",
        "way.REMOVE_LINE.units": "Remove the short lines: {units}.",
        "way.REPLACE_LINE": "Replace the short lines with products in stock.",
        "way.SEND_STOCK": "Send stock to the warehouse.",
        "way.SEND_STOCK.units": "Send stock to the warehouse: {units}.",
        "way.SPLIT": "Split the order, and let what is in stock leave now.",
        "way.SPLIT.units": "Split the order, and let what is in stock leave now: {units}.",
        "way.EDIT": "Reduce a quantity, or have the missing units cancelled.",
        "way.RELEASE_HOLD": "Release the hold.",
        "way.leads_to": "{way} The order is then {statuses}.",
        "way.rest_leads_to": "{way} The rest is then {statuses}.",
        "way.stays_on_hold": "{way} The order stays on hold until you release it.",
        "or": "{first} or {last}",
        "status.NEW": "new",
        "status.POSTPONED": "waiting for its day",
        "status.ON_HOLD": "on hold",
        "status.ON_BACK_ORDER": "on back order",
        "status.ALLOCATED": "complete",
        "status.SENT_TO_WAREHOUSE": "at the warehouse",
        "status.CANCELLATION_REQUESTED": "waiting for the warehouse to cancel it",
        "status.DESPATCHED": "despatched",
        "status.DELIVERED": "delivered",
        "status.CANCELLED": "cancelled",
        "hold.SELLER_DELAY": "you asked for a delay",
        "hold.FRAUD_RISK": "risk of fraud",
        "hold.AWAITING_CONFIRMATION": "waiting for confirmation",
        "hold.ADDRESS": "problem with the address",
        "hold.SHORT": "not in stock",
        "hold.OTHER": "other",
        "reason.SHORT_PART": "Your settings let no order wait for stock.",
        "reason.LIMIT": "No more units of these products may be on back order.",
        "reason.GIVEN_UP": "It was on back order for as long as it may be.",
        "give_up.CANCEL_ORDER": "it will be cancelled",
        "give_up.CANCEL_SHORT": "the missing units will be cancelled",
        "give_up.SPLIT": "what it has in stock will become an order of its own",
        "give_up.NOTIFY": "we will tell you again",
    }
)
"""The texts in English, by name."""

MONTHS = 12


@attrs.frozen(kw_only=True)
class NoticeWording:
    """The language and the time zone that notices are written in.

    Attributes:
        texts: The texts by name. Names that are omitted have their English texts.
        zone: The time zone of all moments.

    Raises:
        InvalidValueError: If a text has a name or a placeholder that its English text lacks.

    >>> german = NoticeWording(texts={"heading.COMPLETED": "Bestellung {order} ist vollständig"})
    >>> german.text("heading.COMPLETED", order="7")
    'Bestellung 7 ist vollständig'
    """

    texts: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    zone: tzinfo = attrs.field(
        default=UTC, converter=validators.one_utc, validator=validators.one_of(tzinfo)
    )

    @texts.validator
    def _check_texts(self, _attribute: object, value: Mapping[str, str]) -> None:
        for name, text in value.items():
            field = f"NoticeWording.texts[{name!r}]"
            if name not in ENGLISH:
                raise InvalidValueError(field, "a name in ENGLISH", name)
            allowed = _placeholders(ENGLISH[name])
            demand = f"a text with no other placeholders than {sorted(allowed)}"
            try:
                found = _placeholders(text)
            except ValueError as error:  # a brace that is not closed
                raise InvalidValueError(field, demand, text) from error
            validators.require(ok=found <= allowed, field=field, demand=demand, value=text)
        months = value.get("months", ENGLISH["months"])
        validators.require(
            ok=len(months.split()) == MONTHS,
            field="NoticeWording.texts['months']",
            demand="twelve names with spaces between them",
            value=months,
        )

    def text(self, name: str, **values: object) -> str:
        """Return a text with its placeholders filled in."""
        return self.texts.get(name, ENGLISH[name]).format(**values)

    def moment(self, at: datetime) -> str:
        """Return a moment in the time zone.

        >>> from datetime import datetime
        >>> NoticeWording().moment(datetime(2026, 3, 2, 9, 5, tzinfo=UTC))
        '2 March 2026, 09:05 UTC'
        """
        local = at.astimezone(self.zone)
        return self.text(
            "moment",
            day=local.day,
            month=self.text("months").split()[local.month - 1],
            year=local.year,
            time=local.time().isoformat("minutes"),
            zone=local.tzname(),
        )


def _placeholders(text: str) -> set[str]:
    """Return the placeholders of a text.

    Only names count: a placeholder with an attribute, an index or a format is one that no English
    text has.
    """
    found = set[str]()
    for _, field, form, conversion in string.Formatter().parse(text):
        if field is not None:
            found.add(
                field + (f":{form}" if form else "") + (f"!{conversion}" if conversion else "")
            )
    return found
