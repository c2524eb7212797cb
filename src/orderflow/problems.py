"""Errors as answers of an HTTP service, in the form of problem details (RFC 9457).

No web framework is needed here: see the pages on Django and FastAPI for how each sends them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import attrs

from orderflow.errors import (
    BatchInterruptedError,
    BusyError,
    CodecError,
    CommandIdReusedError,
    ContentionError,
    InputError,
    InvalidValueError,
    NotFoundError,
    OrderFlowError,
    RefusedError,
    SchemaError,
    StorageError,
    UnfinishedError,
)

__all__ = ["PROBLEM_JSON", "PROBLEM_SCHEMA", "Problem", "problem_of"]

PROBLEM_JSON = "application/problem+json"  # the media type of `Problem.to_data` as JSON

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "What is wrong with a request, and the way out (RFC 9457).",
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "error": {"type": "string"},
    },
    "required": ["title", "status", "detail", "error"],
}
"""The JSON Schema of `Problem.to_data`, for an OpenAPI document. Answers may have more members."""

# The first that fits. What fits none is a fault of the service, not of its client.
_STATUS_OF: tuple[tuple[type[OrderFlowError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (CommandIdReusedError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (RefusedError, HTTPStatus.CONFLICT),
    (InvalidValueError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (CodecError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SchemaError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (StorageError, HTTPStatus.SERVICE_UNAVAILABLE),
)

# The messages of these have nothing of the server in them. Others may have a path or a host.
_MAY_BE_SAVED = "the request may have been carried out in part or as a whole: repeat it with its id"
_DETAIL_OF: tuple[tuple[type[OrderFlowError], str], ...] = (
    (BatchInterruptedError, _MAY_BE_SAVED),
    (UnfinishedError, _MAY_BE_SAVED),
    (BusyError, "too many requests of this seller wait: nothing has changed, repeat it later"),
    (ContentionError, "others changed the same data: nothing has changed, repeat the request"),
    (SchemaError, "the service is not set up for its database: nothing has changed"),
    (StorageError, "the database cannot be used at the moment: nothing has changed, repeat it"),
)


@attrs.frozen
class Problem:
    """What a service answers instead of an outcome.

    Attributes:
        status: The status of the answer.
        detail: What is wrong and the way out. For a status from 500 on, it has no message of a
            database, which may name a host or a file: log the error itself.
        error: The name of the error's class, for programs.
    """

    status: HTTPStatus
    detail: str
    error: str

    @property
    def is_fault(self) -> bool:
        """Whether the service is at fault, not the request: the error should be logged."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    def to_data(self) -> dict[str, str | int]:
        """Return the members of the answer. Its media type is `PROBLEM_JSON`."""
        return {
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "error": self.error,
        }


def problem_of(error: OrderFlowError) -> Problem:
    """Return the answer to a request that raised an error.

    - 404: The order, line, product or receipt does not exist, or belongs to another seller.
    - 409: The command is refused, such as by the status or the version of the order.
    - 422: A value breaks a rule, the command id was used for another command, or an uploaded file
      cannot be read. Pass the name that the client gave to the file, since the answer has it.
    - 503: The database is busy or lost. Repeat the request with the same command id.
    - 500: Everything else, such as missing tables.

    >>> from orderflow import OrderNotFoundError
    >>> problem_of(OrderNotFoundError("acme", "A-7")).to_data()["status"]
    404
    """
    status = next(
        (status for kind, status in _STATUS_OF if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    detail = str(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        detail = next(
            (detail for kind, detail in _DETAIL_OF if isinstance(error, kind)),
            "the service failed",
        )
    return Problem(status, detail, type(error).__name__)
