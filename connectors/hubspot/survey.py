"""Who else writes to a portal: a look that changes nothing and costs a bounded number of calls."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.http import Answer
from connectors.hubspot.answers import Row, body_of, known_shape
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client
from connectors.hubspot.history import History, Looked
from connectors.hubspot.paging import pages
from domain.survey import (
    HUBSPOT_CONNECTOR,
    Author,
    Automation,
    AutomationKind,
    FieldChange,
    FieldHistory,
    Neighbour,
    Survey,
    Unseen,
    summed,
)

LINKS = {"salesforceleadid": "Lead", "salesforcecontactid": "Contact"}
"""Where the connector keeps the other side's id, in the order in which they are told."""
MOST_OPENED = 25
"""Workflows whose actions are read, each for one call."""
_FLOWS = "/automation/v4/flows"
_SET_PROPERTY = "0-5"
_OBJECT_TYPES = {"contacts": "0-1", "companies": "0-2"}
_NOT_OURS = (403, 404)
"""Without the scope, or in a portal that has no workflows."""
_AUTOMATION = "Give the service key the scope `automation` (workflows need Marketing or Sales Hub Professional)"


class Surveying:
    """One portal, asked object by object."""

    def __init__(self, client: Client, catalogue: Catalogue, *, connection: str) -> None:
        self._client = client
        self._catalogue = catalogue
        self._connection = connection
        self._history = History(client, connection=connection)

    def history(
        self, object_name: str, fields: Collection[str], *, since: datetime, sample: int
    ) -> Sequence[FieldChange]:
        wanted = set(fields) & self._catalogue.fields(object_name).keys()
        return self._history.looked(object_name, wanted, since=since, sample=sample).changes

    def changes_of(
        self, object_name: str, fields: Collection[str], ids: Collection[str], *, since: datetime
    ) -> FieldHistory:
        known = self._catalogue.fields(object_name)
        wanted = {name: known[name] for name in set(fields) & known.keys()}
        changes = self._history.changes(object_name, wanted, ids, since=since) if wanted and ids else ()
        return FieldHistory(at=self._client.now(), changes=changes, untracked=frozenset(set(fields) - wanted.keys()))

    def survey(self, fields: Mapping[str, Collection[str]], *, since: datetime, sample: int) -> Survey:
        looked = {
            name: self._history.looked(name, self._wanted(name, wanted), since=since, sample=sample)
            for name, wanted in sorted(fields.items())
        }
        automations, unseen = self._workflows(sorted(fields))
        return Survey(
            connection=self._connection,
            at=self._client.now(),
            since=since,
            sampled={name: len(found.rows) for name, found in looked.items()},
            written=summed(change for found in looked.values() for change in found.changes),
            automations=tuple(automations),
            neighbours=tuple(_neighbours(looked)),
            unseen=(*unseen, _ALERTS),
        )

    def _wanted(self, object_name: str, fields: Collection[str]) -> set[str]:
        """What is asked for and what tells of the connector, as far as the portal has it."""
        return {*fields, *LINKS} & self._catalogue.fields(object_name).keys()

    def _workflows(self, objects: Sequence[str]) -> tuple[list[Automation], list[Unseen]]:
        first = self._client.get(_FLOWS, {"limit": 100})
        if first.status in _NOT_OURS:
            return [], [Unseen(what="workflows that are on, and what they set", grant=_AUTOMATION)]
        types = {_OBJECT_TYPES[name]: name for name in objects if name in _OBJECT_TYPES}
        on = [row for row in self._listed(first) if row.get("isEnabled") is True and row.get("objectTypeId") in types]
        found = [self._workflow(row, types[row["objectTypeId"]]) for row in on[:MOST_OPENED]]
        unseen = [
            Unseen(what=f"what the workflow {row.get('name')} sets", grant=f"Open it: only {MOST_OPENED} are read")
            for row in on[MOST_OPENED:]
        ]
        return found, unseen

    def _listed(self, first: Answer) -> Iterator[Row]:
        def ask(after: str) -> Answer:
            return self._client.get(_FLOWS, {"limit": 100, "after": after}) if after else first

        for rows, _ in pages(ask, "to list workflows"):
            yield from rows

    def _workflow(self, row: Row, object_name: str) -> Automation:
        doing = "to read a workflow"
        with known_shape(doing):
            told = body_of(self._client.get(f"{_FLOWS}/{int(row['id'])}"), doing)
            actions = [action for action in told.get("actions") or () if action.get("actionTypeId") == _SET_PROPERTY]
            sets = {str(action["fields"]["property_name"]) for action in actions}
            return Automation(
                kind=AutomationKind.WORKFLOW, object=object_name, name=str(row["name"]), fields=tuple(sorted(sets))
            )


_ALERTS = Unseen(
    what="whether owners are told by e-mail when a contact becomes theirs",
    grant="No API tells: every user chooses it (Settings > Notifications); ask one",
)


def _neighbours(looked: Mapping[str, Looked]) -> Iterator[Neighbour]:
    """By the ids that it keeps on records, or by what it changed."""
    evidence, links = [], {}
    for name, found in looked.items():
        for field, other in LINKS.items():
            holding = sum(1 for row in found.rows if (row.get("properties") or {}).get(field))
            if holding:
                links[field] = other
                evidence.append(f"{holding} of {len(found.rows)} {name} looked at have {field}")
        carried = sum(1 for change in found.changes if change.author is Author.NEIGHBOUR)
        if carried:
            evidence.append(f"{name}: it changed {carried} value{'s' if carried != 1 else ''}")
    if evidence:
        yield Neighbour(name=HUBSPOT_CONNECTOR, evidence=tuple(evidence), links=links)
