"""What an org does by itself: flows, rules, alerts, read from Setup as far as the integration user may.

A flow's and a rule's own text is given one at a time, so only so many of them are opened.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.client import Client
from connectors.salesforce.history import rows_of
from connectors.salesforce.soql import checked_id, one_of, quoted, select
from domain.errors import ContractError
from domain.survey import Automation, AutomationKind, Requirement, Unseen

MOST_OPENED = 25
"""Flows and validation rules whose text is read, each for one call."""
SETUP = "Give the integration user *View Setup and Configuration*"
_STATUS_IS = re.compile(r"ISPICKVAL\s*\(\s*(\w+)\s*,\s*[\"']([^\"']+)[\"']\s*\)", re.IGNORECASE)
_BLANK = re.compile(r"(?:ISBLANK|ISNULL)\s*\(\s*(\w+)\s*\)|ISPICKVAL\s*\(\s*(\w+)\s*,\s*[\"']{2}\s*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about active things of one kind: which table, its name's and its object's field, a filter."""

    kind: AutomationKind
    table: str
    name: str
    object: str
    where: str
    tooling: bool = False
    more: tuple[str, ...] = ()

    def soql(self, objects: Collection[str]) -> str:
        where = f"{one_of(self.object, sorted(objects))} AND {self.where}" if self.where else ""
        where = where or one_of(self.object, sorted(objects))
        return select((self.name, self.object, *self.more), self.table, where=where, limit=2_000)


_K = AutomationKind
QUESTIONS = (
    Question(
        kind=_K.FLOW,
        table="FlowDefinitionView",
        name="Label",
        object="TriggerObjectOrEventId",
        where="IsActive = true",
        more=("ActiveVersionId",),
    ),
    Question(kind=_K.ASSIGNMENT_RULE, table="AssignmentRule", name="Name", object="SobjectType", where="Active = true"),
    Question(
        kind=_K.DUPLICATE_RULE, table="DuplicateRule", name="MasterLabel", object="SobjectType", where="IsActive = true"
    ),
    Question(
        kind=_K.APPROVAL_PROCESS,
        table="ProcessDefinition",
        name="Name",
        object="TableEnumOrId",
        where="State = 'Active'",
    ),
    Question(
        kind=_K.VALIDATION_RULE,
        table="ValidationRule",
        name="ValidationName",
        object="EntityDefinitionId",
        where="Active = true",
        tooling=True,
        more=("Id",),
    ),
    Question(
        kind=_K.FIELD_UPDATE,
        table="WorkflowFieldUpdate",
        name="Name",
        object="SourceTableEnumOrId",
        where="",
        tooling=True,
        more=("FieldDefinitionId",),
    ),
    Question(
        kind=_K.EMAIL_ALERT,
        table="WorkflowAlert",
        name="DeveloperName",
        object="EntityDefinitionId",
        where="",
        tooling=True,
    ),
    Question(
        kind=_K.TRIGGER,
        table="ApexTrigger",
        name="Name",
        object="TableEnumOrId",
        where="Status = 'Active'",
        tooling=True,
    ),
)


@dataclass(slots=True)
class Running:
    """What was found, as it is gathered."""

    automations: list[Automation]
    requirements: list[Requirement]
    unseen: list[Unseen]
    opened: int = 0


