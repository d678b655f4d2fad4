"""`leadloop survey`: who else writes the fields that our rules would write. Changes nothing in any system."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.abilities import Surveyor
from connectors.contract import CallBudget, Lane
from domain.errors import ConnectorError, CredentialsError, LeadloopError, WrongAccountError
from domain.survey import Survey
from leadloop import exits, screen
from leadloop.app import App, open_app
from mapping.contested import FieldVerdict, Verdict, verdicts
from reports.survey import Advice, advice, fields_to_ask, lines_to_decide
from store import survey as surveys

_ITS_OWN = (CredentialsError, WrongAccountError, ConnectorError)
"""Troubles of one system, which keep no other from being looked at."""


@dataclass(slots=True)
class Counted:
    """The call budget, and how much of it was used."""

    budget: CallBudget
    calls: Counter[str] = field(default_factory=Counter)

    def spend(self, connection: str, lane: Lane, *, calls: int = 1) -> None:
        self.budget.spend(connection, lane, calls=calls)
        self.calls[connection] += calls

    def hint(self, connection: str, *, used: int, limit: int | None, resets_at: datetime | None = None) -> None:
        self.budget.hint(connection, used=used, limit=limit, resets_at=resets_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What every connection told, and what it means for the draft of the rules. `failed`: who told nothing, and why."""

    surveys: Mapping[str, Survey]
    failed: Mapping[str, LeadloopError]
    calls: Mapping[str, int]
    verdicts: tuple[FieldVerdict, ...]
    advice: tuple[Advice, ...]

    @property
    def open(self) -> tuple[FieldVerdict, ...]:
        return tuple(each for each in self.verdicts if each.is_open)

    @property
    def exit_code(self) -> int:
        """1 when a contested field waits for a line in mapping.yaml or a connection told nothing; when none told
        anything, what is wrong with the first."""
        if self.failed and not self.surveys:
            return exits.code_of(next(iter(self.failed.values())))
        return exits.SOME_FAILED if self.failed or self.open else exits.OK


def run(folder: Path, *, environment: str | None, days: int, sample: int, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        found = look(app, days=days, sample=sample)
    if as_json:
        screen.document(as_data(found))
    else:
        show(found)
    return found.exit_code


def look(app: App, *, days: int, sample: int) -> Surveyed:
    """Ask every connection that can tell, keep what it says, and judge the folder's rules by it.

    One that cannot be asked keeps what it told before, and the others are asked all the same.
    """
    budget, mapping = Counted(app.budget), app.installation.rules.mapping
    since = app.clock.refresh() - timedelta(days=days)
    asked = fields_to_ask(mapping, app.types)
    told: dict[str, Survey] = {}
    failed: dict[str, LeadloopError] = {}
    for name, connector in app.connect(budget=budget).items():
        if name in asked and isinstance(connector, Surveyor):
            try:
                told[name] = connector.survey(asked[name], since=since, sample=sample)
            except _ITS_OWN as error:
                failed[name] = error
    with app.store.write() as tx:
        for survey in told.values():
            surveys.save(tx, survey)
    return Surveyed(
        surveys=told,
        failed=failed,
        calls=budget.calls,
        verdicts=verdicts(told, mapping, app.types),
        advice=advice(told, mapping, app.types),
    )


def show(found: Surveyed) -> None:
    for name, survey in found.surveys.items():
        sampled = ", ".join(f"{count:,} of {kind}" for kind, count in survey.sampled.items())
        screen.show(f"{name} · since {survey.since:%Y-%m-%d} · looked at: {sampled} · {found.calls.get(name, 0)} calls")
    for verdict in reversed(Verdict):
        _show_fields(verdict, [each for each in found.verdicts if each.verdict is verdict])
    for survey in found.surveys.values():
        _show_one(survey)
    for each in found.advice:
        _show_neighbour(each)
    for name, error in found.failed.items():
        screen.say(f"\n✗ {name} was not surveyed, nothing here speaks for it: {error}")
    _show_next(found)


def _show_fields(verdict: Verdict, fields: list[FieldVerdict]) -> None:
    if verdict is Verdict.FREE and fields:
        screen.show(f"\nfree: {len(fields)} fields that nobody else wrote")
    named = [each for each in fields if each.reasons or verdict is not Verdict.FREE]
    if not named:
        return
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in named:
        key = (each.field.connection, each.decided or "", "; ".join(each.reasons))
        alike.setdefault(key, []).append(each.field.place)
    screen.table(
        f"\n{verdict}" if verdict is not Verdict.FREE else "",
        ("system", "fields", "decided", "because"),
        [(system, ", ".join(places), decided, why) for (system, decided, why), places in alike.items()],
    )


def _show_one(survey: Survey) -> None:
    if survey.automations:
        rows = [(one.kind, one.object, one.name, ", ".join(one.fields)) for one in survey.automations]
        screen.table(f"\nActive in {survey.connection}", ("kind", "object", "name", "fields"), rows)
    if survey.requirements:
        needs = [(one.object, one.field, one.when or "always") for one in survey.requirements]
        screen.table(f"\nMay not be blank in {survey.connection}", ("object", "field", "when"), needs)
    if survey.unseen:
        screen.show(f"\nNot seen in {survey.connection}")
        for one in survey.unseen:
            screen.show(f"  ! {one.what}")
            screen.show(f"      {one.grant}.")


def _show_neighbour(each: Advice) -> None:
    screen.show(f"\nNeighbour: {each.neighbour.name}, seen in {each.connection}")
    for line in (*each.neighbour.evidence, *each.words):
        screen.show(f"  {line}")
    if each.links:
        screen.show(f"  Add to mapping.yaml, under systems > {each.connection} > people > links:")
        for name, target in each.links.items():
            screen.show(f"    {name}: {target}")


def _show_next(found: Surveyed) -> None:
    if not found.open and found.failed:
        screen.say("\nMend that, see `leadloop doctor`, and take the survey again.")
        return
    if not found.open:
        screen.say("\nNothing has to be decided. Next: `leadloop duplicates`, then `leadloop plan --pull`.")
        return
    screen.show("\nContested and undecided. Choose a word for each in mapping.yaml, then `leadloop config publish`:\n")
    for line in lines_to_decide(found.open):
        screen.show(line)


def as_data(found: Surveyed) -> dict[str, Any]:
    return {
        "connections": [
            {
                "name": name,
                "since": survey.since,
                "calls": found.calls.get(name, 0),
                "sampled": survey.sampled,
                "untracked": survey.untracked,
                "automations": [
                    {"kind": one.kind, "object": one.object, "name": one.name, "fields": one.fields}
                    for one in survey.automations
                ],
                "required": [
                    {"object": one.object, "field": one.field, "when": one.when} for one in survey.requirements
                ],
                "unseen": [{"what": one.what, "grant": one.grant} for one in survey.unseen],
            }
            for name, survey in found.surveys.items()
        ],
        "fields": [
            {
                "connection": each.field.connection,
                "object": each.field.object,
                "field": each.field.field,
                "property": each.field.lead_property,
                "verdict": each.verdict,
                "decided": each.decided,
                "because": each.reasons,
            }
            for each in found.verdicts
        ],
        "neighbours": [
            {
                "name": each.neighbour.name,
                "connection": each.connection,
                "evidence": each.neighbour.evidence,
                "links_to_add": each.links,
                "follows": each.words,
            }
            for each in found.advice
        ],
        "undecided": len(found.open),
        "not_surveyed": [{"name": name, "because": str(error)} for name, error in found.failed.items()],
    }
