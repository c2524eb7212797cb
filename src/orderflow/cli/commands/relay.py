"""The outbox: hand its messages on, and what to do about those that could not be delivered."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.connection import DatabaseOptions, SellerOptions, connect
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing
from orderflow.codec import to_data
from orderflow.errors import NotFoundError, StorageError
from orderflow.service import Relay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.ports import OutboxMessage

__all__ = ["dead_letters", "relay"]

_COLUMNS = (
    Column("message_id", "message"),
    Column("subject"),
    Column("event"),
    Column("attempts"),
    Column("error"),
)

LEASE = timedelta(minutes=1)
"""So long messages are kept from other relays: to write one takes no time."""


class _Lines:
    """A notifier that writes each message as one line of JSON."""

    def notify(self, message: OutboxMessage) -> None:
        try:
            self._write(message)
        except OSError as error:  # a fault of the output, and not of the message
            raise _OutputError(error) from error

    def _write(self, message: OutboxMessage) -> None:
        terminal.print_json_line(
            {
                "message_id": message.message_id,
                "seller_id": message.seller_id,
                "subject": message.subject,
                "event": to_data(message.event),
            }
        )
        sys.stdout.flush()  # it is forgotten after this


class _OutputError(BaseException):
    """Nothing can be written any more: the relay ends, and no message has failed."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause
        super().__init__(cause)


@with_options("The database", where=DatabaseOptions)
def relay(
    *,
    where: DatabaseOptions,
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0 is all.")] = 0,
) -> None:
    """Write what has happened and was not handed on yet as lines of JSON, and forget it.

    Each message is forgotten after its line was written: if this is stopped in between, it comes
    again with the same message_id. `orderflow notify` tells the sellers instead.
    """
    with connect(where) as database:
        relay = Relay(database.outbox, _Lines(), lease=LEASE)
        try:
            relayed = relay.run_once(limit) if limit else relay.run()
        except _OutputError as error:
            raise StorageError(
                f"the output cannot be written: {error.cause}; what was not written comes again "
                f"after a minute"
            ) from error
    terminal.messages().print(f"handed on: {relayed.sent:,} messages")
    if relayed.failed or relayed.dead:
        terminal.messages().print("the others are tried again, or dead: see orderflow dead-letters")
        raise typer.Exit(terminal.EXIT_NOT_RUN)


@with_options("The database", where=SellerOptions)
@with_options("What is shown", how=ListingOptions)
def dead_letters(
    *,
    where: SellerOptions,
    how: ListingOptions,
    revive: Annotated[
        list[str] | None, typer.Option(metavar="MESSAGE", help="Let this one be tried again.")
    ] = None,
    discard: Annotated[
        list[str] | None, typer.Option(metavar="MESSAGE", help="Forget this one.")
    ] = None,
    revive_all: Annotated[
        bool, typer.Option("--revive-all", help="Let all of them be tried again.")
    ] = False,
) -> None:
    """List the messages that could not be delivered, or say what becomes of them.

    While one is dead, the later messages of its order wait behind it.
    """
    with connect(where) as database:
        outbox = database.outbox
        dead = outbox.dead(where.seller)
        revived = [message.message_id for message in dead] if revive_all else revive or ()
        unknown = [each for each in revived if not outbox.revive(each)]
        unknown += [each for each in discard or () if not outbox.discard(each)]
        if unknown:
            raise MessageNotFoundError(unknown)
        print_listing("dead_letters", _COLUMNS, map(_row, outbox.dead(where.seller)), how)


class MessageNotFoundError(NotFoundError):
    """There is no dead message of these ids."""

    def __init__(self, message_ids: Sequence[str]) -> None:
        super().__init__(
            f"no dead message has the id {', '.join(map(repr, message_ids))}; "
            f"orderflow dead-letters lists them"
        )


def _row(message: OutboxMessage) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "seller_id": message.seller_id,
        "subject": message.subject,
        "event": type(message.event).__name__,
        "attempts": message.attempts,
        "error": message.error,
    }
