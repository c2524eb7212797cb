"""Sends bulletins to a logger of Python's `logging`, one line for each notice."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.notices import kind_of
from orderflow.wording.notices import to_paragraph
from orderflow.wording.printable import printable

if TYPE_CHECKING:
    from orderflow.notices import Bulletin, Notice

__all__ = ["LogChannel"]


class LogChannel:
    """Logs bulletins at level INFO. The address is the name of the logger.

    Each log record has the attributes `seller_id`, `order_id` and `kind`. It has nothing that
    people wrote: no note, no reason of the warehouse, and no reference of the customer.
    """

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Log each notice of a bulletin."""
        logger = logging.getLogger(address)
        for notice in bulletin.notices:
            logger.info(
                "%s",
                _line(bulletin.seller_id, notice),
                extra={
                    "seller_id": bulletin.seller_id,
                    "order_id": notice.order_id,
                    "kind": kind_of(notice).value,
                },
            )

    def preview(self, address: str, bulletin: Bulletin) -> str:
        """Return the lines as text, without logging them."""
        return "".join(
            f"{address}: {_line(bulletin.seller_id, each)}\n" for each in bulletin.notices
        )


def _line(seller_id: str, notice: Notice) -> str:
    """Return a notice as one line, so that no part of it can pass for another log entry."""
    written = [name for name in ("note", "reason") if type(getattr(notice, name, None)) is str]
    without: dict[str, Any] = {"customer_reference": None, **dict.fromkeys(written, "")}
    paragraph = to_paragraph(attrs.evolve(notice, **without))
    texts = (f"seller {seller_id}: {paragraph.heading}.", *paragraph.lines)
    return printable(" ".join(texts))
