"""`leadloop score import FILE`: HubSpot's score as a draft of scoring.yaml, with everything that did not come along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.scoring import ScoringRules
from config.scoring_text import text_of
from connectors.hubspot.score_import import Imported, to_rules
from connectors.hubspot.score_shape import MOST_BYTES, Document, NotAScoreError, read_score
from connectors.hubspot.score_words import Effect, NoCounterpartError, Note
from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.checked import load
from leadloop.options import there
from leadloop.score_vocabulary import vocabulary_of

FILE = "scoring.yaml"
HAND_RAISERS = "HubSpot knows no hand-raisers: set `hand_raiser: true` on the forms by which people ask to be called."
_TAKEN = ("engagement", "fit", "fit_penalties", "total_cap")
"""What the score says; `line`, `steps` and `grades` too where it has tiers. All else stays as the folder has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`out`: the folder to write to, none: the installation's. `forms`: HubSpot's id → name."""

    file: Path
    out: Path | None = None
    connection: str | None = None
    forms: Mapping[str, str]
    yes: bool = False


def run(folder: Path, ask: Ask, *, environment: str | None, as_json: bool) -> int:
    """0: all of it; 1: something was left out; 64: there is a file already; 65: the file is no score of people."""
    installation = load(folder, environment)
    try:
        found = read_score(_text(ask.file))
        kept = [rule.name for group in _other_groups(installation.rules.scoring) for rule in group.rules]
        vocabulary = vocabulary_of(installation, ask.connection, ask.forms)
        came = to_rules(found, vocabulary, taken=kept)
        rules = _joined(installation.rules.scoring, came)
    except (NotAScoreError, NoCounterpartError, OSError, UnicodeDecodeError) as error:
        return _refuse(ask.file, error, as_json=as_json)
    target = (ask.out or folder) / FILE
    is_written = ask.yes or not target.exists()
    if is_written:
        write(target, _told(rules, came, found, ask.file))
    if as_json:
        screen.document(_as_data(found, came, target, is_written=is_written))
    else:
        _show(found, came)
        _say_next(ask, folder, target, is_written=is_written)
    if not is_written:
        return exits.USAGE
    return code_for(came.notes)


def write(target: Path, text: str) -> None:
    """SettingsError where nothing can be written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{target} cannot be written: {error.strerror}") from error


def code_for(notes: Sequence[Note]) -> int:
    """1 as soon as something was left out."""
    return exits.SOME_FAILED if any(note.effect is Effect.LEFT_OUT for note in notes) else exits.OK


def show_notes(notes: Sequence[Note]) -> None:
    """The table of what did not go as it stands, what was left out first."""
    order = list(Effect)
    rows = [
        (note.effect, note.group or "-", note.rule or "-", note.reason, note.remedy)
        for note in sorted(notes, key=lambda each: order.index(each.effect))
    ]
    if rows:
        screen.table("\nNot carried over as it stands", ("what", "group", "rule", "why", "what to do"), rows)


def note_as_data(note: Note) -> dict[str, str]:
    return {
        "group": note.group,
        "rule": note.rule,
        "effect": str(note.effect),
        "reason": note.reason,
        "remedy": note.remedy,
    }


def _text(file: Path) -> str:
    with file.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise NotAScoreError(f"the file is larger than {MOST_BYTES // 1_000_000} MB; a score is not")
    return data.decode("utf-8-sig")


def _refuse(file: Path, error: Exception, *, as_json: bool) -> int:
    why = error.strerror if isinstance(error, OSError) else "is not UTF-8" if _is_coding(error) else str(error)
    remedy = error.remedy if isinstance(error, NoCounterpartError) else ""
    if as_json:
        screen.document({"ok": False, "file": str(file), "message": why, "remedy": remedy})
    else:
        screen.say(f"{file}: {why}" + (f"; {remedy}" if remedy else ""))
    return exits.BAD_DATA


def _is_coding(error: Exception) -> bool:
    return isinstance(error, UnicodeDecodeError)


def _other_groups(rules: ScoringRules) -> list[Any]:
    return [*rules.sales, *(group for score in rules.scores for group in score.groups)]


def _joined(own: ScoringRules, came: Imported) -> ScoringRules:
    """What HubSpot says in place of ours; what it has no words for stays."""
    taken = {*_TAKEN, *(name for name in ("line", "steps", "grades") if name in came.rules.model_fields_set)}
    told = {name: getattr(came.rules, name) for name in taken}
    try:
        return ScoringRules.model_validate({**{n: getattr(own, n) for n in type(own).model_fields}, **told})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise NotAScoreError(f"with the folder's other rules it makes no scoring.yaml: {first['msg']}") from error


def _told(rules: ScoringRules, came: Imported, found: Document, file: Path) -> str:
    head = [
        f"Imported from HubSpot's score '{_line(found.name)}' ({_line(file.name)}): {came.came} of {came.found} rules.",
        "What HubSpot has no words for (sales, exclusions, showing, ...) stayed as it was in this folder.",
        HAND_RAISERS,
        "Try it with `leadloop score backtest` before `leadloop config publish`.",
    ]
    if came.notes:
        head += ["", "Not carried over as it stands:"]
        head += [f"- {_line(_sentence(note))}" for note in came.notes]
    above = {
        "line": "Where a lead becomes marketing-qualified",
        "engagement": "HubSpot's INTENT groups",
        "fit": "HubSpot's FIT groups: 100 × points / limit of what is known",
        "fit_penalties": "FIT groups that only take points away",
    }
    return text_of(rules, head=head, above=above)


def _sentence(note: Note) -> str:
    where = ", ".join(part for part in (note.group, note.rule) if part)
    return f"{note.effect}: {where + ': ' if where else ''}{note.reason}. {note.remedy[0].upper()}{note.remedy[1:]}."


def _line(text: str) -> str:
    """Text of the file's on one line of a comment."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:400]


def _show(found: Document, came: Imported) -> None:
    screen.show(f"{found.name}: {came.came} of {came.found} rules came over")
    groups = [("engagement", group.name, len(group.rules), group.limit or "-") for group in came.rules.engagement]
    groups += [("fit", group.name, len(group.rules), group.limit) for group in came.rules.fit]
    if came.rules.fit_penalties:
        groups.append(("fit", "penalties", len(came.rules.fit_penalties), "-"))
    screen.table("", ("number", "group", "rules", "limit"), groups)
    show_notes(came.notes)


def _say_next(ask: Ask, folder: Path, target: Path, *, is_written: bool) -> None:
    if not is_written:
        screen.say(f"\nNothing was written: {target} is there already. --yes writes over it, --out DIR goes elsewhere.")
        return
    screen.say(f"\nwrote {target}")
    screen.say(HAND_RAISERS)
    if ask.out is None:
        screen.say(f"Next: `leadloop check{there(folder)}`, then `leadloop plan{there(folder)}`.")
    else:
        screen.say(f"Next: `leadloop score backtest --rules {ask.out} --since DATE{there(folder)}`.")


def _as_data(found: Document, came: Imported, target: Path, *, is_written: bool) -> dict[str, Any]:
    return {
        "ok": True,
        "score": found.name,
        "rules_found": came.found,
        "rules_came": came.came,
        "written": str(target) if is_written else None,
        "notes": [note_as_data(note) for note in came.notes],
    }
