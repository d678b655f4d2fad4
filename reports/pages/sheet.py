"""The parts of a chart with their places: boxes, strokes and words, in pixels from the upper left corner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite

from reports.pages.measure import Axis, width_of
from reports.pages.page import Figure, Unit
from reports.pages.wording import base_of, is_few, is_known, number, short

LABEL, SMALL = 13.0, 12.0
"""Sizes of the letters; the style sheet has the same."""

Point = tuple[float, float]
Line = tuple[float, str]
"""A value that is marked, and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words on their base line; `anchor`: start, middle or end."""

    x: float
    y: float
    words: str
    kind: str
    anchor: str = "start"
    size: float = LABEL

    def span(self) -> Point:
        """From where to where it reaches, at most."""
        width = width_of(self.words, self.size)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return left, left + width


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`slopes`: corners of what leads from one step to the next; `title`, `says`: for whoever cannot see it."""

    width: float
    height: float
    title: str
    says: str
    boxes: tuple[Box, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    texts: tuple[Text, ...] = ()
    slopes: tuple[tuple[Point, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing that is drawn."""

    label: str
    figure: Figure
    is_total: bool = False

    @property
    def kind(self) -> str:
        return "total" if self.is_total else "few" if is_few(self.figure) else "bar"

    @property
    def told(self) -> str:
        """`43 % (3 of 7, few)`."""
        beside = [base_of(self.figure), "few" if is_few(self.figure) else ""]
        said = ", ".join(each for each in beside if each)
        return f"{short(self.figure)} ({said})" if said else short(self.figure)

    @property
    def value(self) -> float | None:
        return self.figure.value if is_known(self.figure) else None

    @property
    def measure(self) -> tuple[Unit, str]:
        """Only what is measured alike can share an axis."""
        return self.figure.unit, self.figure.currency

    @property
    def spread(self) -> Point | None:
        """From where to where its interval goes."""
        low, high = self.figure.low, self.figure.high
        if self.value is None or low is None or high is None or not (isfinite(low) and isfinite(high)):
            return None
        return low, high

    def values(self) -> Iterator[float]:
        """All that has to find room on the axis."""
        if self.value is not None:
            yield self.value
        yield from self.spread or ()


@dataclass(slots=True, kw_only=True)
class Sheet:
    """What has been drawn so far."""

    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    slopes: list[tuple[Point, ...]] = field(default_factory=list)

    def write(self, at: Point, words: str, kind: str, *, anchor: str = "start", size: float = LABEL) -> None:
        self.texts.append(Text(x=at[0], y=at[1], words=words, kind=kind, anchor=anchor, size=size))

    def stroke(self, start: Point, end: Point, kind: str) -> None:
        self.strokes.append(Stroke(x1=start[0], y1=start[1], x2=end[0], y2=end[1], kind=kind))

    def box(self, corner: Point, size: Point, kind: str) -> None:
        self.boxes.append(Box(x=corner[0], y=corner[1], width=size[0], height=size[1], kind=kind))

    def drawing(self, size: Point, *, title: str, says: str) -> Drawing:
        return Drawing(
            width=size[0],
            height=size[1],
            title=title,
            says=says,
            boxes=tuple(self.boxes),
            strokes=tuple(self.strokes),
            texts=tuple(self.texts),
            slopes=tuple(self.slopes),
        )


def named(line: Line, axis: Axis) -> str:
    """The line's name with its value, said once."""
    value = number(line[0], axis.unit, axis.currency)
    return line[1] if value in line[1] else f"{line[1]}: {value}"


def measure_of(marks: Sequence[Mark]) -> tuple[Unit, str]:
    """Of the first that is known: whoever does not know a value may not know its unit."""
    return next(each.measure for each in marks if each.value is not None)
