"""From history to a draft of scoring.yaml, and how the draft would have ordered the leads that nothing was learnt from.

The draft is judged as a file: read back, compiled, and run by the scorer, limits and rounding and all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from config.repoint import FILE, Repointed, Repointing, repoint
from config.scoring import ScoringRules
from config.yaml_file import yaml_of
from domain.errors import SettingsError
from domain.values import RuleHash
from reports.calibration import Question, Rescored, Told, learn_from, rescored, same_share
from scoring.learning.discrimination import Auc, agreement, auc_gain
from scoring.learning.draft import Draft, draft_of
from scoring.learning.outcomes import Calibration, Method, Rival, calibrate, rival_of, split
from scoring.learning.sight import Lens
from scoring.scorer import Scorer
from store.engine import Store

Lines = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`text`: the draft; None where nothing is proposed. `gains`: how far its AUC is above those of others.
    `agreement`: of its whole points with the finer weights, on the later leads."""

    told: Told
    learnt: Calibration
    rules: ScoringRules
    draft: Draft | None = None
    text: str | None = None
    new: Rival | None = None
    lines: Lines = field(default_factory=dict)
    gains: Mapping[str, Auc | None] = field(default_factory=dict)
    agreement: float = 0.0
    remarks: tuple[str, ...] = ()


def propose(store: Store, question: Question, text: str, *, scorer: Scorer, lens: Lens, method: Method) -> Proposal:
    """`text`: the scoring.yaml that the scorer was made from. Nothing is written."""
    told = learn_from(store, question, scorer, lens)
    learnt = calibrate(told.examples, scorer.book, method)
    rules = scorer.book.source
    if learnt.why_not is not None:
        return Proposal(told=told, learnt=learnt, rules=rules)
    earlier = split(told.examples, method.later)[0]
    draft = draft_of(learnt.weights, scorer.book, [each.sight for each in earlier])
    trial = scorer_of(repoint(text, draft.changes).text, scorer)
    rows = sorted(rescored(store, question, (scorer, trial), lens), key=lambda each: each.moment)
    lines, remarks = lines_of(rows[: len(earlier)], rules, draft.changes)
    done = repoint(text, replace(draft.changes, line=lines))
    new = rival_of("the draft", [each.after_all for each in rows[len(earlier) :]], learnt.won)
    return Proposal(
        told=told,
        learnt=learnt,
        rules=rules,
        draft=draft,
        text=_sound(done).text,
        new=new,
        lines=lines,
        gains={each.name: auc_gain(new.scores, each.scores, learnt.won) for each in _others(learnt)},
        agreement=agreement(new.scores, learnt.model.scores) if learnt.model is not None else 0.0,
        remarks=(*draft.remarks, *remarks, *done.left),
    )


def scorer_of(text: str, like: Scorer) -> Scorer:
    """The scorer of a scoring.yaml that is in nobody's folder yet."""
    return Scorer(_read(text), RuleHash("draft"), str(like.zone))


def lines_of(rows: Sequence[Rescored], rules: ScoringRules, changes: Repointing) -> tuple[Lines, list[str]]:
    """The line and the steps where as many of the earlier leads reach them as before: new points have another size."""
    names = {rule.name for group in rules.engagement for rule in group.rules}
    if not (names & changes.points.keys() or changes.activity):
        return {}, []
    before, after = [each.before for each in rows], [each.after for each in rows]
    wanted = {
        ("line", "engagement"): rules.line.engagement,
        ("line", "rearm_below"): rules.line.rearm_below,
        ("steps", "warm"): rules.steps.warm,
        ("steps", "hot"): rules.steps.hot,
    }
    found = {key: same_share(before, after, points) for key, points in wanted.items()}
    lines = {key: max(0, points) for key, points in found.items() if points is not None}
    lost = [f"{part}.{key}" for (part, key), points in found.items() if points is None]
    said = [f"nobody reached {', '.join(lost)} at that moment: left as it is, set it by hand"] if lost else []
    return _possible({**wanted, **lines}, lines, said)


def _possible(whole: Lines, lines: dict[tuple[str, str], int], said: list[str]) -> tuple[Lines, list[str]]:
    """A line that cannot be drawn so is left for a person."""
    line, steps = whole["line", "engagement"], whole["steps", "hot"]
    if whole["line", "rearm_below"] > line:
        lines["line", "rearm_below"] = line
    if steps <= whole["steps", "warm"]:
        said.append("warm and hot cannot be told apart by the new points at that moment: steps are left as they are")
        lines = {key: points for key, points in lines.items() if key[0] != "steps"}
    return lines, said


def _others(learnt: Calibration) -> list[Rival]:
    every = (learnt.current, learnt.best_fact, *learnt.beside)
    return [each for each in every if each is not None]


def _sound(done: Repointed) -> Repointed:
    """A draft that could not be read as rules is none."""
    _read(done.text)
    return done


def _read(text: str) -> ScoringRules:
    try:
        return ScoringRules.model_validate(yaml_of(text, FILE).data)
    except ValidationError as error:
        raise SettingsError(f"The new points make no sound {FILE}: {error.errors()[0]['msg']}") from error
