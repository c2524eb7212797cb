"""Outboxes with a fault each, which the contract has to notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import MemoryRepository, Outcome
from orderflow.adapters.memory import MemoryOutbox
from orderflow.testing.outbox_contract import OutboxContract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from orderflow.domain.model.commands import Command
    from orderflow.ports import Outbox, OutboxMessage, Repository


class _ByMessage(MemoryOutbox):
    """Leases messages one by one, and not the order that they are about."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        entries = [each for group in self._entries.values() for each in group.values()]
        free = [each for each in entries if each.due is None or each.due <= now][:limit]
        for entry in free:
            entry.due = now + lease
        return [entry.message for entry in free]


class _Mixed(MemoryOutbox):
    """Gives messages by their age, whatever they are about."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        return sorted(super().claim(now, lease, limit), key=lambda each: each.message_id)


class _Forgetful(MemoryOutbox):
    """Forgets messages when they are claimed, before they have arrived."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        claimed = super().claim(now, lease, limit)
        for message in claimed:
            self._remove(message)
        return claimed


class _WithoutLease(MemoryOutbox):
    """Gives the same messages to everybody who asks."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        return super().claim(now, lease - lease, limit)


class _Backwards(MemoryOutbox):
    """Gives the newest message first."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        return super().claim(now, lease, limit)[::-1]


class _Impatient(MemoryOutbox):
    """Tries again at once."""

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        super().mark_failed(message, error, retry_at)
        if retry_at is not None:
            self._change(message, due=None)


class _Careless(MemoryOutbox):
    """Goes on behind a message that is dead."""

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        super().mark_failed(message, error, retry_at)
        if retry_at is None:
            self.discard(message.message_id)


class _Unforgiving(MemoryOutbox):
    """Counts on when a message is revived."""

    def revive(self, message_id: str) -> bool:
        dead = self._find_dead(message_id)
        revived = super().revive(message_id)
        if dead is not None:
            self._change(dead, message=dead)
        return revived


class _Rash(MemoryOutbox):
    """Discards what is not dead."""

    def _find_dead(self, message_id: str) -> OutboxMessage | None:
        found = (
            entry.message
            for entries in self._entries.values()
            for entry in entries.values()
            if entry.message.message_id == message_id
        )
        return next(found, None)


class _Stubborn(MemoryOutbox):
    """Keeps what is given back until the lease has run out."""

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        pass


class _Growing(MemoryOutbox):
    """Lets newer messages come with those that were claimed before."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        for entries in self._entries.values():
            due = next(iter(entries.values())).due
            for entry in entries.values():
                entry.due = due
        return super().claim(now, lease, limit)


class _Dividing(MemoryOutbox):
    """Divides what was claimed together if there is no room for all of it."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        claimed = super().claim(now, lease, 1_000)
        for message in claimed[limit:]:
            self._change(message, due=now)
        return claimed[:limit]


class _OneForAll(MemoryOutbox):
    """Takes the same order id of two sellers for the same order."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        dead = {each.subject for each in self.dead()}
        return [each for each in super().claim(now, lease, limit) if each.subject not in dead]


class _Traceless(MemoryOutbox):
    """Loses the trace when a message fails."""

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        super().mark_failed(message, error, retry_at)
        self._change(message, message=attrs.evolve(message, error=error, trace=None))


class _Unforgetting(MemoryOutbox):
    """Erases nothing."""

    def erase(self, seller_id: str, order_ids: Sequence[str]) -> None:
        """Leave all messages."""


class _Restoring(MemoryOutbox):
    """Writes a message that fails as it was claimed."""

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        super().mark_failed(message, error, retry_at)
        self._change(message, message=attrs.evolve(message, error=error))


class _Contract(OutboxContract):
    def __init__(self, outbox: MemoryOutbox) -> None:
        self._outbox = outbox

    def make_outbox(self) -> tuple[Outbox, Repository]:
        return self._outbox, MemoryRepository(self._outbox)


class _Early(_Contract):
    """Puts events in when they are saved, and not when they are committed."""

    def make_outbox(self) -> tuple[Outbox, Repository]:
        outbox = self._outbox

        class Repository(MemoryRepository):
            def write(self, seller_id, task):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
                def early(work):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
                    save = work.save

                    def save_and_put_in(command: Command, outcome: Outcome) -> None:
                        outbox.add(seller_id, outcome.events, len(work.events()))
                        save(command, outcome)

                    work.save = save_and_put_in
                    return task(work)

                return super().write(seller_id, early)

        return outbox, Repository()


@pytest.mark.parametrize(
    ("outbox", "test"),
    [
        (_Mixed, "test_messages_of_one_subject_come_together"),
        (_ByMessage, "test_a_claim_that_is_full_leaves_the_rest_of_an_order_alone"),
        (_Forgetful, "test_nobody_else_gets_what_is_claimed"),
        (_WithoutLease, "test_nobody_else_gets_what_is_claimed"),
        (_Backwards, "test_all_that_was_saved_comes_out_in_order"),
        (_Impatient, "test_a_failure_holds_back_the_later_messages_of_its_order_only"),
        (_Careless, "test_a_dead_message_stays_and_holds_back_its_order"),
        (_Unforgiving, "test_a_dead_message_can_be_revived"),
        (_Rash, "test_only_dead_messages_are_revived_or_discarded"),
        (_Stubborn, "test_what_was_given_back_comes_at_once"),
        (_Growing, "test_what_was_claimed_together_comes_again_together"),
        (_Growing, "test_a_failure_keeps_together_what_nobody_gave_back"),
        (_Dividing, "test_a_claim_does_not_divide_what_was_claimed_together"),
        (_Careless, "test_the_summary_counts_what_is_late_and_what_is_dead"),
        (_OneForAll, "test_the_same_order_id_of_two_sellers_is_two_subjects"),
        (_Unforgetting, "test_a_message_loses_the_personal_data_of_an_erased_order"),
        (_Restoring, "test_a_message_loses_the_personal_data_of_an_erased_order"),
        (_Traceless, "test_a_message_has_the_trace_of_its_unit_of_work"),
        (_WithoutLease, "test_relays_at_the_same_time_lose_nothing_and_keep_the_order"),
    ],
)
def test_the_contract_notices_an_outbox_that_fails_in_one_point(
    outbox: type[MemoryOutbox], test: str
) -> None:
    with pytest.raises(AssertionError):
        getattr(_Contract(outbox()), test)()


def test_the_contract_notices_events_that_are_put_in_too_early() -> None:
    with pytest.raises(AssertionError):
        _Early(MemoryOutbox()).test_nothing_comes_of_what_was_not_saved()
