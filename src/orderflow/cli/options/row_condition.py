"""Conditions such as `Status=cancelled`, which say what rows to skip."""

from __future__ import annotations

import re
from typing import Any

import typer

from orderflow.importing import SkipRule

__all__ = ["skip_rule"]

_CONDITION = re.compile(r"([^=]*?)(=|!=|\^=)(.*)", re.DOTALL)


def skip_rule(option: str, text: str) -> SkipRule:
    """Read a condition such as `Status=cancelled`.

    >>> skip_rule("drop_rows", "Code^=SHIP").begins_with
    ('SHIP',)

    Raises:
        BadParameter: If it is not one.
    """
    found = _CONDITION.fullmatch(text)
    column, operator, value = map(str.strip, found.groups() if found is not None else ("", "", ""))
    if not column or (operator == "^=" and not value):
        raise typer.BadParameter(
            f"{text!r} is not a condition: try Status=cancelled",
            param_hint=f"'--{option.replace('_', '-')}'",
        )
    rule: dict[str, Any] = {
        "=": {"is_one_of": frozenset({value})} if value else {"is_blank": True},
        "!=": {"is_none_of": frozenset({value})} if value else {"is_filled": True},
        "^=": {"begins_with": (value,)},
    }[operator]
    whole_order = option == "drop_orders"
    return SkipRule(reason=text, column=column, whole_order=whole_order, must_fit=True, **rule)
