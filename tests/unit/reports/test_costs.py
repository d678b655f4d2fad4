"""What campaigns and channels cost in a window, and what came back of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.cost import Cost
from domain.deal import Campaign, Rates
from domain.values import RecordRef
from mapping.costs import Costs, Fault
from reports.pages.costs import Spent, known_costs, roi, spent
from reports.pages.page import Figure, Unit

RATES = Rates(corporate="EUR", per_corporate={"EUR": Decimal(1), "GBP": Decimal("0.5")})
SINCE, UNTIL = date(2026, 9, 1), date(2026, 10, 1)
SHORT_ID, FULL_ID = "7015e0000000001", "7015e0000000001AAA"


def line(
    campaign: str = "",
    channel: str = "",
    *,
    amount: int = 300,
    month: int = 9,
    currency: str | None = None,
    at: int = 2,
) -> Cost:
    first, last = date(2026, month, 1), date(2026, month, 30)
    return Cost(
        line=at, campaign=campaign, channel=channel, first=first, last=last, amount=Decimal(amount), currency=currency
    )


def campaign(
    name: str,
    cost: int | None,
    *,
    key: str = "1",
    type_: str = "",
    starts: date | None = None,
    ends: date | None = None,
) -> Campaign:
    return Campaign(
        ref=RecordRef(connection="salesforce", object="Campaign", id=key),
        name=name,
        type=type_,
        status=None,
        cost=None if cost is None else Decimal(cost),
        budget=None,
        currency=None,
        starts_on=starts,
        ends_on=ends,
        parent=None,
    )


def told(
    lines: Sequence[Cost] = (),
    crm: Sequence[Campaign] = (),
    *,
    names: Sequence[str] = (),
    faults: Sequence[Fault] = (),
    narrowed: bool = False,
) -> Spent:
    known = known_costs(
        Costs(lines=tuple(lines), faults=tuple(faults)),
        [(each, RATES) for each in crm],
        file="costs.csv",
        own=RATES,
        channel_of=lambda each: each.type or "unknown",
    )
    return spent(known, names=names, since=SINCE, until=UNTIL, currency="EUR", narrowed=narrowed)


def test_lines_of_one_campaign_add_up_in_the_corporate_currency() -> None:
    found = told([line("Fair"), line("fair", amount=100, currency="GBP", at=3)], names=["Fair"])
    assert found.campaign("Fair") == Figure(value=500.0, unit=Unit.MONEY, currency="EUR")


def test_a_campaign_is_known_by_its_id_too_short_or_long() -> None:
    crm = [campaign("Fair", None, key=FULL_ID)]
    found = told([line(SHORT_ID), line(FULL_ID, amount=100, at=3)], crm)
    assert found.campaign("Fair").value == 400


def test_a_line_counts_for_its_channel_and_else_for_that_of_its_campaign() -> None:
    crm = [campaign("Fair", None, type_="Event"), campaign("Talk", None, key="2", type_="Event")]
    found = told([line("Fair"), line("Talk", "Partner", amount=40, at=3), line("", "Partner", amount=2, at=4)], crm)
    assert (found.channel("Event").value, found.channel("Partner").value, found.all().value) == (300, 42, 342)


def test_of_what_both_speak_of_the_file_is_taken_and_the_page_says_so() -> None:
    found = told([line("Fair")], [campaign("Fair", 999, type_="Event")])
    assert (found.campaign("Fair").value, found.channel("Event").value) == (300, 300)
    assert "The cost of Fair is that of costs.csv; the CRM says one of its own." in found.remarks


def test_the_file_is_taken_also_where_it_was_spent_in_another_month() -> None:
    found = told([line("Fair", month=4)], [campaign("Fair", 999)])
    assert (found.campaign("Fair").value, found.campaign("Fair").why) == (None, "none of its cost falls in this window")


def test_what_the_crm_says_counts_by_its_days_and_whole_without_any() -> None:
    crm = [
        campaign("Half", 600, key="1", starts=date(2026, 9, 16), ends=date(2026, 10, 15)),
        campaign("Day", 70, key="2", starts=date(2026, 9, 3)),
        campaign("Whole", 5, key="3"),
        campaign("Before", 80, key="4", starts=date(2026, 5, 3), ends=date(2026, 5, 9)),
    ]
    found = told(crm=crm)
    assert [found.campaign(name).value for name in ("Half", "Day", "Whole", "Before")] == [300, 70, 5, None]
    assert found.campaign("Before").why == "none of its cost falls in this window"


def test_what_is_said_nowhere_is_unknown_and_no_zero() -> None:
    found = told([line("Fair")], [campaign("Letter", None)], names=["Fair", "Letter"])
    assert found.campaign("Letter") == Figure(value=None, unit=Unit.MONEY, why="its cost is not known")
    assert "What Letter cost is not known: what stands for their channels is without it." in found.remarks
    assert told().all().value is None


def test_of_campaigns_in_which_nobody_did_anything_no_cost_is_missed() -> None:
    found = told([line("Fair")], [campaign("LL · Nurture · Timing", None)], names=["Fair"])
    assert not any("LL · Nurture" in each for each in found.remarks)


def test_an_unknown_campaign_is_named_with_its_line_and_the_nearest() -> None:
    found = told([line("Webnar", at=7)], [campaign("Webinar", None)])
    (lack,) = found.missing
    assert lack.what == "costs.csv line 7: there is no campaign 'Webnar': its cost is held against no campaign."
    assert lack.mend == "Mend its name: did you mean `Webinar`?"
    assert found.campaign("Webinar").value is None


def test_an_unknown_currency_is_named_and_left_out() -> None:
    found = told([line("Fair", currency="SEK", at=4), line("Fair", amount=10)], names=["Fair"])
    (lack,) = found.missing
    assert lack.what == "costs.csv line 4: what SEK is worth is not known: these costs are left out."
    assert found.campaign("Fair").value == 10


def test_a_file_with_a_mistake_counts_for_nothing_and_the_crm_does() -> None:
    found = told(faults=[Fault(line=3, words="'x' is no sum")], crm=[campaign("Fair", 8)])
    (lack,) = found.missing
    assert lack.what == "costs.csv line 3: 'x' is no sum. Nothing of the file counts."
    assert found.campaign("Fair").value == 8


def test_a_page_that_is_narrowed_to_a_channel_tells_no_costs() -> None:
    found = told([line("Fair")], names=["Fair"], narrowed=True)
    assert (found.campaign("Fair").value, found.all().value, list(found.campaigns)) == (None, None, [])


def test_the_return_is_what_came_back_beyond_the_cost() -> None:
    cost = Figure(value=200.0, unit=Unit.MONEY, currency="EUR")
    assert roi(cost, Fraction(500), won=1, unpriced=0).value == 1.5


def test_a_return_of_which_a_part_is_not_known_is_none() -> None:
    cost, nothing = Figure(value=200.0, unit=Unit.MONEY), Figure(value=0.0, unit=Unit.MONEY)
    unknown = Figure(value=None, unit=Unit.MONEY, why="its cost is not known")
    found = [
        roi(unknown, Fraction(500), won=1, unpriced=0),
        roi(nothing, Fraction(500), won=1, unpriced=0),
        roi(cost, Fraction(0), won=0, unpriced=0),
        roi(cost, Fraction(500), won=2, unpriced=1),
    ]
    assert [each.value for each in found] == [None] * 4
    assert [each.why for each in found] == [
        "its cost is not known",
        "it cost nothing",
        "nothing of it was won in this window",
        "what a deal that was won is worth is not known",
    ]
