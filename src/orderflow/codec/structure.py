"""Reads and writes composite values: classes, tuples, sets and unions of classes.

A class is an object with its fields by name, a tuple is an array, and a set is a sorted array.
Pairs of texts are an object with the second texts by the first. If a field can have several
classes, `type` in its object names the class. All of this follows from the type hints, so a new
type needs no code here.
"""

from __future__ import annotations

from types import GenericAlias, NoneType, UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter
from cattrs.fns import identity
from cattrs.gen import make_dict_unstructure_fn, override

from orderflow.codec.faults import Faults, InvalidToken, below, refusal, step_to
from orderflow.codec.formats import ADDED
from orderflow.codec.scalars import read_text, register_scalars
from orderflow.errors import CodecError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Reader = Callable[[Any, Any], Any]
    Writer = Callable[[Any], Any]

__all__ = ["CONVERTER", "Field", "new_converter", "read_fields", "read_object"]


class Field(NamedTuple):
    """A member of an object: its reader, its type, and whether it is required."""

    read: Reader
    kind: Any
    required: bool = True


def read_object(value: object, _: object = dict) -> dict[str, Any]:
    """Return the value if it is an object, without checking its members."""
    if not isinstance(value, dict):
        raise refusal("an object", value)
    return value


def read_fields(
    value: object, fields: Mapping[str, Field], owner: str
) -> tuple[dict[str, Any], Faults]:
    """Return the valid members of an object, and the faults of the others."""
    given = read_object(value)
    values: dict[str, Any] = {}
    faults = Faults()
    for name, (read, kind, required) in fields.items():
        if name in given:
            try:
                values[name] = read(given[name], kind)
            except CodecError as error:
                faults.add_below(step_to(name), error)
        elif required:
            faults.add(f".{name}: is missing")
    if len(values) < len(given):
        for fault in _unknown(given, fields, owner):
            faults.add(fault)
    return values, faults


def _unknown(given: dict[Any, Any], fields: Mapping[str, Field], owner: str) -> Iterator[str]:
    for key in given:
        if isinstance(key, InvalidToken):
            yield f"{step_to(key.text)}: appears more than once"
        elif key not in fields:
            yield f"{step_to(key)}: is unknown; {owner} has {', '.join(fields)}"


def _class_reader(kind: type[attrs.AttrsInstance], converter: Converter) -> Reader:
    attrs.resolve_types(kind)
    fields = {
        field.name: Field(
            converter.get_structure_hook(field.type), field.type, field.default is attrs.NOTHING
        )
        for field in attrs.fields(kind)
    }

    def read(value: object, _: object) -> object:
        values, faults = read_fields(value, fields, kind.__name__)
        if not faults:
            try:
                return kind(**values)
            except InvalidValueError as error:
                faults.add(_broken_rule(error))
        # The class reports only the first broken rule. There may be more.
        for fault in _broken_rules(kind, values):
            faults.add(fault)
        raise faults.error()

    return read


def _has_added(kind: object) -> bool:
    return isinstance(kind, type) and kind.__name__ in ADDED


def _added_writer(kind: Any, converter: Converter) -> Writer:  # noqa: ANN401 - any attrs class
    """Return a writer that leaves out the added fields if they have their default."""
    added: dict[str, Any] = dict.fromkeys(ADDED[kind.__name__], override(omit_if_default=True))
    return make_dict_unstructure_fn(kind, converter, **added)


def _broken_rules(kind: type[attrs.AttrsInstance], values: dict[str, Any]) -> Iterator[str]:
    """Yield the broken rule of each field, even if other fields are missing."""
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
                continue  # the rule needs another field, which has a fault itself


