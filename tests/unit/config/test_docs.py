"""docs/settings.md knows every field, and every field says what it is."""

from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from config import docs
from config.rules import RULE_FILES
from config.settings import Settings
from config.strict import Strict

ROOT = Path(__file__).parents[3]


def test_the_page_is_what_the_fields_say() -> None:
    page = (ROOT / docs.PAGE).read_text(encoding="utf-8")
    assert page == docs.page(), "run `python -m config.docs`"


@pytest.mark.parametrize("model", [Settings, *RULE_FILES.values()], ids=lambda model: model.__name__)
def test_every_field_says_what_it_is(model: type[BaseModel]) -> None:
    assert docs.undocumented(model) == []


def test_a_field_without_words_is_found_at_any_depth() -> None:
    class Inner(Strict):
        silent: int = 1

    class Outer(Strict):
        inner: list[Inner] = Field(default_factory=list)
        """Said."""

    assert docs.undocumented(Outer) == ["Inner.silent"]


def test_the_check_notices_a_stale_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert docs.main(["--check"]) == 1
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    docs.PAGE.write_text("old", encoding="utf-8")
    assert docs.main(["--check"]) == 1
