"""The base of all errors, and that of all refusals."""

from __future__ import annotations

from typing import Any

from orderflow.errors.quoting import clip

__all__ = ["OrderFlowError", "RefusedError"]


class OrderFlowError(Exception):
    """The base of every error that orderflow raises on purpose.

    Its message is bounded, whatever it quotes. It can be pickled, so that it reaches the caller
    from a worker process.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(clip(message))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_revived, (type(self), self.args, self.__dict__))


class RefusedError(OrderFlowError):
    """A command that is not possible now. It changed nothing."""


def _revived(
    kind: type[OrderFlowError], arguments: tuple[object, ...], attributes: dict[str, object]
) -> OrderFlowError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(attributes)
    return error
