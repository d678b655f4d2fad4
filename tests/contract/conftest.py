"""What a loop over the vendors needs."""

from pathlib import Path

import pytest

from domain.run import RuleVersion
from tests.starter import starter_version
from tests.stores import migrated_file


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    return starter_version(tmp_path_factory.mktemp("starter"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that nothing was read into, to copy."""
    return migrated_file(tmp_path_factory.mktemp("empty"))
