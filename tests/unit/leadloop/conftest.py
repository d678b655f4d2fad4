"""A folder as `leadloop init` writes it, with the variables it asks for; and one in which something was done."""

import os
from pathlib import Path

import pytest

from config.template import write
from store.vault import make_key
from tests.postgres import BINARIES, PostgresServer
from tests.restore_desk import acts

VARIABLES = {
    "SALESFORCE_LOGIN_URL": "https://acme.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "id",
    "SALESFORCE_CLIENT_SECRET": "s3cret",
    "HUBSPOT_ACCESS_TOKEN": "t0ken",
    "LEADLOOP_SIMULATOR_SALESFORCE": "http://127.0.0.1:8401",
    "LEADLOOP_SIMULATOR_HUBSPOT": "http://127.0.0.1:8402",
}


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "acme"
    write(folder, key=make_key())
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, starter: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that has sealed a few acts, on either database."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        server.drop_database("acme")
        monkeypatch.setenv("LEADLOOP_DATABASE_URL", server.create_store("acme"))
        monkeypatch.setenv("PATH", f"{BINARIES}{os.pathsep}{os.environ['PATH']}")
    acts(starter, "before")
    return starter
