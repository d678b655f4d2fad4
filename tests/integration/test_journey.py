"""One lead's whole way on one page: each thing once, in order, and nothing of anybody else."""

import csv
import html
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from domain.values import LeadId
from leadloop import exits
from leadloop.finding import find_lead
from store import clock_steps, dossiers, handoffs, intents, ledger
from store.engine import Tx
from tests.cast import USERS, contact
from tests.desk import Desk
from tests.installation import Installation, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA, ANA_TOO = "ana.ruiz@globex.example", "a.ruiz@globex.example"
BEN, NEW = "ben.cole@initech.example", "new.face@initech.example"
HOSTILE = "[red]=cmd|'/C'!A1 <script>alert(1)</script>\x1b[31m \u202eevil 🚀 line\nbreak"
AS_TEXT = "[red]=cmd|'/C'!A1 <script>alert(1)</script>"
BENS = "only ben says marzipan"
NUMBERS = count(1)
PAGES = ("pricing", "pricing", "product/compare", "")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A journey as JSON."""

    document: dict[str, Any]

    @property
    def lead(self) -> LeadId:
        return LeadId(self.document["lead"])

    def part(self, key: str) -> list[Row]:
        (found,) = (part for part in self.document["parts"] if part["key"] == key)
        rows: list[Row] = found["rows"] if "rows" in found else found["lines"]
        return rows

    @property
    def moments(self) -> list[Row]:
        return [{"at": datetime.fromisoformat(row["at"]), **row["cells"]} for row in self.part("timeline")]

    def of(self, *kinds: str) -> list[Row]:
        return [row for row in self.moments if row["kind"] in kinds]

    def head(self) -> dict[str, Any]:
        return {row["key"]: row["cells"]["now"] for row in self.part("head")}


def journey(made: Installation, who: str, *more: str) -> Told:
    done = made.command("report", "journey", who, "--json", *more)
    assert done.code == exits.OK, done.err
    return Told(document=done.json())


def views(world: SimulatorProcess, email: str, pages: Sequence[str]) -> None:
    for page in pages:
        url = f"https://your-company.example/{page}?token=secret-in-a-query"
        world.act("page_view", system="hubspot", id=email, as_="prospect", url=url)


def ask(world: SimulatorProcess, email: str, message: str) -> None:
    values = {"message": message}
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values=values)


def live(made: Installation, world: SimulatorProcess) -> Installation:
    """Ana asks, is called, has no budget, asks again, is accepted, and turns out to be somebody we knew already."""
    world.seed(users=USERS, contacts=[contact(each) for each in (ANA, ANA_TOO, BEN, NEW)])
    made.run()
    views(world, ANA, PAGES)
    views(world, ANA_TOO, ("careers",))
    made.settle(1)
    ask(world, ANA, HOSTILE)
    ask(world, BEN, BENS)
    made.settle(2)
    witness = Witness(simulator=world)
    lead, owner = witness.lead(ANA)["Id"], witness.owner(ANA)
    world.act("call", system="salesforce", id=lead, owner_email=owner, duration_s=200, subject="First call")
    made.settle(1)
    world.act("edit", system="salesforce", id=lead, as_="rep", LL_Outcome__c="No budget")
    made.settle(2)
    ask(world, ANA, "we have money now")
    made.settle(2)
    world.act("edit", system="salesforce", id=lead, as_="rep", LL_Verdict__c="Accept")
    made.settle(1)
    contacts = world.objects("contacts", system="hubspot")
    ids = {row["properties"]["email"]: str(row["id"]) for row in contacts}
    world.act("merge", system="hubspot", id=ids[ANA], as_="admin", loser_id=ids[ANA_TOO])
    made.settle(3)
    return made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same life on either database."""
    folder, name, url = tmp_path_factory.mktemp("journey") / "office", f"journey_{next(NUMBERS)}", None
    server: PostgresServer | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = server.create_store(name)
    with SimulatorProcess(start=datetime.fromisoformat("2026-09-07T08:00:00+00:00")) as world:
        made = install(folder, world, database_url=url)
        yield live(made, world)
        made.close()
    if server is not None:
        server.drop_database(name)


@pytest.fixture(scope="module")
def ana(office: Installation) -> Told:
    return journey(office, ANA)


def lead_of(tx: Tx, who: str) -> LeadId:
    found = find_lead(tx, who)
    assert found is not None
    return found


