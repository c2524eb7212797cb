"""Flows and repositories that report their commands and units of work."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from orderflow.domain.model.arguments import require_command
from orderflow.errors import OrderFlowError
from orderflow.ports import TracedUnitOfWork
from orderflow.service import AsyncOrderFlow, OrderFlow
from orderflow.telemetry import names
from orderflow.telemetry.recorder import DONE, REFUSED, UNDONE, log
from orderflow.telemetry.traces import in_command, trace_to_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.stock import StockKey
    from orderflow.ports import Reading, Repository, TransactionalRepository, UnitOfWork
    from orderflow.telemetry.recorder import Observed, Recorder

    T = TypeVar("T")

__all__ = ["TracedAsyncFlow", "TracedFlow", "copy_as", "traced_repository"]

_READ, _WRITE, _TOGETHER = "read", "write", "together"
_REPEATED = "repeated"
_LEVELS = {DONE: logging.DEBUG, _REPEATED: logging.DEBUG, REFUSED: logging.INFO}

K = TypeVar("K")


def copy_as(kind: type[K], original: object, /, **changes: object) -> K:
    """Return an object of a subclass, with the attributes of another one but for the changes."""
    made = kind.__new__(kind)
    vars(made).update(vars(original) | changes)
    return made


class TracedFlow(OrderFlow):
    """A flow that reports its commands."""

    _recorder: Recorder

    @classmethod
    def of(cls, flow: OrderFlow, recorder: Recorder) -> Self:
        """Return a flow with the same settings on the same repository."""
        repository = traced_repository(flow.repository, recorder)
        return copy_as(cls, flow, _recorder=recorder, _repository=repository)

    def on(self, repository: Repository) -> Self:
        """Return a flow with the same settings on another repository."""
        return super().on(traced_repository(repository, self._recorder))

    def _handle(self, command: Command) -> tuple[Outcome, bool]:
        require_command("handle.command", command)
        about = _about(command)
        name = names.COMMAND_SPAN.name.format(command=about[names.COMMAND])

        def on_end(observed: Observed) -> None:
            self._recorder.when_committed(partial(_record, self._recorder, about, observed))

        with self._recorder.span(name, about, on_end=on_end) as observed, in_command(observed.span):
            outcome, is_repeated = super()._handle(command)
            observed.span.set_attribute(names.EVENTS, len(outcome.events))
            if is_repeated:
                observed.result = _REPEATED
            return outcome, is_repeated


class TracedAsyncFlow(AsyncOrderFlow):
    """An async flow that reports its commands."""

    _recorder: Recorder

    @classmethod
    def of(cls, flow: AsyncOrderFlow, recorder: Recorder) -> Self:
        """Return a flow with the same settings on the same repository."""
        return copy_as(cls, flow, _recorder=recorder)

    async def run(self, task: Callable[[OrderFlow], T]) -> T:
        """Run a task on a synchronous flow that reports its commands."""
        return await super().run(lambda flow: task(TracedFlow.of(flow, self._recorder)))


def traced_repository(repository: Repository, recorder: Recorder) -> Repository:
    """Return a repository that reports its units of work."""
    if isinstance(repository, _TracedRepository):
        return repository
    kind = _TracedTransactions if hasattr(repository, "together") else _TracedRepository
    return kind(repository, recorder)


class _TracedRepository:
    def __init__(self, repository: Any, recorder: Recorder) -> None:  # noqa: ANN401 - with `together` or without
        self._repository: Repository = repository
        self._recorder = recorder

    def __repr__(self) -> str:
        return repr(self._repository)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the repository has
        return getattr(self._repository, name)

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        with self._observed(_WRITE, seller_id) as observed:
            trace = trace_to_store()  # now, because another thread may run the task

            def once(work: UnitOfWork) -> T:
                observed.attempts += 1
                if isinstance(work, TracedUnitOfWork):
                    work.trace = trace
                return task(work)

            return self._repository.write(seller_id, once)

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        with self._observed(_READ, seller_id) as observed:

            def once(reading: Reading) -> T:
                observed.attempts += 1
                return task(reading)

            return self._repository.read(seller_id, once)

    def sellers(self) -> Sequence[str]:
        return self._repository.sellers()

    def unserved(self) -> Sequence[StockKey]:
        return self._repository.unserved()

    def _observed(self, operation: str, seller_id: str) -> AbstractContextManager[Observed]:
        recorder, of = self._recorder, {names.OPERATION: operation}

        def on_end(observed: Observed) -> None:
            observed.span.set_attribute(names.ATTEMPTS, observed.attempts)
            recorder.unit_of_work_duration.record(
                observed.seconds, {**of, names.RESULT: observed.result}
            )
            if observed.attempts > 1:
                recorder.retries.add(observed.attempts - 1, of)

        about = {**of, names.SELLER: seller_id}
        return recorder.span(names.UNIT_OF_WORK_SPAN.name, about, on_end=on_end)


class _TracedTransactions(_TracedRepository):
    _repository: TransactionalRepository

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        with (
            self._observed(_TOGETHER, seller_id) as observed,
            self._recorder.committed() as deferred,
        ):

            def once(repository: Repository) -> T:
                observed.attempts += 1
                deferred.clear()
                return task(traced_repository(repository, self._recorder))

            try:
                return self._repository.together(seller_id, once)
            except OrderFlowError:
                raise
            except Exception:  # of the task, to undo a preview
                observed.result = UNDONE
                raise


def _about(command: Command) -> dict[str, str]:
    """Return the attributes of a command."""
    about = {names.COMMAND: type(command).__name__, names.SELLER: command.seller_id}
    order_id = getattr(command, "order_id", None)
    return about if order_id is None else {**about, names.ORDER: order_id}


def _record(recorder: Recorder, about: Mapping[str, str], observed: Observed) -> None:
    """Count a command that ended, and log it."""
    kind, result, error = {names.COMMAND: about[names.COMMAND]}, observed.result, observed.error
    recorder.commands.add(1, {**kind, names.RESULT: result})
    recorder.command_duration.record(observed.seconds, {**kind, names.RESULT: result})
    if result == REFUSED and error is not None:
        recorder.refusals.add(1, {**kind, names.ERROR: error})
    level = _LEVELS.get(result, logging.ERROR)
    of_order = f", order {about[names.ORDER]}" if names.ORDER in about else ""
    text = f"{about[names.COMMAND]} of seller {about[names.SELLER]}{of_order}: {result}"
    fields = {**about, names.RESULT: result, names.ERROR: error}
    log(names.COMMAND_LOG, level, text if error is None else f"{text} ({error})", fields)
