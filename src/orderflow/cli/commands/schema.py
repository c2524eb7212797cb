"""`orderflow schema`: the JSON Schemas of commands, events and other types, as files."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the hints
from typing import Annotated

import typer

from orderflow.cli.output import terminal
from orderflow.cli.output_file import refuse_stream, require_new_file, write_whole
from orderflow.cli.unknown_names import UnknownNameError
from orderflow.errors.quoting import counted
from orderflow.importing import FileError

__all__ = ["schema"]


def schema(
    types: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TYPE…",
            show_default=False,
            help="The types, such as Order or BookInStock. Default: all.",
        ),
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER|FILE",
            help="Write a file for each type into this folder, or one file for all of them if the "
            "name ends in .json. Default: print them.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the files of --out if they exist.")
    ] = False,
) -> None:
    """Write the JSON Schemas of commands, events, notices and all other types.

    They describe what the codec reads and writes, in JSON Schema 2020-12. A folder of all types
    also gets asyncapi.json, which describes the messages of the outbox and the webhook.
    """
    from orderflow import schemas  # noqa: PLC0415 - no other command needs it

    if out is not None:
        refuse_stream(out, "--out", "if omitted, they are printed there")
    chosen = _chosen(types, schemas.all_types())
    if out is None:
        terminal.print_json(schemas.schema_of(*chosen.values()))
    elif out.suffix == ".json":
        require_new_file(out, "--out", overwrite=overwrite)
        write_whole(out, schemas.schema_text(schemas.schema_of(*chosen.values())))
    else:
        documents = {f"{name}.json": schemas.schema_of(kind) for name, kind in chosen.items()}
        if not types:
            documents["asyncapi.json"] = schemas.async_api()
        texts = {name: schemas.schema_text(each) for name, each in documents.items()}
        _write_folder(out, texts, overwrite=overwrite)
        terminal.results().print(f"{counted(len(texts), 'file')} written to {out}")


def _chosen(names: list[str] | None, known: dict[str, type]) -> dict[str, type]:
    """Return the types of these names, or all types if there are none.

    Raises:
        UnknownNameError: If there is no type of a name.
    """
    for name in names or ():
        if name not in known:
            raise UnknownNameError("type", name, known)
    return {name: known[name] for name in names} if names else known


def _write_folder(folder: Path, texts: dict[str, str], *, overwrite: bool) -> None:
    """Write all files, or none if one of them may not be written.

    Raises:
        FileError: If the folder or a file cannot be written, or a file would be destroyed.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(
            str(folder), f"cannot be made ({error.strerror}); name another folder with --out"
        ) from error
    for name in texts:
        require_new_file(folder / name, "--out", overwrite=overwrite)
    for name, text in texts.items():
        write_whole(folder / name, text)
