"""Options and arguments that more than one command has, each said once."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from domain.errors import UsageError
from domain.values import from_text, to_text

Day = TypeVar("Day", bound=date)


def moment(text: str) -> datetime:
    """A time with its zone, as an option gives it."""
    try:
        return _of_our_times(from_text(text))
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"{text!r} is no time with its zone, such as 2026-11-22T10:00:00Z") from error


def day_or_moment(text: str) -> date:
    """A day such as 2026-11-22 of the installation's time zone, or a time with its zone."""
    try:
        return _of_our_times(date.fromisoformat(text) if len(text) == len("2026-11-22") else from_text(text))
    except (ValueError, OverflowError) as error:
        known = "a day such as 2026-11-22, or a time with its zone such as 2026-11-22T10:00:00Z"
        raise typer.BadParameter(f"{text!r} is not {known}") from error


def _of_our_times(when: Day) -> Day:
    """ValueError at the ends of the calendar: the day after it, and the same moment elsewhere, have to be some, too."""
    if not 1900 <= when.year <= 9000:
        raise ValueError(when)
    return when


def asked_about(at: datetime | None, now: datetime) -> datetime:
    """The moment that somebody asks about: the present unless a past one is named."""
    if at is not None and at > now:
        raise UsageError(f"--at {to_text(at)} lies ahead (it is {to_text(now)}): nobody knows what will be known then.")
    return at or now


Folder = Annotated[
    Path, typer.Option("--dir", "-C", envvar="LEADLOOP_DIR", help="The installation's folder.", show_default=".")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Environment = Annotated[
    str | None, typer.Option("--environment", "-e", help="Overlay environments/NAME.yaml.", envvar="LEADLOOP_OVERLAY")
]
Author = Annotated[str | None, typer.Option("--author", help="Who publishes.", envvar="LEADLOOP_AUTHOR")]
Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="While a daemon leads: wait for its answer, or exit with 75.")
]
Numbers = Annotated[list[int], typer.Argument(metavar="ID...", help="Numbers from `leadloop errors list`.")]
GroupNames = Annotated[list[str], typer.Argument(metavar="GROUP...", help="Names from `leadloop duplicates`.")]
SetName = Annotated[str, typer.Argument(metavar="SET", help="A name from `leadloop held list`.")]
FindingNumber = Annotated[int, typer.Argument(metavar="ID", help="A number from `leadloop sweeps list`.")]
RunNumber = Annotated[int, typer.Argument(metavar="RUN", help="A number from `leadloop runs list`.")]
Port = Annotated[int, typer.Option(help="0: any free port.", min=0, max=65535)]
Since = Annotated[datetime | None, typer.Option("--since", parser=moment, metavar="TIME", help="From then on.")]
HERE = Path()


class Form(StrEnum):
    """How a table is told."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def form_of(*, json: bool, csv: bool) -> Form:
    """BadParameter when both are asked for."""
    if json and csv:
        raise typer.BadParameter("choose --json or --csv")
    return Form.JSON if json else Form.CSV if csv else Form.TABLE


def there(folder: Path) -> str:
    """What the next command needs to find the same folder."""
    return "" if folder == HERE else f" -C {folder}"
