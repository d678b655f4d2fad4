"""Commands that stand together under a word: `leadloop errors …`, `held …`, `sweeps …`, …

As in `leadloop/cli.py`, what a command does is imported by the command that needs it.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from leadloop.options import HERE, Author, Environment, FindingNumber, Folder, GroupNames, Json, Numbers, SetName, Wait

config = typer.Typer(help="Rules: the folder is the draft, the store holds what is in force.", no_args_is_help=True)
errors = typer.Typer(help="Writes that a system refused, with its own words.", no_args_is_help=True)
held = typer.Typer(help="Sets of leads that the blast radius holds back.", no_args_is_help=True)
sweeps = typer.Typer(help="Records that a full listing shows no more, too many to be believed.", no_args_is_help=True)
files = typer.Typer(help="Lists that people leave in a folder.", no_args_is_help=True)
duplicates = typer.Typer(invoke_without_command=True)
identity = typer.Typer(help="Who is who, and why: keys, unions, and a person's word on them.", no_args_is_help=True)


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


@held.command("show")
def held_show(
    *,
    name: SetName,
    folder: Folder = HERE,
    environment: Environment = None,
    limit: Annotated[int, typer.Option(min=1, help="So many rows.")] = 20,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per row on standard output.")] = False,
) -> int:
    """Who is in a set, what would happen to each, and what came since they wait."""
    from leadloop.commands import held as command

    if json and as_csv:
        raise typer.BadParameter("choose --json or --csv")
    form = command.Form.JSON if json else command.Form.CSV if as_csv else command.Form.TABLE
    return command.show(folder, name, environment=environment, form=form, limit=limit)


@held.command("approve")
def held_approve(
    *,
    name: SetName,
    folder: Folder = HERE,
    environment: Environment = None,
    lead: Annotated[list[str] | None, typer.Option("--lead", help="Only this lead of it; may be repeated.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the set.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Let a set through: once, good for a day, each lead looked at again."""
    from leadloop.commands import held as command

    return command.approve(folder, name, environment=environment, only=lead or (), reason=reason, yes=yes)


@held.command("discard")
def held_discard(*, name: SetName, folder: Folder = HERE, environment: Environment = None) -> int:
    """Drop a set: its leads stay as they are."""
    from leadloop.commands import held as command

    return command.discard(folder, name, environment=environment)


@sweeps.command("list")
def sweeps_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """How many records of which object are missing, since when, and which for example."""
    from leadloop.commands import sweeps as command

    return command.listing(folder, environment=environment, as_json=json)


@sweeps.command("show")
def sweeps_show(
    *, number: FindingNumber, folder: Folder = HERE, environment: Environment = None, json: Json = False
) -> int:
    """The ids of all of them, one to a line."""
    from leadloop.commands import sweeps as command

    return command.show(folder, number, environment=environment, as_json=json)


@sweeps.command("approve")
def sweeps_approve(*, number: FindingNumber, folder: Folder = HERE, environment: Environment = None) -> int:
    """Say that they really are gone: once, good for a day, and for no others than these."""
    from leadloop.commands import sweeps as command

    return command.approve(folder, number, environment=environment)


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


@config.command("diff")
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


@config.command("history")
def config_history(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Every publication: when, by whom, how many edits, and why."""
    from leadloop.commands import versions as command

    return command.history(folder, environment=environment, as_json=json)


@config.command("pull")
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


@config.command("revert")
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


@config.command("promote")
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


@config.command("schema")
def config_schema(
    *, folder: Folder = HERE, check: Annotated[bool, typer.Option("--check", help="Write nothing; 1 if stale.")] = False
) -> int:
    """Write the JSON Schemas for editors anew."""
    from leadloop.commands import versions as command

    return command.schema(folder, check=check)


@duplicates.callback()
def duplicates_list(
    ctx: typer.Context,
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per record on standard output.")] = False,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="Those that a person called different people.")
    ] = False,
) -> int:
    """Several records of one person, as of the last pull: which of them is written to, and why that one."""
    from leadloop.commands import duplicates as command

    if ctx.invoked_subcommand is not None:
        return 0
    if json and as_csv:
        raise typer.BadParameter("choose --json or --csv")
    form = command.Form.JSON if json else command.Form.CSV if as_csv else command.Form.TABLE
    return command.run(folder, environment=environment, form=form, dismissed=dismissed)


@duplicates.command("confirm")
def duplicates_confirm(
    *, names: GroupNames, folder: Folder = HERE, environment: Environment = None, wait: Wait = True
) -> int:
    """Say that a likely group is one person: one lead, one score, one handoff. No vendor record is merged."""
    from leadloop.commands import duplicates as command

    return command.confirm(folder, names, environment=environment, wait=wait)


@duplicates.command("dismiss")
def duplicates_dismiss(*, names: GroupNames, folder: Folder = HERE, environment: Environment = None) -> int:
    """Say that a likely group is different people: not shown again unless its members change."""
    from leadloop.commands import duplicates as command

    return command.dismiss(folder, names, environment=environment)


@duplicates.command("reopen")
def duplicates_reopen(
    *, names: GroupNames, folder: Folder = HERE, environment: Environment = None, wait: Wait = True
) -> int:
    """Take either word back: a dismissed group is shown again, a confirmed one is as many leads as before."""
    from leadloop.commands import duplicates as command

    return command.reopen(folder, names, environment=environment, wait=wait)


@identity.command("list")
def identity_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Shared addresses, leads left apart, leads that nothing holds together any more, and the last unions."""
    from leadloop.commands import identity as command

    return command.listing(folder, environment=environment, as_json=json)


@identity.command("show")
def identity_show(
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """A lead's records, what each is known by and since when, and the unions that made it."""
    from leadloop.commands import identity as command

    return command.show(folder, lead, environment=environment, as_json=json)


@identity.command("split")
def identity_split(
    *,
    what: Annotated[
        str, typer.Argument(metavar="UNION|RECORD", help="A union's number, or SYSTEM:OBJECT:ID of a record.")
    ],
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    wait: Wait = True,
) -> int:
    """Two people were taken for one: undo a union, or take a record out of the lead it came to."""
    from leadloop.commands import identity as command

    return command.split(folder, what, environment=environment, yes=yes, wait=wait)


@identity.command("join")
def identity_join(
    *,
    one: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    other: Annotated[str, typer.Argument(metavar="LEAD")],
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    wait: Wait = True,
) -> int:
    """Two leads are one person: one lead from now on. No record of a vendor is merged."""
    from leadloop.commands import identity as command

    return command.join(folder, (one, other), environment=environment, yes=yes, wait=wait)
