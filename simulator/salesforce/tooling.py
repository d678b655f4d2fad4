"""/tooling and /ui-api/list-info: the part of an org's Setup that a program can change.

Custom fields, quick actions and list views; each needs *Customize Application*. The shapes follow the Tooling API
and the User Interface API as documented; no recording of either was at hand.
"""

import re
from typing import Any

from simulator.log import Effect
from simulator.salesforce import custom_fields
from simulator.salesforce.call import Call, Reply, type_in_path
from simulator.salesforce.errors import RefusedError, not_found
from simulator.salesforce.ids import make
from simulator.salesforce.org import Org
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.setup_rules import no_access
from simulator.salesforce.setup_types import CUSTOM_FIELD, QUICK_ACTION_DEFINITION, TOOLING
from simulator.salesforce.soql_parser import parse
from simulator.salesforce.soql_run import Moment, run
from simulator.salesforce.table import Row, Table
from simulator.salesforce.times import stamp

LIST_INFO_SINCE = 61
"""The version from which a list view can be made over the User Interface API."""
_FULL_NAME = re.compile(r"(\w+)\.(\w+)")
_SCOPES = ("everything", "mine", "team", "queue")


class Tooling:
    """The Setup of one org, as rows that queries find and as effects in the log."""

    def __init__(self) -> None:
        self._numbers = dict.fromkeys((*TOOLING, "ListView"), 0)

    def query(self, org: Org, call: Call) -> Reply:
        """One page: Setup has few rows. Without the right the types are not known at all."""
        if not org.security.may_customize:
            raise RefusedError("INVALID_TYPE", "sObject type is not supported.")
        fields = Table(CUSTOM_FIELD)
        for number, (owner, name) in enumerate(custom_fields.there(org), start=1):
            row = self._row(CUSTOM_FIELD, number, call, DeveloperName=name.removesuffix("__c"), TableEnumOrId=owner)
            fields.put(row, call.writing.now)
        tables = {"CustomField": fields, "QuickActionDefinition": org.quick_actions}
        answer = run(parse(call.query.get("q", "")), tables, org, Moment(now=call.writing.now))
        records = [answer.selection.show(row, call.version) for row in answer.rows]
        return Reply(body={"size": len(records), "totalSize": len(records), "done": True, "records": records})

    def create_field(self, org: Org, call: Call) -> Reply:
        owner, name, metadata = self._named(org, call, "CustomField")
        if not name.endswith("__c"):
            raise RefusedError("FIELD_INTEGRITY_EXCEPTION", f"a custom field ends in __c: {name}", fields=("FullName",))
        custom_fields.add(org, owner, name, metadata)
        return self._made(call, "CustomField", CUSTOM_FIELD.prefix, FullName=f"{owner}.{name}", Metadata=metadata)

    def create_action(self, org: Org, call: Call) -> Reply:
        """An action that updates its record; every field it touches has to be there."""
        owner, name, metadata = self._named(org, call, "QuickActionDefinition")
        if any(row["DeveloperName"] == name and row["SobjectType"] == owner for row in org.quick_actions.rows.values()):
            raise RefusedError("DUPLICATE_DEVELOPER_NAME", f"This name is already in use: {name}", fields=("FullName",))
        type_ = org.tables[type_in_path(owner).name].type
        _check_fields(type_, [each.get("field") for each in metadata.get("fieldOverrides") or ()])
        _check_fields(type_, _laid_out(metadata))
        label, kind = metadata.get("label"), metadata.get("type")
        if not label or not kind:
            raise RefusedError(
                "REQUIRED_FIELD_MISSING", "Required fields are missing: [label, type]", fields=("Metadata",)
            )
        number = len(org.quick_actions.rows) + 1
        named = {"DeveloperName": name, "SobjectType": type_.name, "Label": label, "Type": kind}
        org.quick_actions.put(self._row(QUICK_ACTION_DEFINITION, number, call, **named), call.writing.now)
        prefix = QUICK_ACTION_DEFINITION.prefix
        return self._made(call, "QuickActionDefinition", prefix, FullName=f"{owner}.{name}", Metadata=metadata)

    def actions(self, org: Org, call: Call) -> Reply:
        """The quick actions of an object, which everybody may list."""
        type_ = type_in_path(call.path[1])
        rows = [row for row in org.quick_actions.rows.values() if row["SobjectType"] == type_.name]
        named = [(row, call.url("sobjects", type_.name, "quickActions", row["DeveloperName"])) for row in rows]
        told = [
            {
                "label": row["Label"],
                "name": f"{type_.name}.{row['DeveloperName']}",
                "type": row["Type"],
                "urls": {"quickAction": place, "describe": f"{place}/describe"},
            }
            for row, place in named
        ]
        return Reply(body=told)

    def create_list(self, org: Org, call: Call) -> Reply:
        """A list view, which then is an ordinary row of ListView."""
        if int(call.version[1:3]) < LIST_INFO_SINCE:
            raise not_found()
        if not org.security.may_customize:
            raise no_access("ListView")
        type_, body = org.seen(type_in_path(call.path[2])), call.json_object()
        name, label = body.get("listViewApiName"), body.get("label")
        scope = (body.get("scope") or {}).get("apiName")
        if not name or not label or scope not in _SCOPES:
            raise RefusedError("ILLEGAL_ARGUMENT_EXCEPTION", "listViewApiName, label and scope are required")
        _check_fields(type_, [each.get("fieldApiName") for each in body.get("filteredByInfo") or ()])
        _check_fields(type_, [each for each in body.get("displayColumns") or () if "." not in each])
        views = org.tables["ListView"]
        if any(row["DeveloperName"] == name and row["SobjectType"] == type_.name for row in views.rows.values()):
            raise RefusedError("DUPLICATE_DEVELOPER_NAME", f"This name is already in use: {name}", fields=())
        row = self._row(views.type, len(views.rows) + 1, call, Name=label, DeveloperName=name, SobjectType=type_.name)
        views.put({**row, "IsSoqlCompatible": True}, call.writing.now)
        call.writing.effects.append(_effect("ListView", row["Id"], body))
        reference = {"id": row["Id"], "listViewApiName": name, "objectApiName": type_.name, "type": "listView"}
        return Reply(
            status=201, body={"label": label, "listReference": reference, "visibility": body.get("visibility")}
        )

    def _named(self, org: Org, call: Call, entity: str) -> tuple[str, str, dict[str, Any]]:
        """Owner, name and metadata of what is to be made (RefusedError when the caller may not, or it has none)."""
        if not org.security.may_customize:
            raise no_access(entity)
        body = call.json_object()
        full, metadata = _FULL_NAME.fullmatch(str(body.get("FullName"))), body.get("Metadata")
        if full is None or not isinstance(metadata, dict):
            raise RefusedError(
                "REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName, Metadata]", fields=("FullName",)
            )
        return full[1], full[2], metadata

    def _made(self, call: Call, entity: str, prefix: str, **after: Any) -> Reply:
        self._numbers[entity] += 1
        made = make(prefix, self._numbers[entity])
        call.writing.effects.append(_effect(entity, made, after))
        return Reply(status=201, body={"id": made, "success": True, "errors": [], "warnings": [], "infos": []})

    def _row(self, type_: ObjectType, number: int, call: Call, **values: Any) -> Row:
        now, user_id = stamp(call.writing.now), call.writing.user_id
        stamps = {"CreatedDate": now, "LastModifiedDate": now, "SystemModstamp": now}
        return {
            "Id": make(type_.prefix, number),
            **stamps,
            "CreatedById": user_id,
            "LastModifiedById": user_id,
            **values,
        }


def _laid_out(metadata: dict[str, Any]) -> list[object]:
    layout = metadata.get("quickActionLayout") or {}
    columns = layout.get("quickActionLayoutColumns") or ()
    return [item.get("field") for column in columns for item in column.get("quickActionLayoutItems") or ()]


def _check_fields(type_: ObjectType, names: list[object]) -> None:
    unknown = [name for name in names if not isinstance(name, str) or type_.find(name) is None]
    if unknown:
        raise RefusedError("INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type {type_.name}", fields=())


def _effect(entity: str, record_id: str, after: dict[str, Any]) -> Effect:
    return Effect(op="create", type=entity, id=record_id, before=None, after=after)
