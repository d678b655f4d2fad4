"""The laws of a connector, shipped: a connector's test subclasses them over a rig of its own.

`ReaderContract` for what only reads, `WireContract` for what talks to a system over a wire and
`ConnectorContract` for what also writes. The rig stands between the laws and the system's simulator;
pytest finds the methods by name and hands it in as the fixture `rig`. Nothing here imports pytest.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from connectors.contract import Connector, Describer, Reader, Writer
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ContractError, CredentialsError, RateLimitedError, TransientError
from domain.record import AccountInfo, Page

Failure = TypeVar("Failure", bound=Exception)


class ReadingConnector(Connector, Reader, Describer, Protocol):
    """What the laws of reading need."""


class WritingConnector(ReadingConnector, Writer, Protocol):
    """What the laws of writing need."""


class ReaderRig(Protocol):
    """Puts rows into the system behind the connector's back."""

    stream: str
    """The stream whose rows `seed` makes."""
    rows_for_three_pages: int

    def connector(self) -> ReadingConnector:
        """A new connector object, as after a restart: it remembers nothing but what a token cache keeps."""

    def seed(self, count: int) -> Sequence[str]:
        """Make rows; their keys, as `keys_of` finds them on a page."""

    def touch(self, key: str) -> None:
        """Somebody changes a row."""

    def settle(self) -> None:
        """Let enough of the system's time pass that everything so far is settled behind the cursor's lag."""


class WireRig(ReaderRig, Protocol):
    """A system that can fail in every way a wire can."""

    def end_session(self) -> None:
        """The session in use is refused from now on; a new login works."""

    def refusing_connector(self) -> ReadingConnector:
        """A connector whose credentials are wrong, with no session kept."""

    def nonsense_connector(self) -> ReadingConnector:
        """A connector to a server that answers everything with HTTP 200 and JSON of no known shape."""

    def slow_down(self, *, daily: bool) -> None:
        """Every call is refused for its rate, or for the day's quota."""

    def break_down(self, status: int) -> None:
        """Every call is answered with this status."""

    def lose_answer(self, *, after_effect: bool) -> None:
        """The next call's answer is lost, after or before it had its effect."""

    def logins(self) -> int:
        """How many logins there were."""

    def secrets(self) -> Sequence[str]:
        """Passwords, tokens and personal data that have been in use."""

    def kept(self) -> str:
        """Everything that the wire log and other logs were given."""


class WriterRig(WireRig, Protocol):
    """A system that can be written to."""

    def connector(self) -> WritingConnector: ...

    def change(self, key: str, row: str, value: int) -> Change:
        """A FIELDS change of `row`."""

    def bad_change(self, key: str, row: str) -> Change:
        """A FIELDS change that the system refuses for its value."""

    def guarded_change(self, key: str, row: str) -> Change:
        """A FIELDS change with a guarded field, computed against what the row shows now."""

    def take_over(self, row: str) -> None:
        """A person changes the guarded field of a row."""

    def create(self, key: str) -> Change:
        """A CREATE change with a unique field."""

    def values(self, rows: Sequence[str]) -> list[int | None]:
        """What `change` writes, as the system holds it, row by row."""

    def created(self, key: str) -> int:
        """How many objects `create(key)` has made."""

    def edit_created(self, key: str) -> None:
        """A person changes what `create(key)` made."""

    def created_values(self, key: str) -> Mapping[str, object]:
        """What it holds now."""

    def remove(self, row: str) -> None:
        """A person deletes a row."""


