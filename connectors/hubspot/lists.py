"""Nurture and suppression lists: static lists of contacts, found or made by name."""

from collections.abc import Iterator, Sequence

from connectors.contract import Surroundings
from connectors.hubspot.answers import body_of, failure, next_after, rows_of
from connectors.hubspot.client import Client, Operation
from domain.change import Change, Receipt, ReceiptOutcome
from domain.errors import ContractError
from domain.record import Cursor, Page, Record
from domain.values import RecordRef

CONTACT_TYPE = "0-1"
OURS = "LL · "
MEMBERS = 250


class Lists:
    """The lists whose names begin with `LL · `."""

    def __init__(self, client: Client, surroundings: Surroundings, *, per_call: int) -> None:
        self._client = client
        self._surroundings = surroundings
        self._per_call = per_call
        self._ids: dict[str, str] = {}

    def read(self) -> Iterator[Page]:
        """One record per list of ours: its name and the ids of its members."""
        now = self._surroundings.clock.now()
        records = [
            Record(
                ref=RecordRef(connection=self._surroundings.connection, object="lists", id=list_id),
                values={"name": name, "members": ";".join(self._members(list_id)), "member_object": "contacts"},
                modified_at=now,
            )
            for name, list_id in sorted(self._ours().items())
        ]
        yield Page(stream="lists", cursor=Cursor(position="{}"), records=tuple(records))

    def move(self, name: str, changes: Sequence[Change], *, member: bool) -> list[Receipt]:
        """Put records on a list or take them off; ids that HubSpot does not know are refused one by one."""
        list_id = self.id_of(name)
        receipts: list[Receipt] = []
        for start in range(0, len(changes), self._per_call):
            part = changes[start : start + self._per_call]
            missing = self._move(list_id, [str(change.id) for change in part], member=member)
            receipts += [_receipt(change, missing) for change in part]
        return receipts

    def id_of(self, name: str) -> str:
        """The list of this name, made when there is none."""
        if name not in self._ids:
            self._ids[name] = self._find(name) or self._make(name)
        return self._ids[name]

    def _find(self, name: str) -> str | None:
        api = self._client.sdk.crm.lists.lists_api
        operation = Operation(method="GET", path=f"/crm/v3/lists/object-type-id/{CONTACT_TYPE}/name/{name}")
        answer = self._client.send(operation, lambda **more: api.get_by_name(name, CONTACT_TYPE, **more))
        if answer.status == 404:
            return None
        if not answer.ok:
            raise failure(answer, "to find a list")
        return _id_in(answer.json())

    def _make(self, name: str) -> str:
        """Made by name, which HubSpot keeps unique: a second try finds the first."""
        api = self._client.sdk.crm.lists.lists_api
        body = {"name": name, "objectTypeId": CONTACT_TYPE, "processingType": "MANUAL"}
        operation = Operation(method="POST", path="/crm/v3/lists", idempotent=False)
        answer = self._client.send(operation, lambda **more: api.create(body, **more))
        if answer.ok:
            return _id_in(answer.json())
        found = self._find(name)
        if found is None:
            raise failure(answer, "to make a list")
        return found

    def _ours(self) -> dict[str, str]:
        found: dict[str, str] = {}
        offset = 0
        api = self._client.sdk.crm.lists.lists_api
        while True:
            body = {"query": OURS.strip(), "offset": offset, "count": 250, "additionalProperties": []}
            operation = Operation(method="POST", path="/crm/v3/lists/search")
            answer = self._client.send(operation, lambda body=body, **more: api.do_search(body, **more))
            rows = rows_of(answer, "to search lists", key="lists")
            found |= {str(row["name"]): str(row["listId"]) for row in rows if str(row["name"]).startswith(OURS)}
            if not body_of(answer).get("hasMore") or not rows:
                self._ids |= found
                return found
            offset = int(body_of(answer)["offset"])

    def _members(self, list_id: str) -> Iterator[str]:
        api, after = self._client.sdk.crm.lists.memberships_api, ""
        while True:
            options: dict[str, str] = {"after": after} if after else {}
            operation = Operation(method="GET", path=f"/crm/v3/lists/{list_id}/memberships")
            answer = self._client.send(
                operation, lambda options=options, **more: api.get_page(list_id, limit=MEMBERS, **options, **more)
            )
            yield from sorted(str(row["recordId"]) for row in rows_of(answer, "to read a list's members"))
            after = next_after(answer) or ""
            if not after:
                return

    def _move(self, list_id: str, ids: Sequence[str], *, member: bool) -> frozenset[str]:
        """Returns the ids that HubSpot does not know. Adding twice is adding once."""
        api = self._client.sdk.crm.lists.memberships_api
        verb = "add" if member else "remove"
        operation = Operation(method="PUT", path=f"/crm/v3/lists/{list_id}/memberships/{verb}")
        move = api.add if member else api.remove
        answer = self._client.send(operation, lambda **more: move(list_id, list(ids), **more))
        if answer.status == 404:
            self._ids = {}
        if not answer.ok:
            raise failure(answer, f"to {verb} members of a list")
        return frozenset(str(each) for each in body_of(answer).get("recordIdsMissing") or ())


def _id_in(told: object) -> str:
    inner = told.get("list") if isinstance(told, dict) else None
    if not isinstance(inner, dict) or "listId" not in inner:
        raise ContractError("HubSpot answered about a list without its id")
    return str(inner["listId"])


def _receipt(change: Change, missing: frozenset[str]) -> Receipt:
    if change.id in missing:
        return Receipt(
            key=change.key, outcome=ReceiptOutcome.GONE, id=change.id, message="HubSpot knows no such record"
        )
    return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=change.id)
