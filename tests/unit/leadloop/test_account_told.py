"""On screen a lead's account stands beside a few of those that it might have been."""

from typing import Any

import pytest

from leadloop.account_told import account_lines


def told(rivals: int) -> dict[str, Any]:
    place = {"system": "salesforce", "object": "Account"}
    others = [{**place, "id": f"001{n}", "name": f"Acme {n}", "why_not": "no open deal"} for n in range(rivals)]
    known = {"name": "Acme", "certainty": "certain", "why": "the domain is the same", "is_house": False}
    return {**place, "id": "001A", **known, "also": [], "others": others}


@pytest.mark.parametrize(
    ("rivals", "last"),
    [
        (5, "  not Acme 4 (salesforce Account 0014): no open deal"),
        (6, "  and 1 more that it is not: --json names them"),
        (398, "  and 393 more that it is not: --json names them"),
    ],
)
def test_five_rivals_are_shown_and_the_others_counted(rivals: int, last: str) -> None:
    lines = list(account_lines(told(rivals)))
    assert lines[5] == "  not Acme 4 (salesforce Account 0014): no open deal"
    assert (len(lines), lines[-1]) == (min(rivals, 6) + 1, last)
