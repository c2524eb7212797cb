"""A file that a command writes: it is there when it is complete, and not before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orderflow.importing import FileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["require_new_file", "write_whole"]


def require_new_file(path: Path, option: str, *, overwrite: bool) -> None:
    """Require that a file can be written, before long work whose result it will hold.

    Args:
        path: The file.
        option: The option that names it.
        overwrite: Whether it may exist.

    Raises:
        FileError: If it cannot be written, or would destroy a file.
    """
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
