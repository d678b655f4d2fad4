"""Two leads that turn out to be one person."""

from datetime import date

from domain.record import Record
from domain.values import LeadId, RecordRef
from handoff.rotation import RoutingState
from store import handoffs
from store.engine import Store, Tx
from sync.identify import identify
from sync.loop import InForce
from tests.unit.store.examples import handoff
from tests.unit.sync.looping import NOON

OKA, BO = "okafor@us.example", "bo@us.example"


def contact(record_id: str, email: str, *former: str) -> Record:
    ref = RecordRef(connection="hubspot", object="contacts", id=record_id)
    return Record(ref=ref, values={"email": email}, modified_at=NOON, former_ids=former)


def meet(tx: Tx, rules: InForce, record: Record) -> set[LeadId]:
    return identify(tx, [record], rules.mapping, rule_hash=rules.hash, now=NOON, armed_at=NOON)


def test_a_handoff_that_a_merge_closes_leaves_its_reps_desk(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        (first,), (second,) = (meet(tx, rules, contact(n, f"{n}@globex.example")) for n in ("1", "2"))
        handoffs.save(tx, [handoff(first, minute=0, owner=OKA), handoff(second, minute=1, owner=BO)])
        desks = RoutingState().gave(OKA, date(2026, 9, 7)).gave(BO, date(2026, 9, 7)).gave(BO, date(2026, 9, 7))
        handoffs.save_routing_state(tx, desks.to_json())
        assert meet(tx, rules, contact("1", "1@globex.example", "2")) == {first}
        (still_open,) = (each for each in handoffs.all_of(tx, [first])[first] if each.is_open)
        after = RoutingState.from_json(handoffs.routing_state(tx))
    assert still_open.owner == OKA
    assert (after.open_of(OKA), after.open_of(BO)) == (1, 1)
    assert after.new_on(BO, date(2026, 9, 7)) == 2, "what was given today was given"