class ReaderContract:
    """Laws of reading."""

    def test_reading_from_the_start_yields_everything(self, rig: ReaderRig) -> None:
        keys = set(rig.seed(rig.rows_for_three_pages))
        pages = list(rig.connector().read(rig.stream, None))
        assert len(pages) >= 3, f"the rig makes only {len(pages)} pages"
        assert keys - found_in(pages) == set()

    def test_stopping_after_any_page_and_resuming_leaves_no_gap(self, rig: ReaderRig) -> None:
        keys = set(rig.seed(rig.rows_for_three_pages))
        rig.settle()
        whole = list(rig.connector().read(rig.stream, None))
        for stop in range(len(whole)):
            rest = rig.connector().read(rig.stream, whole[stop].cursor)
            assert keys - found_in(whole[: stop + 1]) - found_in(rest) == set(), f"a gap after page {stop + 1}"

    def test_a_saved_cursor_spares_what_is_settled(self, rig: ReaderRig) -> None:
        keys = set(rig.seed(rig.rows_for_three_pages))
        rig.settle()
        last = list(rig.connector().read(rig.stream, None))[-1].cursor
        assert keys & found_in(rig.connector().read(rig.stream, last)) == set()

    def test_reading_twice_gives_the_same(self, rig: ReaderRig) -> None:
        rig.seed(3)
        once, again = (_content(rig.connector().read(rig.stream, None)) for _ in range(2))
        assert once == again

    def test_a_change_is_read_after_the_last_cursor(self, rig: ReaderRig) -> None:
        keys = rig.seed(3)
        last = list(rig.connector().read(rig.stream, None))[-1].cursor
        rig.touch(keys[0])
        assert keys[0] in found_in(rig.connector().read(rig.stream, last))

    def test_a_change_in_the_moment_of_the_last_read_is_not_skipped(self, rig: ReaderRig) -> None:
        """The lower id may be changed within the resolution of a stamp that was read already."""
        keys = sorted(rig.seed(2))
        rig.touch(keys[1])
        last = list(rig.connector().read(rig.stream, None))[-1].cursor
        rig.touch(keys[0])
        assert keys[0] in found_in(rig.connector().read(rig.stream, last))

    def test_describe_names_every_field_that_read_returns(self, rig: ReaderRig) -> None:
        rig.seed(3)
        connector = rig.connector()
        described = set(connector.describe(rig.stream))
        for page in connector.read(rig.stream, None):
            for record in page.records:
                assert set(record.values) - described == set()

    def test_every_page_names_its_stream_and_connection(self, rig: ReaderRig) -> None:
        rig.seed(3)
        connector = rig.connector()
        assert rig.stream in connector.streams
        for page in connector.read(rig.stream, None):
            assert page.stream == rig.stream
            assert {record.ref.connection for record in page.records} <= {connector.name}
            assert {activity.connection for activity in page.activities} <= {connector.name}

    def test_values_are_canonical(self, rig: ReaderRig) -> None:
        rig.seed(3)
        for page in rig.connector().read(rig.stream, None):
            values = [value for record in page.records for value in record.values.values()]
            values += [value for activity in page.activities for value in activity.properties.values()]
            assert all(value is None or isinstance(value, str | int | float | bool) for value in values)
            assert all(record.modified_at.utcoffset() is not None for record in page.records)
            assert all(activity.occurred_at.utcoffset() is not None for activity in page.activities)


