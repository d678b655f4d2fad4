"""What hints lead to: the record as it is now, wherever it went; nothing that a pull would not have brought."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors.abilities import Refreshed, Refresher
from connectors.hubspot.connector import HubSpot
from domain.hint import Hint, HintKind
from domain.record import Record
from domain.values import RecordRef
from tests.contract.hubspot_rig import WANTED, HubSpotRig
from tests.rig import SimulatorProcess, surroundings
from tests.unit.connectors.hubspot.portal import NOW, Portal, connected, page, row
from tests.unit.connectors.hubspot.test_sweep import Kept


@pytest.fixture(params=["v3", "2026-03"])
def rig(request: pytest.FixtureRequest, simulator: SimulatorProcess) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def connector(rig: HubSpotRig, kept: Kept | None = None) -> HubSpot:
    around = surroundings("marketing", rig.simulator, fields={"contacts": WANTED}, budget=rig.budget, wire=rig.wire)
    return HubSpot(rig.settings(), replace(around, known=kept), wall=rig.fast.wall)


def hint(record_id: str, kind: HintKind = HintKind.CHANGED, *, at: datetime, name: str = "contacts") -> Hint:
    key = f"{name}:{record_id}:{kind}"
    return Hint(connection="marketing", key=key, object=name, record_id=record_id, kind=kind, occurred_at=at)


def known(rig: HubSpotRig, keys: Iterable[str]) -> Kept:
    """A store that has read these."""
    kept, now = Kept(), rig.simulator.time()
    refreshed(rig, kept, [hint(key, at=now) for key in keys])
    return kept


def refreshed(rig: HubSpotRig, kept: Kept, hints: Sequence[Hint]) -> list[Refreshed]:
    told = list(connector(rig, kept).refresh(hints))
    for record in (record for each in told for record in each.records):
        kept.records[record.ref.id] = record
    assert sorted(each.key for one in told for each in one.hints) == sorted(each.key for each in hints)
    return told


def records(told: Iterable[Refreshed]) -> list[Record]:
    return [record for each in told for record in each.records]


def test_a_hundred_and_one_records_cost_two_calls_and_no_search(rig: HubSpotRig) -> None:
    keys, now = rig.seed(101), rig.simulator.time()
    one = connector(rig, Kept())
    one.describe("contacts")
    since = rig.simulator.seq()
    told = list(one.refresh([hint(key, kind, at=now) for key in keys for kind in (HintKind.CREATED, HintKind.CHANGED)]))
    assert {record.ref.id for record in records(told)} == set(keys)
    assert [line["path"].rsplit("/", 1)[1] for line in rig.simulator.log(since)] == ["read", "read"]
    assert [len(each.hints) for each in told] == [200, 2]


def test_a_record_is_shown_as_the_pull_shows_it(rig: HubSpotRig) -> None:
    """Else each would take the other's version for a change. The properties that tell of forms do not stick."""
    (key,) = rig.seed(1)
    rig.simulator.act("submit_form", system="hubspot", id=key, as_="prospect", form="Refreshing", values={})
    pulled = {record.ref.id: record for page in connector(rig).read("contacts", None) for record in page.records}
    assert records(refreshed(rig, Kept(), [hint(key, at=rig.simulator.time())])) == [pulled[key]]


def test_a_change_is_read_although_search_does_not_show_it_yet(rig: HubSpotRig) -> None:
    (key,) = rig.seed(1)
    rig.simulator.settings(lag_s={"hubspot": 600.0})
    rig.touch(key)
    (record,) = records(refreshed(rig, Kept(), [hint(key, at=rig.simulator.time())]))
    assert record.values["jobtitle"] == rig.held("contacts")[key]["jobtitle"]


def test_a_deleted_record_is_read_from_the_bin_and_is_archived(rig: HubSpotRig) -> None:
    keys = rig.seed(2)
    kept = known(rig, keys)
    rig.remove(keys[0])
    refreshed(rig, kept, [hint(key, HintKind.DELETED, at=rig.simulator.time()) for key in keys])
    assert [kept.records[key].archived for key in keys] == [True, False]
    assert kept.records[keys[0]].values["lastname"] == "Zanzibarova"


@pytest.mark.parametrize("kinds", [(HintKind.DELETED, HintKind.ERASED), (HintKind.ERASED, HintKind.DELETED)])
def test_an_erased_record_is_gone_with_its_values_in_whatever_order_it_is_told(
    rig: HubSpotRig, kinds: tuple[HintKind, HintKind]
) -> None:
    (key,) = rig.seed(1)
    kept = known(rig, [key])
    rig.simulator.act("delete", system="hubspot", id=key, gdpr=True)
    for kind in kinds:
        refreshed(rig, kept, [hint(key, kind, at=rig.simulator.time())])
        assert (kept.records[key].archived, dict(kept.records[key].values)) == (True, {})


def test_what_cannot_be_found_is_not_believed_to_be_gone_where_only_a_change_was_told(rig: HubSpotRig) -> None:
    (key,) = rig.seed(1)
    kept = known(rig, [key])
    rig.simulator.act("delete", system="hubspot", id=key, gdpr=True)
    assert records(refreshed(rig, kept, [hint(key, at=rig.simulator.time())])) == []


