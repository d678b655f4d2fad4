"""The command line: commands by name, and errors in words. What a command does lives in `leadloop/commands/`.

A module here declares options and help and imports the command's own module only when it is called, so that `--help`
and a typo answer at once.
"""

import sys
from typing import Annotated

import typer

from domain.errors import LeadloopError, SettingsError
from leadloop import exits
from leadloop.cli import (
    agreement,
    audit,
    backups,
    baseline,
    channels,
    config,
    conflicts,
    decisions,
    duplicates,
    erase,
    errors,
    every_day,
    export,
    files,
    held,
    identity,
    lists,
    look_into,
    months,
    operate,
    proposals,
    report,
    runs,
    score,
    set_up,
    sweeps,
)

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


app.add_typer(every_day.app)
app.add_typer(look_into.app)
app.add_typer(export.app)
for group in (report, decisions, agreement, months, channels, score, lists):
    app.add_typer(group.app, rich_help_panel=look_into.PANEL)
for group in (errors, held, conflicts, identity, sweeps, files, audit, runs):
    app.add_typer(group.app, rich_help_panel=look_into.PANEL)
app.add_typer(set_up.app)
for group in (config, baseline, duplicates, proposals):
    app.add_typer(group.app, rich_help_panel=set_up.PANEL)
app.add_typer(operate.app)
app.add_typer(erase.app)
app.add_typer(backups.app)


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
