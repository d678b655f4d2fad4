"""What the reports about money need: campaigns with their costs, deals and who stands in them, as messy as orgs are.

The people in these deals are nobody of the cast: an open deal, or a won one, would keep them and their colleagues from
being handed over. Of the cast some were at an event or a webinar.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from leadloop.demo import names, people, seed
from leadloop.demo.newcomers import company, person
from leadloop.demo.people import Company, Person
from leadloop.demo.seed import GO_LIVE, Row

WEBINAR, FAIR, ADS = "Webinar: Faster first answers", "Service Days 2026", "Search ads: help desk"
NEWSLETTER, EVENING = "Newsletter August", "Partner evening"
_CAMPAIGNS: tuple[tuple[Row, int, int], ...] = (
    ({"Name": WEBINAR, "Type": "Webinar", "ActualCost": 4_800}, 38, 38),
    ({"Name": FAIR, "Type": "Conference", "ActualCost": 18_000, "CurrencyIsoCode": "GBP"}, 52, 50),
    ({"Name": ADS, "Type": "Advertisement", "ActualCost": 6_000}, 60, 0),
    ({"Name": NEWSLETTER, "Type": "Email"}, 30, 15),
    ({"Name": EVENING, "Type": "Other", "ActualCost": 2_500}, 20, 20),
)
"""With the first and the last day, as days before the loop begins."""
LOST = "SEK"
"""Of this currency the org has a deal, and nobody knows any more what it is worth."""
ORG = {"multi_currency": {"corporate": "EUR", "rates": {"GBP": 0.85, LOST: 11.4}}}
"""The simulated org sells in three currencies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """A deal as it stands when the loop begins. `opened`, `closes`: days before that; negative: after it."""

    stage: str
    opened: int
    closes: int
    roles: tuple[str, ...] = ("Decision Maker",)
    met: tuple[str, ...] = ()
    """The campaigns that its people were in before it was opened."""
    currency: str = "EUR"
    has_amount: bool = True
    people: int = 2


DEALINGS = (
    Dealing(stage="Closed Won", opened=34, closes=4, met=(WEBINAR, ADS), roles=("Decision Maker", "Evaluator")),
    Dealing(stage="Closed Won", opened=46, closes=12, met=(FAIR,), currency="GBP"),
    Dealing(stage="Closed Won", opened=30, closes=9, met=(FAIR, WEBINAR), roles=()),
    Dealing(stage="Closed Lost", opened=33, closes=10, met=(WEBINAR,)),
    Dealing(stage="Negotiation/Review", opened=28, closes=-20, met=(ADS,), has_amount=False),
    Dealing(stage="Proposal/Price Quote", opened=22, closes=-45, met=(FAIR,), currency=LOST),
    Dealing(stage="Needs Analysis", opened=18, closes=-60, roles=(), people=0),
    Dealing(
        stage="Value Proposition", opened=15, closes=-40, met=(ADS, WEBINAR), roles=("Economic Buyer", "Influencer")
    ),
    Dealing(stage="Qualification", opened=9, closes=-70, met=(ADS,), roles=("Business User",)),
)
_NAMES = (
    "Amberley",
    "Brookside",
    "Cloverfield",
    "Driftwood",
    "Elmstead",
    "Fairwater",
    "Greenford",
    "Highgate",
    "Inglewood",
)
_TRADES = ("Bank", "Energy", "Clinics", "Rail", "Media")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyers:
    """A deal, the company that it is with, what it is worth, and those whom we know there."""

    dealing: Dealing
    company: Company
    amount: int
    owner: str
    people: tuple[Person, ...]

    @property
    def name(self) -> str:
        return f"{self.company.name}: help desk"


def buyers(number: int) -> tuple[Buyers, ...]:
    """The same number, the same companies and people."""
    rng = random.Random(f"dealings-{number}")  # noqa: S311  # a play, no secret
    return tuple(_buyers(rng, name, dealing) for name, dealing in zip(_NAMES, DEALINGS, strict=True))


def _buyers(rng: random.Random, name: str, dealing: Dealing) -> Buyers:
    at = company(rng, name, rng.choice(_TRADES))
    who = zip(rng.sample(names.FIRST_NAMES, dealing.people), rng.sample(names.LAST_NAMES, dealing.people), strict=True)
    return Buyers(
        dealing=dealing,
        company=at,
        amount=rng.randrange(9_000, 48_000, 500),
        owner=rng.choice(people.REPS),
        people=tuple(person(rng, first, last, at) for first, last in who),
    )


