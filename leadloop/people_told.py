"""People as a page shows them: a name, and where each system has them."""

from collections.abc import Mapping, Sequence

from config.mapping import MappingRules
from domain.values import LeadId
from leadloop.app import App
from leadloop.record_links import Linker
from reports.pages.html import Person
from store import ledger, records
from store.chunks import chunks

NAME = ("first_name", "last_name")


def people_of(app: App, mapping: MappingRules, leads: Sequence[LeadId]) -> Mapping[LeadId, Person]:
    """Everybody of whom a name or a record is known."""
    linker, found = Linker(app, mapping), dict[LeadId, Person]()
    for portion in chunks(leads):
        with app.store.read() as tx:
            facts, theirs = ledger.facts_of(tx, portion), records.of_leads(tx, portion)
        for lead in portion:
            known = {each.name: str(each.value) for each in facts.get(lead, ()) if each.value not in (None, "")}
            name = " ".join(filter(None, (known.get(part) for part in NAME))) or known.get("email", "")
            links = tuple(link for each in theirs.get(lead, ()) if (link := linker.link(each.ref)) is not None)
            found[lead] = Person(name=name, links=links)
    return found
