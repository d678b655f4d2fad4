"""`leadloop channels …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json

app = typer.Typer(
    name="channels", help="Where people came from: decided once, counted anew by a person only.", no_args_is_help=True
)


@app.command("recount")
def channels_recount(
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Count them anew without asking.")] = False,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Whom today's rules of reports.yaml would count under another channel, and have them counted so from now on.

    Closed months stay as they are.

    Example: leadloop channels recount
    """
    from leadloop.commands import channels as command

    return command.run(folder, yes=yes, environment=environment, as_json=json)
