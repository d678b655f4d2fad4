"""Membership of campaigns: a person is in one once, so joining twice and leaving twice have one effect."""

from collections.abc import Mapping
from dataclasses import replace

from connectors.salesforce.batches import Batches, Row
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.sent import Places
from connectors.salesforce.soql import one_of, quoted, select
from domain.change import Change, Receipt, ReceiptOutcome

Campaigns = Mapping[str, str]
"""Ids by what the changes call them."""

NO_CAMPAIGN = "there is no such campaign, or several. Salesforce admin: make it, then retry"
_MAY_BE_GONE = frozenset({"INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED"})
_FIELDS = {"Lead": "LeadId", "Contact": "ContactId"}


class Members:
    """Lets people join and leave; `list` of a change is a campaign's name or id."""

    def __init__(self, batches: Batches, lookup: Lookup) -> None:
        self._batches = batches
        self._lookup = lookup

    def write(self, object_name: str, places: Places, receipts: dict[int, Receipt]) -> None:
        field = _FIELDS.get(object_name)
        if field is None:
            self._refuse(places, f"{object_name} cannot be in a campaign", receipts)
            return
        for _, change in places:
            if not change.member:  # out of a campaign that has gone everybody is out, and another may have its name
                self._lookup.forget_campaign(_list(change))
        campaigns = self._found(places)
        self._refuse([one for one in places if _list(one[1]) not in campaigns], NO_CAMPAIGN, receipts)
        left = [one for one in places if _list(one[1]) in campaigns]
        self._join(field, [one for one in left if one[1].member], campaigns, receipts=receipts)
        self._leave(field, [one for one in left if not one[1].member], campaigns, receipts=receipts)

    def _found(self, places: Places) -> Campaigns:
        names = dict.fromkeys(_list(change) for _, change in places)
        return {name: found for name in names if (found := self._lookup.campaign(name)) is not None}

    def _refuse(self, places: Places, reason: str, receipts: dict[int, Receipt]) -> None:
        for place, change in places:
            receipts[place] = _receipt(change, ReceiptOutcome.REFUSED, code="INVALID_CROSS_REFERENCE_KEY", why=reason)

    def _join(self, field: str, places: Places, campaigns: Campaigns, *, receipts: dict[int, Receipt]) -> None:
        """Gone may be the campaign instead of the person: it is looked up again, and joined where it is a new one."""
        self._add(field, places, campaigns, receipts=receipts)
        doubted = [one for one in places if receipts[one[0]].code in _MAY_BE_GONE]
        for _, change in doubted:
            self._lookup.forget_campaign(_list(change))
        now = self._found(doubted)
        self._refuse([one for one in doubted if _list(one[1]) not in now], NO_CAMPAIGN, receipts)
        moved = [one for one in doubted if _list(one[1]) in now and now[_list(one[1])] != campaigns[_list(one[1])]]
        self._add(field, moved, now, receipts=receipts)

    def _add(self, field: str, places: Places, campaigns: Campaigns, *, receipts: dict[int, Receipt]) -> None:
        rows: list[Row] = [
            {"attributes": {"type": "CampaignMember"}, "CampaignId": campaigns[_list(change)], field: change.id}
            for _, change in places
        ]
        answers = self._batches.send("POST", "composite/sobjects", rows, idempotent=True)
        for (place, change), answer in zip(places, answers, strict=True):
            there = answer.code == "DUPLICATE_VALUE"
            receipts[place] = (
                _receipt(change, ReceiptOutcome.UNCHANGED) if there else replace(answer, key=change.key, id=change.id)
            )

    def _leave(self, field: str, places: Places, campaigns: Campaigns, *, receipts: dict[int, Receipt]) -> None:
        for campaign in dict.fromkeys(campaigns[_list(change)] for _, change in places):
            some = [one for one in places if campaigns[_list(one[1])] == campaign]
            people = one_of(field, (str(change.id) for _, change in some))
            asked = select(("Id", field), "CampaignMember", where=f"CampaignId = {quoted(campaign)} AND {people}")
            found = {str(row[field])[:15]: str(row["Id"]) for row in self._lookup.rows(asked, deleted=False)}
            self._delete(some, found, receipts)

    def _delete(self, places: Places, found: dict[str, str], receipts: dict[int, Receipt]) -> None:
        inside = [(place, change) for place, change in places if str(change.id)[:15] in found]
        answers = self._batches.delete([found[str(change.id)[:15]] for _, change in inside]) if inside else []
        for (place, change), answer in zip(inside, answers, strict=True):
            receipts[place] = replace(answer, key=change.key, id=change.id)
        for place, change in places:
            receipts.setdefault(place, _receipt(change, ReceiptOutcome.UNCHANGED))


def _list(change: Change) -> str:
    return change.list or ""


def _receipt(change: Change, outcome: ReceiptOutcome, *, code: str = "", why: str = "") -> Receipt:
    return Receipt(key=change.key, outcome=outcome, id=change.id, code=code, message=why)
