"""Every code of the facts' table (2.6) at one row of a batch: its receipt, the rows beside it, and the row itself.

Where the simulated org has the rule, the rule refuses; the rest is ordered from it by name.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from connectors.salesforce.remedies import REMEDIES
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.values import Value
from tests.contract.salesforce_org import OPEN_S, Admin, admin_of
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess

REFUSED, GONE, APPLIED = ReceiptOutcome.REFUSED, ReceiptOutcome.GONE, ReceiptOutcome.APPLIED


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a case may arrange before the write, and the lead it is about."""

    rig: SalesforceRig
    admin: Admin
    lead: str

    def fields(self, **values: Value) -> Change:
        return Change(key="bad", kind=ChangeKind.FIELDS, object="Lead", id=self.lead, values=values)

    def score(self) -> Change:
        return self.fields(LL_Score__c=50)

    def mark(self) -> list[dict[str, str]]:
        """Sets the lead apart, so that a rule meets it alone."""
        self.rig.simulator.act("edit", system="salesforce", id=self.lead, Title=self.lead)
        return [{"field": "Title", "value": self.lead}]

    def contact(self) -> str:
        name = f"Menabrea {self.lead}"
        return self.rig.simulator.seed(sf_contacts=[{"LastName": name, "AccountName": name}])["Contact"][0]

    def task(self, **values: Value) -> Change:
        given: dict[str, Value] = {"Subject": "Call", "WhoId": self.lead, "LL_Key__c": f"key {self.lead}", **values}
        return Change(key="bad", kind=ChangeKind.CREATE, object="Task", values=given, unique="LL_Key__c")


Arrange = Callable[[Scene], Change]


def rule(key: str, **more: str) -> Arrange:
    def arrange(scene: Scene) -> Change:
        told = {"object": "Lead", "when": scene.mark(), "message": "The org says no.", **more}
        scene.admin.set(**{key: [told]})
        return scene.score()

    return arrange


def values(**given: Value) -> Arrange:
    return lambda scene: scene.fields(**given)


def ordered(code: str) -> Arrange:
    def arrange(scene: Scene) -> Change:
        scene.rig.simulator.fault("partial_failure", system="salesforce", code=code, message="words", times=None)
        return scene.score()

    return arrange


def act(do: str) -> Arrange:
    def arrange(scene: Scene) -> Change:
        scene.rig.simulator.act(do, system="salesforce", id=scene.lead)
        return scene.score()

    return arrange


def in_an_open_transaction(scene: Scene) -> Change:
    scene.rig.simulator.act("edit", system="salesforce", id=scene.lead, Title="Import", open_s=OPEN_S)
    return scene.score()


def in_an_approval(scene: Scene) -> Change:
    scene.admin.set(approvals=[scene.lead])
    return scene.score()


def like_another(scene: Scene) -> Change:
    """Two leads of one address, and a rule against that which lets nobody pass."""
    address = f"{scene.lead}@twice.example".lower()
    for lead in (scene.lead, scene.rig.seed(1)[0]):
        scene.rig.simulator.act("edit", system="salesforce", id=lead, Email=address)
    scene.admin.set(duplicate_rules=[{"object": "Lead", "fields": ["Email"], "action": "block"}])
    return scene.score()


def with_the_key_of_another(scene: Scene) -> Change:
    other, key = scene.rig.seed(1)[0], f"key {scene.lead}"
    scene.rig.simulator.act("edit", system="salesforce", id=other, LL_Lead_Key__c=key)
    return scene.fields(LL_Lead_Key__c=key)


def to_a_public_group(scene: Scene) -> Change:
    seeded = scene.rig.simulator.seed(salesforce={"Group": [{"name": f"All {scene.lead}", "Type": "Regular"}]})
    return scene.fields(OwnerId=seeded["Group"][0])


def to_a_queue_for_other_objects(scene: Scene) -> Change:
    queue = scene.rig.simulator.seed(queues=[{"name": f"Cases {scene.lead}"}])["Group"][0]
    (enabled,) = [row for row in scene.rig.held("QueueSobject").values() if row["QueueId"] == queue]
    scene.rig.simulator.act("delete", system="salesforce", id=str(enabled["Id"]))
    return scene.fields(OwnerId=queue)


def user(scene: Scene, *, active: bool) -> str:
    row = {"email": f"{scene.lead}.{active}@reps.example".lower(), "last_name": "Kim", "active": active}
    return scene.rig.simulator.seed(users=[row])["User"][0]


