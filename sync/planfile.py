"""A plan on disk: JSON Lines with a hash, so that what was read is exactly what is applied.

The first line is the header, then one line per lead with its revision, its validity, its decision
and its changes. Somebody may edit such a file; pydantic reads it back and refuses what does not fit.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import TypeAdapter, ValidationError

from domain.errors import Problem, SettingsError
from domain.misfit import Blocked
from domain.radius import RadiusUse
from domain.rule_problem import Unjudged, unjudged
from domain.run import GoLive
from domain.values import LeadId, RuleHash
from sync.preview import PlannedLead, Preview
from sync.turns import Turns

SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a plan stands on. `digest`: SHA-256 over all of it, this header without `id` and `digest` first."""

    schema_version: int
    id: str
    as_of: datetime
    rule_hash: RuleHash
    go_live: GoLive
    accounts: Mapping[str, str]
    """Connection → the org or portal it was made for."""
    counts: Mapping[str, int]
    held: Mapping[str, tuple[LeadId, ...]]
    routing: Mapping[LeadId, Turns]
    digest: str
    blocked: tuple[Blocked, ...] = ()
    """What stays at home, by field and cause."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Set → how many leads wait in it for a person's word, those of earlier runs included."""
    conflicts: Mapping[str, int] = field(default_factory=dict)
    """Property → leads about which a person has to decide it."""
    unjudged: tuple[Unjudged, ...] = ()
    """Rules that cannot be told about some leads: they count as not met there."""
    known: int = 0
    """All leads there were."""
    radius: tuple[RadiusUse, ...] = ()
    """What it takes of the limits of 24 hours."""
    undoes: int | None = None
    """The run that it takes back; None for a plan of what comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    header: Header
    leads: tuple[PlannedLead, ...]


T = TypeVar("T")

_HEADER = TypeAdapter(Header)
_LEAD = TypeAdapter(PlannedLead)


def make(
    preview: Preview,
    *,
    rule_hash: RuleHash,
    go_live: GoLive,
    accounts: Mapping[str, str],
    counts: Mapping[str, int],
    undoes: int | None = None,
) -> PlanFile:
    """A plan with its identity: the same findings give the same id."""
    planned = {each.lead_id for each in preview.leads}
    header = Header(
        schema_version=SCHEMA_VERSION,
        id="",
        as_of=preview.as_of,
        rule_hash=rule_hash,
        go_live=go_live,
        accounts=accounts,
        counts=counts,
        held=preview.held,
        routing={lead: turns for lead, turns in preview.routing.items() if lead in planned},
        digest="",
        blocked=preview.blocked,
        waiting={name: len(ids) for name, ids in sorted(preview.waiting.items())},
        conflicts={name: len(ids) for name, ids in preview.conflicts.items()},
        unjudged=unjudged(preview.unjudged),
        known=preview.known,
        radius=preview.radius,
        undoes=undoes,
    )
    return PlanFile(header=_sealed(header, map(_LEAD.dump_json, preview.leads)), leads=preview.leads)


def _sealed(header: Header, lines: Iterable[bytes]) -> Header:
    """The header with the identity that these lines and everything else in it give."""
    digest = hashlib.sha256()
    for line in (_HEADER.dump_json(replace(header, id="", digest="")), *lines):
        digest.update(line + b"\n")
    found = digest.hexdigest()
    return replace(header, id=f"plan-{header.as_of:%Y%m%dT%H%M%S}-{found[:8]}", digest=found)


def write(plan: PlanFile, file: BinaryIO) -> None:
    file.write(_HEADER.dump_json(plan.header) + b"\n")
    for lead in plan.leads:
        file.write(_LEAD.dump_json(lead) + b"\n")


def read(path: Path) -> PlanFile:
    """Read a plan back; SettingsError when it is not one, was changed, or is of another version."""
    try:
        first, *rest = path.read_bytes().splitlines()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is empty, so no plan: make one with `leadloop plan`") from error
    if not first.startswith(b"{"):
        raise SettingsError(f"{path} is no plan: make one with `leadloop plan`")
    header = _parse(_HEADER, first, path, 1)
    if header.schema_version != SCHEMA_VERSION:
        raise _unusable(path, 1, f"is of plan version {header.schema_version}, this leadloop reads {SCHEMA_VERSION}")
    if _sealed(header, rest) != header:
        raise _unusable(path, 1, "was changed after it was made: make a new plan")
    leads = tuple(_parse(_LEAD, line, path, number) for number, line in enumerate(rest, start=2))
    return PlanFile(header=header, leads=leads)


def _parse(adapter: TypeAdapter[T], line: bytes, path: Path, number: int) -> T:
    try:
        return adapter.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unusable(path, number, f"{where}: {first['msg']}") from error


def _unusable(path: Path, line: int, message: str) -> SettingsError:
    problem = Problem(file=str(path), line=line, column=1, message=message)
    return SettingsError(str(problem), [problem])
