"""A published version is immutable, the same for the same meaning, and readable again."""

import json
from collections.abc import Callable
from hashlib import sha256

import pytest

from config.load import Installation
from config.rules import rules_from_document
from domain.errors import RuleError
from tests.unit.config.conftest import Edit

Read = Callable[..., Installation]


def test_a_document_reads_back_as_the_same_rules(read: Read) -> None:
    rules = read().rules
    assert rules_from_document(rules.document) == rules


def test_the_document_is_canonical_and_its_hash_is_its_sha256(read: Read) -> None:
    rules = read().rules
    data = json.loads(rules.document)
    assert sorted(data) == ["lifecycle", "mapping", "routing", "scoring"]
    assert rules.document == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert rules.hash == sha256(rules.document.encode()).hexdigest()


def test_defaults_are_written_out_so_that_a_version_keeps_its_meaning(read: Read) -> None:
    assert json.loads(read().rules.document)["scoring"]["line"] == {"engagement": 50, "fit": "C", "rearm_below": 40}


def test_comments_order_and_written_out_defaults_do_not_change_the_hash(read: Read, edit: Edit) -> None:
    before = read().rules.hash
    edit("scoring.yaml", "engagement:\n", "# a comment\nline: {fit: C, rearm_below: 40, engagement: 50}\nengagement:\n")
    edit(
        "scoring.yaml",
        "        on: [form_submitted]\n        points: 25\n",
        "        points: 25\n        on:\n        - form_submitted\n",
    )
    assert read().rules.hash == before


def test_a_change_of_meaning_changes_the_hash(read: Read, edit: Edit) -> None:
    before = read().rules.hash
    edit("scoring.yaml", "points: 25", "points: 26")
    assert read().rules.hash != before


def test_settings_are_no_part_of_the_rules(read: Read, edit: Edit) -> None:
    before = read().rules.hash
    edit("leadloop.yaml", "sqlite:///test.db", "sqlite:///other.db")
    assert read().rules.hash == before


@pytest.mark.parametrize("document", ["", "{}", "[]", '{"scoring": {}}', "null"])
def test_a_document_that_cannot_be_read_asks_to_publish_again(document: str) -> None:
    with pytest.raises(RuleError, match="publish the folder's rules again"):
        rules_from_document(document)


def test_the_repr_of_rules_leaves_the_document_out(read: Read) -> None:
    assert "document=" not in repr(read().rules)
