"""HubSpot as the side door drives it: seeded, acted upon and looked into. No HTTP, no clock."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from simulator.act import ActError, Row
from simulator.hubspot.acts import Acts
from simulator.hubspot.answers import Json, shown_property, shown_record
from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.portal import Portal
from simulator.hubspot.record import Record
from simulator.hubspot.seed import Planter
from simulator.log import Effect


class HubSpotWorld:
    """One portal; `simulator.act.World` says what its three calls mean."""

    def __init__(self) -> None:
        self.portal = Portal()
        self._provisioned = True
        self._acts = Acts(self.portal)

    def seed(self, rows: Mapping[str, list[Row]], at: datetime, effects: list[Effect]) -> dict[str, list[str]]:
        return Planter(self.portal, at, effects).plant(rows)

    def act(
        self, do: str, *, as_: str, id: str, fields: Row, at: datetime, now: datetime, effects: list[Effect]
    ) -> dict[str, Any]:
        return self._acts.do(do, as_=as_, id=id, fields=fields, at=at, now=now, effects=effects)

    def furnish(self, *, provisioned: bool) -> None:
        """As `simulator.act.World` says."""
        if provisioned is not self._provisioned:
            self._provisioned = provisioned
            self.portal.schema.furnish(provisioned=provisioned)

    def objects(self, type_name: str) -> list[Row]:
        """Records with all their values and associations; for the other types what the API shows of them."""
        portal = self.portal
        others: dict[str, Callable[[], list[Row]]] = {
            "owners": lambda: [owner.shown() for owner in portal.owners],
            "forms": lambda: [
                form.shown() for archived in (False, True) for form in portal.forms.listed(archived=archived)
            ],
            "form_submissions": portal.forms.every_submission,
            "email_events": lambda: [
                event.shown(portal.settings.portal_id) for event in portal.happenings.events_between(None, None)
            ],
            "page_views": lambda: [
                visit.shown(visit.contact_id) for visit in portal.happenings.visits_between(None, None)
            ],
            "lists": self._lists,
            "webhooks": portal.objects.webhooks.courier.shown,
            "workflows": lambda: [one.whole() for one in portal.workflows.every()],
            "properties": lambda: [
                {"object": kind.name, **shown_property(row)}
                for kind in KINDS.values()
                for row in portal.schema.of(kind).properties.values()
            ],
        }
        if type_name in others:
            return others[type_name]()
        if type_name not in KINDS:
            raise ActError(f"unknown HubSpot type {type_name}; known are {', '.join([*KINDS, *others])}")
        return self._records(KINDS[type_name])

    def _records(self, kind: Kind) -> list[Json]:
        table = self.portal.objects.table(kind)
        return [self._whole(kind, record) for records in (table.live, table.archived) for record in records.values()]

    def _whole(self, kind: Kind, record: Record) -> Json:
        joined = {
            other.name: [str(one) for one in ids]
            for other in KINDS.values()
            if (ids := list(self.portal.associations.ids(kind, record.id, other)))
        }
        return shown_record(self.portal, kind, record, names=sorted(record.values), joined=joined)

    def _lists(self) -> list[Json]:
        return [
            {**found.shown(), "members": [str(one) for one in found.members]} for found in self.portal.lists.every()
        ]
