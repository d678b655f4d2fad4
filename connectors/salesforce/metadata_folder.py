"""What `provision` would make, as a package that an admin reads, changes and deploys with Salesforce's own tools.

Metadata API format: `package.xml` beside a file for every object, action and permission set. Assigning the permission
sets and making campaigns is no metadata; README.md says how.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from connectors.abilities import ProvisionItem
from connectors.salesforce import components
from connectors.salesforce.permission_sets import FOR_REPS, FOR_US, LABELS, WHY
from domain.fitting import FieldFitting, Fittings

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
PACKAGE = "package"
_XML_KEYS = {"valueName": "fullName"}
"""What the Tooling API calls otherwise than a file."""


def folder(fittings: Fittings, items: Sequence[ProvisionItem] = (), *, api_version: str) -> Mapping[str, str]:
    """Content by path. A deployment changes what is there: fields, views and actions of `items` that are stay out."""
    there = [item.fitting for item in items if item.exists]
    new = Fittings(
        fields=tuple(one for one in fittings.fields if one not in there),
        views=tuple(one for one in fittings.views if one not in there),
        actions=tuple(one for one in fittings.actions if one not in there),
        lists=tuple(one for one in fittings.lists if one not in there),
    )
    files = {
        "README.md": _readme(new),
        f"{PACKAGE}/package.xml": _package(new, api_version),
        f"{PACKAGE}/permissionsets/{FOR_US}.permissionset": _permission_set(FOR_US, fittings),
        f"{PACKAGE}/permissionsets/{FOR_REPS}.permissionset": _permission_set(FOR_REPS, fittings),
    }
    for owner in _owners(new):
        files[f"{PACKAGE}/objects/{owner}.object"] = _object(owner, new)
    for one in new.actions:
        files[f"{PACKAGE}/quickActions/{one.object}.{one.name}.quickAction"] = xml(
            "QuickAction", components.action(one)
        )
    return dict(sorted(files.items()))


def xml(root: str, content: Mapping[str, Any]) -> str:
    """A metadata file: keys become elements, in the alphabetical order that Salesforce writes."""
    return "\n".join([HEAD, f'<{root} xmlns="{NAMESPACE}">', *_elements(content, 1), f"</{root}>", ""])


def _elements(content: Mapping[str, Any], depth: int) -> Iterator[str]:
    named = sorted((_XML_KEYS.get(key, key), value) for key, value in content.items())
    for name, value in named:
        for each in value if isinstance(value, list | tuple) else [value]:
            yield from _element(name, each, depth)


def _element(name: str, value: object, depth: int) -> Iterator[str]:
    indent = "    " * depth
    if isinstance(value, Mapping):
        inner = list(_elements(value, depth + 1))
        yield from [f"{indent}<{name}>", *inner, f"{indent}</{name}>"] if inner else [f"{indent}<{name}/>"]
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield f"{indent}<{name}>{escape(text)}</{name}>"


def _owners(fittings: Fittings) -> Sequence[str]:
    objects = [components.owner_of(one.object) for one in fittings.fields] + [one.object for one in fittings.views]
    return list(dict.fromkeys(objects))


def _object(owner: str, fittings: Fittings) -> str:
    fields = [
        {"fullName": one.name, **components.field(one)}
        for one in fittings.fields
        if components.owner_of(one.object) == owner
    ]
    views = [components.list_view(one) for one in fittings.views if one.object == owner]
    return xml("CustomObject", {"fields": fields, "listViews": views})


def _permission_set(name: str, fittings: Fittings) -> str:
    grants = [
        {"editable": one.by_reps or name == FOR_US, "field": f"{one.object}.{one.name}", "readable": True}
        for one in sorted(fittings.fields, key=_full_name)
    ]
    content = {
        "description": f"Made by leadloop: {WHY[name]}.",
        "fieldPermissions": grants,
        "hasActivationRequired": False,
        "label": LABELS[name],
    }
    return xml("PermissionSet", content)


def _full_name(one: FieldFitting) -> str:
    return f"{one.object}.{one.name}"


def _package(fittings: Fittings, api_version: str) -> str:
    members = {
        "CustomField": [f"{components.owner_of(one.object)}.{one.name}" for one in fittings.fields],
        "ListView": [f"{one.object}.{one.name}" for one in fittings.views],
        "PermissionSet": [FOR_US, FOR_REPS],
        "QuickAction": [f"{one.object}.{one.name}" for one in fittings.actions],
    }
    types = [{"members": names, "name": kind} for kind, names in members.items() if names]
    return xml("Package", {"types": types, "version": api_version})


def _readme(fittings: Fittings) -> str:
    lists = [f"- {one.name} ({one.why})" for one in fittings.lists]
    campaigns = ["", "Campaigns are records. Make them by hand, with exactly these names:", "", *lists] if lists else []
    lines = [
        "# What leadloop needs in Salesforce",
        "",
        "Look through `package/`, then let an admin deploy it:",
        "",
        f"    sf project deploy start --metadata-dir {PACKAGE} --target-org YOUR-ORG",
        f"    sf org assign permset --name {FOR_US} --on-behalf-of INTEGRATION-USER --target-org YOUR-ORG",
        f"    sf org assign permset --name {FOR_REPS} --on-behalf-of REP --target-org YOUR-ORG",
        "",
        "What the integration user could see in the org is left out; a hidden field of one of these names would be",
        "changed by the deployment. Rights on standard fields, such as Email Opt Out, are given by a permission set of",
        "your own. Then put the quick actions on the page layouts and run `leadloop doctor`.",
        *campaigns,
        "",
    ]
    return "\n".join(lines)
