"""The import of several files, one after another."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

import attrs

from orderflow.cli.options.import_file import kind_of
from orderflow.cli.output.files_report import FailedFile, FilesReport
from orderflow.errors import OrderFlowError
from orderflow.importing import FileError, ImportRun
from orderflow.service import BatchResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.adapters.sql import SqlRepository
    from orderflow.cli.file_import import FileImport
    from orderflow.cli.output.import_report import ImportReport
    from orderflow.ports import Repository

__all__ = ["import_files"]


def import_files(files: Sequence[FileImport]) -> FilesReport:
    """Import files of one seller, each as it would be imported alone after those before it.

    A file that cannot be read does not stop the others. If anything else fails, the report has the
    files before that and the error. A preview, and an import of all or nothing, is one transaction
    over all files, so that each file meets what those before it would leave.

    Raises:
        BadParameter: If an option does not apply to what the files contain.
    """
    first = files[0]
    if first.how.has_partial_options:
        kinds = set()
        for each in files:
            with suppress(FileError):  # it is reported when the file is read
                kinds.add(kind_of(each.detect()[1]))
        first.how.check(kinds)
    files = [attrs.evolve(each, is_alone=False) for each in files]
    if not first.how.dry_run and not first.how.all_or_nothing:
        return _import_one_by_one(files)
    try:
        return first.database.repository.together(
            first.seller_id, lambda repository: _import_together(files, repository)
        )
    except _UndoneError as undone:
        return undone.report


def _import_one_by_one(files: Sequence[FileImport]) -> FilesReport:
    run = ImportRun()
    done: list[ImportReport | FailedFile] = []
    for number, each in enumerate(files):
        try:
            done.append(_import(attrs.evolve(each, run_of_files=run)))
        except (OrderFlowError, OSError, KeyboardInterrupt) as error:
            not_done = tuple(file.name for file in files[number:])
            return FilesReport(files=tuple(done), saved=True, error=error, not_done=not_done)
    return FilesReport(files=tuple(done), saved=True)


def _import(file: FileImport) -> ImportReport | FailedFile:
    try:
        report = file.run()
    except FileError as error:
        return FailedFile(file.name, error)
    if file.rejects is not None and report.rejects is not None and not report.rejects.rows:
        file.rejects.unlink()  # a folder of rejected rows has only files with some
    return report


def _import_together(files: Sequence[FileImport], repository: Repository) -> FilesReport:
    """Import files in the transaction of a repository.

    Raises:
        _UndoneError: If the transaction has to be undone.
    """
    first = files[0]
    database = attrs.evolve(
        first.database,
        repository=cast("SqlRepository", repository),
        flow=first.database.flow.on(repository),
    )
    how = attrs.evolve(first.how, dry_run=False)
    run = ImportRun()
    reports = [
        _import(attrs.evolve(each, database=database, how=how, run_of_files=run)) for each in files
    ]
    is_undone = how.all_or_nothing and not all(each.is_whole for each in reports)
    saved = not (is_undone or first.how.dry_run)
    said = [_as_left(each, saved=saved, is_undone=is_undone) for each in reports]
    report = FilesReport(files=tuple(said), saved=saved)
    if not saved:
        raise _UndoneError(report)
    return report


def _as_left(
    report: ImportReport | FailedFile, *, saved: bool, is_undone: bool
) -> ImportReport | FailedFile:
    """Return the report of a file as its transaction ends: of one undone, only the refusals."""
    if isinstance(report, FailedFile):
        return report
    refused, refusals = report.done.refused, report.done.refusals
    done = BatchResult(refused=refused, refusals=refusals) if is_undone else report.done
    return attrs.evolve(report, saved=saved, done=done)


class _UndoneError(Exception):
    """Undoes the transaction of all files, and carries their report."""

    def __init__(self, report: FilesReport) -> None:
        self.report = report
        super().__init__(report)
