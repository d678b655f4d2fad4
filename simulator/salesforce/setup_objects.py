"""What runs in an org beside us: flows, rules, alerts and the history of fields, as a survey may ask for them.

An admin puts them there through the side door's seed. Some are rows of the REST API, some of the Tooling API alone,
as in Salesforce; a rule's or a flow's `Metadata` is given for one row at a time.
"""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from simulator.salesforce.errors import RefusedError
from simulator.salesforce.people import AUDIT
from simulator.salesforce.schema import Field, Kind, ObjectType, read_fields
from simulator.salesforce.table import Row

_SHORT_TEXT = 255


def _type(name: str, prefix: str, label: str, fields: str) -> ObjectType:
    text = f'Id id required readonly default=id label="{label} ID"\n{fields.strip()}\n{AUDIT}'
    return ObjectType(
        name=name,
        prefix=prefix,
        label=label,
        label_plural=f"{label}s",
        writable=False,
        undeletable=False,
        fields=read_fields(text),
    )


def _history(name: str, prefix: str, parent: str) -> ObjectType:
    return _type(
        name,
        prefix,
        f"{parent} History",
        f"""
{parent}Id reference readonly to={parent} as={parent} label="{parent} ID"
Field picklist(255) readonly label="Changed Field"
OldValue string(255) readonly nofilter
NewValue string(255) readonly nofilter
""",
    )


HISTORIES = {"Lead": _history("LeadHistory", "017", "Lead"), "Contact": _history("ContactHistory", "018", "Contact")}
FIELD_DEFINITION = _type(
    "FieldDefinition",
    "0Fd",
    "Field Definition",
    """
EntityDefinitionId string(40)
QualifiedApiName string(80)
IsFieldHistoryTracked boolean required
""",
)
REST = (
    *HISTORIES.values(),
    FIELD_DEFINITION,
    _type(
        "FlowDefinitionView",
        "3dd",
        "Flow Definition View",
        """
ApiName string(255)
Label string(255)
ProcessType string(255)
TriggerType string(255)
TriggerObjectOrEventId string(255)
IsActive boolean required
ActiveVersionId string(255)
""",
    ),
    _type(
        "AssignmentRule", "01Q", "Assignment Rule", "Name string(120)\nSobjectType string(40)\nActive boolean required"
    ),
    _type(
        "DuplicateRule",
        "0Bm",
        "Duplicate Rule",
        "DeveloperName string(80)\nMasterLabel string(80)\nSobjectType string(40)\nIsActive boolean required",
    ),
    _type(
        "ProcessDefinition",
        "04a",
        "Process Definition",
        "Name string(255)\nDeveloperName string(80)\nTableEnumOrId string(40)\nType string(40)\nState string(40)",
    ),
)
TOOLING = (
    _type(
        "ValidationRule",
        "03d",
        "Validation Rule",
        "ValidationName string(80)\nEntityDefinitionId string(40)\nActive boolean required\nMetadata textarea(32000)",
    ),
    _type("Flow", "301", "Flow", "MasterLabel string(255)\nStatus string(40)\nMetadata textarea(32000)"),
    _type(
        "WorkflowFieldUpdate",
        "04Y",
        "Workflow Field Update",
        "Name string(80)\nSourceTableEnumOrId string(40)\nFieldDefinitionId string(80)",
    ),
    _type("WorkflowAlert", "01W", "Workflow Alert", "DeveloperName string(80)\nEntityDefinitionId string(40)"),
    _type("ApexTrigger", "01q", "Apex Trigger", "Name string(255)\nTableEnumOrId string(40)\nStatus string(40)"),
)
_TOOLING_ONLY = re.compile(rf"\bFROM\s+({'|'.join(one.name for one in TOOLING)})\b", re.IGNORECASE)


def of_tooling(query: str) -> bool:
    """Whether the query asks for one of these types that the Tooling API alone has."""
    return _TOOLING_ONLY.search(query) is not None


def with_metadata(body: dict[str, Any]) -> dict[str, Any]:
    """The answer with `Metadata` as the structure it is; it may be asked for one row only."""
    rows = body["records"]
    if any("Metadata" in row for row in rows):
        if len(rows) > 1:
            message = (
                "When retrieving results with Metadata or FullName fields, the query qualifications must specify no "
                f"more than one row for retrieval. Result size: {len(rows)}"
            )
            raise RefusedError("MALFORMED_QUERY", message)
        rows = [{**row, "Metadata": orjson.loads(row["Metadata"] or "null")} for row in rows]
    return {**body, "records": rows}


def history_of(type_: ObjectType, before: Row, after: Row, definitions: Iterable[Row]) -> list[Row]:
    """The rows of history that a change leaves: of tracked fields only; of an owner two, the name's and the id's.

    Of long text it is told that it changed, not what into.
    """
    tracked = [
        str(one.get("QualifiedApiName"))
        for one in definitions
        if one.get("EntityDefinitionId") == type_.name and one.get("IsFieldHistoryTracked")
    ]
    rows: list[Row] = []
    for name in tracked:
        if before.get(name) != after.get(name):
            told = "Owner" if name == "OwnerId" else name
            row = {f"{type_.name}Id": after["Id"], "Field": told}
            if _is_told(type_.fields[name]):
                row |= {"OldValue": before.get(name), "NewValue": after.get(name)}
            rows += [row, dict(row)] if name == "OwnerId" else [row]
    return rows


def _is_told(field: Field) -> bool:
    return field.kind is not Kind.TEXTAREA or field.length <= _SHORT_TEXT
