"""`leadloop lists …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json

app = typer.Typer(name="lists", help="The lists that leadloop keeps: is anybody sending to them?", no_args_is_help=True)


@app.command("list")
def lists_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Of each list: members, whom mail reached in 30 days, who answered, who is back with sales, whom no mail reaches.

    Example: leadloop lists list --json
    """
    from leadloop.commands import lists as command

    return command.listing(folder, environment=environment, as_json=json)


@app.command("show")
def lists_show(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The list, as lifecycle.yaml calls it.")],
    folder: Folder = HERE,
    environment: Environment = None,
    connection: Annotated[str | None, typer.Option("--connection", help="As this connection keeps it only.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many members.")] = 100,
    json: Json = False,
) -> int:
    """Who stands on it: since when, when they may be back, the last mail, and why no mail reaches them.

    Example: leadloop lists show "LL · Nurture · Timing"
    """
    from leadloop.commands import lists as command

    return command.show(folder, name, connection=connection, limit=limit, environment=environment, as_json=json)
