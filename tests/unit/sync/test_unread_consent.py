"""A consent that nobody can read: the person is sent nothing, and no system is told that they said no."""

from datetime import timedelta

import pytest

from domain.lead import Lead
from domain.misfit import Misfit, Why
from domain.stage import Stage
from domain.values import Value
from handoff.routing import RoutingState
from sync.conclude import Conclusion, conclude
from sync.loop import InForce
from sync.material import Material
from tests.unit.sync.material import LEAD, NOW, PERSON, USERS, ana, record

ADDRESS = {"Email": "ana@acme.example", "LastName": "Ruiz", "Company": "Acme"}


RESTING = ana(stage=Stage.RECYCLED, recycled_as="no_budget", return_at=NOW + timedelta(days=90), times_recycled=1)


def concluded(rules: InForce, crm: Value, mail: Value, *, lead: Lead) -> Conclusion:
    rows = (
        record(LEAD, {**ADDRESS, "HasOptedOutOfEmail": crm}),
        record(PERSON, {"email": "ana@acme.example", "hs_email_optout": mail}),
    )
    found, _ = conclude(Material(lead=lead, records=rows), rules, RoutingState(), USERS, now=NOW)
    return found


def test_an_unread_consent_is_no_fact_and_is_written_nowhere(rules: InForce) -> None:
    found = concluded(rules, "gone away", False, lead=ana())
    assert found.facts["opted_out"] is False
    assert [row for row in found.desired if row.property == "opted_out"] == []
    assert found.unread == (
        Misfit(
            ref=LEAD,
            field="HasOptedOutOfEmail",
            property="opted_out",
            why=Why.UNREADABLE,
            words="not a boolean",
        ),
    )


@pytest.mark.parametrize(("shown", "withheld"), [("gone away", "opted_out"), (False, None), (True, "opted_out")])
def test_who_may_have_said_no_is_put_on_no_nurture_list(rules: InForce, shown: Value, withheld: str | None) -> None:
    lists = concluded(rules, shown, False, lead=RESTING).decision
    assert lists.lead.nurture_withheld == withheld
    assert any(each.member for each in lists.memberships) is (withheld is None)
