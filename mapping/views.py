"""One connection's view of one property, ready to be compared with the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.values import RecordRef, Value
from mapping.agreement import Base, stands_for
from mapping.canonical import BLANK, Reader
from mapping.equal_forms import Shape, is_equal_form
from mapping.transforms import Reading
from mapping.wording import Spoken

_ORDER = {"salesforce": 0, "hubspot": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one connection shows for one property, as it showed it.

    `certain` says that `changed_at` is the very moment this field changed (from a field history), not
    merely when its record did. `country` is the lead's alpha-2 code, for transforms that ask for it.
    """

    connection: str
    ref: RecordRef
    shown: Value
    base: Base | None = None
    changed_at: datetime | None = None
    certain: bool = False
    country: str | None = None
    shape: Shape | None = None


@dataclass(slots=True)
class View:
    """A side after reading: `plain` is the canonical form of what it shows, `value` what it stands for (the agreed
    value where it shows an equal form of it), `agreed` the agreed value as the rules read it now. `exact_at` is None
    where the moment of the change is not certain; with a `problem` the side says nothing. `shape`: see `equal_forms`,
    None where nothing is known of the field."""

    connection: str
    kind: str
    shown: Value
    base: Base | None
    plain: Value
    value: Value
    changed: bool
    exact_at: datetime | None
    problem: str | None
    agreed: Value
    shape: Shape | None = None

    @property
    def is_new(self) -> bool:
        """Met for the first time: nothing was ever agreed with it."""
        return self.base is None

    @property
    def is_cleared(self) -> bool:
        """Somebody took the agreed value away."""
        return self.changed and self.value is None

    @property
    def speaks(self) -> bool:
        """Brings a value that the loop has not dealt with yet."""
        return self.value is not None and (self.changed or self.base is None)


@dataclass(slots=True)
class Lens:
    """How one property is read for one lead. What two sides show alike is read once."""

    read: Reader
    country: str | None
    shown: Value = None
    reading: Reading = BLANK

    def see(
        self,
        connection: str,
        kind: str,
        shown: Value,
        base: Base | None,
        exact_at: datetime | None,
        *,
        shape: Shape | None = None,
    ) -> View:
        """Read a side. The agreed value is read again, so a new transform or country is nobody's change."""
        if shown != self.shown or shown.__class__ is not self.shown.__class__:
            self.shown, self.reading = shown, self.read.read(shown, self.country)
        plain, problem = self.reading.value, self.reading.problem
        if base is None:
            return View(connection, kind, shown, None, plain, plain, False, exact_at, problem, None, shape)
        same = stands_for(shown, plain, base, shape)
        if same and plain == base.value:
            agreed = plain if problem is None else None
            return View(connection, kind, shown, base, plain, plain, False, exact_at, problem, agreed, shape)
        before = self.read.again().read(base.value, self.country)
        agreed = before.value if before.problem is None else None
        if same and problem is None and not self.read.settles and shown not in base.learnt:
            agreed = plain  # it is what was agreed, and only the rules can tell by how much they changed
        if same and before.problem is None:
            return View(connection, kind, shown, base, plain, agreed, False, exact_at, None, agreed, shape)
        return View(connection, kind, shown, base, plain, plain, not same, exact_at, problem, agreed, shape)


def view(side: Side, read: Reader, kind: str) -> View:
    """A side as the merge sees it; `kind` is its connection's vendor."""
    exact_at = side.changed_at if side.certain else None
    return Lens(read, side.country).see(side.connection, kind, side.shown, side.base, exact_at, shape=side.shape)


def in_their_words(views: Sequence[View], spoken: Mapping[str, Spoken], country: str | None) -> None:
    """A side that shows what another one's value is written as there, shortened perhaps, shows that value; one that
    showed it until somebody cleared it had agreed on that value."""
    for one in views:
        own = spoken.get(one.connection)
        is_blank = one.value is None and not one.is_cleared
        if own is None or not own.is_given or is_blank or one.problem is not None:
            continue
        others = {each.value for each in views if each.problem is None} - {None, one.value}
        said = ((value, own.say(value, country)) for value in others)
        alike = [value for value, each in said if each.problem is None and _shows(one, each.value)]
        if len(alike) == 1 and one.is_cleared:
            one.agreed = alike[0]
        elif len(alike) == 1:
            one.plain = one.value = alike[0]
            one.changed = False


def _shows(one: View, said: Value) -> bool:
    """Whether it shows this, or did until it was cleared; what was put back stands for what had been written."""
    if one.is_cleared:
        return one.base is not None and is_equal_form(said, one.base.vendor_form)
    return is_equal_form(said, one.shown) or (
        one.base is not None and not one.changed and is_equal_form(said, one.value)
    )


def in_order(views: Iterable[View]) -> tuple[View, ...]:
    """Salesforce first, then HubSpot, then the others by name: the order never depends on how they came."""
    return tuple(sorted(views, key=lambda one: (_ORDER.get(one.kind, len(_ORDER)), one.connection)))


def first_value(views: Sequence[View]) -> Value:
    """The value to go by where sides may differ: the first that can be read and is not blank."""
    return next((one.value for one in views if one.value is not None and one.problem is None), None)


def agreed_value(views: Sequence[View]) -> Value:
    """What was agreed, if that is one value."""
    agreed = {one.agreed for one in views} - {None}
    return agreed.pop() if len(agreed) == 1 else None
