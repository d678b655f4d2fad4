"""What a step of go-live needs before it: checks as data, each with its mend. Only the store is asked, no system."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from config.mapping import Role
from config.settings import Settings
from domain.record import Field
from domain.run import ConnectionStatus, GoLive
from mapping.contested import undecided
from mapping.written import WrittenField, written_fields
from store import connections, described, first_stages, held, steps, survey
from store.engine import Tx
from sync.firstday import went_live_at
from sync.firststage import table_hash
from sync.loop import InForce
from sync.material import METERED

OURS = frozenset({Role.OWNED, Role.ANSWER})
"""Fields that only leadloop needs, so that `provision` makes them."""
NAMED = 5
"""So many fields are named in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One precondition. `met`: None where it is not known. One that is not `needed` yet is only told."""

    name: str
    what: str
    met: bool | None
    needed: bool = True
    mend: str = ""

    @property
    def stops(self) -> bool:
        return self.needed and self.met is False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the checks look at."""

    settings: Settings
    rules: InForce
    before: GoLive
    to: GoLive
    now: datetime


def next_step(step: GoLive) -> GoLive | None:
    return dict(pairwise(GoLive)).get(step)


def checks(tx: Tx, look: Look) -> list[Check]:
    """Every precondition of a step forward, in the order in which a person would meet them; of a step back none."""
    if look.before.covers(look.to):
        return []
    found = [_in_turn(look), _read(tx), _connected(tx), _surveyed(tx, look), _furnished(tx, look), _observed(tx, look)]
    found.append(_confirmed(tx, look))
    if look.to is GoLive.PILOT:
        found.append(_pilots(look))
    return [each for each in found if each is not None]


def observed(tx: Tx, *, now: datetime) -> timedelta:
    """How long it was observed since the baseline stood."""
    return steps.observed(tx, since=went_live_at(tx), now=now)


def _in_turn(look: Look) -> Check | None:
    between = [each for each in GoLive if look.to.covers(each) and not look.before.covers(each) and each is not look.to]
    if not between:
        return None
    names = " and ".join(f"`{each}`" for each in between)
    return Check(
        name="in_turn", what=f"{names} would be skipped", met=False, mend=f"Run `leadloop golive {between[0]}` first."
    )


def _read(tx: Tx) -> Check:
    if went_live_at(tx) is not None:
        return Check(name="read", what="every system was read once", met=True)
    mend = "Run `leadloop run`, or let `leadloop serve` go on until it is done."
    return Check(name="read", what="not every system was read to the end yet", met=False, mend=mend)


def _connected(tx: Tx) -> Check:
    out = [each.name for each in connections.all(tx) if each.status is ConnectionStatus.SUSPENDED]
    if not out:
        return Check(name="connections", what="no connection is suspended", met=True)
    mend = "`leadloop doctor` says what to mend."
    return Check(name="connections", what=f"suspended: {', '.join(out)}", met=False, mend=mend)


def _surveyed(tx: Tx, look: Look) -> Check:
    known = survey.latest(tx)
    if not known:
        what = "nobody looked yet who else writes our fields"
        return Check(name="survey", what=what, met=False, mend="Run `leadloop survey`.")
    waiting = undecided(known, look.rules.mapping, look.rules.types)
    if not waiting:
        return Check(name="survey", what="a survey was taken, and nothing in it waits to be decided", met=True)
    what = f"contested and undecided: {_listed([f'{each.field.connection} {each.field.place}' for each in waiting])}"
    mend = "`leadloop survey` says who else writes them, and which lines mapping.yaml wants."
    return Check(name="survey", what=what, met=False, mend=mend)


def _furnished(tx: Tx, look: Look) -> Check:
    told = described.all_of(tx)
    ours = [each for each in written_fields(look.rules.mapping, look.rules.types) if each.role in OURS]
    lacking = [each for each in ours if _lacks(each, told.get((each.connection, each.object)))]
    if lacking:
        what = f"not there, or not ours to write: {_listed([f'{each.connection} {each.place}' for each in lacking])}"
        return Check(name="fields", what=what, met=False, mend="Run `leadloop provision`.")
    unseen = sorted({f"{each.connection} {each.object}" for each in ours} - {" ".join(place) for place in told})
    if unseen:
        what = f"it is not known whether our fields are there: {_listed(unseen)} was never described"
        return Check(name="fields", what=what, met=None, mend="Run `leadloop doctor`.")
    return Check(name="fields", what="our own fields are there", met=True)


def _lacks(wanted: WrittenField, told: Mapping[str, Field] | None) -> bool:
    if told is None:
        return False
    found = told.get(wanted.field)
    return found is None or not found.writable


def _observed(tx: Tx, look: Look) -> Check | None:
    """Whoever was let go earlier is not held to it again: there is nothing to observe any more."""
    if look.before is not GoLive.OBSERVE:
        return None
    least, so_far = look.settings.observe_days, observed(tx, now=look.now)
    what = f"observed for {so_far.days} of {least} days"
    met = so_far >= timedelta(days=least)
    mend = "" if met else "Look at `leadloop compare` and `leadloop plan` meanwhile; `observe_days` is the setting."
    return Check(name="observed", what=what, met=met, mend=mend)


def _confirmed(tx: Tx, look: Look) -> Check:
    needed = look.to.covers(GoLive.PILOT)
    word = first_stages.confirmed(tx)
    if word is not None and word.hash == table_hash(look.rules.lifecycle.baseline):
        what = f"the first stages were confirmed by {word.by} on {word.at:%Y-%m-%d}"
        return Check(name="baseline", what=what, met=True, needed=needed)
    what = "nobody confirmed the first stages" if word is None else "the first stages changed since they were confirmed"
    mend = "`leadloop baseline` shows the table; then `leadloop baseline confirm`."
    return Check(name="baseline", what=what, met=False, needed=needed, mend=mend)


def _pilots(look: Look) -> Check:
    teams = look.settings.pilot_teams
    if teams:
        return Check(name="pilots", what=f"the pilot is for {', '.join(teams)}", met=True)
    mend = "Set `pilot_teams` in leadloop.yaml; a running daemon has to be started again for it."
    return Check(name="pilots", what="no team takes part in the pilot", met=False, mend=mend)


def waiting_of_earlier(tx: Tx) -> Iterator[tuple[str, int]]:
    """The sets of the first day and of earlier steps that wait for a word, with their leads."""
    yield from ((each.name, each.leads) for each in held.sets(tx) if each.name in METERED)


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
