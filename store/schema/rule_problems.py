"""Rules that could not be told about a lead: names and causes, no value."""

from sqlalchemy import BigInteger, Index

from store.columns import Instant
from store.schema.tables import by_key, must

rule_problem = by_key(
    "rule_problem",
    ("lead_id", "file", "rule"),
    must("lead_id", BigInteger),
    must("file"),
    must("rule"),
    must("words"),
    must("rule_hash"),
    must("since", Instant),
)
Index("ix_rule_problem_file_rule_words", rule_problem.c.file, rule_problem.c.rule, rule_problem.c.words)
