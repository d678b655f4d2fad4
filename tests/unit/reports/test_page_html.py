"""The file for a browser as text: what it says and what it links."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from domain.values import LeadId
from reports.pages.html import Person, html_of
from reports.pages.page import Column, Figure, Leads, Page, Row, Table, Unit, Words
from tests.report_pages import NOW, QUARTER, count, empty, follow_up, funnel, single, table, wide
from tests.report_pages_told import PAGES
from tests.unit.reports.page_tree import Tree, cell, read, with_cell


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_every_page_is_whole_and_needs_nothing_from_elsewhere(make: Callable[[], Page]) -> None:
    root = read(make(), hostile_names=True)
    assert root.one("html").attributes == {"lang": "en"}
    policy = root.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {each.name for each in root.all()}
    assert not [name for each in root.all() for name in each.attributes if name.startswith("on") or name == "src"]
    style = root.one("style").text
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_headings_go_down_one_step_at_a_time_from_a_single_first(make: Callable[[], Page]) -> None:
    found = [int(each.name[1]) for each in read(make()).all() if re.fullmatch("h[1-6]", each.name)]
    assert found[0] == 1
    assert found.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(found))


def test_the_head_of_a_page_says_what_it_is_about() -> None:
    page = follow_up()
    root = read(page)
    assert next(root.all("title")).text == "Follow-up: Mon 24 Aug to Sun 22 Nov 2026, Europe/Berlin"
    assert root.one("h1").text == "Follow-up"
    assert root.one("p", class_="asks").text == page.asks
    facts = {each.one("dt").text: each.one("dd").text for each in root.one("dl", class_="facts").children}
    assert facts == {
        "Window": "Mon 24 Aug to Sun 22 Nov 2026, Europe/Berlin",
        "As of": "Mon 23 Nov 2026, 06:42",
        "What is counted": "handoffs",
        "Only": "team Inbound",
        "Rules": "9f2c41d0",
    }
    assert root.one("a", class_="skip").attributes["href"] == "#" + root.one("main").attributes["id"]


def test_a_table_names_its_rows_and_columns_and_says_its_window() -> None:
    found = next(read(follow_up()).all("table"))
    assert found.one("caption").text == "By what was promised. Handoffs, Mon 24 Aug to Sun 22 Nov 2026, Europe/Berlin"
    assert [each.text for each in found.all("th", scope="col")][:3] == ["Who", "Handed over", "Touched"]
    assert [each.text for each in found.all("th", scope="row")] == ["Asked to be called", "Everybody else", "All"]


def test_a_share_says_of_how_many_how_sure_and_whether_they_are_few() -> None:
    assert cell(follow_up(), "team.enterprise.in_time").text == "43 % 3 of 7 few 95 %: 16–75 %"
    assert cell(follow_up(), "team.nordics.in_time").text == "72 % 345 of 478 95 %: 68–76 %"
    assert cell(follow_up(), "team.nordics.median").text == "1 h 17 min of 449"


def test_what_is_not_known_is_a_dash_with_its_reason_and_never_a_zero() -> None:
    found = cell(follow_up(), "team.trial.in_time")
    assert found.text == "— no clock has come to its end yet"
    assert list(found.all("a")) == []
    assert "0" not in found.text


def test_every_figure_with_leads_behind_it_is_a_link_to_them() -> None:
    page = follow_up()
    root = read(page)
    lists = {each.attributes["id"] for each in root.all("section", class_="behind")}
    expected = {
        f"behind-{name}"
        for part in page.tables()
        for name, _, _, figure in part.figures()
        if figure.leads is not None and figure.leads.n
    }
    links = {each.attributes["href"].removeprefix("#") for each in root.all("a", class_="figure")}
    assert lists == expected
    assert links == expected


def test_nobody_behind_a_figure_is_no_link() -> None:
    assert list(cell(single(), "team.benelux.never").all("a")) == []
    assert cell(single(), "team.benelux.never").text == "0"


def test_a_list_names_its_people_with_their_records_in_each_system() -> None:
    found = read(follow_up()).one("section", id="behind-team.enterprise.in_time")
    assert found.one("h3").text == "Enterprise: In time"
    assert found.one("p", class_="what").text == "43 % (3 of 7), Mon 24 Aug to Sun 22 Nov 2026, Europe/Berlin"
    assert [each.text for each in found.all("li")] == [
        "Bram de Vries Open in Salesforce / HubSpot",
        "Chloé Lefèvre Open in Salesforce",
        "Daniel Novák Open in Salesforce / HubSpot",
    ]
    link = next(found.one("ol").all("a"))
    assert link.attributes["href"] == "https://acme.example/lightning/r/Lead/00Q000000000001/view"
    assert link.attributes["aria-label"] == "Open Bram de Vries in Salesforce"
    assert found.one("p", class_="back").one("a").attributes["href"] == "#at-team.enterprise.in_time"


def test_a_lead_that_nobody_knows_by_name_keeps_its_number() -> None:
    page = with_cell(Figure(value=3, leads=Leads(n=3, first=(LeadId(11), LeadId(4711), LeadId(5)))))
    root = Tree(html_of(page, {LeadId(5): Person(name=" \x00 ")})).root
    found = root.one("section", id="behind-team.benelux.handoffs")
    assert [each.text for each in found.all("li")] == ["lead 11", "lead 4711", "lead 5"]


def test_a_list_that_is_not_whole_says_how_to_get_all_of_it() -> None:
    rest = read(follow_up()).one("section", id="behind-team.benelux.touched").one("p", class_="rest").text
    asked = "leadloop report followup --since 2026-08-24 --until 2026-11-22 --behind team.benelux.touched"
    assert rest == f"The first 50 of 365; all of them: {asked}"


def test_a_list_tells_its_command_as_the_page_was_asked_for() -> None:
    root = Tree(html_of(replace(follow_up(), options=("--team", "DACH, mid-market", "--people")), {})).root
    rest = root.one("section", id="behind-team.benelux.touched").one("p", class_="rest").text
    narrowed = "leadloop report followup --team 'DACH, mid-market' --people"
    asked = f"{narrowed} --since 2026-08-24 --until 2026-11-22 --behind team.benelux.touched"
    assert rest == f"The first 50 of 365; all of them: {asked}"


@pytest.mark.parametrize(
    ("since", "until", "asked"),
    [
        (QUARTER.since, QUARTER.until, "--since 2026-08-24 --until 2026-11-22"),
        (QUARTER.since, NOW, "--since 2026-08-24 --until 2026-11-23"),
        (QUARTER.since, NOW - timedelta(hours=9), "--since 2026-08-24 --until 2026-11-22T20:42:00Z"),
        (NOW - timedelta(days=1, hours=3), QUARTER.until, "--since 2026-11-22T02:42:00Z --until 2026-11-22"),
    ],
    ids=["whole days", "up to now", "an end within a day", "a beginning within a day"],
)
def test_the_command_asks_for_the_window_that_the_page_has(since: datetime, until: datetime, asked: str) -> None:
    page = replace(follow_up(), window=replace(QUARTER, since=since, until=until, up_to_now=until == NOW))
    assert page.command == f"leadloop report followup {asked}"


def test_what_is_counted_as_it_stands_now_says_so_instead_of_the_window() -> None:
    (found,) = single().tables()
    first, second, *rest = found.columns
    row = replace(found.rows[0], cells=(count(3), count(4), *found.rows[0].cells[2:]))
    table = replace(
        found, when="as they stand now", columns=(first, replace(second, counts="deals"), *rest), rows=(row,)
    )
    root = read(replace(single(), parts=(table,)))
    assert root.one("caption").text.endswith("Handoffs, as they stand now")
    told = [
        root.one("section", id=f"behind-team.benelux.{each.key}").one("p", class_="what").text
        for each in (first, second)
    ]
    assert told == ["3 handoffs, as they stand now", f"4 deals, {QUARTER.words()}"]


def test_records_of_nobody_are_counted_and_lead_to_no_empty_list() -> None:
    root = read(with_cell(Figure(value=3, leads=Leads(n=3))))
    assert [each.attributes["id"] for each in root.all("section", class_="behind") if "handoffs" in each.text] == []
    assert list(root.one("td", id="at-team.benelux.handoffs").all("a")) == []


PASS_ON = "This file holds names of people: pass it on only to those who may see them."


def test_a_page_that_names_people_says_so_on_paper_too() -> None:
    listed, named, neither = (
        read(page).one("footer") for page in (follow_up(), replace(empty(), names_people=True), empty())
    )
    assert [each.text.endswith(PASS_ON) for each in (listed, named, neither)] == [True, True, False]
    assert [bool(list(each.all("span", class_="onscreen"))) for each in (listed, named)] == [True, False]


def test_a_lead_that_counts_twice_is_listed_once_and_that_is_said() -> None:
    page = with_cell(Figure(value=3, leads=Leads(n=3, first=(LeadId(1), LeadId(2)))))
    found = read(page).one("section", id="behind-team.benelux.handoffs")
    assert found.one("p", class_="what").text.startswith("3 handoffs, ")
    assert found.one("p", class_="rest").text.startswith("2 leads for 3 handoffs; all of them: ")


def test_a_whole_list_says_nothing_of_a_rest() -> None:
    found = read(follow_up()).one("section", id="behind-team.enterprise.in_time")
    assert list(found.all("p", class_="rest")) == []


def test_what_is_missing_says_where_it_can_be_mended() -> None:
    found = read(funnel()).one("section", class_="missing")
    assert found.one("h2").text == "What this page cannot say yet"
    assert found.one("li").text == (
        "No channels are described, so that everybody comes from unknown. "
        "Add channels to reports.yaml; docs/reports.md has rules to begin with."
    )
    assert [each.text for each in found.all("code")] == ["unknown", "channels"]


def test_an_empty_window_has_words_and_no_figures() -> None:
    root = read(empty())
    assert [each.text for each in root.all("p", class_="empty")] == ["Nothing in this window."] * 3
    assert not {"table", "svg", "td"} & {each.name for each in root.all()}


def test_columns_that_mean_the_same_are_explained_once_on_paper() -> None:
    found = [each.attributes["class"] for each in read(follow_up()).all("details")]
    assert found == ["columns", "columns again", "columns again"]


def test_notes_explain_only_the_signs_that_the_page_has() -> None:
    plain = replace(empty(), parts=(Words(key="w", title="Agreed", lines=("Call `first`.",)),))
    assert [each.text for each in read(plain).one("section", class_="notes").all("li")] == []
    told = read(follow_up()).one("section", class_="notes").text
    assert all(sign in told for sign in ("“95 %”", "“few”", "“—”", "they are never late"))


def test_a_chart_is_told_in_words_to_whoever_cannot_see_it() -> None:
    found = next(read(follow_up()).all("svg", class_="wide"))
    assert found.attributes["role"] == "img"
    title, says = found.one("title"), found.one("desc")
    assert found.attributes["aria-labelledby"] == title.attributes["id"]
    assert found.attributes["aria-describedby"] == says.attributes["id"]
    assert title.text == "By team: In time"
    assert says.text.startswith("Benelux 78 % (301 of 388), 95 %: 73–81 %; DACH")
    assert "Trial desk (from 16 Nov) —" in says.text
    assert says.text.endswith("All 67 % (1,204 of 1,787), 95 %: 65–70 %; dashed line at 70 %: agreed: 70 %.")


def test_a_unit_is_said_in_the_table_as_everywhere() -> None:
    pipeline = Figure(value=12340, unit=Unit.MONEY, currency="EUR")
    assert cell(with_cell(pipeline), "team.benelux.handoffs").text == "EUR 12,340"


def test_cells_that_are_no_figures_are_words() -> None:
    (found,) = single().tables()
    rows = (replace(found.rows[0], cells=("so far", "", *found.rows[0].cells[2:])),)
    page = replace(single(), parts=(table("team", "By team", "Team", rows),))
    kinds = [(each.attributes.get("class"), each.text) for each in read(page).all("td")][:2]
    assert kinds == [("text", "so far"), ("blank", "")]


def test_lines_that_are_said_are_a_list_and_a_single_one_is_none() -> None:
    (found,) = read(wide()).all("ul", class_="lines")
    assert [each.text for each in found.all("li")][1] == "Who asks is called within 5 min."
    assert list(read(follow_up()).all("ul", class_="lines")) == []


def test_a_column_of_words_has_its_head_above_them() -> None:
    heads = {each.text: each.attributes.get("class", "") for each in read(wide()).all("th", scope="col")}
    assert (heads["Why it was handed over"], heads["Amara and more"]) == ("text", "")


def test_rows_without_a_common_name_have_the_tables_as_their_head() -> None:
    last = list(read(wide()).all("table"))[-1]
    assert [each.text for each in last.all("th", scope="col")] == ["Where we are", "Figure"]


def test_a_figure_among_words_stands_where_the_words_do() -> None:
    columns = Column(key="now", label="Now"), Column(key="n", label="How many")
    rows = (
        Row(key="stage", label="Stage", cells=("recycled", "")),
        Row(key="owner", label="Owner", cells=("Tunde Bello", "")),
        Row(key="score", label="Score", cells=(Figure(value=43), Figure(value=2))),
    )
    page = replace(single(), parts=(Table(key="who", title="Who", heads="", columns=columns, rows=rows),))
    assert cell(page, "who.score.now").attributes["class"] == "text"
    assert "class" not in cell(page, "who.score.n").attributes
    heads = [each.attributes.get("class", "") for each in read(page).all("th") if each.attributes["scope"] == "col"]
    assert heads == ["", "text", ""]
