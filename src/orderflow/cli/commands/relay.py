"""The outbox: hand its messages on, and deal with those that could not be delivered."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.connection import DatabaseOptions, SellerOptions, connect
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.otel import instrumented
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing
from orderflow.cli.unknown_names import check_seller
from orderflow.codec import to_data
from orderflow.errors import NotFoundError, StorageError
from orderflow.errors.quoting import counted, listed, quoted
from orderflow.service import Relay, RelayResult

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
"""How long messages are kept from other relays; writing one takes no time."""


class _Lines:
    """A notifier that writes each message as one line of JSON."""

    def notify(self, message: OutboxMessage) -> None:
        try:
            self._write(message)
        except OSError as error:  # the output is at fault, not the message
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
        sys.stdout.flush()  # the message is deleted after this


class _OutputError(BaseException):
    """The output cannot be written: the relay ends, and no message has failed."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause
        super().__init__(cause)


@with_options("The database", where=DatabaseOptions)
def relay(
    *,
    where: DatabaseOptions,
    limit: Annotated[
        int, typer.Option(min=0, help="Hand on at most this many messages; 0 means all.")
    ] = 0,
) -> None:
    """Print the messages of the outbox as lines of JSON, and delete them.

    A message is deleted after its line was printed. If the command stops in between, the message
    comes again with the same message_id. To notify sellers instead, use `orderflow notify`.
    """
    with connect(where) as database:
        relay = instrumented(Relay(database.outbox, _Lines(), lease=LEASE))
        try:
            relayed = _hand_on(relay, limit) if limit else relay.run()
        except _OutputError as error:
            raise StorageError(
                f"the output cannot be written: {error.cause}; the remaining messages can be "
                f"handed on after a minute"
            ) from error
    terminal.messages().print(f"handed on: {counted(relayed.sent, 'message')}")
    if relayed.failed or relayed.dead:
        terminal.messages().print(
            "the others will be retried, or are dead letters: see orderflow dead-letters"
        )
    if relayed.error is not None:
        raise relayed.error
    if relayed.failed or relayed.dead:
        raise typer.Exit(terminal.EXIT_NOT_RUN)


def _hand_on(relay: Relay, limit: int) -> RelayResult:
    """Hand on at most this many messages, or find out why there are fewer."""
    total = RelayResult()
    while total.tried < limit:
        result = relay.run_once(limit - total.tried)
        total += result
        if not result.tried:
            break
    return total


@with_options("The database", where=SellerOptions)
@with_options("Listing", how=ListingOptions)
def dead_letters(
    *,
    where: SellerOptions,
    how: ListingOptions,
    revive: Annotated[
        list[str] | None, typer.Option(metavar="MESSAGE", help="Retry this message.")
    ] = None,
    discard: Annotated[
        list[str] | None, typer.Option(metavar="MESSAGE", help="Delete this message.")
    ] = None,
    revive_all: Annotated[bool, typer.Option("--revive-all", help="Retry all of them.")] = False,
) -> None:
    """List the messages that could not be delivered, and retry or delete them.

    While one is a dead letter, later messages about the same order wait behind it.
    """
    with connect(where) as database:
        if where.seller is not None:
            check_seller(database.flow, where.seller)
        outbox = database.outbox
        dead = outbox.dead(where.seller)
        revived = [message.message_id for message in dead] if revive_all else revive or ()
        unknown = [each for each in revived if not outbox.revive(each)]
        unknown += [each for each in discard or () if not outbox.discard(each)]
        if unknown:
            raise MessageNotFoundError(unknown)
        print_listing("dead_letters", _COLUMNS, map(_row, outbox.dead(where.seller)), how)


class MessageNotFoundError(NotFoundError):
    """There are no dead letters with these ids."""

    def __init__(self, message_ids: Sequence[str]) -> None:
        super().__init__(
            f"no dead letter has the id {listed(list(map(quoted, message_ids)))}; "
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