def a_lead_to_somebody_inactive(scene: Scene) -> Change:
    return scene.fields(OwnerId=user(scene, active=False))


def a_contact_to_somebody_inactive(scene: Scene) -> Change:
    owner = {"OwnerId": user(scene, active=False)}
    return Change(key="bad", kind=ChangeKind.FIELDS, object="Contact", id=scene.contact(), values=owner)


def to_somebody_who_may_not_read_it(scene: Scene) -> Change:
    owner = user(scene, active=True)
    scene.admin.set(no_read={"Lead": [owner]})
    return scene.fields(OwnerId=owner)


def of_an_object_we_may_only_read(scene: Scene) -> Change:
    scene.admin.set(read_only=["Contact"])
    score: dict[str, Value] = {"LL_Score__c": 50}
    return Change(key="bad", kind=ChangeKind.FIELDS, object="Contact", id=scene.contact(), values=score)


def limited(word: str) -> Arrange:
    def arrange(scene: Scene) -> Change:
        scene.admin.set(field_security={"Lead.Rating": word})
        return scene.fields(Rating="Hot")

    return arrange


def in_a_full_org(scene: Scene) -> Change:
    scene.admin.set(storage_full=True)
    return scene.task()


def with_a_key_that_two_tasks_carry(scene: Scene) -> Change:
    change = scene.task()
    scene.rig.simulator.seed(salesforce={"Task": [dict(change.values)] * 2})
    return change


def for_nobody(scene: Scene) -> Change:
    return scene.task(WhoId="00Qzz0000000001AAA")


def for_somebody_by_nobody(scene: Scene) -> Change:
    return scene.task(OwnerId="005zz0000000001AAA")


CASES: Mapping[str, tuple[Arrange, ReceiptOutcome, bool]] = {
    "UNABLE_TO_LOCK_ROW": (in_an_open_transaction, REFUSED, True),
    "UNABLE_TO_LOCK_ROW in a trigger": (
        rule("automation", kind="trigger", message="LeadTrigger: caused by: UNABLE_TO_LOCK_ROW"),
        REFUSED,
        True,
    ),
    "SERVER_UNAVAILABLE": (ordered("SERVER_UNAVAILABLE"), REFUSED, True),
    "UNKNOWN_EXCEPTION": (ordered("UNKNOWN_EXCEPTION"), REFUSED, True),
    "REQUEST_LIMIT_EXCEEDED": (ordered("REQUEST_LIMIT_EXCEEDED"), REFUSED, True),
    "LIMIT_EXCEEDED": (ordered("LIMIT_EXCEEDED"), REFUSED, True),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": (ordered("ALL_OR_NONE_OPERATION_ROLLED_BACK"), REFUSED, True),
    "PROCESSING_HALTED": (ordered("PROCESSING_HALTED"), REFUSED, True),
    "ENTITY_IS_DELETED": (act("delete"), GONE, False),
    "NOT_FOUND": (ordered("NOT_FOUND"), GONE, False),
    "CANNOT_UPDATE_CONVERTED_LEAD": (act("convert"), GONE, False),
    "INVALID_CROSS_REFERENCE_KEY of an owner": (to_a_public_group, REFUSED, False),
    "INVALID_CROSS_REFERENCE_KEY of a task's person": (for_nobody, GONE, False),
    "INVALID_CROSS_REFERENCE_KEY of a task's owner": (for_somebody_by_nobody, REFUSED, False),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (rule("validation_rules"), REFUSED, False),
    "FIELD_FILTER_VALIDATION_EXCEPTION": (rule("lookup_filters"), REFUSED, False),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (values(LL_Stage__c="nonsense"), REFUSED, False),
    "STRING_TOO_LONG": (values(FirstName="x" * 41), REFUSED, False),
    "NUMBER_OUTSIDE_VALID_RANGE": (values(LL_Score__c=1e16), REFUSED, False),
    "REQUIRED_FIELD_MISSING": (values(LastName=None), REFUSED, False),
    "INVALID_EMAIL_ADDRESS": (values(Email="nobody at all"), REFUSED, False),
    "MALFORMED_ID": (values(OwnerId="no id"), REFUSED, False),
    "MISSING_ARGUMENT": (lambda scene: scene.task(LL_Key__c=None), REFUSED, False),
    "DUPLICATE_VALUE": (with_the_key_of_another, REFUSED, False),
    "DUPLICATES_DETECTED": (like_another, REFUSED, False),
    "DUPLICATE_EXTERNAL_ID": (with_a_key_that_two_tasks_carry, REFUSED, False),
    "ENTITY_IS_LOCKED": (in_an_approval, REFUSED, False),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (rule("automation", kind="trigger"), REFUSED, False),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (rule("automation", kind="flow"), REFUSED, False),
    "APEX_ERROR": (rule("automation", kind="apex"), REFUSED, False),
    "INVALID_FIELD of no such field": (values(Nowhere__c="x"), REFUSED, True),
    "INVALID_FIELD of a hidden field": (limited("hidden"), REFUSED, True),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (limited("read"), REFUSED, True),
    "INVALID_TYPE": (ordered("INVALID_TYPE"), REFUSED, True),
    "INSUFFICIENT_ACCESS_OR_READONLY": (of_an_object_we_may_only_read, REFUSED, True),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        ordered("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"),
        REFUSED,
        True,
    ),
    "OPERATION_WITH_INACTIVE_USER_EXCEPTION": (a_lead_to_somebody_inactive, REFUSED, False),
    "INACTIVE_OWNER_OR_USER": (a_contact_to_somebody_inactive, REFUSED, False),
    "TRANSFER_REQUIRES_READ": (to_somebody_who_may_not_read_it, REFUSED, True),
    "FIELD_INTEGRITY_EXCEPTION of a queue": (to_a_queue_for_other_objects, REFUSED, False),
    "API_DISABLED_FOR_ORG": (ordered("API_DISABLED_FOR_ORG"), REFUSED, True),
    "API_CURRENTLY_DISABLED": (ordered("API_CURRENTLY_DISABLED"), REFUSED, True),
    "TXN_SECURITY_METERING_ERROR": (ordered("TXN_SECURITY_METERING_ERROR"), REFUSED, True),
    "STORAGE_LIMIT_EXCEEDED": (in_a_full_org, REFUSED, True),
}
NAMED = {
    "INVALID_FIELD of no such field": ("Nowhere__c",),
    "INVALID_FIELD of a hidden field": ("Rating",),
    "INVALID_FIELD_FOR_INSERT_UPDATE": ("Rating",),
    "NUMBER_OUTSIDE_VALID_RANGE": ("LL_Score__c",),
    "REQUIRED_FIELD_MISSING": ("LastName",),
}
"""The fields that a refusal names."""
TOLD = {"UNABLE_TO_LOCK_ROW in a trigger": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}
"""Where the code that Salesforce tells is not the first word of the case."""


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


