"""Rules that could not be told about some leads, in words: they count as not met, and their author has to know."""

from collections.abc import Iterator, Sequence

from domain.rule_problem import RuleFile, RuleProblem, Unjudged


def in_reason(found: Sequence[Unjudged], *, leads: int) -> Iterator[str]:
    """For the sentence that says how the installation stands: `2 rules could not be judged on 1,204 leads`."""
    if found:
        rules = len({(one.problem.file, one.problem.rule) for one in found})
        yield f"{_many(rules, 'rule')} could not be judged on {_many(leads, 'lead')}"


def name_of(problem: RuleProblem) -> str:
    """`scoring.yaml rule 'Big company' in 'Company size'`."""
    return f"{problem.file} {problem.rule}"


def sentence(one: Unjudged) -> str:
    """One rule and one cause with its count."""
    return f"{name_of(one.problem)} could not be judged on {_many(one.leads, 'lead')}: {one.problem.words}"


def mend(one: Unjudged) -> str:
    """Where somebody mends it."""
    if one.problem.file is RuleFile.ANSWERS:
        return "Correct the field in the CRM, or clear it: the next cycle follows it."
    return f"Mend its condition in {one.problem.file}, or the type of the property in mapping.yaml."


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count != 1 else ''}"
