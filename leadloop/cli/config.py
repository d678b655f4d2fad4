"""`leadloop config …`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from leadloop.options import HERE, Author, Environment, Folder, Json

app = typer.Typer(
    name="config", help="Rules: the folder is the draft, the store holds what is in force.", no_args_is_help=True
)


@app.command("publish")
def config_publish(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    author: Author = None,
    message: Annotated[str, typer.Option("--message", "-m", help="Why, for `config history`.")] = "",
    over: Annotated[
        int | None, typer.Option("--over", metavar="VERSION", help="Replace this version, though not made from it.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Try them on every lead, not on a thousand.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what they would change.")] = False,
    json: Json = False,
) -> int:
    """Put the folder's rules in force. Nobody is handed off by it: who would newly stand above the line is listed."""
    from leadloop.commands import config as command

    wish = command.Wish(author=author, message=message, over=over, whole=whole, only_try=dry_run)
    return command.publish(folder, wish, environment=environment, as_json=json)


@app.command("diff")
def config_diff(
    *,
    before: Annotated[str | None, typer.Argument(metavar="[VERSION]", help="By default what is in force.")] = None,
    after: Annotated[str | None, typer.Argument(metavar="[VERSION]", help="By default the folder.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    detailed_exitcode: Annotated[bool, typer.Option("--detailed-exitcode", help="2 when they differ.")] = False,
    json: Json = False,
) -> int:
    """What publishing the folder would change, or how two versions differ."""
    from leadloop.commands import versions as command

    return command.diff(folder, before, after, environment=environment, detailed=detailed_exitcode, as_json=json)


@app.command("history")
def config_history(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Every publication: when, by whom, how many edits, and why."""
    from leadloop.commands import versions as command

    return command.history(folder, environment=environment, as_json=json)


@app.command("pull")
def config_pull(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    take: Annotated[
        Literal["ours", "theirs"] | None, typer.Option("--take", help="Whose lines stand where both changed them.")
    ] = None,
) -> int:
    """Bring into the folder what others published since it was taken up; your own edits stay."""
    from leadloop.commands import versions as command

    return command.pull(folder, environment=environment, take=take)


@app.command("revert")
def config_revert(
    *,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A number, or how its hash begins.")],
    folder: Folder = HERE,
    environment: Environment = None,
    author: Author = None,
    message: Annotated[str | None, typer.Option("--message", "-m", help="Why, for `config history`.")] = None,
) -> int:
    """Publish an older version once more, and make the folder hold it."""
    from leadloop.commands import versions as command

    return command.revert(folder, version, environment=environment, author=author, message=message)


@app.command("promote")
def config_promote(
    *,
    source: Annotated[Path, typer.Option("--from", metavar="FOLDER", help="The installation where they were tried.")],
    source_environment: Annotated[str | None, typer.Option("--from-environment", help="Its overlay.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    author: Author = None,
) -> int:
    """Publish here what is in force in another installation, such as one on a test org."""
    from leadloop.commands import versions as command

    return command.promote(folder, source, environment=environment, author=author, overlay=source_environment)


@app.command("schema")
def config_schema(
    *, folder: Folder = HERE, check: Annotated[bool, typer.Option("--check", help="Write nothing; 1 if stale.")] = False
) -> int:
    """Write the JSON Schemas for editors anew."""
    from leadloop.commands import versions as command

    return command.schema(folder, check=check)
