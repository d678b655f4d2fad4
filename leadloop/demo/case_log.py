"""The recorded lead-handling log, read row by row: `case, amount, activity, transition, resource, timestamp`.

It is sorted by time and as long as half a year, so it is never held whole. Every moment is shifted by
whole weeks of local time: a Monday morning stays one, and the last day lies within the week before today.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

FILE = "bpi2012.csv.gz"
ZONE = ZoneInfo("Europe/Amsterdam")
COLUMNS = ("case", "amount", "activity", "transition", "resource", "timestamp")
AUTOMATIC = frozenset({"", "112"})
"""Resources that are no people: the automatic steps and the web site."""
WEEK_DAYS = 7


class LogError(ValueError):
    """The file is not such a log: says which line, and what is wrong there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One row. `amount` in euros; `person` is the employee's number, None for what happened by itself."""

    case: int
    amount: int
    activity: str
    transition: str
    person: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What one pass over the log tells: its days, cases, rows and people."""

    first: date
    last: date
    cases: int
    rows: int
    people: tuple[int, ...]

    def weeks_to(self, today: date) -> int:
        """Whole weeks by which the log moves so that its last day lies at most seven days before today."""
        return (today - timedelta(days=1) - self.last).days // WEEK_DAYS


def happenings(path: Path, *, weeks: int = 0) -> Iterator[Happening]:
    """The rows in the order of the file, `weeks` later; LogError at the first that cannot be read."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        try:
            head = next(rows, [])
            if tuple(head) != COLUMNS:
                raise LogError(f"{path.name}: the columns are not {', '.join(COLUMNS)}")
            for row in rows:
                yield _happening(row, weeks)
        except (OSError, EOFError, csv.Error, UnicodeDecodeError) as error:
            raise LogError(f"{path.name}: no gzipped CSV file ({error})") from error
        except (ValueError, TypeError) as error:
            if isinstance(error, LogError):
                raise
            raise LogError(f"{path.name}: line {rows.line_num} cannot be read ({error})") from error


def _happening(row: list[str], weeks: int) -> Happening:
    case, amount, activity, transition, resource, stamp = row
    return Happening(
        case=int(case),
        amount=int(amount),
        activity=activity,
        transition=transition,
        person=None if resource in AUTOMATIC else int(resource),
        at=_shifted(datetime.fromisoformat(stamp), weeks),
    )


def _shifted(moment: datetime, weeks: int) -> datetime:
    """The same local time of day, weeks later, in UTC."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no offset")
    if not weeks:
        return moment.astimezone(UTC)
    there = moment.astimezone(ZONE).replace(tzinfo=None) + timedelta(weeks=weeks)
    return there.replace(tzinfo=ZONE).astimezone(UTC)


def days(path: Path, *, weeks: int = 0) -> Iterator[tuple[date, list[Happening]]]:
    """The rows by local day, days without any included."""
    expected: date | None = None
    for day, rows in groupby(happenings(path, weeks=weeks), key=lambda row: row.at.astimezone(ZONE).date()):
        while expected is not None and expected < day:
            yield expected, []
            expected += timedelta(days=1)
        yield day, list(rows)
        expected = day + timedelta(days=1)


def begins(day: date) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def measure(path: Path) -> Extent:
    """Read it once from end to end."""
    cases: set[int] = set()
    people: set[int] = set()
    first = last = None
    rows = 0
    for row in happenings(path):
        cases.add(row.case)
        if row.person is not None:
            people.add(row.person)
        first, last = first or row.at, row.at
        rows += 1
    if first is None or last is None:
        raise LogError(f"{path.name}: there is no row in it")
    begun, ended = (moment.astimezone(ZONE).date() for moment in (first, last))
    return Extent(first=begun, last=ended, cases=len(cases), rows=rows, people=tuple(sorted(people)))
