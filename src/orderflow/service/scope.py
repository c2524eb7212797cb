"""The part of a flow that one seller's handle can reach.

A command, an order or a stock key carries the id of its seller. If that is another seller, it is
refused here, before anything is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_command,
    require_identifier,
    require_key,
    require_kind,
    require_methods,
    require_moment,
)
from orderflow.service.clock import read_clock
from orderflow.service.reads import read_served
from orderflow.service.settings import Flow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import StockKey
    from orderflow.domain.state.view import View
    from orderflow.ports import Reading, Repository

    T = TypeVar("T")

__all__ = ["SellerScope"]


class _Fields(TypedDict):
    at: datetime
    command_id: str | None


class _OrderFields(_Fields):
    seller_id: str
    order_id: str
    expected_version: int | None


class SellerScope:
    """A flow, limited to one seller."""

    def __init__(self, flow: Flow[Repository, Outcome], seller_id: str) -> None:
        name = type(self).__name__
        require_kind(f"{name}.flow", flow, Flow, demand="an OrderFlow")
        require_methods(f"{name}.flow", flow.repository, "read", demand="an OrderFlow")
        require_identifier(f"{name}.seller_id", seller_id)
        self._flow = flow
        self._seller_id = seller_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._seller_id!r})"

    @property
    def seller_id(self) -> str:
        """The seller's id."""
        return self._seller_id

    @property
    def _default_policy(self) -> AllocationPolicy:
        return self._flow.default_policy

    def handle(self, command: Command) -> Outcome:
        """Run a command of this seller. See `OrderFlow.handle`.

        Raises:
            InvalidValueError: If it is not a command, or belongs to another seller.
        """
        self._require_own_command("handle.command", command)
        return self._flow.handle(command)

    def _require_own(self, name: str, seller_id: str) -> None:
        """Refuse a value that belongs to another seller.

        The value itself names its seller, so the refusal gives nothing away. An order id is
        searched among the seller's own orders only.
        """
        validators.require(
            ok=seller_id == self._seller_id,
            field=f"{name}.seller_id",
            demand=f"{self._seller_id!r}, the seller of this handle",
            value=seller_id,
        )

    def _require_own_command(self, field: str, command: Command) -> None:
        require_command(field, command)
        self._require_own(type(command).__name__, command.seller_id)

    def _require_own_key(self, field: str, key: StockKey) -> None:
        require_key(field, key)
        self._require_own(field, key.seller_id)

    def _moment(self, at: datetime | None) -> datetime:
        return at if at is not None else read_clock(self._flow.clock)

    def _read_moment(self, field: str, at: datetime | None) -> datetime:
        return require_moment(field, self._moment(at))

    def _fields(self, at: datetime | None, command_id: str | None) -> _Fields:
        return {"at": self._moment(at), "command_id": command_id}

    def _order_fields(
        self,
        order_id: str,
        at: datetime | None,
        command_id: str | None,
        expected_version: int | None,
    ) -> _OrderFields:
        return {
            "seller_id": self._seller_id,
            "order_id": order_id,
            "at": self._moment(at),
            "command_id": command_id,
            "expected_version": expected_version,
        }

    def _read(self, task: Callable[[Reading], T]) -> T:
        return self._flow.repository.read(self._seller_id, task)

    def _read_served(self, task: Callable[[View], T], at: datetime) -> T:
        """Run a task on the state as it will be once all queues are served."""
        return self._read(lambda reading: read_served(reading, task, self._default_policy, at))
