"""Our own contact properties: which are missing, and making them.

Lists are not made ahead: each is made when the first record joins it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contract import ProvisionItem, Surroundings
from connectors.hubspot.answers import body_of, known_shape, rows_in
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client
from domain.stage import Stage

CONTACTS, GROUP, PREFIX = "contacts", "leadloop", "ll_"
_TEXT = {"type": "string", "fieldType": "text"}
_NUMBER = {"type": "number", "fieldType": "number"}
_STAGES = [{"label": stage.value.capitalize(), "value": stage.value} for stage in Stage]
DEFINITIONS: Mapping[str, Mapping[str, Any]] = {
    "ll_lead_key": {**_TEXT, "hasUniqueValue": True},
    "ll_score": _NUMBER,
    "ll_score_change": _NUMBER,
    "ll_times_recycled": _NUMBER,
    "ll_stage": {"type": "enumeration", "fieldType": "select", "options": _STAGES},
    "ll_mql_since": {"type": "datetime", "fieldType": "date"},
    "ll_nurture_until": {"type": "date", "fieldType": "date"},
}
"""Every other property of ours is text."""


class Provisioning:
    """Makes what the mapping in force names with our prefix, in a group of our own."""

    def __init__(self, client: Client, catalogue: Catalogue, surroundings: Surroundings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._surroundings = surroundings

    def items(self) -> Sequence[ProvisionItem]:
        """The group first: properties are made in it."""
        self._catalogue.forget(CONTACTS)
        known = self._catalogue.fields(CONTACTS)
        names = sorted(name for name in self._surroundings.fields.get(CONTACTS, ()) if name.startswith(PREFIX))
        group = ProvisionItem(kind="property group", object=CONTACTS, name=GROUP, exists=GROUP in self._groups())
        return (group, *(ProvisionItem(kind="field", object=CONTACTS, name=n, exists=n in known) for n in names))

    def make(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """409 says that somebody else was faster."""
        for item in items:
            if not item.exists:
                request = self._group() if item.kind == "property group" else self._property(item.name)
                answer = self._client.send(request, idempotent=False)
                if answer.status != 409:
                    body_of(answer, f"to create {item.name}")
        self._catalogue.forget(CONTACTS)
        return [replace(item, exists=True) for item in items]

    def _groups(self) -> set[str]:
        doing = "to list property groups"
        told = body_of(self._client.send(self._client.sdk.crm.properties.groups_api.get_all(CONTACTS)), doing)
        with known_shape(doing):
            return {str(row["name"]) for row in rows_in(told, doing)}

    def _group(self) -> Any:
        return self._client.sdk.crm.properties.groups_api.create(CONTACTS, {"name": GROUP, "label": "leadloop"})

    def _property(self, name: str) -> Any:
        label = name.removeprefix(PREFIX).replace("_", " ").capitalize()
        body = {"name": name, "label": f"LL {label}", "groupName": GROUP, **DEFINITIONS.get(name, _TEXT)}
        return self._client.sdk.crm.properties.core_api.create(CONTACTS, body)
