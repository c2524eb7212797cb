"""The fields that commands share."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model import validators

__all__ = ["CommandFields", "OrderFields"]


@attrs.frozen(kw_only=True)
class CommandFields:
    """The fields of every command."""

    at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    command_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen(kw_only=True)
class OrderFields(CommandFields):
    """The fields of every command about an existing order."""

    seller_id: str = attrs.field(validator=validators.identifier)
    order_id: str = attrs.field(validator=validators.identifier)
    expected_version: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.whole(0))
    )
