"""`orderflow import`: orders, stock, expected receipts and deliveries from CSV."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.cli.connection import WarehouseOptions, connect
from orderflow.cli.file_import import FileImport, ImportOptions
from orderflow.cli.input_file import input_file
from orderflow.cli.input_files import find_files, reject_files, reject_paths
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.import_file import ColumnNames, FileForm, FileKind, layouts_of
from orderflow.cli.output import terminal
from orderflow.cli.output.files_report import FilesReport
from orderflow.cli.several_files import import_files
from orderflow.cli.unknown_names import reporting_new_seller
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.cli.input_files import InputFiles
    from orderflow.cli.output.import_report import ImportReport

__all__ = ["import_"]


@with_options("The database", where=WarehouseOptions)
@with_options("Columns, where they differ from the preset", columns=ColumnNames)
@with_options("The file", form=FileForm)
@with_options("Import", how=ImportOptions)
def import_(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="CSV files or workbooks, plain or compressed, and folders of them; - for standard "
            "input.",
        ),
    ],
    *,
    where: WarehouseOptions,
    how: ImportOptions,
    form: FileForm,
    columns: ColumnNames,
) -> None:
    """Import orders, stock, expected receipts or deliveries from CSV.

    Rows that cannot be imported are reported, and the others are imported. You can import the
    same file again, also after an interruption: nothing is imported twice.

    Several files are imported one after another, those of a folder by their names, and each is
    detected by itself. What is no table in a folder is skipped and named.

    The exit code is 0 if everything in the files is now present. Orders that differ here are named,
    and count as present, and so does a count that was imported before. It is 1 if rows were
    rejected, orders refused, or an order is not what it should be here. It is 2 if a file could not
    be read or the import could not run to its end.
    """
    at = how.at if how.at is not None else SystemClock().now()
    layouts = layouts_of(_kind(how), form, columns, at)
    stays = "nothing was saved"
    if not (how.all_or_nothing or how.dry_run):
        stays = "what was imported so far is saved; import the file again to do the rest"
    with (
        terminal.clean_interrupt(terminal.messages(), stays),
        connect(where) as database,
        ExitStack() as opened,
    ):
        found = find_files(files)
        _check_lines(found, how)
        seller_id = database.seller(where.seller, may_be_new=True)
        with_new_seller = reporting_new_seller(database.flow, seller_id, is_preview=how.dry_run)
        first = FileImport(
            database=database,
            seller_id=seller_id,
            warehouse_id=database.warehouse(seller_id, where.warehouse),
            time_zone=where.time_zone,
            at=at,
            source=Path(found.names[0]),
            form=form,
            file_format=form.file_format,
            layouts=layouts,
            how=how,
        )
        imports = [
            attrs.evolve(first, source=opened.enter_context(input_file(name)), **rejects)
            for name, rejects in zip(found.names, _rejects(found, how), strict=True)
        ]
        report: ImportReport | FilesReport
        with nullcontext() if how.as_json else with_new_seller:
            if found.is_one:
                report = imports[0].run()
            else:
                report = attrs.evolve(
                    import_files(imports), left_out=found.left_out, has_folder=found.has_folder
                )
        _end(report, how)


def _kind(how: ImportOptions) -> FileKind | None:
    """Return what the file contains, as far as the options say."""
    if how.lines is not None and how.kind not in {None, FileKind.ORDERS}:
        raise typer.BadParameter("applies to a file of orders", param_hint="'--lines'")
    return how.kind if how.lines is None else FileKind.ORDERS


def _check_lines(found: InputFiles, how: ImportOptions) -> None:
    if how.lines is not None and not found.is_one:
        raise typer.BadParameter("applies to one file of orders", param_hint="'--lines'")


def _rejects(found: InputFiles, how: ImportOptions) -> Sequence[dict[str, Any]]:
    """Return where the rejected rows of each file are written, and those of its lines."""
    if how.lines is not None and how.rejects is not None:
        rejects, lines_rejects = reject_files([*found.names, str(how.lines)], how.rejects)
        return [{"rejects": rejects, "lines_rejects": lines_rejects}]
    return [{"rejects": path} for path in reject_paths(found, how.rejects)]


def _end(report: ImportReport | FilesReport, how: ImportOptions) -> None:
    console = terminal.messages()
    if how.as_json:
        terminal.print_json(report.as_json())
    else:
        report.print(terminal.results())
        report.print_problems(console)
    if how.dry_run:
        console.print("This is what would happen; nothing was saved.")
    elif how.all_or_nothing and not report.saved:
        console.print("Nothing was saved, because not everything could be imported.")
    if isinstance(report, FilesReport) and report.error is not None:
        raise report.error
    if report.exit_code:
        raise typer.Exit(report.exit_code)
