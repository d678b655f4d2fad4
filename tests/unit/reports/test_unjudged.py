"""What could not be told, in words: a rule is mended in its file, a rep's answer where the rep gave it."""

import pytest

from domain.rule_problem import RuleFile, RuleProblem, Unjudged
from reports.unjudged import mend, sentence


@pytest.mark.parametrize(
    ("file", "rule", "told", "mended"),
    [
        (
            RuleFile.SCORING,
            "rule 'Big'",
            "scoring.yaml rule 'Big' could not be judged on 2 leads: it is so",
            "Mend its condition in scoring.yaml, or the type of the property in mapping.yaml.",
        ),
        (
            RuleFile.ANSWERS,
            "'return_date'",
            "answers of reps 'return_date' could not be judged on 2 leads: it is so",
            "Correct the field in the CRM, or clear it: the next cycle follows it.",
        ),
    ],
)
def test_each_says_where_it_is_mended(file: RuleFile, rule: str, told: str, mended: str) -> None:
    one = Unjudged(problem=RuleProblem(file=file, rule=rule, words="it is so"), leads=2)
    assert (sentence(one), mend(one)) == (told, mended)
