"""A policy as a text: the settings that differ from their defaults, such as `queue=PRIORITY`."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.durations import duration_of, duration_text
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["POLICY_CHARACTERS_MAX", "policy_of", "policy_text", "settings_in"]

POLICY_CHARACTERS_MAX = 1_000
"""A text of a policy is at most this long."""

DAYS_MAX = validators.DURATION_MAX.days
_NUMBER = re.compile(r"[0-9]{1,18}")
_TYPES: dict[str, Any] = get_type_hints(AllocationPolicy)
_NAMES = tuple(field.name for field in attrs.fields(AllocationPolicy))


def policy_of(settings: str | Mapping[str, str | int]) -> AllocationPolicy:
    """Return the policy that a text describes: settings with their values, between commas.

    A setting that is omitted has its default. A length of time is a number and its unit: `7d`,
    `36h`, `90m` or `30s`.

    >>> policy_of("queue=PRIORITY, partial_allocation=AFTER_WAITING, wait_max=7d").wait_max
    datetime.timedelta(days=7)
    >>> policy_of({"fulfilment": "PARCELS", "parcels_max": 3}).parcels_max
    3

    Args:
        settings: The text, or the text or number of each setting by its name.

    Raises:
        InvalidValueError: If a setting is unknown or is given twice, if a value is not valid, or if
            two settings contradict each other.
    """
    given = settings_in(settings) if isinstance(settings, str) else settings
    for name in given:
        validators.require(
            ok=name in _NAMES,
            field="policy",
            demand=f"made of its settings, which are {', '.join(_NAMES)}",
            value=name,
        )
    values: dict[str, Any] = {name: _value(name, value) for name, value in given.items()}
    return AllocationPolicy(**values)


def policy_text(policy: AllocationPolicy) -> str:
    """Return the text of a policy, from which `policy_of` makes an equal one.

    >>> from orderflow.domain.model.policy import PartialAllocation
    >>> policy_text(AllocationPolicy(partial_allocation=PartialAllocation.NEVER))
    'partial_allocation=NEVER'
    """
    usual = AllocationPolicy()
    return ", ".join(
        f"{name}={_value_text(getattr(policy, name))}"
        for name in _NAMES
        if getattr(policy, name) != getattr(usual, name)
    )


def settings_in(text: str) -> dict[str, str]:
    """Return the text of each setting in a text, by its name.

    Raises:
        InvalidValueError: If a part of the text is no setting, or one is given twice.
    """
    validators.require(
        ok=len(text) <= POLICY_CHARACTERS_MAX,
        field="policy",
        demand=f"a text of at most {POLICY_CHARACTERS_MAX:,} characters",
        value=text,
    )
    settings: dict[str, str] = {}
    for part in text.split(",") if text.strip() else ():
        name, _, value = (each.strip() for each in part.partition("="))
        validators.require(
            ok=bool(name and value),
            field="policy",
            demand="settings such as queue=PRIORITY, with commas between them",
            value=part.strip(),
        )
        validators.require(
            ok=name not in settings,
            field="policy",
            demand="made of settings that are each given once",
            value=name,
        )
        settings[name] = value
    return settings


def _value(name: str, given: object) -> object:
    """Return the value of a setting. What is none is returned as it is, to be refused."""
    hint = _TYPES[name]
    kind = next((each for each in get_args(hint) if each is not NoneType), hint)
    if not isinstance(given, str):
        return given
    if issubclass(kind, StrEnum):
        values = {str(each): each for each in kind}
        validators.require(
            ok=given.upper() in values,
            field=f"AllocationPolicy.{name}",
            demand=f"one of {', '.join(values)}",
            value=given,
        )
        return values[given.upper()]
    if kind is timedelta:
        length = duration_of(given)
        demand = f"a length of time, such as 7d, 36h or 90m, and {DAYS_MAX}d at most"
        if length is None:
            raise InvalidValueError(f"AllocationPolicy.{name}", demand, given)
        return length
    return int(given) if kind is int and _NUMBER.fullmatch(given) else given


def _value_text(value: object) -> str:
    return duration_text(value) if isinstance(value, timedelta) else str(value)
