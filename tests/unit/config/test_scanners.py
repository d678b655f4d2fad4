"""Settings for mail scanners: sensible without a word, and a mistake is told with its place."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.load import load
from config.scanners import AGENTS, ScannerRules
from domain.errors import SettingsError
from tests.unit.config.conftest import TYPES, VARIABLES


def test_without_a_word_scanners_are_looked_for(folder: Path) -> None:
    scanners = load(folder, TYPES, variables=VARIABLES).rules.scoring.scanners
    assert (scanners.enabled, scanners.evidence, scanners.agents) == (True, 3, AGENTS)
    assert (scanners.burst.links, scanners.burst.within_s, scanners.delay.at_once_s) == (3, 2, 5)


def test_no_word_stands_in_what_people_read_mail_with() -> None:
    readers = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Mobile Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
    )
    assert [word for word in AGENTS if any(word in each.casefold() for each in readers)] == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"burst": {"links": 1}}, "greater than or equal to 2"),
        ({"delay": {"at_once_s": 60}}, "`soon_s` (30) has to be at least `at_once_s` (60)"),
        ({"reads_on": {"after_s": 1800}}, "`within_s` (1800) has to be more than `after_s` (1800)"),
        ({"networks": ["203.0.113.7/24"]}, "`203.0.113.7/24` is not a network"),
        ({"networks": ["2001:db8::/200"]}, "`2001:db8::/200` is not a network"),
        ({"agents": [" x "]}, "' x ' is too short"),
        ({"trap_links": [""]}, "'' is too short"),
        ({"evidence": 9}, "`evidence` (9) is never reached: all weights together come to 8"),
        ({"bursts": {}}, "Extra inputs are not permitted"),
    ],
    ids=["one link", "delays", "reading on", "host bits", "prefix", "a short word", "no word", "never", "unknown"],
)
def test_what_makes_no_sense_is_refused_in_words(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ScannerRules.model_validate(wrong)
    assert said in str(caught.value)


def test_a_mistake_is_told_with_its_line(folder: Path) -> None:
    file = folder / "scoring.yaml"
    wrong = "scanners:\n  networks:\n    - Proofpoint\n    - 203.0.113.7/24\n"
    text = file.read_text(encoding="utf-8").rstrip("\n") + f"\n{wrong}"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(folder, TYPES, variables=VARIABLES)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("scoring.yaml", text.count("\n"))
    assert problem.message.startswith("`203.0.113.7/24` is not a network: ")
    assert problem.hint == "write 203.0.113.0/24 or 2001:db8::/32"
