"""Relays, notifiers and channels that report what they send."""

from __future__ import annotations

import logging
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Self

from opentelemetry.trace import SpanKind

from orderflow.notices import kind_of
from orderflow.notifier import DigestSender, NoticeSender, SellerNotices
from orderflow.ports import BatchNotifier
from orderflow.service import Relay, RelayResult
from orderflow.service.relay import is_final, never
from orderflow.telemetry import names
from orderflow.telemetry.flows import copy_as
from orderflow.telemetry.recorder import FAILED, log
from orderflow.telemetry.traces import caused_by, given_up_if, other_causes, rule_to_give_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from orderflow.notices import Bulletin, Recipient
    from orderflow.notifier.notice_sender import MessageNotices
    from orderflow.ports import Channel, Notifier, Outbox, OutboxMessage
    from orderflow.telemetry.recorder import Observed, Recorder

__all__ = ["TracedDigestSender", "TracedNoticeSender", "TracedRelay", "TracedSellerNotices"]

_SENT, _DEAD = "sent", "dead"


def _failed_or_dead(error: BaseException) -> str:
    gives_up = rule_to_give_up()
    is_dead = gives_up is not None and isinstance(error, Exception) and gives_up(error)
    return _DEAD if is_dead else FAILED


class TracedRelay(Relay):
    """A relay that reports its rounds, and whose notifier runs in the trace of the command."""

    _recorder: Recorder

    @classmethod
    def of(cls, relay: Relay, recorder: Recorder) -> Self:
        """Return a relay with the same settings on the same outbox."""
        notifier = _traced_notifier(relay._notifier, recorder)  # noqa: SLF001 - made to be the same
        together = notifier if isinstance(notifier, BatchNotifier) else None
        return copy_as(cls, relay, _recorder=recorder, _notifier=notifier, _together=together)

    def run_once(self, limit: int = 100, *, stop: Callable[[], bool] = never) -> RelayResult:
        """Pass on messages, and report the round."""
        recorder, result = self._recorder, RelayResult()

        def on_end(observed: Observed) -> None:
            counts = {_SENT: result.sent, FAILED: result.failed, _DEAD: result.dead}
            for how, attribute in _OF_ROUND.items():
                observed.span.set_attribute(attribute, counts[how])
                if counts[how]:
                    recorder.messages.add(counts[how], {names.RESULT: how})
            recorder.relay_duration.record(observed.seconds, {names.RESULT: observed.result})

        with recorder.span(names.RELAY_SPAN.name, {}, on_end=on_end):
            result = super().run_once(limit, stop=stop)
            if result.error is not None:
                about = {names.ERROR: type(result.error).__name__}
                log(names.RELAY_LOG, logging.WARNING, str(result.error), about)
            return result

    def _pass_on(self, batch: list[OutboxMessage]) -> None:
        with given_up_if(partial(self._gives_up, batch[0])):
            super()._pass_on(batch)

    def _fail(self, message: OutboxMessage, error: Exception) -> RelayResult:
        result = super()._fail(message, error)
        how, level = (_DEAD, logging.ERROR) if result.dead else (FAILED, logging.WARNING)
        about = {
            names.MESSAGE: message.message_id,
            names.SELLER: message.seller_id,
            names.RESULT: how,
            names.ERROR: type(error).__name__,
        }
        becomes = "is dead" if result.dead else "failed and will be tried again"
        text = f"message {message.message_id} {becomes} ({type(error).__name__})"
        log(names.RELAY_LOG, level, text, about)
        return result


_OF_ROUND = {
    _SENT: names.SENT_MESSAGES,
    FAILED: names.FAILED_MESSAGES,
    _DEAD: names.DEAD_MESSAGES,
}


class TracedNoticeSender(NoticeSender):
    """A notice sender whose channels report what they send, in the trace of the command."""

    @classmethod
    def of(cls, sender: NoticeSender, recorder: Recorder) -> Self:
        """Return a sender with the same settings."""
        return copy_as(cls, sender, _channels=_traced(sender._channels, recorder))  # noqa: SLF001 - as above

    def _send(self, written: list[MessageNotices], recipients: Sequence[Recipient]) -> None:
        gives_up = rule_to_give_up() or is_final  # the relay's, if it is traced
        with caused_by(each.message for each in written if each.notices), given_up_if(gives_up):
            super()._send(written, recipients)


