"""docs/transforms.md shows every transform as it is."""

from mapping.transforms import NAMES, parse
from mapping.transforms_page import EXAMPLES, PAGE, page


def test_the_table_is_the_one_that_the_transforms_make() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python -m mapping.transforms_page"


def test_every_transform_has_an_example_that_it_can_read() -> None:
    assert {parse(each.text).name for each in EXAMPLES} == set(NAMES)
    assert [each.text for each in EXAMPLES if parse(each.text).read(each.shown, each.country).problem] == []
