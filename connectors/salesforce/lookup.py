"""Small questions about single records: what they show now, and which of them carry a key."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.salesforce.asking import Asking
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.rows import tidy
from connectors.salesforce.sandbox_addresses import SandboxAddresses
from connectors.salesforce.soql import is_id, one_of, quoted, select
from domain.errors import ContractError
from domain.record import FieldType
from domain.values import Value

VALUES_PER_QUERY = 200
"""200 ids make 5.4 kB of a query, 200 longer keys more: above a safe length it goes in a body."""


_PEOPLE = {"00Q": "Lead", "003": "Contact"}
_HEIRS = ("MasterRecordId", "ConvertedContactId")
_HOPS = 4
"""Merged, merged again, converted, merged as a contact: who moved on more often is looked for by reading."""


class Lookup:
    """Asks by id or by a unique field; always current, because queries do not lag behind writes."""

    def __init__(self, asking: Asking, catalogue: Catalogue) -> None:
        self._asking = asking
        self._catalogue = catalogue
        self._addresses = SandboxAddresses(asking)
        self._campaigns: dict[str, str] = {}

    def by_id(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Mapping[str, Value]]:
        """Values by the id's first 15 characters; what is gone for good is missing."""
        if not ids:
            return {}
        known = self._catalogue.fields(object_name)
        names = tuple(dict.fromkeys(["Id", *(["IsDeleted"] if "IsDeleted" in known else []), *fields]))
        moments = tuple(name for name in names if known[name].type is FieldType.DATETIME)
        rows = (row for some in _split(ids) for row in self.rows(select(names, object_name, where=one_of("Id", some))))
        shown = self._addresses.restore(tidy(list(rows), moments))
        return {row["Id"][:15]: row for row in shown}

    def by_key(self, object_name: str, field: str, values: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Ids by the value of an External Id: of one that is not unique there may be several."""
        rows = (
            row
            for some in _split(values)
            for row in self.rows(select(("Id", field), object_name, where=one_of(field, some)), deleted=False)
        )
        by_lower: dict[str, tuple[str, ...]] = {}
        for row in rows:
            key = str(row[field]).lower()
            by_lower[key] = (*by_lower.get(key, ()), str(row["Id"]))
        return {value: by_lower[value.lower()] for value in values if value.lower() in by_lower}

    def living(self, ids: Collection[str]) -> dict[str, str | None]:
        """The lead or contact itself, or who took its place by merges and conversions; None where nobody did."""
        found: dict[str, str | None] = dict.fromkeys(ids)
        now = {one: one for one in ids}
        for _ in range(_HOPS):
            fates = self._fates(now.values())
            after = {one: fates[at[:15]] for one, at in now.items() if at[:15] in fates}
            found |= {one: now[one] for one, (heir, lives) in after.items() if heir is None and lives}
            now = {one: heir for one, (heir, _) in after.items() if heir is not None}
        return found

    def _fates(self, ids: Collection[str]) -> dict[str, tuple[str | None, bool]]:
        """By the id's first 15 characters: who took its place, and whether the record itself is there."""
        found: dict[str, tuple[str | None, bool]] = {}
        for prefix, object_name in _PEOPLE.items():
            some = [one for one in ids if one.startswith(prefix)]
            known = self._catalogue.fields(object_name) if some else {}
            for key, shown in self.by_id(object_name, some, [name for name in _HEIRS if name in known]).items():
                heir = next((str(shown[name]) for name in _HEIRS if shown.get(name)), None)
                found[key] = (heir, shown.get("IsDeleted") is False)
        return found

    def campaign(self, name_or_id: str) -> str | None:
        """The id of a campaign by its name or id; None when there is no such campaign, or several.

        Only what was found is remembered: one that is missing is made by somebody, and then it is there.
        """
        if name_or_id not in self._campaigns:
            by = "Id" if is_id(name_or_id) and name_or_id.startswith("701") else "Name"
            asked = select(("Id",), "Campaign", where=f"{by} = {quoted(name_or_id)}", limit=2)
            found = self.rows(asked, deleted=False)
            if len(found) != 1:
                return None
            self._campaigns[name_or_id] = str(found[0]["Id"])
        return self._campaigns[name_or_id]

    def forget_campaign(self, name_or_id: str) -> None:
        """Look it up again before the next use: what it was may be gone, and another have its name."""
        self._campaigns.pop(name_or_id, None)

    def rows(self, soql: str, *, deleted: bool = True) -> list[dict[str, Any]]:
        """All rows of a small query."""
        told = self._asking.ask(soql, deleted=deleted)
        if not told.ok:
            raise told.failure("a question about single records")
        rows = told.body.get("records") if isinstance(told.body, dict) else None
        if not isinstance(rows, list) or not told.body.get("done", False):
            raise ContractError("Salesforce answered a small query in a shape we do not know")
        return rows


def _split(values: Iterable[str]) -> Iterator[list[str]]:
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), VALUES_PER_QUERY):
        yield distinct[start : start + VALUES_PER_QUERY]
