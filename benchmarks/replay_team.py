"""The recorded log as a sales team: its people, their own response times, our clocks. Twice, and byte for byte alike.

python3 -m benchmarks.replay_team [--json] [--data PATH] [--days N] [--once]

Every row acts at its own minute in an office in memory (`benchmarks/office.py`), by the rules of examples/bpi2012.
The second time what falls between two looks comes in another order and the fold is cut into other batches: the digest
of all decisions has to be the same. Exit 1 when it is not, or when something happened that must not.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, takewhile
from pathlib import Path

from ruamel.yaml import YAML

from benchmarks.agenda import Agenda
from benchmarks.judge import Judge
from benchmarks.office import BATCH, Dossier, Office, newcomer, on_the_look, reps_of
from benchmarks.year import MUSTS, Figures, spread, tell, touch_steps
from config.lifecycle import LifecycleRules
from config.routing import RoutingRules
from config.scoring import ScoringRules
from domain.account import Account, Certainty
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff
from domain.stage import Signal, SignalKind
from domain.values import LeadId, RecordRef, RuleHash, Value
from handoff.rulebook import Rulebook
from leadloop.demo.case_acts import AMOUNT, STATUS, Act, Desk, address
from leadloop.demo.case_log import ZONE, Happening, happenings
from leadloop.demo.replay import EXAMPLE, find_log
from scoring.scorer import Scorer

HASH = RuleHash("bpi2012")
ENDING = timedelta(days=60)
"""Looked on after the last row: what was left lying runs into its clocks."""
CALLS = {"call": ActivityKind.CALL_LOGGED, "meeting": ActivityKind.MEETING_BOOKED}
SWEEP_EVERY = timedelta(days=7)


def main(arguments: Sequence[str]) -> int:
    title = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.replay_team", description=title)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--data", type=Path, help="the recorded log; by default where the demo looks for it")
    parser.add_argument("--days", type=int, help="only so many first days")
    parser.add_argument("--once", action="store_true", help="without the second time")
    given = parser.parse_args(arguments)
    began, log = time.perf_counter(), find_log(given.data, os.environ)
    figures = play(log, days=given.days)
    if not given.once:
        figures["digest_again"] = play(log, days=given.days, batch=7, chance=random.Random(1))["digest"]
    figures["seconds"] = round(time.perf_counter() - began, 1)
    figures["cpu_seconds"] = round(time.process_time(), 1)
    tell(figures, as_json=given.json)
    return int(bool(figures["breaches"]) or figures.get("digest_again", figures["digest"]) != figures["digest"])


def play(log: Path, *, days: int | None = None, batch: int = BATCH, chance: random.Random | None = None) -> Figures:
    """Let the log happen and count. `chance` mixes the cases that act between two looks."""
    book = rulebook()
    office = Office(
        book=book,
        scorer=Scorer(ScoringRules.model_validate(_rules("scoring")), HASH, ZONE.key),
        reps=reps_of(member.email for pool in book.routing.pools for member in pool.members),
        batch=batch,
    )
    judge = Judge(office=office)
    office.observers = (judge,)
    team = Team(office=office)
    _live(team, judge, _looks(_rows(log, days), chance))
    return team.figures(judge)


def rulebook() -> Rulebook:
    return Rulebook(
        lifecycle=LifecycleRules.model_validate(_rules("lifecycle")),
        routing=RoutingRules.model_validate(_rules("routing")),
        scoring=ScoringRules.model_validate(_rules("scoring")),
        rule_hash=HASH,
        time_zone=ZONE.key,
    )


def _rules(name: str) -> object:
    return YAML(typ="safe").load((EXAMPLE / f"{name}.yaml").read_text(encoding="utf-8"))


def _rows(log: Path, days: int | None) -> Iterator[Happening]:
    rows = happenings(log)
    if days is None:
        return rows
    end = _day(next(happenings(log))) + timedelta(days=days)
    return takewhile(lambda row: _day(row) < end, rows)


def _day(row: Happening) -> date:
    return row.at.astimezone(ZONE).date()


def _looks(rows: Iterable[Happening], chance: random.Random | None) -> Iterator[list[Happening]]:
    """What falls between two looks of the loop, together."""
    for _, several in groupby(rows, key=lambda row: on_the_look(row.at)):
        found = list(several)
        if chance is not None:
            cases = sorted({row.case for row in found})
            chance.shuffle(cases)
            found.sort(key=lambda row: cases.index(row.case))
        yield found


def _live(team: "Team", judge: Judge, looks: Iterable[list[Happening]]) -> None:
    now, swept = datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    agenda = Agenda()
    for rows in looks:
        before = on_the_look(rows[0].at) - timedelta(microseconds=1)
        agenda.live(team.office, now, before)
        for row in rows:
            team.happen(row)
        now = before
        if now - swept > SWEEP_EVERY:
            swept = now
            judge.sweep(now)
    agenda.live(team.office, now, now + ENDING)
    judge.sweep(now + ENDING)


@dataclass(slots=True, kw_only=True)
class Team:
    """The people of the log at their desks, in an office that hears of it."""

    office: Office
    desk: Desk = field(default_factory=Desk)
    calls: dict[LeadId, list[tuple[datetime, str]]] = field(default_factory=dict)
    """When who called, by case."""

    def happen(self, row: Happening) -> None:
        for case, _ in self.desk.new_leads([row]):
            dossier = newcomer(case, at=row.at, armed_at=row.at - timedelta(days=1))
            dossier.learn("email", address(case), row.at)
            dossier.learn("last_name", f"Applicant {case}", row.at)
            dossier.learn(AMOUNT, row.amount, row.at)
            self.office.open(dossier)
        for act in self.desk.acts(row):
            dossier = self.office.dossiers[LeadId(row.case)]
            self._hear(dossier, act)
            self.office.touch(dossier)

    def _hear(self, dossier: Dossier, act: Act) -> None:
        match act.do:
            case "submit_form":
                self._done(dossier, ActivityKind.FORM_SUBMITTED, act, form=str(act.fields["form"]))
            case "call" | "meeting":
                self.calls.setdefault(dossier.lead.id, []).append((act.at, str(act.fields["by_email"])))
                self._done(dossier, CALLS[act.do], act, subject=str(act.fields["subject"]))
            case "outcome":
                self._said(dossier, SignalKind.OUTCOME, act.fields["outcome"], act)
            case "reject":
                self._said(dossier, SignalKind.VERDICT, act.fields["reason"], act)
            case "convert":
                dossier.converted = True
                dossier.account = _company(dossier, open_deals=1)
            case "edit":
                self._edited(dossier, act)

    def _edited(self, dossier: Dossier, act: Act) -> None:
        if STATUS in act.fields:
            dossier.learn(STATUS, act.fields[STATUS], act.at)
        if "OwnerEmail" in act.fields:
            dossier.values["owner"] = act.fields["OwnerEmail"]
            self._said(dossier, SignalKind.OWNER, act.fields["OwnerEmail"], act)
            self._said(dossier, SignalKind.STAGE, act.fields["Status"], act)
        if "StageName" in act.fields and dossier.account is not None:
            won = act.fields["StageName"] == "Closed Won"
            dossier.account = replace(dossier.account, is_customer=won, open_deals=0, won_deals=int(won))

    def _done(self, dossier: Dossier, kind: ActivityKind, act: Act, **properties: Value) -> None:
        number = len(dossier.did) + len(dossier.sales)
        done = Activity(
            connection="crm",
            stream="log",
            external_id=f"{act.case}-{number}",
            kind=kind,
            occurred_at=act.at,
            actor=act.fields.get("by_email"),
            properties=properties,
            seen_at=act.at,
        )
        dossier.did_now(done)

    def _said(self, dossier: Dossier, kind: SignalKind, value: Value, act: Act) -> None:
        name = "status" if kind is SignalKind.STAGE else kind.value
        dossier.said.append(Signal(kind=kind, connection="crm", property=name, value=value, at=act.at))

    def figures(self, judge: Judge) -> Figures:
        every = [each for dossier in self.office.dossiers.values() for each in dossier.handoffs.values()]
        steps, calls = Counter(step for each in every for step in touch_steps(each)), list(self._first_calls(every))
        return {
            "people": len({who for several in self.calls.values() for _, who in several}),
            "leads": len(self.office.dossiers),
            "decisions": self.office.decisions,
            "handoffs": len(every),
            "first_call_minutes": spread(minutes for minutes, _, _ in calls),
            "first_call_working_minutes": spread(working for _, working, _ in calls),
            "median_minutes_of_each_rep": spread(_medians(calls)),
            "accepted_by": dict(Counter(each.accepted_by for each in every if each.accepted_by)),
            "breaches_by_step": dict(steps),
            "breached_handoffs": sum(any(touch_steps(each)) for each in every),
            "released": steps["release"],
            "given_by_rule": self.office.counts["by_rule"],
            "given_by_a_person": self.office.counts["by_person"],
            "outcome_steps": dict(Counter(step for each in every for step in _outcome_steps(each))),
            "outcomes": dict(Counter(each.outcome.value for each in every if each.outcome is not None)),
            "stages": dict(Counter(each.lead.stage.value for each in self.office.dossiers.values())),
            "musts": {kind: judge.breaches[kind] for kind in MUSTS},
            "breaches": judge.told,
            "digest": self.office.digest,
        }

    def _first_calls(self, every: Iterable[Handoff]) -> Iterator[tuple[float, int, str]]:
        """From the hand-over until anybody called, whoever had the lead: minutes, those of the desk's hours, who."""
        calendar = self.office.book.calendar_of(None)
        for each in every:
            until = each.closed_at or datetime.max.replace(tzinfo=UTC)
            after = [call for call in self.calls.get(each.lead_id, ()) if each.opened_at <= call[0] <= until]
            if after:
                at, who = min(after)
                worked = calendar.working_minutes(each.opened_at, at)
                yield (at - each.opened_at).total_seconds() / 60, worked, who


def _medians(calls: Iterable[tuple[float, int, str]]) -> Iterator[float]:
    """Each rep's own median."""
    by_rep: dict[str, list[float]] = {}
    for minutes, _, who in calls:
        by_rep.setdefault(who, []).append(minutes)
    yield from (statistics.median(several) for several in by_rep.values())


def _outcome_steps(handoff: Handoff) -> Iterator[str]:
    names = (step.partition(":")[0] for step in handoff.steps)
    yield from (name for name in names if name.startswith("outcome_"))


def _company(dossier: Dossier, *, open_deals: int) -> Account:
    return Account(
        ref=RecordRef(connection="crm", object="Account", id=f"001{dossier.lead.id}"),
        name=f"Household {dossier.lead.id}",
        certainty=Certainty.EXPLICIT,
        open_deals=open_deals,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
