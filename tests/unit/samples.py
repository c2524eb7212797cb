"""Valid values for the parameters of public functions, and what an annotation allows.

Both follow from the annotation. `SAMPLES` has only what cannot be made from the signature of its
type: implementations of ports, and types with rules that span their fields.
"""

from __future__ import annotations

import collections.abc
import sys
import types
import typing
from collections import ChainMap
from datetime import date, datetime, time, timedelta
from enum import Enum
from inspect import Parameter, isclass, signature, unwrap
from os import PathLike
from threading import Event as Signal
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin
from zoneinfo import ZoneInfo

from sqlalchemy import NullPool, create_engine

import orderflow.checking
import orderflow.notifier
from orderflow import (
    AsyncOrderFlow,
    MemoryRepository,
    Order,
    OrderFlow,
    Replacement,
    ReplacementList,
    ports,
)
from orderflow.adapters.memory import MemoryNoticeStore, MemoryOutbox
from orderflow.adapters.sql import SqlRepository
from orderflow.adapters.threads import ThreadedRepository
from orderflow.bulk import SplitOrders
from orderflow.calendar import WarehouseCalendar
from orderflow.commands import BookInStock, Reallocation, StartBulk
from orderflow.core import State
from orderflow.domain.model.stock import WarehouseSku
from orderflow.errors import OrderFlowError
from orderflow.notices import Preferences
from orderflow.notifier import WebhookSettings
from orderflow.planning import Plan
from orderflow.service import SystemClock
from orderflow.service.async_seller import AsyncTasks
from orderflow.service.settings import Flow
from tests.unit.shop import NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable

NAMED = {
    "sender": "orders@shop.example",
    "seller_id": "acme",
    "warehouse_id": "leeds",
    "sku": "MUG",
    "allowed": "https://shop.example",
    "time_zone": ZoneInfo("Europe/London"),
}
"""Values whose annotation says too little. Any other text is an id."""


LISTS = {tuple, collections.abc.Collection, collections.abc.Iterable, collections.abc.Sequence}


def sample(hint: Any, name: str = "") -> Any:  # noqa: ANN401 - of the type that the hint says
    """Return a valid value for an annotation."""
    if get_origin(hint) in {typing.Union, types.UnionType}:
        return sample(next(each for each in get_args(hint) if each is not types.NoneType), name)
    if isinstance(hint, TypeVar):
        return sample(hint.__bound__, name)
    kind = get_origin(hint) or hint
    if kind in {str, object} and name in NAMED:
        return NAMED[name]
    if kind in SAMPLES:
        return SAMPLES[kind]()
    if kind in LISTS:
        return (sample(get_args(hint)[0], name),)
    if isclass(kind) and issubclass(kind, Enum):
        return next(iter(kind))
    assert isclass(kind), f"give SAMPLES a value of {kind}"
    parameters = signature(kind).parameters.values()
    needed = [each for each in parameters if each.default is Parameter.empty]
    return kind(**{each.name: sample(hint_of(kind, each), each.name) for each in needed})


def allows(hint: Any, value: object) -> bool:  # noqa: ANN401 - any annotation
    """Whether an annotation allows a value. The items of a collection are skipped."""
    if get_origin(hint) in {typing.Union, types.UnionType}:
        return any(allows(each, value) for each in get_args(hint))
    if isinstance(hint, TypeVar):
        return allows(hint.__bound__, value)
    kind = get_origin(hint) or hint
    if kind is None or kind is types.NoneType:
        return value is None
    if kind is float:
        return type(value) in {int, float}
    if kind in {int, bool}:
        return type(value) is kind
    if getattr(kind, "_is_protocol", False) and kind.__module__.startswith("orderflow."):
        return False
    return isinstance(value, kind)


def hint_of(function: Callable[..., Any], parameter: Parameter, owner: type | None = None) -> Any:  # noqa: ANN401 - any annotation
    """Return the annotation of a parameter, with the names that only the type checker imports."""
    text = parameter.annotation
    own = vars(sys.modules[unwrap(function).__module__])
    if text == "RepositoryT":
        return (owner or function)._port  # type: ignore[attr-defined]  # noqa: SLF001
    return eval(text, {}, ChainMap(own, NAMES)) if isinstance(text, str) else text  # noqa: S307 - our own source


def plan() -> Plan:
    """Return a plan that changes something."""
    acme = OrderFlow(MemoryRepository()).seller("acme")
    acme.book_in(key(), 1, at=NOON)
    for order_id, units in (("A", 9), ("B", 1)):
        acme.place(order(order_id, ("MUG", units)), at=NOON)
    return acme.rebalance(at=NOON)


def _names() -> dict[str, object]:
    """Return every name in a module of orderflow, and those of the types in annotations."""
    names = vars(collections.abc) | {"Any": Any, "PathLike": PathLike}
    for name, module in list(sys.modules.items()):
        if name.startswith("orderflow."):
            names = vars(module) | names
    return names


def _set_signal() -> Signal:
    signal = Signal()
    signal.set()
    return signal


NAMES = _names()

SAMPLES: dict[Any, Callable[[], Any]] = {
    # Single values
    bool: lambda: False,
    int: lambda: 1,
    float: lambda: 1.0,
    str: lambda: "A",
    object: dict,
    datetime: lambda: NOON,
    date: lambda: date(2025, 3, 3),
    time: lambda: time(12),
    timedelta: lambda: timedelta(hours=1),
    Signal: _set_signal,
    collections.abc.Mapping: dict,
    collections.abc.Callable: lambda: lambda *_: None,
    WarehouseSku: lambda: WarehouseSku("leeds", "MUG"),
    # Types whose fields go together
    BookInStock: lambda: BookInStock(key=key(), received=1, at=NOON),
    Reallocation: lambda: Reallocation("A", 1, (("1", 1),)),
    Replacement: lambda: Replacement("CUP", "MUG"),
    StartBulk: lambda: StartBulk(
        at=NOON, seller_id="acme", action=SplitOrders(), where="", orders=(), command_id="bulk"
    ),
    WarehouseCalendar: lambda: WarehouseCalendar(time_zone=ZoneInfo("Europe/London")),
    WebhookSettings: lambda: WebhookSettings(allowed=("https://shop.example",)),
    Flow: lambda: OrderFlow(MemoryRepository()),
    Order: lambda: order("A"),
    Plan: plan,
    OrderFlowError: lambda: OrderFlowError("refused"),
    SqlRepository: lambda: SqlRepository(create_engine("sqlite://", poolclass=NullPool)),
    # Implementations of ports
    AsyncTasks: lambda: AsyncOrderFlow(ThreadedRepository(MemoryRepository())),
    ports.AsyncRepository: lambda: ThreadedRepository(MemoryRepository()),
    ports.Clock: SystemClock,
    ports.NoticeStore: MemoryNoticeStore,
    ports.Notifier: lambda: sample(orderflow.notifier.NoticeSender),
    ports.Outbox: MemoryOutbox,
    ports.PreferenceSource: Preferences,
    ports.ReplacementCatalogue: ReplacementList,
    ports.Repository: MemoryRepository,
    ports.TransactionalRepository: MemoryRepository,
    ports.View: lambda: State("acme"),
}
