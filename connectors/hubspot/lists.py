"""Nurture and suppression lists: static lists of contacts, found or made by name."""

from collections.abc import Iterator, Mapping, Sequence

from connectors.http import Answer
from connectors.hubspot.answers import Row, body_of, failure, known_shape, refusal
from connectors.hubspot.client import Client
from connectors.hubspot.owners import WHOLE
from connectors.hubspot.paging import next_offset, pages
from connectors.hubspot.receipts import Places, Receipts, receipt, refused
from domain.change import ReceiptOutcome
from domain.record import Page, Record
from domain.values import RecordRef

CONTACT_TYPE = "0-1"
OURS = "LL · "
FOUND_PAGE, MEMBERS_PAGE = 250, 250


class Lists:
    """Lists by name. Names are compared as HubSpot does: upper and lower case are the same."""

    def __init__(self, client: Client, connection: str, *, per_call: int) -> None:
        self._client = client
        self._connection = connection
        self._per_call = per_call
        self._ids: dict[str, str] = {}

    def read(self) -> Iterator[Page]:
        """One record per list of ours: its name and the ids of its members."""
        now = self._client.now()
        records = [
            Record(
                ref=RecordRef(connection=self._connection, object="lists", id=list_id),
                values={"name": name, "members": ";".join(self._members(list_id)), "member_object": "contacts"},
                modified_at=now,
            )
            for name, list_id in sorted(self._named(OURS).items())
            if name.startswith(OURS)
        ]
        yield Page(stream="lists", cursor=WHOLE, records=tuple(records))

    def move(self, places: Places, receipts: Receipts) -> None:
        """Let records join or leave one list: all of `places` name the same one and the same direction."""
        for start in range(0, len(places), self._per_call):
            self._move(places[start : start + self._per_call], receipts)

    def _move(self, places: Places, receipts: Receipts) -> None:
        name, joins = places[0][1].list or "", places[0][1].member is True
        answer = self._moved(name, places, joins=joins)
        if answer is None:
            receipts.update({place: receipt(change, ReceiptOutcome.UNCHANGED) for place, change in places})
        elif answer.status == 400:
            # Somebody made a list of this name that HubSpot fills itself: that stops no other write.
            receipts.update({place: refused(change, refusal(answer)) for place, change in places})
        else:
            told = body_of(answer, "to change the members of a list")
            with known_shape("to change the members of a list"):
                outcomes = _outcomes(told, joins=joins)
                for place, change in places:
                    receipts[place] = receipt(change, outcomes.get(str(change.id), ReceiptOutcome.UNCHANGED))

    def _moved(self, name: str, places: Places, *, joins: bool) -> Answer | None:
        """HubSpot's answer; None when there is no list to leave. A list deleted meanwhile is found or made anew."""
        api = self._client.sdk.crm.lists.memberships_api
        move, ids = (api.add if joins else api.remove), [str(change.id) for _, change in places]
        answer = None
        for _ in range(2):
            list_id = self._id_of(name, make=joins)
            if list_id is None:
                return None
            answer = self._client.send(move(list_id, ids))
            if answer.status != 404:
                return answer
            self._ids.pop(name.lower(), None)
        return answer

    def _id_of(self, name: str, *, make: bool) -> str | None:
        found = self._ids.get(name.lower()) or self._find(name) or (self._make(name) if make else None)
        if found is not None:
            self._ids[name.lower()] = found
        return found

    def _find(self, name: str) -> str | None:
        answer = self._client.send(self._client.sdk.crm.lists.lists_api.get_by_name(name, CONTACT_TYPE))
        return None if answer.status == 404 else _id_in(answer, "to find a list")

    def _make(self, name: str) -> str:
        """HubSpot keeps names unique: when the first answer was lost, or no address can hold the name, it is there."""
        body = {"name": name, "objectTypeId": CONTACT_TYPE, "processingType": "MANUAL"}
        request = self._client.sdk.crm.lists.lists_api.create(body)
        answer = self._client.send(request, idempotent=False)
        if answer.status != 400:
            return _id_in(answer, "to make a list")
        found = {known.lower(): list_id for known, list_id in self._named(name).items()}.get(name.lower())
        if found is None:
            raise failure(answer, "to make a list")
        return found

    def _named(self, query: str) -> dict[str, str]:
        """Name → id of the contact lists whose names hold `query`."""
        doing, found = "to search lists", dict[str, str]()

        def ask(after: str) -> Answer:
            with known_shape(doing):
                offset = int(after or 0)
            body = {"query": query.strip(), "offset": offset, "count": FOUND_PAGE, "additionalProperties": []}
            return self._client.send(self._client.sdk.crm.lists.lists_api.do_search(body))

        for rows, _ in pages(ask, doing, key="lists", way=next_offset):
            with known_shape(doing):
                found |= {str(row["name"]): str(row["listId"]) for row in rows if row["objectTypeId"] == CONTACT_TYPE}
        return found

    def _members(self, list_id: str) -> Sequence[str]:
        doing, found = "to read the members of a list", list[str]()

        def ask(after: str) -> Answer:
            more = {"after": after} if after else {}
            api = self._client.sdk.crm.lists.memberships_api
            return self._client.send(api.get_page(list_id, limit=MEMBERS_PAGE, **more))

        for rows, _ in pages(ask, doing):
            with known_shape(doing):
                found += [str(row["recordId"]) for row in rows]
        return sorted(found)


def _id_in(answer: Answer, doing: str) -> str:
    told = body_of(answer, doing)
    with known_shape(doing):
        return str(told["list"]["listId"])


def _outcomes(told: Row, *, joins: bool) -> Mapping[str, ReceiptOutcome]:
    """By record id; who was a member already is told nowhere. HubSpot spells one key with an s too many.

    Only who should join can be missing from the portal: who leaves and is not there has left.
    """
    keys = ("recordsIdsAdded", "recordIdsAdded") if joins else ("recordIdsRemoved", "recordsIdsRemoved")
    moved = next(told[key] for key in keys if key in told)
    missing = (told.get("recordIdsMissing") or []) if joins else []
    applied = {str(each): ReceiptOutcome.APPLIED for each in moved}
    return applied | {str(each): ReceiptOutcome.GONE for each in missing}
