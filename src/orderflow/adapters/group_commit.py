"""Commits commands of one seller in company: those that wait at the same time, in one transaction.

A commit waits for the disk. Callers who each commit a command of the same seller wait for the disk
one after another, because each holds locks that the next one needs. In one transaction they wait
once. Databases know this as a group commit.

The first caller carries out its command at once. Whoever comes meanwhile waits, and then one of
those who wait carries out what all of them want. There is no thread of its own and no delay: a
caller that is alone waits for nobody.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_number
from orderflow.errors import BusyError, StorageError, UnfinishedError
from orderflow.errors.quoting import counted
from orderflow.ports import TransactionalRepository
from orderflow.ports.implementations import require_port

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderflow.domain.model.stock import StockKey
    from orderflow.ports import Reading, Repository, UnitOfWork

__all__ = ["GroupCommit"]

T = TypeVar("T")


class GroupCommit:
    """A repository on another one that commits commands of one seller in company.

    Each command is answered by itself: if one is refused or fails, the others are saved. They are
    carried out in the order in which they came. If the database fails, each is carried out again,
    alone.

    >>> from orderflow import MemoryRepository, OrderFlow
    >>> flow = OrderFlow(GroupCommit(MemoryRepository()))

    Args:
        repository: Where the state is stored.
        size: The most commands in one transaction.
        waiting_max: The most commands of a seller that may wait.
        wait_max: The longest that a command waits for its turn.

    Raises:
        InvalidValueError: If an argument is not valid.
    """

    def __init__(
        self,
        repository: TransactionalRepository,
        *,
        size: int = 64,
        waiting_max: int = 1_000,
        wait_max: timedelta = timedelta(seconds=30),
    ) -> None:
        require_port("GroupCommit.repository", repository, TransactionalRepository)
        require_number("GroupCommit.size", size, 1, of="commands")
        require_number("GroupCommit.waiting_max", waiting_max, 1, of="commands")
        validators.require(
            ok=isinstance(wait_max, timedelta) and wait_max > timedelta(0),
            field="GroupCommit.wait_max",
            demand="a time above 0",
            value=wait_max,
        )
        self._repository = repository
        self._size = size
        self._waiting_max = waiting_max
        self._wait_max = wait_max
        self._lock = Lock()
        self._waiting: dict[str, deque[_Waiting]] = {}
        """For each seller whose commands are carried out now, those that wait."""

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Run a task in a unit of work of one seller, and commit what it saved.

        Raises:
            BusyError: If too many others wait already, or it has waited for too long.
        """
        mine = _Waiting(task)
        if not self._leads(seller_id, mine):
            self._wait(seller_id, mine)
        if not mine.is_answered:
            self._lead(seller_id, mine)
        return cast("T", mine.answer())

    def waiting(self, seller_id: str) -> int:
        """Return how many commands of a seller wait now, besides those being carried out."""
        with self._lock:
            return len(self._waiting.get(seller_id, ()))

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        """Run a task that reads one seller's state, on one snapshot of it."""
        return self._repository.read(seller_id, task)

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        """Run a task whose units of work are all committed at its end, or none, not in company."""
        return self._repository.together(seller_id, task)

    def sellers(self) -> Sequence[str]:
        """Return the ids of all sellers for whom anything was saved, sorted by code point."""
        return self._repository.sellers()

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue has not been served, sorted by key."""
        return self._repository.unserved()

    def _leads(self, seller_id: str, mine: _Waiting) -> bool:
        """Join those who wait; return whether there are none, so that this caller leads."""
        with self._lock:
            waiting = self._waiting.get(seller_id)
            if waiting is None:
                self._waiting[seller_id] = deque()
                return True
            if len(waiting) >= self._waiting_max:
                others = counted(len(waiting), "other command waits", "other commands wait")
                raise BusyError(seller_id, f"{others} already")
            waiting.append(mine)
            return False

    def _wait(self, seller_id: str, mine: _Waiting) -> None:
        """Wait for the answer, or for the turn to lead."""
        try:
            is_woken = mine.woken.wait(self._wait_max.total_seconds())
            is_late = not is_woken and self._leave(seller_id, mine)
            if not is_late:
                mine.woken.wait()  # it is being carried out
        except BaseException:
            if not self._leave(seller_id, mine) and mine.woken.is_set() and not mine.is_answered:
                with self._lock:  # it was to lead
                    self._wake_next(seller_id)
            raise
        if is_late:
            raise BusyError(seller_id, f"it has waited for {self._wait_max}")

    def _leave(self, seller_id: str, mine: _Waiting) -> bool:
        """Leave those who wait; return whether it was still one of them."""
        with self._lock:
            waiting = self._waiting.get(seller_id)
            if waiting is None or mine not in waiting:
                return False
            waiting.remove(mine)
            return True

    def _lead(self, seller_id: str, mine: _Waiting) -> None:
        """Carry out the commands that wait, with this one first, and then let the next one lead."""
        with self._lock:
            waiting = self._waiting[seller_id]
            group = [mine, *(waiting.popleft() for _ in range(min(len(waiting), self._size - 1)))]
        try:
            self._carry_out(seller_id, group)
        finally:
            with self._lock:
                self._wake_next(seller_id)
            for each in group:
                each.woken.set()

    def _wake_next(self, seller_id: str) -> None:
        waiting = self._waiting[seller_id]
        if waiting:
            waiting.popleft().woken.set()
        else:
            del self._waiting[seller_id]

    def _carry_out(self, seller_id: str, group: Sequence[_Waiting]) -> None:
        def task(repository: Repository) -> None:
            for each in group:
                each.run(seller_id, repository)

        if len(group) == 1:
            group[0].run(seller_id, self._repository, storage_fails=False)
            return
        try:
            self._repository.together(seller_id, task)
        except UnfinishedError as error:
            for each in group:
                each.fail(UnfinishedError(error.cause))
        except StorageError:  # nothing is saved
            for each in group:
                each.run(seller_id, self._repository, storage_fails=False)
        except BaseException as error:
            for each in group[1:]:
                each.fail(UnfinishedError(f"the caller that committed it ended: {error!r}"))
            raise


class _Waiting:
    """A task that waits to be carried out, and its answer."""

    def __init__(self, task: Callable[[UnitOfWork], Any]) -> None:
        self.woken = Event()
        self.is_answered = False
        self._task = task
        self._result: Any = None
        self._error: Exception | None = None

    def run(self, seller_id: str, repository: Repository, *, storage_fails: bool = True) -> None:
        """Run the task, and note its answer.

        Raises:
            StorageError: If the database fails and `storage_fails`: what others did is undone too.
        """
        self._result = self._error = None
        try:
            self._result = repository.write(seller_id, self._task)
        except StorageError as error:
            if storage_fails:
                raise
            self._error = error
        except Exception as error:  # noqa: BLE001 - the caller gets it
            self._error = error
        self.is_answered = True

    def fail(self, error: Exception) -> None:
        """Answer with an error."""
        self._error = error
        self.is_answered = True

    def answer(self) -> Any:  # noqa: ANN401 - of the task
        """Return the result of the task, or raise its error."""
        if self._error is not None:
            raise self._error
        return self._result
