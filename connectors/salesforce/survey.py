"""Who else writes to an org: a look that changes nothing and costs a bounded number of calls."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.salesforce.asking import Asking
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.client import Client
from connectors.salesforce.history import Found, History
from connectors.salesforce.setup import Setup
from domain.errors import ContractError
from domain.record import Field, FieldType
from domain.survey import (
    HUBSPOT_CONNECTOR,
    Author,
    FieldChange,
    FieldHistory,
    Neighbour,
    Requirement,
    Survey,
    Unseen,
    summed,
)

PACKAGE = "hubspot"
"""The connector's package puts fields with this name on Lead and Contact."""


class Surveying:
    """One org, asked object by object."""

    def __init__(self, client: Client, asking: Asking, catalogue: Catalogue, *, connection: str) -> None:
        self._client = client
        self._catalogue = catalogue
        self._connection = connection
        self._history = History(asking, connection=connection)
        self._setup = Setup(client, asking)
        self._known_as: str | None = None

    def history(
        self, object_name: str, fields: Collection[str], *, since: datetime, sample: int
    ) -> Sequence[FieldChange]:
        """Changes of tracked fields. What only a record's last change tells is no history of a field."""
        found = self._history.found(object_name, fields, since=since, sample=sample, me=self._me())
        return [change for change in found.changes if change.field]

    def changes_of(
        self, object_name: str, fields: Collection[str], ids: Collection[str], *, since: datetime
    ) -> FieldHistory:
        """Three calls at most for 200 records: who we are is asked once in the life of a connector."""
        changes, untracked = self._history.changes(object_name, fields, ids, since=since, me=self._user)
        return FieldHistory(at=self._client.now(), changes=changes, untracked=untracked)

    def survey(self, fields: Mapping[str, Collection[str]], *, since: datetime, sample: int) -> Survey:
        me = self._me()
        looked = {
            name: self._history.found(name, wanted, since=since, sample=sample, me=me)
            for name, wanted in sorted(fields.items())
        }
        known = {name: self._catalogue.fields(name) for name in sorted(fields)}
        running = self._setup.running(sorted(fields))
        always = [need for name in known for need in _never_blank(name, known[name])]
        return Survey(
            connection=self._connection,
            at=self._client.now(),
            since=since,
            sampled={name: found.rows for name, found in looked.items()},
            untracked={name: found.untracked for name, found in looked.items() if found.untracked},
            written=summed(change for found in looked.values() for change in found.changes),
            automations=tuple(running.automations),
            requirements=(*always, *running.requirements),
            neighbours=tuple(_neighbours(looked, known)),
            unseen=(*(_untracked(name, found) for name, found in looked.items() if found.untracked), *running.unseen),
        )

    def _user(self) -> str:
        if self._known_as is None:
            self._known_as = self._me()
        return self._known_as

    def _me(self) -> str:
        told = self._client.get("/services/oauth2/userinfo").json()
        user_id = told.get("user_id") if isinstance(told, dict) else None
        if not isinstance(user_id, str):
            raise ContractError("Salesforce does not tell which user this is")
        return user_id


def _untracked(object_name: str, found: Found) -> Unseen:
    return Unseen(
        what=f"{object_name}: who changed {len(found.untracked)} fields of which Salesforce keeps no history",
        grant=f"Track those that matter, 20 at most (Setup > Object Manager > {object_name} > Set History Tracking)",
    )


def _never_blank(object_name: str, known: Mapping[str, Field]) -> Iterator[Requirement]:
    for field in known.values():
        if field.writable and not field.nullable and field.type is not FieldType.BOOLEAN:
            yield Requirement(object=object_name, field=field.name)


def _neighbours(looked: Mapping[str, Found], known: Mapping[str, Mapping[str, Field]]) -> Iterator[Neighbour]:
    """By what its user changed, or by the fields that its package brought."""
    evidence = []
    for name, found in looked.items():
        changes = [change for change in found.changes if change.author is Author.NEIGHBOUR]
        users = sorted({change.name for change in changes})
        if changes:
            records = len({change.ref for change in changes})
            evidence.append(f"{', '.join(users)} changed {records} of the {name} records looked at")
    for name, fields in known.items():
        own = sorted(field for field in fields if field.lower().startswith(PACKAGE))
        if own:
            evidence.append(f"{name} has {', '.join(own)}")
    if evidence:
        yield Neighbour(name=HUBSPOT_CONNECTOR, evidence=tuple(evidence))
