"""What the databases make of a statement: which rows they look at, and by which index."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.sql import Executable

__all__ = ["Access", "Plan", "plan_of"]


_numbers = count(1)


class Access(NamedTuple):
    """One look at a table: by which index, and which columns it is found by."""

    by: str
    columns: frozenset[str]

    def __str__(self) -> str:
        return f"{self.by}({', '.join(sorted(self.columns))})"


class Plan(NamedTuple):
    """All looks at tables, and whether what they found is sorted afterwards."""

    accesses: tuple[Access, ...]
    is_sorted: bool


def plan_of(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> Plan:
    """Carry out a statement, and tell how the database did it."""
    plans: list[Plan] = []
    read = _of_sqlite if connection.dialect.name == "sqlite" else _of_postgres

    def explain(_: object, cursor: Any, sql: str, values: Any, *__: object) -> None:  # noqa: ANN401
        plans.append(read(cursor, sql, values))

    event.listen(connection, "before_cursor_execute", explain)
    try:
        connection.execute(statement, parameters)
    finally:
        event.remove(connection, "before_cursor_execute", explain)
    return plans[0]


def _of_sqlite(cursor: Any, sql: str, values: Any) -> Plan:  # noqa: ANN401 - the driver's
    # A text of its own each time: SQLite does not look again at a plan that it has kept.
    cursor.execute(f"EXPLAIN QUERY PLAN {sql} -- {next(_numbers)}", values)
    steps = [row[-1] for row in cursor.fetchall()]
    found = []
    for step in steps:
        match = re.fullmatch(
            r"(SCAN|SEARCH) orderflow_(\w+)"
            r"(?: USING (?:COVERING )?(?:INDEX orderflow_(\w+)|(PRIMARY KEY)))?(?: \((.*)\))?",
            step,
        )
        if match:
            _, table, index, _, columns = match.groups()
            key = index or (f"{table}_pk" if " USING " in step else "no index")
            found.append(Access(key, frozenset(re.findall(r"[a-z_]+", columns or ""))))
    return Plan(tuple(found), any("TEMP B-TREE" in step for step in steps))


def _of_postgres(cursor: Any, sql: str, values: Any) -> Plan:  # noqa: ANN401 - the driver's
    cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
    answer = cursor.fetchone()[0]
    nodes = list(_nodes((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]))
    found = []
    for node in nodes:
        if node["Node Type"] == "Seq Scan":
            found.append(Access("no index", frozenset()))
        if "Index Name" in node:
            # Neither what it is compared with, nor types.
            condition = re.sub(r"'[^']*'|::[a-z ]+|\"|\w+\.\w+", "", node.get("Index Cond", ""))
            names = set(re.findall(r"[a-z_]+", condition)) - {"false", "true"}
            columns = {name for name in names if "orderflow_" not in name}
            index = node["Index Name"].removeprefix("orderflow_")
            found.append(Access(index, frozenset(columns)))
    return Plan(tuple(found), any("Sort" in node["Node Type"] for node in nodes))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