def test_everything_that_the_store_has_of_a_lead_is_told_once(office: Installation, ana: Told) -> None:
    with office.app.store.read() as tx:
        lead = lead_of(tx, ANA)
        moves = handoffs.transitions_of(tx, [lead])[lead]
        passes, given = handoffs.all_of(tx, [lead])[lead], handoffs.assignments_of(tx, [lead])[lead]
        steps, done = clock_steps.of_leads(tx, [lead])[lead], ledger.activities_of(tx, [lead])[lead]
        written = {each.key: each.change for each in dossiers.writes(tx, lead)}
        kept = intents.of_leads(tx, [lead])[lead]
    assert told(ana, "stage") == Counter((each.at, f"{each.before} to {each.after}") for each in moves)
    assert told(ana, "handoff") == Counter((each.opened_at, f"Handoff {each.number}: new business") for each in passes)
    names = [(each.at, f"Handoff {each.handoff}: given to Fay Rep") for each in given]
    assert told(ana, "owner") == Counter(names)
    assert sorted(row["at"] for row in ana.of("clock")) == sorted(each.at for each in steps)
    assert sum(map(rows_of, ana.of("touch", "sales"))) == len(done) == len(PAGES) + 1 + 2 + 1
    assert len(ana.of("task", "notice")) == len(kept) == 3
    apart = {key for key, *_ in kept}
    members = [each for key, each in written.items() if each.member is not None and key not in apart]
    assert len(ana.of("list")) == len(members) == 5
    fields = [each for key, each in written.items() if each.member is None and key not in apart]
    assert len(ana.of("write")) == len(fields), "no two were of one record at one instant"


def told(of: Told, kind: str) -> Counter[tuple[datetime, str]]:
    return Counter((row["at"], row["what"]) for row in of.of(kind))


def rows_of(row: Row) -> int:
    """How many rows of the store stand behind one of the timeline."""
    several = re.match(r"([\d,]+) (page|e-mail|click)", row["what"])
    return 1 if several is None else int(several[1].replace(",", ""))


def test_the_way_reads_from_the_first_page_to_the_merge(ana: Told) -> None:
    kinds = ("touch", "sales", "stage", "handoff", "owner", "answer", "list", "identity")
    rows = ana.of(*kinds)
    assert [row["at"] for row in ana.moments] == sorted(row["at"] for row in ana.moments)
    assert [row["what"] for row in rows if row["kind"] != "list"] == [
        "5 pages on 7 Sep",
        "known to engaged",
        "Form: Demo request",
        "engaged to mql",
        "Handoff 1: new business",
        "mql to assigned",
        "Handoff 1: given to Fay Rep",
        "Call: First call",
        "assigned to accepted",
        "accepted to recycled",
        "Handoff 1: closed, no budget",
        "Form: Demo request",
        "recycled to mql",
        "Handoff 2: new business",
        "mql to assigned",
        "Handoff 2: given to Fay Rep",
        "assigned to accepted",
        "took in lead 2",
        "joined the lead: merged or converted by its system",
    ]
    lists = [row["what"].partition(" LL · ") for row in rows if row["kind"] == "list"]
    assert [(verb, name) for verb, _, name in lists] == [
        ("put on", "With sales"),
        ("put on", "Nurture · No budget"),
        ("taken off", "With sales"),
        ("taken off", "Nurture · No budget"),
        ("put on", "With sales"),
    ]


def test_each_row_says_what_it_meant(ana: Told) -> None:
    words = {row["what"]: row["words"] for row in ana.moments}
    assert words["5 pages on 7 Sep"].startswith("first touch, channel Web, direct; pricing twice, product/compare")
    assert words["Call: First call"].startswith("first touch of handoff 1, ")
    assert words["Call: First call"].endswith("of working time; meaningful; 3 min")
    assert words["accepted to recycled"] == "Fay Rep: No budget"
    assert words["took in lead 2"].startswith("merged or converted by its system; with hubspot:contacts:")
    assert words["put on LL · Nurture · No budget"] == "hubspot: written; rejected: No budget"
    assert words["Handoff 2: given to Fay Rep"] == "rule spoke with them last; spoke with them last: Fay Rep"
    scores = [(row["what"], row["words"]) for row in ana.of("score")]
    assert [what for what, _ in scores] == ["31 points, A warm", "55 points, A hot"]
    assert scores[1][1].startswith("before 31, A warm; Demo form +25")
    (closing,) = (row["words"] for row in ana.of("write") if row["what"].startswith("salesforce Task"))
    assert closing.startswith("Status = Completed, WhoId = blank; because closes the task of handoff 1")


def test_the_head_says_where_they_stand_and_the_passes_what_came_of_each(ana: Told) -> None:
    head = ana.head()
    names = ("person", "company", "stage", "owner", "channel")
    assert [head[name] for name in names] == ["Ana Ruiz", "Globex", "accepted", "Fay Rep", "Web, direct"]
    assert head["score"]["value"] == 55
    first, second = (row["cells"] for row in ana.part("passes"))
    assert (first["band"], first["owners"], first["minutes"]["unit"]) == ("55, A hot", "Fay Rep", "minutes")
    assert first["outcome"].startswith("no budget; closed Mon 7 Sep 2026")
    assert (second["outcome"], second["minutes"]["why"]) == ("accept; open", "nobody was in touch yet")
    systems = {row["key"]: row["cells"] for row in ana.part("writes")}
    assert set(systems) == {"hubspot", "salesforce"}
    assert all((each["waiting"]["value"], each["stopped"]["value"]) == (0, 0) for each in systems.values())


