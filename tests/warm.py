"""What every command would do first: imported by the server that tests fork commands from, so that each finds it done.

The rules that `init` writes are read once here; whoever reads the same text again has it at once.
What is there by the end is never looked through for garbage: a forked process that did would copy all of it.
"""

import gc
import importlib
import pkgutil
import tempfile
from pathlib import Path

import leadloop.commands
from leadloop.registry import connector_class, known
from tests.starter import starter_version

IMPORTED_LATE = (
    "leadloop.cli",
    "store.migrations.upgrade",
    "psycopg",
    "phonenumbers.data.region_US",
    "typer._adapters",
    "hubspot.discovery.crm.discovery",
    "hubspot.discovery.crm.lists.discovery",
    "hubspot.discovery.crm.objects.discovery",
    "hubspot.discovery.crm.owners.discovery",
    "hubspot.discovery.crm.properties.discovery",
    "hubspot.discovery.events.discovery",
    "hubspot.discovery.marketing.forms.discovery",
)
"""By a command, or by a library of its, only once it is needed."""

for each in (
    *IMPORTED_LATE,
    *(f"leadloop.commands.{each.name}" for each in pkgutil.iter_modules(leadloop.commands.__path__)),
):
    importlib.import_module(each)
for kind in known():
    connector_class(kind)
with tempfile.TemporaryDirectory() as folder:
    starter_version(Path(folder))
gc.freeze()
