"""`DigestSender`: a seller's day in one bulletin.

A digest covers the time from the end of the previous one to its own end. The ends are fixed times
of day, so running it twice sends one digest. Progress is stored for each recipient. If one cannot
be reached, the next run sends that digest again, and the others get nothing twice.

A run claims a digest in the notice store before it sends it, so that only one of several runs
sends it. If the process ends before it records that the digest was sent, the claim expires after
the lease. The next run then sends the same digest, with the same id.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_function
from orderflow.domain.model.events import subject_of
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.errors import UnreadableError
from orderflow.notices import (
    Bulletin,
    NoticeKind,
    NoticeWriter,
    Recipient,
    coalesce,
    kind_of,
    outlook_source,
)
from orderflow.notifier.sender_arguments import check_sender
from orderflow.notifier.sending import notice_key, send
from orderflow.service.clock import SystemClock, read_clock
from orderflow.service.relay import never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from orderflow.domain.model.order import Order
    from orderflow.notices import Notice, OutlookSource, Preference
    from orderflow.ports import (
        Channel,
        Clock,
        NoticeStore,
        PreferenceSource,
        Reading,
        ReplacementCatalogue,
        Repository,
    )

__all__ = ["DigestResult", "DigestSender"]

DAY = timedelta(days=1)
_NEED_NO_EVENTS = frozenset({NoticeKind.ON_BACK_ORDER, NoticeKind.RECEIPT_OVERDUE})


@attrs.frozen(kw_only=True)
class _DueDigest:
    """A digest that is due for a recipient, and the stored text about the previous one."""

    recipient: Recipient
    bulletin: Bulletin
    since: datetime
    until: datetime
    stored: str | None


@attrs.frozen
class DigestResult:
    """The result of one run.

    Attributes:
        sent: The number of digests sent.
        failures: The recipients that could not be reached, and why. The next run tries again.
            Among them are those whose digest needs what this release cannot read.
    """

    sent: int = 0
    failures: tuple[tuple[Recipient, Exception], ...] = ()

    @property
    def error(self) -> UnreadableError | None:
        """The first failure that is due to something this release cannot read."""
        return next((e for _, e in self.failures if isinstance(e, UnreadableError)), None)


class DigestSender:
    """Sends each recipient the digests that are due.

    Args:
        repository: Where the state is stored.
        channels: The channels, by the names used in `Recipient.channel`.
        preferences: The preferences of sellers.
        notice_store: Stores the end of the last digest that each recipient was sent.
        default_policy: The policy of sellers without one of their own:
            `OrderFlow.default_policy`.
        catalogue: Which products may replace which: `OrderFlow.catalogue`.
        outlook: Returns the outlook of short lines. Default:
            `orderflow.notices.outlook_source`, with the policy and the catalogue above.
        clock: The clock. Default: the system's.
        grace: How long after its end a digest is sent. Set it longer than any command takes, so
            that the digest misses no command that started before its end.
        lease: How long a claimed digest is left to the run that claimed it. If that run ends
            before it has sent the digest, another run sends it after this time.
        notices_max: The largest number of notices in one digest. It counts the others.
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
        grace: timedelta = timedelta(minutes=5),
        lease: timedelta = timedelta(minutes=10),
        notices_max: int = 500,
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
            notices_max=notices_max,
        )
        self._repository = repository
        self._channels = channels
        self._preferences = preferences
        self._notice_store = notice_store
        self._default_policy = default_policy or AllocationPolicy()
        self._outlook = outlook or outlook_source(catalogue, default_policy)
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._grace = validators.require_duration("DigestSender.grace", grace, or_zero=True)
        self._lease = validators.require_duration("DigestSender.lease", lease)
        self._notices_max = notices_max

    def run_once(self, *, stop: Callable[[], bool] = never) -> DigestResult:
        """Send every digest that is due, and report the recipients that could not be reached.

        Args:
            stop: Called before each digest. If it returns `True`, the next run sends the rest.
        """
        require_function("run_once.stop", stop)
        sent = 0
        failures: list[tuple[Recipient, Exception]] = []
        for due in self._due(failures):
            if stop():
                break
            if not due.bulletin.notices:
                self._replace(due, due.stored, due.until.isoformat())
                continue
            claim = f"{due.since.isoformat()} {(read_clock(self._clock) + self._lease).isoformat()}"
            if not self._replace(due, due.stored, claim):
                continue  # another run is sending it
            try:
                send(self._channels, due.recipient, due.bulletin)
            except Exception as error:  # noqa: BLE001 - the others must get theirs
                failures.append((due.recipient, error))
                self._replace(due, claim, due.since.isoformat())
            else:
                sent += 1
                self._replace(due, claim, due.until.isoformat())
        return DigestResult(sent, tuple(failures))

    def due(self) -> Iterator[tuple[Recipient, Bulletin]]:
        """Yield each digest that is due and its recipient, without sending. Some may be empty.

        Raises:
            UnreadableError: At the end, if some digests need what this release cannot read.
        """
        failures: list[tuple[Recipient, Exception]] = []
        for due in self._due(failures):
            yield due.recipient, due.bulletin
        for _, error in failures:
            raise error

    def _due(self, failures: list[tuple[Recipient, Exception]]) -> Iterator[_DueDigest]:
        """Yield the digests that are due, and add those that cannot be read to the failures."""
        for seller_id in self._repository.sellers():
            preference = self._preferences.of(seller_id)
            kinds = frozenset(kind for kind in NoticeKind if preference.timing(kind).is_daily)
            if not kinds:
                continue
            until = preference.digest_end(read_clock(self._clock) - self._grace)
            bulletins: dict[datetime, Bulletin] = {}
            for recipient in preference.active_recipients():
                stored = self._notice_store.get(seller_id, _key(recipient))
                since = self._end_before(stored, until)
                if since < until:
                    try:
                        if since not in bulletins:
                            bulletins[since] = self._bulletin(seller_id, preference, since, until)
                    except UnreadableError as error:
                        failures.append((recipient, error))
                        continue
                    yield _DueDigest(
                        recipient=recipient,
                        bulletin=bulletins[since],
                        since=since,
                        until=until,
                        stored=stored,
                    )

    def _bulletin(
        self, seller_id: str, preference: Preference, since: datetime, until: datetime
    ) -> Bulletin:
        task = partial(self._notices, preference, since, until)
        notices, left_out = self._repository.read(seller_id, task)
        return Bulletin(
            bulletin_id=f"digest {seller_id} {since.isoformat()} {until.isoformat()}",
            seller_id=seller_id,
            notices=notices[: self._notices_max],
            since=since,
            until=until,
            left_out=left_out + max(0, len(notices) - self._notices_max),
        )

    def _notices(
        self, preference: Preference, since: datetime, until: datetime, reading: Reading
    ) -> tuple[tuple[Notice, ...], int]:
        """Return the notices, and the number of further orders on back order."""
        now, policy = read_clock(self._clock), self._default_policy
        writer = NoticeWriter(reading, now, policy, self._outlook, with_ways_out=False)
        kinds = [kind for kind in NoticeKind if preference.timing(kind).is_daily]
        notices: list[Notice] = []
        if not _NEED_NO_EVENTS.issuperset(kinds):
            events = [each for each in reading.events(since=since) if each.at < until]
            events.sort(key=subject_of)  # so the history of each order is folded once
            others = (notice for event in events for notice in writer.notices_of(event))
            notices += [
                each
                for each in coalesce(others, until - since)
                if kind_of(each) in kinds and kind_of(each) not in _NEED_NO_EVENTS
            ]
        if NoticeKind.RECEIPT_OVERDUE in kinds:
            notices += writer.receipts_overdue(since, until, self._notices_max)
        waiting: list[tuple[datetime, str, Order]] = []
        if NoticeKind.ON_BACK_ORDER in kinds:
            waiting = [
                (order.wait.since, order.order_id, order)
                for order in reading.orders(status=Status.ON_BACK_ORDER)
                if order.wait is not None and since <= order.wait.since < until
            ]
        waiting.sort(key=itemgetter(0, 1))
        shown = waiting[: self._notices_max]  # no more of them can fit
        notices += [writer.on_back_order(order, at) for at, _, order in shown]
        notices.sort(key=lambda each: (each.at, each.order_id))
        return tuple(notices), len(waiting) - len(shown)

    def _end_before(self, stored: str | None, until: datetime) -> datetime:
        """Return the end of the previous digest, or `until` if another run is sending this one."""
        if stored is None:
            return until - DAY
        end, _, claimed_until = stored.partition(" ")
        if claimed_until and read_clock(self._clock) < datetime.fromisoformat(claimed_until):
            return until
        return datetime.fromisoformat(end)

    def _replace(self, due: _DueDigest, old: str | None, new: str) -> bool:
        seller_id = due.bulletin.seller_id
        return self._notice_store.compare_and_set(seller_id, _key(due.recipient), old, new)


def _key(recipient: Recipient) -> str:
    return notice_key("digest", str(recipient))
