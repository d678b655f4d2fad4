"""Who lives in the demo: the sales team, and a cast of prospects made from a seed number.

The loop's side of the demo reads only the team from here; whom the prospects are and what they will
do is the business of the actors, who meet the loop in the two systems alone.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from leadloop.demo import names

FIRST_DAY = date(2026, 9, 7)
"""Day 1 of the run; the demo's installation begins its clock here."""

REPS = (
    "ruth.okoye@your-company.example",
    "sven.larsson@your-company.example",
    "maria.conti@your-company.example",
    "david.cohen@your-company.example",
    "lena.vogt@your-company.example",
    "tunde.bello@your-company.example",
)
MANAGER = "helen.marsh@your-company.example"
LEFT = "peter.grant@your-company.example"
"""A rep who left: an inactive user who still owns leads."""

TRAINING_DAY = 12
AWAY_ALL_DAY = (FIRST_DAY + timedelta(days=TRAINING_DAY - 1)).isoformat()
"""Every rep is at a training on this day."""

BUSY_DAY = 30
"""The day of the careless rule edit: several people ask for a demo on it."""

LAST_DAY = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Where people work."""

    name: str
    domain: str
    country: names.Country
    industry: str
    employees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented person; `phone` is empty for those who keep theirs."""

    first_name: str
    last_name: str
    email: str
    title: str
    phone: str
    company: Company

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody by the part they play. All but the last two groups are known to HubSpot."""

    hot: tuple[Person, ...]
    """Above the line before the loop went live: the backlog."""
    warm: tuple[Person, ...]
    """Fit, and half way: whom a careless rule edit would hand over at once."""
    fresh: tuple[Person, ...]
    """Fit and silent so far: they will cross the line or ask for a demo."""
    cold: tuple[Person, ...]
    """A few who click now and then; students, free mail, far countries, no title."""
    customers: tuple[Person, ...]
    in_deals: tuple[Person, ...]
    barred: tuple[Person, ...]
    """A competitor, an employee and testers: never handed over, whatever they do."""
    only_leads: tuple[Person, ...]
    only_contacts: tuple[Person, ...]

    @property
    def in_hubspot(self) -> tuple[Person, ...]:
        groups = (self.hot, self.warm, self.fresh, self.cold, self.customers, self.in_deals, self.barred)
        return tuple(person for group in groups for person in group)

    def __iter__(self) -> Iterator[Person]:
        yield from (*self.in_hubspot, *self.only_leads, *self.only_contacts)


def name_of(email: str) -> str:
    """A colleague's name from their address."""
    return email.split("@", maxsplit=1)[0].replace(".", " ").title()


def address(first: str, last: str, tag: str, domain: str) -> str:
    """As companies make them of a name. `tag`: what stands between it and the `@`."""
    return f"{first}.{last}".translate(_PLAIN).lower() + f"{tag}@{domain}"


def cast(number: int) -> Cast:
    """The cast of a seed number: the same number, the same people."""
    return _Casting(random.Random(f"cast-{number}")).cast()  # noqa: S311  # a play, no secret


class _Casting:
    """Invents people one by one; an address is given out once."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()
        shuffled = [f"{first} {last}" for first in names.COMPANY_FIRST for last in names.COMPANY_LAST]
        rng.shuffle(shuffled)
        companies = [self._company(name, names.OUR_COUNTRIES) for name in shuffled[:80]]
        self._customers, self._in_deals, self._prospects = companies[:3], companies[3:5], companies[5:]
        self._elsewhere = [self._company(name, names.OTHER_COUNTRIES) for name in shuffled[80:86]]

    def cast(self) -> Cast:
        return Cast(
            hot=self._fit(15),
            warm=self._fit(325),
            fresh=self._fit(45),
            cold=(*self._fit(25), *self._unfit(45)),
            customers=tuple(self._person(company, names.HEADS) for company in self._customers for _ in range(2)),
            in_deals=tuple(self._person(company, names.HEADS) for company in self._in_deals for _ in range(2)),
            barred=self._barred(),
            only_leads=(*self._fit(25), *self._unfit(13)),
            only_contacts=self._fit(15),
        )

    def _company(self, name: str, countries: Sequence[names.Country]) -> Company:
        good = self._rng.random() < 0.75
        return Company(
            name=name,
            domain=f"{name.lower().replace(' ', '-')}.example",
            country=self._rng.choice(countries),
            industry=self._rng.choice(names.GOOD_INDUSTRIES if good else names.OTHER_INDUSTRIES),
            employees=self._rng.choice((30, 60, 120, 250, 400, 800, 2500)),
        )

    def _fit(self, count: int) -> tuple[Person, ...]:
        """People who lead something in a country where the demo's company sells: grade C at least."""
        return tuple(
            self._person(self._rng.choice(self._prospects), self._rng.choice((names.HEADS, names.LEADS)))
            for _ in range(count)
        )

    def _unfit(self, count: int) -> tuple[Person, ...]:
        ways = (
            lambda: self._person(self._rng.choice(self._elsewhere), names.OTHERS),
            lambda: self._person(self._rng.choice(self._prospects), names.LEARNERS),
            lambda: self._person(self._rng.choice(self._elsewhere), ("",)),
            lambda: self._person(self._rng.choice(self._prospects), names.OTHERS, domain="gmail.example"),
        )
        return tuple(ways[place % len(ways)]() for place in range(count))

    def _barred(self) -> tuple[Person, ...]:
        company = self._prospects[0]
        return (
            self._person(company, names.HEADS, domain="a-competitor.example"),
            self._person(company, names.HEADS, domain="your-company.example"),
            self._person(company, names.LEADS, tag="+test"),
            self._person(company, names.LEADS, tag="+test"),
        )

    def _person(self, company: Company, titles: Sequence[str], *, domain: str = "", tag: str = "") -> Person:
        first, last = self._rng.choice(names.FIRST_NAMES), self._rng.choice(names.LAST_NAMES)
        country = company.country
        phone = self._rng.choice(country.phones).format(self._rng.randint(100, 199)) if self._rng.random() < 0.8 else ""
        return Person(
            first_name=first,
            last_name=last,
            email=self._address(first, last, tag, domain or company.domain),
            title=self._rng.choice(titles),
            phone=phone,
            company=company,
        )

    def _address(self, first: str, last: str, tag: str, domain: str) -> str:
        for place in range(1, 100):
            found = address(first, last, f"{place if place > 1 else ''}{tag}", domain)
            if found not in self._taken:
                self._taken.add(found)
                return found
        raise ValueError(f"a hundred people are called {first} {last} at {domain}")


_PLAIN = str.maketrans({"ö": "o", "č": "c", "è": "e", "ø": "o", "'": None, " ": "-"})
