"""The lists that the rules keep in Salesforce: campaigns, each with everybody who is a member.

A member whom a person took off leaves no trace (CampaignMember cannot be undeleted and no query shows it), so a full
listing, once a night, is the only way to notice.
"""

from collections.abc import Collection, Iterator
from typing import Any

from connectors.contract import Holds, Pace, Stream
from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.client import Client
from connectors.salesforce.soql import is_id, one_of, quoted, select
from domain.errors import ContractError
from domain.record import Cursor, Page, Record
from domain.values import RecordRef

OBJECT = "Campaign"
STREAM = Stream(name="lists", holds=Holds.LISTS, pace=Pace.NIGHTLY)
PREFIX = "701"
_WHOLE = Cursor(position="whole")
_MEMBERS = (("Lead", "LeadId"), ("Contact", "ContactId"))


class Campaigns:
    """Reads the campaigns that `names` holds at the moment, by name or id."""

    def __init__(self, client: Client, asking: Asking, *, connection: str, names: Collection[str]) -> None:
        self._client = client
        self._asking = asking
        self._connection = connection
        self._names = names

    @property
    def kept(self) -> bool:
        return bool(self._names)

    def read(self) -> Iterator[Page]:
        """One record per list; one whose name no campaign has, or several, is left out."""
        now = self._client.now()
        records = [
            Record(
                ref=RecordRef(connection=self._connection, object=STREAM.name, id=campaign),
                values={"name": name, "members": ";".join(self._members(campaign))},
                modified_at=now,
            )
            for name, campaign in sorted(self._found().items())
        ]
        yield Page(stream=STREAM.name, cursor=_WHOLE, records=tuple(records))

    def _found(self) -> dict[str, str]:
        """Name or id, as the rules say it → the campaign's id."""
        wanted = sorted(self._names)
        ids = [name for name in wanted if is_id(name) and name.startswith(PREFIX)]
        conditions = [one_of("Id", ids)] if ids else []
        conditions += [one_of("Name", names)] if (names := [name for name in wanted if name not in ids]) else []
        if not conditions:
            return {}
        rows = list(self._rows(select(("Id", "Name"), OBJECT, where=" OR ".join(conditions))))
        named: dict[str, list[str]] = {}
        for row in rows:
            named.setdefault(str(row["Name"]).lower(), []).append(str(row["Id"]))
        by_id = {name: str(row["Id"]) for name in ids for row in rows if str(row["Id"])[:15] == name[:15]}
        return by_id | {name: found[0] for name in names if len(found := named.get(name.lower(), [])) == 1}

    def _members(self, campaign: str) -> list[str]:
        """`Lead:00Q…` and `Contact:003…`; of a converted lead's membership both, because it is one person's."""
        asked = select(
            ("Id", "LeadId", "ContactId"), "CampaignMember", where=f"CampaignId = {quoted(campaign)}", order="Id"
        )
        rows = self._rows(asked)
        return sorted({f"{kind}:{row[field]}" for row in rows for kind, field in _MEMBERS if row.get(field)})

    def _rows(self, soql: str) -> Iterator[dict[str, Any]]:
        told, walked = self._asking.ask(soql, deleted=False, large=True), set[str]()
        while True:
            if not told.ok:
                raise told.failure("to list the members of a campaign")
            page = told.body if isinstance(told.body, dict) else {}
            rows, path = page.get("records"), page.get("nextRecordsUrl")
            if not isinstance(rows, list) or (not page.get("done", False) and (not (rows and path) or path in walked)):
                raise ContractError("Salesforce listed the members of a campaign in a shape we do not know")
            yield from rows
            if page.get("done", False):
                return
            walked.add(str(path))
            told = Told.of(self._client.get(str(path), large=True))
