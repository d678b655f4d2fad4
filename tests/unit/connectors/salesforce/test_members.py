"""Which campaign is meant: one that is not there yet, one that has gone, one that took its name."""

from dataclasses import replace
from typing import Any

import pytest

from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from tests.unit.connectors.salesforce.org import Org, connected, page

APPLIED, REFUSED, GONE = ReceiptOutcome.APPLIED, ReceiptOutcome.REFUSED, ReceiptOutcome.GONE
OLD, NEW = "701000000000001", "701000000000002"
GONE_KEY = {"statusCode": "ENTITY_IS_DELETED", "message": "entity is deleted", "fields": []}


def join(key: str, campaign: str = "Nurture", *, inside: bool = True) -> Change:
    return Change(key=key, kind=ChangeKind.MEMBER, object="Lead", id="00Q000000000001", list=campaign, member=inside)


class Campaigns(Org):
    """An org whose campaigns come and go; joining one that has gone is refused as deleted."""

    def __init__(self, *there: str) -> None:
        super().__init__(self._answer)
        self.there = list(there)
        self.people_gone = False

    def _answer(self, method: str, path: str, told: Any) -> Any:
        if path == "query" and "CampaignMember" in told:
            return page([{"Id": "00v000000000001", "LeadId": "00Q000000000001"}] if self.there[0] in told else [])
        if path == "query":
            return page([{"Id": found} for found in self.there])
        if method == "DELETE":
            return [{"id": "00v000000000001", "success": True, "errors": []}]
        return [self._joined(row) for row in told["records"]]

    def _joined(self, row: dict[str, Any]) -> dict[str, Any]:
        if self.people_gone or row["CampaignId"] not in self.there:
            return {"success": False, "errors": [GONE_KEY]}
        return {"id": "00v000000000001", "success": True, "errors": []}

    def looked_up(self) -> int:
        return sum("FROM Campaign " in told for told in self.calls("query"))


def outcomes(receipts: list[Receipt]) -> list[ReceiptOutcome]:
    return [receipt.outcome for receipt in receipts]


def test_a_campaign_made_later_is_found() -> None:
    org = Campaigns()
    with connected(org) as connector:
        first = list(connector.write([join("a")]))
        org.there.append(OLD)
        second = list(connector.write([join("b")]))
    assert outcomes(first) + outcomes(second) == [REFUSED, APPLIED]
    assert "no such campaign" in first[0].message


@pytest.mark.parametrize(("there", "expected"), [((OLD,), APPLIED), ((), REFUSED)], ids=["there", "missing"])
def test_a_campaign_is_looked_up_once_for_all_who_join_it(there: tuple[str, ...], expected: ReceiptOutcome) -> None:
    org = Campaigns(*there)
    people = [replace(join(f"k{n}"), id=f"00Q{n:012d}") for n in range(50)]
    with connected(org) as connector:
        assert outcomes(list(connector.write(people))) == [expected] * 50
    assert org.looked_up() == 1


def test_a_campaign_made_anew_under_its_name_is_joined() -> None:
    org = Campaigns(OLD)
    with connected(org) as connector:
        list(connector.write([join("a")]))
        org.there = [NEW]
        again = list(connector.write([join("b")]))
    assert outcomes(again) == [APPLIED]
    assert org.calls("composite/sobjects")[-1]["records"][0]["CampaignId"] == NEW


def test_a_campaign_that_has_gone_is_not_taken_for_a_person_who_has() -> None:
    org = Campaigns(OLD)
    with connected(org) as connector:
        list(connector.write([join("a"), join("b", OLD)]))
        org.there = []
        again = list(connector.write([join("c"), join("d", OLD)]))
    assert outcomes(again) == [REFUSED, REFUSED]


def test_a_person_who_has_gone_is_gone() -> None:
    org = Campaigns(OLD)
    org.people_gone = True
    with connected(org) as connector:
        assert outcomes(list(connector.write([join("a")]))) == [GONE]


def test_leaving_asks_which_campaign_has_the_name_now() -> None:
    org = Campaigns(OLD)
    with connected(org) as connector:
        list(connector.write([join("a")]))
        org.there = [NEW]
        receipts = list(connector.write([join("b", inside=False)]))
    assert outcomes(receipts) == [APPLIED]
