"""By what each system of an installed folder counts a stage: mapping.yaml, and `counted` of reports.yaml.

What it does not know it refuses: a rule that is passed over would make two wrong figures alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tests.reference.installed import file_of
from tests.reference.mapped import FORWARD, Mapped, Question, Rule, System

STEPS = {
    "mql": ("mql", "mql_since"),
    "sal": ("accepted", "accepted_at"),
    "sql": ("qualified", "qualified_at"),
    "opportunity": ("opportunity", "opportunity_at"),
    "customer": ("customer", "customer_at"),
}
"""What is counted → our stage, and the property in which we write its date."""
KINDS = ("date", "datetime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`mapping`: that file; `counted`: system → what is counted → the property of its own date; `step`: of go-live."""

    mapping: Mapping[str, Any]
    counted: Mapping[str, Mapping[str, str]]
    zone: str
    step: str

    def question(self, what: str, *, since: int, until: int) -> Question:
        stage, ours = STEPS[what]
        return Question(
            stage=stage,
            mapped=self._mapped(),
            rules={name: self._rule(name, self.counted.get(name, {}).get(what, ours), stage) for name in self._systems},
            since=since,
            until=until,
            step=self.step,
        )

    @property
    def _systems(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.mapping["systems"]
        return found

    def _mapped(self) -> Mapped:
        return Mapped(
            zone=self.zone,
            systems={name: _system(said) for name, said in self._systems.items()},
            properties={
                (name, kind, field): each["name"]
                for each in self.mapping["properties"]
                for name in self._systems
                for kind, field in self._fields(each, name).items()
            },
            left=frozenset(self._left()),
        )

    def _left(self) -> Iterator[tuple[str, str, str]]:
        for name, places in self.mapping.get("decided", {}).items():
            for place, whose in places.items():
                if whose in ("theirs", "carried"):
                    kind, _, field = place.partition(".")
                    yield name, kind, field

    def _rule(self, system: str, name: str, stage: str) -> Rule:
        said = next((each for each in self.mapping["properties"] if each["name"] == name), None)
        return Rule(
            name=name,
            kind="datetime" if said is None else _kind(said, system),
            dates={} if said is None else self._fields(said, system),
            ours=said is None or said.get("role") == "owned",
            stages=dict(self._stages(system, stage)),
        )

    def _stages(self, system: str, stage: str) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
        """The words for the stage; where a status never goes back those for all beyond it, too."""
        for each in self.mapping["properties"]:
            words = each.get("values", {}).get(system, {}) if each.get("role") == "status" else {}
            beyond = FORWARD[FORWARD.index(stage) :] if system in each.get("forward_only", ()) else (stage,)
            meant = frozenset(str(word).strip().lower() for own, word in words.items() if own in beyond)
            for kind, field in self._fields(each, system).items() if meant else ():
                yield (kind, field), meant

    def _fields(self, said: Mapping[str, Any], system: str) -> dict[str, str]:
        """Object → field."""
        where = said.get("fields", {}).get(system, {})
        where = where["field"] if "field" in where and not isinstance(where, str) else where
        if isinstance(where, str):
            return dict.fromkeys(self._systems[system]["people"]["objects"], where)
        return dict(where)


def _system(said: Mapping[str, Any]) -> System:
    people = said["people"]
    emails = (people["email"], people.get("more_emails"))
    return System(
        people=tuple(people["objects"]),
        emails=tuple(each for each in emails if each is not None),
        creates=said.get("create") == "create_at_mql",
    )


def _kind(said: Mapping[str, Any], system: str) -> str:
    where, kind = said.get("fields", {}).get(system, ""), str(said.get("type", "text"))
    is_worded = not isinstance(where, str) and not {"read", "write"}.isdisjoint(where)
    if kind not in KINDS or is_worded or said.get("transforms"):
        raise ValueError(f"the reference does not know how {said['name']} is read")
    return kind


def measured_of(folder: Path, tx: Connection) -> Measured:
    """Published rules have their systems by name, in whatever order the file does."""
    settings = file_of(folder, "leadloop.yaml")
    if tx.exec_driver_sql("SELECT 1 FROM survey").first() is not None:
        raise ValueError("the reference does not know which fields a survey found contested")
    mapping = file_of(folder, "mapping.yaml")
    ordered = tx.exec_driver_sql("SELECT step FROM golive_step ORDER BY number DESC").scalar()
    return Measured(
        mapping=mapping | {"systems": dict(sorted(mapping["systems"].items()))},
        counted=file_of(folder, "reports.yaml").get("counted", {}),
        zone=settings.get("time_zone", "UTC"),
        step=str(ordered or settings.get("go_live", "observe")),
    )
