"""Batches refused as a whole, inputs told apart or left out, the order of receipts, and answers of no known shape."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.testing import failure_of, one_receipt
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ContractError, RateLimitedError, TransientError
from domain.values import Value
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import Reply
from tests.unit.connectors.hubspot.portal import Portal, change, connected, page, refusal, reply, row, saved

APPLIED, REFUSED, GONE, UNKNOWN, UNCHANGED = (
    ReceiptOutcome.APPLIED,
    ReceiptOutcome.REFUSED,
    ReceiptOutcome.GONE,
    ReceiptOutcome.UNKNOWN,
    ReceiptOutcome.UNCHANGED,
)
UPDATE = "/batch/update"
HTML = (502, {"Content-Type": "text/html"}, b"<html>Bad \xff\xfe gateway</html>")


def refusing(*bad: int) -> Portal:
    """Refuses any batch that holds a bad input, as a whole."""

    def answer(_: str, __: str, told: Any) -> Any:
        wrong = any(int(one["id"]) in bad for one in told["inputs"])
        return refusal(400, "VALIDATION_ERROR", errors=[{"code": "INVALID_OPTION"}]) if wrong else saved(told)

    return Portal(answer)


def create(key: str, lead_key: Value = "LL-1", *, unique: str | None = "ll_lead_key") -> Change:
    values: dict[str, Value] = {"ll_lead_key": lead_key, "lastname": "Ruiz"}
    return Change(key=key, kind=ChangeKind.CREATE, object="contacts", values=values, unique=unique)


@pytest.mark.parametrize("bad", [0, 1, 49, 50, 98, 99])
def test_one_bad_input_is_found_in_few_calls_and_99_go_through(bad: int) -> None:
    portal = refusing(bad)
    with connected(portal) as connector:
        receipts = list(connector.write([change(n) for n in range(100)]))
    assert [receipt.outcome for receipt in receipts] == [REFUSED if n == bad else APPLIED for n in range(100)]
    assert (receipts[bad].code, receipts[bad].retryable) == ("INVALID_OPTION", False)
    assert len(portal.calls(UPDATE)) - 1 <= 2 * 7


def test_a_bad_value_among_a_hundred_leaves_the_other_99_written(rig: HubSpotRig) -> None:
    rows = rig.seed(100)
    changes = [rig.change(f"k{n}", one, n) for n, one in enumerate(rows)]
    changes[61] = rig.bad_change("k61", rows[61])
    receipts = list(rig.connector().write(changes))
    assert [receipt.outcome for receipt in receipts] == [REFUSED if n == 61 else APPLIED for n in range(100)]
    assert rig.values(rows) == [None if n == 61 else n for n in range(100)]


def test_a_batch_in_which_everything_is_bad_costs_no_call_per_row() -> None:
    portal = refusing(*range(100))
    with connected(portal) as connector:
        receipts = list(connector.write([change(n) for n in range(100)]))
    assert {receipt.outcome for receipt in receipts} == {REFUSED}
    assert len(portal.calls(UPDATE)) <= 1 + 2 * 7
    assert [receipt.retryable for receipt in receipts].count(False) <= 7


def test_a_hundred_go_in_one_call_each_with_its_own_trace_id() -> None:
    portal = Portal(lambda _, __, told: saved(told))
    with connected(portal) as connector:
        list(connector.write([change(n) for n in range(101)]))
    sent = portal.calls(UPDATE)
    assert [len(told["inputs"]) for told in sent] == [100, 1]
    assert [one["objectWriteTraceId"] for one in sent[0]["inputs"]] == [f"k{n}" for n in range(100)]


def test_a_record_stands_once_in_a_call_and_its_changes_keep_their_order() -> None:
    portal = Portal(lambda _, __, told: saved(told))
    with connected(portal) as connector:
        changes = [
            change(1, 10),
            change(2, 20),
            replace(change(1, 11), key="again"),
            replace(change(2, 21), key="more"),
        ]
        receipts = list(connector.write(changes))
    sent = [[(one["id"], one["properties"]["ll_score"]) for one in told["inputs"]] for told in portal.calls(UPDATE)]
    assert sent == [[("1", "10"), ("2", "20")], [("1", "11"), ("2", "21")]]
    assert [receipt.key for receipt in receipts] == ["k1", "k2", "again", "more"]


def test_each_input_is_settled_by_its_own_line_of_a_partial_answer() -> None:
    """207: one written, one refused by trace id, one missing by id, one left out."""

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/batch/read"):
            return page([])
        first = told["inputs"][0]
        errors = [
            {"category": "VALIDATION_ERROR", "message": "no", "context": {"objectWriteTraceId": ["k2"]}},
            {"category": "OBJECT_NOT_FOUND", "message": "not there", "context": {"ids": ["3"]}},
        ]
        return reply({"results": [first], "errors": errors, "numErrors": 2}, 207)

    with connected(Portal(answer)) as connector:
        receipts = list(connector.write([change(n) for n in (1, 2, 3, 4)]))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, REFUSED, GONE, UNKNOWN]
    assert receipts[1].code == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "told", [{"numErrors": 2, "errors": [{"category": "VALIDATION_ERROR", "message": "no", "context": {}}]}, {}]
)
def test_where_a_part_failed_and_nobody_is_named_each_input_left_out_is_sent_alone(told: dict[str, Any]) -> None:
    """207 as in HubSpot's own example: it says that something failed, and not what."""

    def answer(_: str, __: str, asked: Any) -> Any:
        inputs = asked["inputs"]
        if len(inputs) > 1:
            return reply({"results": [one for one in inputs if one["id"] == "1"], **told}, 207)
        return refusal(400, "VALIDATION_ERROR") if inputs[0]["id"] == "3" else saved(asked)

    portal = Portal(answer)
    with connected(portal) as connector:
        receipts = list(connector.write([change(n) for n in (1, 2, 3, 4)]))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED, REFUSED, APPLIED]
    assert [[one["id"] for one in told["inputs"]] for told in portal.calls(UPDATE)] == [
        ["1", "2", "3", "4"], ["2"], ["3"], ["4"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "code", "retryable"),
    [
        ({"errors": [{"category": "VALIDATION_ERROR", "message": "no"}]}, "VALIDATION_ERROR", False),
        ({"errors": []}, "PARTIAL_FAILURE", True),
        ({}, "PARTIAL_FAILURE", True),
    ],
)
def test_a_nameless_failure_of_an_input_sent_alone_is_its_own(told: Any, code: str, retryable: bool) -> None:
    with connected(Portal(lambda *_: reply({"results": [], **told}, 207))) as connector:
        receipt = one_receipt(connector, change(1))
    assert (receipt.outcome, receipt.code, receipt.retryable) == (REFUSED, code, retryable)


