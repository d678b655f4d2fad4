"""What a history tells of a side is certain only if it is about the very value that is shown, and nobody else's."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.mapping import MappingRules
from domain.evidence import Evidence, mark_of
from domain.lead import Lead
from domain.place import Place
from domain.record import Record
from domain.stage import Stage
from domain.survey import Author, FieldChange, FieldHistory
from domain.values import Value
from mapping.agreement import Base
from mapping.compiled import FieldMap
from store.evidence import Sent
from sync.evidence import NOTHING, FollowUp, follow_up
from sync.histories import weighed
from sync.material import Material
from sync.merged import merged_of
from tests.unit.sync.material import ANA, LEAD, NOW, PERSON

KEY = "Key__c"
TITLE = Place(ref=LEAD, field="Title")
QUESTION = Evidence(ref=LEAD, field="Title", property="title", mark=mark_of("CEO"))
CHANGED = NOW - timedelta(minutes=20)
READ = NOW - timedelta(minutes=5)


def change(
    at: datetime, author: Author = Author.PERSON, *made: Value, by: str = "005F", field: str = "Title"
) -> FieldChange:
    """To what the record shows, unless said otherwise."""
    return FieldChange(ref=LEAD, field=field, at=at, author=author, author_id=by, made=made or ("CEO",))


def told(*changes: FieldChange, sent: Sent | None = None, read: datetime = READ) -> Evidence:
    shown = Record(ref=LEAD, values={"Title": "CEO"}, modified_at=read)
    wrote = {TITLE: [sent]} if sent is not None else {}
    return weighed(QUESTION, FieldHistory(at=NOW, changes=changes), shown, wrote, key=KEY)


def answer(at: datetime, author: Author = Author.PERSON, *, certain: bool = True) -> Evidence:
    return replace(QUESTION, at=at, author=author, certain=certain)


def test_the_last_change_of_the_field_counts() -> None:
    earlier = change(CHANGED - timedelta(days=1), Author.IMPORT)
    other = change(READ, Author.WORKFLOW, field="Phone")
    assert told(earlier, change(CHANGED), other) == answer(CHANGED)


def test_without_a_change_nothing_is_told() -> None:
    assert told() == told(change(CHANGED, field="Phone")) == QUESTION


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(("CFO",), id="something else, so a change after it left no trace"),
        pytest.param((None,), id="a blank"),
        pytest.param((), id="what the history does not tell"),
    ],
)
def test_a_last_change_that_did_not_make_what_is_shown_tells_nothing(made: tuple[Value, ...]) -> None:
    assert told(change(CHANGED - timedelta(days=1)), replace(change(CHANGED), made=made)) == QUESTION


def test_an_equal_form_is_what_is_shown() -> None:
    assert told(change(CHANGED, Author.PERSON, " CEO ")) == answer(CHANGED)


def test_of_a_change_that_is_told_twice_the_one_in_the_record_s_words_counts() -> None:
    """Salesforce tells of a reference its name, and its id."""
    assert told(change(CHANGED, Author.PERSON, "Chief"), change(CHANGED)) == answer(CHANGED)


def test_a_change_to_something_else_that_the_record_does_not_show_yet_is_asked_about_again() -> None:
    ahead = READ + timedelta(seconds=1)
    assert told(change(ahead, Author.PERSON, "CFO")) == answer(ahead, certain=False)


def test_a_fraction_of_a_second_makes_nobody_the_newer_one() -> None:
    assert told(change(CHANGED + timedelta(milliseconds=900))) == answer(CHANGED)


def test_a_time_to_come_is_not_certain() -> None:
    later = NOW + timedelta(seconds=1)
    assert told(change(later), read=later) == answer(later, certain=False)


def test_a_change_that_the_record_does_not_show_yet_is_not_certain() -> None:
    assert told(change(READ + timedelta(seconds=1))) == answer(READ + timedelta(seconds=1), certain=False)


@pytest.mark.parametrize(
    ("until", "author"),
    [
        pytest.param(CHANGED, Author.OURS, id="confirmed then"),
        pytest.param(None, Author.OURS, id="nobody knows what became of it"),
        pytest.param(CHANGED - timedelta(minutes=5), Author.INTEGRATION, id="confirmed long before"),
    ],
)
def test_our_user_s_change_is_ours_only_if_a_write_of_ours_was_on_its_way(
    until: datetime | None, author: Author
) -> None:
    sent = Sent(since=CHANGED - timedelta(minutes=10), until=until)
    assert told(change(CHANGED, Author.OURS), sent=sent) == answer(CHANGED, author)
    assert told(change(CHANGED, Author.OURS)) == answer(CHANGED, Author.INTEGRATION)


def test_whoever_writes_our_key_is_us() -> None:
    ours = change(CHANGED - timedelta(days=9), Author.INTEGRATION, by="app-7", field=KEY)
    sent = Sent(since=CHANGED, until=CHANGED)
    changes = (ours, change(CHANGED, Author.INTEGRATION, by="app-7"))
    assert told(*changes, sent=sent) == answer(CHANGED, Author.OURS)
    assert told(ours, change(CHANGED, Author.INTEGRATION, by="app-8"), sent=sent) == answer(CHANGED, Author.INTEGRATION)


# --- What is asked --------------------------------------------------------------------------------

RULES = MappingRules.model_validate(
    {
        "systems": {
            "salesforce": {"people": {"objects": ["Lead"], "key": KEY, "email": "Email"}},
            "hubspot": {"people": {"objects": ["contacts"], "key": "key", "email": "email"}},
        },
        "properties": [{"name": "title", "sync": "Two-way", "fields": {"salesforce": "Title", "hubspot": "jobtitle"}}],
    }
)
FIELDS = FieldMap(RULES, {"salesforce": "salesforce", "hubspot": "hubspot"})
BASES = {("title", name): Base(value="VP", vendor_form="VP") for name in ("salesforce", "hubspot")}
OTHER = Evidence(ref=PERSON, field="jobtitle", property="title", mark=mark_of("CFO"))
ANSWERED = replace(answer(CHANGED), asked_at=NOW)


def material(*known: Evidence, title: str = "CEO", bases: dict[tuple[str, str], Base] | None = None) -> Material:
    return Material(
        lead=Lead(id=ANA, key="LL-7", stage=Stage.KNOWN, stage_since=CHANGED, revision=1, armed_at=CHANGED),
        records=(
            Record(ref=LEAD, values={"Title": title}, modified_at=READ),
            Record(ref=PERSON, values={"jobtitle": "CFO"}, modified_at=READ),
        ),
        bases=BASES if bases is None else bases,
        evidence=known,
    )


def left(of: Material) -> FollowUp:
    return follow_up(of, merged_of(of, FIELDS), FIELDS)


def test_both_sides_are_asked_about_what_they_show() -> None:
    assert left(material()) == FollowUp(questions=(OTHER, QUESTION))


def test_at_a_first_meeting_nobody_is_asked_for_nobody_changed_anything() -> None:
    assert left(material(bases={})) == NOTHING


def test_nothing_is_asked_twice_about_the_same_value() -> None:
    assert left(material(QUESTION, OTHER)) == NOTHING
    assert left(material(ANSWERED, replace(OTHER, asked_at=NOW))) == NOTHING


def test_a_side_that_moved_is_asked_anew() -> None:
    moved = replace(QUESTION, mark=mark_of("CTO"))
    assert left(material(ANSWERED, OTHER, title="CTO")) == FollowUp(questions=(moved,))


def test_a_history_that_was_ahead_of_its_record_is_asked_once_more_when_the_record_was_read() -> None:
    ahead = replace(ANSWERED, certain=False, at=READ)
    assert left(material(ahead, OTHER)) == FollowUp(questions=(QUESTION,))
    still = replace(ahead, at=READ + timedelta(seconds=1))
    assert left(material(still, OTHER)) == NOTHING


def test_a_side_that_was_saved_since_is_asked_again_beside_one_that_moved() -> None:
    """It may have been something else in between, and back."""
    moved = replace(OTHER, mark=mark_of("CTO"))
    before, after = (replace(ANSWERED, asked_at=READ + timedelta(seconds=by)) for by in (-1, 1))
    assert left(material(before, moved)) == FollowUp(questions=(OTHER, QUESTION))
    assert left(material(after, moved)) == FollowUp(questions=(OTHER,))
    assert left(material(before, replace(OTHER, asked_at=NOW))) == NOTHING


def test_what_was_told_is_kept_until_its_write_arrived_and_not_longer() -> None:
    both = (ANSWERED, replace(OTHER, asked_at=NOW, at=CHANGED - timedelta(minutes=1), certain=True))
    undecided = material(*both)
    merged = merged_of(undecided, FIELDS)
    assert [(wish.ref, wish.value) for wish in merged.desired] == [(PERSON, "CEO")]
    assert left(undecided) == NOTHING
    agreed = material(*both, title="CFO")
    assert left(agreed) == FollowUp(over=both)
