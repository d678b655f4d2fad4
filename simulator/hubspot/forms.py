"""Forms and what people sent with them. Submissions are read newest first, 50 at a time."""

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from simulator.hubspot.stamps import iso
from simulator.log import Effect

SUBMISSION_PAGE = 50
DEFAULT_FIELDS = ("email", "firstname", "lastname", "company")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One sent form; `number` orders submissions of one millisecond."""

    number: int
    submitted_ms: int
    values: tuple[tuple[str, str], ...]
    page_url: str

    @property
    def email(self) -> str:
        return next((value for name, value in self.values if name == "email"), "")

    def shown(self) -> dict[str, Any]:
        return {
            "conversionId": f"conversion-{self.number}",
            "submittedAt": self.submitted_ms,
            "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in self.values],
            "pageUrl": self.page_url,
        }


@dataclass(slots=True, kw_only=True)
class Form:
    guid: str
    name: str
    fields: tuple[str, ...]
    created_ms: int
    updated_ms: int
    archived: bool = False
    submissions: list[tuple[int, int]] = field(default_factory=list)
    """(when, number), oldest first."""

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.guid,
            "name": self.name,
            "formType": "hubspot",
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.updated_ms),
            "archived": self.archived,
            "fieldGroups": [_group(name) for name in self.fields],
            "configuration": _CONFIGURATION,
            "displayOptions": _DISPLAY,
            "legalConsentOptions": {"type": "none"},
        }


def _group(name: str) -> dict[str, Any]:
    shown = {
        "objectTypeId": "0-1",
        "name": name,
        "label": name.capitalize(),
        "required": name == "email",
        "hidden": False,
        "fieldType": "email" if name == "email" else "single_line_text",
        "dependentFields": [],
    }
    if name == "email":
        shown["validation"] = {"blockedEmailDomains": [], "useDefaultBlockList": False}
    return {"groupType": "default_group", "richTextType": "text", "fields": [shown]}


_CONFIGURATION: dict[str, Any] = {
    "language": "en",
    "cloneable": True,
    "editable": True,
    "archivable": True,
    "recaptchaEnabled": False,
    "notifyContactOwner": False,
    "notifyRecipients": [],
    "createNewContactForNewEmail": True,
    "prePopulateKnownValues": True,
    "allowLinkToResetKnownValues": False,
    "lifecycleStages": [],
    "postSubmitAction": {"type": "thank_you", "value": "Thanks for submitting the form."},
}
_DISPLAY: dict[str, Any] = {
    "renderRawHtml": False,
    "theme": "default_style",
    "submitButtonText": "Submit",
    "style": {
        "fontFamily": "arial, helvetica, sans-serif",
        "backgroundWidth": "100%",
        "labelTextColor": "#33475b",
        "labelTextSize": "14px",
        "helpTextColor": "#7C98B6",
        "helpTextSize": "11px",
        "legalConsentTextColor": "#33475b",
        "legalConsentTextSize": "14px",
        "submitColor": "#ff7a59",
        "submitAlignment": "left",
        "submitFontColor": "#ffffff",
        "submitSize": "12px",
    },
}


class Forms:
    """Forms by guid and by name."""

    def __init__(self) -> None:
        self._by_guid: dict[str, Form] = {}
        self._submissions: list[Submission] = []

    def add(self, row: Mapping[str, Any], *, at_ms: int, effects: list[Effect]) -> Form:
        """Make a form; its guid follows from its name unless the row brings one."""
        name = str(row["name"])
        form = Form(
            guid=str(row.get("id") or row.get("guid") or uuid5(NAMESPACE_DNS, f"form.{name}")),
            name=name,
            fields=tuple(str(one) for one in row.get("fields") or DEFAULT_FIELDS),
            created_ms=at_ms,
            updated_ms=at_ms,
        )
        self._by_guid[form.guid] = form
        effects.append({"op": "create", "type": "forms", "id": form.guid, "before": None, "after": {"name": name}})
        return form

    def find(self, key: str) -> Form | None:
        """A form by guid or name."""
        named = (form for form in self._by_guid.values() if form.name.lower() == key.lower())
        return self._by_guid.get(key) or next(named, None)

    def by_guid(self, guid: str) -> Form | None:
        return self._by_guid.get(guid)

    def listed(self, *, archived: bool) -> list[Form]:
        return [form for form in self._by_guid.values() if form.archived is archived]

    def submit(
        self, form: Form, values: Mapping[str, str], *, page_url: str, at_ms: int, effects: list[Effect]
    ) -> Submission:
        sent = Submission(
            number=len(self._submissions), submitted_ms=at_ms, values=tuple(values.items()), page_url=page_url
        )
        self._submissions.append(sent)
        insort(form.submissions, (at_ms, sent.number))
        effects.append(
            {
                "op": "create",
                "type": "form_submissions",
                "id": str(sent.number),
                "before": None,
                "after": {"form": form.name, "guid": form.guid, "submittedAt": at_ms, "email": sent.email},
            }
        )
        return sent

    def page(self, form: Form, *, after: str | None, limit: int) -> tuple[list[Submission], str | None]:
        """Newest first; `after` is opaque, and new submissions do not move a reader's place."""
        end = len(form.submissions) if after is None else bisect_left(form.submissions, _place(after))
        chosen = form.submissions[max(0, end - limit) : end]
        found = [self._submissions[number] for _, number in reversed(chosen)]
        return found, (f"{chosen[0][0]}-{chosen[0][1]}" if end > limit else None)

    def every_submission(self) -> list[dict[str, Any]]:
        return [
            {"form": form.name, "guid": form.guid, "id": str(number), **self._submissions[number].shown()}
            for form in self._by_guid.values()
            for _, number in form.submissions
        ]

    def erase(self, email: str) -> None:
        """Privacy deletion: what the person sent keeps its place but not its content."""
        for number, sent in enumerate(self._submissions):
            if sent.email == email:
                self._submissions[number] = Submission(
                    number=number, submitted_ms=sent.submitted_ms, values=(), page_url=sent.page_url
                )


def _place(after: str) -> tuple[int, int]:
    ms, _, number = after.partition("-")
    return int(ms), int(number)
