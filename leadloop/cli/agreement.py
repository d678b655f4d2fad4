"""`leadloop agreement …`."""

from typing import Annotated

import typer

from domain.signing import Side
from leadloop.options import HERE, Environment, Folder, Json

app = typer.Typer(
    name="agreement", help="The names under what marketing and sales promise each other.", no_args_is_help=True
)


@app.command("status")
def agreement_status(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Who signed for which side, and what has changed since then."""
    from leadloop.commands import agreement as command

    return command.status(folder, environment=environment, as_json=json)


@app.command("sign")
def agreement_sign(
    *,
    side: Annotated[Side, typer.Option("--side", help="For whom.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Who signs: a person, another one for each side.")
    ],
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> int:
    """Show the agreement as it is in force, and put a name under exactly these words.

    Example: leadloop agreement sign --side sales --name "Fay Rep"
    """
    from leadloop.commands import agreement as command

    wish = command.Wish(side=side, name=name, yes=yes, as_json=json)
    return command.sign(folder, wish, environment=environment)
