"""Which part of the orders a file has."""

from __future__ import annotations

from orderflow.domain.model.terms import Term

__all__ = ["FilePart"]


class FilePart(Term):
    """Which part of the orders a file has, if their lines are in a file of their own."""

    WHOLE = "WHOLE"
    """The orders with their lines."""
    ORDERS = "ORDERS"
    """The orders without their lines."""
    LINES = "LINES"
    """The lines, each with its order id."""
