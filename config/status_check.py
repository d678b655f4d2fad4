"""Words of lifecycle.yaml that cannot be meant as they stand: they can be used, and a person should look."""

from collections.abc import Iterator, Mapping

from config.folder import ANY, Folder, each
from config.lifecycle import ENDLESS, USUAL_STAYS
from config.yaml_file import KeyPath
from domain.errors import Problem
from domain.stage import Stage

_BEYOND = frozenset({Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER})
"""Stages that a working status leaves a lead in."""


def doubtful(folder: Folder) -> Iterator[Problem]:
    """What is no mistake by itself, and hardly what anybody wants."""
    for check in (_working_and_more, _contrary_statuses, _answers_alike, _stays_without_end, _stays_untold):
        yield from check(folder)


def _working_and_more(folder: Folder) -> Iterator[Problem]:
    """A status that says that somebody works the lead is heard as that, whatever stage it names beside."""
    file = folder.lifecycle
    working = {word.casefold() for _, word in each(file, ("touch_statuses", ANY)) if isinstance(word, str)}
    seen: dict[str, tuple[str, object]] = {}
    for path, stage in each(file, ("status_stages", ANY)):
        word = str(path[-1])
        if word.casefold() in working:
            hint = "take it out of one of the two"
            yield file.problem(path, f"`{word}` stands under `touch_statuses`, and is heard as that", hint=hint)
        elif word.casefold() in seen and seen[word.casefold()][1] != stage:
            first, before = seen[word.casefold()]
            yield file.problem(
                path, f"`{word}` means `{before}` already, as `{first}`: capitals do not tell them apart"
            )
        seen.setdefault(word.casefold(), (word, stage))


def _contrary_statuses(folder: Folder) -> Iterator[Problem]:
    """A word that we write for one stage, and that means another one when a person writes it."""
    file, written = folder.lifecycle, _written(folder)
    meanings: list[tuple[KeyPath, str, frozenset[str]]] = [
        (path, str(path[-1]), frozenset({str(stage)})) for path, stage in each(file, ("status_stages", ANY))
    ]
    meanings += [(path, str(word), _BEYOND) for path, word in each(file, ("touch_statuses", ANY))]
    for path, word, meant in meanings:
        stages = written.get(word.casefold(), [])
        if stages and not meant.intersection(stages):
            told = " or ".join(stages)
            means = "work on the lead" if meant is _BEYOND else f"`{min(meant)}`"
            hint = "people could not tell which: give one of them another word"
            yield file.problem(path, f"`{word}` means {means} here, and mapping.yaml writes it for {told}", hint=hint)


def _written(folder: Folder) -> Mapping[str, list[str]]:
    """Word in small letters → the stages it is written for, in the order of the file."""
    found: dict[str, list[str]] = {}
    for path, word in each(folder.mapping, ("properties", ANY, "values", ANY, ANY)):
        stages = found.setdefault(str(word).casefold(), [])
        if str(path[-1]) not in stages:
            stages.append(str(path[-1]))
    return found


def _answers_alike(folder: Folder) -> Iterator[Problem]:
    """Of two questions with one word for different things nobody remembers which is which."""
    file = folder.lifecycle
    verdicts = {str(label).casefold(): str(path[-1]) for path, label in each(file, ("verdicts", ANY))}
    for path, label in each(file, ("outcomes", ANY, "label")):
        verdict, outcome = verdicts.get(str(label).casefold()), str(path[1])
        if verdict is not None and verdict != outcome:
            yield file.problem(path, f"`{label}` is the verdict `{verdict}` and the outcome `{outcome}`: name one anew")


def _stays_without_end(folder: Folder) -> Iterator[Problem]:
    file = folder.lifecycle
    for path, _ in each(file, ("longest_stay_days", ANY)):
        if path[-1] in ENDLESS:
            yield file.problem(path, f"being `{path[-1]}` has no end: this line does nothing", at_key=True)


def _stays_untold(folder: Folder) -> Iterator[Problem]:
    """A file from before stays had usual lengths: its leads begin to move on by themselves."""
    file = folder.lifecycle
    if not file.data or file.data.get("longest_stay_days") is not None:
        return
    told = ", ".join(f"{stage} {days}" for stage, days in USUAL_STAYS.items())
    yield file.problem(
        (),
        f"`longest_stay_days` is missing, and leads move on all the same after days in a stage: {told}",
        hint="write the days that you mean; docs/lifecycle.md says what follows",
    )
