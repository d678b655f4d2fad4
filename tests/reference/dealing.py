"""Deals for a crowd: with several people, with none, likely ones, without amounts or times, in several currencies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from config.mapping import MappingRules
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from store import deal_links, leads, records
from store.engine import Tx
from tests.reference.crowd import Crowd
from tests.reference.trade import Bill, Campaign, Trade

CRM = "crm"
CORPORATE = "EUR"
KIND = "New"
"""The record type that counts."""
MAPPING: Mapping[str, Any] = {
    "systems": {
        CRM: {
            "people": {"objects": ["Contact"], "key": "Key", "email": "Email"},
            "accounts": {"object": "Account", "name": "Name", "domain": "Website"},
            "deals": {
                "object": "Deal",
                "account": "AccountId",
                "closed": "IsClosed",
                "won": "IsWon",
                "amount": "Amount",
                "name": "Name",
                "created": "Created",
                "closes": "Closes",
                "stage": "Stage",
                "currency": "Iso",
                "corporate_amount": "Home",
                "corporate_currency": CORPORATE,
                "campaign": "CampaignId",
                "record_type": "Type",
                "record_types": [KIND],
                "contacts": {
                    "primary": "First",
                    "roles": {"object": "Place", "deal": "Deal", "person": "Who", "primary": "IsPrimary"},
                },
            },
            "campaigns": {
                "object": "Campaign",
                "name": "Name",
                "cost": "Cost",
                "currency": "Iso",
                "starts": "Starts",
                "ends": "Ends",
            },
            "currencies": {"object": "Rate", "code": "Code", "rate": "Rate"},
        }
    },
    "properties": [],
}
RULES = MappingRules.model_validate(MAPPING)
TRADE = MAPPING["systems"][CRM]
CAMPAIGNS = (
    ("c1", "Spring", 900, "USD", None, None),
    ("c2", "Fair", None, None, None, None),
    ("c3", "Spring", 50, None, None, None),
    ("c4", "Autumn", 210, "USD", 5, 74),
    ("c5", "Winter", 70, None, 600, 609),
)
"""Id, name, cost, currency, and the first and last day after the crowd began: two of one name are one line."""
PAID = (
    ("fair", "", 0, 40, 310, None),
    ("", "Ads", 20, 110, 500, "USD"),
    ("Unheard of", "Website", -30, 5, 60, None),
    ("", "ads", 3, 3, 40, "XXX"),
    ("c4", "Webinar", 10, 10, 25, None),
)
"""The file: campaign as written, channel, first and last day after the crowd began, amount, currency."""
_CODES = ("EUR", "USD", "XXX", None)
AMOUNTS: tuple[Value, ...] = (100, 33.3, "12.55", 0, None, "much")


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """`near`: account → the numbers of its leads; `deals`: the ids that there are."""

    near: Mapping[str, frozenset[int]]
    deals: tuple[str, ...]

    def trade(self, began: date) -> Trade:
        """As the reference counts by it. `began`: when the crowd did, by which costs are dated."""
        return Trade(
            connection=CRM,
            person="Contact",
            words=TRADE["deals"],
            campaigns=tuple(_campaign(began, each) for each in CAMPAIGNS),
            bills=tuple(_bill(began, each) for each in PAID),
            rates={"USD": Fraction(8, 10)},
            corporate=CORPORATE,
            near=lambda account: self.near.get(account, frozenset()),
        )


def _campaign(began: date, said: tuple[str, str, int | None, str | None, int | None, int | None]) -> Campaign:
    key, name, cost, code, first, last = said
    begins, ends = (None if each is None else began + timedelta(days=each) for each in (first, last))
    worth = None if cost is None else Fraction(cost)
    return Campaign(key=key, name=name, kind=None, cost=worth, code=code, first=begins, last=ends)


def _bill(began: date, said: tuple[str, str, int, int, int, str | None]) -> Bill:
    campaign, channel, first, last, amount, code = said
    begins, ends = began + timedelta(days=first), began + timedelta(days=last)
    return Bill(campaign=campaign, channel=channel, first=begins, last=ends, amount=Fraction(amount), code=code)


def trade(tx: Tx, crowd: Crowd, seed: int, deals: int = 14) -> Business:
    """Deals of these people, and of nobody."""
    random = Random(seed * 7 + 1)
    people = list(leads.after(tx, LeadId(0), 1000))
    for lead in people:
        ref = keep(tx, crowd, "Contact", f"p{lead}", Email="x")
        records.assign(tx, {ref: lead})
    for number, name, cost, code, first, last in CAMPAIGNS:
        days = {"Starts": day_after(crowd, first), "Ends": day_after(crowd, last)}
        keep(tx, crowd, "Campaign", number, Name=name, Cost=cost, Iso=code, **days)
    keep(tx, crowd, "Rate", "r1", Code="USD", Rate=0.8)
    near = {
        account: frozenset(random.sample(people, min(len(people), random.randrange(4)))) for account in ("a1", "a2")
    }
    made = tuple(f"d{number:02}" for number in range(deals))
    for each in made:
        open_deal(tx, crowd, random, each, people)
    return Business(near=near, deals=made)


def open_deal(tx: Tx, crowd: Crowd, random: Random, number: str, people: Sequence[LeadId]) -> None:
    show(tx, crowd, "Deal", number, _said(crowd, random, number, people))
    named = random.choice((0, 0, 1, 2, 3))
    for place, lead in enumerate(random.sample(people, min(named, len(people)))):
        place_in(tx, crowd, f"{number}-{place}", number, f"p{lead}", first=random.random() < 0.4)


def _said(crowd: Crowd, random: Random, number: str, people: Sequence[LeadId]) -> dict[str, Value]:
    opened = a_moment(crowd, random)
    closes = _closes(crowd, random, is_moment=bool(opened.hour % 2))
    is_won = random.random() < 0.6
    return {
        "Name": f"Deal {number}",
        "AccountId": random.choice(("a1", "a2", None)),
        "IsClosed": is_won or random.random() < 0.3,
        "IsWon": is_won,
        "Amount": random.choice(AMOUNTS),
        "Iso": random.choice(_CODES),
        "Home": random.choice((None, None, None, 77.7)),
        "Created": opened.isoformat() if random.random() < 0.9 else None,
        "Closes": closes,
        "Stage": "Some stage",
        "CampaignId": random.choice(("c1", "c2", "c9", None)),
        "Type": KIND if random.random() < 0.9 else "Renewal",
        "First": f"p{random.choice(people)}" if people and random.random() < 0.2 else None,
    }


def _closes(crowd: Crowd, random: Random, *, is_moment: bool) -> str | None:
    """Some systems say a day, others a moment."""
    at = a_moment(crowd, random)
    if random.random() >= 0.9:
        return None
    return at.isoformat() if is_moment else at.date().isoformat()


def day_after(crowd: Crowd, days: int | None) -> str | None:
    return None if days is None else (crowd.began.date() + timedelta(days=days)).isoformat()


def a_moment(crowd: Crowd, random: Random) -> datetime:
    """On whole hours, many of them at the end of a local day or month, some long after what people did."""
    days = random.choice((10, 45, 45, 420))
    return crowd.began + timedelta(hours=random.randrange(days * 24))


def place_in(tx: Tx, crowd: Crowd, number: str, deal: str, who: str, *, first: bool) -> None:
    ref = RecordRef(connection=CRM, object="Place", id=number)
    said: dict[str, Value] = {"Deal": deal, "Who": who, "IsPrimary": first}
    made = Record(ref=ref, values=said, modified_at=crowd.now)
    records.upsert(tx, [made], seen_at=crowd.now)
    deal_links.note(tx, [made], RULES)


def keep(tx: Tx, crowd: Crowd, kind: str, number: str, **values: Value) -> RecordRef:
    return show(tx, crowd, kind, number, values)


def show(
    tx: Tx,
    crowd: Crowd,
    kind: str,
    number: str,
    values: Mapping[str, Value],
    *,
    later: timedelta = timedelta(0),
    archived: bool = False,
) -> RecordRef:
    """As the system shows it, so much later than the crowd was looked at."""
    ref, at = RecordRef(connection=CRM, object=kind, id=number), crowd.now + later
    records.upsert(tx, [Record(ref=ref, values=values, modified_at=at, archived=archived)], seen_at=at)
    return ref
