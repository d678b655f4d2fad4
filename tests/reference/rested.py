"""Every figure about rests: each time that a lead was put to rest, until its next handoff.

One lead's handoffs and moves in one row of happenings, walked from each rest to the next.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.reference.figures import DAY, TOTAL, Figures, Person, Sight
from tests.reference.handed import Handed
from tests.reference.ledger import Known, Row
from tests.reference.office import Office
from tests.reference.sums import Expected, count, middle, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Rested:
    lead: int
    at: int
    reason: str
    channel: str
    back: Handed | None
    left: bool


def rests(people: Iterable[Person], sight: Sight) -> list[Rested]:
    return [
        each
        for person in people
        if sight.channel in {None, person.channel}
        for each in _rests_of(person)
        if sight.covers(each.at)
    ]


def _rests_of(person: Person) -> list[Rested]:
    moves = sorted(person.lead.of("transition"), key=lambda row: (row["at"], row["id"]))
    begins = [place for place, row in enumerate(moves) if _is_rest(row)]
    found = []
    for number, place in enumerate(begins):
        after = begins[number + 1] if number + 1 < len(begins) else len(moves)
        following = moves[after] if after < len(moves) else None
        back = _back(person.passes, moves[place], following)
        away = [row for row in moves[place + 1 : after] if row["before"] == "recycled"]
        found.append(
            Rested(
                lead=person.lead.id,
                at=moves[place]["at"],
                reason=_reason(person.lead, moves[place]),
                channel=person.channel,
                back=back,
                left=back is None and bool(away),
            )
        )
    return found


def _is_rest(row: Row) -> bool:
    return bool(row["after"] == "recycled" and row["before"] != "recycled" and row["cause"] != "baseline")


def _reason(lead: Known, rest: Row) -> str:
    ended = [row["outcome"] for row in lead.of("handoff") if row["number"] == rest["handoff"] and row["outcome"]]
    others = [row["recycled_as"] for row in lead.of("lead") if row["recycled_as"]]
    return str([*ended, *others, "without a handoff"][0])


def _back(passes: Sequence[Handed], rest: Row, following: Row | None) -> Handed | None:
    """The first that is none of those up to the one that the rest ended, and that began before the next rest."""
    ended, stops = _ended(passes, rest), None if following is None else _ended(passes, following)
    for number, each in enumerate(passes):
        if number <= ended or each.opened < rest["at"]:
            continue
        if following is None or stops is None or number <= stops or each.opened < following["at"]:
            return each
    return None


def _ended(passes: Sequence[Handed], move: Row) -> int:
    """Which of them a move ended; -1: it came before all of them."""
    theirs = [number for number, each in enumerate(passes) if move["id"] in [row["id"] for row in each.moves]]
    return theirs[0] if theirs else -1


def nurture(people: Sequence[Person], sight: Sight, office: Office) -> Figures:
    every = rests(people, sight)
    return _table("reason", every, lambda each: office.words_for(each.reason)) | _table(
        "channel", every, lambda each: each.channel
    )


def _table(table: str, every: Sequence[Rested], label_of: Callable[[Rested], str]) -> Figures:
    labels = sorted({label_of(each) for each in every})
    groups = [(label, [each for each in every if label_of(each) == label]) for label in labels]
    if len(labels) > 1:
        groups.append((TOTAL, list(every)))
    return {(table, label, key): cell for label, own in groups for key, cell in _cells(own).items()}


def _cells(own: Sequence[Rested]) -> dict[str, Expected]:
    back = [(each, each.back) for each in own if each.back is not None]

    def then(reached: Callable[[Handed], int | None]) -> Expected:
        return share([each.lead for each, handed in back if reached(handed) is not None], len(back))

    return {
        "rested": count([each.lead for each in own]),
        "back": share([each.lead for each, _ in back], len(own)),
        "days": middle([(handed.opened - each.at) / DAY for each, handed in back], [each.lead for each, _ in back]),
        "accepted": then(lambda each: each.accepted),
        "qualified": then(lambda each: each.qualified),
        "won": then(lambda each: each.won),
        "elsewhere": count([each.lead for each in own if each.left]),
        "resting": count([each.lead for each in own if each.back is None and not each.left]),
    }
