"""The command that erases personal data.

`orderflow.domain.model.commands` has the rules of all commands.
"""

from __future__ import annotations

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.command_fields import CommandFields

__all__ = ["ERASED_TOGETHER_MAX", "ErasePersonalData"]

ERASED_TOGETHER_MAX = 1_000
"""The most orders of one command."""


@attrs.frozen(kw_only=True)
class ErasePersonalData(CommandFields):
    """Erase the personal data of orders, wherever it is stored: all of them, or none.

    It goes from the orders, and also from their earlier events, from the answers to earlier
    commands and from messages that wait in the outbox. `orderflow.core.erase` has the rules. The
    command changes neither units nor statuses.

    All parts of a split order have the same data, and so has an order that one of them replaces:
    name all of them. An order that has neither ended nor left the warehouse still needs its
    address: it is refused. An order that is erased already stays as it is, with its version,
    unless it has got personal data since.

    Attributes:
        seller_id: The seller of the orders.
        order_ids: The ids of the orders: 1 to 1,000, each once.
        include_open: Whether to erase open orders too.
    """

    seller_id: str = attrs.field(validator=validators.identifier)
    order_ids: tuple[str, ...] = attrs.field()
    include_open: bool = attrs.field(default=False, validator=validators.one_of(bool))

    @order_ids.validator
    def _check_order_ids(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=isinstance(value, tuple)
            and 1 <= len(value) <= ERASED_TOGETHER_MAX
            and all(map(validators.is_identifier, value))
            and len(set(value)) == len(value),
            field="ErasePersonalData.order_ids",
            demand=f"1 to {ERASED_TOGETHER_MAX} order ids, each once",
            value=value,
        )
