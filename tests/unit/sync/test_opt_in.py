"""A later opt-in with evidence undoes an older no, and nothing else does: cycles of one person in two systems."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import MappingRules
from domain.evidence import Evidence
from domain.lead import Lead
from domain.place import Place
from domain.record import Record
from domain.stage import Stage
from domain.survey import Author, FieldChange, FieldHistory
from domain.values import Value, to_text
from mapping.agreement import Base, agree
from mapping.compiled import FieldMap
from mapping.merge_lead import LeadMerge
from mapping.opt_in import moment_of
from store.evidence import Sent
from sync.evidence import follow_up
from sync.histories import weighed
from sync.material import Material
from sync.merged import merged_of
from tests.unit.sync.material import ANA, LEAD, PERSON

TYPES = {"salesforce": "salesforce", "hubspot": "hubspot"}
REFS = {"salesforce": LEAD, "hubspot": PERSON}
FIELD = {"salesforce": "OptOut", "hubspot": "optout"}
NEWS = {"salesforce": "NoNews__c", "hubspot": "optout_1"}
BOTH = tuple(REFS)
MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
CONSENT = {"type": "boolean", "sync": "No wins", "no_is": True, "no_to": "email"}
RULES = MappingRules.model_validate(
    {
        "systems": {
            "salesforce": {"people": {"objects": ["Lead"], "key": "Key__c", "email": "Email"}},
            "hubspot": {"people": {"objects": ["contacts"], "key": "key", "email": "email"}},
        },
        "properties": [
            {"name": "opted_out", **CONSENT, "fields": FIELD, "opted_in_at": "opted_in_at"},
            {"name": "no_news", **CONSENT, "fields": NEWS, "opted_in_at": "news_at"},
            {"name": "opted_in_at", "type": "datetime", "fields": {"hubspot": "form_at", "salesforce": "Form_At__c"}},
            {"name": "news_at", "type": "datetime", "fields": {"hubspot": "news_at"}},
        ],
    }
)
FIELDS = FieldMap(RULES, TYPES)


@dataclass(slots=True)
class World:
    """What both systems show of Ana, their histories, and what the loop keeps about her. A minute goes by at a time."""

    tracked: Sequence[str] = BOTH
    now: datetime = MONDAY
    shown: dict[str, dict[str, Value]] = field(default_factory=dict)
    stamps: dict[str, datetime] = field(default_factory=dict)
    told: dict[str, list[FieldChange]] = field(default_factory=dict)
    bases: dict[tuple[str, str], Base] = field(default_factory=dict)
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    written: list[tuple[str, str, Value]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in BOTH:
            self.shown[name], self.told[name] = {FIELD[name]: False, NEWS[name]: False}, []
            self.stamps[name] = self.now
        self.shown["hubspot"] |= {"form_at": None, "news_at": None}
        self.shown["salesforce"]["Form_At__c"] = None
        self.cycle()

    def says(self, side: str, author: Author = Author.PERSON, /, **values: Value) -> None:
        self.now += timedelta(minutes=1)
        self.stamps[side] = self.now
        for name, value in values.items():
            if self.shown[side][name] != value:
                self.shown[side][name] = value
                change = FieldChange(
                    ref=REFS[side], field=name, at=self.now, author=author, author_id="u", made=(value,)
                )
                self.told[side].append(change)

    def refuses(self, side: str) -> None:
        self.says(side, **{FIELD[side]: True})

    def opts_in(self, side: str = "hubspot", *, at: datetime | None = None) -> None:
        """The yes on a side, and the form's moment in HubSpot."""
        moment = to_text(at or self.now + timedelta(minutes=1))
        if side == "hubspot":
            self.says("hubspot", optout=False, form_at=moment)
        else:
            self.says("hubspot", form_at=moment)
            self.says(side, **{FIELD[side]: False})

    def cycle(self, *, asks: bool = True) -> LeadMerge:
        """Read, ask, decide, write."""
        self.now += timedelta(minutes=1)
        if asks:
            self._ask()
        material = self._material()
        merged = merged_of(material, FIELDS)
        after = follow_up(material, merged, FIELDS)
        for one in after.over:
            del self.evidence[one.property, one.ref.connection]
        self.evidence |= {(one.property, one.ref.connection): one for one in after.questions}
        self.bases |= merged.bases
        for wish in merged.desired:
            side = wish.ref.connection
            self.says(side, Author.OURS, **{wish.field: wish.value})
            self.bases[wish.property, side] = agree(wish.value, wish.value)
            self.written.append((side, wish.property, wish.value))
        return merged

    def cycles(self, count: int = 3) -> LeadMerge:
        return [self.cycle() for _ in range(count)][-1]

    def is_out(self) -> tuple[Value, Value]:
        return self.shown["salesforce"]["OptOut"], self.shown["hubspot"]["optout"]

    def since(self, side: str) -> datetime:
        """When the side came to say what it says of all e-mail."""
        return max((one.at for one in self.told[side] if one.field == FIELD[side]), default=MONDAY)

    def _ask(self) -> None:
        for at, one in self.evidence.items():
            if one.asked_at is None:
                side = one.ref.connection
                kept = tuple(self.told[side]) if side in self.tracked else ()
                history = FieldHistory(at=self.now, changes=kept)
                ours = [Sent(since=each.at, until=each.at) for each in kept if each.author is Author.OURS]
                wrote = {Place(ref=one.ref, field=one.field): ours}
                answer = weighed(one, history, self._record(side), wrote, key="Key__c")
                self.evidence[at] = replace(answer, asked_at=self.now)

    def _record(self, side: str) -> Record:
        return Record(ref=REFS[side], values=dict(self.shown[side]), modified_at=self.stamps[side])

    def _material(self) -> Material:
        return Material(
            lead=Lead(id=ANA, key="LL-7", stage=Stage.KNOWN, stage_since=MONDAY, revision=1, armed_at=MONDAY),
            records=tuple(map(self._record, BOTH)),
            bases=dict(self.bases),
            evidence=tuple(self.evidence.values()),
        )


