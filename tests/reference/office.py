"""What an installation's rules say, as plain data: its teams and their hours, its words, channels, assets and points.

The reference counts by one of these and knows no other rules; conditions and points stand in it as the files have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Minutes of the local day, on some weekdays."""

    days: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A team. `country`: whose holidays it keeps; `away`: e-mail, first day and last day, both inside."""

    name: str
    zone: str
    country: str | None
    shifts: tuple[Shift, ...]
    reps: tuple[str, ...]
    away: tuple[tuple[str, date, date], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A channel, an asset or a persona: its name, and the condition as the file has it."""

    name: str
    when: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What means something between a rep and a person."""

    long_call_s: int = 120
    talked: tuple[str, ...] = ()
    meetings: bool = True
    replies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """`names`: rep → what they are called; `telling`: shared properties → what people call them; `goal`: qualified
    leads of a team on each of its working days; `spelled`: reasons whose words are not those of their key; `cells`:
    stage, persona and asset; `no_mail`: the property that says no to mail; `scoring`: that file."""

    crews: tuple[Crew, ...]
    zone: str
    names: Mapping[str, str]
    sources: tuple[Named, ...]
    meaning: Meaning
    telling: Mapping[str, str]
    goal: float
    spelled: Mapping[str, str]
    assets: tuple[Named, ...] = ()
    personas: tuple[Named, ...] = ()
    cells: tuple[tuple[str, str, str], ...] = ()
    no_mail: str = "opted_out"
    no_mail_days: int = 7
    scoring: Mapping[str, Any] = field(default_factory=dict)

    def words_for(self, reason: str) -> str:
        """What reps pick."""
        return self.spelled.get(reason, reason.replace("_", " ").capitalize())

    def crew_of(self, rep: str | None) -> Crew:
        """Whoever is in none is the first one's."""
        return next((crew for crew in self.crews if rep is not None and rep.lower() in crew.reps), self.crews[0])
