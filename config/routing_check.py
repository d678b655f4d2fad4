"""Names and people in routing.yaml: pools and teams that nobody defined, reps that nobody could find."""

import re
from collections.abc import Iterator

from config.chains_check import check_chains
from config.folder import ANY, Folder, each, names
from config.words import did_you_mean
from config.yaml_file import KeyPath
from domain.errors import Problem

ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_ADDRESSES: tuple[KeyPath, ...] = (
    ("teams", ANY, "manager"),
    ("pools", ANY, "members", ANY, "email"),
    ("rules", ANY, "to", "user"),
    ("chains", ANY, "to", "user"),
    ("fallback", "user"),
)


def check_routing(folder: Folder) -> Iterator[Problem]:
    """Every name in the routing that leads nowhere."""
    for check in (_unknown_pools_and_teams, _no_addresses, _members_twice, _absent_strangers, _no_table, check_chains):
        yield from check(folder)


def _unknown_pools_and_teams(folder: Folder) -> Iterator[Problem]:
    file = folder.routing
    pools, teams = names(file, ("pools", ANY, "name")), names(file, ("teams", ANY, "name"))
    for pattern in (("rules", ANY, "to", "pool"), ("chains", ANY, "to", "pool"), ("fallback", "pool")):
        for path, name in each(file, pattern):
            if isinstance(name, str) and name not in pools:
                yield file.problem(path, f"there is no pool `{name}`", hint=did_you_mean(name, pools))
    for path, name in each(file, ("pools", ANY, "team")):
        if isinstance(name, str) and name not in teams:
            yield file.problem(path, f"there is no team `{name}`", hint=did_you_mean(name, teams))


def _no_addresses(folder: Folder) -> Iterator[Problem]:
    for pattern in _ADDRESSES:
        for path, text in each(folder.routing, pattern):
            if isinstance(text, str) and not ADDRESS.fullmatch(text):
                hint = "reps are known by theirs, such as ana.ruiz@acme.example"
                yield folder.routing.problem(path, f"`{text}` is no e-mail address", hint=hint)


def _no_table(folder: Folder) -> Iterator[Problem]:
    """A rule by territory needs to be told where those stand."""
    file = folder.routing
    for pattern in (("rules", ANY, "to", "territory"), ("chains", ANY, "to", "territory")):
        for path, wanted in each(file, pattern):
            if wanted is True and not file.data.get("territories"):
                hint = "add `territories: territories.csv`, a table beside this file"
                yield file.problem(path, "no table of territories is named", hint=hint)


def _members_twice(folder: Folder) -> Iterator[Problem]:
    file = folder.routing
    first: dict[tuple[str | int, str], int] = {}
    for path, email in each(file, ("pools", ANY, "members", ANY, "email")):
        if not isinstance(email, str):
            continue
        seat = path[1], email.casefold()
        if seat in first:
            hint = f"first in line {first[seat]}; `weight: 2` gives two turns"
            yield file.problem(path, "this rep stands twice in one pool", hint=hint)
        else:
            first[seat] = file.problem(path, "").line


def _absent_strangers(folder: Folder) -> Iterator[Problem]:
    """An absence for a misspelt address would silently do nothing."""
    file = folder.routing
    members = {name.casefold() for name in names(file, ("pools", ANY, "members", ANY, "email"))}
    for path, email in each(file, ("teams", ANY, "absences", ANY, "email")):
        if isinstance(email, str) and email.casefold() not in members:
            yield file.problem(path, "nobody in any pool has this address", hint=did_you_mean(email, members))
