"""The schemas in the documentation, made from the code.

`python -m tests.schemas.committed` names the stale files, and with `--write` makes them again.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orderflow.schemas import all_types, async_api, schema_of, schema_text
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = ROOT / "docs" / "reference" / "schemas"


def files() -> dict[str, str]:
    return {
        "orderflow.json": schema_text(schema_of(*all_types().values())),
        "asyncapi.json": schema_text(async_api()),
    }


def main(arguments: Sequence[str]) -> int:
    stale = [
        name
        for name, text in files().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != text
    ]
    for name in stale:
        if "--write" in arguments:
            (FOLDER / name).write_text(files()[name])
        else:
            sys.stdout.write(f"{FOLDER / name} is stale\n")
    return 1 if stale and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