class Setup:
    """Asks for everything active on the objects given."""

    def __init__(self, client: Client, asking: Asking) -> None:
        self._client = client
        self._asking = asking

    def running(self, objects: Collection[str]) -> Running:
        found = Running([], [], [])
        for question, told in self._answers(objects):
            rows = rows_of(told, may_refuse=True)
            if rows is None:
                found.unseen.append(Unseen(what=f"active {question.kind.value}s", grant=SETUP))
                continue
            for row in rows:
                self._keep(question, row, found)
        return found

    def _answers(self, objects: Collection[str]) -> Iterator[tuple[Question, Told]]:
        """What the REST API has in one call, what the Tooling API has one by one."""
        together = {
            each.table: f"query?{urlencode({'q': each.soql(objects)})}" for each in QUESTIONS if not each.tooling
        }
        told = self._asking.together(together)
        for question in QUESTIONS:
            answer = self._tooling(question.soql(objects)) if question.tooling else told.get(question.table)
            if answer is None:
                raise ContractError("Salesforce left a question of the survey out of a joint answer")
            yield question, answer

    def _tooling(self, soql: str) -> Told:
        return Told.of(self._client.get("tooling/query", {"q": soql}))

    def _keep(self, question: Question, row: Mapping[str, Any], found: Running) -> None:
        name, object_name = str(row[question.name]), str(row[question.object])
        fields: tuple[str, ...] = ()
        match question.kind:
            case AutomationKind.FLOW:
                fields = self._set_by_flow(str(row.get("ActiveVersionId") or ""), name, found)
            case AutomationKind.FIELD_UPDATE:
                fields = (str(row.get("FieldDefinitionId") or "").rpartition(".")[2],)
            case AutomationKind.VALIDATION_RULE:
                needed = tuple(self._asked_by_rule(str(row["Id"]), object_name, name, found))
                found.requirements += needed
                fields = tuple(dict.fromkeys(each.field for each in needed))
            case AutomationKind.TRIGGER:
                found.unseen.append(Unseen(what=f"what the Apex trigger {name} sets", grant="Ask whoever wrote it"))
        found.automations.append(
            Automation(kind=question.kind, object=object_name, name=name, fields=tuple(filter(None, fields)))
        )

    def _set_by_flow(self, version: str, name: str, found: Running) -> tuple[str, ...]:
        metadata = self._metadata("Flow", version, f"what the flow {name} sets", found)
        return tuple(sorted(set(set_by(metadata)))) if metadata is not None else ()

    def _asked_by_rule(self, rule: str, object_name: str, name: str, found: Running) -> Iterator[Requirement]:
        metadata = self._metadata("ValidationRule", rule, f"what the validation rule {name} asks for", found)
        formula = str((metadata or {}).get("errorConditionFormula") or "")
        yield from required_by(formula, object_name)

    def _metadata(self, table: str, row_id: str, what: str, found: Running) -> Mapping[str, Any] | None:
        """The text of one flow or rule; None, and said so, beyond the bound or without the right."""
        rows: list[dict[str, Any]] | None = None
        if row_id and found.opened < MOST_OPENED:
            found.opened += 1
            where = f"Id = {quoted(checked_id(row_id))}"
            rows = rows_of(self._tooling(select(("Metadata",), table, where=where)), may_refuse=True)
        metadata = rows[0].get("Metadata") if rows else None
        if isinstance(metadata, dict):
            return metadata
        grant = SETUP if found.opened < MOST_OPENED else f"Open it in Setup: only {MOST_OPENED} are read"
        found.unseen.append(Unseen(what=what, grant=grant))
        return None


def set_by(metadata: Mapping[str, Any]) -> Iterator[str]:
    """The fields of the record itself that a flow sets: by assignment before it is saved, or by an update of it."""
    for assignment in _rows(metadata.get("assignments")):
        for item in _rows(assignment.get("assignmentItems")):
            target = str(item.get("assignToReference") or "")
            if target.startswith("$Record."):
                yield target.removeprefix("$Record.")
    for update in _rows(metadata.get("recordUpdates")):
        for item in _rows(update.get("inputAssignments")):
            if item.get("field"):
                yield str(item["field"])


def required_by(formula: str, object_name: str) -> Iterator[Requirement]:
    """The fields that a rule refuses when they are blank, and the value of a picklist under which it does."""
    conditions = " and ".join(f"{field} is {value}" for field, value in _STATUS_IS.findall(formula))
    for match in _BLANK.finditer(formula):
        yield Requirement(object=object_name, field=match[1] or match[2], when=conditions)


def _rows(found: Any) -> Iterable[Mapping[str, Any]]:
    """One or many: Salesforce gives a list, or nothing."""
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else ()
