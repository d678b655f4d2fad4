"""`leadloop score calibrate`: points from outcomes, as a draft in a folder of its own; nothing is ever published."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.mapping import Role
from config.one_file import FILE, read_scoring
from domain.errors import SettingsError, UsageError
from leadloop import exits, screen
from leadloop.calibration_told import Shown, as_data, show, warn
from leadloop.commands.score_backtest import moment
from leadloop.onlooker import Onlooker, looking_on
from leadloop.trying import hash_of
from reports.calibration import Question
from reports.proposing import Proposal, propose
from scoring.learning.calibrate import require_extra
from scoring.learning.outcomes import Method
from scoring.learning.sight import Lens
from scoring.past.knowable import Loaded
from scoring.past.occasion import Occasion, duration, occasion
from scoring.scorer import Scorer
from store import loaded

ALL, EVER = "all", "ever"
_FOLLOWS = {
    Role.STATUS: "it is set with the outcome",
    Role.ANSWER: "reps answer it with the outcome",
    Role.OWNER: "it says whose the lead is",
    Role.OWNED: "leadloop writes it",
}
"""Properties that come with the outcome or from the score itself: what they tell is not to be learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody wants to know, as it was typed. `later`: percent."""

    moment: str
    won: str
    lost: str | None
    within: str
    until: str | None
    timeless: Sequence[str]
    without: Sequence[str]
    beside: Sequence[str]
    sales: bool
    undated: bool
    doubling: int
    later: int
    least: int
    most: int
    out: Path | None


class _Every:
    """Every property there is."""

    def __contains__(self, _name: object) -> bool:
        return True


def run(folder: Path, ask: Ask, *, environment: str | None, as_json: bool) -> int:
    """Look, learn, and write at most the draft that was asked for."""
    require_extra()
    out = _free(folder, ask.out)
    with looking_on(folder, environment) as place:
        rules = read_scoring(place.folder, place.folder)
        scorer = Scorer(rules, hash_of(rules), place.settings.time_zone)
        question = _question(place, ask, scorer)
        barred = _barred(place, ask, question)
        lens = _lens(place, ask)
        method = Method(
            later=ask.later / 100,
            doubling=ask.doubling,
            least=ask.least,
            barred=frozenset(barred),
            beside=tuple(ask.beside),
        )
        text = (place.folder / FILE).read_text(encoding="utf-8-sig")
        found = propose(place.store, question, text, scorer=scorer, lens=lens, method=method)
        is_published = hash_of(rules) == hash_of(place.rules.scoring)
    written = _write(out, found)
    told = Shown(found, question, method, barred=barred, written=written, is_published=is_published)
    if as_json:
        screen.document(as_data(told))
    else:
        show(told)
    warn(told)
    return exits.OK if found.text is not None else exits.BAD_DATA


def _question(place: Onlooker, ask: Ask, scorer: Scorer) -> Question:
    now = place.clock.refresh()
    zone = ZoneInfo(place.settings.time_zone)
    until = now if ask.until is None else min(now, moment(ask.until, zone, "--until"))
    return Question(
        moment=_occasion(place, ask.moment, "--moment", scorer),
        won=_occasion(place, ask.won, "--won", scorer),
        lost=_occasion(place, ask.lost, "--lost", scorer) if ask.lost is not None else None,
        within=_within(ask.within),
        until=until,
        undated=ask.undated,
        most=ask.most,
    )


def _occasion(place: Onlooker, text: str, option: str, scorer: Scorer) -> Occasion:
    try:
        found = occasion(text, scorer.book.points)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
    _known(place, sorted(found.facts), option)
    return found


def _within(text: str) -> timedelta | None:
    if text == EVER:
        return None
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--within: {error}, or `{EVER}`") from error


def _lens(place: Onlooker, ask: Ask) -> Lens:
    with place.store.read() as tx:
        began = Loaded(streams=loaded.streams_since(tx), facts=loaded.facts_since(tx))
    return Lens(
        zone=ZoneInfo(place.settings.time_zone),
        loaded=began,
        timeless=_timeless(place, ask.timeless),
        with_sales=ask.sales,
    )


def _timeless(place: Onlooker, names: Sequence[str]) -> Container[str]:
    if ALL in names:
        return _Every()
    return frozenset(_known(place, names, "--timeless", f"; `{ALL}` stands for every one"))


def _barred(place: Onlooker, ask: Ask, question: Question) -> dict[str, str]:
    """Properties that nothing is learnt from, and why."""
    _known(place, ask.beside, "--beside")
    found = {each.name: _FOLLOWS[each.role] for each in place.rules.mapping.properties if each.role in _FOLLOWS}
    for told in (question.moment, question.won, question.lost):
        found.update(dict.fromkeys(told.facts if told is not None else (), "the question is asked by it"))
    found.update(dict.fromkeys(_known(place, ask.without, "--without"), "left out with --without"))
    return found


def _known(place: Onlooker, names: Sequence[str], option: str, more: str = "") -> Sequence[str]:
    known = {each.name for each in place.rules.mapping.properties}
    if strange := sorted(set(names) - known):
        raise UsageError(f"{option}: mapping.yaml has no property `{strange[0]}`{more}.")
    return names


def _free(folder: Path, out: Path | None) -> Path | None:
    """A draft lies beside the rules until somebody has read it."""
    if out is not None and out.resolve() == folder.resolve():
        raise UsageError(f"--out: {out} holds the rules themselves. Name another folder, compare, then copy it.")
    return out


def _write(out: Path | None, found: Proposal) -> Path | None:
    if out is None or found.text is None:
        return None
    path = out / FILE
    try:
        out.mkdir(parents=True, exist_ok=True)
        path.write_text(found.text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--out: {path} cannot be written: {error.strerror}") from error
    return path