class TracedDigestSender(DigestSender):
    """A digest sender whose channels report what they send."""

    @classmethod
    def of(cls, sender: DigestSender, recorder: Recorder) -> Self:
        """Return a sender with the same settings."""
        return copy_as(cls, sender, _channels=_traced(sender._channels, recorder))  # noqa: SLF001 - as above


class TracedSellerNotices(SellerNotices):
    """Notices and digests that report what they send."""

    _recorder: Recorder

    @classmethod
    def of(cls, notices: SellerNotices, recorder: Recorder) -> Self:
        """Return one with the same settings."""
        return copy_as(cls, notices, _recorder=recorder)

    def relay(self, outbox: Outbox) -> Relay:
        """Return the relay that sends the notices, and reports its rounds."""
        return TracedRelay.of(super().relay(outbox), self._recorder)

    def _channels(self, *, unsigned: bool = False) -> dict[str, Channel]:
        return _traced(super()._channels(unsigned=unsigned), self._recorder)


def _traced_notifier(notifier: Notifier, recorder: Recorder) -> Notifier:
    if isinstance(notifier, TracedNoticeSender):
        return notifier
    if type(notifier) is NoticeSender:
        return TracedNoticeSender.of(notifier, recorder)
    if isinstance(notifier, BatchNotifier):
        return _TracedBatchNotifier(notifier, recorder)
    return _TracedNotifier(notifier, recorder)


class _TracedNotifier:
    """A notifier of the host's, each of whose messages is a span."""

    def __init__(self, notifier: Notifier, recorder: Recorder) -> None:
        self._notifier = notifier
        self._recorder = recorder

    def notify(self, message: OutboxMessage) -> None:
        with caused_by([message]), self._span([message]) as observed:
            self._notifier.notify(message)
            observed.result = _SENT

    def _span(self, messages: Sequence[OutboxMessage]) -> AbstractContextManager[Observed]:
        about = {names.MESSAGE: messages[0].message_id, names.SELLER: messages[0].seller_id}
        return self._recorder.span(
            names.MESSAGE_SPAN.name,
            about,
            on_end=lambda _: None,
            kind=SpanKind.CONSUMER,
            links=other_causes(),
            result_of=_failed_or_dead,
        )


class _TracedBatchNotifier(_TracedNotifier):
    _notifier: BatchNotifier

    def notify_together(self, messages: Sequence[OutboxMessage]) -> None:
        with caused_by(messages), self._span(messages) as observed:
            self._notifier.notify_together(messages)
            observed.result = _SENT


def _traced(channels: Mapping[str, Channel], recorder: Recorder) -> dict[str, Channel]:
    return {
        name: channel
        if isinstance(channel, _TracedChannel)
        else _TracedChannel(name, channel, recorder)
        for name, channel in channels.items()
    }


class _TracedChannel:
    """A channel each of whose bulletins is a span."""

    def __init__(self, name: str, channel: Channel, recorder: Recorder) -> None:
        self._name = name
        self._channel = channel
        self._recorder = recorder

    def send(self, address: str, bulletin: Bulletin) -> None:
        about: dict[str, str | int] = {
            names.CHANNEL: self._name,
            names.SELLER: bulletin.seller_id,
            names.NOTICES: len(bulletin.notices),
        }
        with self._recorder.span(
            names.NOTICE_SPAN.name,
            about,
            on_end=partial(self._record, about, bulletin),
            kind=SpanKind.CLIENT,
            links=other_causes(),
            result_of=_failed_or_dead,
        ) as observed:
            self._channel.send(address, bulletin)
            observed.result = _SENT

    def preview(self, address: str, bulletin: Bulletin) -> str:
        return self._channel.preview(address, bulletin)

    def _record(
        self, about: Mapping[str, str | int], bulletin: Bulletin, observed: Observed
    ) -> None:
        of = {names.CHANNEL: self._name, names.RESULT: observed.result}
        for kind, count in Counter(map(kind_of, bulletin.notices)).items():
            self._recorder.notices.add(count, {**of, names.NOTICE: kind.value})
        self._recorder.notice_duration.record(observed.seconds, of)
        is_sent = observed.result == _SENT
        text = f"{self._name} for seller {bulletin.seller_id}: {observed.result}"
        log(
            names.NOTICE_LOG,
            logging.DEBUG if is_sent else logging.WARNING,
            text if is_sent else f"{text} ({observed.error})",
            {**about, names.RESULT: observed.result, names.ERROR: observed.error},
        )
