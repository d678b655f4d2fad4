"""Joining and leaving lists: both in one call, in portions that shrink where HubSpot refuses one and grow again.

HubSpot names no limit for a call, so a 400 may be about its size, about one record or about the list.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.http import Answer
from connectors.hubspot.answers import Row, body_of, known_shape, refusal
from connectors.hubspot.client import Client, Request
from connectors.hubspot.lists import Lists
from connectors.hubspot.receipts import Places, Receipts, receipt, refused
from domain.change import Change, ReceiptOutcome

DOING = "to change the members of a list"
ALONE = 3
"""So many records refused one by one in a row say that it is about the list: the rest is tried another time."""


class Memberships:
    """Changes who is on a list; a list is made when the first record joins it."""

    def __init__(self, client: Client, lists: Lists, *, per_call: int) -> None:
        self._client = client
        self._lists = lists
        self._per_call = per_call

    def move(self, places: Places, receipts: Receipts) -> None:
        """Let records join or leave one list: all of `places` name the same one, each record once."""
        start, size, alone = 0, self._per_call, 0
        while start < len(places):
            portion = places[start : start + size]
            answer = self._moved(portion)
            if answer is not None and answer.status == 400 and len(portion) > 1 and not self._is_fixed(portion):
                size = len(portion) // 2
                continue
            if answer is not None and answer.status == 400:
                alone += 1
                settled = self._refusals(places[start:], refusal(answer), is_enough=alone >= ALONE)
            else:
                alone = 0
                settled = _receipts(portion, answer)
            receipts.update(settled)
            start, size = start + len(settled), min(2 * size, self._per_call)

    def _refusals(self, places: Places, told: Mapping[str, Any], *, is_enough: bool) -> Receipts:
        """The first record's; all the others', too, where it is about the list: for good only if that is certain."""
        if self._is_fixed(places):
            return {place: refused(change, told) for place, change in places}
        (first, change), *others = places
        untried = {place: replace(refused(one, told), retryable=True) for place, one in others} if is_enough else {}
        return {first: refused(change, told), **untried}

    def _is_fixed(self, portion: Places) -> bool:
        """Somebody made a list of this name that HubSpot fills itself: no portion is small enough for it."""
        return self._lists.is_filled_by_hubspot(_name(portion))

    def _moved(self, portion: Places) -> Answer | None:
        """HubSpot's answer; None when there is no list to leave. A list deleted meanwhile is found or made anew."""
        name, joins = _name(portion), any(change.member for _, change in portion)
        answer = None
        for _ in range(2):
            list_id = self._lists.id_of(name, make=joins)
            if list_id is None:
                return None
            answer = self._client.send(self._request(list_id, portion))
            if answer.status != 404:
                return answer
            self._lists.forget(name)
        return answer

    def _request(self, list_id: str, portion: Places) -> Request:
        api: Any = self._client.sdk.crm.lists.memberships_api
        add = [str(change.id) for _, change in portion if change.member]
        remove = [str(change.id) for _, change in portion if not change.member]
        if add and remove:
            both = {"recordIdsToAdd": add, "recordIdsToRemove": remove}
            request: Request = api.add_and_remove(list_id, both)
        else:
            request = api.add(list_id, add) if add else api.remove(list_id, remove)
        return request


def _name(portion: Places) -> str:
    return portion[0][1].list or ""


def _receipts(portion: Places, answer: Answer | None) -> Receipts:
    if answer is None:
        return {place: receipt(change, ReceiptOutcome.UNCHANGED) for place, change in portion}
    told = body_of(answer, DOING)
    with known_shape(DOING):
        joined = _outcomes(told) if any(change.member for _, change in portion) else {}
        left = _ids(told, "recordIdsRemoved", "recordsIdsRemoved") if not all(c.member for _, c in portion) else set()
        return {place: receipt(change, _outcome(change, joined, left)) for place, change in portion}


def _outcome(change: Change, joined: Mapping[str, ReceiptOutcome], left: set[str]) -> ReceiptOutcome:
    """Who was a member already is told nowhere; who leaves and is not in the portal has left."""
    if change.member:
        return joined.get(str(change.id), ReceiptOutcome.UNCHANGED)
    return ReceiptOutcome.APPLIED if str(change.id) in left else ReceiptOutcome.UNCHANGED


def _outcomes(told: Row) -> Mapping[str, ReceiptOutcome]:
    applied = dict.fromkeys(_ids(told, "recordsIdsAdded", "recordIdsAdded"), ReceiptOutcome.APPLIED)
    missing = {str(each) for each in told.get("recordIdsMissing") or []}
    return applied | dict.fromkeys(missing, ReceiptOutcome.GONE)


def _ids(told: Row, *keys: str) -> set[str]:
    """HubSpot spells one of its keys with an s too many; the other spelling is understood as well."""
    return {str(each) for each in next(told[key] for key in keys if key in told)}
