"""A folder as `leadloop init` writes it, with the variables it asks for."""

from pathlib import Path

import pytest

from config.template import write
from store.vault import make_key

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
