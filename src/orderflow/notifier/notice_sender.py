"""`NoticeSender`: sends notices to sellers, and to the recipients they name.

It is the notifier between the relay and the channels. The relay passes it the messages of one
order together, and each recipient gets one bulletin. That counts as one attempt. If a recipient
could not be reached, the same messages come again, and only that recipient is tried again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.events import CancellationAccepted, OrderAllocated, OrderCancelled
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import MAY_WAIT
from orderflow.errors import NoticeError
from orderflow.notices import (
    Bulletin,
    GivenUpSoonNotice,
    Notice,
    NoticeWriter,
    OnBackOrderNotice,
    PartlyServedNotice,
    ShortOrderHeldNotice,
    ShortUnitsCancelledNotice,
    WaitedTooLongNotice,
    coalesce,
    kind_of,
    outlook_source,
)
from orderflow.notices.changes import OrderChanges
from orderflow.notices.outlook import (
    affected_orders,
    date_notice,
    describe_short_lines,
    expected_date,
)
from orderflow.notifier.sender_arguments import check_messages, check_sender
from orderflow.notifier.sending import log_refusal, notice_key, send
from orderflow.ports import (
    OutboxMessage,
)
from orderflow.service.clock import SystemClock, read_clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orderflow.domain.model.order import Order
    from orderflow.notices import OutlookSource, Preference, Recipient
    from orderflow.notifier.sending import OnRefusal
    from orderflow.ports import (
        Channel,
        Clock,
        NoticeStore,
        PreferenceSource,
        Reading,
        ReplacementCatalogue,
        Repository,
    )

__all__ = ["NoticeSender"]

Dates = dict[str, datetime | None]
"""The dates at which orders are expected to be complete, by order id."""


@attrs.frozen
class MessageNotices:
    """A message, and the notices that were written for it."""

    message: OutboxMessage
    notices: tuple[Notice, ...]


class NoticeSender:
    """Sends sellers the notices that go out at once: a notifier for the relay.

    Args:
        repository: Where the state is stored.
        channels: The channels, by the names used in `Recipient.channel`.
        preferences: The preferences of sellers.
        notice_store: Stores what was sent last.
        default_policy: The policy of sellers without one of their own:
            `OrderFlow.default_policy`.
        catalogue: Which products may replace which: `OrderFlow.catalogue`.
        outlook: Returns the outlook of short lines. Default:
            `orderflow.notices.outlook_source`, with the policy and the catalogue above.
        clock: The clock. Default: the system's.
        window: The longest time between two changes of an order that become one notice.
        orders_max: The largest number of orders, oldest first, whose expected dates are checked
            after one event.
        notices_max: The largest number of notices in one bulletin. It counts the others.
        on_refusal: Called with a recipient that was skipped, because a further attempt is
            useless and others were reached. Default: log it.
    """

    def __init__(
        self,
        repository: Repository,
        channels: Mapping[str, Channel],
        preferences: PreferenceSource,
        notice_store: NoticeStore,
        *,
        default_policy: AllocationPolicy | None = None,
        catalogue: ReplacementCatalogue | None = None,
        outlook: OutlookSource | None = None,
        clock: Clock | None = None,
        window: timedelta = timedelta(minutes=10),
        orders_max: int = 1_000,
        notices_max: int = 100,
        on_refusal: OnRefusal = log_refusal,
    ) -> None:
        check_sender(
            self,
            repository=repository,
            channels=channels,
            preferences=preferences,
            notice_store=notice_store,
            default_policy=default_policy,
            catalogue=catalogue,
            outlook=outlook,
            clock=clock,
            orders_max=orders_max,
            notices_max=notices_max,
            on_refusal=on_refusal,
        )
        self._repository = repository
        self._channels = channels
        self._preferences = preferences
        self._notice_store = notice_store
        self._default_policy = default_policy or AllocationPolicy()
        self._outlook = outlook or outlook_source(catalogue, default_policy)
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._window = validators.require_duration("NoticeSender.window", window, or_zero=True)
        self._orders_max = orders_max
        self._notices_max = notices_max
        self._on_refusal = on_refusal
        self._changes = OrderChanges()

    def notify(self, message: OutboxMessage) -> None:
        """Send the notices for one event."""
        check_messages("notify.message", [message])
        self.notify_together([message])

    def notify_together(self, messages: Sequence[OutboxMessage]) -> None:
        """Send the notices for the next events of one order, one bulletin to each recipient.

        Raises:
            InvalidValueError: If there is no message.
            NoticeError: If a recipient was not reached and a further attempt may help, or if
                nobody was reached.
        """
        check_messages("notify_together.messages", messages)
        seller_id = messages[0].seller_id
        recipients = self._preferences.of(seller_id).active_recipients()
        if not recipients:
            return
        written, dates = self._write(messages)
        self._send(written, recipients)
        self._store_dates(written, dates)

    def bulletins(self, messages: Sequence[OutboxMessage]) -> Iterator[tuple[Recipient, Bulletin]]:
        """Yield each bulletin for messages of one order and its recipient, without sending.

        Raises:
            InvalidValueError: If there is no message.
        """
        check_messages("bulletins.messages", messages)
        seller_id = messages[0].seller_id
        preference = self._preferences.of(seller_id)
        written, _ = self._write(messages)
        bulletin = self._bulletin(written, preference)
        if bulletin is not None:
            for recipient in preference.active_recipients():
                yield recipient, bulletin

    # Writing

    def _write(self, messages: Sequence[OutboxMessage]) -> tuple[list[MessageNotices], Dates]:
        seller_id = messages[0].seller_id
        written, affected = self._repository.read(seller_id, partial(self._read, messages))
        dates: Dates = {}
        for index, orders in affected.items():
            message = messages[index]
            notices: list[Notice] = []
            for order, date in orders:
                stored = self._notice_store.get(seller_id, _date_key(order.order_id))
                if stored is not None:  # else a message about the order itself is still to come
                    before = datetime.fromisoformat(stored) if stored else None
                    dates[order.order_id] = date
                    notice = date_notice(order, message.event.at, before, date)
                    notices += [notice] if notice is not None else []
            written[index] = MessageNotices(message, tuple(notices))
        for each in (notice for one in written for notice in one.notices):
            if isinstance(each, _WITH_SHORT_LINES):
                dates[each.order_id] = expected_date(each.short)
        return written, dates

    def _read(
        self, messages: Sequence[OutboxMessage], reading: Reading
    ) -> tuple[list[MessageNotices], dict[int, list[tuple[Order, datetime | None]]]]:
        policy, now = self._default_policy, read_clock(self._clock)
        writer = NoticeWriter(reading, now, policy, self._outlook, changes=self._changes)
        written = [MessageNotices(each, writer.notices_of(each.event)) for each in messages]
        affected = {}
        for index, message in enumerate(messages):
            affected[index] = [
                (order, expected_date(describe_short_lines(order, reading, now, self._outlook)))
                for order in affected_orders(message.event, reading, self._orders_max)
            ]
        return written, {index: orders for index, orders in affected.items() if orders}

    def _bulletin(
        self, written: Sequence[MessageNotices], preference: Preference
    ) -> Bulletin | None:
        """Return the notices of these messages that go out at once, if there are any."""
        if not written:
            return None
        all_notices = coalesce((each for one in written for each in one.notices), self._window)
        wanted = [each for each in all_notices if preference.timing(kind_of(each)).is_at_once]
        if not wanted:
            return None
        first, last = written[0].message, written[-1].message
        ids = dict.fromkeys([first.message_id, last.message_id])
        return Bulletin(
            bulletin_id="..".join(ids),
            seller_id=first.seller_id,
            notices=tuple(wanted[: self._notices_max]),
            left_out=max(0, len(wanted) - self._notices_max),
        )

    # Sending

    def _send(self, written: list[MessageNotices], recipients: Sequence[Recipient]) -> None:
        first = written[0].message
        again = len(recipients) > 1 and bool(first.attempts or first.error)
        preference = self._preferences.of(first.seller_id)
        failures: dict[Recipient, Exception] = {}
        for recipient in recipients:
            rest = self._unsent(written, recipient) if again else written
            bulletin = self._bulletin(rest, preference)
            if bulletin is not None:
                try:
                    send(self._channels, recipient, bulletin)
                except Exception as error:  # noqa: BLE001 - the others must get theirs
                    failures[recipient] = error
        self._drop_refusals(failures, len(recipients))
        if again or failures:
            self._store_progress(written, recipients, failures)
        for failure in failures.values():
            raise failure

    def _drop_refusals(self, failures: dict[Recipient, Exception], recipients: int) -> None:
        """Skip the recipients for whom a further attempt is useless, unless it is all of them."""
        final = {
            recipient: error
            for recipient, error in failures.items()
            if isinstance(error, NoticeError) and error.is_final
        }
        if len(final) < recipients:
            for recipient, error in final.items():
                del failures[recipient]
                self._on_refusal(recipient, error)

    def _unsent(self, written: list[MessageNotices], recipient: Recipient) -> list[MessageNotices]:
        """Return the messages that no earlier attempt has sent to a recipient."""
        first = written[0].message
        stored = self._notice_store.get(first.seller_id, _progress_key(first, recipient))
        ids = [each.message.message_id for each in written]
        return written[ids.index(stored) + 1 :] if stored in ids else written

    def _store_progress(
        self,
        written: list[MessageNotices],
        recipients: Sequence[Recipient],
        failures: Mapping[Recipient, Exception],
    ) -> None:
        """Store who was reached, for the next attempt; after the last one, remove it."""
        first, last = written[0].message, written[-1].message
        for recipient in recipients:
            if recipient not in failures:
                self._notice_store.put(
                    first.seller_id,
                    _progress_key(first, recipient),
                    last.message_id if failures else None,
                )

    def _store_dates(self, written: list[MessageNotices], dates: Dates) -> None:
        seller_id = written[0].message.seller_id
        for order_id, date in dates.items():
            text = date.isoformat() if date is not None else ""
            self._notice_store.put(seller_id, _date_key(order_id), text)
        for order_id in _no_longer_waiting(written):
            self._notice_store.put(seller_id, _date_key(order_id), None)


_WITH_SHORT_LINES = (
    OnBackOrderNotice,
    PartlyServedNotice,
    ShortOrderHeldNotice,
    GivenUpSoonNotice,
    WaitedTooLongNotice,
)
"""The notices that name the expected dates of the short lines."""


def _no_longer_waiting(written: list[MessageNotices]) -> Iterator[str]:
    """Yield the orders whose wait has ended, so that they have no expected date."""
    for event in (each.message.event for each in written):
        if isinstance(event, OrderAllocated | OrderCancelled | CancellationAccepted):
            yield event.order_id
    for notice in (notice for each in written for notice in each.notices):
        if isinstance(notice, ShortUnitsCancelledNotice) and notice.status not in MAY_WAIT:
            yield notice.order_id


def _progress_key(message: OutboxMessage, recipient: Recipient) -> str:
    return notice_key("told", message.subject, str(recipient))


def _date_key(order_id: str) -> str:
    return f"expected {order_id}"
