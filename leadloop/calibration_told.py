"""Points from outcomes on the screen and as data: who was learnt from, how good it is, and what to change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.scoring import ScoringRules
from leadloop import screen
from reports.calibration import Question
from reports.proposing import Proposal
from scoring.learning.discrimination import Auc, lift
from scoring.learning.outcomes import Method, Rival, Weight

KEPT = "kept: too few leads to tell"
MANY_HIDDEN = 0.5
"""The share of leads from which on a fact that was not known yet is worth a remark."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`barred`: property → why nothing is learnt from it. `written`: where the draft lies."""

    found: Proposal
    question: Question
    method: Method
    barred: Mapping[str, str]
    written: Path | None
    is_published: bool


def show(told: Shown) -> None:
    found, learnt = told.found, told.found.learnt
    _show_question(told)
    if learnt.why_not is not None:
        screen.show(f"\nNothing is proposed: {learnt.why_not}.")
        return
    _show_auc(told)
    _show_lift(found)
    rows = [(f"{each.predicted:.0%}", f"{each.observed:.0%}", each.n) for each in learnt.bins]
    screen.table("\nForetold and come true, later leads", ("foretold won", "were won", "leads"), rows)
    doubling = f"{told.method.doubling} points double the odds of being won"
    points = [_cells(row) for row in points_of(found)]
    screen.table(f"\nPoints: {doubling}", ("rule", "from", "leads", "won of them", "now", "proposed"), points)
    changes = [
        (f"{part}.{key}", getattr(getattr(found.rules, part), key), to) for (part, key), to in found.lines.items()
    ]
    if changes:
        screen.table("\nLines, so that as many leads reach them as before", ("setting", "now", "proposed"), changes)
    _show_next(told)


def _set(rules: ScoringRules, part: str, key: str) -> object:
    return getattr(getattr(rules, part), key)


def _show_question(told: Shown) -> None:
    question, counts, learnt = told.question, told.found.learnt.counts, told.found.told
    within = f"within {question.within.days} days" if question.within is not None else "however late"
    lost = f" Lost: {question.lost.text}." if question.lost is not None else ""
    screen.show(f"At: {question.moment.text}. Won: {question.won.text}, {within}.{lost} Until {_day(question.until)}.")
    screen.show(
        f"{learnt.leads:,} leads, of whom {len(learnt.examples):,} were open at that moment and are told by now."
    )
    for why, count in sorted(learnt.out.items(), key=lambda item: -item[1]):
        screen.show(f"  {count:>9,} left out: {why}")
    if counts.begins is not None:
        screen.show(
            f"Learnt from {counts.earlier:,} ({_rate(counts.earlier_won, counts.earlier)} won), judged by the "
            f"{counts.later:,} from {_day(counts.begins)} on ({_rate(counts.later_won, counts.later)} won)."
        )


def _show_auc(told: Shown) -> None:
    found = told.found
    rows = [(each.name, _auc(each.auc), _gain(found.gains.get(each.name))) for each in _rivals(found)]
    base = (f"base rate {told.found.learnt.counts.base_rate:.1%}", "0.500", "")
    screen.table(
        "\nWho is won: AUC on the later leads (0.5 is chance)",
        ("by", "AUC (95 %)", "draft is better by"),
        [*rows, base],
    )
    screen.show(verdict(found))


def verdict(found: Proposal) -> str:
    """One honest sentence."""
    beaten = [name for name, gain in found.gains.items() if gain is not None and gain.low > 0]
    others = [name for name in found.gains if name not in beaten]
    better = f"The draft orders leads better than {_and(beaten)}" if beaten else "The draft is no proven gain"
    worse = f"; over {_and(others)} the gain is within chance" if others else ""
    return f"{better}{worse}."


def _show_lift(found: Proposal) -> None:
    rivals = _rivals(found)
    columns = [lift(each.scores, found.learnt.won) for each in rivals]
    tenths = zip(*columns, strict=True)
    rows = [(f"{at}", *(f"{each:.2f}" for each in some), "1.00") for at, some in enumerate(tenths, start=1)]
    titles = ("tenth", *(each.name for each in rivals), "base rate")
    screen.table("\nLift: won share of each tenth, best first, in multiples of everybody's", titles, rows)


def _show_next(told: Shown) -> None:
    where = told.written
    if where is None:
        screen.show("\nNothing was written. `--out DIR` writes the draft there.")
        return
    screen.show(
        f"\nThe draft is {where}; nothing is published. Next: `leadloop score backtest --rules {where.parent}`."
    )


def warn(told: Shown) -> None:
    """What has to be known before any of it is believed."""
    found = told.found
    for name, value in (found.learnt.suspects or {}).items():
        screen.say(
            f"! {name} alone tells the outcome (AUC {value:.2f}): it may be set with it. If so, leave it out: "
            f"`--without {name}`."
        )
    for remark in remarks_of(told):
        screen.say(f"! {remark}")