def test_nothing_is_said_of_a_record_that_was_never_read_and_is_gone(rig: HubSpotRig) -> None:
    (key,) = rig.seed(1)
    rig.simulator.act("delete", system="hubspot", id=key, gdpr=True)
    assert records(refreshed(rig, Kept(), [hint(key, HintKind.ERASED, at=rig.simulator.time())])) == []


def test_a_restored_record_comes_back_newer_than_its_deletion(rig: HubSpotRig) -> None:
    (key,) = rig.seed(1)
    kept = known(rig, [key])
    rig.remove(key)
    refreshed(rig, kept, [hint(key, HintKind.DELETED, at=rig.simulator.time())])
    gone = kept.records[key]
    rig.simulator.act("edit", system="hubspot", id=key, restore=True)
    refreshed(rig, kept, [hint(key, HintKind.RESTORED, at=rig.simulator.time())])
    assert not kept.records[key].archived
    assert kept.records[key].modified_at > gone.modified_at


def test_a_restored_record_comes_back_although_its_stamp_did_not_move() -> None:
    """The simulator moves it; of HubSpot nobody promised that."""
    portal, kept = Portal(lambda *_: page([row(7, "2026-11-20T10:00:00.000Z")])), Kept()
    gone = Record(
        ref=RecordRef(connection="marketing", object="contacts", id="7"),
        values={},
        modified_at=NOW - timedelta(hours=1),
        archived=True,
    )
    kept.records["7"] = gone
    with connected(portal, known=kept) as one:
        (record,) = records(one.refresh([hint("7", HintKind.RESTORED, at=NOW)]))
    assert not record.archived
    assert record.modified_at > gone.modified_at


@pytest.mark.parametrize("told", ["new", "primary", "loser"])
def test_a_merge_leads_to_the_record_that_stands_for_all_whichever_was_named(rig: HubSpotRig, told: str) -> None:
    winner, loser = rig.seed(2)
    kept = known(rig, [winner, loser])
    new = rig.simulator.act("merge", system="hubspot", id=winner, loser_id=loser)["id"]
    named = {"new": new, "primary": winner, "loser": loser}[told]
    (record,) = records(refreshed(rig, kept, [hint(named, HintKind.MERGED, at=rig.simulator.time())]))
    assert (record.ref.id, record.archived, set(record.former_ids)) == (new, False, {winner, loser})


def test_a_company_is_read_too(rig: HubSpotRig) -> None:
    (key,) = rig.simulator.seed(companies=[{"name": "Initech", "domain": f"c{rig.begin}.example"}])["companies"]
    (found,) = refreshed(rig, KnowsNothing(), [hint(key, at=rig.simulator.time(), name="companies")])
    assert (found.stream, found.records[0].ref.object, found.records[0].ref.id) == ("companies", "companies", key)


class KnowsNothing(Kept):
    """Knows no company."""

    def of(self, connection: str, object: str, ids: Sequence[str]) -> dict[str, Record]:
        return {}


def test_the_form_that_a_contact_just_sent_is_read_with_what_was_typed_and_no_other_form(rig: HubSpotRig) -> None:
    """HubSpot tells nothing of forms: the contact who sent one is what changed."""
    keys, mark = rig.seed(2), f"Form {rig.begin}"
    for form in (mark, f"{mark} other"):
        rig.simulator.act("submit_form", system="hubspot", id=keys[1], as_="prospect", form=form, values={})
    rig.simulator.time(advance_s=3600)
    rig.simulator.act("submit_form", system="hubspot", id=keys[0], as_="prospect", form=mark, values={"message": "Hi"})
    since = rig.simulator.seq()
    told = refreshed(rig, Kept(), [hint(keys[0], at=rig.simulator.time())])
    (sent,) = [activity for each in told for activity in each.activities]
    assert (sent.properties["form"], sent.properties["text"], sent.record) == (mark, "Hi", None)
    assert sent.email == rig.held("contacts")[keys[0]]["email"]
    lines = rig.simulator.log(since)
    assert not any(line["path"].rstrip("/").endswith("/search") for line in lines)
    assert len([line for line in lines if "/submissions/" in line["path"]]) == 1
    assert [bool(each.hints) for each in told][-1], "the hint stays until all of it is kept"
    assert not any(each.hints for each in told[:-1])


def test_a_form_sent_long_ago_is_not_read_for_a_change_of_today(rig: HubSpotRig) -> None:
    (key,) = rig.seed(1)
    rig.simulator.act("submit_form", system="hubspot", id=key, as_="prospect", form="Old", values={})
    rig.simulator.time(advance_s=timedelta(hours=1).total_seconds())
    since = rig.simulator.seq()
    refreshed(rig, Kept(), [hint(key, at=rig.simulator.time())])
    assert not any("/submissions/" in line["path"] for line in rig.simulator.log(since))


def test_a_connector_that_has_it_is_found_by_the_protocol(rig: HubSpotRig) -> None:
    assert isinstance(connector(rig), Refresher)
