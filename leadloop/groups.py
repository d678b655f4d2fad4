"""Commands that stand together under a word: `leadloop errors …`, `held …`, `files …`, `config …`.

As in `leadloop/cli.py`, what a command does is imported by the command that needs it.
"""

from pathlib import Path
from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, Numbers, SetName

config = typer.Typer(help="Rules: the folder is the draft, the store holds what is in force.", no_args_is_help=True)
errors = typer.Typer(help="Writes that a system refused, with its own words.", no_args_is_help=True)
held = typer.Typer(help="Sets of leads that the blast radius holds back.", no_args_is_help=True)
files = typer.Typer(help="Lists that people leave in a folder.", no_args_is_help=True)


@errors.command("list")
def errors_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Refused and unsure writes, newest first."""
    from leadloop.commands import errors as command

    return command.listing(folder, environment=environment, as_json=json)


@errors.command("retry")
def errors_retry(*, ids: Numbers, folder: Folder = HERE, environment: Environment = None) -> int:
    """Try these again in the next cycle."""
    from leadloop.commands import errors as command

    return command.retry(folder, ids, environment=environment)


@errors.command("ignore")
def errors_ignore(*, ids: Numbers, folder: Folder = HERE, environment: Environment = None) -> int:
    """Give these up."""
    from leadloop.commands import errors as command

    return command.ignore(folder, ids, environment=environment)


@errors.command("resume")
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


@held.command("list")
def held_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Every open set with its cause and size."""
    from leadloop.commands import held as command

    return command.listing(folder, environment=environment, as_json=json)


@held.command("approve")
def held_approve(*, name: SetName, folder: Folder = HERE, environment: Environment = None) -> int:
    """Let a set through: once, good for a day, each lead looked at again."""
    from leadloop.commands import held as command

    return command.approve(folder, name, environment=environment)


@held.command("discard")
def held_discard(*, name: SetName, folder: Folder = HERE, environment: Environment = None) -> int:
    """Drop a set: its leads stay as they are."""
    from leadloop.commands import held as command

    return command.discard(folder, name, environment=environment)


@files.command("preview")
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


@files.command("rejected")
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


@config.command("publish")
def config_publish(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    author: Annotated[str | None, typer.Option("--author", help="Who publishes.", envvar="LEADLOOP_AUTHOR")] = None,
    json: Json = False,
) -> int:
    """Put the folder's rules in force. Nobody is handed off by it: who would newly stand above the line is listed."""
    from leadloop.commands import config as command

    return command.publish(folder, environment=environment, author=author, as_json=json)
