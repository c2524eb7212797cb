"""The files of a history: they are read, and their rejected rows are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from orderflow.cli.input_file import bytes_in, input_file, name_of
from orderflow.cli.input_files import LeftOut, find_files, reject_paths
from orderflow.cli.options.import_file import FileKind, layouts_of
from orderflow.cli.options.replaying import ReplayOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.replay_report import FileReplayed
from orderflow.errors.quoting import counted
from orderflow.importing import OrderLayout, WrittenRejects, detect_layout, write_rejects
from orderflow.replay import History, are_mostly_rejected, read_history
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.importing import Progress

__all__ = ["HistoryFiles", "HistoryReader"]


@attrs.frozen
class HistoryReader:
    """How the files of a history are read.

    Attributes:
        options: The options of the command.

    Raises:
        InvalidValueError: If the options contradict each other, or one is not valid.
    """

    options: ReplayOptions
    _layouts: Mapping[str, OrderLayout] = attrs.field(init=False)

    @_layouts.default
    def _layouts_of_orders(self) -> dict[str, OrderLayout]:
        every = layouts_of(
            FileKind.ORDERS, self.options.form, self.options.columns, SystemClock().now()
        )
        return {name: each for name, each in every.items() if isinstance(each, OrderLayout)}

    @contextmanager
    def opened(self, names: Sequence[str]) -> Iterator[HistoryFiles]:
        """Read files and folders, and write their rejected rows."""
        with ExitStack() as opened:
            found = find_files(names)
            paths = reject_paths(found, self.options.rejected.rejects)
            sources = [opened.enter_context(input_file(name)) for name in found.names]
            histories = [opened.enter_context(self._read(each)) for each in sources]
            are_rejected = self.options.rejected.all_or_nothing and any(
                each.rejected for each in histories
            )
            files = HistoryFiles(
                title=histories[0].file if found.is_one else counted(len(histories), "file"),
                histories=histories,
                left_out=found.left_out,
                is_blocked=are_rejected or are_mostly_rejected(histories),
                sources=sources,
                paths=paths,
            )
            files.write_rejects({})
            yield files

    def _read(self, source: Path | BinaryIO) -> History:
        name, form = name_of(source), self.options.form
        title = f"Reading {name}"
        with terminal.progress_bar(terminal.messages(), title, bytes_in(source)) as show:

            def show_rows(so_far: Progress) -> None:
                show(so_far.bytes_read, f"{so_far.rows:,} rows")

            layout_name, layout = detect_layout(
                source, self._layouts, file_format=form.file_format, name=name
            )
            return read_history(
                source,
                preset={layout_name: form.included(layout)},
                rules=self.options.meaning,
                time_zone=form.time_zone,
                progress=show_rows,
                name=name,
                file_format=form.file_format,
            )


@attrs.define(kw_only=True)
class HistoryFiles:
    """The files of a history, which are read.

    Attributes:
        title: Their name for people.
        histories: What was read from each.
        left_out: The entries of folders that were not read.
        is_blocked: Whether too many rows were rejected to replay the rest.
    """

    title: str
    histories: Sequence[History]
    left_out: tuple[LeftOut, ...]
    is_blocked: bool
    _sources: Sequence[Path | BinaryIO]
    _paths: Sequence[Path | None]
    _written: list[WrittenRejects | None] = attrs.field(factory=list, init=False)

    @property
    def rows(self) -> int:
        """The rows of all files."""
        return sum(each.rows for each in self.histories)

    def write_rejects(self, refused: Mapping[str, str]) -> None:
        """Write the rejected rows of each file, and those of refused orders."""
        self._written = [
            None if path is None else write_rejects(history, source, path, refused=refused)
            for history, source, path in zip(
                self.histories, self._sources, self._paths, strict=True
            )
        ]

    def replayed(self) -> tuple[FileReplayed, ...]:
        """Return the files with what was written of each."""
        pairs: Any = zip(self.histories, self._written, strict=True)
        return tuple(FileReplayed(*each) for each in pairs)
