"""`orderflow import`: orders, stock, expected receipts and deliveries from CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orderflow.cli.connection import WarehouseOptions, connect
from orderflow.cli.file_import import FileImport, ImportOptions
from orderflow.cli.input_file import input_file
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.import_file import ColumnNames, FileForm, layouts_of
from orderflow.cli.output import terminal
from orderflow.cli.unknown_names import report_new_seller
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from orderflow.cli.output.import_report import ImportReport

__all__ = ["import_"]


@with_options("The database", where=WarehouseOptions)
@with_options("Columns, where they differ from the preset", columns=ColumnNames)
@with_options("The file", form=FileForm)
@with_options("Import", how=ImportOptions)
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV file, plain or gzip; - for standard input.")
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

    The exit code is 0 if everything in the file is now present. It is 1 if rows were rejected or
    orders refused, and 2 if the import could not run to its end.
    """
    at = how.at if how.at is not None else SystemClock().now()
    layouts, file_format = layouts_of(how.kind, form, columns, at), form.file_format
    stays = "nothing was saved"
    if not (how.all_or_nothing or how.dry_run):
        stays = "what was imported so far is saved; import the file again to do the rest"
    with (
        terminal.clean_end(terminal.messages(), interrupted=stays),
        connect(where) as database,
        input_file(file) as source,
    ):
        seller_id = database.seller(where.seller, may_be_new=True)
        if not how.as_json:
            report_new_seller(database.flow, seller_id)
        report = FileImport(
            database=database,
            seller_id=seller_id,
            warehouse_id=database.warehouse(seller_id, where.warehouse),
            time_zone=where.time_zone,
            at=at,
            source=source,
            form=form,
            file_format=file_format,
            layouts=layouts,
            how=how,
        ).run()
    if how.as_json:
        terminal.print_json(report.as_json())
    else:
        report.print(terminal.results())
    _end(report, how)


def _end(report: ImportReport, how: ImportOptions) -> None:
    console = terminal.messages()
    if not how.as_json:
        report.print_problems(console)
    if how.dry_run:
        console.print("This is what would happen; nothing was saved.")
    elif how.all_or_nothing and not report.saved:
        console.print("Nothing was saved, because not everything could be imported.")
    if not report.is_whole:
        raise typer.Exit(terminal.EXIT_REJECTED)
