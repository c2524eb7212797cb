"""The notices that could not be sent, and the logs that sellers are notified through."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from orderflow.adapters.sql import SqlOutbox
from orderflow.cli.output import terminal
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Engine

    from orderflow.errors import NoticeError
    from orderflow.notices import Preferences, Recipient
    from orderflow.ports import OutboxMessage

__all__ = ["NoticeFailures", "RecordingOutbox", "logs_on_stderr", "print_unsent"]


class NoticeFailures:
    """The notices that could not be sent, and why.

    Attributes:
        texts: Those not shown yet.
        total: How many there were in all.
    """

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.total = 0

    def add(self, **failure: Any) -> None:  # noqa: ANN401 - plain values
        """Record a notice that could not be sent."""
        self.texts.append(failure)
        self.total += 1

    def give_up(self, recipient: Recipient, error: NoticeError) -> None:
        """Record a recipient who gets no further attempt, while others were notified."""
        self.add(subject=None, error=str(error), becomes=f"{recipient} is skipped")

    def take(self) -> list[dict[str, Any]]:
        """Return those not shown yet."""
        taken, self.texts = self.texts, []
        return taken


class RecordingOutbox(SqlOutbox):
    """The outbox, which also records failed deliveries."""

    def __init__(self, engine: Engine, failures: NoticeFailures) -> None:
        super().__init__(engine)
        self._failures = failures

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Record a message that could not be delivered."""
        super().mark_failed(message, error, retry_at)
        becomes = "it is a dead letter now: see orderflow dead-letters"
        if retry_at is not None:
            becomes = f"the next attempt is due at {moment_text(retry_at)}"
        self._failures.add(subject=message.subject, error=error, becomes=becomes)


def print_unsent(failures: Iterable[dict[str, Any]]) -> None:
    """Print the notices that could not be sent, and what becomes of them."""
    for each in failures:
        subject = f"{each['subject']}: " if each["subject"] is not None else ""
        terminal.messages().print(f"not sent: {subject}{each['error']}; {each['becomes']}")


@contextmanager
def logs_on_stderr(preferences: Preferences) -> Iterator[None]:
    """Print what is logged for sellers, because a log is one of the channels."""
    recipients = [
        recipient
        for each in (preferences.default, *preferences.sellers.values())
        for recipient in each.active_recipients()
    ]
    names = {recipient.address for recipient in recipients if recipient.channel == "log"}
    loggers = [logging.getLogger(name) for name in sorted(names)]
    levels = [logger.level for logger in loggers]
    handler = terminal.LogHandler()
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
