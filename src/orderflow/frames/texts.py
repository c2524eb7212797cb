"""Tables whose values are all texts, as they come from CSV: their numbers, moments and flags.

What is none is refused by its row, before a package makes something else of it: a moment without a
time zone, say, or a number with a fraction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw

from orderflow.frames.checks import check
from orderflow.frames.table_columns import Flag, Moment, Number
from orderflow.frames.table_rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow.frames.engines import Frame
    from orderflow.frames.table_columns import Column

__all__ = ["with_texts", "with_values", "without_texts"]

_TEXT = "__text_"
_NUMBER = r"^[+-]?[0-9]{1,18}$"
_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$"
)
_FLAG = r"^(?:true|false|True|False|TRUE|FALSE)$"
_PATTERNS: dict[type[Column], str] = {Number: _NUMBER, Moment: _MOMENT, Flag: _FLAG}


def with_values(
    table: str,
    frame: Frame,
    columns: Iterable[Column],
    with_moments: Callable[[Frame, dict[str, str]], Frame],
) -> Frame:
    """Return a table with the values of the columns that are read, and their texts beside them.

    Args:
        table: `lines` or `stock`, for messages.
        frame: A table of texts. An empty one is null.
        columns: The columns that are read, some of which the table may lack.
        with_moments: Adds columns with the moments of columns with texts, by the names of those;
            what is no moment is null.

    Raises:
        TableError: If a text is not the value that its column demands.
    """
    names = frame.collect_schema().names()
    found = [each for each in columns if each.name in names and type(each) in _PATTERNS]
    check(table, frame, [rule for column in found for rule in _rules(column)])
    moments = {f"__moment_{each.name}": each.name for each in found if type(each) is Moment}
    frame = with_moments(frame, moments)
    unread = [
        Rule(name, Moment.demand, nw.col(new).is_null() & ~nw.col(name).is_null())
        for new, name in moments.items()
    ]
    check(table, frame, unread)
    texts = [nw.col(each.name).alias(_text_of(each.name)) for each in found]
    values = [_value(each).alias(each.name) for each in found]
    return frame.with_columns(*texts, *values).drop(*moments) if found else frame


def with_texts(frame: Frame) -> Frame:
    """Return a table with the texts of its columns in place of the values, where it has both.

    The units that were allocated are new, and have none.
    """
    names = frame.collect_schema().names()
    texts = {name: nw.col(_text_of(name)) for name in names if _text_of(name) in names}
    texts.pop("allocated", None)
    if texts:
        frame = frame.with_columns(*(text.alias(name) for name, text in texts.items()))
    return without_texts(frame)


def without_texts(frame: Frame) -> Frame:
    """Return a table with values alone."""
    return frame.drop(*(n for n in frame.collect_schema().names() if n.startswith(_TEXT)))


def _text_of(name: str) -> str:
    return f"{_TEXT}{name}"


def _rules(column: Column) -> list[Rule]:
    text = nw.col(column.name)
    rules = [] if column.may_be_null else [Rule(column.name, column.demand, text.is_null())]
    is_other = ~text.str.contains(_PATTERNS[type(column)])
    return [*rules, Rule(column.name, column.demand, is_other & ~text.is_null())]


def _value(column: Column) -> nw.Expr:
    text = nw.col(column.name)
    if type(column) is Moment:
        return nw.col(f"__moment_{column.name}")
    if type(column) is Flag:
        return text.str.to_lowercase() == nw.lit("true")
    # Not every package has whole numbers of which some are missing.
    return text.cast(nw.Float64() if column.may_be_null else nw.Int64())