def test_it_is_about_nobody_else_and_tells_no_query_and_no_secret(office: Installation, ana: Told) -> None:
    text = str(ana.document)
    assert [word for word in (BEN, NEW, BENS, "marzipan", "Initech", "secret-in-a-query") if word in text] == []
    key = (office.folder / "leadloop.key").read_text(encoding="utf-8").strip()
    assert [word for word in (key, "leadloop-secret", "pat-na1-simulator") if word in text] == []


def test_hostile_words_are_words_wherever_they_are_shown(office: Installation, ana: Told) -> None:
    (first, _) = ana.part("words")
    assert AS_TEXT in first
    screen = office.command("report", "journey", ANA).out
    assert AS_TEXT in screen
    assert [char for char in "\x1b\u202e" if char in screen or char in str(ana.document)] == []
    lines = list(csv.DictReader(office.command("report", "journey", ANA, "--csv").out.splitlines()))
    assert len(lines) == len(ana.moments)
    assert {row["lead"] for row in lines} == {str(ana.lead)}
    assert [datetime.fromisoformat(row["at"]) for row in lines] == [row["at"] for row in ana.moments]
    assert [name for row in lines for name, value in row.items() if value.startswith(("=", "+", "@", "-"))] == []


def test_the_page_for_a_browser_has_all_of_it_as_words_and_is_nobody_elses_to_read(
    office: Installation, ana: Told, tmp_path: Path
) -> None:
    path = tmp_path / "ana.html"
    done = office.command("report", "journey", ANA, "--html", str(path))
    assert (done.code, stat.S_IMODE(path.stat().st_mode)) == (exits.OK, 0o600)
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<span>This file holds names of people" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    words = html.unescape(page)
    missing = [row["words"] for row in ana.moments if row["words"] and row["words"] not in words]
    assert missing == []


def test_whoever_is_asked_for_by_any_id_is_the_same(
    office: Installation, ana: Told, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    witness = Witness(simulator=office.simulator)
    lead = witness.lead(ANA)
    desk = Desk(of=office, patch=monkeypatch, screen=capsys)
    same = ["parts", "title", "lead"]
    for who in (lead["Id"], lead["Id"][:15], lead["LL_Lead_Key__c"], str(ana.lead), ANA_TOO):
        found = desk.does("ray", "report", "journey", who, "--json").json()
        assert [found[name] for name in same] == [ana.document[name] for name in same], who
    remark = f"Lead 2 is part of lead {ana.lead}: this is that one's journey."
    for who in ("2", f"{lead['LL_Lead_Key__c'].rpartition('-')[0]}-2"):
        assert remark in desk.does("ray", "report", "journey", who, "--json").json()["remarks"]
    assert remark not in ana.document["remarks"]


def test_somebody_new_has_a_page_with_nothing_on_it(office: Installation) -> None:
    new = journey(office, NEW)
    assert {row["kind"] for row in new.moments} == {"write"}, "our key and the stage, written when they were found"
    assert (new.part("passes"), new.part("lists")) == ([], [])
    head = new.head()
    assert (head["stage"], head["owner"], head["due"]) == ("known", "nobody", "—")
    shown = office.command("report", "journey", NEW).out
    assert "Was never handed over." in shown


def test_nobody_at_all_is_bad_data(office: Installation) -> None:
    for who in ("who@nowhere.example", "4711", "0"):
        done = office.command("report", "journey", who)
        assert (done.code, done.out) == (exits.BAD_DATA, "")
        assert done.err.startswith("No lead is known by ")
    assert "nowhere" not in office.command("report", "journey", "who@nowhere.example").err


def test_of_who_was_erased_only_dates_stages_and_reps_are_told(office: Installation) -> None:
    before = journey(office, BEN)
    erased = office.command("erase", BEN, "--reason", "DSR-17", "--yes")
    assert erased.code == exits.OK, erased.err
    assert office.command("report", "journey", BEN).code == exits.BAD_DATA
    after = journey(office, str(before.lead))
    text = str(after.document)
    assert [word for word in (BEN, BENS, "Ben", "Cole", "Initech", "VP", "202555") if word in text] == []
    assert told(after, "stage") == told(before, "stage")
    assert [row["what"] for row in after.of("owner")] == [row["what"] for row in before.of("owner")]
    assert after.of("touch", "sales", "task", "notice", "score") == []
    assert after.head()["person"] == "This person was erased."
    assert "(erased)" in {row["words"] for row in after.of("stage")}
    assert [row["what"] for row in after.of("answer")] == ["Handoff 1: closed, erased"]
