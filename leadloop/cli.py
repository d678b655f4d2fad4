"""The commands and their options. What a command does lives in `leadloop/commands/`.

Those modules are imported by the command that needs them, so that `--help` and a typo answer at once.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import LeadloopError, SettingsError
from leadloop import exits, groups, trails, undeciding
from leadloop.options import HERE, Environment, Folder, Json, Port, RunNumber, Wait, moment

EVERY_DAY, LOOK, SET_UP, OPERATE = "Every day", "Look into it", "Set up", "Operate"

HELP = """Score, hand off and recycle leads between HubSpot and Salesforce.

Try it first, without accounts: `leadloop demo`. Then `leadloop init DIR`, `leadloop check`, `leadloop doctor`,
`leadloop plan --pull`, and `leadloop serve`.
"""

app = typer.Typer(
    name="leadloop",
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"leadloop {version('leadloop')}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    *,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Say more; twice: everything.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors only.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,  # noqa: ARG001 - answered by its callback
) -> None:
    from leadloop import log

    ctx.obj = -1 if quiet else min(verbose, max(log.LEVELS))
    log.set_up(level=log.LEVELS[ctx.obj], form=log.Form.PLAIN)


@app.command(rich_help_panel=EVERY_DAY)
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


@app.command("run", rich_help_panel=EVERY_DAY)
def run_once(
    ctx: typer.Context,
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    wait: Wait = True,
) -> int:
    """One cycle: pull, decide, plan, push."""
    from leadloop.commands import run as command

    return command.run(folder, environment=environment, volume=ctx.obj, as_json=json, wait=wait)


@app.command(rich_help_panel=EVERY_DAY)
def serve(ctx: typer.Context, *, folder: Folder = HERE, environment: Environment = None) -> int:
    """The daemon: cycles until SIGTERM, with /healthz, /readyz and /metrics."""
    from leadloop.commands import serve as command

    return command.run(folder, environment=environment, volume=ctx.obj)


@app.command(rich_help_panel=EVERY_DAY)
def plan(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    pull: Annotated[bool, typer.Option("--pull", help="Do a normal, committed pull first.")] = False,
    lead: Annotated[str | None, typer.Option("--lead", help="Only this lead (e-mail or either system's id).")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to save the plan.")] = None,
    json: Json = False,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="2: changes pending, 3: some held.")] = False,
) -> int:
    """What the next run would do on both systems, field by field, saved to a file that `apply` carries out."""
    from leadloop.commands import plan as command

    return command.run(
        folder, environment=environment, pull_first=pull, lead=lead, out=out, as_json=json, detailed=detailed
    )


@app.command(rich_help_panel=EVERY_DAY)
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


@app.command(rich_help_panel=EVERY_DAY)
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


@app.command(rich_help_panel=EVERY_DAY)
def status(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """How it stands: connections, last run, leads by stage, writes waiting, held sets."""
    from leadloop.commands import status as command

    return command.run(folder, environment=environment, as_json=json)


@app.command(rich_help_panel=LOOK)
def explain(
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    folder: Folder = HERE,
    environment: Environment = None,
    at: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="As it was known then.")] = None,
    json: Json = False,
) -> int:
    """Why this score, this stage and this owner: line by line, adding up."""
    from leadloop.commands import explain as command

    return command.run(folder, lead, environment=environment, at=at, as_json=json)


app.add_typer(groups.errors, name="errors", rich_help_panel=LOOK)
app.add_typer(groups.held, name="held", rich_help_panel=LOOK)
app.add_typer(undeciding.conflicts, name="conflicts", rich_help_panel=LOOK)
app.add_typer(groups.sweeps, name="sweeps", rich_help_panel=LOOK)
app.add_typer(groups.files, name="files", rich_help_panel=LOOK)
app.add_typer(trails.audit, name="audit", rich_help_panel=LOOK)
app.add_typer(trails.runs, name="runs", rich_help_panel=LOOK)


@app.command(rich_help_panel=SET_UP)
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> int:
    """Write a commented, working set of rules and settings; never overwrites a file."""
    from leadloop.commands import init as command

    return command.run(folder)


@app.command(rich_help_panel=SET_UP)
def check(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Validate settings and rules without touching the network: every mistake with file, line and column."""
    from leadloop.commands import check as command

    return command.run(folder, environment=environment, as_json=json)


