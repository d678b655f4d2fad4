"""Every figure of every report is what the raw ledger says, counted once more by naive loops (tests/reference)."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from ruamel.yaml import YAML

from reports.pages import lives, passes
from reports.pages.passes import Scope
from store.engine import Store
from tests import reference
from tests.postgres import PostgresServer
from tests.reference.crowd import Crowd
from tests.reference.figures import Person
from tests.reference.handed import BAD_WORDS, NOTHING_CAME
from tests.reference.installed import office_of
from tests.reference.two_teams import OFFICE, looks, routing
from tests.report_desk import differences, expected_of, pages_of, people_in, refill, scope_of
from tests.starter import starter_file

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
OURS = {"tests", *(path.parent.name for path in ROOT.glob("*/__init__.py"))}
WRITERS = {"crowd.py", "dealing.py"}
STARTER = "__main__.py"
"""It only hands over to whoever holds both against each other."""


def scopes(crowd: Crowd, people: Sequence[Person], seed: int) -> Iterator[Scope]:
    """Everything; from one moment at which somebody began something up to another; and one filter or another."""
    chance = Random(seed)
    moments = [each for person in people for each in (person.lead.created_at, *(one.opened for one in person.passes))]
    since, until = sorted(EPOCH + timedelta(microseconds=each) for each in chance.sample(moments, 2))
    loaded = chance.choice((None, since, crowd.began + timedelta(days=chance.randrange(6))))
    yield scope_of(crowd, loaded=loaded)
    yield scope_of(crowd, since=since, until=max(until, since + timedelta(hours=1)), loaded=loaded)
    yield scope_of(
        crowd,
        since=crowd.began - timedelta(days=chance.choice((1, 90))),
        team=chance.choice((None, "Inbound", "outbound")),
        channel=chance.choice((None, "Ads", "ads", "unknown")),
        loaded=loaded,
    )


def differences_of(store: Store, seed: int, people: int = 8) -> list[str]:
    crowd = refill(store, seed, people)
    counted = people_in(store, crowd)
    found: list[str] = []
    for scope in scopes(crowd, counted, seed):
        pages, expected = pages_of(store, scope), expected_of(counted, scope)
        found += [each for name, page in pages.items() for each in differences(page, expected[name])]
    return found


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that even a small crowd is read in several."""
    monkeypatch.setattr(passes, "PORTION", 3)
    monkeypatch.setattr(lives, "PORTION", 3)


@pytest.mark.parametrize("seed", range(24))
def test_every_figure_is_what_the_raw_ledger_says(store: Store, seed: int) -> None:
    assert differences_of(store, seed) == []


def test_every_figure_is_what_the_raw_ledger_says_where_rules_would_have_kept_somebody_back(store: Store) -> None:
    assert differences_of(store, 1000, people=150) == []
    rejects = pages_of(store, scope_of(refill(store, 1000, people=150)))["rejects"]
    assert [row.label for table in rejects.tables() if table.key == "rule" for row in table.rows] == [
        "Industry is Student"
    ]


def test_the_crowd_knows_every_case(store: Store) -> None:
    handed = [each for seed in range(40) for person in people_in(store, refill(store, seed)) for each in person.passes]
    assert {each.fate for each in handed} == {"touched", "never", "answered", "waiting"}
    assert {each.in_time for each in handed} == {True, False, None}
    assert {each.crew for each in handed} == {"Inbound", "outbound", None}
    assert {each.channel for each in handed} == {"Ads", "ads", "Webinar", "Website", "unknown"}
    assert {each.reason for each in handed} >= {None, *NOTHING_CAME, *BAD_WORDS}
    assert {(each.data_wrong, each.passed_on) for each in handed} == {(False, False), (True, False), (False, True)}
    assert {each.has_clock for each in handed} == {True, False}
    assert any(each.won is not None for each in handed)
    assert any(each.minutes == 0 for each in handed)


def test_every_figure_is_what_the_raw_ledger_says_on_postgresql(postgres: PostgresServer) -> None:
    store = Store.open(postgres.create_store("figures"))
    assert [each for seed in range(200, 206) for each in differences_of(store, seed)] == []
    store.dispose()
    postgres.drop_database("figures")


def test_the_reference_reads_an_office_out_of_its_files(store: Store, tmp_path: Path) -> None:
    """Holidays, several blocks a day, absences, assets and personas are in none of the folders that are recounted."""
    telling = [{"name": name, "label": label} for name, label in OFFICE.telling.items()]
    files = {
        "leadloop": {"time_zone": OFFICE.zone},
        "routing": routing(),
        "reports": looks(),
        "lifecycle": starter_file("lifecycle"),
        "mapping": {"systems": {}, "properties": [*telling, {"name": "score", "role": "owned"}]},
        "scoring": OFFICE.scoring,
    }
    for name, said in files.items():
        with (tmp_path / f"{name}.yaml").open("w", encoding="utf-8") as file:
            writer = YAML(typ="safe", pure=True)
            writer.default_flow_style = False
            writer.dump(said, file)
    with store.read() as tx:
        found = office_of(tmp_path, tx)
    assert found == replace(OFFICE, names={}, spelled=found.spelled)
    assert all(found.words_for(each) == OFFICE.words_for(each) for each in (*NOTHING_CAME, *BAD_WORDS, "lost"))


def test_the_reference_takes_nothing_from_what_it_checks() -> None:
    """Crowds are written through the store; who counts them reads rows, and knows nobody else."""
    folder = Path(reference.__file__).parent
    assert WRITERS | {STARTER} < {path.name for path in folder.glob("*.py")}
    for path in folder.glob("*.py"):
        if path.name not in WRITERS | {STARTER}:
            ours = [name for name in _imported(path) if name.partition(".")[0] in OURS]
            readers = [name for name in ours if name.startswith("tests.reference.")]
            assert set(ours) == set(readers), path.name
            assert not {f"{name.rpartition('.')[2]}.py" for name in readers} & WRITERS, path.name


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (
                f"{node.module}.{each.name}" if node.module == "tests.reference" else str(node.module)
                for each in node.names
            )
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
