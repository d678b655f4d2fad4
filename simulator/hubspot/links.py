"""HubSpot's own association types: the number for each direction between two object types, and what it is called."""

from dataclasses import dataclass

from simulator.hubspot.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkType:
    """One direction; `label` is None for the plain association."""

    id: int
    origin: str
    target: str
    label: str | None = None
    inverse: int

    def shown(self) -> dict[str, object]:
        return {"category": "HUBSPOT_DEFINED", "typeId": self.id, "label": self.label}


# origin, target, type id, type id of the way back
_PLAIN = (
    ("contacts", "companies", 279, 280),
    ("contacts", "deals", 4, 3),
    ("companies", "deals", 342, 341),
    ("notes", "contacts", 202, 201),
    ("tasks", "contacts", 204, 203),
    ("calls", "contacts", 194, 193),
    ("emails", "contacts", 198, 197),
    ("meetings", "contacts", 200, 199),
    ("communications", "contacts", 81, 82),
    ("notes", "companies", 190, 189),
    ("tasks", "companies", 192, 191),
    ("calls", "companies", 182, 181),
    ("emails", "companies", 186, 185),
    ("meetings", "companies", 188, 187),
    ("communications", "companies", 87, 88),
    ("notes", "deals", 214, 213),
    ("tasks", "deals", 216, 215),
    ("calls", "deals", 206, 205),
    ("emails", "deals", 210, 209),
    ("meetings", "deals", 212, 211),
    ("communications", "deals", 85, 86),
    ("leads", "contacts", 578, 579),
    ("contacts", "contacts", 449, 449),
    ("companies", "companies", 450, 450),
)
_PRIMARY = (("contacts", "companies", 1, 2), ("deals", "companies", 5, 6))


def _both_ways(rows: tuple[tuple[str, str, int, int], ...], label: str | None) -> list[LinkType]:
    there = [LinkType(id=one, origin=a, target=b, label=label, inverse=back) for a, b, one, back in rows]
    back = [LinkType(id=back, origin=b, target=a, label=label, inverse=one) for a, b, one, back in rows]
    return there + back


LINK_TYPES: dict[int, LinkType] = {one.id: one for one in (*_both_ways(_PLAIN, None), *_both_ways(_PRIMARY, "Primary"))}
_DEFAULT = {(one.origin, one.target): one for one in LINK_TYPES.values() if one.label is None}


def default_type(origin: Kind, target: Kind) -> LinkType | None:
    """The plain association between two types, or None when they cannot be associated."""
    return _DEFAULT.get((origin.name, target.name))


def types_between(origin: Kind, target: Kind) -> list[LinkType]:
    return [one for one in LINK_TYPES.values() if (one.origin, one.target) == (origin.name, target.name)]
