"""What a publication leaves to persons, in words: "nothing changes" is not said while somebody is to decide."""

from collections import Counter

from domain.effect import Effect, TeamEffect
from reports.changes_for_you import lines_of, paragraphs

EDITS = ["industry: read changed"]
LEFT = "industry of 4 leads, phone of 1 lead"


def effect(*, undecided: dict[str, int] | None = None, settled: dict[str, int] | None = None) -> Effect:
    team = TeamEffect(leads=9, undecided=2 if undecided else 0, settled=1 if settled else 0)
    return Effect(
        total=9,
        looked_at=9,
        undecided=Counter(undecided or {}),
        settled=Counter(settled or {}),
        teams={"Sales": team},
    )


def told(found: Effect) -> dict[str, str]:
    said = "One edit: industry: read changed. "
    return {team: words.removeprefix(said) for team, words in paragraphs(found, EDITS, ["Sales", "Inside"]).items()}


def test_where_nothing_is_newly_undecided_nothing_of_it_is_said() -> None:
    assert list(lines_of(effect())) == ["Tried on all 9 leads: no number changes."]
    assert told(effect()) == {
        "Sales": "Nothing changes for your 9 leads.",
        "Inside": "Nothing changes for your 0 leads.",
        "marketing": "Nobody is newly above the line; no number changes.",
    }


def test_what_waits_for_a_person_is_told_by_property_the_most_first() -> None:
    found = effect(undecided={"phone": 1, "industry": 4}, settled={"country": 2})
    assert list(lines_of(found))[1:] == [
        f"! Newly undecided, to wait in `leadloop conflicts list` with both sides left as they are: {LEFT}.",
        "No longer undecided: country of 2 leads.",
    ]


def test_only_the_team_whose_leads_wait_is_told_and_marketing_of_all() -> None:
    assert told(effect(undecided={"industry": 4}, settled={"country": 2})) == {
        "Sales": "Of your 9 leads: no number changes. The systems newly differ on 2 leads, until somebody decides. "
        "On 1 lead something is no longer undecided.",
        "Inside": "Nothing changes for your 0 leads.",
        "marketing": "Nobody is newly above the line; no number changes. Newly undecided: industry of 4 leads. "
        "No longer undecided: country of 2 leads.",
    }


def test_of_many_properties_the_rest_is_counted() -> None:
    found = effect(undecided={f"p{number}": 9 - number for number in range(8)})
    assert list(lines_of(found))[1].endswith("p5 of 4 leads and 2 properties more.")
