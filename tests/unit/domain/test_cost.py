"""What of a cost falls into some days."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.cost import portion

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def test_a_month_counts_by_its_days() -> None:
    september = date(2026, 9, 1), date(2026, 9, 30)
    assert portion(Decimal(300), *september, since=date(2026, 9, 16), until=date(2026, 10, 16)) == 150
    assert portion(Decimal(300), *september, since=date(2026, 8, 1), until=date(2026, 10, 1)) == 300
    assert portion(Decimal(300), *september, since=date(2026, 10, 1), until=date(2026, 11, 1)) == 0


@given(first=DAYS, length=st.integers(0, 90), cuts=st.lists(DAYS, max_size=5), amount=st.integers(0, 10**6))
def test_windows_side_by_side_add_up_to_the_whole(first: date, length: int, cuts: list[date], amount: int) -> None:
    last = first + timedelta(days=length)
    edges = [date(2025, 1, 1), *sorted(cuts), date(2028, 1, 1)]
    parts = [portion(Decimal(amount), first, last, since=since, until=until) for since, until in pairwise(edges)]
    assert abs(sum(parts, Decimal(0)) - amount) < Decimal("0.000001")
