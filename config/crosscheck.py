"""What one file says about another: names that nobody defined, names that stand twice, missing answers.

It looks at the files as they were written, not at the validated models, so that these mistakes are
reported together with all others and not only once those are mended.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from string import Formatter
from typing import Any

from config.conditions import expression_problem
from config.consent_check import check_consent, check_opt_ins
from config.expressions import read_expression
from config.folder import ANY, Folder, each, leaves, unknown
from config.lists_check import check_lists
from config.mapping import Role
from config.mapping_check import check_mapping
from config.routing import AROUND_THE_LEAD
from config.routing_check import check_routing
from config.scorecard import AT_HAND_OVER, RESERVED
from config.words import nearest
from config.yaml_file import KeyPath, YamlFile
from domain.errors import Problem
from domain.handoff import Outcome, Verdict

_GIVEN_BY_REPS = frozenset(Outcome) - {Outcome.WENT_QUIET, Outcome.LOST, Outcome.MERGED, Outcome.ERASED}
_REJECTIONS = frozenset(
    {Outcome.NOT_NOW, Outcome.NO_BUDGET, Outcome.NO_NEED, Outcome.CHOSE_ANOTHER, Outcome.UNREACHABLE}
) | {Outcome.LEFT_COMPANY, Outcome.WENT_QUIET, Outcome.NOT_TARGET}
_LEAD_CONDITIONS: Mapping[str, tuple[KeyPath, ...]] = {
    "scoring": (
        ("fit", ANY, "rules", ANY, "when"),
        ("fit_penalties", ANY, "when"),
        ("exclusions", ANY, "when"),
        ("scorecard", "factors", ANY, "marketing", "steps", ANY, "when"),
    ),
    "routing": (("rules", ANY, "when"), ("playbook", ANY, "when")),
    "lifecycle": (("disqualify", ANY, "when"),),
    "mapping": (("systems", ANY, "gates", ANY),),
}
_ACTIVITY_CONDITIONS: Mapping[str, tuple[KeyPath, ...]] = {
    "scoring": (
        ("engagement", ANY, "rules", ANY, "where"),
        ("sales", ANY, "rules", ANY, "where"),
        ("scores", ANY, "groups", ANY, "rules", ANY, "where"),
    ),
}
_ACCOUNT_CONDITIONS: Mapping[str, tuple[KeyPath, ...]] = {"mapping": (("systems", ANY, "accounts", "house"),)}
_NAMED: KeyPath = ("scores", ANY, "property")
_SENTENCES: tuple[KeyPath, ...] = (
    ("fit", ANY, "rules", ANY, "says"),
    ("fit_penalties", ANY, "says"),
)
_ACTIVITY_SENTENCES: tuple[KeyPath, ...] = (
    ("engagement", ANY, "rules", ANY, "says"),
    ("sales", ANY, "rules", ANY, "says"),
    ("scores", ANY, "groups", ANY, "rules", ANY, "says"),
)


def cross_check(folder: Folder) -> list[Problem]:
    """Every mistake that needs more than one place to be seen."""
    checks: tuple[Callable[[Folder], Iterable[Problem]], ...] = (
        _twice,
        _unknown_properties,
        _named_scores,
        _factors,
        _gates_by_our_own_word,
        _broken_expressions,
        _broken_sentences,
        _missing_answers,
        _same_labels,
        _secrets_in_rules,
        check_mapping,
        check_consent,
        check_opt_ins,
        check_routing,
        check_lists,
    )
    return [problem for check in checks for problem in check(folder)]


def _twice(folder: Folder) -> Iterator[Problem]:
    """Names that have to be the only one of their kind; a rule's name carries its lines in every score."""
    rules: tuple[KeyPath, ...] = (
        ("engagement", ANY, "rules", ANY, "name"),
        ("sales", ANY, "rules", ANY, "name"),
        ("scores", ANY, "groups", ANY, "rules", ANY, "name"),
        ("fit", ANY, "rules", ANY, "name"),
        ("fit_penalties", ANY, "name"),
    )
    groups: tuple[KeyPath, ...] = (
        ("engagement", ANY, "name"),
        ("sales", ANY, "name"),
        ("scores", ANY, "groups", ANY, "name"),
        ("fit", ANY, "name"),
    )
    yield from _repeated(folder.scoring, rules, "rule")
    for group in groups:
        yield from _repeated(folder.scoring, (group,), "group")
    yield from _repeated(folder.scoring, (("exclusions", ANY, "name"),), "exclusion")
    yield from _repeated(folder.lifecycle, (("disqualify", ANY, "name"),), "rule")
    yield from _repeated(folder.mapping, (("properties", ANY, "name"),), "property")
    yield from _repeated(folder.routing, (("teams", ANY, "name"),), "team")
    yield from _repeated(folder.routing, (("pools", ANY, "name"),), "pool")
    yield from _repeated(folder.routing, (("rules", ANY, "name"),), "rule")
    yield from _repeated(folder.routing, (("playbook", ANY, "name"),), "play")
    yield from _repeated(folder.routing, (("chains", ANY, "name"),), "chain")


