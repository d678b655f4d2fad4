"""HubSpot's tiers (A to C, 1 to 3) and our line, steps and grades.

A tier of HubSpot's is a label from so many points on, and nothing happens at it; our line hands a lead off, and grades
are percentages. So what comes in is a proposal that says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, floor
from typing import Any

from config.scoring import Grades, Line, ScoringRules, Steps
from connectors.hubspot.score_shape import Category, Document, Output, Tier
from connectors.hubspot.score_words import Effect, Note

NAMES = ("A", "B", "C", "D")
_ROUNDING = 1e-9
"""Percentages round down, as fit does; what a float makes of a whole one must not lose it."""
REARM_FIFTHS = 4
"""A line is armed again below four fifths of it, as the starter rules have it (50 and 40)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Settings of scoring.yaml by name, and what has to be said about them."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def line_of(document: Document) -> Levels:
    """Warm, hot and the line out of the tiers of engagement."""
    points = sorted({ceil(each) for each in _thresholds(document, Category.INTENT)}, reverse=True)
    if not points:
        return Levels()
    hot = points[0]
    warm = points[1] if len(points) > 1 else min(Steps().warm, hot - 1)
    line = Line(engagement=hot, rearm_below=rearmed(hot))
    reason = f"HubSpot draws no line: its highest tier, from {hot} points, became the line and hot; warm is from {warm}"
    note = _note("thresholds", reason, "set `line` to what your reps can work")
    return Levels(settings={"line": line, "steps": Steps(warm=warm, hot=hot)}, notes=(note,))


def grades_of(document: Document, limit: int) -> Levels:
    """Grades out of the tiers of fit, as percentages of what the fit groups can give together."""
    points = _thresholds(document, Category.FIT)
    if not points or not limit:
        return Levels()
    percents = [min(100, max(1, floor(100 * each / limit + _ROUNDING))) for each in points][: len(NAMES)]
    missing = len(NAMES) - len(percents)
    lowest = percents[-1]
    percents += [lowest * (missing - at) // (missing + 1) for at in range(missing)]
    if any(one <= other for one, other in pairwise(percents)):
        told = ", ".join(f"{each:g}" for each in points)
        reason = f"its tiers of fit ({told} of {limit} points) lie too close for four grades"
        return Levels(notes=(_note("thresholds", reason, "set `grades` by hand", Effect.BY_HAND),))
    told = ", ".join(f"{name} from {percent} %" for name, percent in zip(NAMES, percents, strict=True))
    reason = f"HubSpot's tiers of fit are points, grades here are percentages: {told}"
    if missing:
        reason += f" ({' and '.join(NAMES[-missing:])} made up)"
    notes = (_note("thresholds", reason, "check `grades`"),) if missing else ()
    return Levels(settings={"grades": Grades(**dict(zip(NAMES, percents, strict=True)))}, notes=notes)


def outputs_of(rules: ScoringRules) -> list[Output]:
    """The tiers that say our steps and grades."""
    steps = [Tier(label="hot", threshold=rules.steps.hot), Tier(label="warm", threshold=rules.steps.warm)]
    found = [Output(output_type="THRESHOLD", categories=[Category.INTENT], boundaries=steps)]
    limit = sum(group.limit for group in rules.fit)
    if limit:
        grades = rules.grades
        percents = zip(NAMES, (grades.A, grades.B, grades.C, grades.D), strict=True)
        tiers = [Tier(label=name, threshold=percent * limit / 100) for name, percent in percents]
        found.append(Output(output_type="THRESHOLD", categories=[Category.FIT], boundaries=tiers))
    return found


def rearmed(line: int) -> int:
    """Below how many points a line is armed again when nobody says."""
    return line * REARM_FIFTHS // 5


def _thresholds(document: Document, category: Category) -> list[float]:
    """From how many points each tier above the lowest begins, highest first."""
    told = (_tiers(output, category) for output in _outputs(document))
    tiers = next((each for each in told if each), ())
    return sorted({tier.threshold for tier in tiers if tier.threshold > 0}, reverse=True)


def _outputs(document: Document) -> Sequence[Output]:
    return () if document.output_configuration is None else document.output_configuration.outputs


def _tiers(output: Output, category: Category) -> Sequence[Tier]:
    if isinstance(output.boundaries, dict):
        return output.boundaries.get(category, ())
    return output.boundaries or () if output.categories == [category] else ()


def _note(rule: str, reason: str, remedy: str, effect: Effect = Effect.ASSUMED) -> Note:
    return Note(group="", rule=rule, effect=effect, reason=reason, remedy=remedy)
