"""One value of every type, as each release has written it.

`values` has a file for each format: `1.jsonl` is that of the first release. When a type is new or
`FORMAT` is raised, `python -m tests.codec.kept` adds what is missing. What is there stays as it is,
for that is what is out there.

If a line is no longer read, do not write it anew. Add a change to `orderflow.codec.formats`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
from hypothesis import Phase, find, settings

from orderflow.codec import dumps
from orderflow.codec.envelope import TYPES
from orderflow.codec.formats import FORMAT, version_of
from tests.codec.things import things

VALUES = Path(__file__).with_name("values")


def kept() -> list[str]:
    """Return each line of all files."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(VALUES.glob("*.jsonl"))]
    return [line for text in texts for line in text.removesuffix("\n").split("\n")]


def versions() -> set[tuple[str, int]]:
    """Return the type and the version of each line."""
    return {(line["type"], line["version"]) for line in map(json.loads, kept())}


def missing() -> list[type]:
    """Return the types of which there is no line in the version of this release."""
    found = versions()
    return [kind for name, kind in sorted(TYPES.items()) if (name, version_of(kind)) not in found]


def example(kind: type) -> Any:  # noqa: ANN401 - of this type
    """Return a value in which as few fields as possible are empty or have their default."""
    best: list[Any] = []
    tries = settings(max_examples=50, phases=[Phase.generate], database=None, derandomize=True)

    def is_full(thing: object) -> bool:
        if not best or fullness(thing) > fullness(best[0]):
            best[:] = [thing]
        return False

    try:
        find(things(kind), is_full, settings=tries)
    except Exception as error:
        if not best:
            raise RuntimeError(f"nothing was drawn for {kind}") from error
    return best[0]


def fullness(thing: Any) -> tuple[int, int]:  # noqa: ANN401 - any value
    """Return how many fields are not empty, and a preference for short texts."""
    fields = attrs.fields(type(thing))
    values = [(getattr(thing, each.name), each.default) for each in fields]
    return sum(value not in ((), None, "") and value != default for value, default in values), -len(
        dumps(thing)
    )


def main() -> None:
    """Add what is missing."""
    VALUES.mkdir(exist_ok=True)
    with (VALUES / f"{FORMAT}.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(f"{dumps(example(kind))}\n" for kind in missing())


if __name__ == "__main__":
    main()
