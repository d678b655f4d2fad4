"""Consent is no field mapping: a no on either side is a no on both, whatever a rule would prefer, and what may undo it
is told by a moment. Nothing undoes a no to calls."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.folder import ANY, Folder, each, leaves
from config.lifecycle import LifecycleRules
from config.mapping import NoTo, Role, SyncRule
from config.words import did_you_mean
from domain.errors import Problem
from domain.record import FieldType

_DEFAULT = LifecycleRules.model_fields["opted_out_property"].default
_MOMENTS = (FieldType.DATE, FieldType.DATETIME)
_WORDS = frozenset(rule.value for rule in SyncRule)


def check_consent(folder: Folder) -> Iterator[Problem]:
    """The opt-out always, a no to calls where both sides keep one. That `No wins` is complete the model says itself."""
    opted_out = folder.lifecycle.data.get("opted_out_property", _DEFAULT)
    for path, prop in each(folder.mapping, ("properties", ANY)):
        if not isinstance(prop, Mapping) or not (prop.get("name") == opted_out or _forbids_calls_on_both_sides(prop)):
            continue
        given = prop.get("sync")
        if given is None or (isinstance(given, str) and given in _WORDS - {SyncRule.NO_WINS}):
            yield folder.mapping.problem(
                (*path, "sync"),
                f"`{prop.get('name')}` is consent, not a field mapping: a no on either side is a no on both",
                hint="write `type: boolean`, `sync: No wins`, and in `no_is` which value is the no",
            )


def check_opt_ins(folder: Folder) -> Iterator[Problem]:
    """What would undo a no has to be a moment that people leave, and the no none to calls, whatever is said of it."""
    file = folder.mapping
    every = [prop for _, prop in each(file, ("properties", ANY)) if isinstance(prop, Mapping)]
    props = {prop["name"]: prop for prop in every if isinstance(prop.get("name"), str)}
    for at, prop in each(file, ("properties", ANY)):
        name = prop.get("opted_in_at") if isinstance(prop, Mapping) and prop.get("no_to") == NoTo.EMAIL else None
        if not isinstance(name, str):
            continue
        path = (*at, "opted_in_at")
        if any(map(_forbids_calls, _names(prop))):
            words = f"`{prop.get('name')}` is a no to calls by its name, and that is never taken back"
            yield file.problem(path, words, hint="take `opted_in_at` away", at_key=True)
        elif name not in props:
            yield file.problem(path, f"there is no property `{name}`", hint=did_you_mean(name, props))
        elif not _is_moment(props[name]):
            words = f"`{name}` tells no moment that a person left"
            yield file.problem(path, words, hint="a shared property of `type: datetime`, read from a form's field")


def _is_moment(prop: Mapping[str, Any]) -> bool:
    is_read = prop.get("role", Role.SHARED) == Role.SHARED and not prop.get("made_of")
    return is_read and any(prop.get("type") == kind for kind in _MOMENTS)


def _forbids_calls_on_both_sides(prop: Mapping[str, Any]) -> bool:
    fields = prop.get("fields")
    return isinstance(fields, Mapping) and len(fields) > 1 and any(map(_forbids_calls, _names(prop)))


def _names(prop: Mapping[str, Any]) -> list[Any]:
    """Its own and its fields'."""
    return [prop.get("name"), *(name for _, name in leaves(prop.get("fields"), ()))]


def _forbids_calls(name: Any) -> bool:
    """`do_not_call`, `DoNotCall`, `Do_Not_Call__c`, `hs_donotcall`."""
    return isinstance(name, str) and "donotcall" in "".join(filter(str.isalpha, name.casefold()))
