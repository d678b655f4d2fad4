"""One record: its values now, its stamps and what its properties were before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.hubspot.kinds import Kind
from simulator.hubspot.stamps import iso


class SourceType(StrEnum):
    """Who changed a value, in the words of `propertiesWithHistory`."""

    INTEGRATION = "INTEGRATION"
    CRM_UI = "CRM_UI"
    FORM = "FORM"
    ANALYTICS = "ANALYTICS"
    EMAIL = "EMAIL"
    MERGE = "MERGE_OBJECTS"
    IMPORT = "IMPORT"
    CALCULATED = "CALCULATED"
    WORKFLOW = "AUTOMATION_PLATFORM"
    SALESFORCE = "SALESFORCE"
    """HubSpot's own Salesforce connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The cause of a change; shared by all values one write touched."""

    type: SourceType
    id: str = ""
    label: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One past or present value of one property."""

    value: str
    ms: int
    source: Source


@dataclass(slots=True, kw_only=True)
class Record:
    """Mutable, and owned by its table. `values` has no key for an empty property."""

    id: int
    created_ms: int
    modified_ms: int
    source: Source
    values: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Version]] = field(default_factory=dict)
    archived_ms: int | None = None
    shown_ms: int | None = None
    """The stamp under which the search index has it; None while search does not know it."""

    def snapshot(self) -> "Record":
        """A copy of what search showed before a write that its index has not seen yet."""
        return Record(
            id=self.id,
            created_ms=self.created_ms,
            modified_ms=self.modified_ms,
            source=self.source,
            values=dict(self.values),
        )

    def set(self, name: str, value: str | None, *, ms: int, source: Source, keep: int) -> None:
        """Set or clear one value; what stood before goes into the history, `keep` versions at most."""
        versions = self.history.get(name)
        if versions is None:
            before = self.values.get(name)
            versions = self.history[name] = [] if before is None else [Version(before, self.created_ms, self.source)]
        versions.insert(0, Version(value or "", ms, source))
        del versions[keep:]
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value

    def versions(self, name: str) -> list[Version]:
        """Newest first; a value never changed has the version it was created with."""
        if name in self.history:
            return self.history[name]
        value = self.values.get(name)
        return [] if value is None else [Version(value, self.created_ms, self.source)]


_ORIGIN: dict[str, Callable[[Source], str]] = {
    "hs_object_source": lambda source: source.type.value,
    "hs_object_source_id": lambda source: source.id,
    "hs_object_source_label": lambda source: source.label,
}
"""Who created the record; later changes do not show here."""


def value_of(kind: Kind, record: Record, name: str) -> str | None:
    """The shown value, stamps and id included."""
    if name == "hs_object_id":
        return str(record.id)
    if name == kind.modified_property:
        return iso(record.modified_ms)
    if name == kind.created_property:
        return iso(record.created_ms)
    if name in _ORIGIN:
        return _ORIGIN[name](record.source)
    return record.values.get(name)
