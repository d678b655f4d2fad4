"""Chains in routing.yaml that cannot work: pools that nobody defined, outcomes that end the pass, circles."""

from collections.abc import Iterator, Mapping

from config.folder import ANY, Folder, each, names
from config.words import did_you_mean
from config.yaml_file import KeyPath
from domain.errors import Problem
from domain.handoff import Verdict

_NO_REFUSAL = frozenset({Verdict.ACCEPT, Verdict.ALREADY_WORKING})


def check_chains(folder: Folder) -> Iterator[Problem]:
    """Every chain that leads nowhere or in a circle."""
    for check in (_unknown_pools, _ends_instead, _gives_nothing_back, _circles):
        yield from check(folder)


def _unknown_pools(folder: Folder) -> Iterator[Problem]:
    file = folder.routing
    pools = names(file, ("pools", ANY, "name"))
    for path, name in each(file, ("chains", ANY, "from", ANY)):
        if isinstance(name, str) and name not in pools:
            yield file.problem(path, f"there is no pool `{name}`", hint=did_you_mean(name, pools))


def _ends_instead(folder: Folder) -> Iterator[Problem]:
    """An outcome that leads to rest or out of the loop hands nothing on."""
    roads = folder.lifecycle.data.get("outcomes")
    for path, name in each(folder.routing, ("chains", ANY, "on", ANY)):
        road = roads.get(name) if isinstance(roads, Mapping) else None
        if isinstance(road, Mapping) and (road.get("list") or road.get("disqualifies")):
            words = f"`{name}` ends the pass by lifecycle.yaml, so it never hands a lead on"
            yield folder.routing.problem(path, words, hint="`meeting` and `qualified` do")


def _gives_nothing_back(folder: Folder) -> Iterator[Problem]:
    for path, name in each(folder.routing, ("chains", ANY, "gives_back", ANY)):
        if name in _NO_REFUSAL:
            yield folder.routing.problem(path, f"`{name}` refuses nothing, so nothing goes back by it")
        elif name == Verdict.WRONG_PERSON:
            words = "`wrong_person` goes to another of them, and back when none is left, whatever stands here"
            yield folder.routing.problem(path, words, hint="leave it out")


def _circles(folder: Folder) -> Iterator[Problem]:
    """A lead that comes back to where it began would be handed on for ever."""
    file = folder.routing
    members = _members(folder)
    onward: dict[str, set[str]] = {}
    links: list[tuple[KeyPath, set[str], set[str]]] = []
    for path, chain in each(file, ("chains", ANY)):
        begins = chain.get("from") if isinstance(chain, Mapping) else None
        target = chain.get("to") if isinstance(chain, Mapping) else None
        if isinstance(begins, list) and isinstance(target, Mapping):
            froms = {name for name in begins if isinstance(name, str)}
            reached = _reached(target, members)
            links.append((path, froms, reached))
            for name in froms:
                onward.setdefault(name, set()).update(reached)
    for path, froms, reached in links:
        if back := sorted(froms & _everything_after(reached, onward)):
            words = f"this chain comes back to the pool `{back[0]}` that it begins with"
            yield file.problem((*path, "to"), words, hint="a chain ends with the last team")


def _members(folder: Folder) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for _, pool in each(folder.routing, ("pools", ANY)):
        if isinstance(pool, Mapping) and isinstance(pool.get("name"), str) and isinstance(pool.get("members"), list):
            people = (each_.get("email") for each_ in pool["members"] if isinstance(each_, Mapping))
            found[pool["name"]] = {email.casefold() for email in people if isinstance(email, str)}
    return found


def _reached(target: Mapping[str, object], members: Mapping[str, set[str]]) -> set[str]:
    """The pools whose reps a target may give a lead to: whoever is in two pools carries the chain from one to the
    other."""
    pool, user = target.get("pool"), target.get("user")
    people = members.get(pool, set()) if isinstance(pool, str) else set()
    if isinstance(user, str):
        people = {user.casefold()}
    shared = {name for name, several in members.items() if not several.isdisjoint(people)}
    return shared | ({pool} if isinstance(pool, str) else set())


def _everything_after(begin: set[str], onward: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = set(begin)
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead |= onward.get(name, set())
    return seen
