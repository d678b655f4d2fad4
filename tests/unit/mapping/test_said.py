"""A person's word on what no rule can decide: carried out once, and only for what the person saw."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import MappingRules, Nulls, People, Property, SyncRule, System
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.agreement import Base, agree
from mapping.compiled import FieldMap
from mapping.merge_lead import At, LeadMerge, merge_lead
from mapping.said import SAID, at_rest, waits, word

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot", "file": "files"}
SYSTEMS = {name: System(people=People(objects=["P"], key="key", email="email")) for name in TYPES}


def rules(sync: SyncRule = SyncRule.TWO_WAY, nulls: Nulls = Nulls.IGNORE) -> FieldMap:
    title = Property(name="title", fields=dict.fromkeys(TYPES, "title"), sync=sync, nulls=nulls, transforms=["trim"])
    return FieldMap(MappingRules(systems=SYSTEMS, properties=[title]), TYPES)


class Person:
    """What the systems show of a lead's title, and what the loop remembers of it."""

    def __init__(self, shown: Mapping[str, Value], fields: FieldMap | None = None) -> None:
        self.shown, self.fields = dict(shown), fields or rules()
        self.bases: dict[At, Base] = {}

    def merged(self) -> LeadMerge:
        refs = {name: RecordRef(connection=name, object="P", id="1") for name in self.shown}
        records = [Record(ref=refs[name], values={"title": v}, modified_at=NOW) for name, v in self.shown.items()]
        return merge_lead(records, self.bases, self.fields)

    def cycle(self, *, reached: Sequence[str] = tuple(TYPES)) -> dict[str, Value]:
        """Merge, and write to the systems that can be reached; returns what was written."""
        merged = self.merged()
        self.bases |= merged.bases
        written = {wish.ref.connection: wish.value for wish in merged.desired if wish.ref.connection in reached}
        for name, value in written.items():
            self.shown[name] = value
            self.bases["title", name] = agree(value, value)
        return written

    def disagree(self) -> None:
        (conflict,) = self.merged().conflicts
        self.cycle()
        self.values = conflict.values

    def say(self, value: Value) -> None:
        bases = {name: self.bases.get(("title", name)) for name in self.values}
        rest = at_rest(self.values, {name: self.shown[name] for name in self.values}, bases)
        self.bases |= {("title", SAID): word(value), **{("title", name): base for name, base in rest.items()}}

    @property
    def undecided(self) -> bool:
        return bool(self.merged().conflicts)

    @property
    def has_word(self) -> bool:
        return waits(self.bases.get(("title", SAID)))


@pytest.fixture
def person() -> Person:
    made = Person({"crm": "VP", "mail": "CEO"})
    made.disagree()
    return made


@pytest.mark.parametrize(
    ("said", "written"),
    [("VP", {"mail": "VP"}), ("CEO", {"crm": "CEO"}), ("COO", {"crm": "COO", "mail": "COO"})],
)
def test_what_was_said_goes_to_every_side_that_shows_something_else(
    person: Person, said: str, written: dict[str, str]
) -> None:
    person.say(said)
    assert (person.undecided, person.merged().values["title"]) == (False, said)
    assert person.cycle() == written
    assert (person.cycle(), person.has_word) == ({}, False)


def test_a_word_that_one_side_got_before_the_others_goes_on_to_those(person: Person) -> None:
    person.say("COO")
    assert person.cycle(reached=["crm"]) == {"crm": "COO"}
    assert (person.cycle(), person.shown) == ({"mail": "COO"}, {"crm": "COO", "mail": "COO"})


@pytest.mark.parametrize("mover", ["crm", "mail"])
@pytest.mark.parametrize("to", ["CTO", None])
def test_a_side_that_moves_after_the_word_is_a_conflict_again_whichever_was_chosen(
    person: Person, mover: str, to: str | None
) -> None:
    person.say("VP")
    person.shown[mover] = to
    assert (person.undecided, person.cycle(), person.undecided) == (True, {}, True)


def test_a_side_that_moves_to_what_was_said_has_followed_it(person: Person) -> None:
    person.say("VP")
    person.shown["mail"] = " VP"
    assert (person.cycle(), person.has_word, person.undecided) == ({}, False, False)


def test_once_it_is_carried_out_a_word_has_no_say_in_what_people_do_later(person: Person) -> None:
    person.say("VP")
    person.cycle()
    person.cycle()
    person.shown["mail"] = "CTO"
    assert (person.cycle(), person.shown["crm"]) == ({"crm": "CTO"}, "CTO")


def test_a_blank_that_a_person_chooses_goes_over_whatever_the_rule_says_of_blanks() -> None:
    person = Person({"crm": "VP", "mail": "VP"}, rules(nulls=Nulls.PROPAGATE))
    person.cycle()
    person.shown |= {"crm": None, "mail": "CEO"}
    person.disagree()
    person.say(None)
    assert (person.cycle(), person.shown["mail"]) == ({"mail": None}, None)
    assert (person.cycle(), person.has_word) == ({}, False)


@pytest.mark.parametrize("sync", [SyncRule.DONT_SYNC, SyncRule.FILL_BLANK, SyncRule.UNION])
def test_rules_that_leave_nothing_undecided_end_a_word_that_waits(person: Person, sync: SyncRule) -> None:
    person.say("COO")
    person.fields = rules(sync)
    assert "COO" not in person.cycle().values()
    assert not person.has_word
    person.fields = rules()
    assert person.merged().values["title"] != "COO"


EDITS = st.lists(st.tuples(st.sampled_from(sorted(TYPES)), st.sampled_from([None, "a", "b", "c"])), max_size=3)
STEPS = st.lists(st.tuples(EDITS, st.sampled_from([None, "a", "b", "z"]), st.sets(st.sampled_from(sorted(TYPES)))))


@given(steps=STEPS, nulls=st.sampled_from(Nulls), sync=st.sampled_from([SyncRule.TWO_WAY, SyncRule.PREFER_HUBSPOT]))
@settings(max_examples=100, deadline=None)
def test_whatever_is_edited_and_said_the_loop_comes_to_rest_alike_or_undecided(
    steps: list[tuple[list[tuple[str, Value]], Value, set[str]]], nulls: Nulls, sync: SyncRule
) -> None:
    person = Person(dict.fromkeys(TYPES), rules(sync, nulls))
    for edits, said, reached in steps:
        person.shown |= dict(edits)
        person.cycle(reached=sorted(reached))
        if person.undecided:
            person.disagree()
            person.say(said)
            assert not person.undecided
            person.cycle()
            assert set(person.shown.values()) == {said}
        person.cycle()
        assert person.cycle() == {}
        assert person.undecided or not person.has_word
        assert person.undecided or len(set(person.shown.values()) - {None}) <= 1
