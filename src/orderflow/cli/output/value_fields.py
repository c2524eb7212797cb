"""Says that no order has the custom field that `--value-field` names: it may be mistyped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.cli.output import terminal
from orderflow.errors.quoting import listed, quoted

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order

__all__ = ["ValueFields"]


class ValueFields:
    """The custom fields of some orders.

    Args:
        wanted: The field that has their values; `None` if none was named.
    """

    def __init__(self, wanted: str | None) -> None:
        self._wanted = wanted
        self._names: set[str] = set()
        self._has_orders = False

    @property
    def is_missing(self) -> bool:
        """Whether there were orders, and none of them has the field."""
        return self._has_orders and self._wanted not in {None, *self._names}

    def add(self, order: Order) -> None:
        """Note the custom fields of an order."""
        self._has_orders = True
        self._names.update(name for name, _ in order.custom_fields)

    def report(self) -> None:
        """Report that no order has the field, and which fields there are."""
        if self.is_missing:
            fields = listed([quoted(name) for name in sorted(self._names)])
            known = f"their fields: {fields}" if fields else "they have no custom fields"
            terminal.messages().print(
                f"--value-field: none of these orders has {quoted(self._wanted)}; {known}"
            )
