"""How a lead went from marketing to sales and back, as moments: stages, handoffs, owners, clocks, answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.handoff import Assignment, Handoff, Outcome, StepTaken
from domain.score import POINT
from domain.stage import Cause, Stage, Transition
from reports.pages.moments import LOOP, Cast, Kind, Moment, shown, told
from reports.pages.spans import rep_of
from reports.pages.wording import moment
from store.dossiers import Pressing

_CAUSES = {
    Cause.RULE: "the rules",
    Cause.PERSON: "a person",
    Cause.SYSTEM: "a system",
    Cause.TIME: "time",
    Cause.BASELINE: "found so",
}
_STEPS = {
    "breach": "was due to be touched and was not",
    "remind": "rep reminded to be in touch",
    "manager": "manager told that nobody was in touch",
    "reassign": "taken to another rep",
    "release": "given back to the queue",
    "outcome_remind": "rep asked what came of it",
    "outcome_manager": "manager told that there is no outcome",
    "outcome_recycle": "went quiet: back to marketing",
}
_WITHOUT_PERSON = {Outcome.MERGED: "its lead became part of another one", Outcome.ERASED: "the person was erased"}


def stages(moves: Sequence[Transition]) -> Iterator[Moment]:
    """`moves`: as they came. Whoever is assigned at the instant of the handoff is so after it was opened."""
    before: datetime | None = None
    rank = 0
    for each in moves:
        rank = max(rank if each.at == before else 0, _rank_of(each))
        before = each.at
        yield Moment(
            at=each.at,
            kind=Kind.STAGE,
            what=f"{each.before} to {each.after}" if each.before is not each.after else f"stays {each.after}",
            who=_CAUSES[each.cause],
            words=shown(each.why),
            rank=rank,
        )


def _rank_of(move: Transition) -> int:
    """A rep has it once it was handed over and given to them; what ends a handoff is told before that end."""
    return Kind.OWNER.rank if move.after is Stage.ASSIGNED else Kind.STAGE.rank


def opened(handoffs: Sequence[Handoff]) -> Iterator[Moment]:
    for each in handoffs:
        follows = f", after handoff {each.after}" if each.after is not None else ""
        yield Moment(
            at=each.opened_at,
            kind=Kind.HANDOFF,
            what=f"Handoff {each.number}: {said(each.kind)}{follows}",
            who=LOOP,
            words=told(
                f"{each.score // POINT} points, {shown(each.band)}",
                "asked to be called" if each.hand_raise else "",
                shown(each.why),
            ),
        )


def owners(assignments: Sequence[Assignment], cast: Cast) -> Iterator[Moment]:
    for each in assignments:
        yield Moment(
            at=each.at,
            kind=Kind.OWNER,
            what=f"Handoff {each.handoff}: given to {cast.rep(each.owner)}",
            who=cast.rep(each.owner),
            words=told(f"rule {shown(each.rule)}", shown(each.why)),
        )


def answers(handoffs: Sequence[Handoff], moves: Sequence[Transition], cast: Cast) -> Iterator[Moment]:
    """What came of handoffs, where no stage says it already: accepted beyond that stage, and closed with what."""
    told_by_stage = {each.handoff for each in moves if each.after is Stage.ACCEPTED}
    for each in handoffs:
        who = cast.rep(rep_of(each))
        if each.accepted_at is not None and each.number not in told_by_stage:
            by = f"by {said(each.accepted_by or 'verdict')}"
            yield Moment(
                at=each.accepted_at, kind=Kind.ANSWER, what=f"Handoff {each.number}: accepted", who=who, words=by
            )
        if each.closed_at is not None:
            outcome = each.outcome
            words = _WITHOUT_PERSON.get(outcome, "") if outcome is not None else ""
            what = f"Handoff {each.number}: closed" + (f", {said(outcome)}" if outcome is not None else "")
            verdict = f"verdict {said(each.verdict)}" if each.verdict is not None else ""
            yield Moment(
                at=each.closed_at,
                kind=Kind.ANSWER,
                what=what,
                who=who,
                words=told(words, verdict),
            )


def clocks(steps: Sequence[StepTaken], cast: Cast, zone: ZoneInfo) -> Iterator[Moment]:
    for each in steps:
        name = each.step.partition(":")[0]
        counts = "counted: a breach tells nobody" if name == "breach" else "acted"
        yield Moment(
            at=each.at,
            kind=Kind.CLOCK,
            what=f"Handoff {each.handoff}: {_STEPS.get(name, said(name))}",
            who=cast.rep(each.owner),
            words=told(
                f"due {moment(each.due_at, zone)}",
                counts if each.enforced else "only counted: the clock is report-only",
            ),
        )


def buttons(pressed: Sequence[Pressing], cast: Cast) -> Iterator[Moment]:
    for each in pressed:
        yield Moment(
            at=each.at,
            kind=Kind.BUTTON,
            what=f"Answered {said(each.answer)} by a button",
            who=cast.rep(each.email) if each.email else "somebody",
            words=shown(each.result),
        )


def first_touches(handoffs: Sequence[Handoff], minutes_of: Mapping[int, str]) -> dict[datetime, str]:
    """Moment of a first touch → what is to be said of it. `minutes_of`: handoff → working time until then."""
    found: dict[datetime, list[str]] = {}
    for each in handoffs:
        if each.touched_at is not None:
            after = f", {minutes_of[each.number]} of working time" if each.number in minutes_of else ""
            found.setdefault(each.touched_at, []).append(f"first touch of handoff {each.number}{after}")
    return {at: "; ".join(words) for at, words in found.items()}


def said(word: str) -> str:
    """A word of ours as people read it: `no budget`."""
    return shown(word).replace("_", " ")