class WireContract(ReaderContract):
    """Laws of what goes wrong on the way."""

    def test_an_account_is_told_without_a_change(self, rig: WireRig) -> None:
        first, second = rig.connector().account(), rig.connector().account()
        assert isinstance(first, AccountInfo)
        assert first == second
        assert first.account_id

    def test_an_ended_session_is_renewed_once_and_reading_goes_on(self, rig: WireRig) -> None:
        keys = set(rig.seed(rig.rows_for_three_pages))
        connector = rig.connector()
        pages = connector.read(rig.stream, None)
        first = next(pages)
        before = rig.logins()
        rig.end_session()
        assert keys - found_in([first, *pages]) == set()
        assert rig.logins() - before == 1

    def test_credentials_that_stay_refused_are_an_operators_matter(self, rig: WireRig) -> None:
        error = failure_of(CredentialsError, lambda: list(rig.refusing_connector().read(rig.stream, None)))
        assert not any(secret in str(error) for secret in rig.secrets())

    def test_a_full_day_says_so_and_is_not_retried(self, rig: WireRig) -> None:
        connector = rig.connector()
        connector.account()
        rig.slow_down(daily=True)
        assert failure_of(RateLimitedError, lambda: list(connector.read(rig.stream, None))).daily

    def test_a_rate_limit_says_how_long_to_wait(self, rig: WireRig) -> None:
        connector = rig.connector()
        connector.account()
        rig.slow_down(daily=False)
        error = failure_of(RateLimitedError, lambda: list(connector.read(rig.stream, None)))
        assert not error.daily
        assert error.retry_after_s > 0

    def test_a_server_that_breaks_down_is_transient(self, rig: WireRig) -> None:
        connector = rig.connector()
        connector.account()
        for status in (500, 502, 503):
            rig.break_down(status)
            failure_of(TransientError, lambda: list(connector.read(rig.stream, None)))

    def test_a_lost_answer_to_a_read_is_asked_again(self, rig: WireRig) -> None:
        keys = set(rig.seed(3))
        connector = rig.connector()
        connector.account()
        rig.lose_answer(after_effect=True)
        assert keys - found_in(connector.read(rig.stream, None)) == set()

    def test_an_unknown_shape_stops_the_stream(self, rig: WireRig) -> None:
        failure_of(ContractError, lambda: list(rig.nonsense_connector().read(rig.stream, None)))

    def test_no_secret_is_in_repr_or_log(self, rig: WireRig) -> None:
        rig.seed(3)
        connector = rig.connector()
        connector.account()
        list(connector.read(rig.stream, None))
        shown = [repr(connector), repr(vars(connector)), rig.kept()]
        assert rig.kept()
        assert [secret for secret in rig.secrets() if any(secret in text for text in shown)] == []


