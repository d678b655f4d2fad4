"""The demo's figures, each defined by effects in the simulator's log and by nothing else.

A person stands in both systems: what is counted per person is counted per record, and the record
that saw most of it speaks for the person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from leadloop.demo import people
from leadloop.demo.traces import ACTIVITIES, TOUCHES, Reader, Trace, What, moment

NURTURE = "LL · Nurture · "
REJECTING = frozenset(
    {
        "Wrong person",
        "Data wrong",
        "Not our target",
        "Not now",
        "No budget",
        "No need",
        "Chose another",
        "Unreachable",
        "Left company",
    }
)
FIT = frozenset({"A", "B", "C"})
BEFORE_SALES = frozenset({"known", "engaged"})
WITH_SALES = frozenset({"assigned", "accepted", "qualified"})
HAND_RAISE = "demo"
MISTAKE_ON = people.FIRST_DAY + timedelta(days=people.BUSY_DAY - 1)
"""The day of the careless rule edit."""

PER_RECORD = ("assigned", "accepted", "accepted_by_touch", "needs_data", "recycled", "returned", "hand_raise_returns")


def summary(lines: Iterable[Mapping[str, Any]], *, mistake_on: date | None = MISTAKE_ON) -> dict[str, Any]:
    """The figures of a run. "Set" means by leadloop; a fact counts when the log shows the effect.

    - leads: distinct addresses (trimmed, lower case) of created Leads, Contacts and contacts; a
      record without one counts for itself.
    - activities: created form submissions, page views, e-mail events, engagements, CampaignMembers,
      Events, and Tasks that are not leadloop's.
    - mqls: distinct pairs of a person and a value of `mql since` (to the second) that was set.
    - assigned: how often the stage was set to `assigned` from another one.
    - accepted: how often it was then set to `accepted` or `qualified`; accepted_by_touch: those with
      a call, an e-mail, a meeting or the task ticked off in between and without the verdict Accept.
    - rejected: answers by people that say no: verdicts Wrong person, Data wrong, Not our target, and
      every outcome but Meeting and Qualified.
    - rerouted: owners of a Lead changed by leadloop from one user to another while the Lead was
      assigned, accepted or qualified already.
    - needs_data: how often the queue was set to `needs_data`.
    - recycled: additions by leadloop to a list `LL · Nurture · …`.
    - returned: removals by leadloop from such a list with the stage set to `mql` or `assigned` in the
      same cycle or next; hand_raise_returns: those whose last doing before was a form with "demo".
    - backlog: people of grade A to C, band hot, known or engaged, after the first cycle in which
      leadloop wrote anything.
    - held: people of grade A to C, band warm or hot, known or engaged, at the end of the day of the
      rule edit; 0 when the log does not reach that day.
    - writes_after_quiescence: effects of leadloop's lines in the last cycle.
    - api_calls: leadloop's lines per system; a Composite is one.
    """
    return Figures(mistake_on=mistake_on).over(lines)


@dataclass(slots=True)
class _Record:
    """One record's way through the stages."""

    stage: str | None = None
    queue: str | None = None
    grade: str = "?"
    step: str = "cold"
    stage_before: str | None = None
    moved_in: int = 0
    """The line that changed the stage last, and what it was before."""
    waiting: bool = False
    """Assigned, and not accepted yet."""
    touched: bool = False
    by_verdict: bool = False
    left_list_in: int | None = None
    """The cycle in which leadloop took it off a nurture list and it has not come back yet."""
    back_in: int | None = None
    """The last cycle in which it went to sales."""
    counts: Counter[str] = field(default_factory=Counter)

    def stands(self, steps: frozenset[str]) -> bool:
        """Fit and warm enough, and not with sales."""
        return self.grade in FIT and self.stage in BEFORE_SALES and self.step in steps

    def stage_until(self, seq: int) -> str | None:
        """The stage that a line met."""
        return self.stage_before if self.moved_in == seq else self.stage


