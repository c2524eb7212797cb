"""The layouts of common exports.

They are data, in `presets.toml` beside this module: column names, and rules that skip what must not
be sent (again). The column names are the ones that the shops write in English.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from orderflow.domain.model.terms import Term
from orderflow.importing.layouts.layout import OrderLayout
from orderflow.importing.layouts.skip_rule import SkipKind, SkipRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["EXPORTS", "PRESETS", "WITHOUT_PRESET", "Export", "Preset"]


class Preset(Term):
    """The names of the built-in layouts for files of orders."""

    PLAIN = "PLAIN"
    SHOPIFY = "SHOPIFY"
    SQUARESPACE = "SQUARESPACE"
    SHOPWARE_5 = "SHOPWARE_5"
    SHOPWARE_6 = "SHOPWARE_6"
    WOOCOMMERCE = "WOOCOMMERCE"
    WOOCOMMERCE_ROW_PER_ORDER = "WOOCOMMERCE_ROW_PER_ORDER"
    WOOCOMMERCE_NUMBERED_ITEMS = "WOOCOMMERCE_NUMBERED_ITEMS"
    WOOCOMMERCE_ADVANCED = "WOOCOMMERCE_ADVANCED"
    WOOCOMMERCE_ANALYTICS = "WOOCOMMERCE_ANALYTICS"
    AMAZON = "AMAZON"
    ETSY = "ETSY"
    EBAY = "EBAY"
    TIKTOK_SHOP = "TIKTOK_SHOP"
    BIGCOMMERCE = "BIGCOMMERCE"
    SHIPSTATION = "SHIPSTATION"
    ONLINE_RETAIL_II = "ONLINE_RETAIL_II"


@attrs.frozen(kw_only=True)
class Export:
    """The export that a preset reads.

    Attributes:
        export: The shop, and the way to the export.
        found: Where its column names were found.
        checked: How reading it was checked.
        note: A limit of the export that its users should know; empty if there is none.
    """

    export: str
    found: str
    checked: str
    note: str = ""


_ABOUT = frozenset(each.name for each in attrs.fields(Export))
_SETS = ("first_counts", "must_have")


def _tables() -> dict[str, Any]:
    data = files("orderflow.importing.layouts").joinpath("presets.toml")
    return tomllib.loads(data.read_text(encoding="utf-8"))


def _shared(tables: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a layout, with those of the preset that it is like."""
    own = {name: value for name, value in table.items() if name not in {*_ABOUT, "like"}}
    return {**_shared(tables, tables[table["like"]]), **own} if "like" in table else own


def _layout(fields: dict[str, Any]) -> OrderLayout:
    for_orders = tuple(_rules(fields, "skip_orders"))
    unknown = _unknown(fields.pop("states_to_send", {}), for_orders)
    skip = (*for_orders, *unknown, *_rules(fields, "skip_rows"))
    fields.update((name, frozenset(fields[name])) for name in _SETS if name in fields)
    return OrderLayout(**fields, skip=skip)


def _rules(fields: dict[str, Any], scope: str) -> Iterator[SkipRule]:
    for rule in fields.pop(scope, ()):
        yield SkipRule(**rule, whole_order=scope == "skip_orders")


def _unknown(
    states_to_send: Mapping[str, list[str]], rules: tuple[SkipRule, ...]
) -> Iterator[SkipRule]:
    """Yield rules for the texts of a column that the preset does not know."""
    for column, texts in states_to_send.items():
        others = [rule for rule in rules if rule.column == column]
        yield SkipRule(
            column=column,
            kind=SkipKind.UNKNOWN,
            is_none_of=frozenset({"", *texts}).union(*(rule.texts for rule in others)),
            spares_begins_with=tuple(text for rule in others for text in rule.begins_with),
            whole_order=True,
        )


_TABLES = _tables()

PRESETS: Final[Mapping[Preset, OrderLayout]] = MappingProxyType(
    {preset: _layout(_shared(_TABLES, _TABLES[preset])) for preset in Preset}
)
"""The layout of each preset."""

EXPORTS: Final[Mapping[Preset, Export]] = MappingProxyType(
    {
        preset: Export(**{name: _TABLES[preset][name] for name in _ABOUT & set(_TABLES[preset])})
        for preset in Preset
    }
)
"""The export that each preset reads."""

WITHOUT_PRESET: Final[Mapping[str, str]] = MappingProxyType(
    {each["export"]: each["why"] for each in _TABLES["without_preset"]}
)
"""The exports that were looked for and have no preset, and why."""