class ConnectorContract(WireContract):
    """Laws of writing, on top of all others."""

    def test_one_receipt_per_change_in_order_even_when_one_is_refused(self, rig: WriterRig) -> None:
        rows = rig.seed(3)
        changes = [rig.change("k1", rows[0], 11), rig.bad_change("k2", rows[1]), rig.change("k3", rows[2], 13)]
        receipts = list(rig.connector().write(changes))
        assert [receipt.key for receipt in receipts] == ["k1", "k2", "k3"]
        assert [receipt.outcome for receipt in receipts] == [
            ReceiptOutcome.APPLIED,
            ReceiptOutcome.REFUSED,
            ReceiptOutcome.APPLIED,
        ]
        assert receipts[1].code
        assert not receipts[1].retryable

    def test_a_refusal_touches_only_its_own_change(self, rig: WriterRig) -> None:
        rows = rig.seed(3)
        before = rig.values(rows)[1]
        list(
            rig.connector().write(
                [rig.change("k1", rows[0], 21), rig.bad_change("k2", rows[1]), rig.change("k3", rows[2], 23)]
            )
        )
        assert rig.values(rows) == [21, before, 23]

    def test_two_changes_of_one_record_end_with_the_later(self, rig: WriterRig) -> None:
        row = rig.seed(1)[0]
        receipts = list(rig.connector().write([rig.change("k1", row, 31), rig.change("k2", row, 32)]))
        assert [receipt.outcome for receipt in receipts] == [ReceiptOutcome.APPLIED, ReceiptOutcome.APPLIED]
        assert rig.values([row]) == [32]

    def test_more_changes_than_fit_in_a_call_all_arrive(self, rig: WriterRig) -> None:
        rows = rig.seed(230)
        receipts = list(rig.connector().write([rig.change(f"k{n}", row, n) for n, row in enumerate(rows)]))
        assert [receipt.key for receipt in receipts] == [f"k{n}" for n in range(230)]
        assert rig.values(rows) == list(range(230))

    def test_the_same_key_has_one_effect(self, rig: WriterRig) -> None:
        change = rig.create("same-key")
        first, second = (one_receipt(rig.connector(), change) for _ in range(2))
        assert first.outcome is ReceiptOutcome.APPLIED
        assert second.outcome in (ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED)
        assert first.id == second.id
        assert rig.created("same-key") == 1

    def test_the_same_key_has_one_effect_when_the_first_answer_was_lost(self, rig: WriterRig) -> None:
        for after_effect in (True, False):
            key = f"lost-{after_effect}"
            connector = rig.connector()
            connector.account()
            rig.lose_answer(after_effect=after_effect)
            receipt = _until_settled(connector, rig.create(key))
            assert receipt in (ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED)
            assert rig.created(key) == 1

    def test_writing_a_key_again_leaves_what_people_made_of_it(self, rig: WriterRig) -> None:
        change = rig.create("edited-key")
        list(rig.connector().write([change]))
        rig.edit_created("edited-key")
        edited = rig.created_values("edited-key")
        list(rig.connector().write([change]))
        assert rig.created_values("edited-key") == edited

    def test_what_was_written_is_read(self, rig: WriterRig) -> None:
        row = rig.seed(1)[0]
        change = rig.change("k1", row, 41)
        connector = rig.connector()
        last = list(connector.read(rig.stream, None))[-1].cursor
        list(connector.write([change]))
        read = {record.ref.id: record for page in connector.read(rig.stream, last) for record in page.records}
        assert {name: read[row].values[name] for name in change.values} == dict(change.values)

    def test_a_guarded_field_that_a_person_changed_is_a_conflict(self, rig: WriterRig) -> None:
        row, other = rig.seed(2)
        change, untouched = rig.guarded_change("k1", row), rig.guarded_change("k2", other)
        rig.take_over(row)
        receipts = list(rig.connector().write([change, untouched]))
        assert [receipt.outcome for receipt in receipts] == [ReceiptOutcome.CONFLICTED, ReceiptOutcome.APPLIED]
        guarded = next(iter(change.guarded))
        assert receipts[0].shown[guarded] not in (change.expected[guarded], change.values[guarded])

    def test_a_guarded_write_sent_twice_is_no_conflict(self, rig: WriterRig) -> None:
        row = rig.seed(1)[0]
        change = rig.guarded_change("k1", row)
        list(rig.connector().write([change]))
        again = one_receipt(rig.connector(), change)
        assert again.outcome in (ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED)

    def test_a_record_that_is_gone_says_so(self, rig: WriterRig) -> None:
        row, other = rig.seed(2)
        change, second = rig.change("k1", row, 51), rig.change("k2", other, 52)
        rig.remove(row)
        receipts = list(rig.connector().write([change, second]))
        assert [receipt.outcome for receipt in receipts] == [ReceiptOutcome.GONE, ReceiptOutcome.APPLIED]

    def test_an_id_that_is_none_is_refused_and_nothing_else_is(self, rig: WriterRig) -> None:
        row = rig.seed(1)[0]
        good = rig.change("k2", row, 61)
        wicked = Change(
            key="k1", kind=ChangeKind.FIELDS, object=good.object, id="../../x' OR Id != '", values=good.values
        )
        receipts = list(rig.connector().write([wicked, good]))
        assert [receipt.outcome for receipt in receipts] == [ReceiptOutcome.REFUSED, ReceiptOutcome.APPLIED]

    def test_no_change_needs_no_call(self, rig: WriterRig) -> None:
        assert list(rig.connector().write([])) == []


def keys_of(page: Page) -> set[str]:
    """Records by their id; activities by their external id, and by the address of who did them."""
    found = {record.ref.id for record in page.records} | {activity.external_id for activity in page.activities}
    return found | {activity.email for activity in page.activities if activity.email}


def found_in(pages: Iterable[Page]) -> set[str]:
    return {key for page in pages for key in keys_of(page)}


def one_receipt(connector: Writer, change: Change) -> Receipt:
    """The receipt of a change written alone."""
    (receipt,) = connector.write([change])
    return receipt


def failure_of(kind: type[Failure], act: Callable[[], object]) -> Failure:
    """The error of that class that `act` must raise."""
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def _content(pages: Iterable[Page]) -> dict[object, object]:
    content: dict[object, object] = {}
    for page in pages:
        content |= {record.ref: record for record in page.records}
        content |= {activity.key: activity for activity in page.activities}
    return content


def _until_settled(connector: WritingConnector, change: Change) -> ReceiptOutcome:
    """As the outbox does it: what failed as a whole or stayed unknown is written again."""
    for _ in range(3):
        try:
            outcome = one_receipt(connector, change).outcome
        except TransientError:
            continue
        if outcome is not ReceiptOutcome.UNKNOWN:
            return outcome
    raise AssertionError("the write never settled")
