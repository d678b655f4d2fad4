"""Who belongs to whom. Every association is kept in both directions, because HubSpot shows it from both."""

from collections.abc import Iterable

from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.links import LINK_TYPES, LinkType, default_type
from simulator.hubspot.refusals import invalid
from simulator.log import Effect

Ends = dict[int, tuple[int, ...]]


class Associations:
    """Type ids by (from type, to type), from id and to id."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, str], dict[int, Ends]] = {}

    def ends(self, origin: Kind, origin_id: int, target: Kind) -> Ends:
        """The associated records with their association type ids, oldest association first."""
        return self._links.get((origin.name, target.name), {}).get(origin_id, {})

    def ids(self, origin: Kind, origin_id: int, target: Kind) -> Iterable[int]:
        return self.ends(origin, origin_id, target).keys()

    def types(self, origin: Kind, target: Kind, type_ids: Iterable[int]) -> list[LinkType]:
        """The named types, the plain one when none is named; refused when they do not fit the two object types."""
        named = list(type_ids)
        plain = default_type(origin, target)
        if plain is None:
            raise invalid(f"No association type exists between {origin.type_id} and {target.type_id}")
        found = [LINK_TYPES.get(type_id) for type_id in named] or [plain]
        kept: list[LinkType] = []
        for type_id, one in zip(named or [plain.id], found, strict=True):
            if one is None or (one.origin, one.target) != (origin.name, target.name):
                raise invalid(
                    f"One or more association types are invalid: {type_id} does not lead from "
                    f"{origin.type_id} to {target.type_id}"
                )
            kept.append(one)
        return kept if plain in kept else [plain, *kept]

    def link(self, origin: Kind, origin_id: int, target: Kind, target_id: int, types: list[LinkType]) -> bool:
        """Associate two records with the types; False when they had all of them."""
        ends = self._links.setdefault((origin.name, target.name), {}).setdefault(origin_id, {})
        had = ends.get(target_id, ())
        added = tuple(one.id for one in types if one.id not in had)
        if not added:
            return False
        ends[target_id] = had + added
        back = self._links.setdefault((target.name, origin.name), {}).setdefault(target_id, {})
        back[origin_id] = tuple(LINK_TYPES[type_id].inverse for type_id in ends[target_id])
        return True

    def unlink(self, origin: Kind, origin_id: int, target: Kind, target_id: int) -> bool:
        ends = self._links.get((origin.name, target.name), {}).get(origin_id, {})
        if ends.pop(target_id, None) is None:
            return False
        del self._links[target.name, origin.name][target_id][origin_id]
        return True

    def drop(self, kind: Kind, record_id: int) -> None:
        """Forget all associations of a record that is gone."""
        for target, target_id, _ in self._all(kind, record_id):
            self.unlink(kind, record_id, target, target_id)

    def move(self, kind: Kind, old_ids: Iterable[int], new_id: int) -> None:
        """Give the associations of merged records to the record they became."""
        for old_id in old_ids:
            for target, target_id, type_ids in self._all(kind, old_id):
                self.unlink(kind, old_id, target, target_id)
                self.link(kind, new_id, target, target_id, [LINK_TYPES[type_id] for type_id in type_ids])

    def _all(self, kind: Kind, record_id: int) -> list[tuple[Kind, int, tuple[int, ...]]]:
        return [
            (target, target_id, type_ids)
            for target in KINDS.values()
            for target_id, type_ids in self.ends(kind, record_id, target).items()
        ]


def link_effect(origin: Kind, origin_id: int, target: Kind, target_id: int, types: list[LinkType]) -> Effect:
    return {
        "op": "create",
        "type": "associations",
        "id": f"{origin.name}.{origin_id}-{target.name}.{target_id}",
        "before": None,
        "after": {"types": [one.id for one in types]},
    }
