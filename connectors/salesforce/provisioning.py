"""Making what an org lacks: fields, the right to see them, campaigns, list views, quick actions.

What is there is never changed. Where Setup is closed to the integration user nothing is tried twice: every item says
so, and an admin deploys what `metadata_folder` writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.abilities import ProvisionItem, ProvisionKind
from connectors.http import Answer
from connectors.salesforce import components
from connectors.salesforce.answers import refusals_of
from connectors.salesforce.asking import Asking
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.client import Client, Request
from connectors.salesforce.permission_sets import FOR_REPS, FOR_US, Grant, Held, PermissionSets, done, is_closed
from connectors.salesforce.shortfall import CLOSED, for_reps
from domain.change import Receipt
from domain.errors import ContractError
from domain.fitting import AccessFitting, ActionFitting, FieldFitting, Fitting, ListFitting, ViewFitting

_NO_CAMPAIGNS = "the integration user may not create campaigns. Give it Create on Campaign, or make this one by hand"
_TWICE = "DUPLICATE_DEVELOPER_NAME"


class Provisioning:
    """Makes items, one after the other, and looks at last whether the rights that were given are felt."""

    def __init__(self, client: Client, asking: Asking, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue
        self._sets = PermissionSets(client, asking)

    def make(self, items: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        """One refused creation holds back no other, but a right that is missing holds back all of its kind."""
        made: list[ProvisionItem] = []
        shut: dict[ProvisionKind, str] = {}
        for item in items:
            if item.exists or item.problem:
                made.append(item)
            elif item.kind in shut:
                made.append(replace(item, problem=shut[item.kind]))
            else:
                made.append(self._make(item, made))
                if made[-1].problem in (CLOSED, _NO_CAMPAIGNS):
                    shut[item.kind] = made[-1].problem
        return self._looked_at_again(made)

    def _make(self, item: ProvisionItem, made: Sequence[ProvisionItem]) -> ProvisionItem:
        if isinstance(item.fitting, AccessFitting):
            return item  # by the permission set, which comes after all that it grants
        request = None if item.fitting is None else _creation(item.fitting)
        if request is not None:
            return self._create(item, request)
        try:
            return self._permit(item, made)
        except ContractError as error:
            return replace(item, problem=str(error))

    def _create(self, item: ProvisionItem, request: Request) -> ProvisionItem:
        answer = self._client.send(request)
        found = refusals_of(answer)
        if answer.ok or (found and found[0].code == _TWICE):
            return replace(item, exists=True)
        if is_closed(answer.status, found):
            return replace(item, problem=_NO_CAMPAIGNS if item.kind is ProvisionKind.LIST else CLOSED)
        return replace(item, problem=_refused(answer))

    def _permit(self, item: ProvisionItem, made: Sequence[ProvisionItem]) -> ProvisionItem:
        """Make, fill and (ours) assign a permission set, for every field that is there by now."""
        held = (self._sets.held() or {}).get(item.name)
        if held is None:
            receipt = self._sets.make(item.name)
            if receipt.id is None:
                return replace(item, problem=_said(receipt))
            held = Held(id=receipt.id, grants={})
        refused = self._sets.grant(held, list(_grants(item.name, made)))
        if item.name == FOR_US and not self._sets.is_assigned(held):
            receipt = self._sets.assign(held.id)
            if not done(receipt):
                return replace(item, problem=_said(receipt))
        if refused:
            words = "; ".join(f"{name}: {why}" for name, why in refused.items())
            return replace(item, problem=f"Salesforce did not grant {words}")
        return replace(item, exists=True)

    def _looked_at_again(self, made: Sequence[ProvisionItem]) -> Sequence[ProvisionItem]:
        for name in {item.object for item in made if isinstance(item.fitting, FieldFitting | AccessFitting)}:
            self._catalogue.forget(name)
        return [self._felt(item, item.fitting) if isinstance(item.fitting, AccessFitting) else item for item in made]

    def _felt(self, item: ProvisionItem, one: AccessFitting) -> ProvisionItem:
        if item.exists or item.problem:
            return item
        field = self._catalogue.fields(one.object).get(one.name)
        if field is not None and (field.writable or not one.edit):
            return replace(item, exists=True)
        return replace(item, problem="is not given yet. Look at the integration user's licence and profile")


def _creation(one: Fitting) -> Request | None:
    """The one call that makes it; none for what permission sets give."""
    match one:
        case FieldFitting():
            full, metadata = f"{components.owner_of(one.object)}.{one.name}", components.field(one)
            return _post("tooling/sobjects/CustomField", {"FullName": full, "Metadata": metadata})
        case ActionFitting():
            full, metadata = f"{one.object}.{one.name}", components.action(one)
            return _post("tooling/sobjects/QuickActionDefinition", {"FullName": full, "Metadata": metadata})
        case ViewFitting():
            return _post(f"ui-api/list-info/{one.object}", components.list_info(one))
        case ListFitting():
            return _post("sobjects/Campaign", {"Name": one.name, "IsActive": True})
        case AccessFitting():
            return None


def _post(path: str, body: Mapping[str, object]) -> Request:
    return Request(method="POST", path=path, body=body)


def _grants(name: str, made: Sequence[ProvisionItem]) -> Iterator[Grant]:
    """Of a set: reps get what is leadloop's own, the integration user that and every mapped field it lacks."""
    own = [for_reps(item.fitting) for item in made if isinstance(item.fitting, FieldFitting) and item.exists]
    if name == FOR_REPS:
        yield from own
        return
    yield from (replace(grant, edit=True) for grant in own)
    names = {grant.name for grant in own}
    for item in made:
        if isinstance(item.fitting, AccessFitting):
            grant = Grant(object=item.object, field=item.name, edit=item.fitting.edit)
            if grant.name not in names:
                yield grant


def _refused(answer: Answer) -> str:
    found = refusals_of(answer)
    return f"Salesforce refused it: {found[0]}" if found else f"Salesforce refused it: HTTP {answer.status}"


def _said(receipt: Receipt) -> str:
    """Where Setup turns out to be closed, what to do about it."""
    closed = receipt.code.startswith("INSUFFICIENT_ACCESS")
    return CLOSED if closed else f"Salesforce refused it: {receipt.code}: {receipt.message}"