class Figures:
    """One pass over the log; keeps a few words per record, so a year of lines costs little."""

    def __init__(self, *, mistake_on: date | None) -> None:
        self._mistake_on = mistake_on
        self._reader = Reader()
        self._records: dict[tuple[str, str], _Record] = {}
        self._of: dict[str, list[tuple[str, str]]] = {}
        self._last_doing: dict[str, str] = {}
        self._mqls: set[tuple[str, str]] = set()
        self._totals: Counter[str] = Counter()
        self._backlog: int | None = None
        self._held: int | None = None
        self._first_cycle: int | None = None

    def over(self, lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        for trace in self._reader.read(lines):
            self._look_around(trace)
            self._take(trace)
        return self._answer()

    def _look_around(self, trace: Trace) -> None:
        """Count who stands where when a moment is over: at the first thing after it."""
        if trace.ours and self._first_cycle is None:
            self._first_cycle = trace.cycle
        first_is_over = self._first_cycle is not None and (trace.cycle > self._first_cycle or not trace.ours)
        if self._backlog is None and first_is_over:
            self._backlog = self._standing(frozenset({"hot"}))
        if self._held is None and self._mistake_on is not None and trace.at.date() > self._mistake_on:
            self._held = self._standing(frozenset({"warm", "hot"}))

    def _standing(self, steps: frozenset[str]) -> int:
        return sum(1 for records in self._of.values() if any(self._records[key].stands(steps) for key in records))

    def _record(self, trace: Trace) -> _Record:
        known = self._records.get(trace.record)
        if known is None:
            known = self._records[trace.record] = _Record()
            self._of.setdefault(trace.person, []).append(trace.record)
        return known

    def _take(self, trace: Trace) -> None:
        if trace.what in ACTIVITIES and not trace.ours:
            self._totals["activities"] += 1
        if trace.what in TOUCHES and not trace.ours:
            self._touch(trace)
        elif trace.what in {What.FORM, What.PAGE, What.MAIL}:
            self._last_doing[trace.person] = str(trace.after) if trace.what is What.FORM else ""
        elif trace.ours:
            self._ours(trace)
        else:
            self._theirs(trace)

    def _touch(self, trace: Trace) -> None:
        for key in self._of.get(trace.person, ()):
            self._records[key].touched = True

    def _theirs(self, trace: Trace) -> None:
        if trace.what is What.RECORD:
            self._record(trace)
        if trace.what in {What.VERDICT, What.OUTCOME} and trace.after in REJECTING:
            self._totals["rejected"] += 1
        if trace.what is What.VERDICT and trace.after == "Accept":
            for key in self._of.get(trace.person, ()):
                self._records[key].by_verdict = True

    def _ours(self, trace: Trace) -> None:
        record = self._record(trace)
        match trace.what:
            case What.STAGE:
                self._stage(record, trace)
            case What.BAND:
                record.step = str(trace.after or "? cold").split()[-1]
            case What.GRADE:
                record.grade = str(trace.after or "?")
            case What.MQL_SINCE if trace.after:
                self._mqls.add((trace.person, f"{moment(trace.after):%Y-%m-%dT%H:%M:%S}"))
            case What.QUEUE:
                record.counts["needs_data"] += trace.after == "needs_data" != record.queue
                record.queue = trace.after
            case What.OWNER:
                self._owner(record, trace)
            case What.LIST_IN | What.LIST_OUT if str(trace.after).startswith(NURTURE):
                self._list(record, trace)
            case _:
                pass

    def _stage(self, record: _Record, trace: Trace) -> None:
        before, record.stage = record.stage, str(trace.after)
        if record.stage == before:
            return
        record.stage_before, record.moved_in = before, trace.seq
        if record.stage == "assigned":
            record.counts["assigned"] += 1
            record.waiting, record.touched, record.by_verdict = True, False, False
        if record.stage in {"accepted", "qualified"} and record.waiting:
            record.counts["accepted"] += 1
            record.counts["accepted_by_touch"] += record.touched and not record.by_verdict
            record.waiting = False
        if record.stage in {"mql", "assigned"}:
            record.back_in = trace.cycle
            self._come_back(record, trace)
        if record.stage == "recycled":
            record.left_list_in = None

    def _owner(self, record: _Record, trace: Trace) -> None:
        both = trace.before in self._reader.user_names and trace.after in self._reader.user_names
        if trace.record[0] == "Lead" and both and record.stage_until(trace.seq) in WITH_SALES:
            self._totals["rerouted"] += 1

    def _list(self, record: _Record, trace: Trace) -> None:
        if trace.what is What.LIST_IN:
            record.counts["recycled"] += 1
            return
        record.left_list_in = trace.cycle
        if record.back_in == trace.cycle:
            self._come_back(record, trace)

    def _come_back(self, record: _Record, trace: Trace) -> None:
        if record.left_list_in is None or trace.cycle - record.left_list_in > 1:
            return
        record.left_list_in = None
        record.counts["returned"] += 1
        record.counts["hand_raise_returns"] += HAND_RAISE in self._last_doing.get(trace.person, "").lower()

    def _answer(self) -> dict[str, Any]:
        per_person: Counter[str] = Counter()
        for records in self._of.values():
            for name in PER_RECORD:
                per_person[name] += max(self._records[key].counts[name] for key in records)
        return {
            "leads": len(self._of),
            "activities": self._totals["activities"],
            "mqls": len(self._mqls),
            **{name: per_person[name] for name in PER_RECORD},
            "rejected": self._totals["rejected"],
            "rerouted": self._totals["rerouted"],
            "held": self._held or 0,
            "backlog": self._standing(frozenset({"hot"})) if self._backlog is None else self._backlog,
            "writes_after_quiescence": self._reader.cycle_writes,
            "api_calls": dict(self._reader.calls),
        }
