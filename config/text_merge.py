"""Three texts become one: what two people changed since a common text, line by line.

Files of rules are merged as text and not as values, so that comments, order and layout stay what somebody wrote.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Lines = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Lines that both sides changed, each in its own way. `line`: where that begins in our text, from 1."""

    line: int
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMerge:
    """`text` holds both sides' changes; where they clash it holds ours."""

    text: str
    clashes: tuple[Clash, ...] = ()


def merge_texts(base: str, ours: str, theirs: str) -> TextMerge:
    """Unite two changes of `base`. The same change on both sides is made once."""
    if ours in (base, theirs):
        return TextMerge(text=theirs)
    if base == theirs:
        return TextMerge(text=ours)
    return _merged(*(text.splitlines(keepends=True) for text in (base, ours, theirs)))


@dataclass(frozen=True, slots=True)
class _Stable:
    """A run of lines that stands in all three: where it begins in each, and how long it is."""

    base: int
    ours: int
    theirs: int
    size: int


def _merged(base: Lines, ours: Lines, theirs: Lines) -> TextMerge:
    text: list[str] = []
    found: list[Clash] = []
    at = _Stable(0, 0, 0, 0)
    for run in (*_stable_runs(base, ours, theirs), _Stable(len(base), len(ours), len(theirs), 0)):
        before = base[at.base : run.base]
        mine, other = ours[at.ours : run.ours], theirs[at.theirs : run.theirs]
        for first, *lines in _pieces(before, mine, other):
            piece, clash = _united(at.ours + 1 + first, *lines)
            text += piece
            found += clash
        text += base[run.base : run.base + run.size]
        at = _Stable(run.base + run.size, run.ours + run.size, run.theirs + run.size, 0)
    return TextMerge(text="".join(text), clashes=tuple(found))


def _pieces(before: Lines, mine: Lines, other: Lines) -> Iterator[tuple[int, Lines, Lines, Lines]]:
    """What neither side kept whole; line by line where both have as many lines as before: neighbours are no clash."""
    if len(before) == len(mine) == len(other):
        yield from ((at, before[at : at + 1], mine[at : at + 1], other[at : at + 1]) for at in range(len(before)))
    else:
        yield 0, before, mine, other


def _united(line: int, before: Lines, mine: Lines, other: Lines) -> tuple[Lines, list[Clash]]:
    if mine == before:
        return other, []
    if other in (before, mine):
        return mine, []
    return mine, [Clash(line=line, ours="".join(mine), theirs="".join(other))]


def _stable_runs(base: Lines, ours: Lines, theirs: Lines) -> Iterator[_Stable]:
    """Where both sides kept the base: the overlaps of what each has in common with it, in order."""
    one, other = _common(base, ours), _common(base, theirs)
    i = j = 0
    while i < len(one) and j < len(other):
        (start_a, mine, size_a), (start_b, them, size_b) = one[i], other[j]
        begin, end = max(start_a, start_b), min(start_a + size_a, start_b + size_b)
        if begin < end:
            yield _Stable(begin, mine + begin - start_a, them + begin - start_b, end - begin)
        if start_a + size_a < start_b + size_b:
            i += 1
        else:
            j += 1


def _common(base: Lines, side: Lines) -> list[tuple[int, int, int]]:
    blocks = SequenceMatcher(None, base, side, autojunk=False).get_matching_blocks()
    return [(each.a, each.b, each.size) for each in blocks if each.size]
