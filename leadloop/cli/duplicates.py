"""`leadloop duplicates …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, GroupNames, Json, Wait, form_of

app = typer.Typer(name="duplicates", invoke_without_command=True)


@app.callback()
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
    form = form_of(json=json, csv=as_csv)
    return command.run(folder, environment=environment, form=form, dismissed=dismissed)


@app.command("confirm")
def duplicates_confirm(
    *, names: GroupNames, folder: Folder = HERE, environment: Environment = None, wait: Wait = True
) -> int:
    """Say that a likely group is one person: one lead, one score, one handoff. No vendor record is merged."""
    from leadloop.commands import duplicates as command

    return command.confirm(folder, names, environment=environment, wait=wait)


@app.command("dismiss")
def duplicates_dismiss(*, names: GroupNames, folder: Folder = HERE, environment: Environment = None) -> int:
    """Say that a likely group is different people: not shown again unless its members change."""
    from leadloop.commands import duplicates as command

    return command.dismiss(folder, names, environment=environment)


@app.command("reopen")
def duplicates_reopen(
    *, names: GroupNames, folder: Folder = HERE, environment: Environment = None, wait: Wait = True
) -> int:
    """Take either word back: a dismissed group is shown again, a confirmed one is as many leads as before."""
    from leadloop.commands import duplicates as command

    return command.reopen(folder, names, environment=environment, wait=wait)