def test_a_row_that_came_back_under_another_id_is_known_by_its_trace() -> None:
    told = {"results": [{"id": "9", "properties": {"ll_score": "1"}, "objectWriteTraceId": "k1"}]}
    with connected(Portal(lambda *_: told)) as connector:
        receipt = one_receipt(connector, change(1))
    assert (receipt.outcome, receipt.id) == (APPLIED, "9")


def test_an_answer_in_another_order_gives_each_its_own_receipt() -> None:
    def answer(_: str, __: str, told: Any) -> Any:
        results = saved(told)["results"]
        return {"status": "COMPLETE", "results": [results[2], results[0], results[1]]}

    changes = [change(n) for n in (1, 2, 3)]
    with connected(Portal(answer)) as connector:
        receipts = list(connector.write(changes))
    assert [(each.key, each.id, each.outcome) for each in receipts] == [
        (each.key, each.id, APPLIED) for each in changes
    ]


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_success_is_a_success(status: int) -> None:
    with connected(Portal(lambda _, __, told: reply(saved(told), status))) as connector:
        assert one_receipt(connector, change(1)).outcome is APPLIED


def test_nothing_in_the_answer_is_no_success() -> None:
    with connected(Portal(lambda *_: {"status": "COMPLETE", "results": []})) as connector:
        assert one_receipt(connector, change(1)).outcome is UNKNOWN


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({"hello": 1}), ContractError),
        (reply([]), ContractError),
        (reply({"results": [{"id": "1"}]}), ContractError),
        ((200, {"Content-Type": "text/html"}, b"<html>fine</html>"), TransientError),
        (refusal(403, "MISSING_SCOPES"), ContractError),
        (refusal(404, "NO_SUCH_PATH"), ContractError),
        ((404, {}, b""), ContractError),
        ((400, {"Content-Type": "text/html"}, b"<html>bad</html>"), ContractError),
        (refusal(414, "URI_TOO_LONG"), ContractError),
        (HTML, TransientError),
    ],
    ids=[
        "another object",
        "a list",
        "a row without properties",
        "a page with 200",
        "403",
        "404 of an address",
        "404 without a word",
        "400 as a page",
        "414",
        "502 as a page",
    ],
)
def test_an_answer_that_says_nothing_of_the_rows_is_no_receipt(answer: Reply, error: type[Exception]) -> None:
    """Least of all GONE: a wrong address must not bury every record."""
    with connected(Portal(lambda *_: answer)) as connector:
        failure_of(error, lambda: list(connector.write([change(1), change(2)])))


