"""Writing records: create, update, archive, restore, erase, merge, each with its effects and its new stamp."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.hubspot.checks import Checks, Values
from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.record import Record, Source, SourceType
from simulator.hubspot.refusals import invalid, not_found
from simulator.hubspot.settings import PortalSettings
from simulator.hubspot.stamps import iso
from simulator.hubspot.table import Table, lag_ms
from simulator.hubspot.webhooks import Webhooks
from simulator.log import Effect

FIRST_ID = 70_000_000_001
MERGE_LIMIT = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """The circumstances of one write. `now_ms` goes into the modified stamps, `at_ms` is when the person acted."""

    now_ms: int
    source: Source
    effects: list[Effect]
    at_ms: int | None = None

    @property
    def acted_ms(self) -> int:
        return self.now_ms if self.at_ms is None else self.at_ms


class Objects:
    """The tables of all object types behind one counter of ids."""

    def __init__(self, checks: Checks, settings: PortalSettings) -> None:
        self.checks = checks
        self._settings = settings
        self.webhooks = Webhooks()
        self._tables = {name: Table(kind) for name, kind in KINDS.items()}
        self._next_id = FIRST_ID

    def table(self, kind: Kind) -> Table:
        return self._tables[kind.name]

    def get(self, kind: Kind, key: str, *, id_property: str | None = None) -> Record | None:
        """A live record by id (old ids included) or by a unique property."""
        if id_property not in (None, "", "hs_object_id"):
            return self.table(kind).find_unique(self._unique_name(kind, id_property), key)
        return self.table(kind).find(int(key)) if key.isdigit() else None

    def _unique_name(self, kind: Kind, name: str) -> str:
        if not self.checks.uniques(kind, [name]):
            raise invalid(f"Unable to perform read/update/upsert by non-unique {kind.type_id} property: {name}")
        return name

    def require(self, kind: Kind, key: str, *, id_property: str | None = None) -> Record:
        record = self.get(kind, key, id_property=id_property)
        if record is None:
            raise not_found()
        return record

    def create(self, kind: Kind, values: Values, write: Write) -> Record:
        """Add a record of checked values; conflicts of unique values are refused here."""
        table = self.table(kind)
        self.checks.complete(kind, values)
        self.checks.claims(table, values)
        kept = {name: value for name, value in values.items() if value is not None}
        self._begin(kind, kept, write)
        record = Record(
            id=self._next_id,
            created_ms=min(write.acted_ms, write.now_ms),
            modified_ms=write.now_ms,
            source=write.source,
            values=kept,
        )
        self._next_id += 1
        self._index(table, record, kept)
        table.add(record, visible_ms=self._visible(record, write.now_ms), now_ms=write.now_ms)
        write.effects.append(_effect("create", kind, record, None, dict(kept)))
        self._tell("creation", kind, record, write, changeFlag="CREATED")
        self._tell_values(kind, record, kept, write)
        return record

    def _tell(self, what: str, kind: Kind, record: Record, write: Write, **more: object) -> None:
        self.webhooks.tell(what, kind, record.id, source=write.source, at_ms=write.now_ms, **more)

    def _tell_values(self, kind: Kind, record: Record, changed: Mapping[str, str | None], write: Write) -> None:
        for name, value in changed.items():
            self._tell("propertyChange", kind, record, write, propertyName=name, propertyValue=value or "")

    def _begin(self, kind: Kind, kept: dict[str, str], write: Write) -> None:
        """What a portal fills in by itself on a new record."""
        if kind.name == "contacts":
            kept.setdefault("lifecyclestage", "lead")
            marketing = write.source.type is SourceType.FORM
            kept.setdefault("hs_marketable_status", "true" if marketing else "false")
        if "hubspot_owner_id" in kept and kind.name == "contacts":
            kept["hubspot_owner_assigneddate"] = iso(write.acted_ms)
        worth = self._at_home(kind, kept, kept).items()
        kept |= _closing(kind, kept) | {name: value for name, value in worth if value is not None}

    def _at_home(
        self, kind: Kind, changed: Mapping[str, str | None], whole: Mapping[str, str | None]
    ) -> dict[str, str | None]:
        """What a deal is worth in the portal's own currency, which HubSpot works out by its rates."""
        if kind.name != "deals" or not changed.keys() & {"amount", "deal_currency_code"}:
            return {}
        code, amount = whole.get("deal_currency_code") or self._settings.home_currency, whole.get("amount")
        rate = 1.0 if code == self._settings.home_currency else self._settings.rates.get(code)
        worth = None if not amount or rate is None else f"{float(amount) * rate:.2f}"
        return {"amount_in_home_currency": worth}

    def update(self, kind: Kind, record: Record, values: Values, write: Write) -> Record:
        """Write checked values; the stamp moves even when nothing differs. A backward stage is dropped silently."""
        table = self.table(kind)
        self.checks.claims(table, values, own=record)
        if self.checks.goes_back(kind, record.values.get("lifecyclestage"), values.get("lifecyclestage")):
            values = {name: value for name, value in values.items() if name != "lifecyclestage"}
        values = {**values, **_closing(kind, values), **self._at_home(kind, values, {**record.values, **values})}
        changed = {name: value for name, value in values.items() if record.values.get(name) != value}
        if "hubspot_owner_id" in changed and kind.name == "contacts":
            changed["hubspot_owner_assigneddate"] = iso(write.acted_ms)
        before = {name: record.values.get(name) for name in changed}
        self._apply(table, record, changed, write)
        write.effects.append(_effect("update", kind, record, before, changed))
        self._tell_values(kind, record, changed, write)
        return record

    def _apply(self, table: Table, record: Record, changed: Values, write: Write) -> None:
        visible_ms = self._visible(record, write.now_ms)
        before = record.snapshot() if visible_ms > write.now_ms else None
        self._unindex(table, record, changed)
        for name, value in changed.items():
            record.set(name, value, ms=write.acted_ms, source=write.source, keep=table.kind.history_kept)
        self._index(table, record, changed)
        record.modified_ms = max(write.now_ms, record.modified_ms)
        table.touch(record, before, visible_ms=visible_ms, now_ms=write.now_ms)

    def archive(self, kind: Kind, record: Record, write: Write) -> None:
        table = self.table(kind)
        table.drop(record)
        self._unindex(table, record, record.values)
        record.archived_ms = record.modified_ms = write.now_ms
        table.archived[record.id] = record
        write.effects.append(_effect("delete", kind, record, dict(record.values), None))
        self._tell("deletion", kind, record, write, changeFlag="DELETED")

    def restore(self, kind: Kind, record_id: int, write: Write) -> Record:
        """Bring an archived record back, as a person does from the recycle bin."""
        table = self.table(kind)
        record = table.archived.pop(record_id, None)
        if record is None:
            raise not_found()
        self.checks.claims(table, dict(record.values))
        record.archived_ms = None
        record.modified_ms = write.now_ms
        self._index(table, record, record.values)
        table.add(record, visible_ms=self._visible(record, write.now_ms), now_ms=write.now_ms)
        write.effects.append(_effect("create", kind, record, None, dict(record.values)))
        self._tell("restore", kind, record, write, changeFlag="RESTORED")
        return record

    def erase(self, kind: Kind, record: Record, write: Write) -> None:
        """Privacy deletion: nothing of the record stays, not even in the recycle bin. The app is told twice."""
        self.archive(kind, record, write)
        self._tell("privacyDeletion", kind, record, write, changeFlag="PRIVACY_DELETED")
        del self.table(kind).archived[record.id]

    def merge(self, kind: Kind, winner: Record, loser: Record, write: Write) -> Record:
        """Make a new record of two (new id, the winner's values first); the old ids lead to it from now on."""
        if winner is loser:
            raise invalid(f"Cannot merge object {winner.id} to itself")
        table = self.table(kind)
        values = merged_values(kind, winner, loser)
        if len(values["hs_merged_object_ids"].split(";")) > MERGE_LIMIT:
            raise invalid(f"Cannot merge: the limit of {MERGE_LIMIT} merges has been reached")
        for old in (winner, loser):
            table.drop(old)
            self._unindex(table, old, old.values)
            write.effects.append(_effect("delete", kind, old, dict(old.values), None))
        merged = self._merged(table, winner, loser, values, write)
        table.aliases.update({winner.id: merged.id, loser.id: merged.id})
        write.effects.append(_effect("create", kind, merged, None, dict(merged.values)))
        ids = {"primaryObjectId": winner.id, "mergedObjectIds": [loser.id], "newObjectId": merged.id}
        self._tell("merge", kind, winner, write, changeFlag="MERGED", **ids)
        return merged

    def _merged(self, table: Table, winner: Record, loser: Record, values: dict[str, str], write: Write) -> Record:
        stage, other = values.get("lifecyclestage"), loser.values.get("lifecyclestage")
        if self.checks.goes_back(table.kind, other, stage):
            values["lifecyclestage"] = other or ""
        merged = Record(
            id=self._next_id,
            created_ms=min(winner.created_ms, loser.created_ms),
            modified_ms=write.now_ms,
            source=winner.source,
            values=values,
            history={**loser.history, **winner.history},
        )
        self._next_id += 1
        self._index(table, merged, values)
        table.add(merged, visible_ms=self._visible(merged, write.now_ms), now_ms=write.now_ms)
        return merged

    def _visible(self, record: Record, now_ms: int) -> int:
        settings = self._settings
        return now_ms + lag_ms(record.id, now_ms, lag_s=settings.lag_s["hubspot"], shuffled=settings.search_shuffled)

    def _keys(self, table: Table, record: Record, names: Iterable[str]) -> Iterable[tuple[str, str]]:
        for definition in self.checks.uniques(table.kind, names):
            if value := record.values.get(definition.name):
                yield definition.name, value.lower()
        if "hs_additional_emails" in names:
            for value in record.values.get("hs_additional_emails", "").split(";"):
                if value:
                    yield "email", value.strip().lower()

    def _index(self, table: Table, record: Record, names: Iterable[str]) -> None:
        for name, value in self._keys(table, record, names):
            table.unique.setdefault(name, {})[value] = record.id

    def _unindex(self, table: Table, record: Record, names: Iterable[str]) -> None:
        for name, value in self._keys(table, record, names):
            if table.unique.get(name, {}).get(value) == record.id:
                del table.unique[name][value]


