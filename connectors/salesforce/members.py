"""Membership of campaigns: a person is in one once, so joining twice and leaving twice have one effect."""

from collections.abc import Sequence
from dataclasses import replace

from connectors.salesforce.batches import Batches, Row
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.soql import one_of, quoted, select
from domain.change import Change, Receipt, ReceiptOutcome

Places = Sequence[tuple[int, Change]]
_FIELDS = {"Lead": "LeadId", "Contact": "ContactId"}


class Members:
    """Lets people join and leave; `list` of a change is a campaign's name or id."""

    def __init__(self, batches: Batches, lookup: Lookup) -> None:
        self._batches = batches
        self._lookup = lookup

    def write(self, object_name: str, places: Places, receipts: dict[int, Receipt]) -> None:
        field = _FIELDS.get(object_name)
        for place, change in places:
            if field is None or self._lookup.campaign(change.list or "") is None:
                reason = f"{object_name} cannot be in a campaign" if field is None else "there is no such campaign"
                receipts[place] = _receipt(
                    change, ReceiptOutcome.REFUSED, code="INVALID_CROSS_REFERENCE_KEY", why=reason
                )
        left = [(place, change) for place, change in places if place not in receipts]
        if field is not None:
            self._join(field, [one for one in left if one[1].member], receipts)
            self._leave(field, [one for one in left if not one[1].member], receipts)

    def _join(self, field: str, places: Places, receipts: dict[int, Receipt]) -> None:
        rows: list[Row] = [
            {
                "attributes": {"type": "CampaignMember"},
                "CampaignId": self._lookup.campaign(change.list or ""),
                field: change.id,
            }
            for _, change in places
        ]
        answers = self._batches.send("POST", "composite/sobjects", rows, idempotent=True)
        for (place, change), answer in zip(places, answers, strict=True):
            there = answer.code == "DUPLICATE_VALUE"
            receipts[place] = (
                _receipt(change, ReceiptOutcome.UNCHANGED) if there else replace(answer, key=change.key, id=change.id)
            )

    def _leave(self, field: str, places: Places, receipts: dict[int, Receipt]) -> None:
        for campaign in {self._lookup.campaign(change.list or ""): None for _, change in places}:
            some = [one for one in places if self._lookup.campaign(one[1].list or "") == campaign]
            people = one_of(field, (str(change.id) for _, change in some))
            asked = select(("Id", field), "CampaignMember", where=f"CampaignId = {quoted(str(campaign))} AND {people}")
            found = {str(row[field])[:15]: str(row["Id"]) for row in self._lookup.rows(asked, deleted=False)}
            self._delete(some, found, receipts)

    def _delete(self, places: Places, found: dict[str, str], receipts: dict[int, Receipt]) -> None:
        inside = [(place, change) for place, change in places if str(change.id)[:15] in found]
        answers = self._batches.delete([found[str(change.id)[:15]] for _, change in inside]) if inside else []
        for (place, change), answer in zip(inside, answers, strict=True):
            receipts[place] = replace(answer, key=change.key, id=change.id)
        for place, change in places:
            receipts.setdefault(place, _receipt(change, ReceiptOutcome.UNCHANGED))


def _receipt(change: Change, outcome: ReceiptOutcome, *, code: str = "", why: str = "") -> Receipt:
    return Receipt(key=change.key, outcome=outcome, id=change.id, code=code, message=why)
