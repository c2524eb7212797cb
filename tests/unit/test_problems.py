"""Each error has an answer, and no answer tells what only the server should know."""

from __future__ import annotations

import pytest

from orderflow import errors
from orderflow.errors import (
    ActionRefusedError,
    BatchInterruptedError,
    BusyError,
    CodecError,
    CommandIdReusedError,
    ContentionError,
    InvalidValueError,
    OrderFlowError,
    OrderNotFoundError,
    RefusedError,
    SchemaError,
    StaleVersionError,
    StorageError,
    TransitionError,
    UnfinishedError,
)
from orderflow.importing import FileError
from orderflow.problems import problem_of

PLACE = "/srv/shop.db"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OrderNotFoundError("acme", "A"), 404),
        (ActionRefusedError("A", "DESPATCHED", "CANCEL", ()), 409),
        (StaleVersionError("A", 1, 2), 409),
        (CommandIdReusedError("acme", "1"), 422),
        (InvalidValueError("Order.lines", "at least one line", ()), 422),
        (CodecError(("$: wrong",)), 422),
        (FileError("orders.csv", "is empty"), 422),
        (ContentionError(5), 503),
        (BusyError("acme", "9 wait"), 503),
        (StorageError(PLACE), 503),
        (UnfinishedError(PLACE), 503),
        (BatchInterruptedError(PLACE, 1), 503),
        (SchemaError(None, "0001"), 500),
        (TransitionError(PLACE), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_has_its_status(error: OrderFlowError, status: int) -> None:
    problem = problem_of(error)
    data = problem.to_data()
    assert (problem.status, data["status"]) == (status, status)
    assert data["error"] == type(error).__name__
    assert problem.is_fault == (status >= 500)
    assert (problem.detail == str(error)) == (status < 500)
    assert PLACE not in problem.detail


@pytest.mark.parametrize("is_saved", [True, False])
def test_only_what_cannot_have_been_saved_is_said_to_have_changed_nothing(
    *, is_saved: bool
) -> None:
    for error in (UnfinishedError("it", is_saved=is_saved), BatchInterruptedError("it", 2)):
        assert "nothing has changed" not in problem_of(error).detail
    assert "nothing has changed" in problem_of(ContentionError(5)).detail


def test_every_refusal_is_a_conflict_but_for_a_command_id() -> None:
    refusals = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, RefusedError)
    ]
    assert len(refusals) > 10
    for kind in refusals:
        status = 422 if kind is CommandIdReusedError else 409
        assert problem_of(kind.__new__(kind)).status == status
