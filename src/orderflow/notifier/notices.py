"""`Notices`: tells sellers, and whom they name, what becomes of their orders.

It stands between the relay and the channels. Of the messages of one order that the relay hands
over together, each recipient gets one bulletin. That is one attempt: if somebody could not be told,
all of it comes again, and only those who were not told are told then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.events import CancellationAccepted, OrderAllocated, OrderCancelled
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.errors import NoticeError
from orderflow.notices import (
    Bulletin,
    Notice,
    OnBackOrderNotice,
    PartlyServedNotice,
    Writer,
    coalesce,
    kind_of,
    looked_up,
)
from orderflow.notices.outlook import date_moved, expected_date, maybe_moved, short_lines
from orderflow.notifier.sending import log_refusal, notice_key, send
from orderflow.ports import (
    OutboxMessage,
)
from orderflow.service.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orderflow.domain.model.order import Order
    from orderflow.notices import Preference, Prospects, Recipient
    from orderflow.notifier.sending import Refused
    from orderflow.ports import (
        Channel,
        Clock,
        NoticeStore,
        PreferenceSource,
        Reading,
        ReplacementCatalogue,
        Repository,
    )

__all__ = ["Notices"]

Dates = dict[str, datetime | None]
"""By order id, when an order can be expected to be complete."""


@attrs.frozen
class _Told:
    """A message, and what there is to tell of it."""

    message: OutboxMessage
    notices: tuple[Notice, ...]


class Notices:
    """A notifier for the relay that tells sellers what becomes of their orders.

    Args:
        repository: Where the state is kept.
        channels: The ways to reach somebody, by the names that recipients give.
        preferences: What each seller wants to be told, and where.
        notebook: What was told last.
        default_policy: Who gets the stock of sellers without a policy of their own:
            `OrderFlow.default_policy`.
        catalogue: Which products may stand in for which: `OrderFlow.catalogue`.
        prospects: Looks up what may come of short lines, in place of `orderflow.notices.looked_up`,
            which goes by the catalogue, the stock, and what is announced.
        clock: What time it is.
        window: How far apart in time two changes of an order may be, to be told as one.
        orders_max: Of so many orders, the oldest, is told that the expected date has moved.
        notices_max: So many notices stand in one bulletin; of others it tells how many.
        refused: Is told of a recipient that is passed over, because it is of no use to try
            again, and others were told; logs it, if left out.
    """

    def __init__(
        self,
        repository: Repository,
        channels: Mapping[str, Channel],
        preferences: PreferenceSource,
        notebook: NoticeStore,
        *,
        default_policy: AllocationPolicy | None = None,
        catalogue: ReplacementCatalogue | None = None,
        prospects: Prospects | None = None,
        clock: Clock | None = None,
        window: timedelta = timedelta(minutes=10),
        orders_max: int = 1_000,
        notices_max: int = 100,
        refused: Refused = log_refusal,
    ) -> None:
        self._repository = repository
        self._channels = channels
        self._preferences = preferences
        self._notebook = notebook
        self._default_policy = default_policy or AllocationPolicy()
        self._prospects = prospects or looked_up(catalogue, default_policy)
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._window = window
        self._orders_max = orders_max
        self._notices_max = notices_max
        self._refused = refused

    def notify(self, message: OutboxMessage) -> None:
        """Tell of one event."""
        self.notify_together([message])

    def notify_together(self, messages: Sequence[OutboxMessage]) -> None:
        """Tell of the next events of one order, in one bulletin for each recipient.

        Raises:
            NoticeError: If somebody was not told and it may help to try again, or nobody was.
        """
        seller_id = messages[0].seller_id
        recipients = self._preferences.of(seller_id).told_to()
        if not recipients:
            return
        told, dates = self._written(messages)
        self._send(told, recipients)
        self._note_dates(told, dates)

    def bulletins(self, messages: Sequence[OutboxMessage]) -> Iterator[tuple[Recipient, Bulletin]]:
        """Yield what would be sent to whom, of messages of one order, and send nothing."""
        seller_id = messages[0].seller_id
        preference = self._preferences.of(seller_id)
        told, _ = self._written(messages)
        bulletin = self._bulletin(told, preference)
        if bulletin is not None:
            for recipient in preference.told_to():
                yield recipient, bulletin

    # What there is to tell

    def _written(self, messages: Sequence[OutboxMessage]) -> tuple[list[_Told], Dates]:
        seller_id = messages[0].seller_id
        told, moved = self._repository.read(seller_id, partial(self._look, messages))
        dates: Dates = {}
        for index, orders in moved.items():
            message = messages[index]
            notices = []
            for order, date in orders:
                noted = self._notebook.note(seller_id, _date_key(order.order_id))
                if noted is not None:  # else a message of the order itself is still to come
                    before = datetime.fromisoformat(noted) if noted else None
                    notices.append(date_moved(order, message.event.at, before, date))
                    dates[order.order_id] = date
            told[index] = _Told(message, tuple(each for each in notices if each is not None))
        for each in (notice for one in told for notice in one.notices):
            if isinstance(each, OnBackOrderNotice | PartlyServedNotice):
                dates[each.order_id] = expected_date(each.short)
        return told, dates

    def _look(
        self, messages: Sequence[OutboxMessage], reading: Reading
    ) -> tuple[list[_Told], dict[int, list[tuple[Order, datetime | None]]]]:
        writer = Writer(reading, self._clock.now(), self._default_policy, self._prospects)
        told = [_Told(message, writer.notices_of(message.event)) for message in messages]
        moved = {}
        for index, message in enumerate(messages):
            moved[index] = [
                (order, expected_date(short_lines(order, reading, self._prospects)))
                for order in maybe_moved(message.event, reading, self._orders_max)
            ]
        return told, {index: orders for index, orders in moved.items() if orders}

    def _bulletin(self, told: Sequence[_Told], preference: Preference) -> Bulletin | None:
        """Return what there is to tell at once of these messages, if anything."""
        if not told:
            return None
        all_notices = coalesce((each for one in told for each in one.notices), self._window)
        wanted = [each for each in all_notices if preference.delivery(kind_of(each)).is_at_once]
        if not wanted:
            return None
        first, last = told[0].message, told[-1].message
        ids = dict.fromkeys([first.message_id, last.message_id])
        return Bulletin(
            bulletin_id="..".join(ids),
            seller_id=first.seller_id,
            notices=tuple(wanted[: self._notices_max]),
            left_out=max(0, len(wanted) - self._notices_max),
        )

    # Sending it

    def _send(self, told: list[_Told], recipients: Sequence[Recipient]) -> None:
        first = told[0].message
        again = len(recipients) > 1 and bool(first.attempts or first.error)
        preference = self._preferences.of(first.seller_id)
        failures: dict[Recipient, Exception] = {}
        for recipient in recipients:
            rest = self._untold(told, recipient) if again else told
            bulletin = self._bulletin(rest, preference)
            if bulletin is not None:
                try:
                    send(self._channels, recipient, bulletin)
                except Exception as error:  # noqa: BLE001 - the others are told all the same
                    failures[recipient] = error
        self._pass_over(failures, len(recipients))
        if again or failures:
            self._note_progress(told, recipients, failures)
        for failure in failures.values():
            raise failure

    def _pass_over(self, failures: dict[Recipient, Exception], recipients: int) -> None:
        """Give up those whom it is of no use to try again, unless that is all of them."""
        final = {
            recipient: error
            for recipient, error in failures.items()
            if isinstance(error, NoticeError) and error.is_final
        }
        if len(final) < recipients:
            for recipient, error in final.items():
                del failures[recipient]
                self._refused(recipient, error)

    def _untold(self, told: list[_Told], recipient: Recipient) -> list[_Told]:
        """Return the messages that a recipient was not told of in an attempt before this one."""
        first = told[0].message
        noted = self._notebook.note(first.seller_id, _progress_key(first, recipient))
        ids = [each.message.message_id for each in told]
        return told[ids.index(noted) + 1 :] if noted in ids else told

    def _note_progress(
        self,
        told: list[_Told],
        recipients: Sequence[Recipient],
        failures: Mapping[Recipient, Exception],
    ) -> None:
        """Note who was told, for the next attempt; after the last one, forget it."""
        first, last = told[0].message, told[-1].message
        for recipient in recipients:
            if recipient not in failures:
                self._notebook.write(
                    first.seller_id,
                    _progress_key(first, recipient),
                    last.message_id if failures else None,
                )

    def _note_dates(self, told: list[_Told], dates: Dates) -> None:
        seller_id = told[0].message.seller_id
        for order_id, date in dates.items():
            text = date.isoformat() if date is not None else ""
            self._notebook.write(seller_id, _date_key(order_id), text)
        for event in (each.message.event for each in told):
            if isinstance(event, OrderAllocated | OrderCancelled | CancellationAccepted):
                self._notebook.write(seller_id, _date_key(event.order_id), None)


def _progress_key(message: OutboxMessage, recipient: Recipient) -> str:
    return notice_key("told", message.subject, str(recipient))


def _date_key(order_id: str) -> str:
    return f"expected {order_id}"