@app.command(rich_help_panel=SET_UP)
def doctor(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Try the connections and say what is missing, with the mend beside it."""
    from leadloop.commands import doctor as command

    return command.run(folder, environment=environment, as_json=json)


@app.command(rich_help_panel=SET_UP)
def survey(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    days: Annotated[int, typer.Option("--days", help="How far back to look.", min=1, max=365)] = 90,
    sample: Annotated[
        int, typer.Option("--sample", help="Records (or rows of history) to look at, per object.", min=1, max=2000)
    ] = 200,
) -> int:
    """Before the first write: who else writes the fields our rules would write. Reads only."""
    from leadloop.commands import survey as command

    return command.run(folder, environment=environment, days=days, sample=sample, as_json=json)


app.add_typer(groups.duplicates, name="duplicates", rich_help_panel=SET_UP)
app.add_typer(groups.identity, name="identity", rich_help_panel=LOOK)


@app.command(rich_help_panel=SET_UP)
def provision(
    *,
    connection: Annotated[
        str | None, typer.Argument(metavar="CONNECTION", help="One connection; otherwise every one.")
    ] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is missing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Make it without asking.")] = False,
    target: Annotated[
        Path | None, typer.Option("--folder", help="Make nothing: write a package that a Salesforce admin deploys.")
    ] = None,
    json: Json = False,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="2: something is missing.")] = False,
) -> int:
    """Make the fields, lists, list views and buttons that the rules need; shows them and asks first."""
    from leadloop.commands import provision as command

    if target is not None and (dry_run or yes or json or detailed):
        raise typer.BadParameter("--folder makes nothing and asks nothing: say it alone")
    if target is not None:
        return command.write(folder, connection, target, environment=environment)
    wish = command.Wish(dry_run=dry_run, yes=yes, as_json=json, detailed=detailed)
    return command.run(folder, connection, wish, environment=environment)


app.add_typer(groups.config, name="config", rich_help_panel=SET_UP)


@app.command(rich_help_panel=OPERATE)
def simulator(
    *,
    salesforce_port: Port = 8401,
    hubspot_port: Port = 8402,
    tls: Annotated[bool, typer.Option("--tls", help="Serve HTTPS with a generated CA.")] = False,
    start: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="Its first moment.")] = None,
    log: Annotated[Path | None, typer.Option(help="Where its log is kept.")] = None,
    seed: Annotated[Path | None, typer.Option(help="A seed file to begin with.")] = None,
) -> int:
    """A Salesforce and a HubSpot to practise on: real HTTP, the vendors' rules, faults on demand."""
    from leadloop.commands import simulator as command
    from simulator.serve import CannotServeError

    try:
        return command.run(
            salesforce_port=salesforce_port, hubspot_port=hubspot_port, tls=tls, start=start, log=log, seed=seed
        )
    except CannotServeError as error:
        raise SettingsError(f"simulator: {error}") from error


def run(arguments: list[str]) -> int:
    """Run one command line; every error becomes words on standard error and an exit code."""
    try:
        result = app(args=_volume_first(arguments), prog_name="leadloop", standalone_mode=False)
    except SettingsError as error:
        return _fail(error, [str(problem) for problem in error.problems] or [str(error)])
    except LeadloopError as error:
        return _fail(error, [str(error)])
    except typer.TyperException as error:
        return _misused(error)
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return exits.INTERRUPTED
    return int(result or 0)


VOLUME = frozenset({"-v", "-vv", "--verbose", "-q", "--quiet"})


def _volume_first(arguments: list[str]) -> list[str]:
    """`leadloop run -v` is what people type; the option belongs to the whole."""
    return [*(each for each in arguments if each in VOLUME), *(each for each in arguments if each not in VOLUME)]


def _fail(error: LeadloopError, lines: list[str]) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return exits.code_of(error)


def _misused(error: typer.TyperException) -> int:
    """One sentence: what was wrong, the nearest right word where there is one, and where to read on."""
    said = error.format_message().strip()
    where = getattr(getattr(error, "ctx", None), "command_path", "leadloop")
    if said:
        print(f"leadloop: {said.rstrip('.')}{'' if said.endswith('?') else '.'} See `{where} --help`.", file=sys.stderr)
    return exits.USAGE
