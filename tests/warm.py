"""What every command would do first: imported by the server that tests fork commands from, so that each finds it done.

The rules that `init` writes are read once here; whoever reads the same text again has it at once.
"""

import importlib
import pkgutil
import tempfile
from pathlib import Path

import leadloop.commands
import store.migrations.upgrade
from leadloop import cli
from tests.starter import starter_version

NEEDED = (cli, store.migrations.upgrade)

for each in pkgutil.iter_modules(leadloop.commands.__path__):
    importlib.import_module(f"leadloop.commands.{each.name}")
with tempfile.TemporaryDirectory() as folder:
    starter_version(Path(folder))
