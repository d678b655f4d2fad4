"""Equal as a vendor means it."""

import pytest

from domain.values import Value
from sync.same import same

EQUAL: list[tuple[Value, Value]] = [
    (None, None),
    (None, ""),
    ("", "  "),
    (74, 74.0),
    (74, "74"),
    ("74.0", 74),
    (-3, "-3"),
    (0, "0"),
    (0.5, "0.5"),
    ("Ana", " Ana "),
    (True, True),
    ("2026-09-07T09:20:13Z", "2026-09-07T09:20:13.000+0000"),
    ("2026-09-07T09:20:13Z", "2026-09-07T11:20:13+02:00"),
    ("2026-09-07T09:20:13Z", "2026-09-07 09:20:13+00:00"),
    ("2026-09-07", "2026-09-07"),
]
DIFFERENT: list[tuple[Value, Value]] = [
    (None, 0),
    (None, "0"),
    (None, False),
    (74, 75),
    (74, "74 %"),
    ("Ana", "ana"),
    ("0049", "49"),
    ("00", "0"),
    ("-049", -49),
    ("1.10", "1.1"),
    ("1e5", "100000"),
    ("1_000", 1000),
    (9007199254740993, 9007199254740992),
    ("9007199254740993", 9007199254740992),
    ("-", ""),
    ("2026-09-07T09:20:13Z", "2026-09-07T09:20:14Z"),
    ("2026-09-07T09:20:13Z", "2026-09-07T09:20:13"),
    ("2026-09-07", "2026-09-08"),
    ("2026-13-45T09:20:13Z", "2026-09-07T09:20:13Z"),
]


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_what_a_vendor_writes_otherwise_is_the_same(left: Value, right: Value) -> None:
    assert same(left, right)
    assert same(right, left)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_what_differs_is_told_apart(left: Value, right: Value) -> None:
    assert not same(left, right)
    assert not same(right, left)
