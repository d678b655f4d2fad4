"""What histories told is kept while it may decide something, and is about what was shown when they were asked."""

from dataclasses import replace

from domain.evidence import Evidence, mark_of
from domain.survey import Author
from domain.values import LeadId
from store import evidence
from store.engine import Store
from tests.unit.store.examples import NOON, at, ref

ANA, BEN = LeadId(1), LeadId(2)
TITLE = Evidence(ref=ref("00Q1"), field="Title", property="job_title", mark=mark_of("CEO"))
OTHER = replace(TITLE, ref=ref("00Q2"))
TOLD = replace(TITLE, asked_at=at(5), at=at(1), author=Author.PERSON, certain=True)


def test_a_question_waits_for_its_system_until_it_was_asked(store: Store) -> None:
    with store.write() as tx:
        evidence.put(tx, {BEN: [OTHER]}, now=at(1))
        evidence.put(tx, {ANA: [TITLE]}, now=NOON)
        assert evidence.unasked(tx, "salesforce", limit=9) == [(ANA, TITLE), (BEN, OTHER)]
        assert evidence.unasked(tx, "salesforce", limit=1) == [(ANA, TITLE)]
        assert evidence.unasked(tx, "hubspot", limit=9) == []
        assert evidence.answer(tx, [TOLD]) == {ANA}
        assert evidence.unasked(tx, "salesforce", limit=9) == [(BEN, OTHER)]
        assert evidence.of_leads(tx, [ANA, BEN]) == {ANA: [TOLD], BEN: [OTHER]}


def test_an_answer_about_what_is_shown_no_more_is_not_kept(store: Store) -> None:
    now_shown = replace(TITLE, mark=mark_of("CFO"))
    with store.write() as tx:
        evidence.put(tx, {ANA: [now_shown]}, now=NOON)
        assert evidence.answer(tx, [TOLD]) == set()
        assert evidence.of_leads(tx, [ANA]) == {ANA: [now_shown]}


def test_a_new_question_takes_the_place_of_what_was_told_before(store: Store) -> None:
    now_shown = replace(TITLE, mark=mark_of("CFO"))
    with store.write() as tx:
        evidence.put(tx, {ANA: [TITLE]}, now=NOON)
        evidence.answer(tx, [TOLD])
        evidence.put(tx, {ANA: [now_shown]}, now=at(9))
        assert evidence.of_leads(tx, [ANA]) == {ANA: [now_shown]}


def test_what_is_over_goes_and_what_is_old_goes_a_portion_at_a_time(store: Store) -> None:
    third = replace(TITLE, ref=ref("00Q3"))
    with store.write() as tx:
        evidence.put(tx, {ANA: [TITLE, third], BEN: [OTHER]}, now=NOON)
        evidence.drop(tx, [TOLD])
        assert evidence.of_leads(tx, [ANA, BEN]) == {ANA: [third], BEN: [OTHER]}
        assert [evidence.purge(tx, before=at(minute), limit=1) for minute in (0, 1, 1, 1)] == [0, 1, 1, 0]
