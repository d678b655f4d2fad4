"""Nurture and suppression lists: static lists of contacts, found or made by name."""

from collections.abc import Iterator, Sequence

from connectors.http import Answer
from connectors.hubspot.answers import body_of, failure, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.owners import WHOLE
from connectors.hubspot.paging import next_offset, pages
from domain.record import Page, Record
from domain.values import RecordRef

CONTACT_TYPE = "0-1"
OURS = "LL · "
FOUND_PAGE, MEMBERS_PAGE = 250, 250


class Lists:
    """Lists by name. Names are compared as HubSpot does: upper and lower case are the same."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection
        self._ids: dict[str, str] = {}
        self._dynamic: set[str] = set()

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

    def id_of(self, name: str, *, make: bool) -> str | None:
        """The list's id; None where there is none and none is to be made."""
        found = self._ids.get(name.lower()) or self._find(name) or (self._make(name) if make else None)
        if found is not None:
            self._ids[name.lower()] = found
        return found

    def forget(self, name: str) -> None:
        """Look for it again before its next use: it was deleted meanwhile."""
        self._ids.pop(name.lower(), None)

    def is_filled_by_hubspot(self, name: str) -> bool:
        """Whether it was found to be a list that takes no members from anybody."""
        return name.lower() in self._dynamic

    def _find(self, name: str) -> str | None:
        answer = self._client.send(self._client.sdk.crm.lists.lists_api.get_by_name(name, CONTACT_TYPE))
        if answer.status == 404:
            return None
        with known_shape("to find a list"):
            if body_of(answer, "to find a list")["list"].get("processingType") == "DYNAMIC":
                self._dynamic.add(name.lower())
        return _id_in(answer, "to find a list")

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
