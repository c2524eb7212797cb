"""The base of all errors."""

from __future__ import annotations

from typing import Any

__all__ = ["OrderFlowError"]


class OrderFlowError(Exception):
    """The base of every error that orderflow raises on purpose.

    It can be pickled, so that it reaches the caller from a worker process.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return (_revived, (type(self), self.args, self.__dict__))


def _revived(
    kind: type[OrderFlowError], arguments: tuple[object, ...], attributes: dict[str, object]
) -> OrderFlowError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(attributes)
    return error
