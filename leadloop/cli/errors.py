"""`leadloop errors …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, Numbers

app = typer.Typer(name="errors", help="Writes that a system refused, with its own words.", no_args_is_help=True)


@app.command("list")
def errors_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Refused and unsure writes, newest first."""
    from leadloop.commands import errors as command

    return command.listing(folder, environment=environment, as_json=json)


@app.command("show")
def errors_show(
    *,
    number: Annotated[int, typer.Argument(metavar="ID", help="A number from `leadloop errors list`.")],
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """One of them: what was to be written, what was answered, how often, and what to do next."""
    from leadloop.commands import dead_letters as command

    return command.show(folder, number, environment=environment, as_json=json)


@app.command("export")
def errors_export(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """All that are not tried again by themselves, as CSV on standard output."""
    from leadloop.commands import dead_letters as command

    return command.export(folder, environment=environment, as_json=json)


@app.command("retry")
def errors_retry(*, ids: Numbers, folder: Folder = HERE, environment: Environment = None) -> int:
    """Try these again in the next cycle."""
    from leadloop.commands import errors as command

    return command.retry(folder, ids, environment=environment)


@app.command("ignore")
def errors_ignore(*, ids: Numbers, folder: Folder = HERE, environment: Environment = None) -> int:
    """Give these up."""
    from leadloop.commands import errors as command

    return command.ignore(folder, ids, environment=environment)


@app.command("resume")
def errors_resume(
    *,
    connection: Annotated[str, typer.Argument(metavar="CONNECTION", help="Where the field is, e.g. salesforce.")],
    field: Annotated[str, typer.Argument(metavar="OBJECT.FIELD", help="The field, e.g. Lead.LL_Band__c.")],
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """Write a field again that was stopped because somebody else kept overwriting it."""
    from leadloop.commands import errors as command

    return command.resume(folder, connection, field, environment=environment)
