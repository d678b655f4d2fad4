"""What the steps of the loop share: the store, the connections, the rules in force, the lead.

Built once by `leadloop/app.py`. Nothing in here reads a clock; every step is given `now`.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.lifecycle import LifecycleRules
from config.load import Rules, rules_from_document
from config.mapping import MappingRules
from config.settings import Settings
from connectors.contract import Connector
from domain.drift import OpenDrift
from domain.place import FieldOf
from domain.record import Field
from domain.run import RuleVersion
from domain.survey import Survey
from domain.values import RuleHash
from handoff.rulebook import Rulebook
from mapping.compiled import FieldMap
from mapping.contested import waiting_places
from mapping.creation import Newcomer, newcomers
from mapping.uses import Use, uses
from scoring.scorer import Scorer
from scoring.why import Reasons
from store import described as described_store
from store import drifts as drift_store
from store import rules as rule_store
from store import survey as survey_store
from store.audit_chain import Anchor
from store.engine import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The published rules, compiled once. `types`: connection name → kind of system."""

    hash: RuleHash
    rules: Rules
    scorer: Scorer
    reasons: Reasons
    book: Rulebook
    fields: FieldMap
    time_zone: str
    types: Mapping[str, str]
    uses: Mapping[FieldOf, Use]
    """What the rules do with every vendor's field that they name."""
    newcomers: tuple[Newcomer, ...] = ()
    """How people are created where they are missing, and what that takes."""
    described: Mapping[tuple[str, str], Mapping[str, Field]] = field(default_factory=dict)
    """(connection, object) → what it last told of its fields; an object that was never asked is missing."""

    @property
    def mapping(self) -> MappingRules:
        return self.rules.mapping

    @property
    def lifecycle(self) -> LifecycleRules:
        return self.rules.lifecycle


def compile_version(
    version: RuleVersion,
    *,
    types: Mapping[str, str],
    time_zone: str,
    surveys: Mapping[str, Survey] | None = None,
    described: Mapping[tuple[str, str], Mapping[str, Field]] | None = None,
    drifts: Iterable[OpenDrift] = (),
) -> InForce:
    """Compile a published version; its document was validated when it was published.

    A field that a survey found contested is not written before mapping.yaml says whose it is. One that drifted is
    paused. One that may not be blank has to be known before anybody is created.
    """
    rules = rules_from_document(version.document)
    waiting = waiting_places(surveys or {}, rules.mapping, types)
    drifted = [each.drift for each in drifts]
    fields = FieldMap(
        rules.mapping,
        types,
        waiting=waiting,
        drifts=drifted,
        described=described,
        scored=rules.scoring.shown,
    )
    scorer = Scorer(rules.scoring, version.hash, time_zone)
    return InForce(
        hash=version.hash,
        rules=rules,
        scorer=scorer,
        reasons=Reasons(scorer.book, scorer.zone),
        book=Rulebook(
            lifecycle=rules.lifecycle,
            routing=rules.routing,
            scoring=rules.scoring,
            rule_hash=version.hash,
            time_zone=time_zone,
            territories=rules.territories,
        ),
        fields=fields,
        time_zone=time_zone,
        types=types,
        uses=uses(rules.mapping, types),
        newcomers=newcomers(fields, described or {}),
        described=described or {},
    )


def compile_here(tx: Tx, version: RuleVersion, *, types: Mapping[str, str], time_zone: str) -> InForce:
    """Compile a version with all that is known of the systems it is for."""
    return compile_version(
        version,
        types=types,
        time_zone=time_zone,
        surveys=survey_store.latest(tx),
        described=described_store.all_of(tx),
        drifts=drift_store.of(tx),
    )


@dataclass(slots=True)
class Compiled:
    """The rules in force as all loops of a process share them."""

    _last: InForce | None = None
    _known: tuple[object, ...] = ()
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def in_force(self, tx: Tx, *, types: Mapping[str, str], time_zone: str) -> InForce:
        """The published rules, compiled again only when another version was published, or when a survey or what the
        systems tell of their fields became another one."""
        stamps = (survey_store.stamps(tx), described_store.stamps(tx), drift_store.of(tx))
        known = (rule_store.hash_in_force(tx), types, time_zone, *stamps)
        with self._busy:
            if self._last is None or self._known != known:
                version = rule_store.current(tx)
                if version is None:
                    raise LookupError("no rules are published in this store")
                self._last = compile_here(tx, version, types=types, time_zone=time_zone)
                self._known = known
            return self._last


class StopAskedError(Exception):
    """Raised inside a job, between two commits, when the daemon was asked to end."""


def nothing_reached(_point: str) -> None:
    """The crash points of a running installation: none."""


def nobody_else_leads() -> None:
    """The lead of a process that is alone with its store."""


def no_anchor(_end: Anchor) -> None:
    """A loop of which nobody keeps the audit's end."""


@dataclass(slots=True, kw_only=True)
class Loop:
    """One installation's loop. `epoch` fences every write of this holder of the lead.

    `reached` is called at the named points between two commits; tests kill the process there.
    """

    store: Store
    settings: Settings
    connections: Mapping[str, Connector]
    holder: str
    epoch: int
    types: Mapping[str, str]
    fields: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """Connection → stream → the vendor's fields that its connector asks for now."""
    compiled: Compiled = field(default_factory=Compiled)
    reached: Callable[[str], None] = nothing_reached
    keep_lead: Callable[[], None] = nobody_else_leads
    """Looks after the lock by which this process leads; FencedError when another one does by now."""
    random_bytes: Callable[[int], bytes] | None = None
    """Makes the keys by which the audit knows values without showing them; None: it does not know them."""
    anchored: Callable[[Anchor], None] = no_anchor
    """Called with the new end of the audit's chain once it is committed; keeps it outside the database."""
    introduced: set[str] = field(default_factory=set)
    """Connections whose account was checked in this process; nothing is pushed to any other."""
    has_out: bool = field(default=False, init=False)
    """Whether its last push may have left rows claimed: the store failed when their fate was to be noted."""
    cover_looked_at: datetime | None = field(default=None, init=False)
    """The quarter of an hour in which it was last looked whom to tell of their air cover."""
    compared: dict[tuple[str, str], RuleHash] = field(default_factory=dict, init=False)
    """(connection, object) → the rules that what it tells of its fields was last compared with."""

    def in_force(self, tx: Tx) -> InForce:
        """The published rules, compiled with all that is known of the systems."""
        return self.compiled.in_force(tx, types=self.types, time_zone=self.settings.time_zone)
