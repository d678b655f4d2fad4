"""Today's process: by which values a system shows that a lead has come to sales without us.

Only compared with, never decided by. What lifecycle.yaml does not say under `today` follows from its other words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from config.lifecycle import LIFECYCLE_NAMES, BaselineRow, LifecycleRules
from config.mapping import MappingRules, Property, Role
from domain.stage import Stage
from domain.values import Value

WITH_THEM = frozenset({Stage.MQL, Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER})
"""Stages of a lead that has come to sales, or beyond."""
BEYOND_DOUBT = frozenset({Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER})
"""Of these: what a conversion or a deal brings about, whatever the process is."""
_ORDER = list(Stage)
_WRITTEN = WITH_THEM - {Stage.ASSIGNED}
"""Stages whose value is a sign. New records come with the one that stands for `assigned`: nobody need have looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """`signs`: status property → the values that count, as they are written. `labels`: what people call these.

    `named`: properties whose values somebody named; those of the others follow from the rules, and with none named
    the process is `derived`. `owners`: properties that name a lead's owner; `owner_counts`: whether it is a sign, too,
    that a rep takes a lead up.
    """

    signs: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    owners: frozenset[str]
    owner_counts: bool
    within: timedelta
    named: frozenset[str] = frozenset()

    @property
    def derived(self) -> bool:
        return not self.named

    def counts(self, name: str, value: Value) -> bool:
        """Whether this value of this property says that the lead has come to sales."""
        return isinstance(value, str) and plain(value) in {plain(word) for word in self.signs.get(name, ())}


def process_of(lifecycle: LifecycleRules, mapping: MappingRules) -> Process:
    """As the rules name it, else as it follows from what else they say."""
    today = lifecycle.today
    statuses = [one for one in mapping.properties if one.role is Role.STATUS]
    named = {one.name: today.lifecycle if one.name in LIFECYCLE_NAMES else today.status for one in statuses}
    signs: dict[str, tuple[str, ...]] = {}
    for one in statuses:
        said = named[one.name]
        signs[one.name] = tuple(said if said is not None else _derived(one, statuses, lifecycle))
    owners = frozenset(one.name for one in mapping.properties if one.role is Role.OWNER)
    return Process(
        signs={name: words for name, words in signs.items() if words},
        labels={one.name: one.label or one.name for one in mapping.properties if one.name in {*signs, *owners}},
        owners=owners,
        owner_counts=today.owner,
        within=timedelta(days=today.within_days),
        named=frozenset(name for name, said in named.items() if said is not None),
    )


def _derived(one: Property, statuses: Iterable[Property], lifecycle: LifecycleRules) -> list[str]:
    """What we would write ourselves, and what the rules hear or take at first sight as a lead that sales has."""
    is_lifecycle = one.name in LIFECYCLE_NAMES
    own = {plain(word) for _, word in _spoken(one)}
    others = {plain(word) for other in statuses if other is not one for _, word in _spoken(other)}
    heard = [(Stage.ACCEPTED, word) for word in lifecycle.touch_statuses]
    heard += [(stage, word) for word, stage in lifecycle.status_stages.items()]
    mine = [(s, w) for s, w in heard if plain(w) in own or (not is_lifecycle and plain(w) not in others)]
    first = [(row.stage, word) for row in lifecycle.baseline if (word := _said(row, is_lifecycle)) is not None]
    told = [*((stage, word) for stage, word in _spoken(one) if stage in _WRITTEN), *mine, *first]
    once: dict[str, str] = {}
    for stage, word in sorted(told, key=lambda each: (_ORDER.index(each[0]), each[1])):
        if stage in WITH_THEM:
            once.setdefault(plain(word), word)
    return list(once.values())


def _spoken(one: Property) -> Iterable[tuple[Stage, str]]:
    return [(stage, word) for stages in one.values.values() for stage, word in stages.items()]


def _said(row: BaselineRow, is_lifecycle: bool) -> str | None:
    return row.lifecycle if is_lifecycle else row.status


def plain(word: str) -> str:
    """As two values are compared: people and systems spell them differently."""
    return word.strip().casefold()
