"""What is asked of a survey, and what follows from it for mapping.yaml."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.mapping import MappingRules, People, Property, Role, System, Whose
from domain.stage import Stage
from domain.survey import HUBSPOT_CONNECTOR, Author, Neighbour, Survey, Written
from mapping.contested import undecided
from reports.survey import advice, fields_to_ask, lines_to_decide

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot"}
LINKS = {"salesforceleadid": "Lead", "salesforcecontactid": "Contact"}
STATUS = Property(
    name="status",
    fields={"crm": {"Lead": "Status"}, "mail": "hs_lead_status"},
    role=Role.STATUS,
    values={"crm": {Stage.ASSIGNED: "Open"}, "mail": {Stage.ASSIGNED: "OPEN"}},
)
KEY = Property(name="lead_key", fields={"crm": "Key__c", "mail": "key"}, role=Role.OWNED)


def rules(**links: str) -> MappingRules:
    return MappingRules(
        systems={
            "crm": System(people=People(objects=["Contact", "Lead"], key="Key__c", email="Email")),
            "mail": System(people=People(objects=["contacts"], key="key", email="email", links=links)),
        },
        properties=[STATUS, KEY],
    )


def survey(connection: str, *written: Written, **more: Any) -> Survey:
    return Survey(connection=connection, at=NOW, since=NOW, sampled={}, written=written, **more)


def by(author: Author, kind: str, field: str) -> Written:
    return Written(object=kind, field=field, author=author, name="Robot", authors=1, changes=1, last_at=NOW)


def test_asked_is_what_we_write_and_our_key_by_which_we_are_told_apart() -> None:
    assert fields_to_ask(rules(), TYPES) == {
        "crm": {"Contact": {"Key__c"}, "Lead": {"Key__c", "Status"}},
        "mail": {"contacts": {"hs_lead_status", "key"}},
    }


def test_the_lines_to_decide_are_mapping_yaml_as_it_wants_them() -> None:
    found = {
        "crm": survey("crm", by(Author.WORKFLOW, "Lead", "Status")),
        "mail": survey("mail", by(Author.WORKFLOW, "contacts", "hs_lead_status")),
    }
    lines = lines_to_decide(undecided(found, rules(), TYPES))
    decided = YAML(typ="safe").load("\n".join(lines))["decided"]
    assert decided == {"crm": {"Lead.Status": "ours"}, "mail": {"contacts.hs_lead_status": "ours"}}
    taken = rules().model_copy(
        update={
            "decided": {name: {place: Whose(word) for place, word in each.items()} for name, each in decided.items()}
        }
    )
    assert undecided(found, taken, TYPES) == ()
    assert lines_to_decide(()) == ()


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({}, {"salesforceleadid": "crm:Lead", "salesforcecontactid": "crm:Contact"}),
        ({"salesforceleadid": "crm:Lead"}, {"salesforcecontactid": "crm:Contact"}),
        ({"salesforceleadid": "crm:Lead", "salesforcecontactid": "crm:Contact"}, {}),
    ],
    ids=["none", "one", "both"],
)
def test_the_links_that_the_mapping_lacks_are_proposed(known: dict[str, str], missing: dict[str, str]) -> None:
    neighbour = Neighbour(name=HUBSPOT_CONNECTOR, evidence=("ids",), links=LINKS)
    (found,) = advice({"mail": survey("mail", neighbours=(neighbour,))}, rules(**known), TYPES)
    assert found.links == missing


def test_fields_that_the_neighbour_carries_and_we_write_are_named() -> None:
    neighbour = Neighbour(name=HUBSPOT_CONNECTOR, evidence=("ids",), links={})
    quiet = survey("mail", neighbours=(neighbour,))
    busy = survey("mail", by(Author.NEIGHBOUR, "contacts", "hs_lead_status"), neighbours=(neighbour,))
    (before,), (after,) = (advice({"mail": each}, rules(), TYPES) for each in (quiet, busy))
    assert [line for line in after.words if line not in before.words] == [
        (
            "It carries fields that our rules write too: contacts.hs_lead_status. Turn its field sync off there, or "
            "decide `carried` where it brings the other system's value: leadloop then looks after its arrival only."
        )
    ]
    assert any("owner and status: Salesforce" in line for line in before.words)


def test_without_a_neighbour_nothing_follows() -> None:
    assert advice({"mail": survey("mail")}, rules(), TYPES) == ()
