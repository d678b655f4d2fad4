"""What we decide is said in each system's own words, and known again out of them."""

import pytest

from config.mapping import Property, Role, Wording
from domain.decision import Desired
from domain.record import Record
from domain.values import LeadId, RecordRef, RuleHash, Value
from mapping.projection import project
from tests.unit.mapping.test_wording import CONTACT, LEAD, NOON, fields

BAND = Property(
    name="band",
    role=Role.OWNED,
    fields={"crm": Wording(field="Band__c", write=["map(hot=Heiß, cold=Kalt)"]), "mail": "band"},
)
WHY = Property(
    name="why", role=Role.OWNED, fields={"crm": Wording(field="Why__c", write=["truncate(5)"]), "mail": "why"}
)
DECIDED: dict[str, Value] = {"band": "hot", "why": "Asked for a demo today."}


def written(*refs: RecordRef) -> list[Desired]:
    """What is to be written of what was decided, in this order."""
    heads = {ref.connection: Record(ref=ref, values={}, modified_at=NOON) for ref in refs}
    return [
        Desired(
            lead_id=LeadId(1),
            ref=wish.ref,
            field=wish.field,
            property=wish.property,
            value=wish.value,
            cause="",
            rule_hash=RuleHash("r"),
        )
        for wish in project(DECIDED, heads, fields(BAND, WHY), users={})
    ]


def test_what_we_decide_is_written_in_the_systems_own_words() -> None:
    assert {row.field: row.value for row in written(LEAD, CONTACT)} == {
        "Band__c": "Heiß",
        "band": "hot",
        "Why__c": "Asked",
        "why": "Asked for a demo today.",
    }


@pytest.mark.parametrize("refs", [(LEAD, CONTACT), (CONTACT, LEAD)], ids=["crm first", "mail first"])
def test_what_we_decided_is_known_again_out_of_what_was_to_be_written(refs: tuple[RecordRef, ...]) -> None:
    assert fields(BAND, WHY).in_our_words(written(*refs)) == DECIDED


def test_where_one_system_alone_tells_its_words_are_turned_round() -> None:
    assert fields(BAND, WHY).in_our_words(written(LEAD)) == {"band": "hot", "why": "Asked"}
