"""Consent is no field mapping: a no on either side is a no on both, whatever a rule would prefer."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.folder import ANY, Folder, each, leaves
from config.lifecycle import LifecycleRules
from config.mapping import SyncRule
from domain.errors import Problem

_DEFAULT = LifecycleRules.model_fields["opted_out_property"].default
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


def _forbids_calls_on_both_sides(prop: Mapping[str, Any]) -> bool:
    fields = prop.get("fields")
    names = [prop.get("name"), *(name for _, name in leaves(fields, ()))]
    return isinstance(fields, Mapping) and len(fields) > 1 and any(map(_forbids_calls, names))


def _forbids_calls(name: Any) -> bool:
    """`do_not_call`, `DoNotCall`, `Do_Not_Call__c`, `hs_donotcall`."""
    return isinstance(name, str) and "donotcall" in "".join(filter(str.isalpha, name.casefold()))
