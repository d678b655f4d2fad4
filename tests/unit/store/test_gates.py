"""Which gates are closed to which leads: replaced lead by lead, counted, and gone with the gate."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.gate import Closed, Way
from domain.values import LeadId
from store import gates, leads
from store.engine import Store
from store.merging import merge
from tests.unit.store.examples import at

ANA, BEN, CAT = LeadId(1), LeadId(2), LeadId(3)
CUBA = Closed(connection="salesforce", way=Way.WRITE, words="country equals CU")
UNTOLD = Closed(connection="salesforce", way=Way.WRITE, words="cannot be told: it is blank", errs=True)
NEW = Closed(connection="hubspot", way=Way.CREATE, words="not: company known", after_no=True)


def test_only_news_is_news(store: Store) -> None:
    with store.write() as tx:
        assert gates.replace(tx, {ANA: [CUBA, NEW], BEN: [], CAT: [CUBA]}, now=at(0)) == {ANA, CAT}
        assert gates.replace(tx, {ANA: [NEW, CUBA], BEN: [], CAT: [UNTOLD]}, now=at(1)) == {CAT}
        assert gates.replace(tx, {CAT: []}, now=at(2)) == {CAT}
        assert gates.of_leads(tx, [ANA, BEN, CAT]) == {ANA: (NEW, CUBA)}


def test_a_gate_that_the_rules_have_no_more_is_closed_to_nobody(store: Store) -> None:
    with store.write() as tx:
        gates.replace(tx, {ANA: [CUBA, NEW], BEN: [CUBA]}, now=at(0))
        assert gates.drop_all_but(tx, [("hubspot", Way.CREATE), ("salesforce", Way.READ)]) == [ANA, BEN]
        assert gates.of_leads(tx, [ANA, BEN]) == {ANA: (NEW,)}
        assert gates.drop_all_but(tx, ()) == [ANA]
        assert gates.counted(tx) == {}


def test_who_becomes_part_of_another_lead_is_counted_no_more(store: Store) -> None:
    with store.write() as tx:
        one, other = (each.id for each in leads.create(tx, 2, now=at(0), installation="test"))
        gates.replace(tx, {one: [CUBA], other: [CUBA]}, now=at(0))
        merge(tx, one, other, now=at(1))
        assert gates.counted(tx)["salesforce", Way.WRITE].closed == 1


ROUNDS = st.lists(
    st.dictionaries(st.integers(1, 6).map(LeadId), st.sets(st.sampled_from([CUBA, UNTOLD, NEW]), max_size=3)),
    max_size=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=ROUNDS)
def test_the_counts_are_those_of_a_look_at_every_lead(store: Store, rounds: list[dict[LeadId, set[Closed]]]) -> None:
    known: dict[LeadId, set[Closed]] = {}
    with store.write() as tx:
        gates.drop_all_but(tx, ())
        for number, found in enumerate(rounds):
            only_one = {lead: {(c.connection, c.way): c for c in closed} for lead, closed in found.items()}
            known |= {lead: set(closed.values()) for lead, closed in only_one.items()}
            gates.replace(tx, {lead: sorted(known[lead]) for lead in found}, now=at(number))
        counted = gates.counted(tx)
    brute = Counter((c.connection, c.way, c.words) for closed in known.values() for c in closed)
    told = {(*gate, words): n for gate, one in counted.items() for words, n in one.causes.items()}
    assert told == brute
    assert sum(one.errs for one in counted.values()) == sum(c.errs for closed in known.values() for c in closed)