def rows(number: int) -> Row:
    """The body of `POST /_simulator/seed`: whatever others point at by name comes first."""
    every = buyers(number)
    return {
        "campaigns": [*_campaigns()],
        "accounts": [_account(each) for each in every],
        "companies": [{"name": each.company.name, "domain": each.company.domain} for each in every],
        "sf_contacts": [_contact(each, who) for each in every for who in each.people],
        "contacts": [_hubspot_contact(who) for each in every for who in each.people],
        "opportunities": [_opportunity(each) for each in every],
    }


def _campaigns() -> Iterator[Row]:
    for told, first, last in _CAMPAIGNS:
        days = {"StartDate": _day(first), "EndDate": _day(last), "Status": "Completed" if last else "In Progress"}
        yield told | days


def _day(before: int) -> str:
    return (people.FIRST_DAY - timedelta(days=before)).isoformat()


def _account(each: Buyers) -> Row:
    is_customer = each.dealing.stage == "Closed Won"
    return {
        "Name": each.company.name,
        "Website": f"https://www.{each.company.domain}",
        "Type": "Customer" if is_customer else "Prospect",
        "OwnerEmail": each.owner,
    }


def _contact(each: Buyers, who: Person) -> Row:
    return {
        "FirstName": who.first_name,
        "LastName": who.last_name,
        "Email": who.email,
        "AccountName": each.company.name,
        "Title": who.title,
        "MailingCountry": each.company.country.spellings[0],
        "OwnerEmail": each.owner,
        "CreatedDate": _moment(90),
    }


def _hubspot_contact(who: Person) -> Row:
    return {
        "email": who.email,
        "firstname": who.first_name,
        "lastname": who.last_name,
        "company": who.company.name,
        "company_domain": who.company.domain,
        "jobtitle": who.title,
        "country": who.company.country.spellings[0],
        "createdate": _moment(90),
    }


def _opportunity(each: Buyers) -> Row:
    told = {
        "Name": each.name,
        "AccountName": each.company.name,
        "StageName": each.dealing.stage,
        "CloseDate": _day(each.dealing.closes),
        "CurrencyIsoCode": each.dealing.currency,
        "OwnerEmail": each.owner,
        "CreatedDate": _moment(each.dealing.opened),
    }
    return told | ({"Amount": each.amount} if each.dealing.has_amount else {})


def _moment(before: int) -> str:
    return (GO_LIVE - timedelta(days=before, hours=-11)).isoformat()


def places(number: int, contacts: Sequence[str], guests: Iterable[tuple[str, str]]) -> Row:
    """Who stands in the deals and who was in the campaigns. `contacts`: the ids of those that `rows` plants, in its
    order; `guests`: of others who were there, the field and the id."""
    ids, roles, members = iter(contacts), list[Row](), list[Row]()
    for each in buyers(number):
        who = [next(ids) for _ in each.people]
        for place, (contact, role) in enumerate(zip(who, each.dealing.roles, strict=False)):
            roles.append({"OpportunityName": each.name, "ContactId": contact, "Role": role, "IsPrimary": place == 0})
        members += [
            _member(name, {"ContactId": one}, each.dealing.opened + 3) for name in each.dealing.met for one in who
        ]
    members += [_member((FAIR, WEBINAR)[at % 2], {field: key}, 38) for at, (field, key) in enumerate(guests)]
    return {"salesforce": {"OpportunityContactRole": roles, "CampaignMember": members}}


_CAME: Mapping[str, str] = {WEBINAR: "Attended", FAIR: "Attended"}


def _member(campaign: str, who: Row, before: int) -> Row:
    moment = _moment(before)
    return {"CampaignName": campaign, "Status": _CAME.get(campaign, "Responded"), "CreatedDate": moment, **who}


def lost(currencies: Iterable[Row]) -> Iterator[Row]:
    """An admin cleans up among the currencies, in an org as somebody left it."""
    for each in currencies:
        if each["IsoCode"] == LOST:
            yield {"as": "admin", "do": "delete", "system": "salesforce", "id": each["Id"], "fields": {}}


def prehistory(number: int) -> list[Row]:
    """What the buyers looked at before their deals were opened, oldest first."""
    rng = random.Random(f"looks-{number}")  # noqa: S311  # a play, no secret
    acts = []
    for each in buyers(number):
        for who in each.people:
            at = GO_LIVE - timedelta(days=each.dealing.opened + rng.randint(1, 6), hours=rng.randint(1, 9))
            acts.append(seed.views(who, seed.PRICING, at=at))
    return sorted(acts, key=lambda act: str(act["at"]))
