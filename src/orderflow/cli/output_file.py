"""A file that a command writes: it is there when it is complete, and not before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from orderflow.cli.input_file import STANDARD_INPUT
from orderflow.importing import FileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["refuse_stream", "require_new_file", "write_whole"]


_AS_JSON = "--json prints the result there"


def refuse_stream(path: Path, option: str, way_out: str = _AS_JSON) -> None:
    """Refuse `-`, which would be a file of this name and not standard output.

    Raises:
        BadParameter: If the path is that. The message ends with the way out.
    """
    if str(path) == STANDARD_INPUT:
        raise typer.BadParameter(
            f"must be a file, not standard output; {way_out}", param_hint=f"'{option}'"
        )


def require_new_file(path: Path, option: str, *, overwrite: bool) -> None:
    """Require that a file can be written, before long work whose result it will hold.

    Args:
        path: The file.
        option: The option that names it.
        overwrite: Whether it may exist.

    Raises:
        BadParameter: If it is `-`.
        FileError: If it cannot be written, or would destroy a file.
    """
    refuse_stream(path, option)
    if not path.parent.is_dir():
        raise FileError(str(path.parent), f"is no folder; name another file with {option}")
    if not os.access(path.parent, os.W_OK):
        raise FileError(str(path.parent), f"cannot be written to; name another file with {option}")
    if path.is_dir():
        raise FileError(str(path), f"is a folder; name a file with {option}")
    if path.exists() and not overwrite:
        raise FileError(str(path), "exists; --overwrite replaces it")


def write_whole(path: Path, text: str) -> None:
    """Write a file. If that fails, the file is as it was.

    Raises:
        FileError: If it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise FileError(str(path), error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
