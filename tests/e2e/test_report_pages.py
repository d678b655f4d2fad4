"""Reports as a real browser lays them out: on a desk and on a phone, by day and by night, on paper, without script."""

import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from reports.pages.html import html_of
from tests import examples
from tests.report_pages import hostile_people, people, rejects
from tests.report_pages_told import PAGES

pytestmark = pytest.mark.e2e
Scheme = Literal["light", "dark"]
WIDTHS = (1280, 768, 390, 320)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
READABLE = 4.5
"""WCAG 2.2, 1.4.3; what is drawn and not written needs 3 (1.4.11)."""
A4_LESS_MARGINS = 680

EXAMPLES = sorted(examples.FOLDER.rglob("*.html"))
"""The pages that are kept in the docs."""

PROBE = Path(__file__).with_name("report_probe.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on the PATH (Debian: apt-get install chromium); nothing was looked at")
    with sync_playwright() as playwright:
        # A container's root user has no sandbox; nothing is opened but files that are made here.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every page as a file."""
    folder = tmp_path_factory.mktemp("reports")
    made = {name: folder / f"{name}.html" for name in PAGES}
    for name, path in made.items():
        known = hostile_people() if name == "hostile" else people()
        path.write_text(html_of(PAGES[name](), known), encoding="utf-8")
    return made


@cache
def window(browser: Browser, *, scripts: bool) -> Page:
    """One with scripts and one without are kept: to open another one for every look took most of the time."""
    return browser.new_context(java_script_enabled=scripts).new_page()


def opened(browser: Browser, path: Path, *, width: int = 1280, scheme: Scheme = "light", scripts: bool = False) -> Page:
    """The file on a screen, read anew; nothing is left of what the window showed before."""
    page = window(browser, scripts=scripts)
    page.goto("about:blank")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(media="screen", color_scheme=scheme)
    page.goto(path.as_uri())
    return page


