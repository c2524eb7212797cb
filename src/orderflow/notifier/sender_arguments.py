"""The checks of the arguments that the senders and `SellerNotices` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from orderflow.domain.model.arguments import (
    require_duration,
    require_function,
    require_kind,
    require_number,
    require_policy,
)
from orderflow.domain.queries.replacements import ReplacementCatalogue
from orderflow.ports import Clock, NoticeStore, OutboxMessage, PreferenceSource, Repository
from orderflow.ports.implementations import require_port

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["check_messages", "check_sender"]

_MAY_BE_OMITTED = {"default_policy", "catalogue", "outlook", "clock", "lease"}


def check_sender(sender: object, **arguments: object) -> None:
    """Check arguments of a constructor by their names; those that have a default may be `None`.

    Raises:
        InvalidValueError: If one is not valid.
    """
    for name, value in arguments.items():
        if value is not None or name not in _MAY_BE_OMITTED:
            _CHECKS[name](f"{type(sender).__name__}.{name}", value)


def check_messages(field: str, messages: Sequence[OutboxMessage]) -> None:
    """Require one message or more.

    Raises:
        InvalidValueError: If there is none, or anything else.
    """
    demand = "a list of one OutboxMessage or more"
    require_kind(field, messages, Sequence, demand=demand)
    for message in messages or (None,):
        require_kind(field, message, OutboxMessage, demand=demand)


_CHECKS: dict[str, Callable[[str, Any], object]] = {
    "repository": partial(require_port, port=Repository),
    "preferences": partial(require_port, port=PreferenceSource),
    "notice_store": partial(require_port, port=NoticeStore),
    "catalogue": partial(require_port, port=ReplacementCatalogue),
    "clock": partial(require_port, port=Clock),
    "channels": partial(
        require_kind, kind=Mapping, demand="the channels by name, such as {'log': LogChannel()}"
    ),
    "environ": partial(
        require_kind, kind=Mapping, demand="the environment variables, such as os.environ"
    ),
    "default_policy": require_policy,
    "outlook": require_function,
    "on_refusal": require_function,
    "lease": require_duration,
    "orders_max": partial(require_number, smallest=1, of="orders"),
    "notices_max": partial(require_number, smallest=1, of="notices"),
}
