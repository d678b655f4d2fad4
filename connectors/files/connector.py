"""Reads lists of leads and of activities from the files of a folder. A bad row is named, the others go in."""

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.contract import Holds, Pace, Stream, Surroundings
from connectors.files.opening import Rows, Rules, opened
from connectors.files.plain import UnreadableError
from connectors.files.rows import (
    ACTIVITIES,
    LEADS,
    BadRowError,
    Context,
    activity_of,
    activity_properties,
    lead_fields,
    record_of,
)
from connectors.files.settings import ActivityFile, LeadFile, Settings
from connectors.files.table import Mark, Row
from domain.activity import Activity
from domain.errors import ContractError, SettingsError
from domain.record import AccountInfo, Cursor, Field, FieldType, Page, Record

_HOLDS = {LEADS: Holds.PEOPLE, ACTIVITIES: Holds.ACTIVITIES}
_ASIDE = (".", "~$")
"""Hidden files, and what Excel puts beside a workbook that somebody has open."""
_UNREAD = Mark(offset=0, digest="", line=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that cannot be used, as it stands in its file: to be mended and put into the folder again."""

    line: int
    why: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRows:
    """Those of one file, under its header, and the rules that read it."""

    path: Path
    rules: Rules
    header: Sequence[str]
    rows: Sequence[Rejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """What is known of one file: as it was when last read, how it was read, and how far."""

    size: int
    changed_ns: int
    rules: str
    mark: Mark
    done: bool

    def json(self) -> dict[str, Any]:
        mark = [self.mark.offset, self.mark.digest, self.mark.line]
        return {"size": self.size, "changed_ns": self.changed_ns, "rules": self.rules, "mark": mark, "done": self.done}

    @staticmethod
    def of(told: Mapping[str, Any]) -> "_Progress":
        offset, digest, line = told["mark"]
        mark = Mark(offset=int(offset), digest=str(digest), line=int(line))
        return _Progress(
            size=told["size"], changed_ns=told["changed_ns"], rules=told["rules"], mark=mark, done=told["done"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A portion of a file, up to a mark. The last one of a file is empty, or says why the file cannot be read."""

    mark: Mark
    records: tuple[Record, ...] = ()
    activities: tuple[Activity, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    header: Sequence[str] = ()
    is_done: bool = False
    """Nothing is left to read in the file, as it is now."""


Seen = dict[str, _Progress]


class Files:
    """One folder."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        named: Mapping[str, Sequence[Rules]] = {LEADS: settings.leads, ACTIVITIES: settings.activities}
        self._rules = {name: rules for name, rules in named.items() if rules}
        self._streams = {name: Stream(name=name, holds=_HOLDS[name], pace=Pace.SLOW) for name in self._rules}

    @property
    def name(self) -> str:
        return self._surroundings.connection

    @property
    def streams(self) -> Mapping[str, Stream]:
        return self._streams

    def account(self) -> AccountInfo:
        folder = self._folder().resolve()
        return AccountInfo(account_id=str(folder), name=folder.name, user="")

    def describe(self, stream: str, *, anew: bool = False) -> Mapping[str, Field]:  # noqa: ARG002 - always asked anew
        """Every column of the files that are there now, under the names that `read` gives."""
        names: dict[str, None] = {}
        for path, rules in self._files(stream):
            names.update(dict.fromkeys(_names_in(path, rules)))
        return {name: Field(name=name, label=name, type=FieldType.TEXT, writable=False) for name in names}

    def described_at(self, stream: str) -> datetime | None:  # noqa: ARG002 - the files are always looked at
        return None

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield what stands in new and changed files, oldest file first. May repeat, never skips.

        A last line without an end is read once the file stood still from one reading to the next.
        """
        seen = _seen(cursor)
        files = list(self._files(stream))
        seen = {name: progress for name, progress in seen.items() if name in {path.name for path, _ in files}}
        for path, rules in files:
            yield from self._read_file(stream, path, rules, seen)

    def _read_file(self, stream: str, path: Path, rules: Rules, seen: Seen) -> Iterator[Page]:
        stat, how = path.stat(), hashlib.sha256(rules.model_dump_json().encode()).hexdigest()[:16]
        last = seen.get(path.name)
        if last and last.done and (last.size, last.changed_ns, last.rules) == (stat.st_size, stat.st_mtime_ns, how):
            return
        # Somebody may still be writing it, until it stands as the pass before found it.
        is_whole = last is not None and (last.size, last.changed_ns) == (stat.st_size, stat.st_mtime_ns)
        begin = last.mark if last and last.rules == how else _UNREAD
        progress = _Progress(size=stat.st_size, changed_ns=stat.st_mtime_ns, rules=how, mark=begin, done=False)
        for portion in self._portions(path, rules, is_whole=is_whole, begin=begin):
            progress = replace(progress, mark=portion.mark, done=portion.is_done)
            seen[path.name] = progress
            yield Page(
                stream=stream,
                cursor=_cursor(seen),
                records=portion.records,
                activities=portion.activities,
                rejected=tuple(f"{path.name}: {_told(each)}" for each in portion.rejected),
            )

    def rejected(self, stream: str) -> Iterator[RejectedRows]:
        """Every file with rows that cannot be used."""
        for path, rules in self._files(stream):
            header: Sequence[str] = ()
            found: list[Rejected] = []
            for portion in self._portions(path, rules, is_whole=True, begin=_UNREAD):
                header = portion.header
                found += portion.rejected
            if found:
                yield RejectedRows(path=path, rules=rules, header=header, rows=found)

    def _portions(self, path: Path, rules: Rules, *, is_whole: bool, begin: Mark) -> Iterator["_Found"]:
        """What stands in a file from a mark on; the last portion says whether all of it was read."""
        try:
            with opened(path, rules, is_whole=is_whole) as (table, _):
                yield from self._rows(table, rules, self._context(path), begin)
        except UnreadableError as error:
            waits = error.unfinished and not is_whole
            why = () if waits else (Rejected(line=0, why=str(error), cells=()),)
            yield _Found(mark=begin, rejected=why, is_done=not waits)

    def _rows(self, table: Rows, rules: Rules, context: Context, begin: Mark) -> Iterator["_Found"]:
        problem = None if table.waits else table.problem or _missing(table.header, rules)
        if problem:
            why = Rejected(line=rules.skip_lines + 1, why=problem, cells=())
            yield _Found(mark=table.mark, rejected=(why,), header=table.header, is_done=True)
            return
        table.resume(begin)
        rows = table.rows()
        while some := list(islice(rows, self._settings.rows_per_page)):
            yield replace(_read_rows(some, rules, context), mark=table.mark, header=table.header)
        yield _Found(mark=table.mark, header=table.header, is_done=not table.waits)

    def _context(self, path: Path) -> Context:
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Context(connection=self.name, written_at=written_at, now=self._surroundings.clock.now())

    def _files(self, stream: str) -> Iterator[tuple[Path, Rules]]:
        """Files with the first rules that fit their name, oldest first, then by name."""
        found: dict[Path, Rules] = {}
        for rules in self._rules.get(stream, ()):
            for path in self._folder().glob(rules.pattern):
                if path.is_file() and not path.name.startswith(_ASIDE):
                    found.setdefault(path, rules)
        yield from sorted(found.items(), key=lambda item: (item[0].stat().st_mtime_ns, item[0].name))

    def _folder(self) -> Path:
        if not self._settings.folder.is_dir():
            raise SettingsError(f"connection '{self.name}': the folder {self._settings.folder} is not there")
        return self._settings.folder


def _read_rows(rows: Sequence[Row], rules: Rules, context: Context) -> _Found:
    records: list[Record] = []
    activities: list[Activity] = []
    rejected: list[Rejected] = []
    for row in rows:
        try:
            if isinstance(rules, LeadFile):
                records.append(record_of(row, rules, context))
            else:
                activities.append(activity_of(row, rules, context))
        except BadRowError as error:
            rejected.append(Rejected(line=row.line, why=str(error), cells=row.raw or tuple(row.cells.values())))
    return _Found(mark=_UNREAD, records=tuple(records), activities=tuple(activities), rejected=tuple(rejected))


def _told(rejected: Rejected) -> str:
    return f"line {rejected.line}: {rejected.why}" if rejected.line else rejected.why


def _names_in(path: Path, rules: Rules) -> list[str]:
    """The fields or properties that the columns of a file become; none of a file that cannot be read."""
    try:
        with opened(path, rules) as (table, _):
            if isinstance(rules, LeadFile):
                return lead_fields(table.header, rules)
            return list(activity_properties(table.header, rules).values())
    except UnreadableError:
        return []


def _missing(header: Sequence[str], rules: Rules) -> str | None:
    """A column that the rules name and the file has not, with the nearest that it has."""
    if isinstance(rules, LeadFile):
        wanted = [*rules.columns] if rules.key in rules.columns.values() else [*rules.columns, rules.key]
    else:
        wanted = [rules.email, rules.at, *rules.properties]
    for name in wanted:
        if name not in header:
            near = difflib.get_close_matches(name, header, n=1)
            return f"there is no column {name!r}" + (f" (nearest: {near[0]!r})" if near else "")
    return None


def _seen(cursor: Cursor | None) -> Seen:
    if cursor is None:
        return {}
    try:
        return {name: _Progress.of(told) for name, told in json.loads(cursor.position).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ContractError("a saved cursor of a folder cannot be read; reset the stream") from error


def _cursor(seen: Seen) -> Cursor:
    return Cursor(position=json.dumps({name: progress.json() for name, progress in sorted(seen.items())}))


__all__ = ["ActivityFile", "Files", "LeadFile", "Settings"]
