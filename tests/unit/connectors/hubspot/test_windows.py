"""Stretches of time over a portal that searches as HubSpot does: whatever the stamps, no row is left out."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.hubspot.shapes import SHAPES
from connectors.hubspot.values import from_ms, to_ms
from tests.unit.connectors.hubspot.portal import NOW, Portal, connected, page, row

CONTACTS = SHAPES["contacts"]
LOW = to_ms(NOW)
ROWS = st.dictionaries(st.integers(1, 10**6), st.integers(-3, 45), max_size=60)
"""Contact id → when it was changed, in milliseconds from `LOW`."""


def searching(rows: Mapping[int, int], *, ceiling: int = 25) -> Portal:
    """Filters by stamp and id, lowest id first, `limit` at a time; refuses to page past the ceiling."""

    def answer(_: str, __: str, told: Any) -> Any:
        filters = told["filterGroups"][0]["filters"]
        assert [one["operator"] for one in filters] == ["GTE", "LT", "GT"][: len(filters)]
        low, high, *above = (int(one["value"]) for one in filters)
        last = above[0] if above else 0
        found = sorted(each for each, at in rows.items() if low <= LOW + at < high and each > last)
        assert int(told["after"]) + told["limit"] <= ceiling
        shown = [row(each, from_ms(LOW + rows[each]).isoformat()) for each in found[: told["limit"]]]
        return page(shown, str(told["limit"]) if len(found) > told["limit"] else None) | {"total": len(found)}

    return Portal(answer)


def test_a_row_that_was_merged_since_search_saw_it_hides_no_other() -> None:
    """Long lists of properties are read by id, and of a merged contact that answers with its new and higher id."""
    stamps, names = dict.fromkeys(range(1, 501), 0), {f"a_rather_long_property_{n:03d}": "string" for n in range(90)}
    searched = searching(stamps, ceiling=10_000)

    def answer(method: str, path: str, told: Any) -> Any:
        if not path.endswith("/batch/read"):
            return searched.answer(method, path, told)
        ids = [9_999 if one["id"] == "150" else int(one["id"]) for one in told["inputs"]]
        return page([row(each) for each in ids])

    portal = Portal(answer)
    portal.properties |= names
    with connected(portal, fields=frozenset(names)) as connector:
        found = [each for some, _ in connector._reading._windows.between(CONTACTS, LOW, LOW + 1) for each in some]
    assert {int(one["id"]) for one in found} == {*range(1, 501), 9_999} - {150}


@given(rows=ROWS, ceiling=st.integers(1, 25), width=st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_everything_in_a_stretch_is_read_and_windows_end_in_order(
    rows: dict[int, int], ceiling: int, width: int
) -> None:
    read, ends = list[int](), list[int]()
    with connected(searching(rows), page_size=10, ceiling=ceiling) as connector:
        for some, end in connector._reading._windows.between(CONTACTS, LOW, LOW + width):
            read += [int(one["id"]) for one in some]
            if end is not None:
                ends.append(end)
                assert {each for each, at in rows.items() if 0 <= at < end - LOW} <= set(read)
    assert sorted(read) == sorted(each for each, at in rows.items() if 0 <= at < width)
    assert ends == sorted(set(ends))
    assert ends[-1] == LOW + width
