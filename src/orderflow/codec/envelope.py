"""The envelope around every value: its type, the version of its format, and its data."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

import attrs

from orderflow.codec.faults import InvalidToken, below, refusal
from orderflow.codec.formats import converted, latest_of, version_of
from orderflow.codec.scalars import read_number, read_text
from orderflow.codec.structure import CONVERTER, Field, read_fields, read_object
from orderflow.domain.allocation import expected_cover, sourcing
from orderflow.domain.calendar import calendar, cut_off
from orderflow.domain.model import (
    back_order_limit,
    bulk_commands,
    bulk_result,
    chosen_lines,
    commands,
    edits,
    events,
    next_page,
    order,
    outcome,
    policy,
    sourcing_policy,
    stock,
    validators,
)
from orderflow.domain.planning import editing, plan, stances
from orderflow.domain.queries import (
    actions,
    explanation,
    parts,
    promises,
    receipt_allocation,
    replacements,
    unit_account,
    what_if,
)
from orderflow.domain.reports import (
    backlog_report,
    delays,
    low_stock,
    service_levels,
    worklist,
)
from orderflow.errors import CodecError
from orderflow.notices import notice
from orderflow.notices.preferences import Preference, Recipient

if TYPE_CHECKING:
    from types import UnionType

    Data = dict[str, Any]
    Kind = type[attrs.AttrsInstance]

__all__ = ["TYPES", "dumps", "from_data", "loads", "to_data"]

TYPES: dict[str, Kind] = {
    name: getattr(module, name)
    for module in (
        *(actions, back_order_limit, bulk_commands, bulk_result, calendar, chosen_lines),
        *(commands, cut_off, edits, events, expected_cover),
        *(explanation, next_page, notice, order, outcome, parts, policy, promises),
        *(receipt_allocation, replacements, sourcing, sourcing_policy, stock),
        *(unit_account, what_if),
        *(backlog_report, delays, low_stock, service_levels, worklist),
        *(editing, plan, stances),
    )
    for name in module.__all__
    if attrs.has(getattr(module, name))
} | {kind.__name__: kind for kind in (Preference, Recipient)}
"""Every type that an envelope can contain, by name."""


def dumps(thing: object) -> str:
    """Return a command, an event or another type as one line of JSON.

    Raises:
        CodecError: If it has another type, or contains a value that cannot be written.
    """
    data = to_data(thing)
    try:
        text = _encode(data)
        text.encode()  # detect lone surrogates here, not where the text is used
    except (TypeError, ValueError) as error:
        raise CodecError((f"$.data: cannot be written: {error}",)) from error
    return text


def loads(text: str | bytes, expect: type | UnionType = object) -> Any:  # noqa: ANN401 - any type
    """Return the value that `dumps` has written.

    >>> loads('{"type": "StockKey", "version": 1, "data": {"seller_id": "acme", "sku": 7}}')
    Traceback (most recent call last):
    orderflow.errors.CodecError: $.data.warehouse_id: is missing; $.data.sku: must be a text, not 7

    Args:
        text: The JSON.
        expect: The expected type, or a union of types such as `Command`.

    Raises:
        CodecError: If the text is not JSON, or does not describe an expected type.
    """
    if not isinstance(text, str | bytes | bytearray):
        raise below("$", refusal("a text, or its bytes in UTF-8", text))
    try:
        data = _decode(text if isinstance(text, str) else text.decode())
    except RecursionError as error:
        raise CodecError(("$: is nested too deeply",)) from error
    except ValueError as error:
        raise CodecError((f"$: is not JSON: {error}",)) from error
    return from_data(data, expect)


def to_data(thing: object) -> dict[str, Any]:
    """Return the same data as `dumps`, as dictionaries and lists instead of text.

    Raises:
        CodecError: If it has another type, or contains a value that cannot be written.
    """
    kind = type(thing)
    if TYPES.get(kind.__name__) is not kind:
        raise CodecError((f"$: must be a type of orderflow, not {kind.__name__}",))
    try:
        data = CONVERTER.unstructure(thing)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Events are not validated, so they may contain anything.
        raise CodecError((f"$.data: cannot be written: {error}",)) from error
    return {"type": kind.__name__, "version": version_of(kind), "data": data}


def from_data(data: object, expect: type | UnionType = object) -> Any:  # noqa: ANN401 - any type
    """Return the value in the data of `to_data`.

    Raises:
        CodecError: If the data do not describe an expected type.
        InvalidValueError: If `expect` is not a type.
    """
    kinds = get_args(expect) or (expect,)
    validators.require(
        ok=all(isinstance(kind, type) for kind in kinds),
        field="expect",
        demand="a type, or a union of types",
        value=expect,
    )
    try:
        return _read_envelope(data, expect)
    except CodecError as error:
        raise below("$", error) from error


def _read_envelope(envelope: object, expect: type | UnionType) -> object:
    fields = {
        "type": Field(_read_type, expect),
        "version": Field(read_number, int),
        "data": Field(read_object, dict),
    }
    values, faults = read_fields(envelope, fields, "an envelope")
    thing = None
    if len(values) == len(fields):
        try:
            thing = _read_version(values["type"], values["version"], values["data"])
        except CodecError as error:
            faults.add_below("", error)
    if faults:
        raise faults.error()
    return thing


def _read_type(value: object, expect: type | UnionType) -> Kind:
    kind = TYPES.get(read_text(value))
    if kind is None:
        raise refusal("a type that this release of orderflow knows", value)
    if not issubclass(kind, expect):
        raise refusal(" or ".join(each.__name__ for each in get_args(expect) or (expect,)), value)
    return kind


def _read_version(kind: Kind, version: int, data: Data) -> object:
    if version != version_of(kind):
        data = _in_this_format(kind, version, data)
    try:
        return CONVERTER.structure(data, kind)
    except CodecError as error:
        raise below(".data", error) from error


def _in_this_format(kind: Kind, version: int, data: Data) -> Any:  # noqa: ANN401 - not checked yet
    latest = latest_of(kind)
    if version < 1:
        raise CodecError((f".version: must be from 1 to {latest}, not {version}",))
    if version > latest:
        fault = (
            f".version: is {version}, but this release of orderflow reads {kind.__name__} up to "
            f"version {latest}; a later release wrote it: upgrade this process"
        )
        raise CodecError((fault,))
    try:
        return converted(kind, data, version)
    except Exception as error:
        # The function expects valid data of that version, but these data may be anything.
        fault = f".data: is not a {kind.__name__} of version {version}: {error!r}"
        raise CodecError((fault,)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    members: dict[Any, Any] = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        members.update((InvalidToken(key), None) for key, count in counts.items() if count > 1)
    return members


_decode = json.JSONDecoder(object_pairs_hook=_object, parse_constant=InvalidToken).decode
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode
