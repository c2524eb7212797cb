"""The rules for the arguments of functions, as `validators` has those for fields.

Whatever stores the state is asked only after its arguments were checked here, so no two adapters
can disagree on a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar, get_args

from orderflow.domain.model import validators
from orderflow.domain.model.commands import Command
from orderflow.domain.model.order import Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.sourcing_policy import SourcingPolicy
from orderflow.domain.model.stock import StockKey
from orderflow.domain.model.validators import require_duration, require_moment
from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from orderflow.domain.model.terms import Term

__all__ = [
    "require_command",
    "require_duration",
    "require_function",
    "require_identifier",
    "require_key",
    "require_kind",
    "require_limit",
    "require_methods",
    "require_moment",
    "require_number",
    "require_order",
    "require_policy",
    "require_sourcing",
    "require_term",
    "require_view",
    "tuple_of",
]

KindT = TypeVar("KindT")
TermT = TypeVar("TermT", bound="Term")

_COMMANDS = get_args(Command)


def require_kind(field: str, value: object, kind: type | tuple[type, ...], *, demand: str) -> None:
    """Require an instance of a type, or of one of several."""
    if not isinstance(value, kind):
        raise InvalidValueError(field, demand, value)


def require_identifier(field: str, value: object) -> None:
    """Require a valid id or SKU."""
    if not validators.is_identifier(value):
        raise InvalidValueError(field, validators.IDENTIFIER_DEMAND, value)


def require_number(field: str, value: object, smallest: int, *, of: str) -> None:
    """Require a whole number of these things."""
    if not validators.is_units(value, smallest):
        demand = f"a whole number of {of} from {smallest} to {validators.UNITS_MAX}"
        raise InvalidValueError(field, demand, value)


def require_limit(field: str, value: object) -> None:
    """Require the largest number of results, or `None` for all of them."""
    if not (value is None or validators.is_units(value, 0)):
        demand = f"a whole number from 0 to {validators.UNITS_MAX}, or None"
        raise InvalidValueError(field, demand, value)


def require_function(field: str, value: object) -> None:
    """Require something that can be called."""
    if not callable(value):
        raise InvalidValueError(field, "a function", value)


def require_methods(field: str, value: object, *names: str, demand: str) -> None:
    """Require an object with these methods. A class is not one of its objects."""
    for name in names:
        if isinstance(value, type) or not callable(getattr(value, name, None)):
            raise InvalidValueError(field, demand, value)


def require_term(field: str, value: object, kind: type[TermT]) -> TermT:
    """Return the value of an enumeration. Its text is as good as itself.

    >>> from orderflow.domain.model.status import Status
    >>> require_term("orders.status", "NEW", Status)
    <Status.NEW: 'NEW'>
    """
    if isinstance(value, str) and value in kind.__members__:
        return kind(value)
    raise InvalidValueError(field, f"one of {', '.join(kind)}", value)


def require_key(field: str, value: object) -> None:
    """Require the key of a product."""
    demand = "a StockKey, such as StockKey('acme', 'leeds', 'MUG')"
    require_kind(field, value, StockKey, demand=demand)


def require_order(field: str, value: object) -> None:
    """Require an order, not its id."""
    require_kind(field, value, Order, demand="an Order")


def require_policy(field: str, value: object) -> None:
    """Require a policy."""
    demand = "an AllocationPolicy, such as AllocationPolicy()"
    require_kind(field, value, AllocationPolicy, demand=demand)


def require_sourcing(field: str, value: object) -> None:
    """Require a sourcing policy."""
    demand = 'a SourcingPolicy, such as SourcingPolicy(warehouses=("leeds", "york"))'
    require_kind(field, value, SourcingPolicy, demand=demand)


def require_command(field: str, value: object) -> None:
    """Require a command."""
    demand = "a command, such as orderflow.commands.CancelOrder"
    require_kind(field, value, _COMMANDS, demand=demand)


def require_view(field: str, value: object) -> None:
    """Require a `View`, by the method that nothing else has."""
    demand = "a View, such as State('acme'), or what a repository passes to a task"
    require_methods(field, value, "waiting", demand=demand)


def tuple_of(field: str, values: Iterable[KindT], kind: type[KindT]) -> tuple[KindT, ...]:
    """Return objects of one type as a tuple.

    >>> tuple_of("allocate.stock", [], Order)
    ()
    """
    demand = f"{kind.__name__} objects, such as a list of them"
    require_kind(field, values, Iterable, demand=demand)
    found = tuple(values)
    for value in found:
        require_kind(field, value, kind, demand=demand)
    return found
