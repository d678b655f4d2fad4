"""Names in mapping.yaml that lead nowhere: connections, objects, transforms."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.folder import ANY, Folder, each, unknown
from config.mapping import TRANSFORMS, Role, Whose
from config.routing_check import ADDRESS
from config.words import did_you_mean
from config.yaml_file import KeyPath, YamlFile
from domain.errors import Problem


def check_mapping(folder: Folder) -> Iterator[Problem]:
    """Every name in the mapping that nobody defined."""
    checks = (
        _unknown_connections,
        _unknown_objects,
        _deals_of_nobody,
        _created_as_nobody,
        _unknown_transforms,
        _statuses_without_values,
        _made_of_nothing,
        _decided_nowhere,
        _carried_from_nowhere,
        _known_as_nobody,
    )
    for check in checks:
        yield from check(folder)


def _known_as_nobody(folder: Folder) -> Iterator[Problem]:
    """Users with another e-mail elsewhere: both have to be addresses, and one step leads there."""
    file = folder.mapping
    for path, known_as in each(file, ("systems", ANY, "users", "known_as")):
        pairs = known_as.items() if isinstance(known_as, Mapping) else ()
        here = {str(name).casefold() for name, _ in pairs}
        for name, other in pairs:
            for said in (name, other):
                if not ADDRESS.fullmatch(str(said)):
                    yield file.problem((*path, name), f"`{said}` is no e-mail address", at_key=said is name)
            if str(other).casefold() in here:
                hint = "name the e-mail by which the other systems know them"
                yield file.problem((*path, name), f"`{other}` is itself known as somebody else here", hint=hint)


def _unknown_connections(folder: Folder) -> Iterator[Problem]:
    file = folder.mapping
    if folder.connections is None:
        return
    keyed: tuple[KeyPath, ...] = (
        ("systems", ANY),
        ("properties", ANY, "fields", ANY),
        ("properties", ANY, "values", ANY),
        ("decided", ANY),
    )
    for pattern in keyed:
        for path, _ in each(file, pattern):
            if path[-1] not in folder.connections:
                yield unknown(file, path, what="connection", name=str(path[-1]), known=folder.connections, at_key=True)
    for path, name in each(file, ("properties", ANY, "forward_only", ANY)):
        if isinstance(name, str) and name not in folder.connections:
            yield unknown(file, path, what="connection", name=name, known=folder.connections)


def _unknown_objects(folder: Folder) -> Iterator[Problem]:
    """Fields and links name objects of a system; a misspelt one would never be read."""
    file = folder.mapping
    systems = {str(path[-1]): _objects(system) for path, system in each(file, ("systems", ANY))}
    for path, system, name in _objects_of_properties(file):
        if system in systems and name not in systems[system]:
            yield file.problem(
                path, f"`{system}` has no object `{name}`", hint=did_you_mean(name, systems[system]), at_key=True
            )
    links = [found for part in ("people", "accounts") for found in each(file, ("systems", ANY, part, "links", ANY))]
    for path, link in links:
        if not isinstance(link, str):
            continue
        system, _, name = link.partition(":")
        if name not in systems.get(system, frozenset()):
            choice = [f"{each_system}:{one}" for each_system, objects in systems.items() for one in objects]
            yield file.problem(
                path, f"a link leads to `connection:Object`, and there is no `{link}`", hint=did_you_mean(link, choice)
            )
    for path, _ in each(file, ("properties", ANY, "fields", ANY)):
        if systems and str(path[-1]) not in systems and path[-1] in (folder.connections or ()):
            yield file.problem(path, f"`{path[-1]}` does not stand under `systems`", at_key=True)


def _objects_of_properties(file: YamlFile) -> Iterator[tuple[KeyPath, str, str]]:
    """Where a property names an object of a system: the place, the system, the object."""
    for path, where in each(file, ("properties", ANY, "fields", ANY)):
        under = (*path, "field") if _is_worded(where) else path
        place = _place(where)
        for name in place if isinstance(place, Mapping) else ():
            yield (*under, name), str(path[-1]), str(name)


def _is_worded(where: Any) -> bool:
    return isinstance(where, Mapping) and bool(where.keys() & {"field", "read", "write"})


def _place(where: Any) -> Any:
    """The field or the fields, whatever words they have."""
    return where.get("field") if _is_worded(where) else where


def _created_as_nobody(folder: Folder) -> Iterator[Problem]:
    """Who is created as another object than a person's would never be recognised again."""
    file = folder.mapping
    for path, name in each(file, ("systems", ANY, "create_object")):
        system = str(path[1])
        people = [one for _, one in each(file, ("systems", system, "people", "objects", ANY)) if isinstance(one, str)]
        if isinstance(name, str) and people and name not in people:
            yield file.problem(path, f"`{name}` is not among the people of `{system}`", hint=did_you_mean(name, people))


def _deals_of_nobody(folder: Folder) -> Iterator[Problem]:
    """Whoever stands in a deal as another object than a person's would be nobody."""
    file = folder.mapping
    for path, name in each(file, ("systems", ANY, "deals", "contacts", "object")):
        people = [one for _, one in each(file, ("systems", path[1], "people", "objects", ANY)) if isinstance(one, str)]
        if isinstance(name, str) and people and name not in people:
            hint = did_you_mean(name, people)
            yield file.problem(path, f"`{name}` is not among the people of `{path[1]}`", hint=hint)


