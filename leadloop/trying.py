"""Versions of the scoring rules side by side: what is in force, and what somebody thinks of putting there."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.one_file import read_scoring
from config.rules import canonical
from config.scoring import ScoringRules
from domain.values import RuleHash
from leadloop.onlooker import Onlooker
from scoring.scorer import Scorer

OWN_DRAFT = "draft"
NOBODY = "There is nobody to try rules on yet: `leadloop run` reads the systems first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version, compiled. `name`: how it is called on the screen."""

    name: str
    scorer: Scorer
    in_force: bool = False

    @property
    def rules(self) -> ScoringRules:
        return self.scorer.book.source


def in_force(place: Onlooker) -> Version:
    scorer = Scorer(place.rules.scoring, place.version.hash, place.settings.time_zone)
    return Version(name=f"in force (version {place.version.number})", scorer=scorer, in_force=True)


def draft(place: Onlooker, rules: Path | None) -> Version:
    """Only its scoring.yaml is tried, on the facts and activities that there are; None: the folder's own."""
    read = read_scoring(rules or place.folder, place.folder)
    name = str(rules) if rules is not None else OWN_DRAFT
    return Version(name=name, scorer=Scorer(read, hash_of(read), place.settings.time_zone))


def versions(place: Onlooker, several: Sequence[Path]) -> list[Version]:
    """What is in force, then every draft that is another one, each once."""
    found = [in_force(place)]
    for rules in several or (None,):
        tried = draft(place, rules)
        if all(is_another(tried, each) for each in found):
            found.append(tried)
    return found


def is_another(one: Version, other: Version) -> bool:
    return hash_of(one.rules) != hash_of(other.rules)


def hash_of(rules: ScoringRules) -> RuleHash:
    return RuleHash(hashlib.sha256(canonical(rules.model_dump(mode="json")).encode()).hexdigest())
