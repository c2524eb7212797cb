"""Signals that stop a command which runs until it is stopped."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["stopped_by_signals"]


@contextmanager
def stopped_by_signals() -> Iterator[Event]:
    """Yield an event that Ctrl-C or SIGTERM sets, so that the present step runs to its end.

    A second one ends the command at once.
    """
    stop = Event()

    def end(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Not here: the thread that is interrupted may own the lock of the event.
        Thread(target=stop.set).start()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
