"""A lead as the loop keeps it: the person's standing, not their data (that is facts and records)."""

from dataclasses import dataclass
from datetime import datetime

from domain.stage import Stage
from domain.values import LeadId, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """`revision` rises with any change of activities, facts, shown values, stage, owner or identity.

    `armed_at` (latest of go-live, publish, recycling, merge): only what happened after it may open a
    handoff. `key` is our own unique id, written to both systems. `owner` is a rep's e-mail or None.
    `return_at` is when a recycled lead may leave its nurture list; `recycled_as` names the outcome
    that put it there, `left_lists` the lists a person took it off in this handoff.
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
    times_recycled: int = 0
    left_lists: tuple[str, ...] = ()
    nurture_withheld: str | None = None
    shown_score: int | None = None
    shown_band: str | None = None
    shown_at: datetime | None = None
    wake_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One lead property's value since a moment; append-only on change."""

    name: str
    value: Value
    since: datetime
    seen_at: datetime