def _closing(kind: Kind, values: Mapping[str, str | None]) -> dict[str, str]:
    """What HubSpot works out by itself when a deal comes to a stage."""
    if kind.name != "deals" or "dealstage" not in values:
        return {}
    stage = values["dealstage"]
    closed, won = stage in ("closedwon", "closedlost"), stage == "closedwon"
    return {"hs_is_closed": str(closed).lower(), "hs_is_closed_won": str(won).lower()}


def merged_values(kind: Kind, winner: Record, loser: Record) -> dict[str, str]:
    """The values of a merge: the winner's first; the loser's e-mail goes on among the additional ones."""
    values = {**loser.values, **winner.values}
    ids = [
        *_parts(winner, "hs_merged_object_ids"),
        *_parts(loser, "hs_merged_object_ids"),
        str(winner.id),
        str(loser.id),
    ]
    values["hs_merged_object_ids"] = ";".join(dict.fromkeys(ids))
    if kind.name == "contacts":
        extra = [
            *_parts(winner, "hs_additional_emails"),
            *_parts(loser, "email"),
            *_parts(loser, "hs_additional_emails"),
        ]
        extra = [email for email in dict.fromkeys(extra) if email != values.get("email")]
        if extra:
            values["hs_additional_emails"] = ";".join(extra)
    return values


def _parts(record: Record, name: str) -> list[str]:
    return [part for part in record.values.get(name, "").split(";") if part]


def _effect(op: Any, kind: Kind, record: Record, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Effect:
    return {"op": op, "type": kind.name, "id": str(record.id), "before": before, "after": after}
