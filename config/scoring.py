"""scoring.yaml: what an interaction is worth, who fits, and where the line is."""

from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from config.account_score import AccountScoring
from config.call_back import CallBack
from config.conditions import Condition
from config.scanners import ScannerRules
from config.scorecard import ScorecardRules
from config.strict import Days, Strict
from config.words import CHECKED_ELSEWHERE, Finding, findings_error
from domain.activity import ActivityKind
from domain.score import Grade

SHOWN = frozenset({"score", "grade", "band", "why", "score_change", "fit_percent"})
"""Lead properties in which the main score is shown."""


class Repeat(Strict):
    """How often one rule may count: every time, only the first, once per rolling days, only the nth."""

    policy: Literal["each", "first", "once_per", "nth"] = "each"
    """`each` time, only the `first`, `once_per` so many days (rolling), only the `nth`."""
    days: Days | None = None
    """For `once_per`: days in which it counts once."""
    n: int | None = Field(default=None, ge=1)
    """For `nth`: which time counts."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.policy == "once_per" and self.days is None:
            raise ValueError("repeat 'once_per' needs `days`")
        if self.policy == "nth" and self.n is None:
            raise ValueError("repeat 'nth' needs `n`")
        return self


class Decay(Strict):
    """How points fade: halved every `half_life_days`, or `percent` of the start lost per whole `every_days`."""

    half_life_days: Days | None = None
    """Days in which half of the points fade."""
    percent: int | None = Field(default=None, ge=1, le=100)
    """Percent of the first value that is lost per interval."""
    every_days: Days | None = None
    """Days of one interval."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        linear = self.percent is not None and self.every_days is not None
        if (self.half_life_days is not None) == linear:
            raise ValueError("decay needs either `half_life_days` or both `percent` and `every_days`")
        return self


class ActivityRule(Strict):
    """Points for a kind of activity. `timeframe_days` and `decay` exclude each other."""

    name: str
    """How the rule is called; the only one of its name."""
    on: list[ActivityKind] = Field(min_length=1)
    """The kinds of activity that count."""
    where: Condition = Condition()
    """Over the activity's properties (form, url, campaign, subject, duration_s, …)."""
    points: int = Field(ge=-1000, le=1000)
    """Whole points; below zero takes away."""
    hand_raiser: bool = False
    """Asking to be called: goes through every hold except employee, competitor and test."""
    repeat: Repeat = Repeat()
    """How often it may count."""
    timeframe_days: Days | None = None
    """Days for which the points stand in full, and then not at all."""
    decay: Decay | None = None
    """How the points fade; none: as the group says."""
    cap_per_day: int | None = Field(default=None, ge=1)
    """Points; a day is a day in the installation's time zone."""
    cap: int | None = Field(default=None, ge=1)
    """Points that this rule can give at most."""
    says: str | None = None
    """How the reason reads, with {form}, {url}, {count}, …: `Asked for a demo`."""

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if self.timeframe_days is not None and self.decay is not None:
            raise ValueError(f"rule {self.name!r} has both `timeframe_days` and `decay`: choose one")
        return self


class ActivityGroup(Strict):
    name: str
    """How the group is called in explanations."""
    limit: int | None = Field(default=None, ge=1)
    """Points this group can give at most."""
    decay: Decay | None = None
    """For rules of the group that name neither decay nor timeframe."""
    rules: list[ActivityRule]
    """The rules whose points the group adds up."""


class NamedScore(Strict):
    """One more number beside engagement, such as the interest in one product. Never part of the line."""

    property: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    """The lead property that shows it, in whole points: map it in mapping.yaml with `role: owned` to write it."""
    label: str | None = None
    """How it is called in explanations; none: as the property."""
    groups: list[ActivityGroup] = Field(min_length=1)
    """Points for what people did, in groups."""
    cap: int | None = Field(default=None, ge=1)
    """Points that it can reach at most, over all groups."""


class FitRule(Strict):
    name: str
    """How the rule is called; the only one of its name."""
    when: Condition
    """Over the lead's properties."""
    points: int = Field(ge=-1000, le=1000)
    """Whole points; below zero takes away."""
    says: str | None = None
    """How the reason reads, with properties in braces: `{employees} people`."""


class FitGroup(Strict):
    """One thing about the lead. It is known when one of the properties its rules ask for is not blank."""

    name: str
    """How the group is called in explanations."""
    limit: int = Field(ge=1)
    """Points this group can give at most; its weight in the fit percentage."""
    rules: list[FitRule]
    """The rules whose points the group adds up."""


class Grades(Strict):
    """The lowest fit percentage of each grade."""

    A: int = Field(default=80, ge=0, le=100)
    """Percent from which the grade is A."""
    B: int = Field(default=60, ge=0, le=100)
    """Percent from which the grade is B."""
    C: int = Field(default=40, ge=0, le=100)
    """Percent from which the grade is C."""
    D: int = Field(default=20, ge=0, le=100)
    """Percent from which the grade is D; below it is E."""

    @model_validator(mode="after")
    def _falling(self) -> Self:
        steps = [("A", self.A), ("B", self.B), ("C", self.C), ("D", self.D)]
        found = [
            Finding((name,), f"`{name}` ({value}) has to be less than `{better}` ({above}): no fit would be a {name}")
            for (better, above), (name, value) in pairwise(steps)
            if value >= above
        ]
        if found:
            raise findings_error(found)
        return self


