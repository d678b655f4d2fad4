"""Every sync rule with exact values: `crm` is a Salesforce, `mail` a HubSpot, `file` neither."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from config.mapping import Nulls, Property, SyncRule
from domain.change import Conflict
from domain.record import FieldType
from domain.values import RecordRef, Value
from mapping.merge import Base, Merged, Side, agree, learn, merge

TYPES = {"crm": "salesforce", "mail": "hubspot", "file": "files"}
EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
NEW = object()
"""In place of an agreed value: nothing was ever agreed."""


def prop(sync: SyncRule, nulls: Nulls = Nulls.IGNORE, name: str = "p", kind: FieldType = FieldType.TEXT) -> Property:
    return Property(name=name, type=kind, sync=sync, nulls=nulls, fields={"crm": "P", "mail": "p", "file": "p"})


def side(connection: str, shown: Value, agreed: Value | object, at: datetime | None = None) -> Side:
    base = None
    if agreed is None or isinstance(agreed, str | int | float | bool):
        base = Base(value=agreed, vendor_form=agreed)
    ref = RecordRef(connection=connection, object="Person", id="1")
    return Side(connection=connection, ref=ref, shown=shown, base=base, changed_at=at, certain=at is not None)


def two(rule: Property, crm: tuple[Value, Value | object], mail: tuple[Value, Value | object]) -> Merged:
    """Merge both ways round: no rule may depend on the order."""
    sides = [side("crm", *crm), side("mail", *mail)]
    merged = merge(rule, sides, types=TYPES)
    assert merge(rule, sides[::-1], types=TYPES) == merged
    return merged


S = SyncRule
N = Nulls
Case = tuple[str, SyncRule, Nulls, tuple[Value, object], tuple[Value, object], Value, dict[str, Value]]
"""What it shows; the rule and its nulls; (shown, agreed) at the CRM and at the mail system; value and writes."""

CASES: list[Case] = [
    ("two-way: crm changed", S.TWO_WAY, N.IGNORE, ("b", "a"), ("a", "a"), "b", {"mail": "b"}),
    ("two-way: mail changed", S.TWO_WAY, N.IGNORE, ("a", "a"), ("b", "a"), "b", {"crm": "b"}),
    ("two-way: first meeting fills a blank", S.TWO_WAY, N.IGNORE, (None, NEW), ("b", NEW), "b", {"crm": "b"}),
    ("two-way: a newcomer's blank is filled", S.TWO_WAY, N.IGNORE, (None, NEW), ("b", "b"), "b", {"crm": "b"}),
    ("two-way: a blank is not carried over", S.TWO_WAY, N.IGNORE, (None, "a"), ("a", "a"), "a", {}),
    ("two-way: cleared waits for a newer value", S.TWO_WAY, N.IGNORE, (None, "a"), ("b", "a"), "b", {"crm": "b"}),
    ("two-way: cleared goes over", S.TWO_WAY, N.PROPAGATE, (None, "a"), ("a", "a"), None, {"mail": None}),
    ("two-way: cleared goes over ours", S.TWO_WAY, N.CLEAR_ONLY_IF_OURS, ("a", "a"), (None, "a"), None, {"crm": None}),
    ("two-way: not theirs", S.TWO_WAY, N.CLEAR_ONLY_IF_OURS, (None, "a"), ("b", "a"), "b", {"crm": "b"}),
    ("prefer: crm wins over a change", S.PREFER_SALESFORCE, N.IGNORE, ("a", "a"), ("b", "a"), "a", {"mail": "a"}),
    ("prefer: crm wins at first meeting", S.PREFER_SALESFORCE, N.IGNORE, ("a", NEW), ("b", NEW), "a", {"mail": "a"}),
    ("prefer: blank crm is filled", S.PREFER_SALESFORCE, N.IGNORE, (None, NEW), ("b", NEW), "b", {"crm": "b"}),
    ("prefer: cleared crm stays", S.PREFER_SALESFORCE, N.IGNORE, (None, "a"), ("a", "a"), "a", {}),
    ("prefer: cleared crm takes newer", S.PREFER_SALESFORCE, N.IGNORE, (None, "a"), ("b", "a"), "b", {"crm": "b"}),
    ("prefer: cleared mail stays", S.PREFER_SALESFORCE, N.IGNORE, ("a", "a"), (None, "a"), "a", {}),
    ("prefer: cleared crm clears", S.PREFER_SALESFORCE, N.PROPAGATE, (None, "a"), ("a", "a"), None, {"mail": None}),
    ("prefer: cleared mail is refilled", S.PREFER_SALESFORCE, N.PROPAGATE, ("a", "a"), (None, "a"), "a", {"mail": "a"}),
    ("prefer: not theirs", S.PREFER_SALESFORCE, N.CLEAR_ONLY_IF_OURS, (None, "a"), ("b", "a"), "b", {"crm": "b"}),
    ("prefer hubspot: mail wins", S.PREFER_HUBSPOT, N.IGNORE, ("a", "a"), ("b", NEW), "b", {"crm": "b"}),
    ("prefer hubspot: blank mail is filled", S.PREFER_HUBSPOT, N.IGNORE, ("a", NEW), (None, NEW), "a", {"mail": "a"}),
    ("always: crm wins", S.ALWAYS_SALESFORCE, N.IGNORE, ("a", "a"), ("b", "a"), "a", {"mail": "a"}),
    ("always: crm is never written", S.ALWAYS_SALESFORCE, N.IGNORE, (None, NEW), ("b", NEW), "b", {}),
    ("always: a blank is not carried over", S.ALWAYS_SALESFORCE, N.IGNORE, (None, "a"), ("a", "a"), "a", {}),
    ("always: cleared mail stays", S.ALWAYS_SALESFORCE, N.IGNORE, ("a", "a"), (None, "a"), "a", {}),
    ("always: cleared mail takes newer", S.ALWAYS_SALESFORCE, N.IGNORE, ("b", "a"), (None, "a"), "b", {"mail": "b"}),
    ("always: blank goes over", S.ALWAYS_SALESFORCE, N.PROPAGATE, (None, "a"), ("b", "a"), None, {"mail": None}),
    ("always: ours", S.ALWAYS_SALESFORCE, N.CLEAR_ONLY_IF_OURS, (None, "a"), ("a", "a"), None, {"mail": None}),
    ("always: not theirs", S.ALWAYS_SALESFORCE, N.CLEAR_ONLY_IF_OURS, (None, "a"), ("b", "a"), "b", {}),
    ("always: never met", S.ALWAYS_SALESFORCE, N.CLEAR_ONLY_IF_OURS, (None, "a"), ("a", NEW), "a", {}),
    ("always: never had one", S.ALWAYS_SALESFORCE, N.CLEAR_ONLY_IF_OURS, (None, None), ("a", "a"), "a", {}),
    ("always hubspot: mail wins", S.ALWAYS_HUBSPOT, N.IGNORE, ("b", "a"), ("a", "a"), "a", {"crm": "a"}),
    ("don't sync: nothing moves", S.DONT_SYNC, N.PROPAGATE, ("a", "x"), ("b", "x"), "a", {}),
    ("don't sync: any value will do", S.DONT_SYNC, N.IGNORE, (None, NEW), ("b", NEW), "b", {}),
    ("fill: a blank", S.FILL_BLANK, N.IGNORE, ("a", NEW), (None, NEW), "a", {"mail": "a"}),
    ("fill: never replaces", S.FILL_BLANK, N.IGNORE, ("c", "a"), ("b", "b"), "c", {}),
    ("fill: cleared stays", S.FILL_BLANK, N.IGNORE, ("a", "a"), (None, "b"), "a", {}),
    ("fill: cleared takes newer", S.FILL_BLANK, N.IGNORE, ("c", "a"), (None, "b"), "c", {"mail": "c"}),
    ("highest", S.MAX, N.IGNORE, (3, 5), (5, 5), 5, {"crm": 5}),
    ("highest of text", S.MAX, N.IGNORE, ("2026-01-02", NEW), ("2026-01-10", NEW), "2026-01-10", {"crm": "2026-01-10"}),
    ("highest: words are no number", S.MAX, N.IGNORE, ("many", NEW), (5, NEW), 5, {}),
    ("highest: blank is filled", S.MAX, N.IGNORE, (None, NEW), (5, NEW), 5, {"crm": 5}),
    ("highest: cleared stays", S.MAX, N.IGNORE, (None, 5), (5, 5), 5, {}),
    ("lowest", S.MIN, N.IGNORE, (3, 5), (5, 5), 3, {"mail": 3}),
    ("lowest: words are no number", S.MIN, N.IGNORE, ("many", NEW), (5, NEW), 5, {}),
    ("lowest: a blank never wins", S.MIN, N.PROPAGATE, (None, NEW), (5, NEW), 5, {"crm": 5}),
    ("union", S.UNION, N.IGNORE, ("a;b", "a"), ("a;c", "a"), "a;b;c", {"crm": "a;b;c", "mail": "a;b;c"}),
    ("union: taken off on one side alone", S.UNION, N.IGNORE, ("a", "a;b"), ("a;b", "a;b"), "a;b", {"crm": "a;b"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_each_rule_says_what_the_lead_has_and_who_is_written(case: Case) -> None:
    _, sync, nulls, crm, mail, value, writes = case
    kind = FieldType.NUMBER if isinstance(value, int) else FieldType.TEXT
    merged = two(prop(sync, nulls, kind=kind), crm, mail)
    assert (merged.value, merged.writes, merged.conflict) == (value, writes, None)


@pytest.mark.parametrize(
    ("crm", "mail", "value"),
    [
        pytest.param(("b", "a"), ("c", "a"), "a", id="both changed"),
        pytest.param(("b", NEW), ("c", NEW), "b", id="first meeting"),
        pytest.param(("b", NEW), ("c", "c"), "c", id="a newcomer disagrees"),
        pytest.param(("b", "b"), ("c", "c"), "b", id="left apart by a lost race"),
    ],
)
def test_two_way_leaves_both_sides_alone_when_nothing_says_who_is_right(
    crm: tuple[Value, object], mail: tuple[Value, object], value: Value
) -> None:
    conflict = Conflict(property="p", values={"crm": crm[0], "mail": mail[0]})
    assert two(prop(S.TWO_WAY), crm, mail) == Merged(value=value, conflict=conflict)


def test_clearing_against_a_change_is_a_conflict_where_a_blank_is_a_value() -> None:
    merged = two(prop(S.TWO_WAY, N.PROPAGATE), (None, "a"), ("b", "a"))
    assert merged.conflict == Conflict(property="p", values={"crm": None, "mail": "b"})


def test_the_newer_change_wins_only_if_both_times_are_certain() -> None:
    rule = prop(S.TWO_WAY)
    certain = [side("crm", "b", "a", LATE), side("mail", "c", "a", EARLY)]
    told = "newer by field history: crm 2026-11-02 00:00, mail 2026-11-01 00:00"
    assert merge(rule, certain, types=TYPES) == Merged(value="b", writes={"mail": "b"}, why=told)
    assert merge(rule, [certain[0], side("mail", "c", "a")], types=TYPES).conflict is not None
    assert merge(rule, [certain[0], side("mail", "c", "a", LATE)], types=TYPES).conflict is not None


def test_certain_times_do_not_decide_a_first_meeting() -> None:
    sides = [side("crm", "b", NEW, LATE), side("mail", "c", NEW, EARLY)]
    assert merge(prop(S.TWO_WAY), sides, types=TYPES).conflict is not None


REFUSAL, CONSENT = True, False


def consent(*, no_is: bool, name: str = "p") -> Property:
    fields: dict[str, str | dict[str, str]] = {"crm": "P", "mail": "p", "file": "p"}
    return Property(name=name, type=FieldType.BOOLEAN, sync=S.NO_WINS, no_is=no_is, fields=fields)


@pytest.mark.parametrize(
    ("no_is", "shown", "value", "writes"),
    [
        pytest.param(REFUSAL, (True, "false"), True, {"mail": True}, id="opt-out: true is the no"),
        pytest.param(REFUSAL, (False, None), False, {}, id="opt-out: a yes never travels"),
        pytest.param(CONSENT, (True, False), False, {"crm": False}, id="consent: false is the no"),
        pytest.param(CONSENT, (True, None), True, {}, id="consent: given, not copied"),
        pytest.param(CONSENT, (False, None), False, {"mail": False}, id="a no reaches a blank"),
        pytest.param(REFUSAL, ("yes", "no"), True, {"mail": True}, id="words that mean true and false"),
        pytest.param(REFUSAL, ("perhaps", True), True, {"crm": True}, id="what is neither is no yes either"),
    ],
)
@pytest.mark.parametrize("name", ["email_opt_out", "HasOptedOutOfEmail", "no_mail", "consent"])
def test_a_no_on_either_side_is_a_no_on_both_whatever_it_is_called(
    name: str, no_is: bool, shown: tuple[Value, Value], value: Value, writes: Mapping[str, Value]
) -> None:
    merged = two(consent(no_is=no_is, name=name), (shown[0], NEW), (shown[1], NEW))
    assert (merged.value, merged.writes) == (value, writes)


def test_a_person_cannot_clear_a_no_that_the_other_side_still_has() -> None:
    merged = two(consent(no_is=REFUSAL), (None, True), (True, True))
    assert merged.writes == {"crm": True}


def test_a_newer_yes_does_not_undo_a_no() -> None:
    rule = consent(no_is=CONSENT)
    sides = [side("crm", False, False, EARLY), side("mail", True, False, LATE)]
    assert merge(rule, sides, types=TYPES).writes == {"mail": False}


def test_sides_that_show_the_same_have_agreed_and_are_remembered_once() -> None:
    merged = two(prop(S.TWO_WAY), ("a", NEW), ("a", "old"))
    assert merged == Merged(
        value="a", bases={"crm": Base(value="a", vendor_form="a"), "mail": Base(value="a", vendor_form="a")}
    )
    assert two(prop(S.TWO_WAY), ("a", "a"), ("a", "a")) == Merged(value="a")
    assert two(prop(S.TWO_WAY), (None, NEW), (None, NEW)) == Merged(value=None)
    cleared = two(prop(S.TWO_WAY), (None, "a"), (None, "a"))
    assert cleared.bases["crm"] == Base(value=None, vendor_form=None)


def test_a_base_moves_only_with_agreement_or_a_receipt() -> None:
    assert two(prop(S.TWO_WAY), ("b", "a"), ("a", "a")).bases == {}


def test_a_form_learnt_from_the_vendors_echo_is_no_change() -> None:
    base = agree("+14155552671", "(415) 555-2671")
    assert base == Base(value="+14155552671", vendor_form="(415) 555-2671", learnt=("(415) 555-2671",))
    ref = RecordRef(connection="mail", object="Person", id="1")
    echo = Side(connection="mail", ref=ref, shown="(415) 555-2671", base=base)
    merged = merge(prop(S.TWO_WAY), [side("crm", "+14155552671", "+14155552671"), echo], types=TYPES)
    assert (merged.value, merged.writes, merged.conflict) == ("+14155552671", {}, None)


def test_an_older_equal_form_is_still_equal_after_a_newer_one_was_learnt() -> None:
    base = learn(learn(Base(value="a", vendor_form="a"), "A "), "A")
    assert base == Base(value="a", vendor_form="A", learnt=("A ", "A"))
    assert learn(base, "A ") == Base(value="a", vendor_form="A ", learnt=("A", "A "))


def test_only_so_many_forms_are_kept() -> None:
    base = Base(value="a", vendor_form="a")
    for number in range(20):
        base = learn(base, f"form {number}")
    assert base.learnt == tuple(f"form {number}" for number in range(12, 20))


def test_a_value_that_the_side_shows_already_is_not_written_again() -> None:
    """The other side takes over the very form that this vendor made of the old value."""
    echo = Side(
        connection="mail",
        ref=RecordRef(connection="mail", object="Person", id="1"),
        shown="ABC",
        base=Base(value="abc", vendor_form="ABC", learnt=("ABC",)),
    )
    three = [side("crm", "ABC", "abc"), echo, side("file", "abc", "abc")]
    assert merge(prop(S.TWO_WAY), three, types=TYPES).writes == {"file": "ABC"}
    merged = merge(prop(S.TWO_WAY), three[:2], types=TYPES)
    assert (merged.value, merged.writes) == ("ABC", {})
    assert merged.bases["crm"] == Base(value="ABC", vendor_form="ABC")


def test_a_new_transform_or_a_newly_known_country_is_nobodys_change() -> None:
    phone = Property(name="phone", sync=S.TWO_WAY, fields={"crm": "P", "mail": "p"}, transforms=["e164"])
    before = Base(value="020 7946 0958", vendor_form="020 7946 0958")
    refs = {name: RecordRef(connection=name, object="Person", id="1") for name in ("crm", "mail")}
    sides = [
        Side(connection=name, ref=ref, shown="020 7946 0958", base=before, country="GB") for name, ref in refs.items()
    ]
    merged = merge(phone, sides, types=TYPES)
    assert (merged.value, merged.writes) == ("+442079460958", {})
    assert merged.bases["crm"] == Base(value="+442079460958", vendor_form="020 7946 0958")


def test_the_same_value_in_another_form_is_never_written() -> None:
    rule = Property(name="p", sync=S.ALWAYS_SALESFORCE, fields={"crm": "P", "mail": "p"}, transforms=["trim", "lower"])
    assert two(rule, ("ANA ", NEW), ("ana", NEW)).writes == {}


def test_three_systems_hear_what_one_of_them_changed() -> None:
    sides = [side("crm", "a", "a"), side("mail", "a", "a"), side("file", "b", "a")]
    assert merge(prop(S.TWO_WAY), sides, types=TYPES).writes == {"crm": "b", "mail": "b"}


def test_without_the_master_nobody_is_written() -> None:
    sides = [side("mail", "a", NEW), side("file", "b", NEW)]
    assert merge(prop(S.ALWAYS_SALESFORCE), sides, types=TYPES) == Merged(value="a")


def test_without_the_preferred_side_the_others_decide() -> None:
    sides = [side("mail", "b", "a"), side("file", "a", "a")]
    assert merge(prop(S.PREFER_SALESFORCE), sides, types=TYPES).writes == {"file": "b"}


def test_two_masters_that_disagree_are_a_conflict() -> None:
    sides = [side("crm", "a", NEW), side("crm2", "b", NEW), side("mail", "c", NEW)]
    merged = merge(prop(S.ALWAYS_SALESFORCE), sides, types={**TYPES, "crm2": "salesforce"})
    assert merged.conflict == Conflict(property="p", values={"crm": "a", "crm2": "b", "mail": "c"})


def test_one_side_alone_is_what_it_shows_and_nothing_is_agreed() -> None:
    assert merge(prop(S.TWO_WAY), [side("mail", "a", NEW)], types=TYPES) == Merged(value="a")
    assert merge(prop(S.TWO_WAY), [], types=TYPES) == Merged(value=None)


def test_fill_blank_remembers_sides_that_differ_for_good() -> None:
    merged = two(prop(S.FILL_BLANK), ("a", NEW), ("b", NEW))
    assert merged.bases == {"crm": Base(value="a", vendor_form="a"), "mail": Base(value="b", vendor_form="b")}
