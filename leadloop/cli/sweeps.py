"""`leadloop sweeps …`."""

import typer

from leadloop.options import HERE, Environment, FindingNumber, Folder, Json

app = typer.Typer(
    name="sweeps", help="Records that a full listing shows no more, too many to be believed.", no_args_is_help=True
)


@app.command("list")
def sweeps_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """How many records of which object are missing, since when, and which for example."""
    from leadloop.commands import sweeps as command

    return command.listing(folder, environment=environment, as_json=json)


@app.command("show")
def sweeps_show(
    *, number: FindingNumber, folder: Folder = HERE, environment: Environment = None, json: Json = False
) -> int:
    """The ids of all of them, one to a line."""
    from leadloop.commands import sweeps as command

    return command.show(folder, number, environment=environment, as_json=json)


@app.command("approve")
def sweeps_approve(*, number: FindingNumber, folder: Folder = HERE, environment: Environment = None) -> int:
    """Say that they really are gone: once, good for a day, and for no others than these."""
    from leadloop.commands import sweeps as command

    return command.approve(folder, number, environment=environment)
