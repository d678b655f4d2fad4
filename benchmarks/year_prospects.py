"""Who turns up in the year and what they do: by season, at night and at weekends too, once and again.

All chance is one seeded generator; whoever acts on a decision acts through the agenda.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from benchmarks.agenda import Agenda
from benchmarks.office import Dossier, Observer, Office, newcomer
from domain.account import Account, Certainty
from domain.activity import Activity, ActivityKind
from domain.decision import Decision
from domain.stage import Signal, SignalKind, Stage
from domain.values import RecordRef, Value

MONTHS = (9, 10, 11, 9, 9, 8, 6, 4, 11, 12, 11, 5)
"""How many come, January first: nobody buys in August."""
TITLES = ("VP Operations", "Head of IT", "Team lead", "Engineer", "Director Sales", "Student", None)
COUNTRIES = ("US", "US", "US", "DE", "DE", "GB", "FR", "AT", "AU", "CA", "BR", None)
SIZES = (4, 25, 80, 300, 700, 1500, 12000, None)
INDUSTRIES = ("software", "manufacturing", "retail", "bank", None)
PATHS = ("/blog", "/docs", "/customers", "/pricing", "/compare", "/careers")
LOGGED_WITHIN_MIN = 4
"""How long the portal takes to show what somebody did."""


@dataclass(slots=True, kw_only=True)
class Prospects(Observer):
    """Everybody who may become a customer."""

    office: Office
    agenda: Agenda
    chance: random.Random
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def arrive(self, number: int, at: datetime, *, armed_at: datetime) -> None:
        """Plan somebody's first day, and what they do from then on."""
        self.agenda.plan(at, lambda now: self._begin(number, now, armed_at))

    def _begin(self, number: int, now: datetime, armed_at: datetime) -> None:
        chance, dossier = self.chance, newcomer(number, at=now, armed_at=armed_at)
        odd = chance.random()
        domain = "a-competitor.example" if odd < 0.004 else f"company-{number // 3}.example"
        values: dict[str, Value] = {
            "email": f"p{number}@{domain}",
            "first_name": "Ana",
            "last_name": f"Ruiz {number}",
            "company": f"Company {number // 3}",
            "job_title": chance.choice(TITLES),
            "country": chance.choice(COUNTRIES),
            "employees": chance.choice(SIZES),
            "industry": chance.choice(INDUSTRIES),
            "phone": f"+1 202 555 {number:06d}" if chance.random() < 0.9 else None,
            "opted_out": chance.random() < 0.06,
        }
        for name, value in values.items():
            dossier.learn(name, value, now)
        dossier.account = self._account(number)
        self.office.open(dossier)
        self._live(dossier, now)

    def _account(self, number: int) -> Account | None:
        chance, odds = self.chance, self.chance.random()
        if odds > 0.12:
            return None
        return Account(
            ref=RecordRef(connection="crm", object="Account", id=f"001{number}"),
            name=f"Company {number // 3}",
            certainty=Certainty.LIKELY if odds > 0.08 else Certainty.EXPLICIT,
            owner=chance.choice([*sorted(self.office.reps), "left@acme.example"]),
            is_customer=odds < 0.025,
            open_deals=int(0.025 <= odds < 0.05),
        )

    def _live(self, dossier: Dossier, now: datetime) -> None:
        """Browsers, those who warm up until they cross the line, and those who ask at once."""
        kind = self.chance.choices(("browses", "warms up", "asks"), weights=(60, 27, 13))[0]
        for at in self._moments(now, self.chance.randint(1, 6), days=20):
            self._page(dossier, at, self.chance.choice(PATHS))
        if kind == "warms up":
            self.warm_up(dossier, now + timedelta(days=self.chance.uniform(0, 10)))
        if kind == "asks" or (kind == "warms up" and self.chance.random() < 0.15):
            self.ask(dossier, now + timedelta(days=self.chance.expovariate(1 / 4)))

    def _moments(self, begin: datetime, many: int, *, days: int) -> list[datetime]:
        return [begin + timedelta(days=self.chance.uniform(0, days)) for _ in range(many)]

    def warm_up(self, dossier: Dossier, at: datetime) -> None:
        """50 points within some days."""
        self._page(dossier, at, "/compare")
        self._page(dossier, at + timedelta(minutes=self.chance.uniform(1, 60)), "/pricing")
        for number in range(2):
            later = at + timedelta(hours=self.chance.uniform(1, 60))
            self._do(dossier, later, ActivityKind.FORM_SUBMITTED, form=f"Guide {number} download")

    def ask(self, dossier: Dossier, at: datetime) -> None:
        self._do(dossier, at, ActivityKind.FORM_SUBMITTED, form="Demo request")

    def _page(self, dossier: Dossier, at: datetime, path: str) -> None:
        self._do(dossier, at, ActivityKind.PAGE_VIEWED, url=f"https://www.acme.example{path}")

    def _do(self, dossier: Dossier, at: datetime, kind: ActivityKind, **properties: Value) -> None:
        seen_at = at + timedelta(minutes=self.chance.uniform(0, LOGGED_WITHIN_MIN))
        done = Activity(
            connection="hub",
            stream="events",
            external_id=str(next(self._numbers)),
            kind=kind,
            occurred_at=at,
            properties=properties,
            seen_at=seen_at,
        )
        self.agenda.plan(seen_at, lambda _: self._seen(dossier, done))

    def _seen(self, dossier: Dossier, done: Activity) -> None:
        dossier.did_now(done)
        self.office.touch(dossier)

    def after(self, dossier: Dossier, decision: Decision, *, now: datetime) -> None:
        """A rest is heard of: some opt out, some come back, some cannot wait."""
        if not any(move.after is Stage.RECYCLED for move in decision.transitions):
            return
        odds = self.chance.random()
        back_at = dossier.lead.return_at or now + timedelta(days=40)
        if odds < 0.05:
            self.agenda.plan(now + timedelta(days=self.chance.uniform(1, 60)), lambda at: self._opts_out(dossier, at))
        elif odds < 0.45:
            self.warm_up(dossier, back_at + timedelta(days=self.chance.uniform(-10, 30)))
        elif odds < 0.55:
            self.ask(dossier, now + timedelta(days=self.chance.uniform(0, 90)))
        elif odds < 0.57:
            self.agenda.plan(now + timedelta(days=3), lambda at: self._taken_off(dossier, at))

    def _opts_out(self, dossier: Dossier, at: datetime) -> None:
        dossier.learn("opted_out", True, at)
        self.office.touch(dossier)

    def _taken_off(self, dossier: Dossier, at: datetime) -> None:
        """A marketer takes them off their list by hand."""
        for name in sorted(dossier.lists):
            dossier.lists -= {name}
            dossier.said.append(Signal(kind=SignalKind.LEFT_LIST, connection="hub", property=name, value=None, at=at))
        self.office.touch(dossier)


def arrivals(leads: int, first: datetime, days: int, chance: random.Random) -> list[datetime]:
    """When everybody turns up: by month, two thirds of them in working hours of somewhere, the others whenever."""
    weights = [_likely(first + timedelta(days=day)) for day in range(days)]
    found = []
    for day in chance.choices(range(days), weights=weights, k=leads):
        hour = chance.gauss(14, 3) % 24 if chance.random() < 0.65 else chance.uniform(0, 24)
        found.append(first + timedelta(days=day, hours=hour))
    return sorted(each.astimezone(UTC) for each in found)


def _likely(day: datetime) -> float:
    return MONTHS[day.month - 1] * (1.0 if day.weekday() < 5 else 0.4)
