"""The last survey of a connection comes back as it was found."""

from dataclasses import replace

from domain.survey import (
    Author,
    Automation,
    AutomationKind,
    Neighbour,
    Requirement,
    Survey,
    Unseen,
    Written,
)
from store import survey as surveys
from store.engine import Store
from tests.unit.store.examples import NOON, at

FOUND = Survey(
    connection="crm",
    at=at(1.5),
    since=NOON,
    sampled={"Lead": 200},
    untracked={"Lead": ("Phone", "Title")},
    written=(
        Written(
            object="Lead",
            field="Status",
            author=Author.WORKFLOW,
            name="Züge\x00",
            authors=1,
            changes=12,
            last_at=at(0.25),
        ),
    ),
    automations=(Automation(kind=AutomationKind.FLOW, object="Lead", name="Reset", fields=("Status",)),),
    requirements=(Requirement(object="Lead", field="Phone", when="Status is Working"),),
    neighbours=(Neighbour(name="HubSpot", evidence=("12 changes",), links={"salesforceleadid": "Lead"}),),
    unseen=(Unseen(what="flows", grant="a right"),),
)


def test_a_survey_is_kept_whole_and_the_last_one_counts(store: Store) -> None:
    later = replace(FOUND, at=at(9), written=())
    with store.write() as tx:
        assert surveys.latest(tx) == {}
        surveys.save(tx, FOUND)
        surveys.save(tx, replace(FOUND, connection="mail"))
        assert surveys.latest(tx) == {"crm": FOUND, "mail": replace(FOUND, connection="mail")}
        surveys.save(tx, later)
        assert surveys.latest(tx)["crm"] == later
        assert surveys.stamps(tx) == {"crm": at(9), "mail": at(1.5)}
