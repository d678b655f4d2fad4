"""How far go-live has come, in the words of `status` and `golive`: the step, its day, and the table of first stages."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.rules import baseline_hash
from domain.run import GoLive
from store import first_stages, steps
from store import installation as notebook
from store import rules as rule_store
from store.engine import Tx
from store.steps import StepOrder


class Word(StrEnum):
    """A person's word on the first stages."""

    NONE = "not confirmed"
    CHANGED = "changed since it was confirmed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingLive:
    """`day`: from 1. `of_days`: how long it is to be observed; None at every other step."""

    order: StepOrder
    day: int
    of_days: int | None
    baseline: Word

    @property
    def in_words(self) -> str:
        last = self.of_days is not None and self.day <= self.of_days
        return f"{self.order.step}, day {self.day}{f' of {self.of_days}' if last else ''}"


def going_live(tx: Tx, *, observe_days: int, now: datetime) -> GoingLive | None:
    """None in a store that was never opened for work."""
    order = steps.last(tx)
    if order is None:
        return None
    observes = order.step is GoLive.OBSERVE
    begun = notebook.get(tx, notebook.WENT_LIVE)
    since = datetime.fromisoformat(begun) if begun else None
    passed = steps.observed(tx, since=since, now=now) if observes else now - order.at
    return GoingLive(
        order=order,
        day=max(passed.days, 0) + 1,
        of_days=observe_days if observes else None,
        baseline=_word(tx),
    )


def _word(tx: Tx) -> Word:
    word, version = first_stages.confirmed(tx), rule_store.current(tx)
    if word is None or version is None:
        return Word.NONE
    return Word.CONFIRMED if baseline_hash(version.document) == word.hash else Word.CHANGED
