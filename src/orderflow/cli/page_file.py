"""The file of a report as a page: it is there when it is complete, and not before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from orderflow.importing import FileError
from orderflow.laboratory import page as pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.laboratory import Comparison
    from orderflow.replay import Settings

__all__ = ["PageFile"]


class PageFile:
    """A page that is to be written, once there is something to report.

    Raises:
        FileError: If it cannot be written, or would destroy a file.
        MissingExtraError: If the packages that draw it are not installed.
    """

    def __init__(self, path: Path, inputs: Sequence[str], *, overwrite: bool) -> None:
        self._path = path
        if not path.parent.is_dir():
            raise FileError(str(path.parent), "is no folder; name another file with --report")
        if not os.access(path.parent, os.W_OK):
            raise FileError(str(path.parent), "cannot be written to; name another file")
        if path.is_dir():
            raise FileError(str(path), "is a folder; name a file with --report")
        if path.exists():
            if any(Path(each).exists() and path.samefile(each) for each in inputs):
                raise FileError(str(path), "is an input file; name another one with --report")
            if not overwrite:
                raise FileError(str(path), "exists; --overwrite replaces it")
        pages.check_packages()

    def write(self, comparison: Comparison, title: str, settings: Settings) -> None:
        """Draw the page, and write it."""
        text = pages.draw_page(comparison, title=title, settings=settings)
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(self._path)
        finally:
            part.unlink(missing_ok=True)
