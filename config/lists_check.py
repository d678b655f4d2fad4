"""Lists that would do harm (one name for who is written to and who is left alone), and rules that nothing can meet."""

from collections.abc import Iterator, Mapping

from config.folder import ANY, Folder, each
from config.lifecycle import LifecycleRules
from config.yaml_file import KeyPath
from domain.errors import Problem
from domain.handoff import Outcome

LOST = Outcome.LOST.value
RENEWAL = "renewal_date"
_WITH_SALES: KeyPath = ("with_sales_list",)
_ALONE: tuple[KeyPath, ...] = (
    _WITH_SALES,
    ("open_opportunity_list",),
    ("customer_list",),
    ("silent_customers", "list"),
    ("air_cover", "list"),
)
"""Lists that have one meaning each."""
_REASONS: tuple[KeyPath, ...] = (("outcomes", ANY, "list"), ("outcomes", ANY, "reasons", ANY, "list"))
"""Lists of reasons: several reasons may share one."""


def check_lists(folder: Folder) -> Iterator[Problem]:
    yield from _shared_names(folder)
    yield from _reasons(folder)
    yield from _renewals(folder)
    yield from _air_cover(folder)


def _shared_names(folder: Folder) -> Iterator[Problem]:
    """Systems find a list by its name, whatever its capitals."""
    file = folder.lifecycle
    taken: dict[str, str] = {}
    for pattern in _REASONS:
        for path, name in _names(folder, pattern):
            taken.setdefault(name.casefold(), ".".join(map(str, path)))
    if "with_sales_list" not in file.data:
        default = str(LifecycleRules.model_fields["with_sales_list"].default)
        if default.casefold() in taken:
            yield file.problem((), f"`{default}` is the list of `with_sales_list`, and of {taken[default.casefold()]}")
        taken.setdefault(default.casefold(), "with_sales_list")
    for pattern in _ALONE:
        for path, name in _names(folder, pattern):
            if name.casefold() in taken:
                yield file.problem(
                    path,
                    f"`{name}` is the list of {taken[name.casefold()]} already",
                    hint="each of these needs a list of its own: they say who is written to, and who is left alone",
                )
            taken.setdefault(name.casefold(), ".".join(map(str, path)))


def _names(folder: Folder, pattern: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    return ((path, name) for path, name in each(folder.lifecycle, pattern) if isinstance(name, str))


def _reasons(folder: Folder) -> Iterator[Problem]:
    """Only a deal says a reason of its own, and only where it is read is there one."""
    file = folder.lifecycle
    is_read = any(name for _, name in each(folder.mapping, ("systems", ANY, "deals", "lost_reason")))
    for path, reasons in each(file, ("outcomes", ANY, "reasons")):
        if path[1] != LOST:
            yield file.problem(path, f"`reasons` goes with `{LOST}` only: `{path[1]}` is a reason itself", at_key=True)
        elif reasons and not is_read:
            yield file.problem(
                path,
                "no system says why a deal was lost",
                hint="name the field as `lost_reason` under `deals` in mapping.yaml, or take `reasons` away",
                at_key=True,
            )
        seen: dict[str, str] = {}
        for name in reasons if isinstance(reasons, Mapping) else ():
            if str(name).casefold() in seen:
                yield file.problem((*path, name), f"`{name}` is `{seen[str(name).casefold()]}` already", at_key=True)
            seen.setdefault(str(name).casefold(), str(name))


def _renewals(folder: Folder) -> Iterator[Problem]:
    known = folder.properties()
    for path, days in each(folder.lifecycle, ("outcomes", ANY, "days_before_renewal")):
        if known is not None and days is not None and RENEWAL not in known:
            yield folder.lifecycle.problem(
                path,
                f"there is no property `{RENEWAL}`, so nobody can say when the renewal is",
                hint="add it to mapping.yaml with `type: date` and `role: answer`, or take this away",
                at_key=True,
            )


def _air_cover(folder: Folder) -> Iterator[Problem]:
    if folder.lifecycle.data.get("air_cover") is not None:
        return
    for path, name in each(folder.mapping, ("systems", ANY, "accounts", "air_cover")):
        if name is not None:
            yield folder.mapping.problem(
                path,
                "reps may ask for air cover here, and lifecycle.yaml has no `air_cover`: nobody would get any",
                hint="add `air_cover: { list: LL · Air cover }` to lifecycle.yaml",
            )
