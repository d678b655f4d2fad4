"""What the tests of HubSpot's score shape are made of: documents in a line each, and strategies for many."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from connectors.hubspot.score_import import Imported, to_rules
from connectors.hubspot.score_shape import Document
from connectors.hubspot.score_words import Vocabulary

VOCABULARY = Vocabulary(
    fields={"job_title": "jobtitle", "country": "country", "employees": "numberofemployees", "free_mail": "free_mail"},
    forms={"11": "Demo request", "22": "Newsletter", "33": "Call me"},
)
FORM, PAGE, CLICK, OPEN = "4-1639801", "4-96000", "4-666288", "4-666440"


def document(*groups: Mapping[str, Any], **more: Any) -> Document:
    return Document.model_validate({"name": "Leads", "groupConfigs": list(groups), **more})


def intent(*rules: Mapping[str, Any], name: str = "Actions", **more: Any) -> dict[str, Any]:
    return {"groupName": name, "groupCategory": "INTENT", "ruleConfigurations": list(rules), **more}


def fit(*rules: Mapping[str, Any], name: str = "Person", **more: Any) -> dict[str, Any]:
    return {"groupName": name, "groupCategory": "FIT", "ruleConfigurations": list(rules), **more}


def rule(calculation: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"configuration": {"calculation": calculation}, "enabled": True, **more}


def events(*entries: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "MULTI_UE", "eventCalculators": list(entries)}


def entry(event: str, points: float, *conditions: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    calculation = constant(points) if not conditions else conditional(points, *conditions)
    return {"eventTypeId": event, "recordCalculation": calculation, **more}


def constant(points: float) -> dict[str, Any]:
    return {"type": "CONSTANT", "value": points}


def conditional(points: float, *conditions: Mapping[str, Any]) -> dict[str, Any]:
    where = {"type": "COMPOSITE", "operator": "AND", "conditions": list(conditions)}
    return {"type": "CONDITIONAL", "value": points, "whereCondition": where}


def single(name: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "SINGLE", "property": name, "operation": operation}


def match(name: str, *rules: tuple[Mapping[str, Any], float], **more: Any) -> dict[str, Any]:
    told = [{"operation": operation, "value": value} for operation, value in rules]
    return {"type": "MATCH", "property": name, "matchRules": told, **more}


def texts(operator: str, *values: str, blank: bool = False) -> dict[str, Any]:
    return _operation("MULTISTRING", operator, blank, values=list(values))


def choice(operator: str, *values: str, blank: bool = False) -> dict[str, Any]:
    return _operation("ENUMERATION", operator, blank, values=list(values))


def number(operator: str, value: float, *, blank: bool = False) -> dict[str, Any]:
    return _operation("NUMBER", operator, blank, value=value)


def truth(operator: str, value: bool, *, blank: bool = False) -> dict[str, Any]:  # as a value
    return _operation("BOOL", operator, blank, value=value)


def known(operator: str) -> dict[str, Any]:
    return _operation("ALL_PROPERTY", operator, operator == "IS_UNKNOWN")


def last_days(days: int) -> dict[str, Any]:
    rolling = _operation("ROLLING_DATE_RANGE", "IS_LESS_THAN_X_DAYS_AGO", False, numberOfDays=days)
    return {"eventFilterOperation": {**rolling, "requiresTimeZoneConversion": False}}


def at_least(count: int, points: float) -> dict[str, Any]:
    return {"type": "BETWEEN", "ranges": [{"type": "AT_LEAST", "from": count, "value": points}]}


def _operation(kind: str, operator: str, blank: bool, **more: Any) -> dict[str, Any]:
    return {"operationType": kind, "operator": operator, "includeObjectsWithNoValueSet": blank, **more}


def imported(*groups: Mapping[str, Any], **more: Any) -> Imported:
    return to_rules(document(*groups, **more), VOCABULARY)


def reasons(found: Imported) -> Sequence[str]:
    return [note.reason for note in found.notes]


_POINTS = st.integers(-50, 100).filter(bool)
_WORDS = st.sampled_from(["vp", "chief", "head of", "Berlin", "intern"])
_TEXTS = st.builds(
    lambda how, values: texts(how[0], *values, blank=how[1]),
    st.sampled_from([("CONTAINS", False), ("DOES_NOT_CONTAIN", True), ("STARTS_WITH", False)]),
    st.lists(_WORDS, min_size=1, max_size=3, unique=True),
)
_EQUAL = st.builds(lambda value: texts("IS_EQUAL_TO", value), _WORDS)
_CHOICES = st.builds(
    lambda how, values: choice(how[0], *values, blank=how[1]),
    st.sampled_from([("IS_ANY_OF", False), ("IS_NONE_OF", True)]),
    st.lists(_WORDS, min_size=1, max_size=3, unique=True),
)
_NUMBERS = st.builds(
    lambda how, value: number(how[0], value, blank=how[1]),
    st.sampled_from([("IS_EQUAL_TO", False), ("IS_NOT_EQUAL_TO", True), ("IS_GREATER_THAN", False)]),
    st.integers(0, 500),
)
_OTHER = st.sampled_from([known("IS_KNOWN"), known("IS_UNKNOWN"), truth("IS_EQUAL_TO", True)])
_OPERATIONS = st.one_of(_TEXTS, _EQUAL, _CHOICES, _NUMBERS, _OTHER)
_FIELDS = st.sampled_from(sorted(VOCABULARY.fields.values()))
_SINGLES = st.builds(single, _FIELDS, _OPERATIONS)
_URLS = st.builds(
    lambda words: single("hs_url", texts("CONTAINS", *words)), st.lists(_WORDS, min_size=1, max_size=2, unique=True)
)
_FORMS = st.builds(lambda id: single("hs_form_id", choice("IS_ANY_OF", id)), st.sampled_from(["11", "22", "33"]))


_DECAYS = st.fixed_dictionaries(
    {"percentToDecayPerInterval": st.integers(1, 100), "decayIntervalDays": st.integers(1, 90)}
)


@st.composite
def _entries(draw: st.DrawFn, fades: bool) -> dict[str, Any]:
    event = draw(st.sampled_from([FORM, PAGE, CLICK, OPEN]))
    conditions = {FORM: [draw(_FORMS)], PAGE: [draw(_URLS)]}.get(event, []) if draw(st.booleans()) else []
    points = draw(_POINTS)
    more: dict[str, Any] = {}
    match draw(st.sampled_from(["each", "often", "each" if fades else "timeframe"])):
        case "often":
            more["eventFrequencyCriteria"] = at_least(draw(st.integers(1, 4)), points)
        case "timeframe":
            more["eventTimeframe"] = last_days(draw(st.integers(1, 90)))
    return entry(event, points, *conditions, **more)


@st.composite
def _intent_groups(draw: st.DrawFn) -> dict[str, Any]:
    decay = draw(
        st.none()
        | st.builds(
            lambda p, d: {"percentToDecayPerInterval": p, "decayIntervalDays": d},
            st.integers(1, 100),
            st.integers(1, 90),
        )
    )
    rules = []
    for _ in range(draw(st.integers(1, 3))):
        told = draw(_entries(fades=decay is not None))
        points = told["recordCalculation"]["value"]
        bound = draw(st.none() | st.integers(1, 60))
        limits = {} if bound is None else {"maxValue": bound} if points > 0 else {"minValue": -bound}
        rules.append(rule(events(told), **limits))
    more = {"groupDecay": decay} if decay else {}
    limit = draw(st.none() | st.integers(1, 80))
    return intent(*rules, name=draw(st.sampled_from(["Web", "Mail"])), **more, **({"maxValue": limit} if limit else {}))


@st.composite
def _fit_groups(draw: st.DrawFn) -> dict[str, Any]:
    rules = []
    for place in range(draw(st.integers(1, 3))):
        points = draw(st.integers(1, 50)) if place == 0 else draw(_POINTS)
        conditions = draw(st.lists(_SINGLES, min_size=1, max_size=3))
        only = conditions[0]
        one = match(only["property"], (only["operation"], points))
        distinct = [each for place, each in enumerate(conditions) if each not in conditions[:place]]
        rules.append(rule(one if len(distinct) == 1 else conditional(points, *distinct)))
    return fit(*rules, maxValue=draw(st.integers(1, 100)))


@st.composite
def scores(draw: st.DrawFn) -> Document:
    """Scores of which every part has a counterpart, written in the way in which leadloop writes them."""
    groups = draw(st.lists(_intent_groups(), max_size=2)) + draw(st.lists(_fit_groups(), max_size=2))
    kinds = [each for each in ("FIT", "INTENT") if any(group["groupCategory"] == each for group in groups)]
    return document(
        *groups, allowedGroupTypes=kinds, objectTypeId="0-1", maxScorePerCategory=draw(st.integers(50, 500))
    )
