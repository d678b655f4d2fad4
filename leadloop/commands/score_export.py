"""`leadloop score export`: the folder's scoring.yaml as the request that creates a score in HubSpot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from connectors.hubspot.score_export import for_create, from_rules
from connectors.hubspot.score_words import Note
from leadloop import exits, screen
from leadloop.checked import load
from leadloop.commands.score_import import code_for, note_as_data, show_notes, write
from leadloop.score_vocabulary import vocabulary_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`out`: none writes the score to standard output."""

    name: str
    out: Path | None = None
    connection: str | None = None
    forms: Mapping[str, str]
    yes: bool = False


def run(folder: Path, ask: Ask, *, environment: str | None, as_json: bool) -> int:
    """0: all of it; 1: something was left out; 64: there is a file already."""
    installation = load(folder, environment)
    vocabulary = vocabulary_of(installation, ask.connection, ask.forms)
    went = from_rules(installation.rules.scoring, vocabulary, name=ask.name)
    body, by_hand = for_create(went.document)
    notes = (*went.notes, *by_hand)
    if ask.out is not None and ask.out.exists() and not ask.yes:
        screen.say(f"Nothing was written: {ask.out} is there already. --yes writes over it.")
        return exits.USAGE
    text = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
    if ask.out is not None:
        write(ask.out, f"{text}\n")
    if as_json:
        screen.document(_as_data(body, notes, found=went.found, went=went.went, out=ask.out))
    elif ask.out is None:
        screen.show(text)
        _say_notes(notes, went.went, went.found)
    else:
        screen.show(f"{ask.name}: {went.went} of {went.found} rules went over")
        show_notes(notes)
        screen.say(f"\nwrote {ask.out}")
    return code_for(notes)


def _say_notes(notes: Sequence[Note], went: int, found: int) -> None:
    """To standard error: standard output is the score alone."""
    screen.say(f"{went} of {found} rules went over.")
    for note in notes:
        where = ", ".join(part for part in (note.group, note.rule) if part)
        screen.say(f"{note.effect}: {where + ': ' if where else ''}{note.reason}; {note.remedy}")


def _as_data(
    body: Mapping[str, Any], notes: Sequence[Note], *, found: int, went: int, out: Path | None
) -> dict[str, Any]:
    return {
        "rules_found": found,
        "rules_went": went,
        "written": None if out is None else str(out),
        "notes": [note_as_data(note) for note in notes],
        "score": body,
    }
