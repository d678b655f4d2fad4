"""`leadloop score test LEAD`: one lead under a draft and under what is in force, line by line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.score import POINT, Dimension, Score
from leadloop import exits, screen
from leadloop.finding import find_lead, unknown
from leadloop.onlooker import looking_on
from leadloop.options import asked_about
from leadloop.trying import Version, draft, in_force
from reports.side_by_side import Pair, groups, misses, pairs
from scoring.explain import Explanation, explain
from store import leads, ledger


def run(
    folder: Path, lead: str, *, rules: Path | None, environment: str | None, at: datetime | None, as_json: bool
) -> int:
    """Look and change nothing. A past moment is told from the ledger as it was known then."""
    with looking_on(folder, environment) as place:
        moment = asked_about(at, place.clock.refresh())
        versions = in_force(place), draft(place, rules)
        with place.store.read() as tx:
            found = find_lead(tx, lead)
            if found is None:
                screen.say(unknown(lead))
                return exits.BAD_DATA
            key = leads.get(tx, [found])[found].key
            facts = ledger.facts_of(tx, [found]).get(found, [])
            activities = ledger.activities_of(tx, [found]).get(found, [])
    told = [explain(each.scorer, facts, activities, as_of=moment, known_at=moment) for each in versions]
    payload = {"lead": found, "key": key, **as_data(versions, (told[0], told[1]), moment)}
    if as_json:
        screen.document(payload)
    else:
        show(payload)
    return exits.OK


def as_data(
    versions: tuple[Version, Version], told: tuple[Explanation, Explanation], moment: datetime
) -> dict[str, Any]:
    """`change` of the lines adds up to the change of the totals, exactly."""
    lines = pairs(*told)
    return {
        "as_of": moment.astimezone(UTC),
        "in_force": _side(versions[0], told[0].score),
        "draft": _side(versions[1], told[1].score),
        "lines": [_line(each) for each in lines],
        "groups": [
            {"dimension": dimension, "group": name, "in_force": was / POINT, "draft": now / POINT}
            for (dimension, name), (was, now) in groups(lines).items()
        ],
        "totals": {dimension: _totals(lines, dimension) for dimension in Dimension},
        "differences": list(differences(versions, told, lines)),
    }


def _side(version: Version, score: Score) -> dict[str, Any]:
    missing = misses(score, version.rules)
    return {
        "name": version.name,
        "rule_hash": version.scorer.rule_hash,
        "score": score.shown,
        "engagement": score.engagement / POINT,
        "fit_percent": score.fit_percent,
        "grade": score.grade,
        "band": score.band,
        "excluded": score.excluded,
        "above_line": not missing,
        "missing": missing,
        "asked_to_be_called": bool(score.hand_raises),
    }


def _line(each: Pair) -> dict[str, Any]:
    return {
        "dimension": each.dimension,
        "score": each.of or None,
        "group": " → ".join(each.groups),
        "rule": each.rule,
        "in_force": None if each.before is None else each.before / POINT,
        "draft": None if each.after is None else each.after / POINT,
        "change": each.change / POINT,
    }


def _totals(lines: list[Pair], dimension: Dimension) -> dict[str, float]:
    own = [each for each in lines if each.dimension is dimension]
    was, now = sum(each.before or 0 for each in own), sum(each.after or 0 for each in own)
    return {"in_force": was / POINT, "draft": now / POINT, "change": (now - was) / POINT}


def differences(
    versions: tuple[Version, Version], told: tuple[Explanation, Explanation], lines: list[Pair]
) -> list[str]:
    """What the draft would change for this lead, in words."""
    said = [_words(each) for each in lines if each.change or (each.before is None) is not (each.after is None)]
    was, now = (each.score for each in told)
    if was.band != now.band:
        said.append(f"The band becomes {now.band}, from {was.band}.")
    below, above = misses(was, versions[0].rules), misses(now, versions[1].rules)
    if bool(below) is not bool(above):
        said.append("It would stand above the line." if below else "It would no longer stand above the line.")
    if bool(was.hand_raises) is not bool(now.hand_raises):
        said.append(f"It would {'newly' if now.hand_raises else 'no longer'} count as asking to be called.")
    return said


def _words(each: Pair) -> str:
    change = f"{each.change / POINT:+g}"
    if each.before is None:
        return f"{change} {each.dimension}: {each.rule} counts, and gave nothing before."
    if each.after is None:
        return f"{change} {each.dimension}: {each.rule} gives nothing any more."
    return f"{change} {each.dimension}: {each.rule} gives {each.after / POINT:g}, before {each.before / POINT:g}."


def show(payload: dict[str, Any]) -> None:
    before, after = payload["in_force"], payload["draft"]
    screen.show(f"Lead {payload['lead']} · {payload['key']} · {payload['as_of']:%Y-%m-%d %H:%M} UTC\n")
    rows = [
        (line["group"], line["rule"], line["in_force"], line["draft"], _signed(line["change"]))
        for line in payload["lines"]
    ]
    totals = [
        ("", f"{name} together", each["in_force"], each["draft"], _signed(each["change"]))
        for name, each in payload["totals"].items()
        if name in {Dimension.ENGAGEMENT, Dimension.FIT} or any(each.values())
    ]
    titles = ("group", "rule", before["name"], after["name"], "change")
    screen.table("Points", titles, [*rows, *totals])
    screen.table("\nGroups", ("group", before["name"], after["name"]), [_group(each) for each in payload["groups"]])
    screen.show("")
    for side in (before, after):
        screen.show(f"{side['name']}: {standing_words(side)}")
    screen.show("\nWhat differs")
    for line in payload["differences"] or ["nothing"]:
        screen.show(f"  {line}")


def standing_words(side: dict[str, Any]) -> str:
    percent = "" if side["fit_percent"] is None else f", fit {side['fit_percent']} %"
    place = "above the line" if side["above_line"] else f"below the line ({'; '.join(side['missing'])})"
    asked = ". Asked to be called, for which no line is needed" if side["asked_to_be_called"] else ""
    return f"{side['band']}, {side['score']} points{percent}: {place}{asked}."


def _group(each: dict[str, Any]) -> tuple[object, ...]:
    return each["group"], each["in_force"], each["draft"]


def _signed(change: float) -> str:
    return f"{change:+g}" if change else ""
