"""People whom nobody knew when the loop began: they fill in a form one day, and some of them come back."""

import random
from collections.abc import Iterator

from leadloop.demo import names, people, seed
from leadloop.demo.deck import morning
from leadloop.demo.people import Company, Person
from leadloop.demo.prospects import Agenda, crossing
from leadloop.demo.seed import Row

DAYS = range(1, 30)
"""Somebody new comes on each of these days; before the busy one, which belongs to the careless edit."""
BACK = (2, 3, 5)
"""Days until those come back who do."""
QUICK, SLOW = 0.3, 0.4
"""The parts of them that ask for a demo at once, and that cross the line on their return."""
_COMPANIES = ("Polar", "Sundial", "Bluebell", "Cinder", "Dune", "Everest", "Foxglove", "Gull", "Hollow", "Ivory")
_TRADES = ("Freight", "Clinics", "Foods", "Optics", "Travel", "Textiles")


def plan(number: int) -> Agenda:
    """What they will do, by half day."""
    rng = random.Random(f"newcomers-{number}")  # noqa: S311  # a play, no secret
    agenda = Agenda()
    for day in DAYS:
        for person in _new(rng, day):
            _comes(agenda, person, day=day, rng=rng)
    return agenda


def _new(rng: random.Random, day: int) -> Iterator[Person]:
    """One of a day, or two."""
    for place in range(rng.choice((1, 1, 2))):
        first, last = rng.choice(names.FIRST_NAMES), rng.choice(names.LAST_NAMES)
        yield person(rng, first, last, company(rng, rng.choice(_COMPANIES), rng.choice(_TRADES)), tag=f"{day}{place}")


def company(rng: random.Random, first: str, last: str) -> Company:
    """A company that nobody of the cast works for."""
    return Company(
        name=f"{first} {last}",
        domain=f"{first}-{last}.example".lower(),
        country=rng.choice(names.OUR_COUNTRIES),
        industry=rng.choice(names.GOOD_INDUSTRIES),
        employees=rng.choice((60, 120, 250, 400, 800)),
    )


def person(rng: random.Random, first: str, last: str, at: Company, *, tag: str = "") -> Person:
    """`tag`: what keeps two people of one name apart."""
    return Person(
        first_name=first,
        last_name=last,
        email=people.address(first, last, tag, at.domain),
        title=rng.choice((*names.HEADS, *names.LEADS)),
        phone=rng.choice(at.country.phones).format(rng.randint(100, 199)),
        company=at,
    )


def _comes(agenda: Agenda, person: Person, *, day: int, rng: random.Random) -> None:
    part, chance = morning(day) + rng.randint(0, 1), rng.random()
    guide = rng.choice(names.GUIDES)
    agenda.put(part, fills_in(person, guide, page="resources"))
    if chance < QUICK:
        agenda.put(part, fills_in(person, seed.DEMO_FORM, page="demo", message=rng.choice(names.MESSAGES)))
    elif chance < QUICK + SLOW and day + max(BACK) < people.BUSY_DAY:
        first, second = crossing(person, rng)
        back = morning(day + rng.choice(BACK))
        agenda.put(back, *first)
        agenda.put(back + 1, *second)


def fills_in(person: Person, form: str, *, page: str, message: str = "") -> Row:
    """A form in which they say who they are: HubSpot makes a contact of it where there is none."""
    said = {
        "email": person.email,
        "firstname": person.first_name,
        "lastname": person.last_name,
        "jobtitle": person.title,
        "company": person.company.name,
        "country": person.company.country.spellings[0],
        "phone": person.phone,
        "industry": person.company.industry,
    }
    values = said | ({"message": message} if message else {})
    fields = {"form": form, "values": values, "page_url": f"{seed.SITE}/{page}"}
    return {"as": "prospect", "do": "submit_form", "system": "hubspot", "id": "", "fields": fields}
