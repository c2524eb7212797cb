"""The policies that a command names: as texts, or as tables of a TOML file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import typer

from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted
from orderflow.importing import FileError
from orderflow.laboratory import NamedPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["named_policies"]

_BYTES_MAX = 1_000_000
_FORM = "must be a table [policies.NAME] for each policy, with settings as texts or whole numbers"


def named_policies(file: Path | None, texts: Sequence[str]) -> tuple[NamedPolicy, ...]:
    """Return the policies of a file, if there is one, and then those of texts.

    Raises:
        BadParameter: If there are fewer than two, one is not valid, or two have one name.
        FileError: If the file cannot be read, or has a policy that is not valid.
    """
    found = [*(() if file is None else _in_file(file)), *map(_in_text, texts)]
    names = [each.name for each in found]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise typer.BadParameter(
                f"two policies have the name {quoted(name)}; give each a name of its own",
                param_hint="'--policy'",
            )
    if len(found) < 2:  # noqa: PLR2004 - a comparison needs something to compare with
        raise typer.BadParameter(
            "give at least two policies, such as --policy first='' "
            "--policy never='partial_allocation=NEVER'",
            param_hint="'--policy'",
        )
    return tuple(found)


def _in_text(text: str) -> NamedPolicy:
    name, equals, settings = text.partition("=")
    if not equals:
        raise typer.BadParameter(
            f"{quoted(text)} must be a name, = and settings, such as "
            "never='partial_allocation=NEVER'",
            param_hint="'--policy'",
        )
    try:
        return NamedPolicy.of(name.strip(), settings)
    except InvalidValueError as error:
        raise typer.BadParameter(
            f"policy {quoted(name.strip())}: {error}", param_hint="'--policy'"
        ) from error


def _in_file(file: Path) -> list[NamedPolicy]:
    try:
        with file.open("rb") as opened:
            text = opened.read(_BYTES_MAX + 1)
    except OSError as error:
        raise FileError(str(file), error.strerror or str(error)) from error
    if len(text) > _BYTES_MAX:
        raise FileError(str(file), f"is longer than {_BYTES_MAX:,} bytes")
    try:
        data = tomllib.loads(text.decode("utf-8"))
    except ValueError as error:  # of TOML, or of UTF-8
        raise FileError(str(file), f"is not TOML: {error}") from error
    tables = data.get("policies")
    if data.keys() != {"policies"} or not isinstance(tables, dict):
        raise FileError(str(file), _FORM)
    return [_in_table(file, name, table) for name, table in tables.items()]


def _in_table(file: Path, name: str, table: Any) -> NamedPolicy:  # noqa: ANN401 - any TOML
    if not isinstance(table, dict) or not all(type(each) in {str, int} for each in table.values()):
        raise FileError(str(file), f"policy {quoted(name)}: {_FORM}")
    try:
        return NamedPolicy.of(name, table)
    except InvalidValueError as error:
        raise FileError(str(file), f"policy {quoted(name)}: {error}") from error
