from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.scoring import ScoringRules
from domain.activity import Activity, ActivityKind
from domain.values import LeadId, RuleHash
from reports import histories
from reports.pages.past_scores import MOST, past_scores, scores
from scoring.scorer import Scorer
from store import leads, ledger
from store.engine import Store
from tests.starter import starter_file
from tests.stores import empty_store

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SCORER = Scorer(ScoringRules.model_validate(starter_file("scoring")), RuleHash("r"), "UTC")


def opened(folder: Path) -> tuple[Store, LeadId]:
    """Somebody who looked at a product on one day and asked for a demo on the next."""
    store = Store.open(empty_store(folder / "leadloop.db"))
    url = "https://your-company.example/product/compare"
    did = [
        Activity(
            connection="hubspot",
            stream="things",
            external_id=kind,
            kind=kind,
            occurred_at=at,
            email="a@globex.example",
            properties=properties,
        )
        for kind, at, properties in (
            (ActivityKind.PAGE_VIEWED, NOON, {"url": url}),
            (ActivityKind.FORM_SUBMITTED, NOON + DAY, {"form": "Demo request"}),
        )
    ]
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        for each in did:
            ledger.add(tx, [each], seen_at=each.occurred_at)
        ledger.claim_unclaimed(tx, {}, {"a@globex.example": lead.id})
    return store, lead.id


def test_a_past_score_is_what_was_known_then_also_of_what_was_taken_back_since(tmp_path: Path) -> None:
    store, lead = opened(tmp_path)
    moments = [NOON + DAY / 2, NOON + DAY, NOON + 3 * DAY]
    with store.write() as tx:
        key = ("hubspot", "things", ActivityKind.FORM_SUBMITTED.value)
        ledger.retract(tx, [key], reason="a test", at=NOON + 2 * DAY)
    with store.read() as tx:
        (life,) = histories.of(tx, [lead])
        found, unscored = past_scores(tx, life, moments, taken_back=1, scorer_at=lambda _: SCORER)
        unaware, _ = past_scores(tx, life, moments, taken_back=0, scorer_at=lambda _: SCORER)
    assert unscored == 0
    before, asked, after = (each.shown for each in found)
    assert (before < asked, after < asked) == (True, True)
    assert [each.shown for each in unaware] == [before, unaware[1].shown, after]
    assert unaware[1].shown < asked, "what is not in the ledger any more counts only where it is read anew"
    told = list(scores(found))
    assert [each.at for each in told] == moments
    assert "Demo form +25" in told[1].words
    assert "Demo form −25" in told[2].words
    store.dispose()


def test_a_score_that_did_not_move_is_told_once_and_the_oldest_of_very_many_are_left_out(tmp_path: Path) -> None:
    store, lead = opened(tmp_path)
    moments = [NOON + DAY + timedelta(seconds=each) for each in range(MOST + 5)]
    with store.read() as tx:
        (life,) = histories.of(tx, [lead])
        found, unscored = past_scores(tx, life, moments, taken_back=0, scorer_at=lambda _: SCORER)
    assert (len(found), unscored, len(list(scores(found)))) == (MOST, 5, 1)
    store.dispose()
