"""Our own contact properties and lists: which are missing, and making them.

A property that is there is never changed: whoever made it may rely on it, and a type cannot be changed at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.abilities import ProvisionItem, ProvisionKind
from connectors.http import Answer
from connectors.hubspot.answers import Row, body_of, code_of, known_shape, refusal, rows_in, scopes
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client, Request
from connectors.hubspot.lists import Lists
from domain.errors import ContractError, NotAllowedError
from domain.fitting import FieldFitting, Fittings
from domain.record import Field, FieldType

CONTACTS, GROUP = "contacts", "leadloop"
UNIQUE_AT_MOST = 10
"""Properties with unique values that HubSpot allows an object."""


def _options(values: Iterable[tuple[str, str]]) -> list[Row]:
    """Value and label, in the order of the screens."""
    return [
        {"value": value, "label": label, "hidden": False, "displayOrder": place}
        for place, (value, label) in enumerate(values)
    ]


_SHAPES: Mapping[FieldType, Mapping[str, Any]] = {
    FieldType.TEXT: {"type": "string", "fieldType": "text"},
    FieldType.NUMBER: {"type": "number", "fieldType": "number"},
    FieldType.BOOLEAN: {
        "type": "bool",
        "fieldType": "booleancheckbox",
        "options": _options((("true", "Yes"), ("false", "No"))),
    },
    FieldType.DATE: {"type": "date", "fieldType": "date"},
    FieldType.DATETIME: {"type": "datetime", "fieldType": "date"},
    FieldType.PICKLIST: {"type": "enumeration", "fieldType": "select"},
    FieldType.MULTIPICKLIST: {"type": "enumeration", "fieldType": "checkbox"},
}
_FILLED = "is a list that HubSpot fills itself. Rename it in HubSpot, and leadloop makes one that takes members"
_THERE = 409
_FORBIDDEN = 403


class Provisioning:
    """Makes what the rules need: a group of our own, the properties in it, and the lists."""

    def __init__(self, client: Client, catalogue: Catalogue, lists: Lists) -> None:
        self._client = client
        self._catalogue = catalogue
        self._lists = lists

    def needed(self, fittings: Fittings) -> Sequence[ProvisionItem]:
        """The group first: properties are made in it."""
        self._catalogue.forget(CONTACTS)
        known = self._catalogue.fields(CONTACTS)
        wanted = [one for one in fittings.fields if one.object == CONTACTS]
        items = [_field_item(one, known.get(one.name)) for one in wanted]
        if items:
            there = GROUP in self._groups()
            why = "keeps leadloop's properties together"
            group = ProvisionItem(kind=ProvisionKind.GROUP, object=CONTACTS, name=GROUP, exists=there, why=why)
            items = [group, *_within_limit(items, known)]
        return (*items, *self._list_items(fittings))

    def make(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """One refused creation holds back no other; 409 says that somebody else was faster."""
        made = [item if item.exists or item.problem else self._make(item) for item in items]
        self._catalogue.forget(CONTACTS)
        return made

    def _make(self, item: ProvisionItem) -> ProvisionItem:
        if item.kind is ProvisionKind.LIST:
            return self._make_list(item)
        answer = self._client.send(self._request(item), idempotent=False)
        if answer.ok or answer.status == _THERE:
            return replace(item, exists=True)
        return replace(item, problem=_refused(answer))

    def _make_list(self, item: ProvisionItem) -> ProvisionItem:
        try:
            self._lists.id_of(item.name, make=True)
        except ContractError as error:
            return replace(item, problem=str(error))
        return replace(item, exists=True)

    def _request(self, item: ProvisionItem) -> Request:
        api = self._client.sdk.crm.properties
        request: Request
        if isinstance(item.fitting, FieldFitting):
            request = api.core_api.create(CONTACTS, _definition(item.fitting))
        else:
            request = api.groups_api.create(CONTACTS, {"name": GROUP, "label": "leadloop"})
        return request

    def _groups(self) -> set[str]:
        doing = "to list property groups"
        told = body_of(self._client.send(self._client.sdk.crm.properties.groups_api.get_all(CONTACTS)), doing)
        with known_shape(doing):
            return {str(row["name"]) for row in rows_in(told, doing)}

    def _list_items(self, fittings: Fittings) -> Iterator[ProvisionItem]:
        for one in fittings.lists:
            there, problem = self._look_for(one.name)
            yield ProvisionItem(
                kind=ProvisionKind.LIST,
                object=CONTACTS,
                name=one.name,
                exists=there,
                detail="static list",
                why=one.why,
                problem=problem,
                fitting=one,
            )

    def _look_for(self, name: str) -> tuple[bool, str]:
        """Whether the list is there, and what stands in the way of using or making it."""
        try:
            there = self._lists.id_of(name, make=False) is not None
        except NotAllowedError as error:
            return False, str(error)
        return there, _FILLED if there and self._lists.is_filled_by_hubspot(name) else ""


def _field_item(one: FieldFitting, there: Field | None) -> ProvisionItem:
    return ProvisionItem(
        kind=ProvisionKind.FIELD,
        object=CONTACTS,
        name=one.name,
        exists=there is not None,
        detail=_in_words(one),
        why=one.why,
        problem="" if there is None else _difference(one, there),
        fitting=one,
    )


def _in_words(one: FieldFitting) -> str:
    shape = _SHAPES.get(one.type, _SHAPES[FieldType.TEXT])
    values = f": {', '.join(one.options)}" if one.options else ""
    return f"{shape['type']}{values}{', unique value' if one.unique else ''}"


def _difference(one: FieldFitting, there: Field) -> str:
    """What keeps the property that is there from holding what we write; in words, with the mend."""
    if there.type is not one.type:
        return (
            f"is of type {there.type.value}, and leadloop needs {one.type.value}. "
            "Delete or rename it in HubSpot, or name another property in mapping.yaml"
        )
    lacking = [value for value in one.options if value not in there.options]
    if lacking:
        return f"lacks the options {', '.join(lacking)}. Add them in HubSpot under Settings > Properties"
    return ""


def _within_limit(items: Sequence[ProvisionItem], known: Mapping[str, Field]) -> Iterator[ProvisionItem]:
    """HubSpot refuses the eleventh unique property of an object; which are to go is the admin's word."""
    taken = sum(field.unique for field in known.values())
    for item in items:
        is_new = isinstance(item.fitting, FieldFitting) and item.fitting.unique and not item.exists
        if is_new and taken >= UNIQUE_AT_MOST:
            words = (
                f"contacts have {taken} properties with unique values, and HubSpot allows {UNIQUE_AT_MOST}. "
                "Delete one that nobody needs, or make this one without unique values: people are then recognised "
                "by record id, Salesforce link and e-mail"
            )
            yield replace(item, problem=words)
        else:
            taken += is_new
            yield item


def _definition(one: FieldFitting) -> Row:
    shape = dict(_SHAPES.get(one.type, _SHAPES[FieldType.TEXT]))
    if one.options:
        shape["options"] = _options((value, value.replace("_", " ").capitalize()) for value in one.options)
    unique = {"hasUniqueValue": True} if one.unique else {}
    label = one.label if one.label.lower().startswith("leadloop") else f"LL {one.label}"
    return {"name": one.name, "label": label, "groupName": GROUP, "description": one.why, **shape, **unique}


def _refused(answer: Answer) -> str:
    told = refusal(answer)
    if answer.status == _FORBIDDEN:
        missing = scopes(told) or "crm.schemas.contacts.write"
        return f"the token lacks the scope {missing}. Add it to the service key or private app"
    return f"HubSpot refused it: {code_of(told) or f'HTTP {answer.status}'}"
