"""Small questions about single records: what they show now, and which of them carry a key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.salesforce.answers import failure
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.client import Client
from connectors.salesforce.rows import tidy
from connectors.salesforce.soql import is_id, one_of, quoted, select
from domain.errors import ContractError
from domain.record import FieldType
from domain.values import Value

VALUES_PER_QUERY = 200
"""200 ids make 5.4 kB of a URL; Salesforce takes 16 kB with the headers."""


class Lookup:
    """Asks by id or by a unique field; always current, because queries do not lag behind writes."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue
        self._campaigns: dict[str, str | None] = {}

    def by_id(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Mapping[str, Value]]:
        """Values by the id's first 15 characters; what is gone for good is missing."""
        known = self._catalogue.fields(object_name)
        names = tuple(dict.fromkeys(["Id", *(["IsDeleted"] if "IsDeleted" in known else []), *fields]))
        moments = tuple(name for name in names if known[name].type is FieldType.DATETIME)
        rows = (row for some in _split(ids) for row in self.rows(select(names, object_name, where=one_of("Id", some))))
        return {row["Id"][:15]: row for row in tidy(list(rows), moments)}

    def by_key(self, object_name: str, field: str, values: Sequence[str]) -> dict[str, str]:
        """Ids by the value of a unique field."""
        rows = (
            row
            for some in _split(values)
            for row in self.rows(select(("Id", field), object_name, where=one_of(field, some)), deleted=False)
        )
        by_lower = {str(row[field]).lower(): str(row["Id"]) for row in rows}
        return {value: by_lower[value.lower()] for value in values if value.lower() in by_lower}

    def campaign(self, name_or_id: str) -> str | None:
        """The id of a campaign by its name or id; None when there is no such campaign, or several."""
        if is_id(name_or_id) and name_or_id.startswith("701"):
            return name_or_id
        if name_or_id not in self._campaigns:
            found = self.rows(select(("Id",), "Campaign", where=f"Name = {quoted(name_or_id)}", limit=2), deleted=False)
            self._campaigns[name_or_id] = str(found[0]["Id"]) if len(found) == 1 else None
        return self._campaigns[name_or_id]

    def rows(self, soql: str, *, deleted: bool = True) -> list[dict[str, Any]]:
        """All rows of a small query."""
        answer = self._client.get("queryAll" if deleted else "query", {"q": soql})
        if not answer.ok:
            raise failure(answer, "a question about single records")
        told = answer.json()
        rows = told.get("records") if isinstance(told, dict) else None
        if not isinstance(rows, list) or not told.get("done", False):
            raise ContractError("Salesforce answered a small query in a shape we do not know")
        return rows


def _split(values: Iterable[str]) -> Iterator[list[str]]:
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), VALUES_PER_QUERY):
        yield distinct[start : start + VALUES_PER_QUERY]
