"""In which calls changes go: what lies below one record together, each record's own changes in their order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.salesforce.sent import windows
from domain.change import Change, ChangeKind

SIZE = 4
LEADS = st.integers(0, 5).map(lambda n: f"00Q{n:012d}")
CAMPAIGNS = st.sampled_from(["LL · A", "LL · B", "701000000000001"])
OWNERS = st.sampled_from(["005000000000001", "005000000000002", None])


def fields(lead: str, owner: str | None) -> Change:
    values = {"LL_Score__c": 1} | ({"OwnerId": owner} if owner else {})
    return Change(key="", kind=ChangeKind.FIELDS, object="Lead", id=lead, values=values)


def member(lead: str, campaign: str) -> Change:
    return Change(key="", kind=ChangeKind.MEMBER, object="Lead", id=lead, list=campaign, member=True)


def task(person: str, *, key: str | None) -> Change:
    values = {"WhoId": person} | ({"LL_Key__c": key} if key else {})
    return Change(key="", kind=ChangeKind.CREATE, object="Task", values=values, unique="LL_Key__c" if key else None)


CHANGES = st.lists(
    st.one_of(
        st.builds(fields, LEADS, OWNERS),
        st.builds(member, LEADS, CAMPAIGNS),
        st.builds(task, LEADS, key=st.sampled_from(["k1", "k2", None])),
    ),
    max_size=30,
)


@given(changes=CHANGES)
@settings(max_examples=100, deadline=None)
def test_every_change_goes_once_in_a_call_of_its_size_and_each_records_in_their_order(changes: list[Change]) -> None:
    sent = list(windows(changes, SIZE))
    assert sorted(place for window in sent for place, _ in window) == list(range(len(changes)))
    assert all(1 <= len(window) <= SIZE for window in sent)
    order = [place for window in sent for place, _ in window]
    for kind in (ChangeKind.FIELDS, ChangeKind.MEMBER):
        for lead in {change.id for change in changes}:
            own = [place for place in order if (changes[place].kind, changes[place].id) == (kind, lead)]
            assert own == sorted(own)


@given(changes=CHANGES)
@settings(max_examples=100, deadline=None)
def test_a_creation_without_a_key_goes_alone_between_what_came_before_and_after(changes: list[Change]) -> None:
    sent = [[place for place, _ in window] for window in windows(changes, SIZE)]
    for number, window in enumerate(sent):
        alone = [place for place in window if changes[place].kind is ChangeKind.CREATE and not changes[place].unique]
        if alone:
            assert window == alone
            assert all(place < alone[0] for earlier in sent[:number] for place in earlier)


def test_one_campaign_that_fits_into_a_call_is_not_split() -> None:
    leads = [f"00Q{n:012d}" for n in range(6)]
    changes = [member(lead, f"LL · {number % 2}") for number, lead in enumerate(leads)]
    assert [[place for place, _ in window] for window in windows(changes, SIZE)] == [[0, 2, 4], [1, 3, 5]]


def test_a_campaign_larger_than_a_call_takes_as_many_as_it_needs() -> None:
    changes = [member(f"00Q{n:012d}", "LL · A") for n in range(9)]
    assert [len(window) for window in windows(changes, SIZE)] == [4, 4, 1]


def test_changes_without_anything_above_them_keep_their_order() -> None:
    changes = [fields(f"00Q{n:012d}", None) for n in (3, 1, 2)]
    assert [[place for place, _ in window] for window in windows(changes, SIZE)] == [[0, 1, 2]]