def _repeated(file: YamlFile, patterns: Iterable[KeyPath], what: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for pattern in patterns:
        for path, name in each(file, pattern):
            if not isinstance(name, str):
                continue
            if name in first:
                yield file.problem(path, f"{what} `{name}` stands twice", hint=f"first in line {first[name]}")
            else:
                first[name] = file.problem(path, "").line


def _unknown_properties(folder: Folder) -> Iterator[Problem]:
    known = folder.properties()
    if known is None:
        return
    for name, patterns in _LEAD_CONDITIONS.items():
        file, here = folder.named(name), known | (_around(folder) if name == "routing" else frozenset())
        for path, property_name in _asked(file, patterns):
            told = here | _at_hand_over(folder) if path[0] == "scorecard" else here
            if property_name not in told:
                yield unknown(file, path, what="property", name=property_name, known=told)
    for pattern in (("required", ANY), ("opted_out_property",), ("outcomes", ANY, "opted_out_property")):
        for path, value in each(folder.lifecycle, pattern):
            if isinstance(value, str) and value not in known:
                yield unknown(folder.lifecycle, path, what="property", name=value, known=known)


def _around(folder: Folder) -> frozenset[str]:
    """What routing rules may ask beside the lead's own properties."""
    return AROUND_THE_LEAD | {name for _, name in each(folder.scoring, _NAMED) if isinstance(name, str)}


def _at_hand_over(folder: Folder) -> frozenset[str]:
    """What marketing's values in the scorecard may go by beside the lead's own properties."""
    return AT_HAND_OVER | {name for _, name in each(folder.scoring, _NAMED) if isinstance(name, str)}


def _factors(folder: Folder) -> Iterator[Problem]:
    """A factor is a field that reps fill in and nobody else writes."""
    known, roles, file = folder.properties(), _roles(folder), folder.scoring
    if known is None:
        return
    for path, name in each(file, ("scorecard", "factors", ANY, "name")):
        if not isinstance(name, str) or name in RESERVED:
            continue
        if name not in known:
            yield unknown(file, path, what="property", name=name, known=known)
        elif roles.get(name, Role.SHARED) != Role.ANSWER:
            message = f"`{name}` has the role `{roles[name]}` in mapping.yaml: a factor is what reps answer"
            yield file.problem(path, message, hint="give the property `role: answer`, or name another one")


def _named_scores(folder: Folder) -> Iterator[Problem]:
    """A number that leadloop decides stands in a field of its own."""
    roles = _roles(folder)
    for path, name in each(folder.scoring, _NAMED):
        if isinstance(name, str) and roles.get(name, Role.OWNED) != Role.OWNED:
            yield folder.scoring.problem(
                path,
                f"`{name}` is a property with the role `{roles[name]}` in mapping.yaml: a score needs one of its own",
                hint="give the score another name, or the property `role: owned`",
            )


def _roles(folder: Folder) -> dict[str, str]:
    """Property → its role, as mapping.yaml has it."""
    return {
        prop["name"]: prop.get("role", Role.SHARED)
        for _, prop in each(folder.mapping, ("properties", ANY))
        if isinstance(prop, Mapping) and isinstance(prop.get("name"), str)
    }


def _gates_by_our_own_word(folder: Folder) -> Iterator[Problem]:
    """A gate that went by what we decide would open and close by its own effect."""
    file, roles = folder.mapping, _roles(folder)
    for path, name in _asked(file, _LEAD_CONDITIONS["mapping"]):
        if roles.get(name, Role.SHARED) != Role.SHARED:
            yield file.problem(
                path,
                f"a gate cannot go by `{name}`: its role is `{roles[name]}`, and a gate goes by what the systems know "
                "of the person",
            )


def _asked(file: YamlFile, patterns: Iterable[KeyPath]) -> Iterator[tuple[KeyPath, str]]:
    """The properties that lead conditions ask for, in rows and in expressions, with their places."""
    for pattern in patterns:
        for path, condition in each(file, pattern):
            for row, name in _rows(condition, path):
                yield row, name
            for place, source in _expressions(condition, path):
                for name in sorted(read_expression(source, subject="lead").properties):
                    yield place, name


def _rows(condition: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for place, node in _nodes(condition, path):
        if isinstance(node.get("property"), str):
            yield (*place, "property"), node["property"]


def _expressions(condition: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for place, node in _nodes(condition, path):
        if isinstance(node.get("expr"), str):
            yield (*place, "expr"), node["expr"]


def _nodes(condition: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """The condition itself and every row and condition in it."""
    if not isinstance(condition, Mapping):
        return
    yield path, condition
    for word in ("all", "any", "none"):
        below = condition.get(word)
        for at, node in enumerate(below if isinstance(below, list) else ()):
            yield from _nodes(node, (*path, word, at))


def _broken_expressions(folder: Folder) -> Iterator[Problem]:
    judged = ((_LEAD_CONDITIONS, "lead"), (_ACTIVITY_CONDITIONS, "activity"), (_ACCOUNT_CONDITIONS, "account"))
    for conditions, subject in judged:
        for name, patterns in conditions.items():
            file = folder.named(name)
            for pattern in patterns:
                for path, condition in each(file, pattern):
                    for place, source in _expressions(condition, path):
                        problem = expression_problem(source, subject=subject)
                        if problem is not None:
                            yield file.problem(place, problem)


def _broken_sentences(folder: Folder) -> Iterator[Problem]:
    """Words that a score is explained with: `{title}` has to be a lead property; of an activity any name goes."""
    properties = folder.properties()
    known = {"count", *(properties or ())}
    for pattern in (*_SENTENCES, *_ACTIVITY_SENTENCES):
        for path, text in each(folder.scoring, pattern):
            if not isinstance(text, str):
                continue
            try:
                asked = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
            except ValueError as error:
                yield folder.scoring.problem(path, f"the braces in this sentence do not match: {error}")
                continue
            for name in asked:
                if properties is not None and pattern in _SENTENCES and name not in known:
                    yield unknown(folder.scoring, path, what="property", name=name, known=known)


def _missing_answers(folder: Folder) -> Iterator[Problem]:
    file = folder.lifecycle
    for word, expected in (("verdicts", frozenset(Verdict)), ("outcomes", _GIVEN_BY_REPS | _REJECTIONS)):
        given = file.data.get(word)
        if not isinstance(given, Mapping):
            continue
        # A misspelt answer is reported as such: that the right one is missing is the same mistake.
        meant = {nearest(str(key), expected) for key in given.keys() - expected}
        for name in sorted(expected - given.keys() - meant):
            yield file.problem((word,), f"`{name}` is missing in `{word}`", at_key=True)
    for path, road in each(file, ("outcomes", ANY)):
        if (
            path[-1] in _REJECTIONS | {Outcome.LOST}
            and isinstance(road, Mapping)
            and not (road.get("list") or road.get("disqualifies"))
        ):
            yield file.problem(
                path, f"no list for the reason `{path[-1]}`", hint="add `list:`, or `disqualifies: true`", at_key=True
            )


def _same_labels(folder: Folder) -> Iterator[Problem]:
    """A label that means two things could not be read back from the CRM."""
    file = folder.lifecycle
    for pattern in (("verdicts", ANY), ("outcomes", ANY, "label")):
        seen: dict[str, KeyPath] = {}
        for path, label in each(file, pattern):
            if not isinstance(label, str):
                continue
            if label.casefold() in seen:
                yield file.problem(path, f"`{label}` already means `{seen[label.casefold()][1]}`")
            else:
                seen[label.casefold()] = path


def _secrets_in_rules(folder: Folder) -> Iterator[Problem]:
    """Rule files are published and shown: a secret has no place in them."""
    for file in (folder.mapping, folder.scoring, folder.lifecycle, folder.routing):
        for path, value in leaves(file.data, ()):
            if isinstance(value, str) and re.search(r"\$\{(env|file):", value):
                yield file.problem(path, "secrets belong into leadloop.yaml: rule files are published")
