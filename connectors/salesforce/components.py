"""What is made in an org, in the words of Salesforce's metadata: the same for the API and for a folder to deploy.

Names of types and keys are those of the Metadata API; https://developer.salesforce.com/docs, read in 2026-11.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.fitting import ActionFitting, FieldFitting, ViewFitting
from domain.record import FieldType

Metadata = dict[str, Any]
TEXT_AT_MOST = 255
ACTIVITY = "Activity"
_ACTIVITIES = frozenset({"Task", "Event"})
_PLAIN = {FieldType.DATE: "Date", FieldType.DATETIME: "DateTime"}
_PICKLISTS = {FieldType.PICKLIST: "Picklist", FieldType.MULTIPICKLIST: "MultiselectPicklist"}


def owner_of(object_name: str) -> str:
    """What a custom field is made on: those of tasks and events belong to Activity, which has no rows."""
    return ACTIVITY if object_name in _ACTIVITIES else object_name


def field(one: FieldFitting) -> Metadata:
    """A CustomField. Restricted picklists, so that nobody types a value that leadloop does not know."""
    found: Metadata = {"label": one.label, "description": one.why, "required": False}
    if one.by_reps:
        found["inlineHelpText"] = one.why
    return found | _type(one)


def _type(one: FieldFitting) -> Metadata:
    if one.type in _PLAIN:
        return {"type": _PLAIN[one.type]}
    if one.type in _PICKLISTS:
        values = [{"valueName": value, "label": value, "default": False} for value in one.options]
        chosen = {"restricted": True, "valueSetDefinition": {"sorted": False, "value": values}}
        lines = {"visibleLines": 4} if one.type is FieldType.MULTIPICKLIST else {}
        return {"type": _PICKLISTS[one.type], "valueSet": chosen, **lines}
    if one.type is FieldType.NUMBER:
        return {"type": "Number", "precision": one.digits or 18, "scale": 0}
    if one.type is FieldType.BOOLEAN:
        return {"type": "Checkbox", "defaultValue": "false"}
    return _text(one)


def _text(one: FieldFitting) -> Metadata:
    length = one.length or TEXT_AT_MOST
    if length > TEXT_AT_MOST:
        return {"type": "LongTextArea", "length": length, "visibleLines": 3}
    key = {"unique": True, "externalId": True, "caseSensitive": False} if one.unique else {}
    return {"type": "Text", "length": length, **key}


def in_words(one: FieldFitting) -> str:
    """`Text(36), External ID, unique`: as Setup shows it."""
    made = _type(one)
    match made["type"]:
        case "Number":
            size = f"({made['precision']},{made['scale']})"
        case "Text" | "LongTextArea":
            size = f"({made['length']})"
        case _:
            size = ""
    values = f": {', '.join(one.options)}" if one.options else ""
    return f"{made['type']}{size}{values}{', External ID, unique' if one.unique else ''}"


def action(one: ActionFitting) -> Metadata:
    """A QuickActionDefinition that updates its record: what it sets stands in the form already."""
    items = [{"emptySpace": False, "field": name, "uiBehavior": "Edit"} for name in (*one.sets, *one.asks)]
    columns = [{"quickActionLayoutItems": items}, {"quickActionLayoutItems": []}]
    return {
        "type": "Update",
        "label": one.label,
        "optionsCreateFeedItem": False,
        "fieldOverrides": [{"field": name, "literalValue": value} for name, value in one.sets.items()],
        "quickActionLayout": {
            "layoutSectionStyle": "TwoColumnsLeftToRight",
            "quickActionLayoutColumns": columns,
        },
    }


def columns(one: ViewFitting) -> Sequence[str]:
    """The whole name in place of its parts: only it leads to the record. A Contact's company is its account's."""
    own = [name for name in one.columns if name not in ("FirstName", "LastName")]
    account = ["Account.Name"] if one.object == "Contact" and "Company" not in own else []
    return ["Name", *account, *own]


def list_info(one: ViewFitting) -> Metadata:
    """A list view for everybody, as the User Interface API takes it (since v61.0)."""
    filters = [
        {"fieldApiName": name, "operator": "Equals", "operandLabels": list(values)} for name, values in one.only.items()
    ]
    return {
        "listViewApiName": one.name,
        "label": one.label,
        "displayColumns": list(columns(one)),
        "filteredByInfo": filters,
        "scope": {"apiName": "mine" if one.mine else "everything"},
        "visibility": "Public",
    }


_TOKENS: Mapping[tuple[str, str], str] = {
    ("Lead", "Name"): "FULL_NAME",
    ("Lead", "Company"): "LEAD.COMPANY",
    ("Contact", "Name"): "FULL_NAME",
    ("Contact", "Account.Name"): "ACCOUNT.NAME",
}
"""How list views in metadata call standard columns; those without a word here are left out."""


def list_view(one: ViewFitting) -> Metadata:
    """The same as metadata, where standard columns have names of their own."""
    shown = [_TOKENS.get((one.object, name), name if name.endswith("__c") else "") for name in columns(one)]
    filters = [{"field": name, "operation": "equals", "value": ",".join(values)} for name, values in one.only.items()]
    return {
        "fullName": one.name,
        "columns": [name for name in shown if name],
        "filterScope": "Mine" if one.mine else "Everything",
        "filters": filters,
        "label": one.label,
    }