def _objects(system: Any) -> frozenset[str]:
    if not isinstance(system, Mapping):
        return frozenset()
    people = system.get("people")
    objects = people.get("objects") if isinstance(people, Mapping) else None
    found = list(objects) if isinstance(objects, list) else []
    found += [part.get("object") for part in system.values() if isinstance(part, Mapping)]
    return frozenset(name for name in found if isinstance(name, str))


def _unknown_transforms(folder: Folder) -> Iterator[Problem]:
    chains: tuple[KeyPath, ...] = (
        ("properties", ANY, "transforms", ANY),
        ("properties", ANY, "fields", ANY, "read", ANY),
        ("properties", ANY, "fields", ANY, "write", ANY),
    )
    for path, text in (found for chain in chains for found in each(folder.mapping, chain)):
        name = re.split(r"[\s(]", text.strip(), maxsplit=1)[0] if isinstance(text, str) else None
        if name is not None and name not in TRANSFORMS:
            yield folder.mapping.problem(path, f"there is no transform `{name}`", hint=did_you_mean(name, TRANSFORMS))


def _statuses_without_values(folder: Folder) -> Iterator[Problem]:
    for path, prop in each(folder.mapping, ("properties", ANY)):
        if isinstance(prop, Mapping) and prop.get("role") == Role.STATUS and not prop.get("values"):
            yield folder.mapping.problem(
                (*path, "role"), "a property with the role `status` needs `values`: stage to the system's value"
            )


def _made_of_nothing(folder: Folder) -> Iterator[Problem]:
    """What a property is made of has to be known from the systems themselves."""
    file = folder.mapping
    made = {name for _, prop in each(file, ("properties", ANY)) if (name := _name_of_made(prop)) is not None}
    known = {name for _, name in each(file, ("properties", ANY, "name")) if isinstance(name, str)} - made
    for path, part in each(file, ("properties", ANY, "made_of", ANY)):
        if isinstance(part, str) and part in made:
            yield file.problem(path, f"`{part}` is made of others itself: name those")
        elif isinstance(part, str) and part not in known:
            yield file.problem(path, f"there is no property `{part}`", hint=did_you_mean(part, known))


def _name_of_made(prop: Any) -> str | None:
    is_made = isinstance(prop, Mapping) and prop.get("made_of") and isinstance(prop.get("name"), str)
    return str(prop["name"]) if is_made else None


def _decided_nowhere(folder: Folder) -> Iterator[Problem]:
    """A decision about a field that no property is mapped to decides nothing."""
    file, mapped = folder.mapping, _mapped(folder)
    for path, _ in each(file, ("decided", ANY, ANY)):
        known, name = mapped.get(str(path[-2]), frozenset()), str(path[-1])
        if name not in known and (folder.connections is None or path[-2] in folder.connections):
            yield file.problem(
                path, f"no property has the field `{name}` of `{path[-2]}`", hint=did_you_mean(name, known), at_key=True
            )


def _carried_from_nowhere(folder: Folder) -> Iterator[Problem]:
    """What a neighbour carries it brings from another system, in which we or people write the property."""
    file, people = folder.mapping, _people(folder)
    wishes = [(path, whose) for path, whose in each(file, ("decided", ANY, ANY)) if whose == Whose.CARRIED]
    decided = {(str(path[-2]), str(path[-1])): path for path, _ in wishes}
    for _, fields in each(file, ("properties", ANY, "fields")):
        places = [(name, at) for name, place in _plain(fields).items() for at in _places(name, place, people)]
        masters = {name for name, at in places if (name, at) not in decided}
        for name, at in places:
            if (name, at) in decided and not masters - {name}:
                yield file.problem(
                    decided[name, at], f"`{at}` is carried from nowhere: no other system has its property", at_key=True
                )


def _plain(fields: Any) -> Mapping[str, Any]:
    return {str(name): place for name, place in fields.items()} if isinstance(fields, Mapping) else {}


def _people(folder: Folder) -> Mapping[str, list[str]]:
    """Connection → the objects that are people."""
    people: dict[str, list[str]] = {}
    for path, name in each(folder.mapping, ("systems", ANY, "people", "objects", ANY)):
        people.setdefault(str(path[1]), []).append(str(name))
    return people


def _places(connection: str, place: Any, people: Mapping[str, list[str]]) -> list[str]:
    """`Object.Field` of a property in one connection."""
    place = _place(place)
    own = place if isinstance(place, Mapping) else dict.fromkeys(people.get(connection, ()), place)
    return [f"{name}.{field}" for name, field in own.items()]


def _mapped(folder: Folder) -> Mapping[str, frozenset[str]]:
    """Connection → `Object.Field` of every property."""
    people, found = _people(folder), dict[str, set[str]]()
    for path, place in each(folder.mapping, ("properties", ANY, "fields", ANY)):
        system = str(path[-1])
        found.setdefault(system, set()).update(_places(system, place, people))
    return {name: frozenset(fields) for name, fields in found.items()}
