"""`leadloop runs …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, RunNumber

app = typer.Typer(name="runs", help="Cycles and applied plans, and what each wrote.", no_args_is_help=True)


@app.command("list")
def runs_list(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Only the last so many.")] = 20,
    json: Json = False,
) -> int:
    """The last runs, newest first: when, why, by whom, and what they wrote."""
    from leadloop.commands import runs as command

    return command.listing(folder, environment=environment, limit=limit, as_json=json)


@app.command("show")
def runs_show(*, run: RunNumber, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """One run: its counts, and its writes by system, object and outcome."""
    from leadloop.commands import runs as command

    return command.show(folder, run, environment=environment, as_json=json)
