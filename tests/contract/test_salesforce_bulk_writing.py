"""What an ingest job must not get wrong: every change its own receipt, null and absent apart, nothing written late."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import BulkWriter
from connectors.salesforce import bulk_ingest
from connectors.testing import failure_of
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import TransientError
from tests.contract.salesforce_bulk_rig import NASTY, BulkRig, fields
from tests.rig import SimulatorProcess

APPLIED, REFUSED, GONE = ReceiptOutcome.APPLIED, ReceiptOutcome.REFUSED, ReceiptOutcome.GONE


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[BulkRig]:
    with ExitStack() as stack:
        yield BulkRig(simulator, stack)


def outcomes(receipts: Sequence[Receipt]) -> list[ReceiptOutcome]:
    return [receipt.outcome for receipt in receipts]


def scores(rig: BulkRig, rows: Sequence[str], first: int = 0) -> list[Change]:
    return [rig.change(f"k{number}", row, first + number) for number, row in enumerate(rows)]


def tasks(rig: BulkRig, *keys: str) -> list[Change]:
    return [rig.create(key) for key in keys]


def test_many_changes_of_one_object_cost_six_calls(rig: BulkRig) -> None:
    rows = rig.seed(450)
    connector = rig.connector(bulk_writes=449)
    connector.describe("Lead")
    before = rig.budget.spent.total()
    receipts = list(connector.write(scores(rig, rows)))
    assert rig.budget.spent.total() - before == 6
    assert rig.jobs("ingest") == {
        "POST": 1,
        "PUT/batches": 1,
        "PATCH": 1,
        "GET": 1,
        "GET/successfulResults": 1,
        "GET/failedResults": 1,
    }
    assert [(one.key, one.outcome, one.id) for one in receipts] == [
        (f"k{n}", APPLIED, row) for n, row in enumerate(rows)
    ]
    assert rig.values(rows) == list(range(450))


def test_no_more_changes_than_the_setting_says_go_by_ordinary_calls(rig: BulkRig) -> None:
    rows = rig.seed(3)
    connector = rig.connector(bulk_writes=3)
    assert outcomes(list(connector.write(scores(rig, rows)))) == [APPLIED] * 3
    assert outcomes(list(rig.connector(bulk_writes=0).write(scores(rig, rows, 10)))) == [APPLIED] * 3
    assert rig.jobs("ingest") == {}
    assert rig.values(rows) == [10, 11, 12]
    assert isinstance(connector, BulkWriter)
    assert connector.bulk_from == 3


def test_null_clears_and_what_a_change_does_not_name_stays(rig: BulkRig) -> None:
    rows = rig.seed(3)
    list(
        rig.connector().write([fields(f"a{n}", row, {"Title": "Old", "LL_Score__c": 7}) for n, row in enumerate(rows)])
    )
    changes = [
        fields("b0", rows[0], {"Title": None}),
        fields("b1", rows[1], {"Title": " ", "LL_Score__c": None}),
        fields("b2", rows[2], {"LL_Score__c": 8}),
    ]
    assert outcomes(list(rig.connector().write(changes))) == [APPLIED] * 3
    assert rig.jobs("ingest")["POST"] == 2
    shown = [(lead["Title"], lead["LL_Score__c"]) for lead in rig.leads(list(rows))]
    assert shown == [(None, 7), (None, None), ("Old", 8)]


def test_texts_arrive_as_they_are(rig: BulkRig) -> None:
    rows = rig.seed(4)
    texts = [NASTY, '"', "#N/A", ",\n,"]
    changes = [
        fields(f"k{n}", row, {"Description": text}) for n, (row, text) in enumerate(zip(rows, texts, strict=True))
    ]
    assert outcomes(list(rig.connector().write(changes))) == [APPLIED] * 4
    assert [lead["Description"] for lead in rig.leads(list(rows))] == [NASTY, '"', "#N/A", ",\n,"]
    job = [one for line in rig.simulator.log(rig.begin) if "/jobs/" in line["path"] for one in line["effects"]]
    assert len(job) == 3, "a text that would clear the field goes by an ordinary call"


def test_a_refused_row_keeps_salesforces_words_and_touches_no_other(rig: BulkRig) -> None:
    rows = rig.seed(5)
    rig.remove(rows[3])
    changes = scores(rig, rows)
    changes[1] = replace(changes[1], values={"LL_Score__c": 1, "Email": "nobody"})
    changes[2] = replace(changes[2], values={"LL_Score__c": "many"})
    receipts = list(rig.connector().write(changes))
    assert outcomes(receipts) == [APPLIED, REFUSED, REFUSED, GONE, APPLIED]
    assert [receipt.code for receipt in receipts[1:4]] == [
        "INVALID_EMAIL_ADDRESS",
        "INVALID_FIELD",
        "ENTITY_IS_DELETED",
    ]
    assert receipts[1].message.startswith("Email: invalid email address: nobody")
    assert receipts[1].id == rows[1]
    assert rig.values(rows) == [0, None, None, None, 4]


def test_a_locked_row_is_worth_another_try(rig: BulkRig) -> None:
    rows = rig.seed(3)
    rig.simulator.fault("row_lock", system="salesforce", path="/jobs/ingest/\\w+$", method="PATCH", index=1)
    receipts = list(rig.connector().write(scores(rig, rows)))
    assert outcomes(receipts) == [APPLIED, REFUSED, APPLIED]
    assert (receipts[1].code, receipts[1].retryable) == ("UNABLE_TO_LOCK_ROW", True)


def test_what_a_job_did_not_come_to_goes_by_ordinary_calls_and_is_not_called_applied_before(rig: BulkRig) -> None:
    rows = rig.seed(5)
    rig.simulator.fault("bulk_failed", system="salesforce", path="/jobs/ingest", after=2)
    rig.simulator.fault("row_lock", system="salesforce", path="/composite/sobjects", index=0, times=3)
    connector = rig.connector()
    receipts = list(connector.write(scores(rig, rows)))
    assert sorted(outcomes(receipts)) == sorted([APPLIED] * 4 + [REFUSED])
    for value, receipt in zip(rig.values(rows), receipts, strict=True):
        assert (value is not None) == (receipt.outcome is APPLIED)
    assert outcomes(list(connector.write(scores(rig, rows, 10)))) == [APPLIED] * 5
    assert rig.jobs("ingest")["POST"] == 1, "not asked for again at once"


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "bulk_failed", "path": "/jobs/ingest", "message": "InvalidBatch : Field name not found : X"},
        {"kind": "bulk_failed", "path": "/jobs/ingest$", "code": "INVALIDENTITY", "message": "not supported"},
    ],
    ids=["failed at its header", "no job to be had"],
)
def test_what_no_job_takes_goes_by_ordinary_calls(rig: BulkRig, order: dict[str, object]) -> None:
    rows = rig.seed(3)
    kind = str(order.pop("kind"))
    rig.simulator.fault(kind, system="salesforce", **order)  # type: ignore[arg-type]  # the rest are the fault's own keys
    connector = rig.connector()
    assert outcomes(list(connector.write(scores(rig, rows)))) == [APPLIED] * 3
    assert outcomes(list(connector.write(scores(rig, rows, 10)))) == [APPLIED] * 3
    assert rig.jobs("ingest")["POST"] == 1, "not asked for again at once"
    assert rig.values(rows) == [10, 11, 12]


def test_only_an_ordinary_call_carries_the_word_that_passes_a_duplicate_rule(rig: BulkRig) -> None:
    rows = rig.seed(3)
    rig.simulator.fault(
        "partial_failure",
        system="salesforce",
        path="/jobs/ingest/\\w+$",
        method="PATCH",
        index=2,
        code="DUPLICATES_DETECTED",
        message="Use one of these records?",
    )
    assert outcomes(list(rig.connector().write(scores(rig, rows)))) == [APPLIED] * 3
    assert rig.values(rows) == [0, 1, 2]


def test_a_guarded_change_is_looked_at_before_and_goes_by_no_job(rig: BulkRig) -> None:
    rows = rig.seed(3)
    rig.take_over(rows[0])
    receipts = list(rig.connector().write([rig.guarded_change(f"k{n}", row) for n, row in enumerate(rows)]))
    assert outcomes(receipts) == [ReceiptOutcome.CONFLICTED, APPLIED, APPLIED]
    assert rig.jobs("ingest") == {}


def test_creations_with_a_key_are_made_once_and_stay_as_people_have_made_them(rig: BulkRig) -> None:
    connector = rig.connector()
    first = list(connector.write(tasks(rig, "a", "b", "c")))
    assert outcomes(first) == [APPLIED] * 3
    assert rig.jobs("ingest")["POST"] == 1
    rig.edit_created("b")
    again = list(connector.write(tasks(rig, "a", "b", "c", "d", "e")))
    assert outcomes(again) == [ReceiptOutcome.UNCHANGED] * 3 + [APPLIED] * 2
    assert [one.id for one in again[:3]] == [one.id for one in first]
    assert rig.created_values("b")["Priority"] == "Low"
    assert [rig.created(key) for key in "abcde"] == [1] * 5


def test_leads_that_the_orgs_rule_gives_away_are_not_made_by_a_job(rig: BulkRig) -> None:
    (someone,) = rig.simulator.seed(users=[{"email": f"rule{rig.begin}@crm.example"}])["User"]
    rig.simulator.settings(auto_assign_to=someone)
    values = {"LastName": "Z", "Company": "New"}
    changes = [
        Change(
            key=f"n{n}",
            kind=ChangeKind.CREATE,
            object="Lead",
            values=values | {"LL_Lead_Key__c": f"{rig.begin}-{n}"},
            unique="LL_Lead_Key__c",
        )
        for n in range(3)
    ]
    receipts = list(rig.connector(assign_new_leads=True).write(changes))
    assert outcomes(receipts) == [APPLIED] * 3
    assert {lead["OwnerId"] for lead in rig.leads([str(one.id) for one in receipts])} == {someone}
    assert rig.jobs("ingest") == {}


def test_more_than_fits_into_a_job_is_split(rig: BulkRig, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rig.seed(10)
    monkeypatch.setattr(bulk_ingest, "MOST_BYTES", 100)
    receipts = list(rig.connector().write(scores(rig, rows)))
    assert outcomes(receipts) == [APPLIED] * 10
    assert rig.values(rows) == list(range(10))
    assert rig.jobs("ingest")["PUT/batches"] == 4


def test_a_job_that_takes_too_long_is_aborted_and_its_rows_go_by_ordinary_calls(rig: BulkRig) -> None:
    """What is out in a job keeps a handoff of the same lead waiting, and a slow day of Bulk must not cost the day."""
    rows = rig.seed(3)
    rig.simulator.settings(bulk_s=7_200)
    rig.wait_in_simulated_time()
    connector, began = rig.connector(), rig.simulator.now()
    assert outcomes(list(connector.write(scores(rig, rows)))) == [APPLIED] * 3
    assert rig.simulator.now() - began < timedelta(minutes=4)
    assert outcomes(list(connector.write(scores(rig, rows, 10)))) == [APPLIED] * 3
    assert rig.jobs("ingest")["POST"] == 1, "not asked for again at once"
    rig.simulator.time(advance_s=10_000)
    list(rig.connector(bulk_rows=0).read("Lead", None))
    assert rig.values(rows) == [10, 11, 12]


def test_a_job_that_we_lose_sight_of_overwrites_nothing_later(rig: BulkRig) -> None:
    rows = rig.seed(3)
    rig.simulator.settings(bulk_s=60)
    connector = rig.connector()
    connector.account()
    rig.simulator.fault("bad_gateway", system="salesforce", path="/jobs/ingest/", method="GET", times=None)
    failure_of(TransientError, lambda: list(connector.write(scores(rig, rows))))
    rig.simulator.clear()
    assert outcomes(list(rig.connector(bulk_writes=0).write(scores(rig, rows, 10)))) == [APPLIED] * 3
    rig.simulator.time(advance_s=3_600)
    list(rig.connector(bulk_rows=0).read("Lead", None))
    assert rig.values(rows) == [10, 11, 12]


@pytest.mark.parametrize("after_commit", [True, False])
def test_a_job_whose_creation_had_no_answer_is_not_created_twice_and_the_rows_go_back(
    rig: BulkRig, after_commit: bool
) -> None:
    rows = rig.seed(3)
    connector = rig.connector()
    connector.account()
    rig.simulator.fault(
        "reply_lost", system="salesforce", path="/jobs/ingest$", method="POST", after_commit=after_commit
    )
    failure_of(TransientError, lambda: list(connector.write(scores(rig, rows))))
    assert rig.jobs("ingest") == {"POST": 1}
    assert outcomes(list(connector.write(scores(rig, rows)))) == [APPLIED] * 3
    assert rig.values(rows) == [0, 1, 2]


@pytest.mark.parametrize(
    ("path", "method"), [("/jobs/ingest/\\w+$", "PATCH"), ("/jobs/ingest/\\w+$", "GET"), ("Results", "GET")]
)
def test_an_answer_lost_on_the_way_is_asked_for_again(rig: BulkRig, path: str, method: str) -> None:
    rows = rig.seed(3)
    rig.simulator.fault("reply_lost", system="salesforce", path=path, method=method, after_commit=True)
    assert outcomes(list(rig.connector().write(scores(rig, rows)))) == [APPLIED] * 3
    assert rig.values(rows) == [0, 1, 2]
    assert rig.jobs("ingest")["POST"] == 1


def test_a_result_that_cannot_be_understood_is_no_receipt_and_the_rows_go_by_ordinary_calls(rig: BulkRig) -> None:
    rows = rig.seed(3)
    rig.simulator.fault("not_utf8", system="salesforce", path="/successfulResults")
    connector = rig.connector()
    assert outcomes(list(connector.write(scores(rig, rows)))) == [APPLIED] * 3
    assert outcomes(list(connector.write(scores(rig, rows, 10)))) == [APPLIED] * 3
    assert rig.jobs("ingest")["POST"] == 1
    assert rig.values(rows) == [10, 11, 12]


def test_rows_whose_upload_had_no_answer_are_not_begun_with(rig: BulkRig) -> None:
    rows = rig.seed(3)
    rig.simulator.fault("reply_lost", system="salesforce", path="/batches", after_commit=True)
    failure_of(TransientError, lambda: list(rig.connector().write(scores(rig, rows))))
    assert rig.jobs("ingest") == {"POST": 1, "PUT/batches": 1, "PATCH": 1}, "aborted"
    list(rig.connector(bulk_rows=0).read("Lead", None))
    assert rig.values(rows) == [None] * 3


def test_a_session_that_ends_while_a_job_runs_is_renewed(rig: BulkRig) -> None:
    rows = rig.seed(3)
    rig.simulator.settings(bulk_s=20)
    rig.wait_in_simulated_time()
    connector = rig.connector()
    connector.account()
    before = rig.logins()
    rig.simulator.fault("expired_session", system="salesforce", path="/jobs/ingest/", method="GET")
    assert outcomes(list(connector.write(scores(rig, rows)))) == [APPLIED] * 3
    assert rig.logins() - before == 1
