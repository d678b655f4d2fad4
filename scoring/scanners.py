"""Which clicks in a mail are a scanner's, and why: told from one lead's own activities, never from the time it is.

A click that says what it is (its agent, HEAD, a trap, the sending system's filter) is a machine's at once. Behaviour
(many links at once, right after sending, a scanner's network) is summed up, and reading on takes from the sum. What a
person said of a click beats both.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from config.scanners import ScannerRules, is_network
from domain.activity import Activity, ActivityKind
from domain.values import Value, from_text
from scoring.bursts import Burst, Key, bursts_of
from scoring.ledger import known

SUSPECT_KINDS = frozenset({ActivityKind.EMAIL_CLICKED, ActivityKind.EMAIL_OPENED})
"""What a machine may have done. Everything else is never doubted here."""

_READING = frozenset({ActivityKind.PAGE_VIEWED, ActivityKind.FORM_SUBMITTED})
_TELLING = SUSPECT_KINDS | _READING
_YES = frozenset({"true", "yes", "1"})
"""In a file, a truth is a text."""
_ALL_TIME = datetime.max.replace(tzinfo=UTC)


class Hint(StrEnum):
    FILTERED = "filtered"
    AGENT = "agent"
    METHOD = "method"
    TRAP = "trap"
    BURST = "burst"
    DELAY = "delay"
    NETWORK = "network"
    READS_ON = "reads_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One hint in words, with its evidence; below nothing speaks for a person, None decides alone."""

    hint: Hint
    weight: int | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """The verdict on one click or open. `vouched`: a person said that it was one."""

    activity: Activity
    is_machine: bool
    vouched: bool
    reasons: tuple[Reason, ...]

    @property
    def words(self) -> str:
        return ", ".join(reason.words for reason in self.reasons)


def may_be_machine(activities: Iterable[Activity]) -> bool:
    """False: nothing here can be a machine's, and no more need be asked."""
    return any(each.kind in SUSPECT_KINDS for each in activities)


def speaks_of_machine(each: Activity, rules: ScannerRules) -> bool:
    """False: nothing that this one says of itself makes it a machine's, whenever it happened; a burst still may."""
    said = each.properties
    timed = "sent_at" in said or "delivered_at" in said or bool(_delay(each, rules))
    return timed or bool(_tells(each, rules)) or (bool(rules.networks) and _calls_from(said, rules.networks))


def machine_made(
    activities: Iterable[Activity], rules: ScannerRules, *, known_at: datetime | None = None
) -> dict[Key, Suspicion]:
    """The clicks and opens of these that a machine made, by key. Order and duplicates do not matter.

    `known_at`: whose word a person gave later is not heard yet; None: every word is.
    """
    return {each.activity.key: each for each in verdicts(activities, rules, known_at=known_at) if each.is_machine}


def without_machines(
    activities: Sequence[Activity], rules: ScannerRules, *, known_at: datetime | None = None
) -> Sequence[Activity]:
    """The activities without what a machine made, in the same order. `known_at` as for `machine_made`."""
    made = machine_keys(activities, rules, known_at=known_at)
    return [each for each in activities if each.key not in made] if made else activities


def machine_keys(
    activities: Sequence[Activity], rules: ScannerRules, *, known_at: datetime | None = None
) -> frozenset[Key]:
    """Which of these a machine made. `known_at` as for `machine_made`."""
    return frozenset(machine_made(activities, rules, known_at=known_at)) if may_be_machine(activities) else frozenset()


def next_word_at(present: Sequence[Activity], future: Sequence[Activity]) -> datetime | None:
    """When the next activity comes, known already, that may change what is thought of a click."""
    if not future or not may_be_machine(present):
        return None
    return min((each.occurred_at for each in future if each.kind in _TELLING), default=None)


def verdicts(
    activities: Iterable[Activity], rules: ScannerRules, *, known_at: datetime | None = None
) -> list[Suspicion]:
    """What to think of every click and open, oldest first."""
    rows, by_then = list(activities), known_at or _ALL_TIME
    suspects = known((each for each in rows if each.kind in SUSPECT_KINDS), by_then)
    clicks = [each for each in suspects if each.kind is ActivityKind.EMAIL_CLICKED]
    bursts = bursts_of(clicks, rules.burst)
    hints = [(_tells(each, rules), _behaviour(each, rules, bursts.get(each.key))) for each in suspects]
    read_on: set[Key] = set()
    if any(behaviour for _, behaviour in hints):
        read_on = _read_on(clicks, known((each for each in rows if each.kind in _READING), by_then), rules)
    return [
        _verdict(each, tells, behaviour, rules, reads_on=each.key in read_on, by_then=by_then)
        for each, (tells, behaviour) in zip(suspects, hints, strict=True)
    ]


