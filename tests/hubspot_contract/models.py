"""Checkers read off the models of the installed client: types, JSON names, required keys, enums.

The client is Apache-2.0 and installed anyway; HubSpot's specification files may not be copied. Where HubSpot itself
does otherwise than its models say, the difference stands here by name.
"""

import ast
import importlib
import re
from collections.abc import Mapping
from typing import Any

from tests.hubspot_contract.shapes import (
    Checker,
    anything,
    flag,
    list_of,
    map_of,
    moment,
    number,
    one_of,
    shape,
    text,
    text_or_null,
    whole,
)

_PLAIN: Mapping[str, Checker] = {
    "str": text,
    "int": whole,
    "bool": flag,
    "float": number,
    "datetime": moment,
    "object": anything,
}
_LIST, _MAP = re.compile(r"list\[(.+)\]"), re.compile(r"dict\[str, (.+)\]")
_ALLOWED = re.compile(r"must be one of (\[.*\])")
_RECORD: Mapping[str, Checker] = {"url": text, "warnings": list_of(anything), "objectWriteTraceId": text}
EXTRA: Mapping[str, Mapping[str, Checker]] = {
    "SimplePublicObject": _RECORD,
    "SimplePublicObjectWithAssociations": _RECORD,
    "SimplePublicUpsertObject": _RECORD,
    "MembershipsUpdateResponse": {"recordIdsMissing": list_of(text), "recordIdsRemoved": list_of(text)},
    "ApiCollectionResponseJoinTimeAndRecordId": {"total": whole},
    "ApiCollectionResponseRecordListMembershipNoPaging": {"total": whole},
}
"""Keys that HubSpot sends and client 12.0.0 has no place for."""
LESS: Mapping[str, frozenset[str]] = {
    "StandardError": frozenset({"errors", "links", "context", "subCategory"}),
}
"""Keys that the models require and HubSpot's own examples leave out."""
OTHERWISE: Mapping[tuple[str, str], Checker] = {
    ("SimplePublicObject", "properties"): map_of(text_or_null),
    ("SimplePublicObjectWithAssociations", "properties"): map_of(text_or_null),
    ("SimplePublicUpsertObject", "properties"): map_of(text_or_null),
    ("PublicObjectSearchRequest", "sorts"): list_of(anything),
    ("AssociationSpecWithLabel", "label"): text_or_null,
    ("ListCreateRequest", "filterBranch"): map_of(anything),
    ("PublicObjectList", "filterBranch"): map_of(anything),
}
"""A property missing on a record is told as null, so is the label that a default association has not; a search takes
a sort as text or as an object; branches of filters come in eight kinds that the client melts into one model."""


class Models:
    """The client's models as checkers; each is made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Checker] = {}

    def of(self, name: str) -> Checker:
        """`crm.objects:SimplePublicObject`, or a list of such: `crm.lists:list[str]`."""
        package, _, kind = name.partition(":")
        return self._checker(package, kind)

    def _checker(self, package: str, kind: str) -> Checker:
        if kind in _PLAIN:
            return _PLAIN[kind]
        if (inner := _LIST.fullmatch(kind)) is not None:
            return list_of(self._checker(package, inner[1]))
        if (inner := _MAP.fullmatch(kind)) is not None:
            return map_of(self._checker(package, inner[1]))
        key = (package, kind)
        if key not in self._made:
            self._made[key] = self._later(key)  # a model may hold itself
            self._made[key] = self._model(package, kind)
        return self._made[key]

    def _later(self, key: tuple[str, str]) -> Checker:
        def check(value: object, found: list[str]) -> None:
            self._made[key](value, found)

        return check

    def _model(self, package: str, kind: str) -> Checker:
        model = getattr(importlib.import_module(f"hubspot.{package}.models"), kind)
        required: dict[str, Checker] = {}
        optional: dict[str, Checker] = dict(EXTRA.get(kind, {}))
        for attribute, name in model.attribute_map.items():
            refused_null, allowed = _told(model, attribute)
            checker = one_of(*allowed) if allowed else self._checker(package, model.openapi_types[attribute])
            checker = OTHERWISE.get((kind, name), checker)
            needed = refused_null and name not in LESS.get(kind, ())
            (required if needed else optional)[name] = checker
        return shape(required, optional)


def _told(model: Any, attribute: str) -> tuple[bool, list[str]]:
    """Whether the model refuses null for an attribute, and the words it allows, asked of the model itself."""
    blank = object.__new__(model)
    blank.local_vars_configuration = _Strict
    refusal = _refusal(blank, attribute, "no such word")
    allowed = _ALLOWED.search(refusal)
    words: list[str] = list(ast.literal_eval(allowed[1])) if allowed else []
    return "must not be `None`" in _refusal(blank, attribute, None), words


class _Strict:
    client_side_validation = True


def _refusal(blank: Any, attribute: str, value: object) -> str:
    try:
        setattr(blank, attribute, value)
    except ValueError as error:
        return str(error)
    return ""
