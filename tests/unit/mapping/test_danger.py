"""Which class of the blast radius the write of one field belongs to."""

import pytest

from config.mapping import Property, Role, SyncRule
from domain.radius import WriteClass
from domain.record import FieldType
from domain.values import Value
from mapping.danger import class_of, is_light

DESTRUCTIVE, ADDITIVE = WriteClass.DESTRUCTIVE, WriteClass.ADDITIVE


@pytest.mark.parametrize(
    ("role", "before", "expected"),
    [
        pytest.param(Role.SHARED, "Ann", DESTRUCTIVE, id="a value of theirs"),
        pytest.param(Role.SHARED, False, DESTRUCTIVE, id="no is a value"),
        pytest.param(Role.SHARED, 0, DESTRUCTIVE, id="nought is a value"),
        pytest.param(Role.SHARED, None, ADDITIVE, id="a blank of theirs"),
        pytest.param(Role.SHARED, "", ADDITIVE, id="an empty text of theirs"),
        pytest.param(Role.OWNED, None, None, id="a blank of ours"),
        pytest.param(Role.OWNED, "Ann", DESTRUCTIVE, id="ours by name, and never written by us"),
        pytest.param(Role.STATUS, "New", DESTRUCTIVE, id="a status that no decision moves"),
        pytest.param(Role.OWNER, None, ADDITIVE, id="an owner where there was none"),
    ],
)
def test_what_is_not_ours_is_taken_away_or_filled_in(role: Role, before: Value, expected: WriteClass | None) -> None:
    assert class_of(role, before, ours=False, decided=False, moved=False) is expected


@pytest.mark.parametrize("role", sorted({*Role} - {Role.SHARED}))
@pytest.mark.parametrize("before", [None, "Ann"])
def test_what_we_wrote_ourselves_is_nobodys_loss(role: Role, before: Value) -> None:
    assert class_of(role, before, ours=True, decided=False, moved=True) is None


def test_a_shared_value_of_ours_needs_no_room_and_is_weighed_with_its_column() -> None:
    shared = Property(name="phone", fields={}, sync=SyncRule.TWO_WAY)
    assert class_of(Role.SHARED, "ours", ours=True, decided=False, moved=False) is DESTRUCTIVE
    assert [is_light(shared, "new", ours=True), is_light(shared, "new", ours=False)] == [True, False]


def test_a_decision_was_counted_when_it_was_made() -> None:
    for role in (Role.STATUS, Role.OWNER, Role.ANSWER):
        assert class_of(role, "theirs", ours=False, decided=True, moved=False) is None
    assert class_of(Role.SHARED, "theirs", ours=False, decided=True, moved=False) is DESTRUCTIVE


def test_a_blank_field_is_not_ours_because_a_property_of_ours_was_moved_there() -> None:
    assert class_of(Role.OWNED, None, ours=False, decided=False, moved=True) is ADDITIVE


def test_only_the_no_of_a_consent_needs_no_room() -> None:
    refuses = Property(name="opted_out", fields={}, type=FieldType.BOOLEAN, sync=SyncRule.NO_WINS, no_is=True)
    agrees = Property(name="consent", fields={}, type=FieldType.BOOLEAN, sync=SyncRule.NO_WINS, no_is=False)
    plain = Property(name="fax", fields={}, sync=SyncRule.TWO_WAY)
    asked = [(refuses, True), (refuses, False), (refuses, None), (agrees, False), (plain, True), (plain, None)]
    assert [is_light(prop, value, ours=False) for prop, value in asked] == [True, False, False, True, False, False]
