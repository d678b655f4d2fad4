"""What marketing and sales promise each other, word for word as the rules in force make it: what both sides sign.

Nothing in it depends on the day, on a lead or on a figure, so that the same rules always give the same words.
"""

from collections.abc import Iterator, Mapping

from config.conditions_told import told
from config.lifecycle import LifecycleRules, Road
from config.mapping import MappingRules
from config.routing import OutcomeClock, RoutingRules, TouchClock
from config.rules import Rules
from config.scoring import ActivityRule, ScoringRules
from domain.signing import Clause


def promises_of(rules: Rules, goal: float) -> tuple[Clause, ...]:
    """`goal`: qualified leads for each team and working day, which reports.yaml says."""
    return (
        Clause(
            key="handed",
            title="Whom marketing hands over",
            lines=tuple(_handed(rules.scoring, _labels(rules.mapping))),
        ),
        Clause(key="reasons", title="What each answer means", lines=tuple(_reasons(rules.lifecycle))),
        Clause(key="sales", title="What sales promises", lines=tuple(_of_sales(rules.routing))),
        Clause(key="marketing", title="What marketing promises", lines=tuple(_of_marketing(rules.lifecycle, goal))),
    )


def _labels(mapping: MappingRules) -> dict[str, str]:
    return {each.name: each.label or each.name for each in mapping.properties}


def _handed(rules: ScoringRules, labels: Mapping[str, str]) -> Iterator[str]:
    every = [rule for group in rules.engagement for rule in group.rules]
    asking = [_word(rule) for rule in every if rule.hand_raiser]
    if asking:
        yield f"Whoever asks to be called, whatever the score: {'; '.join(asking)}."
    yield (
        f"Everybody else with {rules.line.engagement} points of engagement or more and a fit of {rules.line.fit} or "
        f"better. Who fell below {rules.line.rearm_below} counts anew."
    )
    best = sorted(
        ((rule.points, _word(rule)) for rule in every if rule.points > 0), key=lambda each: (-each[0], each[1])
    )
    yield "Engagement comes from: " + ", ".join(f"{words} ({points})" for points, words in best) + "."
    fit = (f"{group.name} (up to {group.limit})" for group in rules.fit)
    yield f"Fit comes from: {', '.join(fit)}; it is their share of what could be known, in percent."
    for each in rules.exclusions:
        yield f"Never: {each.name}, where {told(each.when, labels)}."


def _word(rule: ActivityRule) -> str:
    """What the rule says of a person; its name where that is put together from what they did."""
    return rule.says if rule.says and "{" not in rule.says else rule.name


def _reasons(rules: LifecycleRules) -> Iterator[str]:
    for verdict, label in rules.verdicts.items():
        yield f"{label}: {_VERDICTS[verdict.value]}"
    for road in rules.outcomes.values():
        yield f"{road.label}: {_road(road)}"


_VERDICTS: Mapping[str, str] = {
    "accept": "the rep takes it. A call, meeting or e-mail says the same; silence never does.",
    "wrong_person": "it goes to another rep, who was not asked before.",
    "data_wrong": "it waits in sight until what is required is there, then goes back to the same rep.",
    "not_target": "it leaves sales for good, unless its fit changes.",
    "already_working": "it stays with the rep, who had it before.",
}


def _road(road: Road) -> str:
    if road.disqualifies:
        return "out of the loop, unless they ask to be called."
    if road.list is None:
        return "the lead goes on with sales."
    if road.days_before_renewal is not None:
        back = f"back {road.days_before_renewal} days before their renewal, else after {road.return_days} days"
    elif road.return_days is not None:
        back = f"back after {road.return_days} days at the earliest, and only with new behaviour"
    else:
        back = "back only when their fit changes"
    return f"to the list '{road.list}'; {back}. The rep's own date wins."


def _of_sales(rules: RoutingRules) -> Iterator[str]:
    yield f"Whoever asks to be called: {_touch(rules.clocks.hand_raise)}"
    yield f"Everybody else: {_touch(rules.clocks.normal)}"
    yield f"After accepting: {_outcome(rules.clocks.outcome)}"
    yield "A rejection has a reason, so that the right list and date follow from it."
    for pool in rules.pools:
        yield f"Pool {pool.name}: up to {pool.new_per_day} new leads a day and {pool.open_at_once} open for each rep."


def _touch(clock: TouchClock) -> str:
    said = [f"in touch within {_span(clock.due_min)} of working time"]
    if clock.manager_min is not None:
        said.append(f"the manager hears after {_span(clock.manager_min)}")
    if clock.release_min is not None:
        said.append(f"it goes back to the queue after {_span(clock.release_min)}")
    return f"{'; '.join(said)}."


def _outcome(clock: OutcomeClock) -> str:
    return (
        f"what came of it within {clock.remind_days} days; the manager hears after {clock.manager_days}, and after "
        f"{clock.recycle_days} it rests as gone quiet."
    )


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{minutes} minutes" if not hours else f"{hours} hours" if not rest else f"{hours} h {rest} min"


def _of_marketing(rules: LifecycleRules, goal: float) -> Iterator[str]:
    yield f"With sales: {goal:g} qualified lead{'s' if goal != 1 else ''} for each team on each working day."
    yield f"Nobody on '{rules.with_sales_list}' is written to by marketing."
    yield f"Somebody writes to every nurture list: {', '.join(rules.nurture_lists())}."
    yield f"Nobody comes back more than {rules.max_returns} times in 24 months, and nobody who opted out is written to."
