"""A value that its field would refuse stays at home alone: the rest of its row goes, and what waits is named."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decision import Intent, IntentKind
from domain.misfit import Misfit, Why
from domain.record import Field, FieldType
from domain.values import RecordRef, Value
from sync.loop import InForce
from sync.plan import Outgoing, outgoing_of
from sync.wanted import Wanted
from tests.unit.sync.material import ANA, FAY, LEAD, USERS, record, wanted, wish

NEW_LEAD = Intent(lead_id=ANA, handoff=0, kind=IntentKind.CREATE_LEAD, step="salesforce", payload={})
NEW = RecordRef(connection="salesforce", object="Lead", id="")
KNOWN: Mapping[str, Value] = {"email": "ana@acme.example", "last_name": "Ruiz", "company": "Acme", "stage": "mql"}


def field(name: str, kind: FieldType = FieldType.TEXT, **more: object) -> Field:
    given: dict[str, object] = {"name": name, "label": name, "type": kind, **more}
    return Field(**given)  # type: ignore[arg-type]  # keyword variants of one frozen value


LEAD_FIELDS = (
    field("Title", length=128),
    field("Industry", FieldType.PICKLIST, options=("Software", "Steel"), restricted=True),
    field("Email", is_email=True, length=80),
    field("LastName", length=80, nullable=False, required=True),
    field("Company", length=255, nullable=False, required=True),
    field("LL_Score__c", FieldType.NUMBER, digits=4),
    field("LL_Why__c", length=255),
)


def told(rules: InForce, *more: Field) -> InForce:
    return replace(rules, described={("salesforce", "Lead"): {each.name: each for each in (*LEAD_FIELDS, *more)}})


def planned(need: Wanted, rules: InForce) -> Outgoing:
    return outgoing_of(need, rules, USERS)


def only_values(found: Outgoing) -> Mapping[str, Value]:
    (draft,) = found.drafts
    return draft.change.values


def misfit(
    name: str, why: Why, words: str, *, ref: RecordRef = LEAD, prop: str | None = None, hint: str = ""
) -> Misfit:
    return Misfit(ref=ref, field=name, property=name.lower() if prop is None else prop, why=why, words=words, hint=hint)


def test_a_misfit_keeps_back_its_field_alone(rules: InForce) -> None:
    need = wanted(
        records=(record(LEAD, {"Title": "VP", "Industry": None, "LL_Score__c": 10, "LL_Why__c": None}),),
        desired=(
            wish(LEAD, "Title", "x" * 200),
            wish(LEAD, "Industry", "Sofware"),
            wish(LEAD, "LL_Score__c", 25),
            wish(LEAD, "LL_Why__c", "Asked"),
        ),
    )
    found = planned(need, told(rules))
    assert only_values(found) == {"LL_Score__c": 25, "LL_Why__c": "Asked"}
    assert found.misfits == (
        misfit("Title", Why.LENGTH, "holds 128 characters"),
        misfit("Industry", Why.OPTION, "lacks the option", hint="Software"),
    )


def test_what_is_shown_already_is_no_misfit(rules: InForce) -> None:
    shown = record(LEAD, {"Title": "x" * 200})
    assert planned(wanted(records=(shown,), desired=(wish(LEAD, "Title", "x" * 200),)), told(rules)).misfits == ()


def test_a_field_is_sent_in_its_own_type_and_once(rules: InForce) -> None:
    day = told(rules, field("Since__c", FieldType.DATE))
    moment = wish(LEAD, "Since__c", "2026-09-07T09:20:13Z")
    need = wanted(records=(record(LEAD, {"Since__c": None}),), desired=(moment,))
    assert only_values(planned(need, day)) == {"Since__c": "2026-09-07"}
    shown = wanted(records=(record(LEAD, {"Since__c": "2026-09-07"}),), desired=(moment,))
    assert planned(shown, day) == Outgoing(drafts=(), misfits=())


def test_without_a_description_everything_goes_as_it_is(rules: InForce) -> None:
    need = wanted(records=(record(LEAD, {"Title": "VP"}),), desired=(wish(LEAD, "Title", "x" * 200),))
    assert only_values(planned(need, rules)) == {"Title": "x" * 200}


def creation(rules: InForce, **more: Value) -> Outgoing:
    values = {**KNOWN, **more}
    return planned(wanted(records=(), values=values, intents=(("c1", NEW_LEAD),)), rules)


def test_a_creation_goes_without_what_would_be_refused(rules: InForce) -> None:
    found = creation(told(rules), industry="Sofware", job_title="x" * 200)
    assert only_values(found)["LastName"] == "Ruiz"
    assert not {"Title", "Industry"} & only_values(found).keys()
    assert {(each.ref, each.field, each.why) for each in found.misfits} >= {(NEW, "Title", Why.LENGTH)}


def test_a_creation_that_lacks_a_required_field_waits_visibly(rules: InForce) -> None:
    found = creation(told(rules, field("Region__c", required=True, nullable=False)))
    words = "no Lead is created without it, and nothing fills it"
    assert found == Outgoing(drafts=(), misfits=(misfit("Region__c", Why.MISSING, words, ref=NEW, prop=""),))


def test_a_creation_whose_required_field_does_not_fit_waits_for_that(rules: InForce) -> None:
    found = creation(told(rules), last_name="x" * 81)
    words = "holds 80 characters, and no Lead is created without it"
    assert found == Outgoing(drafts=(), misfits=(misfit("LastName", Why.LENGTH, words, ref=NEW, prop="last_name"),))


def test_nobody_is_created_with_an_address_that_is_none(rules: InForce) -> None:
    found = creation(told(rules), email="ana at acme")
    assert (found.drafts, [each.field for each in found.misfits]) == ((), ["Email"])


def test_nobody_is_created_without_an_address_and_it_is_said(rules: InForce) -> None:
    found = creation(told(rules), email=None)
    assert (found.drafts, [(each.field, each.why) for each in found.misfits]) == ((), [("Email", Why.MISSING)])


def test_a_task_is_left_to_its_connector_which_has_words_of_its_own_for_it(rules: InForce) -> None:
    options = field("Priority", FieldType.PICKLIST, options=("HIGH", "MEDIUM"), restricted=True)
    payload: dict[str, Value] = {"owner": FAY, "subject": "Call Ana", "priority": "High"}
    task = Intent(lead_id=ANA, handoff=1, kind=IntentKind.TASK, step="task", payload=payload)
    there = replace(rules, described={("salesforce", "Task"): {"Priority": options}})
    need = wanted(records=(record(LEAD),), intents=(("t1", task),), values={"stage": "assigned"})
    assert only_values(planned(need, there))["Priority"] == "High"


ANYTHING = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=300)


@given(values=st.fixed_dictionaries({each.name: ANYTHING for each in LEAD_FIELDS}))
@settings(max_examples=100, deadline=None)
def test_every_wish_is_sent_kept_back_or_shown(rules: InForce, values: Mapping[str, Value]) -> None:
    need = wanted(records=(record(LEAD, {}),), desired=[wish(LEAD, name, value) for name, value in values.items()])
    found = planned(need, told(rules))
    sent = {name: value for draft in found.drafts for name, value in draft.change.values.items()}
    kept = {each.field for each in found.misfits}
    assert not sent.keys() & kept
    for each in LEAD_FIELDS:
        value = sent.get(each.name)
        if each.name in sent and isinstance(value, str):
            assert len(value) <= (each.length or 10**9)
            assert not each.options or value in each.options
        assert each.name in sent or each.name in kept or not str(values[each.name] or "").strip()
