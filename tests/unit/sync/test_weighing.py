"""How much of a pass is written: whole columns wait, then leads as far as there is room."""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.place import Place
from domain.radius import HeldWrite, WriteClass
from domain.values import LeadId, RecordRef, RuleHash
from sync.weighing import Column, Piece, Scales, Weighed, Word, in_order

DESTRUCTIVE, ADDITIVE, SCORE = WriteClass
LIMIT = 3
PHONE = "destructive-2026-09-07-hubspot.contacts.phone"


def scales(waiting: Mapping[Column, str] | None = None, *, used: int = 0, hand_raises: int = 0) -> Scales:
    return Scales(
        limits=dict.fromkeys(WriteClass, LIMIT),
        left=dict.fromkeys(WriteClass, LIMIT - used),
        waiting=waiting or {},
        hand_raises=hand_raises,
        day="2026-09-07",
    )


def piece(lead: int, field: str = "phone", kind: WriteClass = DESTRUCTIVE, *, light: bool = False) -> Piece:
    ref = RecordRef(connection="hubspot", object="contacts", id=str(lead))
    write = HeldWrite(
        lead_id=LeadId(lead),
        place=Place(ref=ref, field=field),
        property=field,
        kind=kind,
        before="theirs",
        value="ours",
        cause="",
        rule_hash=RuleHash("r1"),
    )
    return Piece(write=write, draft=lead, light=light)


def lead(number: int, *pieces: Piece, hand_raise: bool = False) -> Weighed:
    return Weighed(lead_id=LeadId(number), pieces=pieces or (piece(number),), hand_raise=hand_raise)


def held(at: Scales, *leads: Weighed) -> dict[str, list[int]]:
    """Set → who waits in it, after all of them were put on the scales."""
    for each in leads:
        at.put(each)
    found: dict[str, list[int]] = {}
    for each in in_order(leads):
        for name, pieces in at.hold(each).items():
            found.setdefault(name, []).extend(int(one.write.lead_id) for one in pieces)
    return found


def test_a_column_of_too_many_records_is_held_from_the_first_one_on() -> None:
    at = scales()
    assert held(at, *map(lead, range(1, LIMIT + 2))) == {PHONE: [1, 2, 3, 4]}
    assert at.taken == Counter()


def test_as_many_as_there_is_room_for_go() -> None:
    at = scales()
    assert held(at, *map(lead, range(1, LIMIT + 1))) == {}
    assert at.taken == Counter({DESTRUCTIVE: LIMIT})


def test_what_comes_after_the_room_is_used_waits() -> None:
    assert held(scales(used=2), lead(1), lead(2)) == {PHONE: [2]}


def test_a_lead_is_one_unit_and_goes_whole_or_not_at_all() -> None:
    at = scales(used=2)
    both = [lead(number, piece(number), piece(number, "fax")) for number in (1, 2)]
    assert held(at, *both) == {PHONE: [2], PHONE.replace("phone", "fax"): [2]}
    assert at.taken == Counter({DESTRUCTIVE: 1})


def test_the_other_columns_of_a_held_lead_go() -> None:
    at = scales()
    leads = [lead(number, piece(number), *([piece(number, "fax")] if number == 1 else [])) for number in range(1, 6)]
    assert held(at, *leads) == {PHONE: [1, 2, 3, 4, 5]}
    assert at.taken == Counter({DESTRUCTIVE: 1})


def test_what_joins_a_column_that_waits_already_waits_with_it() -> None:
    waiting = {piece(1).column: "destructive-2026-09-01-hubspot.contacts.phone"}
    assert held(scales(waiting), lead(9)) == {"destructive-2026-09-01-hubspot.contacts.phone": [9]}


def test_who_asks_to_be_called_comes_first_and_passes_without_room_but_not_with_a_held_column() -> None:
    assert held(scales(used=2), lead(1), lead(2, hand_raise=True)) == {PHONE: [1]}
    assert held(scales(used=3, hand_raises=1), lead(1, hand_raise=True), lead(2, hand_raise=True)) == {PHONE: [2]}
    crowd = [lead(number, hand_raise=number == 1) for number in range(1, 6)]
    assert held(scales(hand_raises=5), *crowd) == {PHONE: [1, 2, 3, 4, 5]}


def test_what_is_light_needs_no_room_but_a_column_of_it_waits() -> None:
    light_ones = [lead(number, piece(number, "optout", light=True)) for number in range(1, 6)]
    assert held(scales(used=3), *light_ones[:LIMIT]) == {}
    assert len(held(scales(), *light_ones)["destructive-2026-09-07-hubspot.contacts.optout"]) == 5


def test_too_many_bands_wait_together_and_a_few_do_not() -> None:
    bands = [lead(number, piece(number, "ll_band", SCORE), piece(number, "ll_score", SCORE)) for number in range(1, 6)]
    assert held(scales(), *bands) == {"score-2026-09-07": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]}
    at = scales()
    assert held(at, *bands[:LIMIT]) == {}
    assert at.taken == Counter({SCORE: LIMIT})
    assert held(scales(used=2), *bands[:2]) == {"score-2026-09-07": [1, 1, 2, 2]}


@pytest.mark.parametrize("word", [Word.APPROVED, Word.HELD, Word.DISCARDED])
def test_what_people_have_spoken_about_weighs_nothing(word: Word) -> None:
    crowd = [lead(n, Piece(write=piece(n).write, draft=n, word=word)) for n in range(1, 9)]
    at = scales()
    assert (held(at, *crowd), at.taken) == ({}, Counter())


PIECES = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from(["phone", "fax", "title"]), st.sampled_from([DESTRUCTIVE, ADDITIVE])),
    max_size=40,
    unique=True,
)


@given(PIECES, st.integers(0, LIMIT))
@settings(max_examples=100)
def test_no_more_leads_go_than_there_is_room_for(found: list[tuple[int, str, WriteClass]], used: int) -> None:
    at = scales(used=used)
    by_lead: dict[int, list[Piece]] = {}
    for number, name, kind in found:
        by_lead.setdefault(number, []).append(piece(number, name, kind))
    leads = [lead(number, *pieces) for number, pieces in by_lead.items()]
    for each in leads:
        at.put(each)
    waits: set[tuple[int, str, WriteClass]] = set()
    for each in in_order(leads):
        for pieces in at.hold(each).values():
            waits |= {(int(one.write.lead_id), one.write.place.field, one.write.kind) for one in pieces}
    for kind in (DESTRUCTIVE, ADDITIVE):
        went = {number for number, name, of in found if of is kind and (number, name, of) not in waits}
        assert len(went) <= LIMIT - used
        for name in ("phone", "fax", "title"):
            column = {number for number, field, of in found if (field, of) == (name, kind)}
            gone = {number for number in column if (number, name, kind) not in waits}
            assert not gone or len(column) <= LIMIT, "a column that is held is held whole"
