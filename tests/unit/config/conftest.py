"""A small installation whose every line is known, and ways to break it."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import pytest
from pydantic import BaseModel, Field, SecretStr

from config.load import Installation, load
from config.strict import Strict
from domain.errors import SettingsError

LEADLOOP = """\
database_url: sqlite:///test.db
connections:
  crm:
    type: salesforce
    login_url: https://acme.example
    auth: client_credentials
    client_secret: ${env:CRM_SECRET}
  hub:
    type: hubspot
    access_token: ${env:HUB_TOKEN}
"""
MAPPING = """\
systems:
  crm:
    people: {objects: [Contact, Lead], key: Key__c, email: Email}
  hub:
    people:
      objects: [contacts]
      key: ll_key
      email: email
      links: {salesforceleadid: "crm:Lead"}
properties:
  - name: email
    fields: {crm: Email, hub: email}
    sync: Fill blank only
    transforms: [trim, lower]
  - name: job_title
    fields: {crm: {Lead: Title, Contact: Title}, hub: jobtitle}
  - name: opted_out
    type: boolean
    fields: {hub: optout}
    sync: No wins
    no_is: true
"""
SCORING = """\
engagement:
  - name: Forms
    rules:
      - name: Demo
        on: [form_submitted]
        points: 25
fit:
  - name: Role
    limit: 30
    rules:
      - name: Chief
        points: 30
        when:
          all:
            - property: job_title
              operator: contains
              value: chief
"""
LIFECYCLE = """\
verdicts:
  accept: Accept
  wrong_person: Wrong person
  data_wrong: Data wrong
  not_target: Not our target
  already_working: Already working it
outcomes:
  meeting: {label: Meeting}
  qualified: {label: Qualified}
  not_now: {label: Not now, list: Timing, return_days: 90}
  no_budget: {label: No budget, list: Budget, return_days: 120}
  no_need: {label: No need, list: Need, return_days: 180}
  chose_another: {label: Chose another, list: Other, return_days: 270}
  unreachable: {label: Unreachable, list: Away, return_days: 30}
  left_company: {label: Left company, disqualifies: true}
  not_target: {label: Not our target, list: Target}
  went_quiet: {label: Went quiet, list: Timing, return_days: 30}
required: [email]
"""
ROUTING = """\
teams:
  - name: Sales
    time_zone: Europe/Berlin
    absences:
      - {email: ana@acme.example, first: 2026-12-24, last: 2027-01-02}
pools:
  - name: SDR
    team: Sales
    members:
      - email: ana@acme.example
rules:
  - name: Chiefs
    when:
      expr: lead.job_title == "Chief"
    to: {pool: SDR}
fallback: {pool: SDR}
"""
FILES = {
    "leadloop.yaml": LEADLOOP,
    "mapping.yaml": MAPPING,
    "scoring.yaml": SCORING,
    "lifecycle.yaml": LIFECYCLE,
    "routing.yaml": ROUTING,
}
VARIABLES = {"CRM_SECRET": "s3cret-of-the-crm", "HUB_TOKEN": "t0ken-of-the-hub"}


class Crm(Strict):
    """Stands for a connector's settings."""

    type: Literal["salesforce"]
    login_url: str = "https://login.example"
    auth: Literal["client_credentials", "jwt_bearer"] = "client_credentials"
    client_secret: SecretStr
    page_size: int = Field(default=2000, ge=200)


class Hub(Strict):
    """Stands for a connector's settings."""

    type: Literal["hubspot"]
    base_url: str = "https://api.example"
    access_token: SecretStr


TYPES: dict[str, type[BaseModel]] = {"salesforce": Crm, "hubspot": Hub}


class Edit(Protocol):
    def __call__(self, name: str, old: str, new: str) -> None: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace a text that stands in a file exactly once."""

    def replace(name: str, old: str, new: str) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture
def read(folder: Path) -> Callable[..., Installation]:
    def read_folder(environment: str | None = None, **variables: str) -> Installation:
        return load(folder, TYPES, environment, variables={**VARIABLES, **variables})

    return read_folder


@pytest.fixture
def mistakes(read: Callable[..., Installation]) -> Callable[..., list[str]]:
    """Every problem of the folder as `check` shows it; empty when it is fine."""

    def found(environment: str | None = None, **variables: str) -> list[str]:
        try:
            read(environment, **variables)
        except SettingsError as error:
            return [str(problem) for problem in error.problems]
        return []

    return found
