"""What happened, from the simulator's log alone: figures, and stories of leads chosen after the run.

Who is told about is decided by what happened to them: the first of each kind. Every sentence cites
the log lines that show it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from leadloop.demo.chapters import CHAPTERS, Chapter, rejected
from leadloop.demo.figures import FIT, HAND_RAISE, MISTAKE_ON, summary
from leadloop.demo.traces import What
from leadloop.demo.trails import Log, Sentence, Trail, day, follow, is_set_to

__all__ = ["Sentence", "account", "summary", "text"]

REASONS = ("Not our target", "No budget", "No need", "Chose another", "Unreachable", "Left company")


def account(lines: Iterable[Mapping[str, Any]], *, mistake_on: date = MISTAKE_ON) -> list[Sentence]:
    """The stories of a run, in the order of the chapters; a kind that did not happen is left out."""
    log = follow(lines)
    told: list[Sentence] = []
    seen: set[str] = set()
    for chapter in CHAPTERS:
        told += _first_of(chapter, log, seen)
    for reason in REASONS:
        told += _first_of(rejected(reason), log, seen)
    return [*told, *_rule_edit(log, mistake_on), *_last_cycle(log)]


def text(sentences: Sequence[Sentence]) -> str:
    """The account as Markdown: a heading per kind, a paragraph of sentences."""
    parts = []
    for about, group in groupby(sentences, key=lambda sentence: sentence.about):
        parts.append(f"**{about}.** {' '.join(str(sentence) for sentence in group)}")
    return "\n\n".join(parts) + "\n"


def _first_of(chapter: Chapter, log: Log, seen: set[str]) -> list[Sentence]:
    """The story that ended first; of somebody not told about yet, where there is one."""
    stories = sorted(_stories(chapter, log), key=lambda story: (story[0] in seen, story[1][-1].cites[-1], story[0]))
    if not stories:
        return []
    person, sentences = stories[0]
    seen.add(person)
    return sentences


def _stories(chapter: Chapter, log: Log) -> Iterator[tuple[str, list[Sentence]]]:
    for person, trail in log.trails.items():
        try:
            yield person, chapter(trail)
        except LookupError:
            continue


def _rule_edit(log: Log, mistake_on: date) -> list[Sentence]:
    """On the day of the edit: who stands above the lowered line and gets no handoff, and who asked and got one."""
    about = "A rule edit, held"
    asked = [each for trail in log.trails.values() for each in _asked_on(trail, mistake_on)]
    held = [trail for trail in log.trails.values() if _stands_outside(trail, mistake_on)]
    if not held:
        return []
    example = min(held, key=lambda trail: trail.person)
    band = next(t for t in reversed(example.traces) if t.what is What.BAND and t.ours and t.at.date() <= mistake_on)
    people = _count(len(held), "person", "people")
    intro = Sentence(
        about=about,
        text=f"On {day(mistake_on)} an edit lowered the line to 20 points: {people} of grade A to C stood above it, "
        f"{example.name} for one ({band.after}), and no handoff was opened for them.",
        cites=(band.seq,),
    )
    return [intro, *sorted(asked, key=lambda sentence: sentence.cites)[:2]]


def _asked_on(trail: Trail, when: date) -> Iterator[Sentence]:
    try:
        raised = trail.first(
            What.FORM, ours=False, test=lambda t: t.at.date() == when and HAND_RAISE in str(t.after).lower()
        )
        assigned = trail.first(What.STAGE, since=raised.seq, ours=True, test=is_set_to("assigned"))
    except LookupError:
        return
    if assigned.at.date() == when:
        words = f"{trail.name} asked for a demo that day and was assigned at {assigned.at:%H:%M}."
        yield Sentence(about="A rule edit, held", text=words, cites=(raised.seq, assigned.seq))


def _stands_outside(trail: Trail, when: date) -> bool:
    """Fit, warm and not with sales at the end of that day, by what leadloop had last written."""
    shown = {t.what: t.after for t in trail.traces if t.ours and t.at.date() <= when}
    warm = str(shown.get(What.BAND) or "").endswith(("warm", "hot"))
    return warm and shown.get(What.GRADE) in FIT and shown.get(What.STAGE) in {"known", "engaged"}


def _last_cycle(log: Log) -> list[Sentence]:
    reader = log.reader
    writes = (
        "wrote nothing"
        if reader.cycle_writes == 0
        else f"still wrote {_count(reader.cycle_writes, 'change', 'changes')}"
    )
    words = f"When the dust had settled, one more cycle read both systems and {writes}."
    return [Sentence(about="The last cycle", text=words, cites=(reader.cycle_began, reader.last_seq))]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
