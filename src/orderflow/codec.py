"""Commands, events and types as JSON, and back.

Whatever travels is in an envelope: `type` is the name of its class, `version` says how its data
are laid out, and `data` holds its fields by their names.

>>> from orderflow.domain.stock import StockKey
>>> text = dumps(StockKey("acme", "leeds", "MUG"))
>>> print(text)
{"type":"StockKey","version":1,"data":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"}}
>>> loads(text)
StockKey(seller_id='acme', warehouse_id='leeds', sku='MUG')

Writing leaves no field out, so the same value is the same text in every process. Reading gives a
field that is left out its default, and is strict in all else: nothing is converted, and what is
not known is refused. Every fault is named with its path, not only the first.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import cycle
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    overload,
)

import attrs
from cattrs import Converter

from orderflow.domain import actions, commands, editing, events, order, outcome, policy, stock
from orderflow.errors import CodecError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Data = dict[str, Any]
    Kind = type[attrs.AttrsInstance]
    Reader = Callable[[Any, Any], Any]
    Writer = Callable[[Any], Any]

__all__ = ["dumps", "from_data", "loads", "to_data"]

T = TypeVar("T")

UPCASTERS: dict[str, tuple[Callable[[Data], Data], ...]] = {}
"""How old data are read: by the name of a type, the functions that make data of version 2 from
those of version 1, of version 3 from those of version 2, and so on to the version that is written.

