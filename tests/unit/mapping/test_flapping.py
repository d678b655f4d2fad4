"""What is a fight over a field, and when it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from config.mapping import Role
from mapping.flapping import counted, is_field_lost, is_overwriting

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("role", list(Role))
def test_while_our_value_stands_nobody_overwrote_it(role: Role) -> None:
    assert is_overwriting(role, still_there=True, same_again=False) is False


@pytest.mark.parametrize(
    ("role", "same_again", "expected"),
    [
        (Role.OWNED, True, True),
        (Role.OWNED, False, True),
        (Role.OWNER, True, True),
        (Role.OWNER, False, False),
        (Role.STATUS, True, True),
        (Role.STATUS, False, False),
        (Role.SHARED, True, True),
        (Role.SHARED, False, False),
        (Role.ANSWER, True, False),
    ],
)
def test_only_what_puts_our_value_back_is_a_fight_except_in_fields_of_our_own(
    role: Role, same_again: bool, expected: bool
) -> None:
    assert is_overwriting(role, still_there=False, same_again=same_again) is expected


def test_overwritings_of_long_ago_do_not_count() -> None:
    ago = [NOON - timedelta(hours=hours) for hours in (25, 24, 23, 1)]
    assert counted(ago, now=NOON, hours=24) == (ago[2], ago[3], NOON)


@pytest.mark.parametrize(
    ("records", "leads", "lost"),
    [(24, 100, False), (25, 100, True), (49, 1_000, False), (50, 1_000, True)],
    ids=["below the floor", "at the floor", "below the share", "at the share"],
)
def test_a_field_is_lost_at_the_larger_of_floor_and_share(records: int, leads: int, lost: bool) -> None:
    assert is_field_lost(records, leads=leads, floor=25, share_percent=5) is lost