def ask(page: Page, question: str, *arguments: object) -> Any:
    """What the probe finds."""
    return page.evaluate(f"(given) => {{ {PROBE}; return {question}(...given); }}", list(arguments))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_broader_than_its_screen(browser: Browser, files: Mapping[str, Path], name: str) -> None:
    page = opened(browser, files[name])
    for place in ("", "#lists"):
        page.goto(f"{files[name].as_uri()}{place}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert ask(page, "tooBroad") == [], width


def test_a_table_that_is_broader_scrolls_in_its_own_box_beside_the_names_of_its_rows(
    browser: Browser, files: Mapping[str, Path]
) -> None:
    page = opened(browser, files["wide"])
    frame, name = page.locator(".frame").first, page.locator("tbody th").first
    before = name.bounding_box()
    frame.evaluate("each => each.scrollTo(each.scrollWidth, 0)")
    assert frame.evaluate("each => each.scrollLeft") > 300
    assert frame.get_attribute("tabindex") == "0"
    last = page.locator("tbody tr").first.locator("td").last.bounding_box()
    assert name.bounding_box() == before
    assert last is not None
    assert last["x"] + last["width"] <= 1280


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_no_words_of_a_chart_touch_each_other_or_leave_it(
    browser: Browser, files: Mapping[str, Path], name: str, width: int
) -> None:
    page = opened(browser, files[name], width=width)
    assert ask(page, "touchingWords") == []
    assert ask(page, "wordsOutside") == []
    assert ask(page, "wordsOnBars") == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_everything_written_stands_out_from_what_is_behind_it(
    browser: Browser, files: Mapping[str, Path], name: str, scheme: Scheme, width: int
) -> None:
    page = opened(browser, files[name], width=width, scheme=scheme)
    assert ask(page, "faint", READABLE) == []
    page.goto(f"{files[name].as_uri()}#lists")
    assert ask(page, "faint", READABLE) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_bar_stands_out_from_the_paper(browser: Browser, files: Mapping[str, Path], scheme: Scheme) -> None:
    page = opened(browser, files["follow-up"], scheme=scheme)
    assert ask(page, "faintBars", 3.0) == []


def test_the_dark_is_dark_and_the_light_is_light(browser: Browser, files: Mapping[str, Path]) -> None:
    found = []
    for scheme in SCHEMES:
        page = opened(browser, files["follow-up"], scheme=scheme)
        found.append(ask(page, "brightness"))
    assert found[0] > 0.9
    assert found[1] < 0.05


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_into_itself_leads_to_one_place(
    browser: Browser, files: Mapping[str, Path], name: str
) -> None:
    page = opened(browser, files[name])
    assert ask(page, "strayLinks") == []
    assert ask(page, "doubleIds") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_figure_opens_its_list_where_the_reader_is_and_the_list_leads_back(
    browser: Browser, files: Mapping[str, Path], width: int
) -> None:
    page = opened(browser, files["follow-up"], width=width)
    figure = page.locator('a[href="#behind-team.nordics.touched"]')
    figure.scroll_into_view_if_needed()
    before = ask(page, "scrolled")
    figure.click()
    shown = page.locator(".behind:visible")
    assert shown.count() == 1
    assert shown.locator("h3").inner_text() == "Nordics: Touched"
    assert shown.locator("li").count() == 50
    assert ask(page, "scrolled") == before
    assert ask(page, "tooBroad") == []
    shown.get_by_role("link", name="Back to the figure").click()
    assert page.locator(".behind:visible").count() == 0
    assert figure.is_visible()
    assert ask(page, "isOnScreen", "at-team.nordics.touched")


def test_a_keyboard_is_enough(browser: Browser, files: Mapping[str, Path]) -> None:
    page = opened(browser, files["follow-up"])
    page.keyboard.press("Tab")
    assert ask(page, "focused") == "Skip to the figures"
    page.locator('a[href="#behind-team.nordics.touched"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert ask(page, "focused") == "Back to the figure"
    page.keyboard.press("Enter")
    assert page.locator(".behind:visible").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_but_itself_and_runs_nothing(
    browser: Browser, files: Mapping[str, Path], name: str
) -> None:
    context = browser.new_context(java_script_enabled=True)
    asked, said = list[str](), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("console", lambda message: said.append(_told(message)))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(files[name].as_uri())
    page.goto(f"{files[name].as_uri()}#lists")
    page.wait_for_load_state("networkidle")
    found = ask(page, "active")
    context.close()
    assert {each.removesuffix("#lists") for each in asked} == {files[name].as_uri()}
    assert said == []
    assert found == []


def _told(message: ConsoleMessage) -> str:
    return f"{message.type}: {message.text}"


@pytest.mark.parametrize("name", PAGES)
def test_a_browser_without_scripts_shows_the_same(browser: Browser, files: Mapping[str, Path], name: str) -> None:
    found = []
    for enabled in (True, False):
        page = opened(browser, files[name], scripts=enabled)
        found.append((page.locator("body").inner_text(), ask(page, "places")))
    assert found[0] == found[1]


def test_on_a_phone_each_figure_has_its_columns_name_beside_it(browser: Browser, files: Mapping[str, Path]) -> None:
    page = opened(browser, files["follow-up"], width=390)
    assert ask(page, "namesOfCells", "at-team.nordics.in_time") == "In time"
    assert page.locator("svg.wide:visible").count() == 0
    assert page.locator("svg.narrow:visible").count() == 1


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_it_is_black_on_white_without_lists_and_links(
    browser: Browser, files: Mapping[str, Path], name: str
) -> None:
    page = opened(browser, files[name], width=A4_LESS_MARGINS, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert ask(page, "brightness") > 0.99
    assert ask(page, "faint", 7.0) == []
    assert ask(page, "underlined") == []
    assert page.locator(".behind:visible, nav:visible, .skip:visible, svg.narrow:visible").count() == 0
    assert ask(page, "tooBroad") == [], "paper does not scroll"
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_paper_says_where_the_people_are_and_what_the_columns_mean(browser: Browser, files: Mapping[str, Path]) -> None:
    page = opened(browser, files["follow-up"], width=A4_LESS_MARGINS)
    page.emulate_media(media="print")
    assert page.get_by_text("The people behind each figure are in the file that this was printed from.").is_visible()
    assert page.locator("details.columns dl:visible").count() == 1
    assert ask(page, "tooBroad") == []
    assert ask(page, "breakingRows") == []


@pytest.mark.parametrize(
    "path", sorted(examples.FOLDER.rglob("*.html")), ids=lambda path: f"{path.parent.name} {path.stem}"
)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_in_the_docs_are_laid_out_well(browser: Browser, path: Path, scheme: Scheme, width: int) -> None:
    page = opened(browser, path, width=width, scheme=scheme)
    for question in ("tooBroad", "touchingWords", "wordsOutside", "wordsOnBars", "strayLinks", "doubleIds"):
        assert ask(page, question) == [], question
    assert ask(page, "faint", READABLE) == []
    page.set_viewport_size({"width": A4_LESS_MARGINS, "height": 844})
    page.emulate_media(media="print")
    assert ask(page, "tooBroad") == [], "on paper"


def test_a_dozen_columns_of_a_few_letters_are_all_on_one_screen_of_a_desk(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "rejects.html"
    path.write_text(html_of(rejects(), people()), encoding="utf-8")
    page = opened(browser, path)
    frames = page.locator(".frame")
    assert frames.evaluate_all("all => all.map(each => each.scrollWidth - each.clientWidth)") == [0]
