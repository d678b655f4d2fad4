"""The law of the fixed point: whatever people edit and however vendors reshape our writes, the loop comes to rest."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import Nulls, Property, SyncRule
from domain.record import FieldType
from domain.values import RecordRef, Value
from mapping.merge import Base, Merged, Side, agree, merge

TYPES = {"crm": "salesforce", "mail": "hubspot", "file": "files"}

Vendor = Callable[[Value, Value], Value]
"""What a field shows after a write: (before, written) → shown."""


def upper(_before: Value, written: Value) -> Value:
    return written.upper() if isinstance(written, str) else written


def shortened(_before: Value, written: Value) -> Value:
    return written[:1] if isinstance(written, str) else written


VENDORS: dict[str, Vendor] = {
    "faithful": lambda _before, written: written,
    "upper": upper,
    "shortened": shortened,
    "ignores": lambda before, _written: before,
    "blanks": lambda _before, _written: None,
}


class World:
    """Systems that show values, people who edit them, and a loop that remembers bases."""

    def __init__(self, rule: Property, vendors: dict[str, str]) -> None:
        self.rule = rule
        self.vendors = {name: VENDORS[vendor] for name, vendor in vendors.items()}
        self.shown: dict[str, Value] = dict.fromkeys(vendors)
        self.bases: dict[str, Base] = {}

    def merged(self, *, backwards: bool = False) -> Merged:
        sides = [
            Side(
                connection=name,
                ref=RecordRef(connection=name, object="P", id="1"),
                shown=shown,
                base=self.bases.get(name),
            )
            for name, shown in self.shown.items()
        ]
        return merge(self.rule, sides[::-1] if backwards else sides, types=TYPES)

    def cycle(self) -> Merged:
        """Merge, keep the bases, write, and take each receipt."""
        merged = self.merged()
        self.bases.update(merged.bases)
        for name, value in merged.writes.items():
            self.shown[name] = self.vendors[name](self.shown[name], value)
            self.bases[name] = agree(value, self.shown[name])
        return merged


WORDS = st.sampled_from([None, "a", "b", "ab", "a;b", "B", "no", "yes"])
NUMBERS = st.sampled_from([None, 0, 1, 2, 2.5, "3"])
EDITS = st.lists(st.tuples(st.sampled_from(["crm", "mail", "file"]), WORDS), max_size=4)
ROUNDS = st.lists(EDITS, min_size=1, max_size=4)
PLACES = st.just({"crm": "P", "mail": "p", "file": "p"})
CONSENTS = st.builds(
    Property,
    name=st.just("p"),
    type=st.just(FieldType.BOOLEAN),
    sync=st.just(SyncRule.NO_WINS),
    no_is=st.booleans(),
    nulls=st.sampled_from(Nulls),
    fields=PLACES,
)
RULES = CONSENTS | st.builds(
    Property,
    name=st.just("p"),
    sync=st.sampled_from([rule for rule in SyncRule if rule is not SyncRule.NO_WINS]),
    nulls=st.sampled_from(Nulls),
    fields=PLACES,
    transforms=st.sampled_from([[], ["trim", "lower"]]),
)
SYSTEMS = st.fixed_dictionaries(
    {"crm": st.sampled_from(sorted(VENDORS)), "mail": st.sampled_from(sorted(VENDORS))},
    optional={"file": st.sampled_from(sorted(VENDORS))},
)


def edit(world: World, edits: list[tuple[str, Value]]) -> None:
    world.shown.update({name: value for name, value in edits if name in world.shown})


@given(rule=RULES, systems=SYSTEMS, rounds=ROUNDS)
@settings(max_examples=100, deadline=None)
def test_one_more_cycle_writes_nothing(
    rule: Property, systems: dict[str, str], rounds: list[list[tuple[str, Value]]]
) -> None:
    world = World(rule, systems)
    for edits in rounds:
        edit(world, edits)
        world.cycle()
        assert world.cycle().writes == {}
        resting, bases = world.merged(), dict(world.bases)
        assert world.cycle() == resting
        assert world.cycle().bases == {}
        assert {**bases, **resting.bases} == world.bases


@given(rule=RULES, systems=SYSTEMS, rounds=ROUNDS)
@settings(max_examples=100, deadline=None)
def test_no_rule_depends_on_the_order_of_systems(
    rule: Property, systems: dict[str, str], rounds: list[list[tuple[str, Value]]]
) -> None:
    world = World(rule, systems)
    for edits in rounds:
        edit(world, edits)
        assert world.merged() == world.merged(backwards=True)
        world.cycle()


@given(rule=RULES, rounds=ROUNDS)
@settings(max_examples=100, deadline=None)
def test_at_rest_faithful_systems_show_the_same_unless_the_rule_lets_them_differ(
    rule: Property, rounds: list[list[tuple[str, Value]]]
) -> None:
    world = World(rule, {"crm": "faithful", "mail": "faithful"})
    for edits in rounds:
        edit(world, edits)
        world.cycle()
        resting = world.cycle()
        shown = {
            value.strip().lower() if rule.transforms and isinstance(value, str) else value
            for value in world.shown.values()
        }
        may_differ = rule.sync in (SyncRule.DONT_SYNC, SyncRule.FILL_BLANK, SyncRule.NO_WINS)
        assert may_differ or resting.conflict is not None or len(shown - {None}) <= 1


@given(rule=RULES, rounds=ROUNDS)
@settings(max_examples=100, deadline=None)
def test_a_write_is_asked_for_only_where_it_changes_something(
    rule: Property, rounds: list[list[tuple[str, Value]]]
) -> None:
    world = World(rule, {"crm": "faithful", "mail": "upper"})
    for edits in rounds:
        edit(world, edits)
        merged = world.merged()
        assert all(world.shown[name] != value for name, value in merged.writes.items())
        assert merged.conflict is None or merged.writes == {}
        world.cycle()


@given(
    sync=st.sampled_from([SyncRule.MAX, SyncRule.MIN]),
    edits=st.lists(st.tuples(st.sampled_from(["crm", "mail"]), NUMBERS), max_size=5),
)
@settings(max_examples=60, deadline=None)
def test_numbers_come_to_rest_at_the_highest_or_lowest(sync: SyncRule, edits: list[tuple[str, Value]]) -> None:
    rule = Property(name="n", type=FieldType.NUMBER, sync=sync, nulls=Nulls.PROPAGATE, fields={"crm": "N", "mail": "n"})
    world = World(rule, {"crm": "faithful", "mail": "faithful"})
    edit(world, edits)
    numbers = [float(value) for value in world.shown.values() if value is not None]
    world.cycle()
    expected = (max if sync is SyncRule.MAX else min)(numbers, default=None)
    assert world.merged().value == expected
    assert world.merged().writes == {}