def refused(by: str = "salesforce", *, tracked: Sequence[str] = BOTH) -> World:
    """Somebody said no on this side, and both sides have it."""
    world = World(tracked=tracked)
    world.refuses(by)
    world.cycle()
    world.written.clear()
    assert world.is_out() == (True, True)
    return world


@pytest.mark.parametrize("by", BOTH)
def test_a_later_opt_in_goes_to_the_side_that_still_says_no_and_says_why(by: str) -> None:
    world = refused(by)
    no = world.since("salesforce")
    world.opts_in()
    waiting = world.cycle()
    assert (waiting.values["opted_out"], world.written) == (True, [])
    merged = world.cycle()
    at = world.shown["hubspot"]["form_at"]
    assert merged.values["opted_out"] is False
    assert merged.whys["opted_out"] == (
        f"opted in again on 2026-09-07 {str(at)[11:16]} by opted_in_at, after the no of 2026-09-07 {no:%H:%M}"
    )
    world.cycles()
    assert (world.written, world.is_out()) == ([("salesforce", "opted_out", False)], (False, False))
    assert world.evidence == {}


def test_an_opt_in_in_salesforce_goes_to_hubspot() -> None:
    world = refused()
    world.opts_in("salesforce")
    world.cycles()
    assert (world.written, world.is_out()) == ([("hubspot", "opted_out", False)], (False, False))


def test_a_no_of_the_very_same_moment_stands() -> None:
    world = World()
    world.refuses("salesforce")
    world.now -= timedelta(minutes=1)
    world.opts_in()
    assert world.since("salesforce") == datetime.fromisoformat(str(world.shown["hubspot"]["form_at"]))
    world.cycles()
    assert world.is_out() == (True, True)


CASES: dict[str, dict[str, Any]] = {
    "without evidence": {"optout": False},
    "older than the no": {"optout": False, "form_at": "2026-09-07T07:59:00+00:00"},
    "of the very moment of the no": {"optout": False, "form_at": "2026-09-07T08:02:00+00:00"},
    "in a time to come": {"optout": False, "form_at": "2026-09-09T08:00:00+00:00"},
    "that nobody can read": {"optout": False, "form_at": "last week"},
    "of the day of the no": {"optout": False, "form_at": "2026-09-07"},
    "that nobody says yes to": {"form_at": "2026-09-07T08:04:00+00:00"},
}


@pytest.mark.parametrize("case", CASES)
def test_a_no_stands_beside_an_opt_in(case: str) -> None:
    world = refused()
    world.now += timedelta(days=1)
    world.says("hubspot", **CASES[case])
    merged = world.cycles()
    assert (merged.values["opted_out"], world.is_out()) == (True, (True, True))
    assert [row for row in world.written if row[2] is False] == []


