"""A lead's scorecard with marketing's own value beside each factor, as data and in lines."""

from collections.abc import Iterable, Sequence
from typing import Any

from domain.handoff import Handoff
from domain.lead import Fact
from leadloop import screen
from leadloop.unjudging import problem_as_data
from scoring.scorecard import gaps, read_scorecard, total_gap, value_at
from scoring.scorer import Scorer
from store import ledger
from store.engine import Tx

NOTHING = "–"


def scorecard_as_data(tx: Tx, handoff: Handoff, scorer: Scorer, facts: Sequence[Fact]) -> dict[str, Any] | None:
    """Of one pass; None where the rules ask for no scorecard."""
    rules = scorer.book.source.scorecard
    if not rules.factors:
        return None
    lead, at = handoff.lead_id, handoff.opened_at
    done = ledger.activities_of(tx, [lead], known_at=at).get(lead, [])
    card = read_scorecard(dict(handoff.scorecard), rules)
    marketing = value_at(scorer, facts, done, opened_at=at, hand_raise=handoff.hand_raise)
    found = gaps(card, marketing)
    told = [each.marketing for each in found if each.marketing is not None]
    return {
        "handoff": handoff.number,
        "handed_over_at": at,
        "begun": card.is_begun,
        "qualifies": card.qualifies,
        "why": card.why,
        "summary": card.summary,
        "total": card.total,
        "most": card.most,
        "marketing_total": sum(told) if len(told) == len(found) else None,
        "gap": total_gap(found),
        "problems": list(card.problems),
        "factors": [
            {"name": each.name, "label": each.label, "sales": each.sales, "marketing": each.marketing, "gap": each.gap}
            for each in found
        ],
        "unjudged": [problem_as_data(each) for each in marketing.problems],
    }


def show_scorecard(told: dict[str, Any]) -> None:
    """The factors one by one, and together."""
    rows: list[Iterable[object]] = [
        (each["label"], *map(plain, (each["sales"], each["marketing"])), signed(each["gap"]))
        for each in told["factors"]
    ]
    sums = (told["total"] if told["begun"] else None, told["marketing_total"])
    rows.append(("together", *map(plain, sums), signed(told["gap"])))
    said = told["summary"] if told["begun"] else "nobody has filled it in"
    title = f"\nScorecard of pass {told['handoff']}: {said}"
    screen.table(title, ("factor", "sales", "marketing at hand-over", "gap"), [tuple(row) for row in rows])


def plain(value: float | None) -> str:
    return NOTHING if value is None else f"{value:g}"


def signed(value: float | None) -> str:
    """A gap: `+1.2` where sales saw more than marketing."""
    return NOTHING if value is None else f"{value:+g}" if value else "0"
