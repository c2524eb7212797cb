"""The file of a report as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orderflow.cli.output_file import require_new_file, write_whole
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
        if path.is_file() and any(Path(each).exists() and path.samefile(each) for each in inputs):
            raise FileError(str(path), "is an input file; name another one with --report")
        require_new_file(path, "--report", overwrite=overwrite)
        pages.check_packages()

    def write(self, comparison: Comparison, title: str, settings: Settings) -> None:
        """Draw the page, and write it."""
        write_whole(self._path, pages.draw_page(comparison, title=title, settings=settings))
