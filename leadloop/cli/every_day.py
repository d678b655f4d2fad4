"""Commands of every day: `run`, `plan`, `apply`, `status` and the like."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, RunNumber, Wait, moment

PANEL = "Every day"

Adopt = Annotated[
    bool, typer.Option("--adopt", help="Begin with an empty database where one has been that is lost for good.")
]

app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def demo(
    *,
    json: Json = False,
    seed_number: Annotated[int, typer.Option("--seed-number", help="Another world.")] = 1,
    serve: Annotated[bool, typer.Option("--serve", help="Keep everything up and print the addresses.")] = False,
    keep: Annotated[Path | None, typer.Option("--keep", help="Keep store and logs in this folder.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Replay the real lead-handling log at this path.")] = None,
    write: Annotated[Path | None, typer.Option("--write", help="Write the account as a page to this file.")] = None,
) -> int:
    """Watch the loop work on a simulated Salesforce and HubSpot: from a click to a nurture list and back."""
    from leadloop.commands import demo as command

    return command.run(as_json=json, seed_number=seed_number, serve=serve, keep=keep, data=data, write=write)


@app.command("run", rich_help_panel=PANEL)
def run_once(
    ctx: typer.Context,
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    wait: Wait = True,
    adopt: Adopt = False,
) -> int:
    """One cycle: pull, decide, plan, push."""
    from leadloop.commands import run as command

    return command.run(folder, environment=environment, volume=ctx.obj, as_json=json, wait=wait, adopt=adopt)


@app.command(rich_help_panel=PANEL)
def serve(ctx: typer.Context, *, folder: Folder = HERE, environment: Environment = None, adopt: Adopt = False) -> int:
    """The daemon: cycles until SIGTERM, with /healthz, /readyz and /metrics."""
    from leadloop.commands import serve as command

    return command.run(folder, environment=environment, volume=ctx.obj, adopt=adopt)


@app.command(rich_help_panel=PANEL)
def plan(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    pull: Annotated[bool, typer.Option("--pull", help="Do a normal, committed pull first.")] = False,
    lead: Annotated[str | None, typer.Option("--lead", help="Only this lead (e-mail or either system's id).")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", parser=moment, metavar="TIME", help="Only leads with something new from then on."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to save the plan.")] = None,
    json: Json = False,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="2: changes pending, 3: some held.")] = False,
) -> int:
    """What the next run would do on both systems, field by field, saved to a file that `apply` carries out.

    Example: leadloop plan --since 2026-11-22T08:00:00Z
    """
    from leadloop.commands import plan as command

    return command.run(
        folder,
        environment=environment,
        pull_first=pull,
        lead=lead,
        since=since,
        out=out,
        as_json=json,
        detailed=detailed,
    )


@app.command(rich_help_panel=PANEL)
def apply(
    ctx: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan made by `leadloop plan`.")],
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    wait: Wait = True,
) -> int:
    """Carry out exactly that plan; leads that changed since are skipped and named."""
    from leadloop.commands import apply as command

    return command.run(folder, file, environment=environment, volume=ctx.obj, as_json=json, wait=wait)


@app.command(rich_help_panel=PANEL)
def undo(
    *,
    run: RunNumber,
    folder: Folder = HERE,
    environment: Environment = None,
    lead: Annotated[str | None, typer.Option("--lead", help="Only this lead (e-mail or either system's id).")] = None,
    field: Annotated[str | None, typer.Option("--field", metavar="OBJECT.FIELD", help="Only this field.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to save the plan.")] = None,
    json: Json = False,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="2: something can be taken back.")] = False,
) -> int:
    """What a run wrote and can be taken back, field by field, saved as a plan; nothing is written before `apply`."""
    from leadloop.commands import undo as command

    ask = command.Ask(run_id=run, lead=lead, column=field, out=out, as_json=json, detailed=detailed)
    return command.run(folder, ask, environment=environment)


@app.command(rich_help_panel=PANEL)
def status(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """How it stands: connections, last run, leads by stage, writes waiting, held sets."""
    from leadloop.commands import status as command

    return command.run(folder, environment=environment, as_json=json)
