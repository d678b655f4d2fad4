"""Which changes go by Bulk jobs: many of one object that need no look before and no word of a header.

What is left out here, for whatever reason, is written by ordinary calls, which say in their own words what is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.salesforce import bulk_csv
from connectors.salesforce.bulk_ingest import ID, BulkIngest, mark
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.sent import Places, sent_values, windows
from connectors.salesforce.soql import is_id
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ContractError
from domain.record import Field

_OWNER, _QUEUE = "OwnerId", "00G"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What one job is for: updates by `Id`, or creations by the External Id that they name."""

    object: str
    key: str


class BulkWriting:
    """Takes out of many changes what jobs may write, and writes it."""

    def __init__(self, ingest: BulkIngest, lookup: Lookup, catalogue: Catalogue, *, assigns_leads: bool) -> None:
        """`assigns_leads`: the org's rule gives new leads to somebody, which a job would not let it do."""
        self._ingest = ingest
        self._lookup = lookup
        self._catalogue = catalogue
        self._assigns_leads = assigns_leads

    def write(self, changes: Sequence[Change]) -> dict[int, Receipt]:
        """Receipts of what jobs wrote, by place. Rows below one parent stand together, against locks."""
        receipts: dict[int, Receipt] = {}
        if len(changes) <= self._ingest.more_than:
            return receipts
        for job, places in _jobs(changes).items():
            if self._ingest.pays(job.object, len(places)) and not (job.key != ID and self._assigns(job.object)):
                receipts |= self._write(job, places)
        return receipts

    def _assigns(self, object_name: str) -> bool:
        return self._assigns_leads and object_name == "Lead"

    def _write(self, job: _Job, places: Places) -> dict[int, Receipt]:
        try:
            known = self._catalogue.fields(job.object)
            left = self._unmade(job, [(place, change) for place, change in places if _fits(change, known)])
        except ContractError:
            return {}
        if not self._ingest.pays(job.object, len(left)):
            return {}
        rows = [{job.key: _key(change, job.key), **sent_values(change.values, known)} for _, change in left]
        told = self._ingest.send(job.object, job.key, rows)
        if any(receipt.code.startswith("INVALID_FIELD") for receipt in told.values()):
            self._catalogue.forget(job.object)
        return {
            place: replace(receipt, key=change.key, id=receipt.id or change.id)
            for place, change in left
            if (receipt := told.get(mark(job.key, _key(change, job.key)))) is not None
            and not (change.kind is ChangeKind.CREATE and receipt.outcome is ReceiptOutcome.GONE)
        }

    def _unmade(self, job: _Job, places: Places) -> Places:
        """What is there already stays as people have made it since."""
        if job.key == ID:
            return places
        made = self._lookup.by_key(job.object, job.key, [_key(change, job.key) for _, change in places])
        return [(place, change) for place, change in places if _key(change, job.key) not in made]


def _jobs(changes: Sequence[Change]) -> Mapping[_Job, Places]:
    """Changes by the job that could write them; a record that several changes are about is in none."""
    times: dict[tuple[str, str], int] = {}
    for change in changes:
        times[_target(change)] = times.get(_target(change), 0) + 1
    jobs: dict[_Job, list[tuple[int, Change]]] = {}
    for window in windows(changes, len(changes) or 1):
        for place, change in window:
            if times[_target(change)] == 1 and (key := _key_field(change)) is not None:
                jobs.setdefault(_Job(object=change.object, key=key), []).append((place, change))
    return jobs


def _target(change: Change) -> tuple[str, str]:
    """The record, or for one that is to be made its key: letters of a key have no case."""
    if change.kind is ChangeKind.CREATE:
        return change.object, str(change.values.get(change.unique or "", change.key)).strip().lower()
    return change.object, f"{change.kind} {(change.id or '')[:15]}"


def _key_field(change: Change) -> str | None:
    """None for a change that no job takes."""
    match change.kind:
        case ChangeKind.FIELDS if is_id(change.id or "") and change.values and not change.guarded:
            return ID
        case ChangeKind.CREATE if change.unique and isinstance(change.values.get(change.unique), str):
            return change.unique
        case _:
            return None


def _key(change: Change, key: str) -> str:
    return str(change.id if key == ID else change.values[key])


def _fits(change: Change, known: Mapping[str, Field]) -> bool:
    """Whether each of its values can be said in CSV and has its column; an empty key has no row to match."""
    owner = str(change.values.get(_OWNER) or "")
    return (
        all(name in known and bulk_csv.sayable(value) for name, value in change.values.items())
        and bool(change.unique is None or str(change.values[change.unique]).strip())
        and not (owner.startswith(_QUEUE) and change.object != "Lead")
    )
