"""Success is any 2xx that says what became of a row; one that says nothing is none (F24). Over real HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import pytest

from connectors.salesforce.connector import Salesforce, Settings
from connectors.testing import failure_of, one_receipt
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ConnectorError, TransientError
from tests.contract.salesforce_bulk_rig import passing
from tests.contract.salesforce_rig import SalesforceRig, end_of
from tests.proxy import Ill, Order, Proxy
from tests.rig import SimulatorProcess

APPLIED, UNCHANGED, REFUSED, UNKNOWN = (
    ReceiptOutcome.APPLIED,
    ReceiptOutcome.UNCHANGED,
    ReceiptOutcome.REFUSED,
    ReceiptOutcome.UNKNOWN,
)
SUCCESSES = (200, 201, 202, 203, 299)
UPDATE, KEYED, KEYLESS = (
    r"PATCH .*/composite/sobjects$",
    r"PATCH .*/composite/sobjects/Task/LL_Key__c$",
    r"POST .*/composite/sobjects$",
)
NONSENSE: Mapping[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "an object": b'{"hello": [1]}',
    "no row": b"[]",
    "rows of no known shape": b'[{"id": "00Q000000000001"}]',
    "a row too many": b'[{"success": true, "errors": []}, {"success": true, "errors": []}]',
    "a page": b"<html>fine</html>",
}


class Front(SalesforceRig):
    """The org behind a front door that changes what it says."""

    def __init__(self, simulator: SimulatorProcess, stack: ExitStack) -> None:
        super().__init__(simulator, stack)
        self.proxy = stack.enter_context(Proxy(simulator.salesforce))

    def settings(self, **more: object) -> Settings:
        return super().settings(login_url=self.proxy.address, **more)

    def restate(self, status: int, match: str = "", *, times: int | None = None) -> Order:
        return self.proxy.order(Ill.RESTATE, match, status=status, times=times)

    def babble(self, match: str, body: bytes) -> Order:
        head = (
            "HTTP/1.1 200 OK",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        reply = "\r\n".join((*head, "", "")).encode() + body
        return self.proxy.order(Ill.REPLACE, match, times=None, reply=reply)

    def keyless(self) -> Change:
        values = {"Subject": f"Keyless {self.begin}", "WhoId": self.someone}
        return Change(key="keyless", kind=ChangeKind.CREATE, object="Task", values=values)

    def made(self) -> int:
        """How many tasks the creation without a key has left."""
        return sum(task["Subject"] == f"Keyless {self.begin}" for task in self.held("Task").values())


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[Front]:
    with ExitStack() as stack:
        yield Front(simulator, stack)


def everything(rig: Front, rows: Sequence[str], campaign: str, *, inside: bool) -> list[Change]:
    """A change by every way of writing that costs a call or two; Bulk has its own."""
    return [
        rig.change("fields", rows[0], 71),
        rig.guarded_change("guarded", rows[1]),
        rig.create("keyed"),
        rig.keyless(),
        Change(key="member", kind=ChangeKind.MEMBER, object="Lead", id=rows[0], list=campaign, member=inside),
    ]


@pytest.mark.parametrize("status", SUCCESSES)
def test_whatever_2xx_it_is_called_what_was_done_is_done(rig: Front, status: int) -> None:
    rows = rig.seed(2)
    campaign = rig.simulator.seed(campaigns=[{"Name": f"Spring {rig.begin}"}])["Campaign"][0]
    changes = everything(rig, rows, campaign, inside=True)
    order = rig.restate(status)
    connector = rig.connector()
    assert {one.ref.id for page in connector.read("Lead", None) for one in page.records} >= {*rows}
    assert [receipt.outcome for receipt in connector.write(changes)] == [APPLIED] * 5
    leave = everything(rig, rows, campaign, inside=False)[-1]
    assert one_receipt(connector, leave).outcome is APPLIED
    assert order.struck >= 9, "the login, what it asks and every write come through the front door"
    assert rig.values(rows) == [71, 71]
    assert (rig.created("keyed"), rig.made()) == (1, 1)
    members = [row for row in rig.held("CampaignMember").values() if row["CampaignId"] == campaign]
    assert [row["IsDeleted"] for row in members] == [True]


@pytest.mark.parametrize("status", SUCCESSES)
def test_whatever_2xx_a_job_is_answered_with_its_rows_are_written(rig: Front, status: int) -> None:
    rows = rig.seed(2)
    rig.fast.wall = passing(rig.simulator)
    order = rig.restate(status, "/jobs/")
    receipts = rig.connector(bulk_writes=1).write([rig.change(f"k{n}", row, n + 80) for n, row in enumerate(rows)])
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED]
    assert order.struck == 6
    assert rig.values(rows) == [80, 81]


def test_rows_that_are_taken_without_a_word_are_taken(rig: Front) -> None:
    """What a Bulk job became of its result tells; nothing else needs a body."""
    rows = rig.seed(2)
    rig.fast.wall = passing(rig.simulator)
    orders = [rig.restate(204, match) for match in (r"PUT .*/batches", r"PATCH .*/jobs/ingest/")]
    receipts = rig.connector(bulk_writes=1).write([rig.change(f"k{n}", row, n + 90) for n, row in enumerate(rows)])
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED]
    assert [order.struck for order in orders] == [1, 1]
    assert rig.values(rows) == [90, 91]


@pytest.mark.parametrize("which", ["update", "keyed"])
@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
def test_a_2xx_that_tells_of_no_row_is_no_success_and_the_next_try_has_one_effect(
    rig: Front, which: str, body: bytes
) -> None:
    row = rig.seed(1)[0]
    change, match = {
        "update": (rig.change("k1", row, 33), UPDATE),
        "keyed": (rig.create("k1"), KEYED),
    }[which]
    connector = rig.connector()
    order = rig.babble(match, body)
    told = outcome_of(connector, change)
    assert order.struck >= 1
    assert told is None or (told.outcome, told.retryable) in {(REFUSED, True), (UNKNOWN, False)}
    rig.proxy.clear()
    assert one_receipt(connector, change).outcome in {APPLIED, UNCHANGED}
    if which == "update":
        assert rig.values([row]) == [33]
    else:
        assert rig.created("k1") == 1


def outcome_of(connector: Salesforce, change: Change) -> Receipt | None:
    """The receipt; None where the write ended in an error that has it tried again."""
    try:
        return one_receipt(connector, change)
    except TransientError:
        return None


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
def test_a_creation_without_a_key_that_is_answered_with_nonsense_stays_unknown_and_is_sent_once(
    rig: Front, body: bytes
) -> None:
    change = rig.keyless()
    order = rig.babble(KEYLESS, body)
    assert one_receipt(rig.connector(), change).outcome is UNKNOWN
    assert (order.struck, rig.made()) == (1, 1)


@pytest.mark.parametrize("status", [204, 200], ids=["204 without a body", "200 with nonsense"])
def test_a_query_that_is_answered_with_nothing_moves_no_cursor(rig: Front, status: int) -> None:
    connector = rig.connector()
    cursor = end_of(connector, "Lead")
    row = rig.seed(1)[0]
    if status == 204:
        rig.restate(204, "/queryAll")
    else:
        rig.babble("/queryAll", NONSENSE["an object"])
    failure_of(ConnectorError, lambda: list(connector.read("Lead", cursor)))
    rig.proxy.clear()
    assert row in {one.ref.id for page in connector.read("Lead", cursor) for one in page.records}
