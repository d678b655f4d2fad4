"""Words of lifecycle.yaml that contradict each other are told by `check`, and stop nothing."""

import shutil
from pathlib import Path

import pytest

from config.load import load
from config.template import write
from domain.errors import RuleError
from leadloop.registry import settings_types
from store.vault import make_key

VARIABLES = {
    "SALESFORCE_LOGIN_URL": "https://acme.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "leadloop",
    "SALESFORCE_CLIENT_SECRET": "not-looked-at-here",
    "HUBSPOT_ACCESS_TOKEN": "not-looked-at-here",
}


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter")
    write(folder, key=make_key())
    return folder


def told(starter: Path, place: Path, *edits: tuple[str, str]) -> list[str]:
    """What is doubted after these edits of lifecycle.yaml."""
    folder = Path(shutil.copytree(starter, place / "rules"))
    file = folder / "lifecycle.yaml"
    text = file.read_text()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text)
    found = load(folder, settings_types(), variables=VARIABLES).warnings
    return [each.message for each in found if each.file == "lifecycle.yaml"]


def test_the_starters_words_are_beyond_doubt(starter: Path, tmp_path: Path) -> None:
    assert told(starter, tmp_path) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        pytest.param(
            "  BAD_TIMING: recycled",
            "  BAD_TIMING: disqualified",
            "`BAD_TIMING` means `disqualified` here, and mapping.yaml writes it for recycled",
            id="written for another stage",
        ),
        pytest.param(
            "[Working - Contacted,",
            "[Working - Contacted, Open - Not Contacted,",
            "`Open - Not Contacted` means work on the lead here, and mapping.yaml writes it for assigned",
            id="working, and not begun",
        ),
        pytest.param(
            "  UNQUALIFIED: disqualified",
            "  UNQUALIFIED: disqualified\n  Connected: qualified",
            "`Connected` stands under `touch_statuses`, and is heard as that",
            id="working, and a stage",
        ),
        pytest.param(
            "  UNQUALIFIED: disqualified",
            "  UNQUALIFIED: disqualified\n  Lost: recycled\n  LOST: disqualified",
            "`LOST` means `recycled` already, as `Lost`: capitals do not tell them apart",
            id="two writings",
        ),
        pytest.param(
            "    label: No need",
            "    label: Wrong person",
            "`Wrong person` is the verdict `wrong_person` and the outcome `no_need`: name one anew",
            id="one word for two answers",
        ),
        pytest.param(
            "  engaged: 180",
            "  known: 90\n  engaged: 180",
            "being `known` has no end: this line does nothing",
            id="no end",
        ),
    ],
)
def test_a_word_that_can_hardly_be_meant_is_told(
    starter: Path, tmp_path: Path, before: str, after: str, words: str
) -> None:
    assert words in told(starter, tmp_path, (before, after))


def test_one_label_for_two_outcomes_is_a_mistake(starter: Path, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="`Not now` already means `not_now`"):
        told(starter, tmp_path, ("    label: No budget", "    label: Not now"))


def test_a_file_that_says_nothing_of_stays_hears_which_ones_count(starter: Path, tmp_path: Path) -> None:
    text = (starter / "lifecycle.yaml").read_text()
    stays = text[text.index("longest_stay_days:") :].split("\n\n", 1)[0]
    (words,) = told(starter, tmp_path, (stays, ""))
    assert words == (
        "`longest_stay_days` is missing, and leads move on all the same after days in a stage: engaged 180, mql 7, "
        "assigned 14, accepted 45, qualified 120, opportunity 365, recycled 730"
    )
