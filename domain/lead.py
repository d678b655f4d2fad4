"""A lead as the loop keeps it: the person's standing, not their data (that is facts and records)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.stage import Stage
from domain.values import LeadId, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """`revision` rises with any change of activities, facts, shown values, stage, owner or identity.

    `armed_at` (latest of go-live, publish, recycling, merge): only what happened after it may open a
    handoff. `key` is our own unique id, written to both systems. `owner` is a rep's e-mail or None.
    `return_at` is when a recycled lead may leave its nurture list; `recycled_as` names the outcome
    that put it there, `set_aside_because` says in words why it rests or is out where no outcome does, `left_lists`
    are the lists a person took it off in this handoff. `reached` holds when it came to each stage in this pass; one
    that it has gone back from is not reached any more. `silent_since`: a customer of whom nobody had heard then,
    until sales is in touch with them.
    """

    id: LeadId
    key: str
    revision: int
    stage: Stage
    stage_since: datetime
    armed_at: datetime
    owner: str | None = None
    mql_since: datetime | None = None
    return_at: datetime | None = None
    recycled_as: str | None = None
    set_aside_because: str | None = None
    times_recycled: int = 0
    left_lists: tuple[str, ...] = ()
    nurture_withheld: str | None = None
    silent_since: datetime | None = None
    shown_score: int | None = None
    shown_band: str | None = None
    shown_at: datetime | None = None
    wake_at: datetime | None = None
    reached: Mapping[Stage, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One lead property's value since a moment; append-only on change."""

    name: str
    value: Value
    since: datetime
    seen_at: datetime
