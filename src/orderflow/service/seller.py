"""`Seller`: one seller's orders, stock and back orders."""

from __future__ import annotations

from orderflow.service.bulk_methods import BulkMethods
from orderflow.service.erasing_methods import ErasingMethods
from orderflow.service.part_methods import PartMethods
from orderflow.service.planning_methods import PlanningMethods
from orderflow.service.promise_methods import PromiseMethods
from orderflow.service.reallocation_methods import ReallocationMethods
from orderflow.service.report_methods import ReportMethods
from orderflow.service.stock_methods import StockMethods

__all__ = ["Seller"]


class Seller(
    BulkMethods,
    ErasingMethods,
    PartMethods,
    PlanningMethods,
    PromiseMethods,
    ReallocationMethods,
    ReportMethods,
    StockMethods,
):
    """One seller's handle on a flow, with every command and read of that seller.

    `OrderFlow.seller` returns one. Give it to the code that serves this seller's requests. It
    cannot read or change anything of another seller. An order id of another seller is not found.
    A command, order, receipt or stock key of another seller is refused before anything is read.

    Commands share these options:

    - ``at``: the time at which it happens. Default: now.
    - ``command_id``: an id of your choice. A command that comes again with the same id changes
      nothing and returns the first outcome.
    - ``expected_version``: the version of the order that your decision is based on. If the order
      has changed since, the command is refused with a `StaleVersionError`.

    A command returns its `Outcome`, or raises one of these errors:

    - `InvalidValueError`: a value is not valid, or belongs to another seller.
    - `NotFoundError`: the seller has no such order, line, product or receipt.
    - `RefusedError`: the command is not possible now.
    - `CommandIdReusedError`: the id was used for another command.
    - `StorageError`: the command could not be saved.
    - `UnfinishedError`: the command may have been saved, or it was saved but a queue is unserved.

    After any of these but the last, nothing has changed.
    """
