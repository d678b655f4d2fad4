"""Every figure of the page about systems that count differently, by its name, from raw rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from tests.reference.counted import US, World, counts, nobody_counts, person_of, stands_undated
from tests.reference.ledger import Row
from tests.reference.mapped import Question
from tests.reference.sums import Expected
from tests.reference.uncounted import reason


def figures(world: World, asked: Question) -> dict[str, Expected]:
    sides = [US, *(name for name, rule in asked.rules.items() if rule.dates)]
    counted: dict[str, dict[int, list[Row]]] = {side: {} for side in sides}
    why: dict[tuple[int, str], str] = {}
    undated: dict[str, list[int]] = defaultdict(list)
    for lead in world.tables["lead"]:
        if lead["merged_into"] not in (None, 0):
            continue
        person = person_of(world, lead, asked)
        for side in sides:
            own = counts(person, side, asked)
            if own:
                counted[side][lead["id"]] = own
        if any(lead["id"] in counted[side] for side in sides):
            for side in sides:
                if lead["id"] not in counted[side]:
                    why[lead["id"], side] = reason(world, person, side, asked)
        for side in sides[1:]:
            if lead["id"] not in counted[side] and stands_undated(person, side, asked):
                undated[side].append(lead["id"])
    nobodys = {side: nobody_counts(world, side, asked) for side in sides[1:]}
    return {
        **totals(asked, sides, counted, nobodys, undated),
        **bridges(sides, counted, nobodys, why),
        **causes(sides, why),
    }


def told(n: int, leads: Iterable[int], sign: int = 1) -> Expected:
    return Expected(value=sign * n, n=n, leads=frozenset(leads))


def totals(
    asked: Question,
    sides: Sequence[str],
    counted: Mapping[str, Mapping[int, list[Row]]],
    nobodys: Mapping[str, int],
    undated: Mapping[str, Sequence[int]],
) -> dict[str, Expected]:
    found = {}
    for side in sides:
        n = sum(map(len, counted[side].values())) + nobodys.get(side, 0)
        found[f"count.{side}.count"] = told(n, counted[side])
        found[f"count.{side}.people"] = told(len(counted[side]), counted[side])
        if side != US and asked.rules[side].ours and asked.rules[side].stages:
            found[f"count.{side}.undated"] = told(len(undated[side]), undated[side])
    for side, rule in asked.rules.items():
        if not rule.dates:
            found |= {f"count.{side}.{column}": Expected(value=None) for column in ("count", "people")}
    anybody = {lead for side in sides for lead in counted[side]}
    return found | {"count.all.people": told(len(anybody), anybody)}


def bridges(
    sides: Sequence[str],
    counted: Mapping[str, Mapping[int, list[Row]]],
    nobodys: Mapping[str, int],
    why: Mapping[tuple[int, str], str],
) -> dict[str, Expected]:
    found = {}
    for one, other in combinations(sides, 2):
        key = f"{one}-{other}"
        for end, side in (("start", one), ("end", other)):
            n = sum(map(len, counted[side].values())) + nobodys.get(side, 0)
            found[f"{key}.{end}.count"] = Expected(value=n)
        for side, against, sign in ((one, other, -1), (other, one, 1)):
            only: dict[str, list[int]] = defaultdict(list)
            for lead in counted[side].keys() - counted[against].keys():
                only[why[lead, against]].append(lead)
            for cause, leads in only.items():
                found[f"{key}.not-in-{against}-{cause}.count"] = told(len(leads), leads, sign)
            found |= {
                f"{key}.more-{side}-{name}.count": each for name, each in more(counted[side], nobodys, side, sign)
            }
    return found


def more(
    counted: Mapping[int, list[Row]], nobodys: Mapping[str, int], side: str, sign: int
) -> Iterator[tuple[str, Expected]]:
    converted, twice = dict[int, int](), dict[int, int]()
    for lead, rows in counted.items() if side != US else ():
        beyond = len(rows) - 1
        converted[lead] = min(beyond, len([row for row in rows if row["converted_to"] is not None]))
        twice[lead] = beyond - converted[lead]
    for name, several in (("converted", converted), ("duplicates", twice)):
        leads = [lead for lead, n in several.items() if n]
        if leads:
            yield name, told(sum(several.values()), leads, sign)
    if nobodys.get(side):
        yield "nobodys", told(nobodys[side], (), sign)


def causes(sides: Sequence[str], why: Mapping[tuple[int, str], str]) -> dict[str, Expected]:
    found = {}
    for cause in {"unexplained", *why.values()}:
        for side in sides:
            leads = [lead for (lead, where), each in why.items() if (where, each) == (side, cause)]
            found[f"why.{cause}.{side}"] = told(len(leads), leads)
    return found