def test_what_was_settled_is_given_before_an_error() -> None:
    portal = Portal(
        lambda _, __, told: (
            saved(told)
            if len(told["inputs"]) == 100
            else reply({"policyName": "DAILY", "errorType": "RATE_LIMIT"}, 429)
        )
    )
    settled: list[Receipt] = []
    with connected(portal) as connector:
        writing = connector.write([change(n) for n in range(101)])

        def drain() -> None:
            for receipt in writing:
                settled.append(receipt)  # an error must not lose them

        assert failure_of(RateLimitedError, drain).daily
    assert [(receipt.key, receipt.outcome) for receipt in settled] == [(f"k{n}", APPLIED) for n in range(100)]


def test_half_a_batch_that_went_through_is_given_before_an_error() -> None:
    """The search for a bad input finds one half good; then the portal goes away."""

    def answer(_: str, __: str, told: Any) -> Any:
        ids = [int(one["id"]) for one in told["inputs"]]
        if ids == [0, 1]:
            return saved(told)
        return HTML if ids == [2, 3] else refusal(400, "VALIDATION_ERROR")

    settled: list[Receipt] = []
    with connected(Portal(answer)) as connector:
        writing = connector.write([change(n) for n in range(4)])

        def drain() -> None:
            for receipt in writing:
                settled.append(receipt)

        failure_of(TransientError, drain)
    assert [receipt.key for receipt in settled] == ["k0", "k1"]


def test_a_lost_answer_makes_a_repeat_harmless(rig: HubSpotRig) -> None:
    row_id = rig.seed(1)[0]
    rig.simulator.fault("reply_lost", system="hubspot", path=UPDATE, times=4, after_commit=True)
    connector = rig.connector()
    failure_of(TransientError, lambda: list(connector.write([rig.guarded_change("k1", row_id)])))
    assert one_receipt(connector, rig.guarded_change("k1", row_id)).outcome is UNCHANGED
    assert one_receipt(rig.connector(), rig.guarded_change("k1", row_id)).outcome is UNCHANGED


def test_a_locked_record_is_tried_again_after_two_seconds(rig: HubSpotRig) -> None:
    row_id = rig.seed(1)[0]
    connector = rig.connector()
    connector.account()
    rig.simulator.fault("row_lock", system="hubspot", path=UPDATE)
    rig.fast.slept.clear()
    assert one_receipt(connector, rig.change("k1", row_id, 5)).outcome is APPLIED
    assert sum(rig.fast.slept) >= 2


def test_an_id_that_was_merged_away_is_gone(rig: HubSpotRig) -> None:
    """A batch does not know old ids; the record that took its place is named and comes with the next read."""
    winner, loser = rig.seed(2)
    heir = rig.simulator.act("merge", system="hubspot", id=winner, loser_id=loser)["id"]
    connector = rig.connector()
    receipts = list(connector.write([rig.change("k1", loser, 1), rig.guarded_change("k2", winner)]))
    assert [(receipt.outcome, receipt.code) for receipt in receipts] == [(GONE, "MERGED"), (GONE, "MERGED")]
    assert receipts[0].message == f"merged into {heir}, which the next read brings"
    assert rig.held("contacts")[heir].get("ll_score") is None


@pytest.mark.parametrize("wrong", ["", "-5", "5/archive", "५", None])
def test_an_id_that_is_none_is_never_sent(wrong: str | None) -> None:
    portal = Portal(lambda _, __, told: saved(told))
    with connected(portal) as connector:
        wicked = replace(change(1), id=wrong, guarded=frozenset({"ll_score"}))
        receipt = one_receipt(connector, wicked)
    assert (receipt.outcome, receipt.code) == (REFUSED, "MALFORMED_ID")
    assert portal.asked == []


