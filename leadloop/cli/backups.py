"""`leadloop backup` and `leadloop restore`."""

from pathlib import Path
from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json

PANEL = "Operate"

app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def backup(
    *,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A new file; none: backups/leadloop-TIME.tar in the folder.")
    ] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Everything that this installation knows as one checked file, while the daemon runs.

    Example: leadloop backup /srv/backups/leadloop-monday.tar
    """
    from leadloop.commands import backup as command

    return command.run(folder, file, environment=environment, as_json=json)


@app.command(rich_help_panel=PANEL)
def restore(
    *,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A backup made by `leadloop backup`.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    already: Annotated[
        bool, typer.Option("--already", help="The database was put back by other means: only mark it as restored.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    json: Json = False,
) -> int:
    """Put a backup in the database's place. What was done since is found in the systems, nothing is sent twice.

    Example: leadloop restore /srv/backups/leadloop-monday.tar
    """
    from leadloop.commands import restore as command

    ask = command.Ask(file=file, already=already, yes=yes, as_json=json)
    return command.run(folder, ask, environment=environment)