def remarks_of(told: Shown) -> Iterator[str]:
    found = told.found
    whole = len(found.told.examples)
    hidden = [
        name for name, count in found.told.hidden.items() if count > whole * MANY_HIDDEN and name not in told.barred
    ]
    if hidden:
        yield (
            f"{', '.join(sorted(hidden))}: known now and not yet at that moment, as far as can be told. What never "
            f"changes can be named: `--timeless {sorted(hidden)[0]}`."
        )
    if not told.is_published:
        yield "The folder's scoring.yaml is not the one in force: `current rules` are the folder's."
    if not told.question.undated and any(why.name == "UNDATED" for why in found.told.out):
        yield "`--undated` counts those in of whom only the outcome is known, and not its day."
    yield from found.remarks


def points_of(found: Proposal) -> Iterator[dict[str, Any]]:
    """A row per rule, as it is and as it would be; rules without enough leads are told as kept."""
    learnt = {each.column.label: each for each in found.learnt.weights}
    proposed = _proposed(found)
    for name, now in _now(found.rules):
        weight = learnt.pop(name, None)
        after = proposed.get(name, now)
        yield _row(name, "rule", weight, now, after if weight is not None else None)
    for name, weight in learnt.items():
        yield _row(name, weight.column.source, weight, None, proposed.get(name, 0))


def _row(name: str, source: str, weight: Weight | None, now: int | None, after: int | None) -> dict[str, Any]:
    """`proposed` None: kept, because too few leads tell."""
    leads, share = (None, None) if weight is None else (weight.column.leads, weight.share)
    return {"rule": name, "from": source, "leads": leads, "won": share, "now": now, "proposed": after}


def _cells(row: dict[str, Any]) -> list[object]:
    share = "" if row["won"] is None else f"{row['won']:.0%}"
    proposed = KEPT if row["proposed"] is None else row["proposed"]
    return [row["rule"], row["from"], row["leads"], share, row["now"], proposed]


def _now(rules: ScoringRules) -> Iterator[tuple[str, int]]:
    for group in (*rules.engagement, *rules.sales):
        yield from ((rule.name, rule.points) for rule in group.rules)
    for fit in rules.fit:
        yield from ((rule.name, rule.points) for rule in fit.rules)
    yield from ((rule.name, rule.points) for rule in rules.fit_penalties)


def _proposed(found: Proposal) -> dict[str, int]:
    if found.draft is None:
        return {}
    changes = found.draft.changes
    told = dict(changes.points)
    told.update({rule.name: rule.points for group in changes.fit for rule in group.rules})
    told.update({kind.value: rule.points for rule in changes.activity for kind in rule.on})
    return told


def _rivals(found: Proposal) -> list[Rival]:
    learnt = found.learnt
    named = [each for each in learnt.beside if learnt.best_fact is None or each.name != learnt.best_fact.name]
    every = [found.new, learnt.current, learnt.best_fact, *named]
    return [each for each in every if each is not None]


def as_data(told: Shown) -> dict[str, Any]:
    found, question, learnt = told.found, told.question, told.found.learnt
    counts = learnt.counts
    return {
        "question": {
            "moment": question.moment.text,
            "won": question.won.text,
            "lost": question.lost.text if question.lost is not None else None,
            "within_days": question.within.days if question.within is not None else None,
            "until": question.until,
        },
        "leads": {
            "all": found.told.leads,
            "taking_part": len(found.told.examples),
            "left_out": {why.name.lower(): count for why, count in found.told.out.items()},
            "earlier": counts.earlier,
            "earlier_won": counts.earlier_won,
            "later": counts.later,
            "later_won": counts.later_won,
            "later_begins": counts.begins,
        },
        "base_rate": counts.base_rate,
        "why_not": learnt.why_not,
        "regularisation": learnt.strength or None,
        "points_double_odds": told.method.doubling,
        "agreement": found.agreement if found.text is not None else None,
        "auc": [{"by": each.name, **_auc_data(each.auc)} for each in _told_rivals(found)],
        "verdict": verdict(found) if found.text is not None else None,
        "gains": {name: _auc_data(gain) for name, gain in found.gains.items()},
        "lift": [{"by": each.name, "tenths": lift(each.scores, learnt.won)} for each in _rivals(found)],
        "calibration": [{"predicted": each.predicted, "observed": each.observed, "n": each.n} for each in learnt.bins],
        "points": [*points_of(found)] if found.text is not None else [],
        "lines": [{"setting": f"{part}.{key}", "proposed": to} for (part, key), to in found.lines.items()],
        "suspects": dict(learnt.suspects or {}),
        "not_learnt_from": dict(told.barred),
        "remarks": [*remarks_of(told)],
        "draft": str(told.written) if told.written is not None else None,
    }


def _told_rivals(found: Proposal) -> list[Rival]:
    model = [found.learnt.model] if found.learnt.model is not None else []
    return [*model, *_rivals(found)]


def _auc_data(auc: Auc | None) -> dict[str, float | None]:
    if auc is None:
        return {"value": None, "low": None, "high": None}
    return {"value": auc.value, "low": auc.low, "high": auc.high}


def _auc(auc: Auc | None) -> str:
    return "" if auc is None else f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})"


def _gain(gain: Auc | None) -> str:
    return "" if gain is None else f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