@pytest.mark.parametrize("wrong", [create("k", unique=None), create("k", None), create("k", "")])
def test_a_creation_that_could_double_is_refused(wrong: Change) -> None:
    portal = Portal(lambda _, __, told: saved(told))
    with connected(portal) as connector:
        receipt = one_receipt(connector, wrong)
    assert (receipt.outcome, receipt.code) == (REFUSED, "MISSING_KEY")
    assert portal.asked == []


def test_a_creation_is_recognised_by_its_key_without_a_trace_id() -> None:
    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/batch/read"):
            return page([])
        made = [row(n, **one["properties"], lifecyclestage="lead") for n, one in enumerate(told["inputs"])]
        return {"results": [one | {"new": True} for one in made[::-1]]}

    portal = Portal(answer)
    portal.properties |= {"ll_lead_key": "string", "lastname": "string"}
    with connected(portal) as connector:
        receipts = list(connector.write([create("k1", "LL-1"), create("k2", "LL-2")]))
    assert [(receipt.key, receipt.id) for receipt in receipts] == [("k1", "0"), ("k2", "1")]
    assert receipts[0].shown["lifecyclestage"] == "lead"


def test_the_same_new_person_twice_in_a_batch_goes_in_two_calls(rig: HubSpotRig) -> None:
    first, second = rig.create("twice"), replace(rig.create("twice"), key="other")
    receipts = list(rig.connector().write([first, second]))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, UNCHANGED]
    assert receipts[0].id == receipts[1].id
    assert rig.created("twice") == 1


def test_a_person_who_is_there_under_a_second_address_stays_as_they_are(rig: HubSpotRig) -> None:
    winner, loser = rig.seed(2)
    second = str(rig.held("contacts")[loser]["email"])
    merged = rig.simulator.act("merge", system="hubspot", id=winner, loser_id=loser)["id"]
    values: dict[str, Value] = {"email": second.upper(), "company": "Somebody else's"}
    again = Change(key="k1", kind=ChangeKind.CREATE, object="contacts", values=values, unique="email")
    receipt = one_receipt(rig.connector(), again)
    assert (receipt.outcome, receipt.id) == (UNCHANGED, merged)
    assert rig.held("contacts")[merged]["company"] == "Test Works"


def test_what_became_of_a_creation_can_be_found_out(rig: HubSpotRig) -> None:
    connector, wanted = rig.connector(), rig.create("settled")
    assert connector.settle(wanted) is None
    made = one_receipt(connector, wanted)
    found = connector.settle(wanted)
    assert found is not None
    assert (found.outcome, found.id) == (UNCHANGED, made.id)
    assert connector.settle(rig.change("k1", str(made.id), 3)) is None


def test_a_refusal_that_names_a_property_lets_us_describe_again() -> None:
    portal = Portal(lambda *_: refusal(400, "VALIDATION_ERROR", errors=[{"code": "PROPERTY_DOESNT_EXIST"}]))
    with connected(portal) as connector:
        for _ in range(2):
            connector.describe("contacts")
            list(connector.write([change(1)]))
    assert len(portal.calls("/properties/contacts")) == 2


@pytest.mark.parametrize(
    ("value", "sent"), [(None, ""), (True, "true"), (74.0, "74"), (7.5, "7.5"), ("2026-11-22", "2026-11-22")]
)
def test_values_are_sent_as_text_and_nothing_clears(value: Value, sent: str) -> None:
    portal = Portal(lambda _, __, told: saved(told))
    with connected(portal) as connector:
        list(connector.write([change(1, values={"ll_score": value})]))
    assert portal.calls(UPDATE)[0]["inputs"][0]["properties"] == {"ll_score": sent}


def test_dates_and_times_come_back_as_they_were_written(rig: HubSpotRig) -> None:
    row_id = rig.seed(1)[0]
    values: dict[str, Value] = {"ll_mql_since": "2026-11-20T10:00:00Z", "ll_nurture_until": "2026-12-24"}
    receipt = one_receipt(rig.connector(), change(int(row_id), values=values))
    assert (receipt.outcome, receipt.shown) == (APPLIED, values)


def test_clearing_and_the_answer_agree(rig: HubSpotRig) -> None:
    row_id = rig.seed(1)[0]
    list(rig.connector().write([rig.change("k1", row_id, 5)]))
    receipt = one_receipt(rig.connector(), change(int(row_id), values={"ll_score": None}))
    assert (receipt.outcome, receipt.shown) == (APPLIED, {"ll_score": None})
    assert rig.values([row_id]) == [None]
