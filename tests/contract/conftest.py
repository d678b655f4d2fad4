"""What a loop over the vendors needs."""

import pytest

from domain.run import RuleVersion
from tests.starter import starter_version


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    return starter_version(tmp_path_factory.mktemp("starter"))
