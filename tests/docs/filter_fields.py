"""The table of the fields of filters, drawn from the code.

`python -m tests.docs.filter_fields` names the stale page, and with `--write` redraws it.
"""

from __future__ import annotations

import sys

from orderflow.domain.model.filter_fields import FILTER_FIELDS, FilterField, ValueKind, custom_field
from tests.docs.diagrams import ROOT
from tests.docs.drawn_tables import DrawnTable


def draw() -> str:
    """Draw a table of the fields, and one of the kinds of their values."""
    fields = [*FILTER_FIELDS.values(), custom_field("NAME")]
    kinds = dict.fromkeys(field.kind for field in fields)
    return "\n".join(
        [
            "| field | what it is | kind of values |",
            "| --- | --- | --- |",
            *map(_field_row, fields),
            "",
            "| kind | comparisons | a value must be |",
            "| --- | --- | --- |",
            *map(_kind_row, kinds),
        ]
    )


def _field_row(field: FilterField) -> str:
    none = ", or `none`" if field.may_be_none else ""
    return f"| `{field.name}` | {field.meaning} | {field.kind.name}{none} |"


def _kind_row(kind: ValueKind) -> str:
    comparisons = " ".join(f"`{each}`" for each in kind.comparisons)
    return f"| {kind.name} | {comparisons} | {kind.demand} |"


TABLE = DrawnTable(
    ROOT / "docs" / "reference" / "filters.md", "<!-- fields of filters: generated -->", draw
)

if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