def test_a_no_stands_where_one_side_s_evidence_cannot_be_read() -> None:
    world = refused()
    world.says("salesforce", Form_At__c="soon")
    world.opts_in()
    world.cycles()
    assert world.is_out() == (True, True)


def test_a_day_alone_counts_from_where_it_begins_first() -> None:
    tuesday = datetime(2026, 9, 8, tzinfo=UTC)
    for told in ("2026-09-08", "2026-09-08T00:00:00Z"):
        assert moment_of(told, reached=tuesday) == datetime(2026, 9, 7, 10, tzinfo=UTC)
        assert moment_of(told, reached=tuesday - timedelta(seconds=1)) is None


def test_a_no_of_an_unknown_moment_stands() -> None:
    world = refused(tracked=["hubspot"])
    world.opts_in()
    world.cycles()
    assert (world.written, world.is_out()) == ([("hubspot", "opted_out", True)], (True, True))


def test_a_no_after_the_opt_in_wins_again_and_goes_over_at_once() -> None:
    world = refused()
    world.opts_in()
    world.cycles()
    world.written.clear()
    world.refuses("salesforce")
    world.cycle(asks=False)
    assert (world.written, world.is_out()) == ([("hubspot", "opted_out", True)], (True, True))
    world.cycles()
    assert world.is_out() == (True, True)


def test_a_no_and_a_later_opt_in_between_two_looks_are_told_apart() -> None:
    world = World()
    world.refuses("salesforce")
    world.opts_in()
    world.cycles()
    assert (world.written, world.is_out()) == ([("salesforce", "opted_out", False)], (False, False))


def test_a_no_that_was_said_anew_is_not_taken_for_the_one_that_was_asked_about() -> None:
    world = refused()
    world.opts_in()
    world.cycle()
    world._ask()
    world.says("salesforce", OptOut=False)
    world.refuses("salesforce")
    world.cycles()
    assert (world.is_out(), {row[2] for row in world.written}) == ((True, True), {True})


def test_evidence_that_is_taken_away_changes_nothing_that_was_decided() -> None:
    world = refused()
    world.opts_in()
    world.cycles()
    world.written.clear()
    world.says("hubspot", form_at=None)
    world.cycles()
    assert (world.written, world.is_out()) == ([], (False, False))


def test_an_opt_in_to_one_type_of_e_mail_says_nothing_of_another() -> None:
    world = refused()
    world.says("salesforce", NoNews__c=True)
    world.cycle()
    world.written.clear()
    world.says("hubspot", optout=False, optout_1=False, news_at=to_text(world.now + timedelta(minutes=1)))
    world.cycles()
    assert world.is_out() == (True, True)
    assert (world.shown["salesforce"]["NoNews__c"], world.shown["hubspot"]["optout_1"]) == (False, False)


STEPS = st.lists(
    st.sampled_from(
        ["no salesforce", "no hubspot", "yes salesforce", "yes hubspot", "opt in", "touch", "look", "deaf"]
    ),
    max_size=14,
)


@given(steps=STEPS, tracked=st.sets(st.sampled_from(BOTH)))
@settings(max_examples=100, deadline=None)
def test_who_said_no_last_is_out_whatever_the_order(steps: list[str], tracked: set[str]) -> None:
    world = World(tracked=sorted(tracked))
    for step in [*steps, "look", "look", "look"]:
        do, _, side = step.partition(" ")
        if do in ("no", "yes"):
            world.says(side, **{FIELD[side]: do == "no"})
        elif do == "opt":
            world.opts_in()
        elif do == "touch":
            world.says("salesforce")
        else:
            _look(world, asks=do == "look")
    assert world.is_out() in {(True, True), (False, False)}
    written = len(world.written)
    world.cycles()
    assert len(world.written) == written


def _look(world: World, *, asks: bool) -> None:
    """No yes is decided or written beside a no that was said after the last opt-in."""
    told = world.shown["hubspot"]["form_at"]
    opted_in = datetime.fromisoformat(str(told)) if told else MONDAY
    noes = [world.since(side) for side in BOTH if world.shown[side][FIELD[side]]]
    before = len(world.written)
    merged = world.cycle(asks=asks)
    if any(at >= opted_in for at in noes):
        assert merged.values["opted_out"] is True
        assert {row[2] for row in world.written[before:]} <= {True}
