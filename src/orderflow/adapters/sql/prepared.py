"""The texts of statements, made once for each kind of database and driver.

To run a statement, SQLAlchemy looks up its compiled form, binds the parameters and wraps the
result. That takes longer than the statement itself takes SQLite. All statements of this package
are made once, so their texts are too, and a driver's cursor takes the text and the values.

Each engine has a dialect of its own. To make all texts takes longer than many a short program, so
engines whose dialects have the same settings share them.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import starmap
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen
from sqlalchemy import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ClauseElement
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.compiler import SQLCompiler

    Parameters = Mapping[str, Any]
    Row = Sequence[Any]
    Conversion = Callable[[Any], Any] | None

__all__ = ["Prepared", "prepare"]

SHARED_MAX = 64
TEXTS_MAX = 1024


class Prepared:
    """A statement as a driver's cursor takes it.

    Args:
        statement: The statement.
        dialect: The dialect of the database and its driver.
        names: The names of the parameters.

    Attributes:
        text: The text of the statement.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect, names: tuple[str, ...]) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))
        self.text = str(compiled)
        binds = compiled.binds
        self._fixed = {name: each.value for name, each in binds.items() if not each.required}
        types = {name: each.type.dialect_impl(dialect) for name, each in binds.items()}
        self._converted = {
            name: convert
            for name, each in types.items()
            if (convert := each.bind_processor(dialect)) is not None
        }
        self._in_order = _values_of(compiled.positiontup)
        self._conversions = _conversions_back(statement, dialect)

    def values(self, parameters: Parameters) -> Any:  # noqa: ANN401 - a tuple or mapping, by driver
        """Return the parameters in the driver's form, converted by their types."""
        if self._converted or self._fixed:
            given = self._fixed | dict(parameters)
            for name, convert in self._converted.items():
                given[name] = convert(given[name])
            parameters = given
        return self._in_order(parameters)

    def plain_values(self, rows: Sequence[Parameters]) -> Sequence[Any]:
        """Return the parameters of each row in the driver's form, as they are.

        No column type of these tables needs a conversion. Looking for one in each value would take
        as long as the write itself.
        """
        if self._fixed:
            rows = [self._fixed | dict(each) for each in rows]
        return list(map(self._in_order, rows))

    def results(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the rows, converted by the types of their columns."""
        if self._conversions is None:
            return rows
        return [tuple(starmap(_convert, zip(row, self._conversions, strict=True))) for row in rows]


def prepare(statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> Prepared:
    """Return the text of a statement, for parameters of these names, from a cache."""
    return _prepared(cast("ClauseElement", statement), _shared(dialect), names)


_prepared = lru_cache(maxsize=TEXTS_MAX)(Prepared)


@lru_cache(maxsize=SHARED_MAX)
def _shared(dialect: Dialect) -> Dialect:
    """Return the first dialect with the same settings, which makes the same texts."""
    return _first(_Settings(_settings_of(dialect), dialect))


@lru_cache(maxsize=SHARED_MAX)
def _first(settings: _Settings) -> Dialect:
    return settings.dialect


@frozen
class _Settings:
    """What the texts of a dialect depend on, and a dialect that has it."""

    values: frozenset[tuple[str, object]]
    dialect: Dialect = field(eq=False)


def _settings_of(dialect: Dialect) -> frozenset[tuple[str, object]]:
    """Return the attributes of a dialect: plain ones by their value, and the others by their type.

    A dialect knows its server after the first connection, and is asked for texts later.
    """
    values = {"": type(dialect), **vars(dialect)}
    return frozenset((name, _setting(value)) for name, value in values.items())


def _setting(value: object) -> object:
    if isinstance(value, type):
        return value
    return repr(value) if isinstance(value, int | str | tuple) else type(value)


def _values_of(names: Sequence[str] | None) -> Callable[[Parameters], Any]:
    """Return a function that returns the values of these names, in this order.

    Without names, the driver takes the mapping.
    """
    if names is None:
        return _as_it_is
    if not names:
        return lambda _: ()
    if len(names) == 1:
        (name,) = names
        return lambda parameters: (parameters[name],)
    return itemgetter(*names)


def _as_it_is(parameters: Parameters) -> Parameters:
    return parameters


def _conversions_back(statement: ClauseElement, dialect: Dialect) -> tuple[Conversion, ...] | None:
    """Return the conversion of each result column, or `None` if no column needs one."""
    columns = getattr(statement, "exported_columns", ())  # a write returns none
    types = [column.type.dialect_impl(dialect) for column in columns]
    conversions = tuple(each.result_processor(dialect, None) for each in types)
    return conversions if any(conversions) else None


def _convert(value: object, convert: Conversion) -> Any:  # noqa: ANN401 - any type's
    return value if convert is None else convert(value)
