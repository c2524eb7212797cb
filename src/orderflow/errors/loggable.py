"""What a log may have of an error.

A message may quote anything: an address, a note, the text that could not be read. Of the errors of
orderflow it is known what they quote. Of any other one, a log has the type and the places in the
code, and the same of what caused it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.errors import CodecError, InvalidValueError
from orderflow.errors.base import OrderFlowError
from orderflow.errors.secrets import without_mailboxes, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["loggable"]

PLACES_MAX = 12
"""At most this many places, from where the error was raised on."""
CAUSES_MAX = 4


def loggable(error: BaseException) -> str:
    """Return the message of an error without what people wrote, or where it was raised.

    >>> loggable(InvalidValueError("Address.name", "a text", ["Ann"]))
    'Address.name must be a text'
    >>> loggable(CodecError(('$.ship_to.name: must be a text, not ["Ann"]',)))
    '$.ship_to.name: must be a text'
    >>> loggable(ValueError("Ann"))
    'ValueError'
    """
    match error:
        case InvalidValueError(field=field, demand=demand):
            return f"{field} must be {demand}"
        case CodecError(faults=faults):
            return "; ".join(map(_without_value, faults))
        case OrderFlowError():
            return without_mailboxes(without_secrets(str(error))) or type(error).__name__
        case _:
            return "; caused by ".join(_chain(error))


def _without_value(fault: str) -> str:
    """Return a fault in data without what was found, unless that is the name of a type."""
    is_of_type = fault.partition(": ")[0].endswith(".type")
    return fault if is_of_type else fault.partition(", not ")[0]


def _chain(error: BaseException) -> Iterator[str]:
    """Yield where an error was raised, and then the same of its causes."""
    cause: BaseException | None = error
    for _ in range(CAUSES_MAX):
        if cause is None:
            return
        places = [*_places(cause.__traceback__)][: -PLACES_MAX - 1 : -1]
        yield f"{type(cause).__name__}{' at ' if places else ''}{' < '.join(places)}"
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _places(traceback: TracebackType | None) -> Iterator[str]:
    """Yield the places of a traceback, from the outermost on."""
    while traceback is not None:
        frame = traceback.tb_frame
        name = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
        yield f"{name}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
