"""Equal forms: for each field an equivalence, as wide as what vendors do to values and no wider."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import Property, SyncRule
from domain.record import Field, FieldType
from domain.values import RecordRef, Value
from mapping.equal_forms import ANY, Shape, form, is_equal_form, shape_of
from mapping.merge import Base, Merged, Side, agree, merge

CENTS = Shape(type=FieldType.NUMBER, scale=2)
PHONE = Shape(type=FieldType.TEXT, is_phone=True)
WORDS = Shape(type=FieldType.PICKLIST, caseless=True)
SEVERAL = Shape(type=FieldType.MULTIPICKLIST, caseless=True)
TEXT = Shape(type=FieldType.TEXT)
SHAPES = st.sampled_from([ANY, CENTS, PHONE, WORDS, SEVERAL, TEXT, Shape(type=FieldType.DATETIME)])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(["", " ", "a", " a ", "A", "b;a", "A; B", "10.555", "10.56", "+1 (415) 555-2671", "14155552671"]),
    st.sampled_from(["415-555-2671 ext. 7", "4155552671x7", "2026-01-01T10:00:00+01:00", "2026-01-01T09:00:00Z"]),
    st.text(max_size=6),
)
SAME = [
    pytest.param(" CEO", "CEO", TEXT, id="outer blanks"),
    pytest.param("", None, TEXT, id="a blank is nothing"),
    pytest.param("+1 (415) 555-2671", "1.415.555.2671", PHONE, id="a phone number however it is written"),
    pytest.param("415-555-2671 ext. 7", "4155552671 x7", PHONE, id="with its extension"),
    pytest.param(10.555, 10.56, CENTS, id="rounded to the places of the field"),
    pytest.param("10.555", 10.56, CENTS, id="whatever it is written as"),
    pytest.param(-10.555, -10.56, CENTS, id="away from nought"),
    pytest.param("2026-01-01T10:00:00+01:00", "2026-01-01T09:00:00Z", ANY, id="one instant in two zones"),
    pytest.param("hot", "Hot", WORDS, id="a word of a list in the list's own letters"),
    pytest.param("b;A", "a; B", SEVERAL, id="several words in any order"),
    pytest.param(74, "74.0", ANY, id="a number as text"),
]
DIFFERENT = [
    pytest.param("CEO", "Ceo", TEXT, id="text by its letters"),
    pytest.param("1.10", "1.1", TEXT, id="text that looks like a number"),
    pytest.param("12-34567", "123-4567", TEXT, id="digits that are no phone number"),
    pytest.param("4155552671 x7", "4155552671 x8", PHONE, id="another extension"),
    pytest.param("ask Bob 4155552671", "4155552671", PHONE, id="words beside a number"),
    pytest.param("112", "1-12 ", PHONE, id="too few digits to be told apart by"),
    pytest.param(10.555, 10.55, CENTS, id="the other way"),
    pytest.param(10.555, 10.56, Shape(type=FieldType.NUMBER), id="where nothing is rounded"),
    pytest.param(0, None, CENTS, id="nought is no blank"),
    pytest.param(False, None, ANY, id="a no is no blank"),
]


@pytest.mark.parametrize(("one", "other", "shape"), SAME)
def test_forms_of_one_value_are_equal(one: Value, other: Value, shape: Shape) -> None:
    assert (is_equal_form(one, other, shape), is_equal_form(other, one, shape)) == (True, True)


@pytest.mark.parametrize(("one", "other", "shape"), DIFFERENT)
def test_different_values_are_not(one: Value, other: Value, shape: Shape) -> None:
    assert (is_equal_form(one, other, shape), is_equal_form(other, one, shape)) == (False, False)


@given(several=st.tuples(VALUES, VALUES, VALUES), shape=SHAPES)
@settings(max_examples=100, deadline=None)
def test_for_each_shape_it_is_an_equivalence(several: tuple[Value, Value, Value], shape: Shape) -> None:
    one, other, third = several
    assert is_equal_form(one, one, shape)
    assert is_equal_form(one, other, shape) == is_equal_form(other, one, shape)
    if is_equal_form(one, other, shape) and is_equal_form(other, third, shape):
        assert form(one, shape) == form(third, shape)


def test_the_shape_of_a_field_is_what_its_system_says_of_it_or_else_its_property_s_type() -> None:
    money = Field(name="Amount", label="Amount", type=FieldType.NUMBER, scale=2)
    assert shape_of(money, FieldType.TEXT) == CENTS
    assert shape_of(None, FieldType.PICKLIST) == WORDS
    listed = Field(name="Rating", label="Rating", type=FieldType.PICKLIST, options=("Hot", "Cold"))
    assert shape_of(listed, FieldType.TEXT) == WORDS
    twice = Field(name="Unit", label="Unit", type=FieldType.PICKLIST, options=("IT", "It"))
    assert shape_of(twice, FieldType.TEXT).caseless is False


# --- In a merge -----------------------------------------------------------------------------------

AMOUNT = Property(name="p", type=FieldType.NUMBER, sync=SyncRule.TWO_WAY, fields={"crm": "P", "mail": "p"})
TYPES = {"crm": "salesforce", "mail": "hubspot"}


def rounded(value: Value) -> Value:
    if not isinstance(value, int | float):
        return value
    return float(Decimal(str(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


class World:
    """A system that rounds and does not say so, one that keeps what it is given, and a loop that sees either late."""

    def __init__(self, value: Value) -> None:
        self.truth: dict[str, Value] = {"crm": rounded(value), "mail": value}
        self.seen = dict(self.truth)
        self.bases: dict[str, Base] = {}

    def cycle(self, *, seeing: bool, receipts: bool = True) -> Merged:
        """`seeing`: whether the pull shows what is there by now; without `receipts` we died before they came."""
        if seeing:
            self.seen = dict(self.truth)
        sides = [
            Side(
                connection=name,
                ref=RecordRef(connection=name, object="P", id="1"),
                shown=shown,
                base=self.bases.get(name),
                shape=CENTS if name == "crm" else shape_of(None, FieldType.NUMBER),
            )
            for name, shown in self.seen.items()
        ]
        merged = merge(AMOUNT, sides, types=TYPES)
        self.bases.update(merged.bases)
        for name, value in merged.writes.items():
            self.truth[name] = rounded(value) if name == "crm" else value
            if receipts:
                self.seen[name], self.bases[name] = value, agree(value, value)
        return merged


AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=3, allow_nan=False, allow_infinity=False).map(float)


@given(
    first=AMOUNTS,
    edits=st.lists(st.tuples(AMOUNTS, st.lists(st.booleans(), max_size=3), st.booleans()), min_size=1, max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_what_a_system_rounds_comes_back_to_nobody_however_late_and_through_a_crash(
    first: float, edits: list[tuple[float, list[bool], bool]]
) -> None:
    world = World(first)
    world.cycle(seeing=True)
    for amount, looks, receipts in edits:
        world.truth["mail"] = amount
        world.cycle(seeing=True, receipts=receipts)
        for seeing in looks:
            world.cycle(seeing=seeing)
        merged = world.cycle(seeing=True)
        assert merged.conflict is None
        last = world.cycle(seeing=True)
        assert (world.truth, last.writes) == ({"crm": rounded(amount), "mail": amount}, {})


def test_an_edit_on_the_other_side_before_the_echo_was_seen_is_no_conflict() -> None:
    world = World(9)
    world.cycle(seeing=True)
    world.truth["mail"] = 10.555
    world.cycle(seeing=True)
    world.truth["mail"] = 11
    merged = world.cycle(seeing=True)
    assert (merged.conflict, merged.writes, world.truth) == (None, {"crm": 11}, {"crm": 11, "mail": 11})


def test_a_person_s_own_value_is_still_an_edit() -> None:
    world = World(10.555)
    world.cycle(seeing=True)
    world.truth["crm"] = 10.57
    assert world.cycle(seeing=True).writes == {"mail": 10.57}


def test_two_writings_of_one_value_are_no_conflict_at_the_first_meeting() -> None:
    prop = Property(name="p", sync=SyncRule.TWO_WAY, fields={"crm": "P", "mail": "p"})
    shown = {"crm": "(415) 555-2671", "mail": "415.555.2671"}
    shapes = {"crm": PHONE, "mail": TEXT}

    def met(bases: dict[str, Base], shown: dict[str, str]) -> Merged:
        sides = [
            Side(
                connection=name,
                ref=RecordRef(connection=name, object="P", id="1"),
                shown=value,
                base=bases.get(name),
                shape=shapes[name],
            )
            for name, value in shown.items()
        ]
        return merge(prop, sides, types=TYPES)

    first = met({}, shown)
    assert (first.conflict, first.writes, first.value) == (None, {}, "415.555.2671")
    again = met(dict(first.bases), shown)
    assert (again.conflict, again.writes, again.bases) == (None, {}, {})
    assert met(dict(first.bases), {**shown, "mail": "+49 30 123456"}).writes == {"crm": "+49 30 123456"}
