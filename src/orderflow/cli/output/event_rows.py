"""Events as rows of a listing, in words for people."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any

from orderflow.codec import to_data
from orderflow.domain.model.events import (
    BackOrdersLimited,
    Event,
    PolicyChanged,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockAdjusted,
    StockBookedIn,
    StockTransferred,
    TransferWithdrawn,
)
from orderflow.domain.model.give_up import GiveUp
from orderflow.wording.event_details import event_details
from orderflow.wording.moments import duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

__all__ = ["event_row", "policy_details", "policy_text"]


def event_row(event: Event, zone: tzinfo = UTC) -> dict[str, Any]:
    """Return an event as a row of a listing, with times in its details in a time zone."""
    return {
        "at": event.at.isoformat(),
        "event": type(event).__name__,
        "subject": _subject(event),
        "details": policy_details(event)
        if isinstance(event, PolicyChanged)
        else event_details(event, zone),
        "data": to_data(event)["data"],
    }


def policy_details(event: PolicyChanged) -> str:
    """Return the settings of a new policy for people."""
    return policy_text(to_data(event.policy)["data"])


def policy_text(policy: Mapping[str, Any]) -> str:
    """Write a policy for people, given its data."""
    given = {name: value for name, value in policy.items() if value is not None}
    if "give_up_after" not in given and given["give_up"] == GiveUp.CANCEL_ORDER:
        del given["give_up"]  # it would read as if orders were cancelled
    return ", ".join(f"{name.replace('_', ' ')} {_setting(value)}" for name, value in given.items())


def _setting(value: object) -> object:
    """Return a setting for people: a duration as days, hours and so on."""
    found = re.fullmatch(r"P(\d+)DT(\d+)(\.\d+)?S", str(value))
    return duration(int(found[1]) * 86_400 + int(found[2])) if found else value


def _subject(event: Event) -> str:
    match event:
        case (
            BackOrdersLimited(key=key)
            | StockBookedIn(key=key)
            | StockAdjusted(key=key)
            | StockTransferred(key=key)
            | TransferWithdrawn(key=key)
        ):
            return key.sku
        case ReceiptAnnounced(receipt=receipt):
            return receipt.receipt_id
        case ReceiptWithdrawn(receipt_id=receipt_id):
            return receipt_id
        case PolicyChanged():
            return ""
        case _:
            return event.order_id
