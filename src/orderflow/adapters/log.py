"""Bulletins into a log of Python's `logging`: one line for each notice."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from orderflow.notices import kind_of
from orderflow.wording.notices import worded

if TYPE_CHECKING:
    from orderflow.notices import Bulletin

__all__ = ["LogChannel"]


class LogChannel:
    """Logs bulletins, at level INFO; the address is the name of the logger.

    What stands in the line also stands in the record as `seller_id`, `order_id` and `kind`.
    """

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Log each notice of a bulletin."""
        logger = logging.getLogger(address)
        for notice in bulletin.notices:
            logger.info(
                "%s",
                _line(bulletin.seller_id, *_words(worded(notice).heading, worded(notice).lines)),
                extra={
                    "seller_id": bulletin.seller_id,
                    "order_id": notice.order_id,
                    "kind": kind_of(notice).value,
                },
            )

    def shown(self, address: str, bulletin: Bulletin) -> str:
        """Return the lines, and log nothing."""
        return "".join(
            f"{address}: {_line(bulletin.seller_id, *_words(each.heading, each.lines))}\n"
            for each in map(worded, bulletin.notices)
        )


def _words(heading: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{heading}.", *lines)


def _line(seller_id: str, *texts: str) -> str:
    """Return it all as one line: what is in it must not look like another entry."""
    line = f"seller {seller_id}: {' '.join(texts)}"
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
