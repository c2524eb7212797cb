"""`Digests`: what a seller's day came to, in one bulletin.

A digest tells of what happened between the end of the one before and its own. The ends are fixed
times of day, so a digest that is run twice sends once. Each recipient has its own: who could not be
reached gets all of it when it is run again, and the others get nothing twice.

Before a digest is sent it is claimed in the notebook, for as long as the lease, and one of several
runs gets it. If the process ends before it was noted that the digest was sent, the claim runs out,
and the next run sends the same digest, with the same id.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.notices import Bulletin, Kind, Recipient, Writer, coalesce, kind_of, looked_up
from orderflow.notifier.sending import notice_key, send
from orderflow.service.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderflow.domain.model.order import Order
    from orderflow.notices import Notice, Preference, Prospects
    from orderflow.ports import (
        Channel,
        Clock,
        NoticeStore,
        PreferenceSource,
        Reading,
        ReplacementCatalogue,
        Repository,
    )

__all__ = ["Digested", "Digests"]

DAY = timedelta(days=1)


@attrs.frozen(kw_only=True)
class _Due:
    """A digest that a recipient is to get, and what is noted of the one before."""

    recipient: Recipient
    bulletin: Bulletin
    since: datetime
    until: datetime
    noted: str | None


@attrs.frozen
class Digested:
    """What a run came to.

    Attributes:
        sent: How many digests were sent.
        failures: Who could not be reached, and why; they are tried again in the next run.
    """

    sent: int = 0
    failures: tuple[tuple[Recipient, Exception], ...] = ()


class Digests:
    """Sends each recipient the digests that are due.

    Args:
        repository: Where the state is kept.
        channels: The ways to reach somebody, by the names that recipients give.
        preferences: What each seller wants to be told, where, and at what time.
        notebook: Where it is noted up to when a recipient was told.
        default_policy: Who gets the stock of sellers without a policy of their own:
            `OrderFlow.default_policy`.
        catalogue: Which products may stand in for which: `OrderFlow.catalogue`.
        prospects: Looks up what may come of short lines, in place of `orderflow.notices.looked_up`.
        clock: What time it is.
        settle: How long after its end a digest is sent: longer than a command takes, so that
            none that began before the end is missing.
        lease: How long a digest that is being sent is left to the run that does so. If that run
            comes to an end before it was sent, another one sends it after this time.
        notices_max: So many notices stand in one digest; of others it tells how many.
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
        settle: timedelta = timedelta(minutes=5),
        lease: timedelta = timedelta(minutes=10),
        notices_max: int = 500,
    ) -> None:
        self._repository = repository
        self._channels = channels
        self._preferences = preferences
        self._notebook = notebook
        self._default_policy = default_policy or AllocationPolicy()
        self._prospects = prospects or looked_up(catalogue, default_policy)
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._settle = settle
        self._lease = lease
        self._notices_max = notices_max

    def run_once(self) -> Digested:
        """Send what is due, to every recipient of every seller, whoever cannot be reached."""
        sent = 0
        failures: list[tuple[Recipient, Exception]] = []
        for due in self._due():
            if not due.bulletin.notices:
                self._exchange(due, due.noted, due.until.isoformat())
                continue
            claim = f"{due.since.isoformat()} {(self._clock.now() + self._lease).isoformat()}"
            if not self._exchange(due, due.noted, claim):
                continue  # another run has it
            try:
                send(self._channels, due.recipient, due.bulletin)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others get theirs
                failures.append((due.recipient, error))
                self._exchange(due, claim, due.since.isoformat())
            else:
                sent += 1
                self._exchange(due, claim, due.until.isoformat())
        return Digested(sent, tuple(failures))

    def due(self) -> Iterator[tuple[Recipient, Bulletin]]:
        """Yield the digests that are due, and to whom, and send nothing. Some may be empty."""
        for due in self._due():
            yield due.recipient, due.bulletin

    def _due(self) -> Iterator[_Due]:
        for seller_id in self._repository.sellers():
            preference = self._preferences.of(seller_id)
            kinds = frozenset(kind for kind in Kind if preference.delivery(kind).is_daily)
            if not kinds:
                continue
            until = preference.digest_end(self._clock.now() - self._settle)
            written: dict[datetime, Bulletin] = {}
            for recipient in preference.told_to():
                noted = self._notebook.note(seller_id, _key(recipient))
                since = self._end_before(noted, until)
                if since < until:
                    if since not in written:
                        written[since] = self._written(seller_id, preference, since, until)
                    yield _Due(
                        recipient=recipient,
                        bulletin=written[since],
                        since=since,
                        until=until,
                        noted=noted,
                    )

    def _written(
        self, seller_id: str, preference: Preference, since: datetime, until: datetime
    ) -> Bulletin:
        task = partial(self._look, preference, since, until)
        notices, left_out = self._repository.read(seller_id, task)
        return Bulletin(
            bulletin_id=f"digest {seller_id} {since.isoformat()} {until.isoformat()}",
            seller_id=seller_id,
            notices=notices[: self._notices_max],
            since=since,
            until=until,
            left_out=left_out + max(0, len(notices) - self._notices_max),
        )

    def _look(
        self, preference: Preference, since: datetime, until: datetime, reading: Reading
    ) -> tuple[tuple[Notice, ...], int]:
        """Return what there is to tell, and of how many more orders there would be."""
        now, policy = self._clock.now(), self._default_policy
        writer = Writer(reading, now, policy, self._prospects, with_ways_out=False)
        kinds = [kind for kind in Kind if preference.delivery(kind).is_daily]
        notices: list[Notice] = []
        if kinds != [Kind.ON_BACK_ORDER]:  # for these alone, the history need not be read
            events = [each for each in reading.events(since=since) if each.at < until]
            others = (notice for event in events for notice in writer.notices_of(event))
            notices += [
                each
                for each in coalesce(others, until - since)
                if kind_of(each) in kinds and kind_of(each) is not Kind.ON_BACK_ORDER
            ]
        waiting: list[tuple[datetime, str, Order]] = []
        if Kind.ON_BACK_ORDER in kinds:
            waiting = [
                (order.wait.since, order.order_id, order)
                for order in reading.orders(status=Status.ON_BACK_ORDER)
                if order.wait is not None and since <= order.wait.since < until
            ]
        waiting.sort(key=itemgetter(0, 1))
        shown = waiting[: self._notices_max]  # no more of them could stand in it
        notices += [writer.on_back_order(order, at) for at, _, order in shown]
        notices.sort(key=lambda each: (each.at, each.order_id))
        return tuple(notices), len(waiting) - len(shown)

    def _end_before(self, noted: str | None, until: datetime) -> datetime:
        """Return the end of the digest before; if this one is being sent, that is its own end."""
        if noted is None:
            return until - DAY
        end, _, claimed_until = noted.partition(" ")
        if claimed_until and self._clock.now() < datetime.fromisoformat(claimed_until):
            return until
        return datetime.fromisoformat(end)

    def _exchange(self, due: _Due, old: str | None, new: str) -> bool:
        seller_id = due.bulletin.seller_id
        return self._notebook.exchange(seller_id, _key(due.recipient), old, new)


def _key(recipient: Recipient) -> str:
    return notice_key("digest", str(recipient))
