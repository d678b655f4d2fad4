"""Means, gaps and shares over scorecards, with how many stand behind each."""

from itertools import permutations

import pytest

from config.scorecard import ScorecardRules
from domain.scorecard import Gap, Qualifies
from reports.scorecards import Factor, Filled, Part, summarise

RULES = ScorecardRules.model_validate({"factors": [{"name": "need"}, {"name": "timing"}], "qualifies_at": 5})
YES, NO, NOT_YET = Qualifies.YES, Qualifies.NO, Qualifies.NOT_YET


def filled(
    qualifies: Qualifies,
    need: tuple[int | None, int | None],
    timing: tuple[int | None, int | None],
    rep: str | None = "bo@acme.example",
    source: str | None = "Web",
) -> Filled:
    pairs = {"need": need, "timing": timing}
    both = (Gap(name=name, label=name.title(), sales=pair[0], marketing=pair[1]) for name, pair in pairs.items())
    return Filled(rep=rep, source=source, qualifies=qualifies, gaps=tuple(both))


SEEN = (
    filled(YES, (4, 2), (2, 4)),
    filled(NO, (1, 2), (5, 4), rep="cy@acme.example", source=None),
    filled(NOT_YET, (4, 3), (None, 4)),
    filled(NOT_YET, (None, 3), (None, 4)),
)


def test_every_figure_has_its_number_of_scorecards() -> None:
    found = summarise(SEEN, RULES)
    assert found.factors == (
        Factor(name="need", label="Need", n=3, sales=3.0, marketing=2.33, gap=0.67),
        Factor(name="timing", label="Timing", n=2, sales=3.5, marketing=4.0, gap=-0.5),
    )
    assert (found.begun, found.every.n, found.every.qualified, found.every.share) == (1, 2, 1, 0.5)
    assert (found.every.sales, found.every.marketing, found.every.gap) == (6.0, 6.0, 0.0)
    assert [(each.name, each.n, each.share) for each in found.by_rep] == [
        ("bo@acme.example", 1, 1.0),
        ("cy@acme.example", 1, 0.0),
    ]
    assert [(each.name, each.n) for each in found.by_source] == [("Web", 1), ("not known", 1)]


def test_the_order_of_the_scorecards_does_not_matter() -> None:
    assert {repr(summarise(order, RULES)) for order in permutations(SEEN)} == {repr(summarise(SEEN, RULES))}


def test_without_marketings_word_there_is_no_gap_and_without_scorecards_no_figure() -> None:
    found = summarise([filled(YES, (4, None), (3, 3))], RULES)
    assert (found.factors[0].marketing, found.factors[0].gap, found.every.gap) == (None, None, None)
    nothing = summarise([], RULES)
    assert nothing.every == Part(name="all", n=0, qualified=0, sales=None, marketing=None, gap=None)
    assert (nothing.every.share, nothing.widest) == (None, None)


@pytest.mark.parametrize(("count", "widest"), [(9, None), (10, "timing")], ids=["too few", "enough"])
def test_the_widest_gap_is_told_from_ten_scorecards_on(count: int, widest: str | None) -> None:
    found = summarise([filled(YES, (4, 3), (2, 5))] * count, RULES)
    assert (found.widest.name if found.widest else None) == widest
