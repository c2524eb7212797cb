"""What the rows of a history mean, beside being lines of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from orderflow.domain.model import validators
from orderflow.importing.layouts.presets import Preset
from orderflow.importing.layouts.skip_rule import SkipKind
from orderflow.importing.order_rows import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderflow.importing.layouts.layout import OrderLayout
    from orderflow.importing.layouts.skip_rule import SkipRule

__all__ = ["HISTORY_RULES", "HistoryRules", "history_layout", "rules_of"]

_UNREAD = (*ADDRESS, "courier", "customer_reference", "custom_fields", "set_id", "short_part")
"""The fields of a layout that a replay does not read.

They change nothing in it, except for the short part: that of the policies is compared.
"""

_ORDERED = frozenset({SkipKind.DESPATCHED, SkipKind.PARTLY_REFUNDED, SkipKind.RETURNED})
"""Rows that an import skips, because nothing is left to send. They were ordered anyway."""


def _prefix(_instance: object, _attribute: attrs.Attribute[str | None], value: object) -> None:
    validators.require(
        ok=value is None or value == "" or validators.is_identifier(value),
        field="HistoryRules.cancellation_prefix",
        demand=f"empty, or {validators.IDENTIFIER_DEMAND}",
        value=value,
    )


@attrs.frozen(kw_only=True)
class HistoryRules:
    """What the rows of a history mean.

    Attributes:
        cancellation_prefix: The prefix of order ids that cancel units of earlier orders; default:
            that of the preset.
        free_is_found: Count units at price 0 without a customer as found stock, not as order lines.
    """

    cancellation_prefix: str | None = attrs.field(default=None, validator=_prefix)
    free_is_found: bool = attrs.field(default=False, validator=validators.one_of(bool))


HISTORY_RULES: Final[Mapping[str, HistoryRules]] = {
    Preset.ONLINE_RETAIL_II: HistoryRules(cancellation_prefix="C")
}
"""The rules of presets, where they have any."""


def rules_of(layout_name: str, rules: HistoryRules | None) -> HistoryRules:
    """Return the rules for a file: those that are given, or else those of its preset."""
    usual = HISTORY_RULES.get(layout_name, HistoryRules())
    if rules is None:
        return usual
    if rules.cancellation_prefix is None:
        return attrs.evolve(rules, cancellation_prefix=usual.cancellation_prefix)
    return rules


def history_layout(layout: OrderLayout) -> OrderLayout:
    """Return a layout that reads what a history needs, and does not skip what was ordered.

    Orders that the shop cancelled are not skipped either: `HistoryRows` knows what to do with them.
    """
    sent = {rule.column for rule in layout.skip if rule.kind is SkipKind.DESPATCHED}
    unread: dict[str, Any] = dict.fromkeys(_UNREAD, ())
    return attrs.evolve(
        layout,
        **unread,
        # A column of units that are left to send comes last: a history reads the units ordered.
        quantity=tuple(sorted(layout.quantity, key=lambda name: name in sent)),
        skip=tuple(rule for rule in layout.skip if not _was_ordered(rule)),
    )


def _was_ordered(rule: SkipRule) -> bool:
    return rule.kind in _ORDERED or (rule.kind is SkipKind.CANCELLED and rule.whole_order)
