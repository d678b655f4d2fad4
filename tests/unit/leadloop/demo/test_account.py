"""The stories, told from a hand-made log."""

from datetime import date

import pytest

from leadloop.demo.account import account, text
from leadloop.demo.trails import Sentence
from tests.unit.leadloop.demo.small_log import Line, small_log

DAY_10 = date(2026, 9, 16)


@pytest.fixture(scope="module")
def told() -> list[Sentence]:
    return account(small_log(), mistake_on=DAY_10)


def _about(told: list[Sentence], kind: str) -> list[str]:
    return [sentence.text for sentence in told if sentence.about == kind]


@pytest.mark.parametrize(
    ("kind", "person"),
    [
        ("Accepted by calling", "Ann Xu"),
        ("Not now, and back on the date", "Bob Xu"),
        ("Wrong person, so another rep", "Cy Xu"),
        ("Data wrong, mended, and back", "Dee Xu"),
        ("A hand-raise through the cool-off", "Eve Xu"),
        ("Nobody at work", "Fay Xu"),
        ("A rule edit, held", "Gus Xu"),
    ],
)
def test_each_kind_is_told_about_the_one_it_happened_to(told: list[Sentence], kind: str, person: str) -> None:
    assert person in " ".join(_about(told, kind))


def test_accepting_by_a_call_names_everything_both_systems_show(told: list[Sentence]) -> None:
    assert _about(told, "Accepted by calling") == [
        "Ann Xu sent “Guide: Faster first answers” and looked at /pricing.",
        "leadloop pulled it, wrote the score 63 and the band A hot with the reason “Downloaded a guide.”.",
        "It flagged the lead as marketing-qualified in both systems.",
        "Sven Larsson became the owner in Salesforce, and HubSpot shows the same owner.",
        "One task waited for Sven Larsson: “Call Ann”.",
        "Sven Larsson called on 8 September, and the call alone accepted the lead.",
    ]


def test_a_return_is_told_with_its_date(told: list[Sentence]) -> None:
    first, second, third, fourth = _about(told, "Not now, and back on the date")
    assert first == "Bob Xu's rep answered “Not now”, back on 2026-09-14."
    assert second == "leadloop put them on “LL · Nurture · Timing” until 2026-09-14."
    assert third == "On 14 September, the date being reached, Bob Xu looked at /compare/the-others."
    assert fourth == "They left the list and were with sales again (pool SDR: next in turn)."


def test_on_the_day_of_the_rule_edit_one_waits_and_one_passes(told: list[Sentence]) -> None:
    edit, passed = _about(told, "A rule edit, held")
    assert edit.startswith(
        "On 16 September an edit lowered the line to 20 points: 1 person of grade A to C stood above"
    )
    assert edit.endswith("Gus Xu for one (B warm), and no handoff was opened for them.")
    assert passed == "Jo Xu asked for a demo that day and was assigned at 10:00."


def test_a_rejection_is_told_with_its_list(told: list[Sentence]) -> None:
    assert _about(told, "Rejected") == ["Eve Xu: “No budget”, on “LL · Nurture · No budget” until 2027-01-05."]


def test_the_last_cycle_is_told_from_its_first_to_its_last_line(told: list[Sentence]) -> None:
    last = len(small_log())
    assert told[-1].text == "When the dust had settled, one more cycle read both systems and wrote nothing."
    assert told[-1].cites == (last - 1, last)


def test_a_last_cycle_that_writes_is_not_called_silent() -> None:
    told = account(small_log()[:-2], mistake_on=DAY_10)
    assert told[-1].text == "When the dust had settled, one more cycle read both systems and still wrote 1 change."


def test_every_sentence_cites_lines_that_show_its_person(told: list[Sentence]) -> None:
    lines = {line["seq"]: line for line in small_log()}
    for sentence in told:
        assert sentence.cites
        assert all(number in lines for number in sentence.cites)
    for sentence in (each for each in told if each.about == "Data wrong, mended, and back"):
        assert all("00Q00004" in _ids(lines[number]) for number in sentence.cites)


def _ids(line: Line) -> set[str]:
    return {effect["id"] for effect in line["effects"]}


def test_the_text_puts_the_numbers_before_the_full_stop() -> None:
    sentences = [
        Sentence(about="One", text="It happened.", cites=(3, 5)),
        Sentence(about="Two", text="So.", cites=(7,)),
    ]
    assert text(sentences) == "**One.** It happened [log 3] [log 5].\n\n**Two.** So [log 7].\n"


def test_a_log_in_which_nothing_happened_tells_of_its_last_cycle_only() -> None:
    assert [sentence.about for sentence in account(small_log()[:5])] == ["The last cycle"]