def _broken_rule(error: InvalidValueError) -> str:
    name = error.field.rpartition(".")[2]
    return f".{name}: {str(error).removeprefix(error.field).strip()}"


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _tuple_reader(kind: Any, converter: Converter) -> Reader:  # noqa: ANN401 - any tuple[…]
    kinds = [each for each in get_args(kind) if each is not Ellipsis]
    readers = [(converter.get_structure_hook(each), each) for each in kinds]
    is_variable = Ellipsis in get_args(kind)
    demand = "an array" if is_variable else f"an array of {len(kinds)}"

    def read(value: object, _: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or not (is_variable or len(value) == len(readers)):
            raise refusal(demand, value)
        items: list[Any] = []
        faults = Faults()
        for index, item in enumerate(value):
            read_item, of = readers[index % len(readers)]  # a variable-length tuple has one reader
            try:
                items.append(read_item(item, of))
            except CodecError as error:
                faults.add_below(f"[{index}]", error)
        if faults:
            raise faults.error()
        return tuple(items)

    return read


def _tuple_writer(kind: Any, converter: Converter) -> Writer:  # noqa: ANN401 - any tuple[…]
    kinds = [each for each in get_args(kind) if each is not Ellipsis]
    writers = [converter.get_unstructure_hook(each) for each in kinds]
    if all(write is identity for write in writers):
        return list
    if Ellipsis in get_args(kind):
        write_item = writers[0]
        return lambda things: [write_item(thing) for thing in things]
    return lambda things: [write(thing) for write, thing in zip(writers, things, strict=True)]


def _is_pairs_of_texts(kind: object) -> bool:
    return kind == tuple[tuple[str, str], ...]


def _pairs_reader(_: object) -> Reader:
    def read(value: object, _: object) -> tuple[tuple[str, str], ...]:
        names = {name: Field(read_text, str) for name in read_object(value) if type(name) is str}
        texts, faults = read_fields(value, names, "it")
        if faults:
            raise faults.error()
        return tuple(sorted(texts.items()))

    return read


def _is_named_tuple(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def _named_tuple_reader(kind: Any, converter: Converter) -> Reader:  # noqa: ANN401 - any of them
    read_items = _tuple_reader(_without_names(kind), converter)
    return lambda value, _: kind(*read_items(value, kind))


def _named_tuple_writer(kind: Any, converter: Converter) -> Writer:  # noqa: ANN401 - any of them
    return _tuple_writer(_without_names(kind), converter)


def _without_names(kind: Any) -> GenericAlias:  # noqa: ANN401 - any named tuple
    return GenericAlias(tuple, tuple(get_type_hints(kind).values()))


def _is_set(kind: object) -> bool:
    return get_origin(kind) is frozenset


def _set_reader(kind: Any, converter: Converter) -> Reader:  # noqa: ANN401 - any frozenset[…]
    read_items = _tuple_reader(GenericAlias(tuple, (*get_args(kind), ...)), converter)

    def read(value: object, _: object) -> frozenset[Any]:
        items = read_items(value, kind)
        if len(found := frozenset(items)) < len(items):
            raise refusal("an array without duplicates", value)
        return found

    return read


def _set_writer(kind: Any, converter: Converter) -> Writer:  # noqa: ANN401 - any frozenset[…]
    write_item = converter.get_unstructure_hook(get_args(kind)[0])

    def write(things: frozenset[Any]) -> list[Any]:
        return sorted(map(write_item, things))  # the same text in every process

    return write


def _choices(kind: Any) -> list[Any]:  # noqa: ANN401 - any type
    """Return the classes of a union, without `None`."""
    union = get_origin(kind) in {Union, UnionType}
    return [each for each in get_args(kind) if each is not NoneType] if union else []


def _is_choice(kind: object) -> bool:
    return len(_choices(kind)) > 1


def _choice_reader(union: Any, converter: Converter) -> Reader:  # noqa: ANN401 - any union
    readers = {
        each.__name__: (converter.get_structure_hook(each), each) for each in _choices(union)
    }
    nullable = NoneType in get_args(union)

    def read(value: object, _: object) -> object:
        if value is None and nullable:
            return None
        fields = dict(read_object(value))
        if "type" not in fields:
            raise CodecError((".type: is missing",))
        name = fields.pop("type")
        if type(name) is not str or name not in readers:
            raise below(".type", refusal(" or ".join(readers), name))
        reader, kind = readers[name]
        return reader(fields, kind)

    return read


def _choice_writer(union: Any, converter: Converter) -> Writer:  # noqa: ANN401 - any union
    writers = {each: converter.get_unstructure_hook(each) for each in _choices(union)}

    def write(thing: object) -> dict[str, Any] | None:
        if thing is None:
            return None
        return {"type": type(thing).__name__, **writers[type(thing)](thing)}

    return write


def new_converter() -> Converter:
    """Return a converter that has inspected no type yet."""
    converter = Converter()
    register_scalars(converter)
    converter.register_structure_hook_factory(attrs.has, _class_reader)
    converter.register_structure_hook_factory(_is_tuple, _tuple_reader)
    converter.register_structure_hook_factory(_is_pairs_of_texts, _pairs_reader)
    converter.register_structure_hook_factory(_is_named_tuple, _named_tuple_reader)
    converter.register_structure_hook_factory(_is_set, _set_reader)
    converter.register_structure_hook_factory(_is_choice, _choice_reader)
    converter.register_unstructure_hook_factory(_is_tuple, _tuple_writer)
    converter.register_unstructure_hook_factory(_is_pairs_of_texts, lambda _: dict)
    converter.register_unstructure_hook_factory(_is_named_tuple, _named_tuple_writer)
    converter.register_unstructure_hook_factory(_is_set, _set_writer)
    converter.register_unstructure_hook_factory(_is_choice, _choice_writer)
    converter.register_unstructure_hook_factory(_has_added, _added_writer)
    return converter


CONVERTER = new_converter()
"""Reads and writes the data of every type. It inspects each type on first use."""
