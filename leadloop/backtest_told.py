"""A back-test on the screen and as data: figures side by side, what became of whom, and the line that reps can work."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from config.scoring import Line
from leadloop import screen
from leadloop.trying import NOBODY
from reports.backtest import Backtest, Count, Rung, Tried, every_week, lift
from reports.capacity import Capacity, is_unbound, proposed
from scoring.interval import wilson

FEW = 30
"""From so many on an interval says less than the number of cases does."""
_NEAR = 3
"""Lines shown on either side of the rules' own and of the proposed one."""


def show(found: Backtest, capacity: Capacity) -> None:
    if not found.leads:
        screen.show(NOBODY)
        return
    _show_question(found)
    _show_figures(found, capacity)
    for each in found.tried:
        _show_bands(each, found.everybody)
    _show_weeks(found)
    for each in found.tried:
        _show_lines(each, found, capacity)


def _show_question(found: Backtest) -> None:
    question, measure = found.question, found.question.measure
    screen.show(f"From {_day(question.since, found)} to {_day(question.until, found)}, {question.weeks:.1f} weeks.")
    how = measure.accepted.text if measure.accepted is not None else "the handoff that was open, or the next"
    screen.show(f"Won: {measure.won.text} within {measure.within.days} days.")
    screen.show(f"Accepted: {how}, within {measure.judged_within.days} days.")
    base = found.everybody
    screen.show(
        f"{found.leads:,} leads were there, {found.won:,} were won in that time. Of everybody, from when they were "
        f"first known: {rate(base.won, base.ripe)}."
    )
    rows = found.rows
    screen.show(
        f"{rows.total():,} activities: {rows['live']:,} seen as they happened; {rows['history']:,} loaded as history, "
        f"known when they happened; {rows['late']:,} seen more than a day late, known from then.\n"
    )


def _show_figures(found: Backtest, capacity: Capacity) -> None:
    rows = [[name, *(tell(each) for each in found.tried)] for name, tell in _figures(found, capacity)]
    screen.table("What each would have done", ("", *(each.name for each in found.tried)), rows)


def _figures(found: Backtest, capacity: Capacity) -> Iterator[tuple[str, Callable[[Tried], str]]]:
    weeks, base = found.question.weeks, found.everybody
    yield "line", lambda each: words_of(each.line)
    yield "MQLs", lambda each: f"{each.total.entries:,}"
    yield "  asked to be called", lambda each: f"{each.asked.entries:,}"
    yield "  crossed the line", lambda each: f"{each.crossed.entries:,}"
    yield "MQLs per week", lambda each: f"{each.total.entries / weeks:.1f}"
    yield "  busiest week", lambda each: f"{max(each.weeks.values(), default=0):,}"
    if capacity.reps:
        yield f"per rep ({capacity.reps}) and week", lambda each: f"{each.total.entries / weeks / capacity.reps:.1f}"
    yield "accepted", lambda each: rate(each.total.accepted, each.total.judged)
    yield "  nobody said", lambda each: f"{each.total.entries - each.total.judged:,}"
    yield "won", lambda each: rate(each.total.won, each.total.ripe)
    yield "  too young to tell", lambda each: f"{each.total.young:,}"
    yield "  lift over everybody", lambda each: _lift(each.total, base)
    yield "of those won, found before", lambda each: rate(each.found, found.won)
    for why in sorted({why for each in found.tried for why in each.apart}):
        yield f"not counted: {why}", lambda each, why=why: f"{each.apart[why]:,}"  # type: ignore[misc]


def _show_bands(tried: Tried, base: Count) -> None:
    rows = [(band, *_told(count, base)) for band, count in sorted(tried.bands.items())]
    titles = ("band at entry", "MQLs", "accepted", "won", "lift")
    screen.table(f"\nBy band at entry: {tried.name}", titles, rows)


def _told(count: Count, base: Count) -> tuple[object, ...]:
    return count.entries, rate(count.accepted, count.judged), rate(count.won, count.ripe), _lift(count, base)


def _show_weeks(found: Backtest) -> None:
    rows = [(week, *(each.weeks[week] for each in found.tried)) for week in every_week(found.question)]
    screen.table("\nMQLs by week", ("week", *(each.name for each in found.tried)), rows)


def _show_lines(tried: Tried, found: Backtest, capacity: Capacity) -> None:
    weeks = found.question.weeks
    best = proposed(tried, weeks=weeks, capacity=capacity)
    rows = []
    for rung in _worth_showing(tried, best):
        count = tried.at(rung)
        marks = [word for word, at in (("now", tried.own), ("proposed", best)) if rung == at]
        per_rep = f"{count.entries / weeks / capacity.reps:.1f}" if capacity.reps else ""
        figures = (f"{count.entries / weeks:.1f}", per_rep, rate(count.won, count.ripe), _lift(count, found.everybody))
        rows.append((rung.engagement, rung.fit, *figures, ", ".join(marks)))
    titles = ("engagement", "fit", "MQLs per week", "per rep", "won", "lift", "")
    screen.table(f"\nOther lines: {tried.name}", titles, rows)
    if capacity.reps:
        screen.show(_proposal(tried, best, found, capacity))


