"""Whatever people type into a form reaches their rep as it is, or stays where it is; nothing executes or breaks it."""

import unicodedata

from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

NASTY = {
    "families": "Zoë 👩‍👩‍👧‍👦 🏳️‍🌈",
    "backwards": "שלום \u202eLIVE\u202c",
    "stacked": "Z\u0351\u036b\u0343a\u0328\u0312l\u0315g\u0321o",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "formula": '=HYPERLINK("https://evil.example";"x")',
    "quotes": "O'Brien \\' \"; DROP TABLE lead; --",
    "templates": "{{contact.firstname}} ${env:HOME} {0} %s %(a)s",
    "words": "null",
    "lines": "a\u2028b\u0085c\x01d",
}
PEOPLE = {name: f"{name}@{name}-inc.example" for name in NASTY}


def test_names_that_break_other_programs_reach_the_rep_as_they_are(
    installation: Installation, world: SimulatorProcess
) -> None:
    rows = [contact(PEOPLE[name], firstname=text, lastname=text, jobtitle=f"VP {text}") for name, text in NASTY.items()]
    shouted, dotted = PEOPLE["markup"].upper(), PEOPLE["markup"].replace("mark", "mark.")
    world.seed(
        users=USERS,
        contacts=rows,
        leads=[{"LastName": "Up", "Company": "M", "Email": each} for each in (shouted, dotted)],
    )
    runs = [installation.run()]
    typed = {"message": "x" * 65_000}
    for email in PEOPLE.values():
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values=typed)
    runs += installation.settle(2)
    assert {run.failures for run in runs} == {()}
    witness = Witness(simulator=world)
    for name, text in NASTY.items():
        lead = witness.lead(PEOPLE[name])
        shown = unicodedata.normalize("NFC", lead["Title"])
        assert (shown, lead["LL_Stage__c"]) == (unicodedata.normalize("NFC", f"VP {text}"), "assigned")
        assert witness.contact(PEOPLE[name])["firstname"] == text
    assert witness.lead(dotted)["LL_Stage__c"] == "known", "another address is another person"
    told = installation.command("errors", "list")
    assert (told.code, "Refused and unsure writes\n  none" in told.out) == (0, True)
    assert "salesforce Lead.FirstName  holds 40 characters  2 " in told.out
    quiet_from = world.seq()
    installation.settle(1)
    assert Witness(simulator=world, since=quiet_from).writes() == []
