"""The messy world before the loop: what the two systems hold, and what prospects did in the forty days before.

Duplicates across lead and contact, two leads for one person, addresses in other spellings, old
statuses, leads of a rep who left, people who opted out, customers, open deals.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from leadloop.demo import names, people
from leadloop.demo.people import Cast, Company, Person

Row = dict[str, Any]

SITE = "https://your-company.example"
COMPARISON = f"{SITE}/compare/the-others"
PRICING = f"{SITE}/pricing"
PAGES = (f"{SITE}/product", f"{SITE}/customers", f"{SITE}/blog/first-answers", f"{SITE}/about")
DEMO_FORM = "Demo request"

HOT_WITH_LEAD = 6
WARM_WITH_LEAD = 90
WARM_WITH_CONTACT = 25
WARM_WITH_BOTH = 8
TWO_LEADS = 10
FRESH_WITH_LEAD = 14
COLD_WITH_LEAD = 20
LEFT_OWNS = 10
GO_LIVE = datetime.combine(people.FIRST_DAY, time(), UTC)


def prospect(do: str, person: Person, fields: Mapping[str, Any], *, at: datetime | None = None) -> Row:
    """One thing a prospect does in HubSpot; without `at` they do it now."""
    act: Row = {"as": "prospect", "do": do, "system": "hubspot", "id": person.email, "fields": dict(fields)}
    return act if at is None else act | {"at": at.isoformat()}


def views(person: Person, url: str, *, at: datetime | None = None) -> Row:
    return prospect("page_view", person, {"url": url, "title": url.rsplit("/", maxsplit=1)[-1].title()}, at=at)


def downloads(person: Person, guide: str, *, at: datetime | None = None) -> Row:
    return prospect("submit_form", person, {"form": guide, "page_url": f"{SITE}/resources"}, at=at)


def asks_for_demo(person: Person, message: str, *, at: datetime | None = None) -> Row:
    fields = {"form": DEMO_FORM, "values": {"message": message}, "page_url": f"{SITE}/demo"}
    return prospect("submit_form", person, fields, at=at)


def rows(number: int) -> Row:
    """The body of `POST /_simulator/seed` for a seed number."""
    return _Seeding(people.cast(number), random.Random(f"seed-{number}")).rows()  # noqa: S311  # a play, no secret


def prehistory(number: int) -> list[Row]:
    """What prospects did before the loop went live, oldest first."""
    rng = random.Random(f"prehistory-{number}")  # noqa: S311  # a play, no secret
    cast = people.cast(number)
    acts = [act for did in _PAST for act in did(cast, rng)]
    return sorted(acts, key=lambda act: str(act.get("at", "")))


class _Seeding:
    def __init__(self, cast: Cast, rng: random.Random) -> None:
        self._cast = cast
        self._rng = rng
        with_lead = cast.warm[:WARM_WITH_LEAD]
        self._leads = (*cast.hot[:HOT_WITH_LEAD], *with_lead, *cast.fresh[:FRESH_WITH_LEAD])
        self._quiet_leads = (*cast.cold[:COLD_WITH_LEAD], *cast.only_leads)
        contacts = cast.warm[WARM_WITH_LEAD - WARM_WITH_BOTH : WARM_WITH_LEAD + WARM_WITH_CONTACT]
        self._contacts = (*contacts, cast.hot[HOT_WITH_LEAD], *cast.only_contacts, *cast.customers, *cast.in_deals)

    def rows(self) -> Row:
        return {
            "users": [*_users()],
            "accounts": [self._account(company) for company in _companies(self._contacts)],
            "opportunities": [*self._opportunities()],
            "leads": [*self._salesforce_leads()],
            "sf_contacts": [self._contact(person) for person in self._contacts],
            "companies": [self._company(company) for company in _companies(self._cast.in_hubspot)],
            "forms": [{"name": name} for name in (DEMO_FORM, *names.GUIDES)],
            "contacts": [self._hubspot_contact(person) for person in self._cast.in_hubspot],
        }

    def _account(self, company: Company) -> Row:
        customer = company in {each.company for each in self._cast.customers}
        return {
            "Name": company.name,
            "Website": f"https://www.{company.domain}",
            "Type": "Customer" if customer else "Prospect",
            "Industry": company.industry,
            "NumberOfEmployees": company.employees,
            "OwnerEmail": self._rng.choice(people.REPS),
        }

    def _opportunities(self) -> Iterator[Row]:
        for company in _companies(self._cast.customers):
            yield self._opportunity(company, "Closed Won", days=-60)
        for company in _companies(self._cast.in_deals):
            yield self._opportunity(company, "Negotiation/Review", days=45)

    def _opportunity(self, company: Company, stage: str, *, days: int) -> Row:
        return {
            "Name": f"{company.name}: help desk",
            "AccountName": company.name,
            "StageName": stage,
            "Amount": self._rng.randrange(8_000, 60_000, 500),
            "CloseDate": (people.FIRST_DAY + timedelta(days=days)).isoformat(),
            "OwnerEmail": self._rng.choice(people.REPS),
        }

    def _salesforce_leads(self) -> Iterator[Row]:
        """Old statuses stand on the second half of the warm ones and on the quiet ones; a few exist twice."""
        half = HOT_WITH_LEAD + WARM_WITH_LEAD // 2
        for place, person in enumerate(self._leads):
            old = half <= place < half + 10
            yield self._lead(person, self._old_status() if old else "Open - Not Contacted", self._owner())
        for place, person in enumerate(self._quiet_leads):
            yield self._lead(person, self._old_status(), people.LEFT if place < LEFT_OWNS else self._owner())
        for person in self._cast.warm[:TWO_LEADS]:
            yield self._lead(person, "Open - Not Contacted", self._owner())

    def _old_status(self) -> str:
        return self._rng.choice(("Open - Not Contacted", "Closed - Not Converted", "Working - Contacted"))

    def _owner(self) -> str:
        return self._rng.choice((*people.REPS, people.MANAGER))

    def _lead(self, person: Person, status: str, owner: str) -> Row:
        row = {
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "Email": self._spelled(person.email),
            "Company": self._rng.choice((person.company.name, person.company.name, f"{person.company.name} Inc.")),
            "Title": person.title,
            "Country": self._rng.choice(person.company.country.spellings),
            "Phone": person.phone,
            "Industry": person.company.industry,
            "NumberOfEmployees": person.company.employees if self._rng.random() < 0.8 else None,
            "LeadSource": self._rng.choice(("Web", "Phone Inquiry", "Purchased List", "Other")),
            "Status": status,
            "OwnerEmail": owner,
            "HasOptedOutOfEmail": True if self._rng.random() < 0.02 else None,
            "CreatedDate": self._created(),
        }
        return _filled(row)

    def _contact(self, person: Person) -> Row:
        row = {
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "Email": self._spelled(person.email),
            "AccountName": person.company.name,
            "Title": person.title,
            "MailingCountry": self._rng.choice(person.company.country.spellings),
            "Phone": person.phone,
            "OwnerEmail": self._rng.choice(people.REPS),
            "CreatedDate": self._created(),
        }
        return _filled(row)

    def _company(self, company: Company) -> Row:
        return {"name": company.name, "domain": company.domain}

    def _hubspot_contact(self, person: Person) -> Row:
        customer = person in self._cast.customers
        row = {
            "email": person.email,
            "firstname": person.first_name,
            "lastname": person.last_name,
            "company": person.company.name,
            "company_domain": person.company.domain,
            "jobtitle": person.title,
            "country": self._rng.choice(person.company.country.spellings),
            "industry": person.company.industry if self._rng.random() < 0.8 else "",
            "phone": person.phone if self._rng.random() < 0.8 else "",
            "lifecyclestage": "customer" if customer else self._rng.choice(("lead", "lead", "lead", "subscriber")),
            "hs_lead_status": "NEW" if self._rng.random() < 0.4 else "",
            "createdate": self._created(),
        }
        return _filled(row)

    def _spelled(self, email: str) -> str:
        """People type an address as they like."""
        ways: tuple[Callable[[str], str], ...] = (str, str, str.upper, str.title, lambda text: f" {text} ")
        return self._rng.choice(ways)(email)

    def _created(self) -> str:
        return (GO_LIVE - timedelta(days=self._rng.randint(45, 700), hours=self._rng.randint(0, 23))).isoformat()


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value not in ("", None)}


def _companies(group: Sequence[Person]) -> list[Company]:
    return list(dict.fromkeys(person.company for person in group))


def _users() -> Iterator[Row]:
    for email in (*people.REPS, people.MANAGER, people.LEFT):
        first, last = people.name_of(email).split()
        active = email != people.LEFT
        yield {"email": email, "first_name": first, "last_name": last, "active": active, "department": "Sales"}


def _ago(rng: random.Random, youngest: float, oldest: float) -> datetime:
    return GO_LIVE - timedelta(seconds=round(86_400 * rng.uniform(youngest, oldest)))


def _hot(cast: Cast, rng: random.Random) -> Iterator[Row]:
    """Sixty points in the last days; two of them had asked for a demo and nobody called."""
    for place, person in enumerate(cast.hot):
        yield views(person, COMPARISON, at=_ago(rng, 0.5, 5))
        yield views(person, PRICING, at=_ago(rng, 0.5, 5))
        for guide in rng.sample(names.GUIDES, 3):
            yield downloads(person, guide, at=_ago(rng, 0.5, 5))
        if place in {1, 8}:
            yield asks_for_demo(person, rng.choice(names.MESSAGES), at=_ago(rng, 6, 9))


def _warm(cast: Cast, rng: random.Random) -> Iterator[Row]:
    """Thirty points each."""
    for person in cast.warm:
        yield views(person, COMPARISON, at=_ago(rng, 1, 9))
        yield downloads(person, rng.choice(names.GUIDES), at=_ago(rng, 1, 9))


def _quiet(cast: Cast, rng: random.Random) -> Iterator[Row]:
    for person in (*cast.fresh, *cast.cold, *cast.customers):
        yield views(person, rng.choice(PAGES), at=_ago(rng, 15, 40))
        if rng.random() < 0.4:
            yield prospect("click", person, {"campaign": "Newsletter August"}, at=_ago(rng, 15, 30))


def _opted_out(cast: Cast, rng: random.Random) -> Iterator[Row]:
    for person in (*rng.sample(cast.warm[WARM_WITH_LEAD:], 3), cast.fresh[-1]):
        yield prospect("unsubscribe", person, {}, at=_ago(rng, 11, 40))


_PAST: tuple[Callable[[Cast, random.Random], Iterator[Row]], ...] = (_hot, _warm, _quiet, _opted_out)
