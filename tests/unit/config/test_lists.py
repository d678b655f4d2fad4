"""Lists are checked before they do harm: who is written to and who is left alone never share a name."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

from config.load import Installation, load
from config.template import write as write_starter
from domain.errors import Problem, SettingsError
from tests.unit.config.starter import STARTER_TYPES

REASONS = "    reasons: { Price: { list: LL · Lost · Price }, price: { list: LL · Lost · Price } }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "installation"
    write_starter(place, key="k" * 44)
    return place


def edit(folder: Path, name: str, before: str, after: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def loaded(folder: Path) -> Installation:
    variables = {name: value or "" for name, value in dotenv_values(folder / ".env.example").items()}
    return load(folder, STARTER_TYPES, variables=variables)


def problems(folder: Path) -> list[Problem]:
    try:
        loaded(folder)
    except SettingsError as error:
        return list(error.problems)
    return []


def test_the_starter_keeps_every_list_once(folder: Path) -> None:
    rules = loaded(folder).rules.lifecycle
    assert len(rules.lists()) == len(set(rules.lists())) == 11
    assert set(rules.lists()) - set(rules.nurture_lists()) == {
        "LL · With sales",
        "LL · Open opportunity",
        "LL · Customer",
    }


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("with_sales_list: LL · With sales", "with_sales_list: ll · nurture · timing", "outcomes.not_now.list"),
        ("customer_list: LL · Customer", "customer_list: LL · With sales", "with_sales_list"),
        ("  list: LL · Air cover", "  list: LL · Lost · Other", "outcomes.lost.list"),
    ],
)
def test_a_list_has_one_meaning_whatever_its_capitals(folder: Path, before: str, after: str, told: str) -> None:
    edit(folder, "lifecycle.yaml", before, after)
    (problem,) = problems(folder)
    assert problem.file == "lifecycle.yaml"
    assert problem.message.endswith(f"is the list of {told} already")


def test_a_reason_may_share_its_list_with_another_reason(folder: Path) -> None:
    edit(folder, "lifecycle.yaml", "list: LL · Lost · Other", "list: LL · Nurture · Timing")
    assert problems(folder) == []


def test_a_reason_without_a_list_is_found(folder: Path) -> None:
    edit(folder, "lifecycle.yaml", "    list: LL · Lost · Other", "    # no list")
    (problem,) = problems(folder)
    assert problem.message == "no list for the reason `lost`"


def test_reasons_of_lost_deals_need_a_field_that_says_them_and_stand_once(folder: Path) -> None:
    edit(folder, "lifecycle.yaml", "    # Name the deal's field", f"{REASONS}    # Name the deal's field")
    first, second = problems(folder)
    assert first.message == "no system says why a deal was lost"
    assert second.message == "`price` is `Price` already"
    edit(folder, "mapping.yaml", "      # lost_reason: Loss_Reason__c", "      lost_reason: Loss_Reason__c")
    edit(folder, "lifecycle.yaml", ", price: { list: LL · Lost · Price }", "")
    assert problems(folder) == []


def test_reasons_belong_to_lost_deals_alone(folder: Path) -> None:
    edit(folder, "lifecycle.yaml", "    label: No need\n", "    label: No need\n    reasons: { Price: { list: X } }\n")
    (problem,) = problems(folder)
    assert problem.message == "`reasons` goes with `lost` only: `no_need` is a reason itself"


def test_days_before_a_renewal_that_nobody_can_write_down_are_found(folder: Path) -> None:
    edit(folder, "mapping.yaml", "  - name: renewal_date\n", "  - name: renewal\n")
    (problem,) = problems(folder)
    assert problem.message == "there is no property `renewal_date`, so nobody can say when the renewal is"


def test_a_box_that_nothing_follows_is_found(folder: Path) -> None:
    edit(folder, "lifecycle.yaml", "air_cover: # a rep", "# air_cover: # a rep")
    for line in ("  list: LL · Air cover", "  accounts_per_rep: 10", "  days: 60"):
        edit(folder, "lifecycle.yaml", line, f"# {line}")
    (problem,) = problems(folder)
    assert (problem.file, problem.hint) == (
        "mapping.yaml",
        "add `air_cover: { list: LL · Air cover }` to lifecycle.yaml",
    )


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("  days: 60", "  days: 0", "days"),
        ("  accounts_per_rep: 10", "  accounts_per_rep: many", "accounts_per_rep"),
        ("    days_before_renewal: 120", "    days_before_renewal: -5", "days_before_renewal"),
        ("farthest_return_days: 1095", "farthest_return_days: 100000", "farthest_return_days"),
    ],
)
def test_a_number_that_makes_no_sense_is_one_clear_problem(folder: Path, before: str, after: str, word: str) -> None:
    edit(folder, "lifecycle.yaml", before, after)
    (problem,) = problems(folder)
    assert word in str(problem)
