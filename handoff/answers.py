"""What reps answered: *take it?* and *what came of it?*, read by the CRM's labels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.handoff import Outcome, Verdict
from domain.stage import Signal, SignalKind
from handoff.rulebook import Rulebook

GOOD_OUTCOMES = frozenset({Outcome.MEETING, Outcome.QUALIFIED})
GOOD_VERDICTS = frozenset({Verdict.ACCEPT, Verdict.ALREADY_WORKING})
REPS_OUTCOMES = frozenset(Outcome) - {
    Outcome.WENT_QUIET,
    Outcome.LOST,
    Outcome.MERGED,
    Outcome.ERASED,
    Outcome.NOT_TARGET,
}
"""The answers that stand in the CRM's outcome field; the others are given by the loop itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the two answers, with when and where it was given. `beside`: what was said against it at once."""

    at: datetime
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    told: str = ""
    beside: str = ""

    @property
    def ends_as(self) -> Outcome | None:
        """The outcome that a rejection ends the pass with; None where the pass goes on elsewhere."""
        return Outcome.NOT_TARGET if self.verdict is Verdict.NOT_TARGET else self.outcome

    def rejects(self, book: Rulebook) -> bool:
        if self.outcome is None:
            return self.verdict not in GOOD_VERDICTS
        road = book.road(self.outcome)
        return self.outcome not in GOOD_OUTCOMES and (road.list is not None or road.disqualifies)


def answer_of(signal: Signal, book: Rulebook) -> Answer | None:
    """Read a signal by the CRM's label or by our own word; None when it is neither."""
    said = str(signal.value or "").strip().casefold()
    if signal.kind is SignalKind.VERDICT:
        labels = book.lifecycle.verdicts
        verdict = next((v for v in Verdict if said in {v.value, labels.get(v, v.value).casefold()}), None)
        return Answer(at=signal.at, verdict=verdict, told=_told(signal)) if verdict is not None else None
    roads = book.lifecycle.outcomes
    known = {outcome: roads[outcome].label if outcome in roads else outcome.value for outcome in Outcome}
    outcome = next((o for o, label in known.items() if said in {o.value, label.casefold()}), None)
    return Answer(at=signal.at, outcome=outcome, told=_told(signal)) if outcome is not None else None


def answers_in(signals: Iterable[Signal], book: Rulebook) -> Iterator[tuple[Signal, Answer | None]]:
    """Every verdict and outcome in the order in which they were given; None for one that cannot be read."""
    for signal in sorted(signals, key=lambda each: (each.at, each.kind, each.connection)):
        if signal.kind in {SignalKind.VERDICT, SignalKind.OUTCOME}:
            yield signal, answer_of(signal, book)


def _told(signal: Signal) -> str:
    return f"{str(signal.value).strip()} in {signal.connection}"


def deciding(answers: Sequence[Answer], book: Rulebook) -> Answer | None:
    """The rejection that counts: the newest; of one moment the one that says what came of it, then the graver.

    When within its record's last change an answer was given nobody can tell, so that whatever was answered beside a
    rejection, before it or after, does not outweigh it: it is told.
    """
    rejections = [each for each in answers if each.rejects(book)]
    found = max(rejections, key=lambda each: _weight(each, book), default=None)
    if found is None:
        return None
    against = "; ".join(each.told for each in answers if _contradicts(each, found, book))
    return replace(found, beside=f"; answered at once, and a rejection wins: {against}" if against else "")


def _contradicts(one: Answer, other: Answer, book: Rulebook) -> bool:
    """Whether both cannot be meant. Who takes a lead may say in the same minute what came of it."""
    if one.verdict is not None and other.verdict is not None:
        return one.verdict is not other.verdict
    if one.outcome is not None and other.outcome is not None:
        return one.outcome is not other.outcome
    verdict = one if one.verdict is not None else other
    return verdict.rejects(book) and one.ends_as is not other.ends_as


def _weight(answer: Answer, book: Rulebook) -> tuple[datetime, bool, bool, bool]:
    grave = answer.outcome is not None and book.road(answer.outcome).disqualifies
    return (answer.at, answer.outcome is not None, grave, answer.verdict is Verdict.NOT_TARGET)
