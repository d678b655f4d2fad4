"""What an ingest job does with its lines: each stands or falls alone, an empty cell is left as it is, `#N/A` clears."""

import csv
import io
from collections import Counter
from collections.abc import Iterable

from simulator.salesforce import catalogue
from simulator.salesforce.bulk_job import Job, Line, State
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.org import Org
from simulator.salesforce.schema import Kind, ObjectType
from simulator.salesforce.table import Row
from simulator.salesforce.values import kept
from simulator.salesforce.writing import Writing

NULL = "#N/A"
_XSD = {Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.DATETIME: "dateTime", Kind.INT: "int"}


def run(org: Org, job: Job, writing: Writing) -> None:
    """Work the job off; what stood before a failure of the whole job stays done."""
    try:
        lines = _lines(job)
        type_ = catalogue.TYPES[job.type_name]
        _check_header(org.type_for(type_.name, writing), job)
    except RefusedError as refusal:
        job.fail(f"{refusal.code} : {refusal.message}", writing.now)
        return
    repeated = Counter(_key(job, line) for line in lines)
    job.repeated = frozenset(key for key, times in repeated.items() if key and times > 1)
    for number, line in enumerate(lines):
        if job.doom is not None and number >= job.doomed_after:
            job.unprocessed = lines[number:]
            break
        _save(org, job, line, number=number, writing=writing)
    job.processed = len(job.saved) + len(job.refused)
    if job.doom is not None:
        job.fail(job.doom, writing.now)
    else:
        job.move(State.COMPLETE, writing.now)


def as_csv(job: Job, which: str) -> bytes:
    """One of the three results of a job; together they hold every line once."""
    if which == "successfulresults":
        return _csv(["sf__Id", "sf__Created"], job, ([id_, str(new).lower(), *line] for id_, new, line in job.saved))
    if which == "failedresults":
        return _csv(["sf__Id", "sf__Error"], job, ([id_, _said(why), *line] for id_, why, line in job.refused))
    lines = job.unprocessed
    if job.state is State.ABORTED and job.content and not job.processed:
        lines = _lines(job)
    return _csv([], job, lines)


def _lines(job: Job) -> list[Line]:
    try:
        text = job.content.decode()
        header, *lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise RefusedError("ClientInputError", f"InvalidBatch : Failed to parse CSV: {error}") from error
    first = text.partition("\n")[0]
    if (job.line_ending == "CRLF") is not first.endswith("\r"):
        message = f"LineEnding is invalid on user data. Current LineEnding setting is {job.line_ending}"
        raise RefusedError("ClientInputError", message)
    job.header = header
    return [line for line in lines if line]


def _check_header(type_: ObjectType, job: Job) -> None:
    unknown = [name for name in job.header if type_.find(name) is None]
    if unknown:
        job.unprocessed = _lines(job)
        raise RefusedError("InvalidBatch", f"Field name not found : {unknown[0]}")


def _save(org: Org, job: Job, line: Line, *, number: int, writing: Writing) -> None:
    mark = writing.mark()
    row = dict(zip(job.header, line, strict=False))
    given = next((value for name, value in row.items() if name.lower() == "id"), "")
    try:
        _check_line(job, line, number)
        job.saved.append((*_written(org, job, row, given, writing), line))
    except RefusedError as refusal:
        writing.roll_back(mark)
        job.refused.append((given, refusal, line))


def _check_line(job: Job, line: Line, number: int) -> None:
    """Lines of one record would be worked on at once: Salesforce refuses each of them."""
    if job.planted is not None and number == job.planted_at:
        raise job.planted
    if len(line) != len(job.header):
        raise RefusedError("INVALID_FIELD", "The number of columns differs from the header", fields=())
    if _key(job, line) in job.repeated:
        raise RefusedError("DUPLICATE_VALUE", f"Duplicate {job.key or 'id'} specified", fields=())


def _key(job: Job, line: Line) -> str:
    """What names the line's record, without regard to case; empty where nothing does."""
    key = (job.key or "Id").lower()
    return next((value.lower() for name, value in zip(job.header, line, strict=False) if name.lower() == key), "")


def _written(org: Org, job: Job, row: dict[str, str], given: str, writing: Writing) -> tuple[str, bool]:
    """The record's id, and whether it is new."""
    type_ = org.type_for(job.type_name, writing)
    values = _values(type_, row, skip={"id", (job.key or "id").lower()})
    if job.operation == "upsert" and job.key is not None and job.key != "Id":
        key = row.get(job.key, "")
        if not key:
            raise RefusedError("MISSING_ARGUMENT", f"{job.key} not specified", fields=())
        return org.upsert(type_, job.key, key, fields=values, writing=writing)
    if job.operation == "insert" or (job.operation == "upsert" and not given):
        return org.create(type_, values, writing), True
    if not given:
        raise RefusedError("MISSING_ARGUMENT", "Id not specified in an update call", fields=())
    record_type, living = org.living(given)
    if record_type.name != type_.name:
        raise RefusedError("MALFORMED_ID", f"{type_.label} ID: id value of incorrect type: {given}", fields=("Id",))
    if job.operation == "delete":
        org.delete(living["Id"], writing)
    else:
        org.update(living["Id"], values, writing)
    return str(living["Id"]), False


def _values(type_: ObjectType, row: dict[str, str], *, skip: set[str]) -> Row:
    values: Row = {}
    for place, (name, text) in enumerate(row.items()):
        if name.lower() in skip or not text.strip():
            continue
        values[name] = None if text == NULL else text
        _check_readable(type_, name, text, place)
    return values


def _check_readable(type_: ObjectType, name: str, text: str, place: int) -> None:
    """A value of the wrong kind spoils its own row here, where in JSON it spoils the request."""
    field = type_.find(name)
    try:
        if field is not None and text != NULL:
            kept(field, text)
    except RefusedError as refusal:
        if refusal.code != "JSON_PARSER_ERROR" or field is None:
            raise
        kind = _XSD.get(field.kind, "double")
        said = f"Due to, '{text}' is not a valid value for the type xsd:{kind}"
        message = f"Failed to deserialize field at col {place}. {said}"
        raise RefusedError("INVALID_FIELD", message, fields=(field.name,)) from refusal


def _said(refusal: RefusedError) -> str:
    return f"{refusal.code}:{refusal.message}:{','.join(refusal.fields or ())} --"


def _csv(own: list[str], job: Job, lines: Iterable[Line]) -> bytes:
    """Of the header only Salesforce's own columns stand in quotes, of the lines every cell."""
    buffer = io.StringIO(newline="")
    buffer.write(",".join([*(f'"{name}"' for name in own), *job.header]) + "\n")
    csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(lines)
    return buffer.getvalue().encode()
