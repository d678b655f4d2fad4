"""What marketing and sales promise each other, word for word as the rules in force make it: what both sides sign.

Nothing in it depends on the day, on a lead or on a figure, so that the same rules always give the same words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from config.conditions_told import told
from config.lifecycle import LifecycleRules, LostReason, Road
from config.mapping import MappingRules
from config.reports import Meaningful, ReportRules
from config.routing import OutcomeClock, RoutingRules, TouchClock
from config.rules import Rules
from config.scoring import ActivityRule, Decay, ScoringRules
from domain.signing import Clause
from reports.pages.moments import counted


def promises_of(rules: Rules, reports: ReportRules) -> tuple[Clause, ...]:
    """`reports`: what reports.yaml says of the goal, and of what is meaningful."""
    return (
        Clause(
            key="handed",
            title="Whom marketing hands over",
            lines=tuple(_handed(rules.scoring, _labels(rules.mapping))),
        ),
        Clause(
            key="reasons",
            title="What each answer means",
            lines=tuple(_reasons(rules.lifecycle, _labels(rules.mapping))),
        ),
        Clause(key="sales", title="What sales promises", lines=tuple(_of_sales(rules.routing))),
        Clause(key="marketing", title="What marketing promises", lines=tuple(_of_marketing(rules.lifecycle, reports))),
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
    yield from _engagement(rules)
    fit = [f"{group.name} (up to {group.limit})" for group in rules.fit]
    if fit:
        share = f"it is their share of what could be known, in percent, and {rules.line.fit} takes"
        yield f"Fit comes from: {', '.join(fit)}; {share} {rules.grades.model_dump().get(rules.line.fit.value, 0)}."
    if rules.fit_penalties:
        yield f"Taken off the fit: {_with_points((-each.points, each.name) for each in rules.fit_penalties)}."
    for each in rules.exclusions:
        yield f"Never: {each.name}, where {told(each.when, labels)}."


def _engagement(rules: ScoringRules) -> Iterator[str]:
    every = [rule for group in rules.engagement for rule in group.rules]
    if gives := [(rule.points, _word(rule)) for rule in every if rule.points > 0]:
        yield f"Engagement comes from: {_with_points(gives)}."
    if takes := [(-rule.points, _word(rule)) for rule in every if rule.points < 0]:
        yield f"Taken off it: {_with_points(takes)}."
    most = [f"{group.limit} from {group.name}" for group in rules.engagement if group.limit is not None]
    most += [f"{rules.total_cap} in all"] if rules.total_cap is not None else []
    if most:
        yield f"Points at most: {', '.join(most)}."
    if fading := _fading(rules):
        yield "Points fade: " + "; ".join(f"{how} of {', '.join(names)}" for how, names in fading.items()) + "."


def _with_points(several: Iterable[tuple[int, str]]) -> str:
    """The most first."""
    return ", ".join(f"{words} ({points})" for points, words in sorted(several, key=lambda each: (-each[0], each[1])))


def _fading(rules: ScoringRules) -> Mapping[str, Sequence[str]]:
    """How → groups, and rules with a way of their own."""
    found: dict[str, list[str]] = {}
    for group in rules.engagement:
        if group.decay is not None and any(rule.decay is None and rule.timeframe_days is None for rule in group.rules):
            found.setdefault(_gone(group.decay), []).append(group.name)
        for rule in group.rules:
            if rule.timeframe_days is not None:
                found.setdefault(f"all after {_days(rule.timeframe_days)}", []).append(f"'{_word(rule)}'")
            elif rule.decay is not None:
                found.setdefault(_gone(rule.decay), []).append(f"'{_word(rule)}'")
    return found


def _gone(decay: Decay) -> str:
    if decay.half_life_days is not None:
        return f"half after each {_days(decay.half_life_days)}"
    return f"{decay.percent} % after each {_days(decay.every_days or 0)}"


def _word(rule: ActivityRule) -> str:
    """What the rule says of a person; its name where that is put together from what they did."""
    return rule.says if rule.says and "{" not in rule.says else rule.name


def _reasons(rules: LifecycleRules, labels: Mapping[str, str]) -> Iterator[str]:
    needed = ", ".join(labels.get(each, each) for each in rules.required) or "nothing more"
    for verdict, label in rules.verdicts.items():
        yield f"{label}: {_VERDICTS[verdict.value].format(needed=needed)}"
    for road in rules.outcomes.values():
        yield f"{road.label}: {_road(road)}"
        for reason, own in road.reasons.items():
            yield f"{road.label}, {reason}: {_of_reason(own, road)}"


_VERDICTS: Mapping[str, str] = {
    "accept": "the rep takes it. A call, meeting or e-mail says the same; silence never does.",
    "wrong_person": "it goes to another rep, who was not asked before.",
    "data_wrong": "it waits in sight until what is required is there ({needed}), then goes back to the same rep.",
    "not_target": "it leaves sales for good, unless its fit changes.",
    "already_working": "it stays with the rep, who had it before.",
}


def _road(road: Road) -> str:
    if road.disqualifies:
        return "out of the loop, unless they ask to be called."
    if road.list is None:
        return "the lead goes on with sales."
    back = _back(road.return_days)
    if road.days_before_renewal is not None:
        otherwise = "only when their fit changes" if road.return_days is None else f"after {_days(road.return_days)}"
        back = f"back {_days(road.days_before_renewal)} before their renewal, else {otherwise}"
    return f"to the list '{road.list}'; {back}. The rep's own date wins."


def _back(days: int | None) -> str:
    if days is None:
        return "back only when their fit changes"
    return f"back after {_days(days)} at the earliest, and only with new behaviour"


def _of_reason(own: LostReason, road: Road) -> str:
    """Of a deal that was lost for one reason."""
    return f"to the list '{own.list}'; {_back(own.return_days or road.return_days)}."


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
    if clock.reassign_min is not None:
        said.append(f"the next rep has it after {_span(clock.reassign_min)}")
    if clock.release_min is not None:
        said.append(f"it goes back to the queue after {_span(clock.release_min)}")
    return f"{'; '.join(said)}."


def _outcome(clock: OutcomeClock) -> str:
    return (
        f"what came of it within {_days(clock.remind_days)}; the manager hears after {clock.manager_days}, and after "
        f"{clock.recycle_days} it rests as gone quiet."
    )


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return f"{hours} h {rest} min"
    return counted(hours, "hour") if hours else counted(minutes, "minute")


def _days(many: int) -> str:
    return counted(many, "day")


def _of_marketing(rules: LifecycleRules, reports: ReportRules) -> Iterator[str]:
    goal = reports.goal.qualified_per_team_and_day
    yield f"With sales: {goal:g} qualified lead{'s' if goal != 1 else ''} for each team on each working day."
    yield f"Qualified: accepted, and {', '.join(_qualifying(reports.meaningful))}, or the rep's word for it."
    yield f"Nobody on '{rules.with_sales_list}' is written to by marketing."
    if lists := rules.nurture_lists():
        yield f"Somebody writes to every nurture list: {', '.join(lists)}."
    yield f"Nobody comes back more than {rules.max_returns} times in 24 months, and nobody who opted out is written to."


def _qualifying(rule: Meaningful) -> Iterator[str]:
    """What it takes beside the acceptance, as the reports count it."""
    minutes, rest = divmod(rule.conversation_s, 60)
    yield f"a conversation of {counted(rule.conversation_s, 'second') if rest else _span(minutes)} or more"
    yield from (f"a call logged as {each}" for each in rule.dispositions)
    if rule.meeting_held:
        yield "a meeting held"
    if rule.reply:
        yield "a reply"
