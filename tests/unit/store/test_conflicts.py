"""What waits for a person, from its first sight until the sides agree or somebody decides."""

from domain.change import Conflict
from domain.values import LeadId, Value
from store import conflicts
from store.engine import Store
from tests.unit.store.examples import at

ANA, BEN = LeadId(1), LeadId(2)


def title(salesforce: Value, hubspot: Value = "CEO") -> Conflict:
    return Conflict(property="title", values={"salesforce": salesforce, "hubspot": hubspot})


def test_a_conflict_is_open_from_its_first_sight_until_it_is_gone(store: Store) -> None:
    with store.write() as tx:
        conflicts.save(tx, {ANA: [title("VP")]}, now=at(0))
        conflicts.save(tx, {ANA: [title("COO")]}, now=at(1))
        (one,) = conflicts.open_ones(tx)
        assert (one.lead_id, one.conflict, one.since) == (ANA, title("COO"), at(0))
        conflicts.save(tx, {ANA: []}, now=at(2))
        assert (conflicts.open_ones(tx), conflicts.get(tx, [one.number])) == ([], {})
        conflicts.save(tx, {ANA: [title("COO")]}, now=at(3))
        (again,) = conflicts.open_ones(tx)
        assert (again.number != one.number, again.since) == (True, at(3))


def test_a_conflict_keeps_its_name_until_a_side_shows_another_value(store: Store) -> None:
    names = []
    with store.write() as tx:
        for minute, value in enumerate(("VP", "VP", "vp", None, 1, "1")):
            conflicts.save(tx, {ANA: [title(value)]}, now=at(minute))
            names += [each.name for each in conflicts.open_ones(tx)]
    assert names[0] == names[1]
    assert (len(set(names)), {name.partition("-")[0] for name in names}) == (5, {names[0].partition("-")[0]})


def test_what_is_open_is_told_by_property_and_by_number(store: Store) -> None:
    phone = Conflict(property="phone", values={"salesforce": "+44", "hubspot": "+49"})
    with store.write() as tx:
        conflicts.save(tx, {BEN: [title("VP")]}, now=at(0))
        conflicts.save(tx, {ANA: [title("VP"), phone]}, now=at(1))
        every = conflicts.open_ones(tx)
        assert [(each.lead_id, each.conflict.property) for each in every] == [
            (BEN, "title"),
            (ANA, "title"),
            (ANA, "phone"),
        ]
        assert conflicts.open_ones(tx, property="phone") == every[2:]
        assert conflicts.counts(tx) == {"phone": 1, "title": 2}
        assert conflicts.leads_by_property(tx) == {"phone": {ANA}, "title": {ANA, BEN}}
        assert conflicts.get(tx, [every[2].number, 999]) == {every[2].number: every[2]}
