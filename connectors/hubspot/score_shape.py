"""The shape in which HubSpot's lead scoring API (2026-09-beta, 2027-03-beta) says a score; docs/hubspot-scores.md tells
what of it is certain.

Fields that the shape does not name are kept and told of (`unknown_fields`), so that nothing is lost unseen.
"""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

MOST_BYTES = 5_000_000
DEEPEST = 40
"""Of lists and objects in one another: a score takes 15, and one with conditions in conditions a few more."""
_FARTHEST = 1_000_000
"""Of any number: far beyond HubSpot's own largest limit of 10,000."""


class NotAScoreError(ValueError):
    """The text is no score of HubSpot's; the words say where and why."""


class Category(StrEnum):
    FIT = "FIT"
    INTENT = "INTENT"


class OperationType(StrEnum):
    """What kind of value an operation is over."""

    ALL_PROPERTY = "ALL_PROPERTY"
    BOOL = "BOOL"
    CALENDAR_DATE = "CALENDAR_DATE"
    COMPARATIVE_DATE = "COMPARATIVE_DATE"
    COMPARATIVE_PROPERTY_UPDATED = "COMPARATIVE_PROPERTY_UPDATED"
    COMPARATIVE_STRING = "COMPARATIVE_STRING"
    DATE = "DATE"
    DATETIME = "DATETIME"
    ENUMERATION = "ENUMERATION"
    MULTISTRING = "MULTISTRING"
    NUMBER = "NUMBER"
    NUMBER_RANGED = "NUMBER_RANGED"
    RANGED_DATE = "RANGED_DATE"
    ROLLING_DATE_RANGE = "ROLLING_DATE_RANGE"
    ROLLING_PROPERTY_UPDATED = "ROLLING_PROPERTY_UPDATED"
    STRING = "STRING"
    TIME_POINT = "TIME_POINT"
    TIME_RANGED = "TIME_RANGED"


Number = Annotated[float, Field(strict=True, ge=-_FARTHEST, le=_FARTHEST)]
Count = Annotated[int, Field(strict=True, ge=0, le=_FARTHEST)]


class Shape(BaseModel):
    """A part of a score; its fields are spelt as HubSpot spells them once it is written."""

    model_config = ConfigDict(
        extra="allow", frozen=True, allow_inf_nan=False, alias_generator=to_camel, populate_by_name=True
    )


class Operation(Shape):
    operation_type: OperationType
    operator: str
    """No list of them is published for scores; those of segment filters are taken."""
    include_objects_with_no_value_set: bool = False
    value: StrictStr | StrictBool | Number | None = None
    values: list[str] | None = None
    lower_bound: Number | None = None
    upper_bound: Number | None = None
    number_of_days: Count | None = None
    requires_time_zone_conversion: bool | None = None


class Single(Shape):
    type: Literal["SINGLE"] = "SINGLE"
    property: str
    operation: Operation


class Composite(Shape):
    type: Literal["COMPOSITE"] = "COMPOSITE"
    operator: Literal["AND"] = "AND"
    conditions: list[Annotated["Single | Composite", Field(discriminator="type")]]


class Constant(Shape):
    type: Literal["CONSTANT"] = "CONSTANT"
    value: Number


class MatchRule(Shape):
    operation: Operation
    value: Number


class Match(Shape):
    """Points by the value of one property."""

    type: Literal["MATCH"] = "MATCH"
    property: str
    match_rules: list[MatchRule]
    default_value: Number | None = None


class Conditional(Shape):
    type: Literal["CONDITIONAL"] = "CONDITIONAL"
    value: Number
    where_condition: Composite


class Several(Shape):
    type: Literal["MULTI"] = "MULTI"
    calculators: "list[Calculation]"


class SegmentMembership(Shape):
    type: Literal["SEGMENT_MEMBERSHIP"]
    segment_membership_rules: list[Any] = Field(default_factory=list)


Calculation = Annotated[
    Constant | Match | Conditional | Several | SegmentMembership,
    Field(discriminator="type"),
]


class FrequencyRange(Shape):
    """Points by how often something happened."""

    type: Literal["AT_LEAST", "BETWEEN", "EXACTLY"]
    at_least: Count = Field(alias="from")
    at_most: Count | None = Field(default=None, alias="to")
    value: Number


class Frequency(Shape):
    type: Literal["BETWEEN"] = "BETWEEN"
    ranges: list[FrequencyRange]


class Timeframe(Shape):
    event_filter_operation: Operation


class EventEntry(Shape):
    """One kind of event and its points."""

    event_type_id: str
    record_calculation: Calculation
    event_frequency_criteria: Frequency | None = None
    event_timeframe: Timeframe | None = None


class Events(Shape):
    type: Literal["MULTI_UE"] = "MULTI_UE"
    event_calculators: list[EventEntry]


class OfAssociated(Shape):
    """Points from the companies, deals, … that a record is associated with."""

    type: Literal["ASSOCIATIONS", "ASSOCIATION_UE"]
    associated_object_type_id: str | None = None


RuleCalculation = Annotated[
    Constant | Match | Conditional | Several | SegmentMembership | Events | OfAssociated,
    Field(discriminator="type"),
]


class RuleBody(Shape):
    calculation: RuleCalculation


