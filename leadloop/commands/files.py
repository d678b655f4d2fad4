"""`leadloop files`: what a list probably is before it goes in, and the rows that could not."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path

from connectors.files.connector import Files, RejectedRows
from connectors.files.opening import opened
from connectors.files.plain import UnreadableError
from connectors.files.settings import LeadFile
from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.app import App, open_app
from leadloop.checked import load
from leadloop.whole_files import whole
from mapping.headers import Layout, layout

SAMPLE_ROWS = 1_000
"""How many rows are looked at to tell what a column holds."""
LINE, WHY = "leadloop_line", "leadloop_reason"
"""Columns added to an exported row; put back into the folder they are columns like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What was found out about one file: how it is written, what its columns are, rows that cannot be read at all."""

    written: str
    layout: Layout
    rows: int
    unreadable: tuple[str, ...]


def preview(folder: Path, file: Path, *, environment: str | None, skip_lines: int, as_json: bool) -> int:
    """Show how a file is written and suggest what its columns mean; reads no setting of the connection."""
    rules = load(folder, environment).rules
    try:
        found = _look(file, [prop.name for prop in rules.mapping.properties], skip_lines=skip_lines)
    except (UnreadableError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        screen.say(f"{file}: {why}")
        return exits.BAD_DATA
    if as_json:
        screen.document(_as_data(file, found, skip_lines=skip_lines))
    else:
        _show(file, found, skip_lines=skip_lines)
    return exits.SOME_FAILED if found.unreadable else exits.OK


def _look(file: Path, properties: Sequence[str], *, skip_lines: int) -> Preview:
    with opened(file, LeadFile(pattern="*", skip_lines=skip_lines)) as (table, written):
        if table.problem:
            raise UnreadableError(f"line {skip_lines + 1}: {table.problem}")
        rows = list(islice(table.rows(), SAMPLE_ROWS))
        cells = {name: [row.cells[name] for row in rows if row.cells] for name in table.header}
        return Preview(
            written=written,
            layout=layout(table.header, cells, properties),
            rows=len(rows),
            unreadable=tuple(f"line {row.line}: {row.problem}" for row in rows if row.problem),
        )


def _as_data(file: Path, found: Preview, *, skip_lines: int) -> dict[str, object]:
    told = found.layout
    return {
        "file": str(file),
        "written": found.written,
        "rows_looked_at": found.rows,
        "email": told.email,
        "at": told.at,
        "time_formats": told.time_formats,
        "columns": [{"column": g.column, "property": g.property, "reason": g.reason} for g in told.guesses],
        "unreadable": found.unreadable,
        "settings": list(suggested(file, told, skip_lines=skip_lines)),
    }


def _show(file: Path, found: Preview, *, skip_lines: int) -> None:
    more = " or more" if found.rows == SAMPLE_ROWS else ""
    screen.show(f"{file.name}: {found.written}; {found.rows}{more} rows")
    rows = [(guess.column, guess.property or "-", guess.reason or "") for guess in found.layout.guesses]
    screen.table("\nColumns", ("column", "property", "because of"), rows)
    for line in found.unreadable[:20]:
        screen.show(f"! {line}")
    screen.show("\nFor leadloop.yaml, under the connection of type `files`:\n")
    for line in suggested(file, found.layout, skip_lines=skip_lines):
        screen.show(line)
    if len(found.layout.time_formats) > 1:
        screen.say("! Day and month cannot be told apart in these rows: choose the `time_format` that is meant.")
    if found.layout.email is None:
        screen.say("! No column holds e-mail addresses: nobody can be recognised by this list.")
        screen.say("  Do lines stand above the header? Say how many: --skip-lines 2.")


def suggested(file: Path, told: Layout, *, skip_lines: int = 0) -> Iterator[str]:
    """Lines of YAML: a list of what people did when one column says when, else a list of people."""
    pattern = _quoted(f"{_stem(file)}*")
    skip = [f"    skip_lines: {skip_lines}"] if skip_lines else []
    renamed = {g.column: g.property for g in told.guesses if g.property and g.property != g.column}
    if told.at is None:
        key = "email" if told.email else (told.guesses[0].column if told.guesses else "email")
        yield from ("leads:", f"  - pattern: {pattern}", f"    key: {_quoted(key)}", *skip)
        yield from _block("columns", renamed)
        return
    yield from ("activities:", f"  - pattern: {pattern}", "    kind: webinar_viewed  # what each row is", *skip)
    yield from (f"    email: {_quoted(told.email or '')}", f"    at: {_quoted(told.at)}")
    if told.time_formats:
        yield f"    time_format: {_quoted(told.time_formats[0])}"


def _block(name: str, pairs: Mapping[str, str]) -> Iterator[str]:
    if pairs:
        yield f"    {name}:"
        yield from (f"      {_quoted(column)}: {_quoted(field)}" for column, field in pairs.items())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _stem(file: Path) -> str:
    """The name without what differs from export to export: the ending, and digits and signs at its end."""
    return file.name.split(".")[0].rstrip("0123456789-_ ()") or file.name.split(".")[0]


def rejected(folder: Path, name: str | None, *, environment: str | None, out: Path | None, as_json: bool) -> int:
    """Rows that cannot be used, by file and line; with `out` as one CSV per file, to be mended and put back."""
    with closing(open_app(folder, environment=environment)) as app:
        found = [each for connector in _folders(app, name) for each in _rejected(connector)]
    if as_json:
        told = [{"file": str(each.path), "line": row.line, "why": row.why} for each in found for row in each.rows]
        screen.document({"rejected": told})
    elif out is None:
        lines = [(each.path.name, row.line or "", row.why) for each in found for row in each.rows]
        screen.table("Rejected rows", ("file", "line", "why"), lines)
    if out is not None:
        for each in found:
            screen.say(f"{_export(out, each)}: {len(each.rows)} rows")
    return exits.SOME_FAILED if found else exits.OK


def _folders(app: App, name: str | None) -> list[Files]:
    found = {key: each for key, each in app.connectors.items() if isinstance(each, Files)}
    if name is not None and name not in found:
        raise SettingsError(f"there is no connection {name!r} of type files; there are {', '.join(found) or 'none'}")
    return [each for key, each in found.items() if name in (None, key)]


def _rejected(connector: Files) -> Iterator[RejectedRows]:
    for stream in connector.streams:
        yield from connector.rejected(stream)


def _export(out: Path, rejected: RejectedRows) -> Path:
    """So that the rules of the file read it again; without an encoding of theirs as UTF-8 with the mark that Excel
    needs to show it rightly. For nobody else's eyes."""
    out.mkdir(parents=True, exist_ok=True)
    header, rules = rejected.header, rejected.rules
    target = out / f"{rejected.path.name}.rejected.csv"
    with whole(target) as written:
        file = TextIOWrapper(written, rules.encoding or "utf-8-sig", errors="replace", newline="")
        file.write("\r\n" * rules.skip_lines)
        writer = csv.writer(file, delimiter=rules.delimiter or ",")
        writer.writerow([*header, LINE, WHY])
        for row in rejected.rows:
            cells = [*row.cells, *[""] * (len(header) - len(row.cells))]
            writer.writerow([*cells[: len(header)], row.line, row.why, *cells[len(header) :]])
        file.detach()
    return target
