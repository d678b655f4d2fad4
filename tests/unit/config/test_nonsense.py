"""Rules that can be read and cannot be meant: each is named with its place before anybody is scored by it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.rules import RULE_FILES
from config.settings import Settings
from tests.unit.config.conftest import Edit

Mistakes = Callable[..., list[str]]

TIMES = ("days", "minutes", "_min", "hours", "seconds")
FALLBACK = "fallback: {pool: SDR}\n"
CLOCK = "clocks: {hand_raise: {due_min: 15, remind_min: %s, manager_min: %s, release_min: %s}}\n"
CONSENT = "    sync: No wins\n    no_is: true\n"
CALLS = "    type: boolean\n    fields: {crm: DoNotCall, hub: dnc}\n"
NO_CONSENT = (
    "mapping.yaml:{}: `{}` is consent, not a field mapping: a no on either side is a no on both"
    " (write `type: boolean`, `sync: No wins`, and in `no_is` which value is the no)"
)
NEEDS_EMAIL = (
    "mapping.yaml:17:5: `opted_in_at` needs `no_to: email`: a no to e-mail may be taken back by a later opt-in, "
    "a no to calls never is"
)
NO_MOMENT = (
    "mapping.yaml:23:18: `email` tells no moment that a person left"
    " (a shared property of `type: datetime`, read from a form's field)"
)
NO_TO_CALLS = (
    "mapping.yaml:28:5: `no_phone` is a no to calls by its name, and that is never taken back (take `opted_in_at` away)"
)
MEMBER = "      - email: ana@acme.example\n"

NONSENSE = [
    ("a rest of centuries", "lifecycle", "return_days: 90", "return_days: 99999",
     "lifecycle.yaml:10:56: `return_days` has to be at most 3650, not 99999"),
    ("a stay of no days", "lifecycle", "required: [email]", "longest_stay_days: {mql: 0}",
     "lifecycle.yaml:18:26: `mql` has to be at least 1, not 0"),
    ("a timeframe of centuries", "scoring", "        points: 25\n",
     "        points: 25\n        timeframe_days: 99999\n",
     "scoring.yaml:7:25: `timeframe_days` has to be at most 3650, not 99999"),
    ("a half-life of centuries", "scoring", "        points: 25\n",
     "        points: 25\n        decay: {half_life_days: 99999}\n",
     "scoring.yaml:7:33: `half_life_days` has to be at most 3650, not 99999"),
    ("once per century", "scoring", "        points: 25\n",
     "        points: 25\n        repeat: {policy: once_per, days: 36500}\n",
     "scoring.yaml:7:42: `days` has to be at most 3650, not 36500"),
    ("numbers that are never shown", "scoring", "fit:\n", "showing: {days: 99999}\nfit:\n",
     "scoring.yaml:7:17: `days` has to be at most 365, not 99999"),
    ("re-armed above the line", "scoring", "fit:\n", "line: {engagement: 30, rearm_below: 40}\nfit:\n",
     "scoring.yaml:7:37: `rearm_below` (40) has to be at most `engagement` (30): a lead would cross again at once"),
    ("re-armed above the line by default", "scoring", "fit:\n", "line: {engagement: 30}\nfit:\n",
     "scoring.yaml:7:1: `rearm_below` (40) has to be at most `engagement` (30): a lead would cross again at once"),
    ("a line at the unknown grade", "scoring", "fit:\n", "line: {fit: '?'}\nfit:\n",
     "scoring.yaml:7:13: `?` says that too little is known: a line is drawn at a grade (write A, B, C, D or E)"),
    ("grades that do not fall", "scoring", "fit:\n", "grades: {A: 80, B: 80}\nfit:\n",
     "scoring.yaml:7:20: `B` (80) has to be less than `A` (80): no fit would be a B"),
    ("a grade beyond a hundred percent", "scoring", "fit:\n", "grades: {A: 180}\nfit:\n",
     "scoring.yaml:7:13: `A` has to be at most 100, not 180"),
    ("hot before warm", "scoring", "fit:\n", "steps: {warm: 50, hot: 50}\nfit:\n",
     "scoring.yaml:7:24: `hot` (50) has to be more than `warm` (50)"),
    ("a fallback that may name nobody", "routing", FALLBACK, "fallback: {account_owner: true}\n",
     ("routing.yaml:16:11: the fallback takes everybody: name a pool, a user or a queue,"
      " never an owner who may be missing")),
    ("a fallback to a blank", "routing", FALLBACK, "fallback: {queue: ' '}\n",
     "routing.yaml:16:19: `queue` is blank (name it as reps see it)"),
    ("a user without an address", "routing", "to: {pool: SDR}", "to: {user: Ana}",
     "routing.yaml:15:16: `Ana` is no e-mail address (reps are known by theirs, such as ana.ruiz@acme.example)"),
    ("a manager without an address", "routing", "    time_zone: Europe/Berlin\n",
     "    time_zone: Europe/Berlin\n    manager: the boss\n",
     "routing.yaml:4:14: `the boss` is no e-mail address (reps are known by theirs, such as ana.ruiz@acme.example)"),
    ("users known as nobody", "mapping", "key: Key__c, email: Email}\n",
     "key: Key__c, email: Email}\n    users: {object: User, email: Email, known_as: {ana@old.example: Ana}}\n",
     "mapping.yaml:4:69: `Ana` is no e-mail address"),
    ("users known as one who is known as another", "mapping", "key: Key__c, email: Email}\n",
     ("key: Key__c, email: Email}\n    users: {object: User, email: Email, known_as: {a@x.example: b@x.example,"
      " b@x.example: c@x.example}}\n"),
     ("mapping.yaml:4:65: `b@x.example` is itself known as somebody else here"
      " (name the e-mail by which the other systems know them)")),
    ("a member without an address", "routing", MEMBER, MEMBER + "      - email: ben\n",
     "routing.yaml:11:16: `ben` is no e-mail address (reps are known by theirs, such as ana.ruiz@acme.example)"),
    ("a member twice", "routing", MEMBER, MEMBER + "      - email: Ana@Acme.example\n",
     "routing.yaml:11:16: this rep stands twice in one pool (first in line 10; `weight: 2` gives two turns)"),
    ("an absence that ends before it begins", "routing", "last: 2027-01-02", "last: 2026-01-02",
     "routing.yaml:5:60: an absence ends (2026-01-02) before it begins (2026-12-24)"),
    ("a reminder in the past", "routing", FALLBACK, FALLBACK + CLOCK % (-5, 45, "null"),
     "routing.yaml:17:48: `remind_min` has to be at least 0, not -5"),
    ("a manager who hears before the rep", "routing", FALLBACK, FALLBACK + CLOCK % (60, 45, "null"),
     "routing.yaml:17:65: `manager_min` (45) comes before `remind_min` (60): the steps are taken in their order"),
    ("a manager who hears before it is due", "routing", FALLBACK, FALLBACK + CLOCK % ("null", 5, "null"),
     "routing.yaml:17:67: `manager_min` (5) comes before `due_min` (15): the steps are taken in their order"),
    ("a release before the manager hears", "routing", FALLBACK, FALLBACK + CLOCK % (15, 45, 30),
     "routing.yaml:17:82: `release_min` (30) comes before `manager_min` (45): the steps are taken in their order"),
    ("a release before the reminder", "routing", FALLBACK, FALLBACK + CLOCK % (60, "null", 30),
     "routing.yaml:17:84: `release_min` (30) comes before `remind_min` (60): the steps are taken in their order"),
    ("a next rep before the manager hears", "routing", FALLBACK, FALLBACK + CLOCK % (15, 45, "null, reassign_min: 30"),
     "routing.yaml:17:102: `reassign_min` (30) comes before `manager_min` (45): the steps are taken in their order"),
    ("a release before the next rep", "routing", FALLBACK, FALLBACK + CLOCK % (15, 45, "60, reassign_min: 90"),
     "routing.yaml:17:82: `release_min` (60) comes before `reassign_min` (90): the steps are taken in their order"),
    ("a rest without an end in sight", "routing", FALLBACK,
     FALLBACK + "clocks: {rest: {after_breaches: 3, within_days: 1, for_days: 30}}\n",
     ("routing.yaml:17:62: `for_days` (30) is more than ten times `within_days` (1)"
      " (take somebody out of the pool instead)")),
    ("a clock that is enforced a little", "routing", FALLBACK, FALLBACK + "clocks: {enforce: sometimes}\n",
     "routing.yaml:17:19: `sometimes` is no known value for `enforce` (known here: always, auto, report_only)"),
    ("a coverage of more than all", "routing", FALLBACK, FALLBACK + "clocks: {coverage: {percent: 101}}\n",
     "routing.yaml:17:30: `percent` has to be at most 100, not 101"),
    ("a play that says nothing", "routing", FALLBACK, FALLBACK + "playbook: [{name: Empty, asset: ' '}]\n",
     "routing.yaml:17:12: a play says nothing: give it an `asset`, a `question` or both"),
    ("a play about nobody knows what", "routing", FALLBACK,
     FALLBACK + "playbook: [{name: A, asset: b, when: {all: [{property: emial, operator: known}]}}]\n",
     "routing.yaml:17:56: property `emial` is not defined in mapping.yaml (did you mean `email`?)"),
    ("two plays of one name", "routing", FALLBACK,
     FALLBACK + "playbook: [{name: A, asset: b}, {name: A, asset: c}]\n",
     "routing.yaml:17:40: play `A` stands twice (first in line 17)"),
    ("an outcome asked for in the past", "routing", FALLBACK, FALLBACK + "clocks: {outcome: {remind_days: -1}}\n",
     "routing.yaml:17:33: `remind_days` has to be at least 0, not -1"),
    ("given up before it was asked for", "routing", FALLBACK, FALLBACK + "clocks: {outcome: {recycle_days: 7}}\n",
     "routing.yaml:17:34: `recycle_days` (7) comes before `manager_days` (21): the steps are taken in their order"),
    ("created as nobody", "mapping", "    people: {objects: [Contact, Lead], key: Key__c, email: Email}\n",
     "    people: {objects: [Contact, Lead], key: Key__c, email: Email}\n    create_object: Leed\n",
     "mapping.yaml:4:20: `Leed` is not among the people of `crm` (did you mean `Lead`?)"),
    ("consent that a rule decides", "mapping", CONSENT, "    sync: Two-way\n", NO_CONSENT.format("20:11", "opted_out")),
    ("consent without a rule", "mapping", CONSENT, "", NO_CONSENT.format("17:5", "opted_out")),
    ("consent in words", "mapping", "    type: boolean\n    fields: {hub: optout}\n" + CONSENT,
     "    fields: {hub: optout}\n    sync: Two-way\n", NO_CONSENT.format("19:11", "opted_out")),
    ("calls forbidden in both systems", "mapping", CONSENT, f"{CONSENT}  - name: do_not_call\n{CALLS}",
     NO_CONSENT.format("22:5", "do_not_call")),
    ("an opt-in to calls", "mapping", CONSENT, CONSENT + "    no_to: calls\n    opted_in_at: email\n",
     NEEDS_EMAIL),
    ("an opt-in to nobody knows what", "mapping", CONSENT, CONSENT + "    opted_in_at: email\n",
     NEEDS_EMAIL),
    ("an opt-in to what a rule decides", "mapping", CONSENT, CONSENT + "  - name: city\n    opted_in_at: email\n"
     "    fields: {hub: city}\n", "mapping.yaml:22:5: `opted_in_at` goes with `sync: No wins` only"),
    ("an opt-in told by nothing", "mapping", CONSENT, CONSENT + "    no_to: email\n    opted_in_at: emial\n",
     "mapping.yaml:23:18: there is no property `emial` (did you mean `email`?)"),
    ("an opt-in told by words", "mapping", CONSENT, CONSENT + "    no_to: email\n    opted_in_at: email\n",
     NO_MOMENT),
    ("a no to calls that is called another", "mapping", CONSENT, CONSENT + f"  - name: no_phone\n{CALLS}{CONSENT}"
     "    no_to: email\n    opted_in_at: email\n", NO_TO_CALLS),
    ("calls forbidden under another name", "mapping", CONSENT, f"{CONSENT}  - name: phone_off\n{CALLS}",
     NO_CONSENT.format("22:5", "phone_off")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [(row[1], row[2:4], row[4]) for row in NONSENSE],
    ids=[row[0] for row in NONSENSE],
)
def test_nonsense_in_a_rule_file_is_named_once_with_its_place(
    edit: Edit, mistakes: Mistakes, name: str, change: tuple[str, str], expected: str
) -> None:
    edit(f"{name}.yaml", *change)
    assert mistakes() == [expected]


def test_consent_is_the_property_that_lifecycle_names(edit: Edit, mistakes: Mistakes) -> None:
    edit("mapping.yaml", "name: opted_out", "name: no_mail")
    edit("lifecycle.yaml", "required: [email]", "required: [email]\nopted_out_property: no_mail")
    assert mistakes() == []
    edit("mapping.yaml", CONSENT, "")
    assert [mistake.partition(" is ")[0] for mistake in mistakes()] == ["mapping.yaml:17:5: `no_mail`"]


def test_a_no_to_calls_that_one_system_alone_keeps_needs_no_rule(edit: Edit, mistakes: Mistakes) -> None:
    edit("mapping.yaml", CONSENT, f"{CONSENT}  - name: do_not_call\n{CALLS.replace(', hub: dnc', '')}")
    assert mistakes() == []


@pytest.mark.parametrize("steps", [("15", "15", "15"), ("null", "null", "null"), ("30", "null", "40")])
def test_steps_may_fall_together_be_left_out_and_remind_after_the_due_time(
    edit: Edit, mistakes: Mistakes, steps: tuple[str, str, str]
) -> None:
    edit("routing.yaml", FALLBACK, FALLBACK + CLOCK % steps)
    assert mistakes() == []


def test_every_span_of_time_has_a_lowest_and_a_highest_value() -> None:
    models = {"leadloop": Settings, **RULE_FILES}
    spans = {f"{name}.{field}": bounds for name, model in models.items() for field, bounds in _spans(model)}
    left_to_others = {"leadloop.BlastRadius.approval_hours"}
    assert len(spans) > 20
    assert [name for name, bounded in spans.items() if not bounded and name not in left_to_others] == []


def _spans(model: Any) -> Iterator[tuple[str, bool]]:
    """Every field that counts time, and whether it is bounded on both sides, read off the JSON Schema."""
    schema = model.model_json_schema()
    for title, part in {**schema.get("$defs", {}), schema["title"]: schema}.items():
        for field, said in part.get("properties", {}).items():
            if field.endswith(TIMES):
                number = said.get("additionalProperties") or next(iter(said.get("anyOf", [said])))
                if number.get("type") in {"integer", "number"}:
                    yield f"{title}.{field}", {"minimum", "maximum"} <= number.keys()
