"""What an account's number and the call-back priority are made with: nonsense is refused in words."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.account_score import AccountScoring
from config.call_back import CallBack
from config.scoring import ScoringRules


def test_a_folder_that_says_nothing_has_the_defaults() -> None:
    made = ScoringRules.model_validate({"engagement": [], "fit": []})
    assert (made.account, made.call_back) == (AccountScoring(), CallBack())


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"fit": "?"}, "too little is known"),
        ({"steps": {"warm": 50, "hot": 50}}, "`hot` (50) has to be more than `warm` (50)"),
        ({"group_people": 1}, "greater than or equal to 2"),
        ({"share_percent": 101}, "less than or equal to 100"),
        ({"from_step": "tepid"}, "'cold', 'warm' or 'hot'"),
    ],
    ids=["no grade", "steps that do not rise", "a group of one", "more than all", "no step"],
)
def test_nonsense_is_refused_in_words(account: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ScoringRules.model_validate({"engagement": [], "fit": [], "account": account})
    assert words in str(refused.value)
