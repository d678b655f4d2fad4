"""The rule files as one immutable thing with a hash: what a score, a transition, an assignment carries."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from config.lifecycle import BaselineRow, LifecycleRules
from config.mapping import MappingRules
from config.routing import RoutingRules
from config.scoring import ScoringRules
from config.territories import TerritoryTable
from domain.errors import RuleError
from domain.values import RuleHash

RULE_FILES: Mapping[str, type[BaseModel]] = {
    "mapping": MappingRules,
    "scoring": ScoringRules,
    "lifecycle": LifecycleRules,
    "routing": RoutingRules,
}
"""By the name of the file, without `.yaml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One version. `document` is canonical JSON (sorted keys, every default written out); `hash` its SHA-256 in hex."""

    scoring: ScoringRules
    lifecycle: LifecycleRules
    routing: RoutingRules
    mapping: MappingRules
    hash: RuleHash
    document: str = field(repr=False)
    territories: TerritoryTable | None = None


def document_of(models: Mapping[str, BaseModel], territories: TerritoryTable | None = None) -> str:
    """The canonical form. Defaults are written out, so a version keeps its meaning when a default changes later."""
    plain = {name: models[name].model_dump(mode="json") for name in RULE_FILES}
    table = {} if territories is None else {"territories": territories.model_dump(mode="json")}
    return canonical({**plain, **table})


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def mapping_of(document: str) -> MappingRules | None:
    """The mapping of a published version; None where this release no longer understands it."""
    try:
        return MappingRules.model_validate(json.loads(document)["mapping"])
    except (ValidationError, ValueError, KeyError, TypeError):
        return None


def baseline_of(document: str) -> list[BaselineRow] | None:
    """The table of first stages of a published version; None where this release no longer understands it."""
    try:
        return [BaselineRow.model_validate(row) for row in json.loads(document)["lifecycle"]["baseline"]]
    except (ValidationError, ValueError, KeyError, TypeError):
        return None


def baseline_hash(document: str) -> str | None:
    """What the table of first stages of a published version is known by; None where there is none to be read."""
    try:
        return hash_of_rows(json.loads(document)["lifecycle"]["baseline"])
    except (ValueError, KeyError, TypeError):
        return None


def hash_of_rows(rows: Any) -> str:
    """SHA-256 of a table of first stages in canonical form."""
    return hashlib.sha256(canonical(rows).encode()).hexdigest()


@lru_cache(maxsize=4)
def rules_from_document(document: str) -> Rules:
    """A published version as it was; RuleError when this release no longer understands it.

    A process asks for the same one again and again, and for few others.
    """
    try:
        data = json.loads(document)
        return Rules(
            scoring=ScoringRules.model_validate(data["scoring"]),
            lifecycle=LifecycleRules.model_validate(data["lifecycle"]),
            routing=RoutingRules.model_validate(data["routing"]),
            mapping=MappingRules.model_validate(data["mapping"]),
            territories=TerritoryTable.model_validate(data["territories"]) if "territories" in data else None,
            hash=RuleHash(hashlib.sha256(document.encode()).hexdigest()),
            document=document,
        )
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise RuleError(
            "The published rules cannot be read by this release: publish the folder's rules again"
        ) from error
