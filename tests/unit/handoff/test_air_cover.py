"""Air cover: so many accounts of one owner, for so many days each; the newest waits, and people hear of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from config.lifecycle import AirCover
from domain.account import Account, Certainty
from domain.activity import ActivityKind
from domain.air_cover import CoverRequest
from domain.stage import Stage
from domain.values import RecordRef
from handoff.air_cover import Standing, covers
from handoff.cover_digest import CoveredAccount, digest
from tests.unit.handoff.material import BO, CY, MONDAY, Case, lead, rulebook
from tests.unit.handoff.test_memberships import COVER, RULES

DAY = timedelta(days=1)
TWO = AirCover(accounts_per_rep=2, days=60)


def ref(number: int) -> RecordRef:
    return RecordRef(connection="crm", object="Account", id=f"{number:03}")


def asked(number: int, days_ago: int, owner: str = "U1") -> CoverRequest:
    return CoverRequest(ref=ref(number), owner=owner, asked_at=MONDAY - days_ago * DAY)


def standings(*requests: CoverRequest, now: datetime = MONDAY) -> dict[int, Standing]:
    return {int(each.id): found.standing for each, found in covers(requests, TWO, now=now).items()}


def test_the_newest_request_waits_until_one_of_the_same_owner_ends() -> None:
    requests = (asked(1, 50), asked(2, 30), asked(3, 10), asked(4, 5, "U2"))
    now = {1: Standing.COVERED, 2: Standing.COVERED, 3: Standing.WAITS, 4: Standing.COVERED}
    assert standings(*requests) == now
    assert covers(requests, TWO, now=MONDAY)[ref(3)].turns_at == MONDAY + 10 * DAY
    later = {**now, 1: Standing.OVER, 3: Standing.COVERED}
    assert standings(*requests, now=MONDAY + 10 * DAY) == later


def test_an_account_without_an_owner_has_nobody_who_could_ask() -> None:
    assert standings(asked(1, 5, ""), asked(2, 4, "")) == {1: Standing.NOBODYS, 2: Standing.NOBODYS}


REQUESTS = st.lists(st.tuples(st.integers(0, 80), st.sampled_from(["U1", "U2", ""])), max_size=8)


@settings(max_examples=100, deadline=None)
@given(drawn=REQUESTS, after=st.integers(0, 80))
def test_nobody_has_more_than_the_limit_and_nobody_waits_while_there_is_room(
    drawn: list[tuple[int, str]], after: int
) -> None:
    requests = [asked(number, days_ago, owner) for number, (days_ago, owner) in enumerate(drawn)]
    now = MONDAY + after * DAY
    found = covers(requests, TWO, now=now)
    assert found.keys() == {each.ref for each in requests}
    for owner in ("U1", "U2"):
        theirs = [each for each in found.values() if each.request.owner == owner]
        covered = [each for each in theirs if each.standing is Standing.COVERED]
        waiting = [each for each in theirs if each.standing is Standing.WAITS]
        assert len(covered) <= TWO.accounts_per_rep
        assert not waiting or len(covered) == TWO.accounts_per_rep
        assert all(one.request.asked_at <= other.request.asked_at for one in covered for other in waiting)
        assert all(each.turns_at is not None and each.turns_at > now for each in (*covered, *waiting))
    assert all((now >= each.until) is (each.standing is Standing.OVER) for each in found.values())


def covered(until: datetime, certainty: Certainty = Certainty.EXPLICIT) -> Account:
    return Account(ref=ref(1), name="Globex", certainty=certainty, covered_until=until, cover_turns_at=until)


def test_its_people_are_on_the_list_until_it_ends_and_the_loop_wakes_for_that() -> None:
    until = MONDAY + 5 * DAY
    case = Case(book=rulebook(lifecycle=RULES), more={"account": covered(until)})
    decision = case.decide(MONDAY)
    assert (case.member_of, decision.wake_at) == ({COVER}, until)
    (left,) = case.decide(until).memberships
    assert (left.list, left.member, left.why) == (COVER, False, "has no air cover any more")


def test_who_is_only_likely_one_of_its_people_and_who_is_out_of_the_loop_is_not_on_it() -> None:
    for account, stage in (
        (covered(MONDAY + DAY, Certainty.LIKELY), Stage.KNOWN),
        (covered(MONDAY + DAY), Stage.DISQUALIFIED),
    ):
        case = Case(lead=lead(stage=stage), book=rulebook(lifecycle=RULES), more={"account": account})
        case.decide(MONDAY)
        assert case.member_of == set()


def test_opting_out_leaves_the_list_in_the_same_decision() -> None:
    case = Case(book=rulebook(lifecycle=RULES), more={"account": covered(MONDAY + 5 * DAY)})
    case.decide(MONDAY)
    case.values["opted_out"] = True
    (left,) = case.decide(MONDAY + DAY).memberships
    assert (left.list, left.member, left.why) == (COVER, False, "opted out")


def test_each_rep_is_told_of_their_accounts_what_is_covered_first() -> None:
    at = datetime(2026, 9, 6, 23, 30, tzinfo=UTC)
    did = {ActivityKind.EMAIL_OPENED: 4, ActivityKind.FORM_SUBMITTED: 1, ActivityKind.EMAIL_BOUNCED: 2}
    accounts = [
        _told(1, Standing.OVER, at, people=1),
        _told(2, Standing.WAITS, at),
        _told(3, Standing.COVERED, at, people=12, opted_out=3, did=did),
        _told(4, Standing.COVERED, at, owner=CY),
        _told(5, Standing.NOBODYS, at, owner=None),
    ]
    assert digest(accounts, zone=ZoneInfo("Europe/Berlin")) == {
        BO: (
            "Acme 3: air cover until 6 Nov. 12 people, 3 of them opted out: 4 opened a mail, 1 filled in a form.",
            "Acme 2: waits, you have as many accounts as you may. Untick one, or it begins when one ends.",
            "Acme 1: over since 6 Nov. 1 person: nobody did anything since. Tick the box anew for more.",
        ),
        CY: ("Acme 4: air cover until 6 Nov. 0 people: nobody did anything since.",),
    }


def _told(
    number: int,
    standing: Standing,
    at: datetime,
    *,
    owner: str | None = BO,
    people: int = 0,
    opted_out: int = 0,
    did: dict[ActivityKind, int] | None = None,
) -> CoveredAccount:
    return CoveredAccount(
        ref=ref(number),
        name=f"Acme {number}",
        owner=owner,
        standing=standing,
        asked_at=at,
        until=at + 60 * DAY,
        people=people,
        opted_out=opted_out,
        did=did or {},
    )
