"""Two people changed a file: both changes stand in the result, or the clash is named and nothing is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from config.text_merge import Clash, TextMerge, merge_texts

BASE = "line:\n  engagement: 50 # why fifty\n  fit: C\n\nsteps:\n  warm: 20\n  hot: 50\n"


def test_changes_of_different_lines_are_both_made_and_comments_stay() -> None:
    ours = BASE.replace("fit: C", "fit: B # agreed in March")
    theirs = BASE.replace("warm: 20", "warm: 25")
    assert merge_texts(BASE, ours, theirs) == TextMerge(text=ours.replace("warm: 20", "warm: 25"))


def test_lines_beside_each_other_may_be_changed_by_one_each() -> None:
    ours, theirs = BASE.replace("50 #", "60 #"), BASE.replace("fit: C", "fit: B")
    assert merge_texts(BASE, ours, theirs) == TextMerge(text=ours.replace("fit: C", "fit: B"))


def test_the_same_change_on_both_sides_is_made_once() -> None:
    both = BASE.replace("50 #", "55 #")
    theirs = both.replace("hot: 50", "hot: 60")
    assert merge_texts(BASE, both, theirs) == TextMerge(text=theirs)
    assert merge_texts(BASE, both, both) == TextMerge(text=both)


def test_a_line_changed_in_two_ways_is_a_clash_with_both_and_its_place() -> None:
    ours, theirs = BASE.replace("50 #", "40 #"), BASE.replace("50 #", "60 #").replace("hot: 50", "hot: 55")
    found = merge_texts(BASE, ours, theirs)
    assert found.clashes == (
        Clash(line=2, ours="  engagement: 40 # why fifty\n", theirs="  engagement: 60 # why fifty\n"),
    )
    assert found.text == ours.replace("hot: 50", "hot: 55")


def test_lines_added_at_the_same_place_by_both_clash() -> None:
    ours, theirs = BASE + "a: 1\n", BASE + "b: 2\n"
    assert merge_texts(BASE, ours, theirs).clashes == (Clash(line=8, ours="a: 1\n", theirs="b: 2\n"),)


def test_what_one_removed_and_the_other_left_alone_is_gone() -> None:
    ours = BASE.replace("  fit: C\n", "")
    assert merge_texts(BASE, ours, BASE + "more: 1\n") == TextMerge(text=ours + "more: 1\n")


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)


@settings(max_examples=200)
@given(base=LINES, ours=LINES, theirs=LINES)
def test_a_merge_is_the_same_from_either_side_and_one_side_alone_is_taken(base: str, ours: str, theirs: str) -> None:
    assert merge_texts(base, ours, base) == TextMerge(text=ours)
    assert merge_texts(base, base, theirs) == TextMerge(text=theirs)
    one, other = merge_texts(base, ours, theirs), merge_texts(base, theirs, ours)
    assert len(one.clashes) == len(other.clashes)
    if not one.clashes:
        assert one.text == other.text