def _proposal(tried: Tried, best: Rung | None, found: Backtest, capacity: Capacity) -> str:
    can, weeks = f"{capacity.per_week:,.0f} a week can be worked ({capacity.words}).", found.question.weeks
    if not tried.lines:
        return f"{can} Nobody would have entered at any line: none is proposed."
    if tried.lacked_fit > tried.total.entries:
        return f"{can} Too little was known of most leads' fit: no line is proposed."
    if best is None:
        asked = f"{tried.asked.entries / weeks:.1f} a week ask to be called, whatever the line is"
        return f"{can} No line gives so few: {asked}."
    count = f"{tried.at(best).entries / weeks:.1f}"
    if best == tried.own:
        return f"{can} The line as it is gives {count}."
    line = tried.rungs[best]
    return (
        f"{can} A line at {best.engagement} and fit {best.fit} gives {count}{_unbound(tried, best)}. "
        "In scoring.yaml:\n\n"
        f"line:\n  engagement: {line.engagement}\n  fit: {line.fit}\n  rearm_below: {line.rearm_below}"
    )


def _unbound(tried: Tried, best: Rung) -> str:
    """That reps could work more is alone no reason to lower the line."""
    if not is_unbound(tried, best):
        return ""
    return ", and no line more than can be worked: look at who was accepted, by band, before you lower it"


def _worth_showing(tried: Tried, best: Rung | None) -> list[Rung]:
    """Lines around the rules' own and the proposed one; of those that give the same, the lowest."""
    kept: list[Rung] = []
    for rung in sorted(each for each in tried.rungs if each.fit is tried.own.fit):
        if rung in {tried.own, best} or not kept or tried.at(kept[-1]).entries != tried.at(rung).entries:
            kept.append(rung)
    centres = [kept.index(rung) for rung in (tried.own, best) if rung in kept]
    near = [rung for at, rung in enumerate(kept) if any(abs(at - centre) <= _NEAR for centre in centres)]
    return [*near, *sorted((each for each in tried.rungs if each.fit is not tried.own.fit), reverse=True)]


def rate(hits: int, of: int) -> str:
    """`12 % (8 to 17 %; 45 of 366)`; few cases are called so."""
    if not of:
        return "–"
    low, high = wilson(hits, of)
    few = ", few" if of < FEW else ""
    return f"{100 * hits / of:.0f} % ({100 * low:.0f} to {100 * high:.0f} %; {hits:,} of {of:,}{few})"


def words_of(line: Line) -> str:
    return f"{line.engagement}, fit {line.fit} or better, again below {line.rearm_below}"


def _lift(count: Count, base: Count) -> str:
    found = lift(count, base)
    return "–" if found is None else f"{found:.1f}×"


def _day(at: datetime, found: Backtest) -> str:
    return f"{at.astimezone(found.question.zone):%Y-%m-%d}"


def as_data(found: Backtest, capacity: Capacity) -> dict[str, Any]:
    question, measure = found.question, found.question.measure
    return {
        "since": question.since,
        "until": question.until,
        "weeks": round(question.weeks, 2),
        "won_by": measure.won.text,
        "accepted_by": measure.accepted.text if measure.accepted is not None else None,
        "within_days": measure.within.days,
        "judged_within_days": measure.judged_within.days,
        "leads": found.leads,
        "leads_won": found.won,
        "activities": {name: found.rows[name] for name in ("live", "history", "late")},
        "base_rate": _rate(found.everybody.won, found.everybody.ripe),
        "capacity": {"reps": capacity.reps, "per_week": capacity.per_week, "words": capacity.words},
        "rules": [_version(each, found, capacity) for each in found.tried],
    }


def _version(tried: Tried, found: Backtest, capacity: Capacity) -> dict[str, Any]:
    base, weeks = found.everybody, found.question.weeks
    best = proposed(tried, weeks=weeks, capacity=capacity)
    return {
        "name": tried.name,
        "rule_hash": tried.scorer.rule_hash,
        "line": _line(tried.line),
        **_count(tried.total, base, weeks, capacity),
        "asked": _count(tried.asked, base, weeks, capacity),
        "crossed": _count(tried.crossed, base, weeks, capacity),
        "bands": {band: _count(count, base, weeks, capacity) for band, count in sorted(tried.bands.items())},
        "by_week": {week: tried.weeks[week] for week in every_week(found.question)},
        "lines": [
            {**_line(line), **_count(tried.at(rung), base, weeks, capacity)} for rung, line in tried.rungs.items()
        ],
        "proposed": _line(tried.rungs[best]) if best is not None else None,
        "won_found": _rate(tried.found, found.won),
        "not_counted": {str(why): count for why, count in sorted(tried.apart.items())},
        "lacked_fit": tried.lacked_fit,
        "looked_at_coarsely": tried.coarse,
    }


def _line(line: Line) -> dict[str, Any]:
    return {"engagement": line.engagement, "fit": line.fit, "rearm_below": line.rearm_below}


def _count(count: Count, base: Count, weeks: float, capacity: Capacity) -> dict[str, Any]:
    return {
        "mqls": count.entries,
        "per_week": round(count.entries / weeks, 2),
        "per_rep": round(count.entries / weeks / capacity.reps, 2) if capacity.reps else None,
        "accepted": _rate(count.accepted, count.judged),
        "won": _rate(count.won, count.ripe),
        "too_young": count.young,
        "lift": None if (found := lift(count, base)) is None else round(found, 3),
    }


def _rate(hits: int, of: int) -> dict[str, Any]:
    low, high = wilson(hits, of)
    share = round(hits / of, 4) if of else None
    return {"hits": hits, "of": of, "share": share, "low": round(low, 4), "high": round(high, 4)}
