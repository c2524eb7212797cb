"""`Seller`: one seller's orders, stock and back orders."""

from __future__ import annotations

from orderflow.service.order_methods import OrderMethods
from orderflow.service.read_methods import ReadMethods
from orderflow.service.stock_methods import StockMethods

__all__ = ["Seller"]


class Seller(OrderMethods, StockMethods, ReadMethods):
    """One seller's handle on a flow: every command and every read of that seller.

    `OrderFlow.seller` returns one. Give it to the code that serves this seller's requests. It
    cannot see or move anything of another seller: an order id of another is not found, and a
    command, order, receipt or stock key that names another is refused before anything is read.

    Each command takes the same options:

    - ``at``: the moment at which it happens (default: the present moment).
    - ``command_id``: an id of your choice. A command that comes again with the same id does
      nothing, and returns the outcome of the first time.
    - ``expected_version``: the version of the order that you decided on. If the order has
      changed since, the command is refused with a `StaleVersionError`.

    It returns an `Outcome`, or raises and has changed nothing:

    - `InvalidValueError`: a value is not valid, or belongs to another seller.
    - `NotFoundError`: the seller has no such order, line, product or receipt.
    - `RefusedError`: it cannot be done now.
    - `CommandIdReusedError`: the id was used for another command.
    - `StorageError`: it could not be saved.
    - `UnfinishedError`: it may have been saved, or was saved with a queue left unserved.
    """
