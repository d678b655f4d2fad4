"""Whose territory a lead lies in: the narrowest row that holds today, at once however long the table is."""

import random
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.routing import RoutingRule, Target
from config.territories import TerritoryRow, TerritoryTable, read_territories, rows_of
from config.territory_cells import ANY, Begins, Between, Exactly, cells_of, number_of, plain
from domain.account import Account, Certainty
from domain.values import RecordRef, Value
from handoff.rulebook import Rulebook
from handoff.territories import Territory, TerritoryMap
from tests.unit.handoff.material import BO, CY, DI, Case, lifecycle_rules, routing_rules, score, scoring_rules
from tests.unit.handoff.material import HASH as RULES

DAY = date(2026, 11, 23)
POOLS = ["SDR", "SDR DACH", "AE DACH"]


def table(columns: str, *rows: str) -> TerritoryTable:
    """Rows as `territory, cells…, to, from, until`, divided by commas."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        territory, *cells, to, first, until = row.split(",")
        found.setdefault(territory, {})["\t".join([*cells, first, until])] = to
    return TerritoryTable(columns=columns.split(","), rows=found)


def who(book: TerritoryTable, day: date = DAY, **values: Value) -> str | None:
    return lies_in(book, values, day)


def lies_in(book: TerritoryTable, values: Mapping[str, Value], day: date = DAY) -> str | None:
    found = TerritoryMap(book).find(values, day)
    return found.name if found is not None else None


@pytest.mark.parametrize(
    ("cell", "value", "fits"),
    [
        ("DE", "de", True),
        ("DE|AT", "AT", True),
        ("DE", "DEU", False),
        ("94*", "94107", True),
        ("94*", "9", False),
        ("94*", 94107, True),
        ("100-499", 100, True),
        ("100-499", "499", True),
        ("100-499", 499.5, False),
        ("100-499", "many", False),
        ("100-499", None, False),
        ("500+", 500, True),
        ("500+", 499, False),
        ("=100-499", "100-499", True),
        ("true", True, True),
        ("", None, True),
    ],
)
def test_a_cell_asks_for_a_value_a_beginning_a_range_or_nothing(cell: str, value: Value, fits: bool) -> None:
    assert (who(table("x", f"A,{cell},P,,"), x=value) == "A") is fits


def test_the_row_that_names_more_columns_has_it() -> None:
    book = table("country,industry", "Spain,ES,,P,,", "Spanish software,ES,software,P,,", "World,,,P,,")
    assert who(book, country="ES", industry="software") == "Spanish software"
    assert who(book, country="ES", industry="retail") == "Spain"
    assert who(book, country="FR", industry="software") == "World"


def test_of_as_many_columns_the_more_exact_from_the_left_has_it() -> None:
    book = table(
        "zip,size", "Exact,94107,,P,,", "City,941*,,P,,", "State,9*,,P,,", "Range,94000-94999,,P,,", "Big,,9+,P,,"
    )
    assert who(book, zip="94107", size=10) == "Exact"
    assert who(book, zip="94110", size=10) == "City"
    assert who(book, zip="94010", size=10) == "State"
    assert who(table("zip", "Wide,1-99,P,,", "Narrow,40-60,P,,"), zip="50") == "Narrow"


@pytest.mark.parametrize(
    ("day", "name"),
    [(date(2026, 5, 31), "Old"), (date(2026, 6, 1), "New"), (date(2026, 12, 31), "New"), (date(2027, 1, 1), None)],
)
def test_a_row_holds_from_its_first_day_until_the_day_that_ends_it(day: date, name: str | None) -> None:
    book = table("country", "Old,ES,P,,2026-06-01", "New,ES,P,2026-06-01,2027-01-01")
    assert who(book, day, country="ES") == name


def test_what_the_lead_lies_in_is_told_with_what_made_it_so() -> None:
    found = TerritoryMap(table("country,size", "Spain,ES,,North,,")).find({"country": " es ", "size": 5}, DAY)
    assert found == Territory(name="Spain", to="North", asks="country es")


def ruled(book: TerritoryTable, time_zone: str = "UTC") -> Rulebook:
    rules = [
        RoutingRule(name="by territory", to=Target(territory=True)),
        RoutingRule(name="everybody", to=Target(user=DI)),
    ]
    return Rulebook(
        lifecycle=lifecycle_rules(),
        routing=routing_rules(rules=rules, territories="territories.csv"),
        scoring=scoring_rules(),
        rule_hash=RULES,
        time_zone=time_zone,
        territories=book,
    )


def given_at(at: datetime, rules: Rulebook, **values: Value) -> Case:
    case = Case(book=rules, score=score(60, at=at - timedelta(minutes=1)))
    case.values.update(values)
    case.decide(at)
    return case


def test_a_change_of_hands_takes_effect_at_midnight_of_the_installation_by_itself() -> None:
    rules = ruled(table("country", f"Spain,ES,{BO},,2026-11-24", f"Spain,ES,{CY},2026-11-24,"), "Europe/Madrid")
    assert given_at(datetime(2026, 11, 23, 22, 59, tzinfo=UTC), rules, country="ES").owner() == BO
    assert given_at(datetime(2026, 11, 23, 23, 1, tzinfo=UTC), rules, country="ES").owner() == CY


def test_in_no_man_s_land_or_with_nobody_named_the_next_rule_is_asked() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    rules = ruled(table("country", "Spain,ES,North,,", "Atlantis,XX,,,"))
    elsewhere, nobody = given_at(now, rules, country="FR"), given_at(now, rules, country="XX")
    assert (elsewhere.owner(), nobody.owner()) == (DI, DI)
    assert elsewhere.assignment.trace[0] == "rule 'by territory': met, but the lead lies in no territory today"
    assert nobody.assignment.trace[:2] == (
        "rule 'by territory': the lead lies in the territory Atlantis (country xx)",
        "rule 'by territory': met, but nobody has the territory Atlantis today",
    )
    spain = given_at(now, rules, country="ES")
    assert spain.assignment.trace[0] == "rule 'by territory': the lead lies in the territory Spain (country es)"
    assert spain.assignment.why == "rule 'by territory', territory Spain, pool North: Bo Lind is next in turn"


def test_the_account_s_own_territory_is_asked_for_where_the_account_is_sure() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    account = Account(
        ref=RecordRef(connection="crm", object="Account", id="A1"), name="Globex", certainty=Certainty.CERTAIN,
        territory="North",
    )  # fmt: skip
    rules = ruled(table("account_territory", f"North,=North,{CY},,"))
    for certainty, owner in ((Certainty.CERTAIN, CY), (Certainty.LIKELY, DI)):
        case = Case(book=rules, score=score(60, at=now - timedelta(minutes=1)))
        case.more["account"] = Account(
            ref=account.ref, name="Globex", certainty=certainty, territory="North", why="the domain is the same"
        )
        case.decide(now)
        assert case.owner() == owner


CELLS = st.sampled_from(["", "a", "ab", "a|b", "a*", "ab*", "b", "1-5", "3-9", "4", "2+", "12", "1*"])
ROWS = st.lists(
    st.tuples(CELLS, CELLS, st.sampled_from(["", "2026-11-20"]), st.sampled_from(["", "2026-11-23", "2026-12-01"])),
    max_size=12,
    unique=True,
)
VALUE = st.sampled_from(["", "a", "ab", "abc", "b", "1", "3", "4", "12", "7", None, 5, 12.0])


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, x=VALUE, y=VALUE)
def test_the_index_finds_what_looking_through_every_row_finds(
    rows: list[tuple[str, str, str, str]], x: Value, y: Value
) -> None:
    book = table("x,y", *(f"T{at},{a},{b},P,{first},{until}" for at, (a, b, first, until) in enumerate(rows)))
    found = TerritoryMap(book).find({"x": x, "y": y}, DAY)
    assert (found.name if found else None) == _by_looking_through(book, {"x": x, "y": y})


def _by_looking_through(book: TerritoryTable, values: Mapping[str, Value]) -> str | None:
    said = [plain(values[name]) for name in book.columns]
    best = max(((*rank, row.territory) for row in rows_of(book) for rank in _ranks(row, said)), default=None)
    return str(best[-1]) if best is not None else None


def _ranks(row: TerritoryRow, said: list[str]) -> Iterator[tuple[object, ...]]:
    if (row.first and row.first > DAY) or (row.until and row.until <= DAY):
        return
    for ask in product(*(cells or (None,) for cells in row.cells)):
        fits = [
            cell is None
            or (isinstance(cell, Exactly) and text == cell.text)
            or (isinstance(cell, Begins) and bool(text) and text.startswith(cell.text))
            or (isinstance(cell, Between) and (n := number_of(text)) is not None and cell.low <= n <= cell.high)
            for cell, text in zip(ask, said, strict=True)
        ]
        if all(fits):
            ranks = tuple(cell.rank if cell is not None else ANY for cell in ask)
            yield sum(cell is not None for cell in ask), ranks, row.first or date.min


def test_fifty_thousand_rows_are_asked_as_quickly_as_ten() -> None:
    chance = random.Random(6)
    rows = [f"T{at % 500},C{at % 50},{10_000 + at},P,," for at in range(40_000)]
    rows += [f"R{at},C{at % 50},{at * 10}-{at * 10 + 9},P,," for at in range(10_000)]
    long, short = TerritoryMap(table("country,zip", *rows)), TerritoryMap(table("country,zip", *rows[:10]))
    asked = [{"country": f"C{at % 50}", "zip": str(chance.randrange(10_000, 99_999))} for at in range(200)]

    def calls(book: TerritoryMap) -> int:
        """How many functions are called to answer all of them."""
        book.find({}, DAY)  # lays it out
        count = 0

        def tally(_frame: FrameType, event: str, _arg: object) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(tally)
        try:
            for values in asked:
                book.find(values, DAY)
        finally:
            sys.setprofile(None)
        return count

    assert calls(long) < 3 * calls(short), "a scan per lead would call thousands of times as many"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"country": "DE", "postal_code": "80331", "employees": 40}, "Munich"),
        ({"country": "DE", "postal_code": "10115", "employees": 40}, "DACH"),
        ({"country": "DE", "postal_code": "80331", "employees": 900}, "Munich"),
        ({"country": "DE", "postal_code": "10115", "employees": 900}, "DACH large"),
        ({"country": "ES"}, "Rest of the world"),
    ],
)
def test_the_page_s_own_table_says_what_the_page_says(tmp_path: Path, values: dict[str, Value], name: str) -> None:
    page = (Path(__file__).parents[3] / "docs/routing.md").read_text(encoding="utf-8")
    path = tmp_path / "territories.csv"
    path.write_text(page.partition("```csv\n")[2].partition("```")[0], encoding="utf-8")
    read = read_territories(path, properties=["country", "postal_code", "employees"], pools=POOLS)
    assert (read.problems, read.warnings) == ((), ())
    assert read.table is not None
    assert lies_in(read.table, values) == name


def test_an_unknown_cell_is_no_cell() -> None:
    assert cells_of(" | ") == ()


@pytest.mark.parametrize("names", [("Aa", "Zz"), ("Zz", "Aa")])
def test_of_two_ranges_without_an_end_the_one_that_begins_higher_is_narrower(names: tuple[str, str]) -> None:
    wide, narrow = names
    book = table("employees", f"{wide},500+,North,,", f"{narrow},1000+,North,,")
    assert lies_in(book, {"employees": 2000}) == narrow
    assert lies_in(book, {"employees": 700}) == wide