class Line(Strict):
    """Where a lead becomes marketing-qualified."""

    engagement: int = Field(default=50, ge=0)
    """Engagement points that it takes."""
    rearm_below: int = Field(default=40, ge=0)
    """Having crossed, a lead has to fall below these points before it can cross again."""
    fit: Grade = Grade.C
    """The grade that it takes, or better."""

    @model_validator(mode="after")
    def _can_be_crossed(self) -> Self:
        found = []
        if self.rearm_below > self.engagement:
            words = f"`rearm_below` ({self.rearm_below}) has to be at most `engagement` ({self.engagement})"
            found.append(Finding(("rearm_below",), f"{words}: a lead would cross again at once"))
        if self.fit is Grade.UNKNOWN:
            words = "`?` says that too little is known: a line is drawn at a grade"
            found.append(Finding(("fit",), words, "write A, B, C, D or E"))
        if found:
            raise findings_error(found)
        return self


class Steps(Strict):
    """Engagement points from which a lead is warm and hot."""

    warm: int = Field(default=20, ge=0)
    """Points from which a lead is warm."""
    hot: int = Field(default=50, ge=0)
    """Points from which a lead is hot."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.hot <= self.warm:
            words = f"`hot` ({self.hot}) has to be more than `warm` ({self.warm})"
            raise findings_error([Finding(("hot",), words)])
        return self


class Exclusion(Strict):
    """Leads that are never handed off. Employee, competitor and test stop hand-raisers too."""

    name: str
    """How the exclusion is called in explanations."""
    kind: Literal["competitor", "employee", "test", "other"]
    """Employee, competitor and test stop hand-raisers too; other does not."""
    when: Condition
    """Over the lead's properties."""


class Showing(Strict):
    """When a new number is worth a write: the band changed, it moved by this much, or this long passed."""

    points: int = Field(default=5, ge=0, le=1000)
    """Points by which it has to have moved."""
    days: int = Field(default=7, ge=1, le=365)
    """Days after which it is written even if it moved less."""
    from_step: Literal["cold", "warm", "hot"] = "warm"
    """Nothing is written for people below this step."""


class ScoringRules(Strict):
    engagement: list[ActivityGroup]
    """Points for what people did, in groups."""
    total_cap: int | None = Field(default=None, ge=1)
    """Points that engagement can reach at most, over all groups."""
    sales: list[ActivityGroup] = Field(default_factory=list)
    """Points for what reps and prospects did together: scored apart, never part of the line."""
    scores: list[NamedScore] = Field(default_factory=list)
    """Further numbers with names of their own, one for each product or team."""
    fit: list[FitGroup]
    """Points for who people are, in groups of which each is one thing to know."""
    fit_penalties: list[FitRule] = Field(default_factory=list)
    """Points taken off fit without being something that could be known (free mail: 10 off)."""
    grades: Grades = Grades()
    """Which fit makes which grade."""
    line: Line = Line()
    """Where a lead becomes marketing-qualified."""
    steps: Steps = Steps()
    """Which engagement is warm and hot."""
    exclusions: list[Exclusion] = Field(default_factory=list)
    """Who is never handed off."""
    showing: Showing = Showing()
    """When a new number is written to the systems."""
    account: AccountScoring = AccountScoring()
    """How the people of a company make one number of it."""
    call_back: CallBack = CallBack()
    """Whom to call next: what each reason adds to the priority."""
    scanners: ScannerRules = ScannerRules()
    """Which clicks in mails are a mail scanner's and give nothing."""
    scorecard: ScorecardRules = ScorecardRules()
    """What reps fill in after the first conversation, and when that qualifies a lead."""

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        named = [group for score in self.scores for group in score.groups]
        names = [rule.name for group in (*self.engagement, *self.sales, *named) for rule in group.rules]
        names += [rule.name for group in self.fit for rule in group.rules]
        names += [rule.name for rule in self.fit_penalties]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PydanticCustomError(CHECKED_ELSEWHERE, "rule names stand twice: {names}", {"names": ", ".join(twice)})
        return self

    @property
    def shown(self) -> frozenset[str]:
        """Every lead property in which a number of these rules is shown."""
        return SHOWN | {score.property for score in self.scores}

    @model_validator(mode="after")
    def _scores_once(self) -> Self:
        names = [score.property for score in self.scores]
        found = [
            Finding(
                ("scores", at, "property"), f"`{name}` {'is a number of our own' if name in SHOWN else 'stands twice'}"
            )
            for at, name in enumerate(names)
            if name in SHOWN or name in names[:at]
        ]
        if found:
            raise findings_error(found)
        return self
