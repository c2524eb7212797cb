"""The tables of a page: what they have to hold, given the JSON, and what they hold."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

Table = list[tuple[str, list[Any]]]
"""The heading of each row, and its values."""


def expected_tables(data: dict[str, Any]) -> dict[str, Table]:
    """Return the tables by their ids, with headings only where they are data."""
    tables: dict[str, Table] = {
        "measures": [
            (each["title"].capitalize(), _figures(each["policies"])) for each in data["measures"]
        ],
        "waiting": [
            (f"{row['longer_than_days']} days", [each["share"] for each in row["policies"]])
            for row in data["waiting"]
        ],
        "order-sizes": [
            ("", [row["orders"], *_waits(row["policies"])]) for row in data["order_sizes"]
        ],
        "product-classes": [
            (row["class"], [row["products"], row["units"], *_rates(row["policies"])])
            for row in data["product_classes"]
        ],
    }
    changes = data["changes"]
    if changes:
        tables["changes"] = [
            ("", [each[of][key] for each in changes])
            for of, keys in (
                ("orders", ("shorter", "same", "longer", "lost", "kept")),
                ("customers", ("shorter", "same", "longer")),
            )
            for key in keys
        ]
    for number, each in enumerate(changes, 2):
        if each["orders"]["shorter"] or each["orders"]["longer"]:
            for key in ("gain_most", "lose_most"):
                tables[f"{key.replace('_', '-')}-{number}"] = [
                    (row["customer"], [row["orders"], row["change_seconds"]]) for row in each[key]
                ] or [("none", [])]
    return tables


def differences(tables: dict[str, Table], data: dict[str, Any]) -> list[str]:
    """Name the tables of a page that differ from the JSON."""
    faults = []
    for name, rows in expected_tables(data).items():
        found = tables.get(name, [])
        same = [values for _, values in found] == [values for _, values in rows]
        heads = all(
            not head or head == own for (head, _), (own, _) in zip(rows, found, strict=False)
        )
        if not (same and heads):
            faults.append(f"{name}: {found} is not {rows}")
    days = data["backlog"]["days"]
    for day, values in tables["backlog"]:
        own = [each["orders"][days.index(day)] for each in data["backlog"]["policies"]]
        if values != own:
            faults.append(f"backlog on {day}: {values} is not {own}")
    if len(tables["backlog"]) < min(2, len(days)):
        faults.append("the backlog has no days")
    policies = [(each["name"], each["settings"]) for each in data["policies"]]
    if len(tables["policies"]) != len(policies):
        faults.append("policies are missing")
    return faults


class PageReader(HTMLParser):
    """Reads the tables of a page without a browser.

    Attributes:
        tables: The tables, by their ids.
        tags: Every tag, with its attributes.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, Table] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._table = ""
        self._head: list[str] | None = None
        self._in_body = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "table":
            self._table = given["id"] or ""
            self.tables[self._table] = []
        elif tag in {"tbody", "thead"}:
            self._in_body = tag == "tbody"
        elif tag == "tr" and self._in_body:
            self.tables[self._table].append(("", []))
        elif tag == "th" and self._in_body:
            self._head = []
        elif tag == "data":
            self.tables[self._table][-1][1].append(json.loads(given["value"] or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "th" and self._head is not None:
            head = "".join(self._head).strip()
            self.tables[self._table][-1] = (head, self.tables[self._table][-1][1])
            self._head = None

    def handle_data(self, data: str) -> None:
        if self._head is not None:
            self._head.append(data)


def _figures(policies: list[dict[str, Any]]) -> list[Any]:
    values = []
    for each in policies:
        values.append(each["mean"])
        if each.get("difference") is not None and each["finding"] != "SAME":
            values.append(each["difference"])
    return values


def _waits(policies: list[dict[str, Any]]) -> list[Any]:
    first, *others = policies
    values = [first["wait_per_order"]]
    for each in others:
        values += [each["wait_per_order"], each["gain"], each["lose"]]
    return values


def _rates(policies: list[dict[str, Any]]) -> list[Any]:
    return [each["unit_fill_rate"] for each in policies]
