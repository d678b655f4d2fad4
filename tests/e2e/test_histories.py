"""Random histories of a small town over the whole loop: a file, two systems over HTTP, people, time, and what breaks.

`SOAK_HISTORIES=2000` lives so many histories, each longer and drawn by itself: with Hypothesis' own ways of going on,
the next one is mostly the last one with a change. `SOAK_SEED` is the first one's number. By default as many are lived
as a test run can wait for.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from config.load import Installation
from domain.stage import Stage
from domain.values import Value
from handoff import decide
from handoff.draft import Draft
from handoff.shown import properties
from leadloop import checked
from tests.fresh import FreshSimulator
from tests.life import DAY_S
from tests.life_people import Managers, Prospects, Reps
from tests.life_trouble import Trouble, Vendors
from tests.town import PEOPLE, Site, Town
from tests.town_laws import Rest, standings
from tests.town_rules import EVERY, SAM, TIM, Ways

pytestmark = pytest.mark.e2e

SOAK, SEED = int(os.environ.get("SOAK_HISTORIES", "0")), int(os.environ.get("SOAK_SEED", "1"))
HISTORIES, STEPS = (max(1, SOAK // len(EVERY)), 60) if SOAK else (1, 30)
DRAWN = 2
"""What is drawn first of a seed is always the simplest history."""
WAYS = EVERY if SOAK else (EVERY[0], EVERY[-1])
"""Without a soak: by the starter's rules, and by everything at once."""


class Histories(Prospects, Reps, Managers, Vendors, Trouble):
    """What anybody does, in any order."""

    @initialize(every=st.integers(2, 5))
    def begin(self, every: int) -> None:
        self.every = every
        self.town.cycle()
        self.judge()


@pytest.fixture(scope="module")
def site(vendors: FreshSimulator, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site.prepare(vendors, tmp_path_factory.mktemp("town"))


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause before a call is sent again takes no time, nor does it to read the same files again."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    known: dict[tuple[object, ...], Installation] = {}

    def load(folder: Path, environment: str | None = None) -> Installation:
        files = sorted(each for each in folder.iterdir() if each.suffix in {".yaml", ".csv", ".key"})
        key = (folder, environment, *((each, each.read_bytes()) for each in files))
        if key not in known:
            known[key] = checked.load(folder, environment)
        return known[key]

    monkeypatch.setattr("leadloop.app.load", load)
    monkeypatch.setattr("leadloop.commands.config.load", load)


@pytest.mark.usefixtures("nobody_waits")
@pytest.mark.parametrize("ways", WAYS, ids=lambda ways: ways.name)
def test_whatever_happens_every_lead_stands_where_the_laws_want_it(
    vendors: FreshSimulator, tmp_path: Path, ways: Ways
) -> None:
    class Here(Histories):
        site = Site.prepare(vendors, tmp_path, ways)

    for number in range(SEED, SEED + HISTORIES):
        run_state_machine_as_test(
            seed(number)(Here) if SOAK else Here,
            settings=settings(
                max_examples=DRAWN if SOAK else 1,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate,),
                derandomize=not SOAK,
                database=None,
                print_blob=True,
            ),
        )


# --- The judges are seen to judge -----------------------------------------------------------------


@pytest.fixture
def town(site: Site) -> Iterator[Town]:
    made = Town(site=site)
    made.cycle()
    yield made
    made.close()


def test_a_list_and_a_desk_that_show_something_else_are_seen(town: Town) -> None:
    ana, world = PEOPLE[0], town.world
    town.in_hubspot("submit_form", ana, form="Demo request", values={"message": "Hi"})
    assert (town.quiet(2), list(Rest(town=town, everybody=standings(town)).broken())) == ([], [])
    (with_sales,) = (row for row in world.objects("lists", system="hubspot") if row["name"] == "LL · With sales")
    town.in_hubspot("edit", ana, as_="marketer", list_remove=with_sales["listId"])
    assert list(Rest(town=town, everybody=standings(town)).broken()) == [
        "ana@ana-works.example: is not on LL · With sales as assigned"
    ]
    town.in_salesforce("outcome", ana, outcome="No need")
    town.quiet(2)
    for task in world.objects("Task", system="salesforce"):
        world.act("edit", system="salesforce", id=task["Id"], as_="admin", Status="Not Started")
    assert list(Rest(town=town, everybody=standings(town)).broken()) == [
        "ana@ana-works.example: a task is open for handoff 1, which has ended"
    ]


@pytest.mark.parametrize(
    ("step", "words"),
    [("cross", "asked to be called and is engaged"), ("hear_answers", "was rejected")],
    ids=["a hand-raise that nobody hears", "a rejection that nobody hears"],
)
def test_a_planted_fault_is_seen(site: Site, step: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    history = _history(site)
    if step != "cross":
        history.asks_to_be_called(email=PEOPLE[0])
    monkeypatch.setattr(decide, "STEPS", tuple(each for each in decide.STEPS if each.__name__ != step))
    with pytest.raises(AssertionError, match=words):
        _go_on(history)
    history.town.close()


def _by_the_hour(draft: Draft) -> dict[str, Value]:
    return {**properties(draft), "route_why": f"at {draft.now}"}


def _in_a_minute(draft: Draft) -> datetime:
    return draft.now + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"handoff.decide.properties": _by_the_hour, "handoff.decide.wake_at": _in_a_minute}, "one more cycle writes"),
        ({"sync.plan.closings": lambda *_: iter(())}, "2 tasks are open for handoff 1"),
    ],
    ids=["what is written says what time it is", "the task of the rep before stays open"],
)
def test_a_loop_that_never_rests_and_a_task_too_many_are_seen(
    site: Site, broken: dict[str, Callable[..., Any]], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = _history(site)
    history.asks_to_be_called(email=PEOPLE[0])
    history.gives_it_to_somebody(email=PEOPLE[0], rep=TIM)
    for name, instead in broken.items():
        monkeypatch.setattr(name, instead)
    monkeypatch.setattr("tests.town.PATIENT_FOR", 1)
    history.gives_it_to_somebody(email=PEOPLE[0], rep=SAM)
    with pytest.raises(AssertionError, match=words):
        history.teardown()


def test_a_lead_that_its_rep_keeps_for_later_is_not_taken_for_forgotten(site: Site) -> None:
    history = _history(site)
    history.asks_to_be_called(email=PEOPLE[0])
    history.gives_a_verdict(email=PEOPLE[0], label="Accept")
    history.snoozes(email=PEOPLE[0], day="2027-02-01")
    history.time_passes(s=60 * DAY_S)
    assert history.seen[PEOPLE[0]].lead.stage is Stage.ACCEPTED
    history.time_passes(s=90 * DAY_S)
    assert history.seen[PEOPLE[0]].lead.stage is Stage.ACCEPTED, "asked on 1 February what came of it"
    history.time_passes(s=30 * DAY_S)
    assert history.seen[PEOPLE[0]].lead.stage is Stage.RECYCLED
    history.town.close()


def _history(site: Site) -> Histories:
    class Here(Histories):
        pass

    Here.site = site
    history = Here()
    history.begin(every=1)
    return history


def _go_on(history: Histories) -> None:
    history.asks_to_be_called(email=PEOPLE[0])
    history.gives_a_verdict(email=PEOPLE[0], label="Not our target")
    history.run()
    history.run()
