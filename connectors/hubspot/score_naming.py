"""Names for rules that have none: HubSpot's rules are only numbered, ours are told apart by what they say."""

from collections.abc import Iterable

from config.conditions import Condition, Row, rows_of
from config.scoring import Repeat
from connectors.hubspot.score_parts import Drafted

LONGEST = 60


def numbered(place: int) -> str:
    """How a rule is found in HubSpot: the third of its group."""
    return f"rule {place + 1}"


class Names:
    """Gives every rule a name of its own; the same score gives the same names."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def of_activity(self, draft: Drafted, points: int) -> str:
        kinds = " or ".join(str(kind).replace("_", " ") for kind in draft.kinds)
        parts = [kinds[0].upper() + kinds[1:], _gist(draft.where), _often(draft.repeat)]
        return self._own(" ".join(part for part in parts if part), points)

    def of_trait(self, when: Condition, points: int) -> str:
        return self._own(_gist(when) or "Always", points)

    def _own(self, wanted: str, points: int) -> str:
        """`wanted`, else with its points, else with a number."""
        short = wanted if len(wanted) <= LONGEST else f"{wanted[: LONGEST - 1].rstrip()}…"
        number = 2
        name = short
        if name in self._taken:
            name = f"{short} ({points:+d})"
        while name in self._taken:
            name, number = f"{short} ({number})", number + 1
        self._taken.add(name)
        return name


def _gist(condition: Condition) -> str:
    met = rows_of(Condition(all=condition.all, any=condition.any))
    unmet = rows_of(Condition(none=condition.none))
    return ", ".join([*map(_words, met), *(f"not {_words(row)}" for row in unmet)])


def _words(row: Row) -> str:
    value = ", ".join(map(str, row.value)) if isinstance(row.value, list) else row.value
    operator = str(row.operator).replace("_", " ")
    return " ".join((row.property, operator) if value is None else (row.property, operator, str(value)))


def _often(repeat: Repeat) -> str:
    if repeat.policy == "nth":
        return f"time {repeat.n}"
    return "the first time" if repeat.policy == "first" else ""
