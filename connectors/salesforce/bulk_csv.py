"""CSV as Bulk API 2.0 speaks it: bytes are UTF-8 although no header says so, and fields hold newlines.

Salesforce keeps no empty text, so an empty cell read is null. An empty cell written means "leave it": null is `#N/A`.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from connectors.salesforce.rows import Row, canonical_moment
from domain.errors import ContractError
from domain.record import Field, FieldType
from domain.values import Value

NULL = "#N/A"

_TRUTHS = {"true": True, "false": False, "": False}
_LONGEST_FIELD = 16 * 1024 * 1024
"""Rich text holds 131,072 characters, which is just what Python's csv module would refuse above."""


def table(body: bytes) -> Iterator[list[str]]:
    """The header and the lines, one by one: a large body is never there twice."""
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield from csv.reader(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""), strict=True)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ContractError("a Bulk job's result is no CSV in UTF-8") from error


def records(body: bytes) -> Iterator[dict[str, str]]:
    """Lines by their column; ContractError for one that is shorter or longer than the header."""
    lines = table(body)
    header = next(lines, [])
    for line in lines:
        if line:
            yield _by_name(header, line)


def rows(body: bytes, known: Mapping[str, Field]) -> Iterator[Row]:
    """Tidied rows, as a query by pages gives them: the same types, null for empty, what is related one level down."""
    lines = table(body)
    header = next(lines, [])
    if "Id" not in header:
        raise ContractError("a Bulk job's result has no column Id")
    own = [(place, name, _reader(known.get(name))) for place, name in enumerate(header) if "." not in name]
    related = [(place, name.split(".", 1)) for place, name in enumerate(header) if "." in name]
    for line in lines:
        if not line:
            continue
        if len(line) != len(header):
            raise ContractError("a line of a Bulk job's result has not as many cells as its header")
        try:
            row: Row = {name: read(line[place]) for place, name, read in own}
        except (KeyError, ValueError) as error:
            raise ContractError("a Bulk job's result holds a value that cannot be read") from error
        yield _with_related(row, related, line) if related else row


def written(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The header and each line, as they are sent: LF between lines, all in quotes, or Python leaves a lone CR bare."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for line in (columns, *lines):
        writer.writerow(line)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def cell(value: Value) -> str:
    """A value as a cell. Text that is only blanks is none for Salesforce, in JSON as here."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def sayable(value: Value) -> bool:
    """Whether a cell can say it: the text `#N/A` would clear the field."""
    return not isinstance(value, str) or value.strip() != NULL


def _by_name(header: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    try:
        return dict(zip(header, line, strict=True))
    except ValueError as error:
        raise ContractError("a line of a Bulk job's result has not as many cells as its header") from error


def _reader(field: Field | None) -> Callable[[str], Value]:
    match field.type if field else FieldType.TEXT:
        case FieldType.BOOLEAN:
            return lambda text: _TRUTHS[text.lower()]
        case FieldType.NUMBER:
            return _number
        case FieldType.DATETIME:
            return _moment
        case _:
            return _text


def _text(text: str) -> str | None:
    return text.replace("\0", "") or None  # databases do not take NUL, which Salesforce lets through


def _moment(text: str) -> str | None:
    if text.endswith(".000Z"):
        return f"{text[:19]}Z"
    return canonical_moment(text) if text else None


def _number(text: str) -> int | float | None:
    if not text:
        return None
    return int(text) if text.removeprefix("-").isdecimal() else float(text)


def _with_related(row: Row, related: Sequence[tuple[int, Sequence[str]]], line: Sequence[str]) -> Row:
    """What a row points at; null where all that is asked of it is empty, as for one that points at nothing."""
    found: dict[str, dict[str, Value]] = {}
    for place, (relation, name) in related:
        found.setdefault(relation, {})[name] = _text(line[place])
    return row | {name: values if any(values.values()) else None for name, values in found.items()}
