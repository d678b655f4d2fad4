"""A person's word on a click: kept beside the row, on both databases, and through union and split."""

from dataclasses import replace

from domain.activity import Activity, ActivityKind
from store import identity, ledger, unions, unmerging, vouching
from store.engine import Store
from tests.unit.store.examples import NOON, activity, at, found


def click(name: str, *, of: str = "00Q1") -> Activity:
    return replace(activity(name, of=of), kind=ActivityKind.EMAIL_CLICKED, stream="email_events")


def test_a_word_comes_back_with_the_activity_and_the_first_one_stands(store: Store) -> None:
    said, other = click("1"), click("2")
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        ledger.add(tx, [said, other], seen_at=NOON)
        vouching.vouch(tx, [said.key], at=at(5))
        vouching.vouch(tx, [said.key], at=at(9))
        ledger.add(tx, [said, other], seen_at=at(10))
    with store.read() as tx:
        assert {each.external_id: each.vouched_at for each in ledger.activities_of(tx, [ana])[ana]} == {
            "1": at(5),
            "2": None,
        }


def test_how_clicks_stand_is_told_by_key(store: Store) -> None:
    clicks = {name: click(name) for name in ("plain", "said", "out", "back", "lost")}
    clicks["waiting"] = click("waiting", of="00Q9")
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        ledger.add(tx, [each for name, each in clicks.items() if name != "lost"], seen_at=NOON)
        vouching.vouch(tx, [clicks["said"].key], at=at(1))
        ledger.retract(tx, [clicks["out"].key], reason="her gateway", at=at(2))
        ledger.add(tx, [replace(clicks["back"], retracted=True)], seen_at=at(3))
        standing = vouching.standing(tx, [each.key for each in clicks.values()])
    told = {
        key[2]: (each.lead, each.retracted, each.retracted_by_person, each.vouched) for key, each in standing.items()
    }
    assert told == {
        "plain": (ana, False, False, False),
        "said": (ana, False, False, True),
        "out": (ana, True, True, False),
        "back": (ana, True, False, False),
        "waiting": (None, False, False, False),
    }


def test_leads_with_clicks_that_count_are_found_in_order(store: Store) -> None:
    with store.write() as tx:
        ana, ben, *_ = found(tx, "00Q1", "00Q2", "00Q3", "00Q4")
        gone = click("gone", of="00Q3")
        ledger.add(tx, [click("b", of="00Q2"), click("a"), click("a2"), gone, click("later", of="00Q9")], seen_at=NOON)
        ledger.add(tx, [activity("form", of="00Q4")], seen_at=NOON)
        ledger.retract(tx, [gone.key], reason="her gateway", at=at(1))
        assert list(vouching.leads_with(tx, [ActivityKind.EMAIL_CLICKED])) == [ana, ben]


def test_a_word_goes_with_its_click_through_union_and_split(store: Store) -> None:
    said = click("1", of="00Q2")
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        ledger.add(tx, [said], seen_at=NOON)
        vouching.vouch(tx, [said.key], at=at(1))
        united = identity.merge(tx, ana, ben, now=at(2))
        assert [each.vouched_at for each in ledger.activities_of(tx, [ana])[ana]] == [at(1)]
        union = unions.get(tx, united.union)
        assert union is not None
        unmerging.split(tx, union, by="ops@us.example", now=at(3))
        apart = ledger.activities_of(tx, [ana, ben])
    assert {lead: [each.vouched_at for each in done] for lead, done in apart.items()} == {ben: [at(1)]}