class Rule(Shape):
    """The bounds are called `maxValue` in the newer documents, `maximumValue` in the older ones."""

    configuration: RuleBody
    enabled: bool = True
    maximum: Number | None = Field(
        default=None,
        validation_alias=AliasChoices("maximum", "maxValue", "maximumValue"),
        serialization_alias="maxValue",
    )
    minimum: Number | None = Field(
        default=None,
        validation_alias=AliasChoices("minimum", "minValue", "minimumValue"),
        serialization_alias="minValue",
    )


class GroupDecay(Shape):
    """So many percent of the first points per interval."""

    decay_interval_days: Count
    percent_to_decay_per_interval: Count


class Group(Shape):
    group_name: str
    group_category: Category | None = None
    max_value: Number | None = None
    min_value: Number | None = None
    group_decay: GroupDecay | None = None
    rule_configurations: list[Rule]


class Tier(Shape):
    label: str
    threshold: Number


class Output(Shape):
    """A property that a score writes: the number, a tier of it, or both categories' tiers (`A1`)."""

    output_type: Literal["SCORE", "THRESHOLD", "MATRIX"]
    categories: list[Category] = Field(default_factory=list)
    boundaries: list[Tier] | dict[Category, list[Tier]] | None = None


class Outputs(Shape):
    outputs: list[Output] = Field(default_factory=list)


class Document(Shape):
    """One score."""

    name: str
    object_type_id: str = "0-1"
    allowed_group_types: list[Category] = Field(default_factory=list)
    group_configs: list[Group]
    most_per_category: Count | None = Field(
        default=None,
        validation_alias=AliasChoices("most_per_category", "maxScorePerCategory", "maxScore"),
        serialization_alias="maxScorePerCategory",
    )
    filter_configuration: dict[str, Any] | None = None
    output_configuration: Outputs | None = None


_WITHOUT_MEANING = frozenset(
    {
        *("id", "scoreStatus", "scoreType", "createdAt", "updatedAt", "publishedAt", "color", "newLabel"),
        *("propertyName", "propertyLabel", "propertyDescription", "propertyGroup", "internalPropertyName", "maxScore"),
    }
)
"""Fields that the published shape has and that change no points."""


def read_score(text: str) -> Document:
    """NotAScoreError with the JSON path where the text is not a score."""
    data = _parsed(text)
    if not isinstance(data, dict):
        raise NotAScoreError("$: a score is one JSON object")
    if "results" in data and "groupConfigs" not in data:
        raise NotAScoreError("$.results: this is a list of scores; ask HubSpot for one of them by its id")
    _refuse_depths(data)
    try:
        return Document.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise NotAScoreError(_words(first, data)) from error


def as_data(document: Document) -> dict[str, Any]:
    """As HubSpot's API takes it: its spelling, nothing that is not set, whole numbers without a point."""
    plain: dict[str, Any] = _whole(document.model_dump(mode="json", by_alias=True, exclude_none=True))
    return plain


def unknown_fields(part: object, path: str = "$") -> Iterator[str]:
    """The paths of fields that this shape does not name and that may mean something, where a rule may come over."""
    if isinstance(part, OfAssociated | SegmentMembership):
        return
    if isinstance(part, Shape):
        yield from (f"{path}.{name}" for name in part.model_extra or {} if name not in _WITHOUT_MEANING)
        for name, field in type(part).model_fields.items():
            spelt = field.serialization_alias or field.alias or name
            yield from unknown_fields(getattr(part, name), f"{path}.{spelt}")
    elif isinstance(part, list):
        for place, each in enumerate(part):
            yield from unknown_fields(each, f"{path}[{place}]")


def _parsed(text: str) -> object:
    if len(text) > MOST_BYTES:
        raise NotAScoreError(f"the file has {len(text):,} characters; a score has at most {MOST_BYTES:,}")
    try:
        found: object = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise NotAScoreError(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise NotAScoreError(f"$: lists and objects nest more than {DEEPEST} deep") from error
    except ValueError as error:
        raise NotAScoreError("a number in it has thousands of digits, or is none (NaN, Infinity)") from error
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse_depths(data: object) -> None:
    level: list[tuple[str, object]] = [("$", data)]
    for _ in range(DEEPEST):
        level = [each for path, part in level for each in _inside(path, part)]
    if level:
        raise NotAScoreError(f"{level[0][0]}: lists and objects nest more than {DEEPEST} deep")


def _inside(path: str, part: object) -> Iterator[tuple[str, object]]:
    if isinstance(part, dict):
        yield from ((f"{path}.{name}", each) for name, each in part.items())
    elif isinstance(part, list):
        yield from ((f"{path}[{place}]", each) for place, each in enumerate(part))


def _words(problem: ErrorDetails, data: object) -> str:
    """`$.groupConfigs[0].maxValue: …`; a path has no more parts than the data, whatever union was tried."""
    path, here = "$", data
    for part in problem["loc"]:
        if isinstance(here, dict) and part in here:
            path, here = f"{path}.{part}", here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path, here = f"{path}[{part}]", here[part]
        elif problem["type"] == "missing" and part == problem["loc"][-1]:
            path = f"{path}.{part}"
    return f"{path}: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _whole(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _whole(each) for name, each in part.items()}
    if isinstance(part, list):
        return [_whole(each) for each in part]
    return int(part) if isinstance(part, float) and part.is_integer() else part
