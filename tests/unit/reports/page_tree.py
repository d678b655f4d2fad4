"""A page as the tree of its elements, for tests to ask what stands where."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser

from reports.pages.html import html_of
from reports.pages.page import Figure, Page
from tests.report_pages import hostile_people, people, single

VOID = frozenset({"meta"})
INLINE = frozenset({"a", "bdi", "code", "strong"})


@dataclass(slots=True)
class Element:
    name: str
    attributes: dict[str, str]
    inside: "list[Element | str]" = field(default_factory=list)

    @property
    def children(self) -> "list[Element]":
        return [each for each in self.inside if isinstance(each, Element)]

    def all(self, name: str = "", **wanted: str) -> "Iterator[Element]":
        """Itself and what is in it; `class_` is one of its classes."""
        if (not name or name == self.name) and all(self._has(key, value) for key, value in wanted.items()):
            yield self
        for each in self.children:
            yield from each.all(name, **wanted)

    def _has(self, key: str, value: str) -> bool:
        if key == "class_":
            return value in self.attributes.get("class", "").split()
        return self.attributes.get(key) == value

    def one(self, name: str = "", **wanted: str) -> "Element":
        (found,) = self.all(name, **wanted)
        return found

    @property
    def text(self) -> str:
        """Its words in order, as one line; a block of its own begins with a blank."""
        return " ".join("".join(self._words()).split())

    def _words(self) -> Iterator[str]:
        if self.name not in INLINE:
            yield " "
        for each in self.inside:
            yield from (each,) if isinstance(each, str) else each._words()


class Tree(HTMLParser):
    """The elements of a page; refuses what is not closed, and an attribute that is there twice."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(text)
        self.close()
        assert self._open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {key: value or "" for key, value in attrs})
        assert len(made.attributes) == len(attrs)
        self._open[-1].inside.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._open.pop().name

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


@cache
def read(page: Page, *, hostile_names: bool = False) -> Element:
    return Tree(html_of(page, hostile_people() if hostile_names else people())).root


def cell(page: Page, name: str) -> Element:
    return read(page).one("td", id=f"at-{name}")


def with_cell(figure: Figure) -> Page:
    """The page of a single lead, with another first figure."""
    (found,) = single().tables()
    (row,) = found.rows
    changed = replace(row, cells=(figure, *row.cells[1:]))
    return replace(single(), parts=(replace(found, rows=(changed,)),))
