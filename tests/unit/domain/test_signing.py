"""A name stands for words: whatever changes in them is found and named, and a title is no promise."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.signing import (
    Clause,
    ClauseChange,
    Side,
    Signature,
    Word,
    changes_between,
    fingerprint_of,
    is_same_name,
    standings,
)
from tests.unit.store.examples import NOON

SALES = Clause(key="sales", title="What sales promises", lines=("in touch within 15 minutes", "what came of it"))
MARKETING = Clause(key="marketing", title="What marketing promises", lines=("5 a day",))
TEXT = (SALES, MARKETING)


def signature(side: Side, *clauses: Clause) -> Signature:
    return Signature(side=side, name="Ana Ruiz", signed_at=NOON, login="ana", clauses=clauses or TEXT)


def test_a_changed_part_is_named_with_what_is_gone_and_what_is_new() -> None:
    now = (replace(SALES, lines=("in touch within 30 minutes", "what came of it")), MARKETING)
    gone, new = ("in touch within 15 minutes",), ("in touch within 30 minutes",)
    assert changes_between(TEXT, now) == (ClauseChange(key="sales", title=SALES.title, gone=gone, new=new),)


def test_a_part_that_is_gone_or_new_is_named_as_a_whole() -> None:
    sales = ClauseChange(key="sales", title=SALES.title, gone=SALES.lines)
    assert changes_between(TEXT, (MARKETING,)) == (sales,)
    assert changes_between((MARKETING,), TEXT) == (replace(sales, gone=(), new=SALES.lines),)


def test_another_order_of_the_same_lines_is_a_change_without_lines() -> None:
    turned = replace(SALES, lines=SALES.lines[::-1])
    assert changes_between(TEXT, (turned, MARKETING)) == (ClauseChange(key="sales", title=SALES.title),)


def test_another_title_or_order_of_the_parts_changes_no_promise() -> None:
    retold = (MARKETING, replace(SALES, title="Promised by sales"))
    assert (changes_between(TEXT, retold), fingerprint_of(retold)) == ((), fingerprint_of(TEXT))


lines = st.lists(st.sampled_from(["a", "b", "a b", "a\nb", ""]), max_size=3).map(tuple)
texts = st.dictionaries(st.sampled_from(["x", "y", "xa"]), lines).map(
    lambda found: tuple(Clause(key=key, title=key, lines=each) for key, each in found.items())
)


@given(before=texts, after=texts)
def test_the_fingerprint_is_the_same_exactly_where_nothing_changed(
    before: tuple[Clause, ...], after: tuple[Clause, ...]
) -> None:
    assert (fingerprint_of(before) == fingerprint_of(after)) == (changes_between(before, after) == ())


def test_each_side_stands_for_the_words_that_it_signed() -> None:
    now = (SALES, replace(MARKETING, lines=("7 a day",)))
    signed = {Side.SALES: signature(Side.SALES, *now), Side.MARKETING: signature(Side.MARKETING)}
    assert [(each.side, each.word) for each in standings(now, signed)] == [
        (Side.MARKETING, Word.CHANGED),
        (Side.SALES, Word.SIGNED),
    ]
    assert [each.word for each in standings(now, {})] == [Word.UNSIGNED, Word.UNSIGNED]


SAME = {
    "letters": ("Ana Ruiz", "ANA RUIZ", True),
    "blanks": ("Ana Ruiz", " Ana \u00a0 Ruiz", True),
    "forms of a letter": ("Zo\u00eb", "Zoe\u0308", True),
    "widths of a letter": ("Ana Ruiz", "\uff21na Ruiz", True),
    "another name": ("Ana Ruiz", "Ana Ruis", False),
}


@pytest.mark.parametrize(("one", "other", "same"), SAME.values(), ids=SAME)
def test_a_name_is_the_same_however_it_was_typed(one: str, other: str, same: bool) -> None:
    assert is_same_name(one, other) is same
