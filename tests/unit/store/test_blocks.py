"""The ledger in columns: what a recompute of everybody reads is what each lead's own reading gives."""

from collections.abc import Callable
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.activity import Activity, ActivityKind
from domain.values import LeadId, RuleHash, Value
from scoring.bulk import BulkScorer
from scoring.scorer import Scorer
from store import blocks, ledger, records
from store.engine import Store, Tx
from tests.unit.scoring.bulk_material import in_words, names_of, words_of
from tests.unit.store.examples import NOON, activity, at, found, record, ref

RULES = ScoringRules.model_validate(
    {
        "engagement": [
            {
                "name": "all",
                "limit": 60,
                "rules": [
                    {"name": "once", "on": ["page_viewed"], "points": 7, "repeat": {"policy": "once_per", "days": 1}},
                    {"name": "first", "on": ["page_viewed"], "points": 3, "repeat": {"policy": "first"}},
                    {
                        "name": "demo",
                        "on": ["form_submitted"],
                        "points": 25,
                        "decay": {"half_life_days": 3},
                        "where": {"all": [{"property": "form", "operator": "contains", "value": "demo"}]},
                        "hand_raiser": True,
                    },
                ],
            }
        ],
        "fit": [
            {
                "name": "size",
                "limit": 10,
                "rules": [
                    {
                        "name": "big",
                        "points": 8,
                        "when": {"all": [{"property": "size", "operator": "at_least", "value": 100}]},
                    }
                ],
            }
        ],
    }
)
SCORER = Scorer(RULES, RuleHash("r"), "Europe/Madrid")
LATER = at(60 * 24 * 9)


def agree(tx: Tx, ids: list[LeadId], *, as_of: datetime, per_block: int) -> None:
    bulk = BulkScorer(SCORER)
    names, bars = names_of(bulk, RULES)
    done, told = ledger.activities_of(tx, ids), ledger.facts_of(tx, ids)
    totals: dict[LeadId, object] = {}
    for block in blocks.blocks(tx, names=names, leads=per_block):
        sums = bulk.totals(block, as_of=as_of, known_at=as_of)
        totals |= {lead: in_words(sums, place, bars) for place, lead in enumerate(block.leads)}
    assert totals == {
        lead: words_of(SCORER.score(told.get(lead, []), done.get(lead, []), as_of=as_of, known_at=as_of))
        for lead in ids
    }


Act = tuple[str, int, bool, int, tuple[str, dict[str, str]], bool]
KEYS = st.sampled_from(["a", "A", "b", "Z", "é", "z", "_", "10", "9"])
ACTS = st.tuples(
    KEYS,
    st.integers(0, 4),
    st.booleans(),
    st.integers(-3, 3).map(lambda day: day * 720),
    st.sampled_from([("page_viewed", {}), ("form_submitted", {"form": "demo"}), ("form_submitted", {"form": "x"})]),
    st.sampled_from([False, False, False, True]),
)
FACTS = st.tuples(st.integers(0, 2), st.sampled_from([50, 150, None, "many"]), st.integers(0, 3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=14), held=st.lists(FACTS, max_size=6), per_block=st.sampled_from([1, 2, 100]))
def test_totals_of_blocks_are_those_of_each_leads_own_reading(
    store: Store, empty: Callable[[], None], acts: list[Act], held: list[tuple[int, Value, int]], per_block: int
) -> None:
    """Keys whose order a language would change, one happening under several keys of a person with two records, what was
    taken back, and what is nobody's."""
    empty()
    with store.write() as tx:
        ids = found(tx, "1", "2", "3")
        records.upsert(tx, [record("4")], seen_at=NOON)
        records.assign(tx, {ref("4"): ids[0]})
        for act in acts:
            ledger.add(tx, [did(act)], seen_at=NOON)
        for whose, size, minute in held:
            ledger.put_facts(tx, ids[whose], {"size": size}, since=at(minute), seen_at=at(minute))
        for as_of in (LATER, at(0)):
            agree(tx, ids, as_of=as_of, per_block=per_block)


def did(act: Act) -> Activity:
    key, whose, is_shared, minute, (kind, properties), is_gone = act
    record_id = str(whose + 1)
    return Activity(
        connection="hubspot",
        stream="events",
        external_id=f"{key}:{record_id}" if is_shared else f"{key}{record_id}",
        kind=ActivityKind(kind),
        occurred_at=at(minute),
        record=ref(record_id) if whose < 4 else None,
        properties=properties,
        retracted=is_gone,
    )


def test_leads_that_are_no_more_and_their_rows_are_in_no_block(store: Store) -> None:
    with store.write() as tx:
        ids = found(tx, "1", "2", "3")
        ledger.add(tx, [activity("1", of="1"), activity("2", of="2")], seen_at=NOON)
        tx.exec_driver_sql(f"UPDATE lead SET merged_into = {ids[2]} WHERE id = {ids[1]}")
        (block,) = blocks.blocks(tx, names=["size"])
    assert list(block.leads) == [ids[0], ids[2]]
    assert list(block.activities.leads) == [0]


def test_where_every_property_is_asked_for_all_are_read(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "1")
        ledger.put_facts(tx, ana, {"size": 5, "city": "Oslo"}, since=NOON, seen_at=NOON)
        (every,) = blocks.blocks(tx, names=None)
        (one,) = blocks.blocks(tx, names=["size", "unheard of"])
    assert ({*every.names}, {each.value for each in every.values}) == ({"city", "size"}, {"Oslo", 5})
    assert (list(one.names), [each.value for each in one.values]) == (["size", "unheard of"], [5])
