"""Lets the neighbours act while simulated time passes: each at its own moment, in order, with a log line of its own."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from simulator.hubspot.world import HubSpotWorld
from simulator.kernel import Kernel
from simulator.log import Effect
from simulator.neighbours.hubspot_connector import HubSpotConnector
from simulator.neighbours.orders import connector_of, rivals_of
from simulator.neighbours.rival import Rival
from simulator.salesforce.world import SalesforceWorld

PATH = "/_simulator/neighbours"
FLOW_USER = "flow.runner@crm.example"


class Neighbourhood:
    """Everybody who lives beside leadloop, as the settings have it. They only act when time is advanced."""

    def __init__(self, kernel: Kernel, salesforce: SalesforceWorld, hubspot: HubSpotWorld) -> None:
        self._kernel, self._salesforce, self._hubspot = kernel, salesforce, hubspot
        self._ordered = b""
        self._connector: HubSpotConnector | None = None
        self._next_at: datetime | None = None
        self._rivals: list[Rival] = []
        self._heard = 0

    def pass_time(self, seconds: float) -> None:
        """Advance the clock by just so much, from appointment to appointment, each kept at its own moment."""
        until, left = self._kernel.now() + timedelta(seconds=seconds), seconds
        self._listen()
        while (at := self._next_appointment(until)) is not None:
            step = min(left, max(0.0, (at - self._kernel.now()).total_seconds()))
            self._kernel.clock.advance(step)
            left -= step
            self._keep_appointments()
            self._listen()
        self._kernel.clock.advance(left)

    def settle_in(self) -> None:
        """Move in, or move house when the settings are others now. What happened before is no concern of theirs."""
        orders = self._kernel.settings.neighbours
        now, written = self._kernel.now(), orjson.dumps(orders, option=orjson.OPT_SORT_KEYS)
        if written == self._ordered:
            return
        self._ordered = written
        order = connector_of(orders)
        org, portal = self._salesforce.org, self._hubspot.portal
        self._connector = HubSpotConnector(order, org, portal) if order else None
        self._next_at = now + timedelta(seconds=order.every_s) if order else None
        self._rivals = [Rival(each, self._kernel.world(each.system), user=FLOW_USER) for each in rivals_of(orders)]
        if order is not None:
            self._hire({"email": order.user, "first_name": "HubSpot", "last_name": "Integration"}, now)
        if self._rivals:
            self._hire({"email": FLOW_USER, "first_name": "Automated", "last_name": "Process"}, now)
        self._heard = self._kernel.log.seq

    def _hire(self, user: Mapping[str, Any], now: datetime) -> None:
        """A user of its own in Salesforce."""
        effects: list[Effect] = []
        self._salesforce.seed({"User": [dict(user)]}, now, effects)
        self._note("an administrator", {"salesforce": effects}, do="hire")

    def _next_appointment(self, until: datetime) -> datetime | None:
        moments = [self._next_at, *(rival.next_at() for rival in self._rivals)]
        return min((at for at in moments if at is not None and at <= until), default=None)

    def _keep_appointments(self) -> None:
        """The connector first, then the rivals as they are listed."""
        now = self._kernel.now()
        if self._connector is not None and self._next_at is not None and self._next_at <= now:
            self._next_at += timedelta(seconds=self._connector.order.every_s)
            self._note(self._connector.name, self._connector.work(now), do="copy")
        for rival in self._rivals:
            if (at := rival.next_at()) is not None and at <= now:
                self._note(rival.name, rival.work(now), do="flip")

    def _note(self, who: str, effects: Mapping[str, list[Effect]], *, do: str) -> None:
        for system, done in effects.items():
            if done:
                said = {"as": "neighbour", "who": who, "do": do, "id": "", "fields": {}, "answer": {}}
                self._kernel.log.append(system=system, method="POST", path=PATH, status=200, effects=done, act=said)

    def _listen(self) -> None:
        """Tell the rivals what happened since they last listened."""
        if self._rivals:
            for text in self._kernel.log.lines(self._heard):
                line = orjson.loads(text)
                for rival in self._rivals:
                    rival.hear(line)
        self._heard = self._kernel.log.seq