@pytest.fixture
def admin(simulator: SimulatorProcess) -> Iterator[Admin]:
    with admin_of(simulator) as admin:
        yield admin


def everything(rig: SalesforceRig, change: Change) -> dict[str, dict[str, object]]:
    """What a refused write must leave as it is: the row, or where it is a creation all rows of the object."""
    rows = rig.held(change.object)
    return {change.id: rows[change.id]} if change.id else dict(rows)


@pytest.mark.parametrize("name", CASES)
def test_a_refused_row_has_its_receipt_and_holds_nothing_back(rig: SalesforceRig, admin: Admin, name: str) -> None:
    arrange, outcome, retryable = CASES[name]
    lead, before, after = rig.seed(3)
    bad = arrange(Scene(rig=rig, admin=admin, lead=lead))
    was = everything(rig, bad)
    receipts = list(rig.connector().write([bad, rig.change("b", before, 41), rig.change("a", after, 42)]))
    assert [receipt.key for receipt in receipts] == ["bad", "b", "a"]
    assert [receipt.outcome for receipt in receipts] == [outcome, APPLIED, APPLIED]
    assert (receipts[0].code, receipts[0].retryable) == (TOLD.get(name, name.split(maxsplit=1)[0]), retryable)
    assert receipts[0].fields == NAMED.get(name, receipts[0].fields)
    assert rig.values([before, after]) == [41, 42]
    assert everything(rig, bad) == was


def test_every_code_that_a_row_may_come_back_with_has_its_case() -> None:
    elsewhere = {"REQUEST_RUNNING_TOO_LONG", "QUERY_TIMEOUT", "INVALID_TYPE_ON_FIELD_IN_RECORD", "JSON_PARSER_ERROR"}
    assert set(REMEDIES) - {name.split()[0] for name in CASES} == elsewhere