def _verdict(
    each: Activity,
    tells: Sequence[Reason],
    behaviour: Sequence[Reason],
    rules: ScannerRules,
    *,
    reads_on: bool,
    by_then: datetime,
) -> Suspicion:
    evidence = sum(reason.weight or 0 for reason in behaviour)
    if reads_on and evidence and not tells:
        cleared = Reason(hint=Hint.READS_ON, weight=-rules.reads_on.weight, words="but read on afterwards")
        behaviour = (*behaviour, cleared)
        evidence -= rules.reads_on.weight
    vouched = each.vouched_at is not None and each.vouched_at <= by_then
    return Suspicion(
        activity=each,
        is_machine=not vouched and (bool(tells) or evidence >= rules.evidence),
        vouched=vouched,
        reasons=(*tells, *behaviour),
    )


def _tells(each: Activity, rules: ScannerRules) -> list[Reason]:
    """What the click says of itself."""
    said = each.properties
    found: list[Reason] = []
    if str(said.get("filtered")).casefold() in _YES:
        found.append(_decides(Hint.FILTERED, "the sending system says that it was a machine"))
    if not rules.enabled:
        return found
    word = _word_in(said.get("agent"), rules.agents)
    if word is not None:
        found.append(_decides(Hint.AGENT, f"its agent says {word.strip('/')}"))
    if str(said.get("method") or "").upper() == "HEAD":
        found.append(_decides(Hint.METHOD, "it asked for the head of the page only"))
    if _word_in(said.get("url"), rules.trap_links) is not None:
        found.append(_decides(Hint.TRAP, "it followed a link that no person sees"))
    return found


def _decides(hint: Hint, words: str) -> Reason:
    return Reason(hint=hint, weight=None, words=words)


def _behaviour(each: Activity, rules: ScannerRules, burst: Burst | None) -> list[Reason]:
    if not rules.enabled:
        return []
    found: list[Reason] = []
    if burst is not None and rules.burst.weight:
        weight = rules.burst.weight + (burst.links > rules.burst.links)
        words = f"{burst.links} links within {_seconds(burst.seconds)}"
        found.append(Reason(hint=Hint.BURST, weight=weight, words=words))
    found += _delay(each, rules)
    if rules.networks and rules.network_weight and _calls_from(each.properties, rules.networks):
        words = "it came from a scanner's network"
        found.append(Reason(hint=Hint.NETWORK, weight=rules.network_weight, words=words))
    return found


def _delay(each: Activity, rules: ScannerRules) -> list[Reason]:
    delay, passed = rules.delay, since_sent_s(each)
    if passed is None or not 0 <= passed <= delay.soon_s:
        return []
    weight = delay.at_once_weight if passed <= delay.at_once_s else delay.soon_weight
    words = f"{_seconds(passed)} after the mail was sent"
    return [Reason(hint=Hint.DELAY, weight=weight, words=words)] if weight else []


def since_sent_s(each: Activity) -> float | None:
    """Seconds since sending, or since delivery where only that is known; None: nobody says."""
    for name, moment in (("since_sent_s", False), ("sent_at", True), ("delivered_at", True)):
        value = each.properties.get(name)
        if value is None or isinstance(value, bool):
            continue
        try:
            return (each.occurred_at - from_text(str(value))).total_seconds() if moment else float(value)
        except ValueError:
            continue
    return None


def _read_on(clicks: Sequence[Activity], later: Sequence[Activity], rules: ScannerRules) -> set[Key]:
    """The clicks after which somebody looked on: those right before it, as close together as a burst."""
    if not later or not clicks or not rules.reads_on.weight:
        return set()
    moments, runs = [each.occurred_at for each in clicks], _runs(clicks, timedelta(seconds=rules.burst.within_s))
    least, most = timedelta(seconds=rules.reads_on.after_s), timedelta(seconds=rules.reads_on.within_s)
    reached: set[int] = set()
    for each in later:
        place = bisect_right(moments, each.occurred_at) - 1
        if place >= 0 and least <= each.occurred_at - moments[place] <= most:
            reached.add(runs[place])
    return {each.key for each, run in zip(clicks, runs, strict=True) if run in reached}


def _runs(clicks: Sequence[Activity], apart: timedelta) -> list[int]:
    """Clicks that follow each other closely have one number."""
    numbers: list[int] = []
    for place, each in enumerate(clicks):
        begins = place == 0 or each.occurred_at - clicks[place - 1].occurred_at > apart
        numbers.append((numbers[-1] if numbers else 0) + begins)
    return numbers


def _word_in(value: Value, words: Sequence[str]) -> str | None:
    text = str(value or "").casefold()
    return next((word for word in words if word.casefold() in text), None) if text else None


def _calls_from(said: Mapping[str, Value], networks: tuple[str, ...]) -> bool:
    words, ranges = _compiled(networks)
    if _word_in(said.get("network"), words) is not None:
        return True
    try:
        address = ip_address(str(said.get("ip") or ""))
    except ValueError:
        return False
    return any(address in each for each in ranges)


@lru_cache(maxsize=8)
def _compiled(networks: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[IPv4Network | IPv6Network, ...]]:
    words = tuple(text for text in networks if not is_network(text))
    return words, tuple(ip_network(text.strip()) for text in networks if is_network(text))


def _seconds(number: float) -> str:
    """Whole seconds, rounded up: within 1 s."""
    return f"{max(1, -int(-number // 1))} s"