A version covers all that is inside: a new field of `OrderLine` without a default makes a new
version of everything that holds lines. A function leaves the data that it is given as they are.
"""


def dumps(thing: object) -> str:
    """Write a command, an event or another type as one line of JSON.

    Raises:
        CodecError: If it is none of these, or holds what cannot be written.
    """
    data = to_data(thing)
    try:
        text = _encode(data)
        text.encode()  # or half a character, a lone surrogate, would be noticed far from here
    except (TypeError, ValueError) as error:
        raise CodecError((f"$.data: cannot be written: {error}",)) from error
    return text


@overload
def loads(text: str | bytes, expect: type[T]) -> T: ...
@overload
def loads(text: str | bytes, expect: UnionType | None = None) -> Any: ...  # noqa: ANN401


def loads(text: str | bytes, expect: type | UnionType | None = None) -> object:
    """Read what `dumps` has written.

    >>> loads('{"type": "StockKey", "version": 1, "data": {"seller_id": "acme", "sku": 7}}')
    Traceback (most recent call last):
    orderflow.errors.CodecError: $.data.warehouse_id: is missing; $.data.sku: must be a text, not 7

    Args:
        text: The JSON.
        expect: A type, or a union of types such as `Command`; anything else is refused.

    Raises:
        CodecError: If it is not JSON, or does not describe what was expected.
    """
    try:
        data = _decode(text if isinstance(text, str) else text.decode())
    except RecursionError as error:
        raise CodecError(("$: is nested too deeply",)) from error
    except ValueError as error:
        raise CodecError((f"$: is not JSON: {error}",)) from error
    return from_data(data, expect)


def to_data(thing: object) -> dict[str, Any]:
    """Write as `dumps` does, but into dictionaries and lists instead of a text.

    Raises:
        CodecError: If it is no command, event or other type, or holds what cannot be written.
    """
    kind = type(thing)
    if _TYPES.get(kind.__name__) is not kind:
        raise CodecError((f"$: must be a type of orderflow, not {kind.__name__}",))
    try:
        data = _CONVERTER.unstructure(thing)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # An event is not checked when it is made, so anything may be in it.
        raise CodecError((f"$.data: cannot be written: {error}",)) from error
    return {"type": kind.__name__, "version": _latest(kind), "data": data}


@overload
def from_data(data: object, expect: type[T]) -> T: ...
@overload
def from_data(data: object, expect: UnionType | None = None) -> Any: ...  # noqa: ANN401


def from_data(data: object, expect: type | UnionType | None = None) -> object:
    """Read as `loads` does, but from dictionaries and lists instead of a text.

    Raises:
        CodecError: If they do not describe what was expected.
    """
    try:
        return _read_envelope(data, expect or object)
    except CodecError as error:
        raise CodecError(_below("$", error)) from error


# Reading. A reader is given a value and the type that it should have. It returns the thing, or
# raises a `CodecError` whose paths begin at that value: ": must be …", ".sku: is missing". Its
# caller puts the step in front that led to the value, so the paths are complete at the top.


class _Field(NamedTuple):
    read: Reader
    kind: Any
    required: bool = True


def _read_envelope(envelope: object, expect: type | UnionType) -> object:
    fields = {
        "type": _Field(_read_type, expect),
        "version": _Field(_read_number, int),
        "data": _Field(_read_object, dict),
    }
    values, faults = _read_fields(envelope, fields, "an envelope")
    thing = None
    if len(values) == len(fields):
        try:
            thing = _read_version(values["type"], values["version"], values["data"])
        except CodecError as error:
            faults += error.faults
    if faults:
        raise CodecError(tuple(faults))
    return thing


def _read_type(value: object, expect: type | UnionType) -> Kind:
    kind = _TYPES.get(_read_text(value, str))
    if kind is None:
        raise _refusal("a type that this release of orderflow knows", value)
    if not issubclass(kind, expect):
        raise _refusal(_names(get_args(expect) or (expect,)), value)
    return kind


def _read_version(kind: Kind, version: int, data: Data) -> object:
    if not 1 <= version <= _latest(kind):
        raise CodecError((f".version: must be from 1 to {_latest(kind)}, not {version}",))
    try:
        for upcast in UPCASTERS.get(kind.__name__, ())[version - 1 :]:
            data = upcast(data)
    except Exception as error:
        # It is written for data that were right once. These can be anything.
        fault = f".data: is no {kind.__name__} of version {version}: {error!r}"
        raise CodecError((fault,)) from error
    try:
        return _CONVERTER.structure(data, kind)
    except CodecError as error:
        raise CodecError(_below(".data", error)) from error


def _latest(kind: type) -> int:
    return 1 + len(UPCASTERS.get(kind.__name__, ()))


def _read_fields(value: object, fields: Mapping[str, _Field], owner: str) -> tuple[Data, list[str]]:
    """Read what is right of an object, and say what is wrong with the rest."""
    given = _read_object(value, dict)
    values, faults = {}, list[str]()
    for name, (read, kind, required) in fields.items():
        if name in given:
            try:
                values[name] = read(given[name], kind)
            except CodecError as error:
                faults += _below(f".{name}", error)
        elif required:
            faults.append(f".{name}: is missing")
    if len(values) < len(given):
        faults += _unknown(given, fields, owner)
    return values, faults


def _unknown(given: Data, fields: Mapping[str, _Field], owner: str) -> Iterator[str]:
    for key in given:
        if isinstance(key, _Stray):
            yield f"{_step(key.text)}: is there more than once"
        elif key not in fields:
            yield f"{_step(key)}: is unknown; {owner} has {', '.join(fields)}"


def _class_reader(kind: Kind, converter: Converter) -> Reader:
    attrs.resolve_types(kind)
    fields = {
        field.name: _Field(
            converter.get_structure_hook(field.type), field.type, field.default is attrs.NOTHING
        )
        for field in attrs.fields(kind)
    }

    def read(value: object, _: object) -> object:
        values, faults = _read_fields(value, fields, kind.__name__)
        if not faults:
            try:
                return kind(**values)
            except InvalidValueError as error:
                faults.append(_broken_rule(error))
        # Making it stops at the first rule that is broken. There may be more.
        raise CodecError(tuple(dict.fromkeys([*faults, *_broken_rules(kind, values)])))

    return read


def _broken_rules(kind: Kind, values: Data) -> Iterator[str]:
    """Hold each field to its own rule, also where others are missing."""
    bare = object.__new__(kind)
    for name, value in values.items():
        object.__setattr__(bare, name, value)
    for field in attrs.fields(kind):
        if field.validator is not None and field.name in values:
            try:
                field.validator(bare, field, values[field.name])
            except InvalidValueError as error:
                yield _broken_rule(error)
            except AttributeError:
                continue  # it compares with another field, which is at fault itself


def _broken_rule(error: InvalidValueError) -> str:
    name = error.field.rpartition(".")[2]
    return f".{name}: {str(error).removeprefix(error.field).strip()}"


def _tuple_reader(kind: Any, converter: Converter) -> Reader:  # noqa: ANN401 - a generic alias
    kinds = [each for each in get_args(kind) if each is not Ellipsis]
    hooks = [(converter.get_structure_hook(each), each) for each in kinds]
    size = len(kinds) if kinds == [*get_args(kind)] else None

    def read(value: object, _: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != (size or len(value)):
            raise _refusal(f"an array of {size}" if size else "an array", value)
        things, faults = [], list[str]()
        for index, (item, (read_item, kind)) in enumerate(zip(value, cycle(hooks), strict=False)):
            try:
                things.append(read_item(item, kind))
            except CodecError as error:
                faults += _below(f"[{index}]", error)
        if faults:
            raise CodecError(tuple(faults))
        return tuple(things)

    return read


def _union_reader(union: Any, converter: Converter) -> Reader:  # noqa: ANN401 - a union
    hooks = {each.__name__: (converter.get_structure_hook(each), each) for each in _kinds(union)}
    nullable = NoneType in get_args(union)

    def read(value: object, _: object) -> object:
        if value is None and nullable:
            return None
        fields = dict(_read_object(value, dict))
        tag = fields.pop("type", None)
        if type(tag) is not str or tag not in hooks:
            raise CodecError(_below(".type", _refusal(_names(_kinds(union)), tag)))
        read_member, kind = hooks[tag]
        return read_member(fields, kind)

    return read


def _union_writer(union: Any, converter: Converter) -> Writer:  # noqa: ANN401 - a union
    hooks = {each: converter.get_unstructure_hook(each) for each in _kinds(union)}

    def write(thing: object) -> Data | None:
        if thing is None:
            return None
        return {"type": type(thing).__name__, **hooks[type(thing)](thing)}

    return write


def _kinds(union: Any) -> list[Any]:  # noqa: ANN401 - a union, or any other type
    """Return what there is to choose from; `None` needs no choice."""
    if get_origin(union) not in {Union, UnionType}:
        return []
    return [each for each in get_args(union) if each is not NoneType]


def _read_object(value: object, _: object) -> Data:
    if not isinstance(value, dict):
        raise _refusal("an object", value)
    return value


def _read_text(value: object, _: object) -> str:
    if type(value) is not str:
        raise _refusal("a text", value)
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise _refusal("a text of whole characters", value)
    return value


def _read_number(value: object, _: object) -> int:
    # Beyond this, not every reader of JSON keeps a number as it is (RFC 8259, section 6).
    if type(value) is not int or abs(value) >= 2**53:
        raise _refusal("a whole number", value)
    return value


def _read_truth(value: object, _: object) -> bool:
    if type(value) is not bool:
        raise _refusal("true or false", value)
    return value


def _read_choice(value: object, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(_read_text(value, str))
    except ValueError as error:
        raise _refusal(f"one of {', '.join(kind)}", value) from error


def _write_choice(choice: StrEnum) -> str:
    return choice.value


_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d(:\d\d(\.\d{6})?)?)",
    re.ASCII,
)


def _read_moment(value: object, _: object) -> datetime:
    # `fromisoformat` reads more than the pattern lets pass: other forms from release to release,
    # moments without an offset, and fractions whose end it cuts off.
    try:
        if _MOMENT.fullmatch(_read_text(value, str)):
            return datetime.fromisoformat(str(value))
    except ValueError: ...
    raise _refusal("a moment such as 2026-03-01T09:30:00+00:00", value)
