"""What the steps of the loop share: the store, the connections, the rules in force, the lead.

Built once by `leadloop/app.py`. Nothing in here reads a clock; every step is given `now`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.lifecycle import LifecycleRules
from config.load import Rules, rules_from_document
from config.mapping import MappingRules
from config.settings import Settings
from connectors.contract import Connector
from domain.run import RuleVersion
from domain.survey import Survey
from domain.values import RuleHash
from handoff.rulebook import Rulebook
from mapping.compiled import FieldMap
from mapping.contested import waiting_places
from scoring.scorer import Scorer
from scoring.why import Reasons
from store import rules as rule_store
from store import survey as survey_store
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
) -> InForce:
    """Compile a published version; its document was validated when it was published.

    A field that a survey found contested is not written before mapping.yaml says whose it is.
    """
    rules = rules_from_document(version.document)
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
        ),
        fields=FieldMap(rules.mapping, types, waiting=waiting_places(surveys or {}, rules.mapping, types)),
        time_zone=time_zone,
        types=types,
    )


class StopAskedError(Exception):
    """Raised inside a job, between two commits, when the daemon was asked to end."""


def nothing_reached(_point: str) -> None:
    """The crash points of a running installation: none."""


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
    reached: Callable[[str], None] = nothing_reached
    introduced: set[str] = field(default_factory=set)
    """Connections whose account was checked in this process; nothing is pushed to any other."""
    _in_force: InForce | None = field(default=None, init=False)
    _surveyed: Mapping[str, datetime] = field(default_factory=dict, init=False)

    def in_force(self, tx: Tx) -> InForce:
        """The published rules, compiled again only when another version was published or a survey was taken."""
        version = rule_store.current(tx)
        if version is None:
            raise LookupError("no rules are published in this store")
        known = survey_store.stamps(tx)
        if self._in_force is None or self._in_force.hash != version.hash or self._surveyed != known:
            surveys, self._surveyed = survey_store.latest(tx), known
            self._in_force = compile_version(
                version, types=self.types, time_zone=self.settings.time_zone, surveys=surveys
            )
        return self._in_force
