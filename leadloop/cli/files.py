"""`leadloop files …`."""

from pathlib import Path
from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json

app = typer.Typer(name="files", help="Lists that people leave in a folder.", no_args_is_help=True)


@app.command("preview")
def files_preview(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .tsv, .xlsx, or one of them packed (.gz).")],
    folder: Folder = HERE,
    environment: Environment = None,
    skip_lines: Annotated[int, typer.Option(min=0, max=100, help="Lines above the header.")] = 0,
    json: Json = False,
) -> int:
    """How a list is written, what its columns probably are, and the settings that would read it."""
    from leadloop.commands import files as command

    return command.preview(folder, file, environment=environment, skip_lines=skip_lines, as_json=json)


@app.command("rejected")
def files_rejected(
    *,
    connection: Annotated[str | None, typer.Argument(metavar="[CONNECTION]", help="One folder; none: all.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write them here, one CSV per file, to be mended.")] = None,
    json: Json = False,
) -> int:
    """Rows that cannot be used, by file and line, as the files stand now."""
    from leadloop.commands import files as command

    return command.rejected(folder, connection, environment=environment, out=out, as_json=json)
