"""Which clicks are a scanner's: told by what they say of themselves and by what they do, never against a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scanners import ScannerRules
from domain.activity import Activity
from scoring.bursts import bursts_of, link_of
from scoring.explain import explain
from scoring.ledger import in_time
from scoring.scanners import machine_made, may_be_machine, verdicts, without_machines
from scoring.scorer import Scorer
from scoring.why import why
from tests.unit.scoring.material import HASH, NOW, activity, days, group, rules, score

RULES = ScannerRules()
HOUR = timedelta(hours=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
CUBOT = "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20 Build/RP1A) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


def click(at_s: float, link: str = "/a", *, sent: bool = False, kind: str = "email_clicked", **more: Any) -> Activity:
    """A click so many seconds after an hour ago, when the mail was sent. `sent`: its system says when that was."""
    since = {"since_sent_s": at_s} if sent else {}
    ago = HOUR - timedelta(seconds=at_s)
    name = f"{kind}-{at_s}-{link}"
    return activity(kind, ago=ago, id=name, url=f"https://us.example{link}", mail="m1", **{**since, **more})


def page(at_s: float) -> Activity:
    return activity("page_viewed", ago=HOUR - timedelta(seconds=at_s), url="https://us.example/pricing")


def sweep(links: int, *, begins_s: float = 2.0, every_s: float = 0.4, **more: Any) -> list[Activity]:
    return [click(begins_s + number * every_s, f"/{number}", **more) for number in range(links)]


def machines(*activities: Activity, by: ScannerRules = RULES) -> list[str]:
    return sorted(each.activity.external_id for each in machine_made(activities, by).values())


def names(activities: Sequence[Activity]) -> list[str]:
    return sorted(each.external_id for each in activities)


def test_every_link_at_the_moment_of_sending_is_a_scanner() -> None:
    swept = sweep(4, sent=True)
    made = machine_made(swept, RULES)
    assert set(made) == {each.key for each in swept}
    assert made[swept[0].key].words == "4 links within 2 s, 2 s after the mail was sent"


@pytest.mark.parametrize(
    "activities",
    [
        [click(600, sent=True)],
        [click(12, sent=True)],
        [click(600, sent=True), click(601, sent=True)],
        [click(40, "/a?utm=1", sent=True), click(40.5, "/a?utm=2", sent=True), click(41, "/a#top", sent=True)],
        [click(600 + number * 8, f"/{number}", sent=True) for number in range(6)],
        sweep(3, begins_s=900, sent=True),
        sweep(2, begins_s=12, sent=True),
        [click(-3, sent=True)],
        [click(600, agent=FIREFOX), click(700, agent=CUBOT)],
        [activity("form_submitted", ago=HOUR, agent="python-requests/2.31", since_sent_s=0.1)],
    ],
    ids=[
        "one click",
        "a quick reader on a telephone",
        "a double click",
        "one link three times",
        "six links, one after the other",
        "three links into tabs, later",
        "two links at once",
        "a clock that goes wrong",
        "a browser, and a telephone of the make Cubot",
        "anything but a click",
    ],
)
def test_what_a_person_may_do_stays_a_person_s(activities: list[Activity]) -> None:
    assert machines(*activities) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"agent": "Barracuda Sentinel (EE)"}, "its agent says barracuda"),
        ({"agent": "python-requests/2.31"}, "its agent says python-requests"),
        ({"agent": "curl/8.1"}, "its agent says curl"),
        ({"method": "head"}, "it asked for the head of the page only"),
        ({"filtered": True}, "the sending system says that it was a machine"),
        ({"filtered": "Yes"}, "the sending system says that it was a machine"),
    ],
    ids=["a gateway", "a program", "a tool", "HEAD", "the sending system's filter", "its filter in a file"],
)
def test_a_click_that_says_what_it_is_needs_nothing_else(more: dict[str, Any], words: str) -> None:
    (made,) = machine_made([click(86_400, **more)], RULES).values()
    assert made.words == words


def test_a_single_click_before_anybody_can_have_read_the_mail_is_a_machine_s() -> None:
    assert machines(click(2, sent=True)) == ["email_clicked-2-/a"]
    sent_at: dict[str, Any] = {"sent_at": "2026-11-22T08:59:58Z"}
    assert machines(click(1, **sent_at)) == ["email_clicked-1-/a"]
    assert machines(click(1, **{**sent_at, "since_sent_s": "600"})) == []
    assert machines(click(1, since_sent_s="soon")) == []


def test_four_links_at_once_are_a_machine_s_however_late_and_three_are_not() -> None:
    assert len(machines(*sweep(4, begins_s=900))) == 4
    assert len(machines(*sweep(3, begins_s=900))) == 0
    assert len(machines(*sweep(3, begins_s=12, sent=True))) == 3


def test_a_click_before_a_burst_or_after_it_is_no_part_of_it() -> None:
    swept = sweep(5, begins_s=900)
    assert machines(click(897, "/x"), *swept, click(905, "/y")) == names(swept)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=14))
def test_the_burst_of_a_click_is_the_most_links_within_the_time_around_it(clicks: list[tuple[int, int]]) -> None:
    made = [click(at / 10, f"/{link}", number=number) for number, (at, link) in enumerate(clicks)]
    mail = sorted({each.key: each for each in made}.values(), key=in_time)
    within = timedelta(seconds=RULES.burst.within_s)
    expected = {}
    for each in mail:
        spans = [
            {link_of(other) for other in mail if timedelta(0) <= end.occurred_at - other.occurred_at <= within}
            for end in mail
            if timedelta(0) <= end.occurred_at - each.occurred_at <= within
        ]
        most = max(map(len, spans))
        if most >= RULES.burst.links:
            expected[each.key] = most
    assert {key: burst.links for key, burst in bursts_of(mail, RULES.burst).items()} == expected


def test_a_burst_is_of_one_mail() -> None:
    two = [replace(each, properties={**each.properties, "mail": f"m{at % 2}"}) for at, each in enumerate(sweep(4))]
    assert machines(*two) == []


def test_the_reader_who_comes_after_the_scanner_counts() -> None:
    swept, read = sweep(4, sent=True), click(600, "/1", sent=True)
    assert machines(*swept, read) == names(swept)
    assert machines(*swept, read, page(900)) == names(swept)


def test_who_reads_on_is_a_person_unless_the_click_says_what_it_is() -> None:
    tabs = sweep(4, begins_s=900)
    assert len(machines(*tabs, page(905))) == 4, "a scanner loads the page itself"
    assert machines(*tabs, page(960)) == []
    assert len(machines(*tabs, page(900 + 1802))) == 4
    honest = click(900, agent="Mimecast URL scanner")
    assert machines(honest, page(960)) == [honest.external_id]
    named = machine_made([*sweep(4, begins_s=900, agent="mimecast"), page(960)], RULES)
    assert {each.words for each in named.values()} == {"its agent says mimecast, 4 links within 2 s"}


def test_a_network_is_a_hint_and_decides_with_another_one() -> None:
    by = ScannerRules.model_validate({"networks": ["203.0.113.0/24", "2001:db8::/32", "Proofpoint"]})
    for more in ({"ip": "203.0.113.7"}, {"ip": "2001:db8::9"}, {"network": "PROOFPOINT-ASN-US"}):
        assert machines(click(600, sent=True, **more), by=by) == []
        assert len(machines(click(15, sent=True, **more), by=by)) == 1
    assert machines(click(15, sent=True, ip="198.51.100.7"), click(16, sent=True, ip="not an address"), by=by) == []


def test_whoever_follows_a_link_that_no_person_sees_is_a_machine() -> None:
    by = ScannerRules(trap_links=("/do-not-follow",))
    assert machines(click(600, "/do-not-follow/x"), click(900, "/a"), by=by) == ["email_clicked-600-/do-not-follow/x"]


def test_switched_off_only_the_sending_system_s_own_word_counts() -> None:
    off = ScannerRules(enabled=False)
    filtered = click(600, filtered=True)
    assert machines(*sweep(5, sent=True, agent="curl/8.1"), filtered, by=off) == [filtered.external_id]


def test_an_open_is_judged_like_a_click_and_is_no_link() -> None:
    opened = [click(900 + number, f"/{number}", kind="email_opened") for number in range(5)]
    assert machines(*opened) == []
    assert machines(click(1, kind="email_opened", sent=True)) == ["email_opened-1-/a"]


def test_what_a_person_says_beats_what_it_looks_like_from_that_moment_on_and_for_that_click_alone() -> None:
    swept = sweep(4, sent=True)
    said = replace(swept[1], vouched_at=NOW)
    story = [swept[0], said, *swept[2:]]
    assert machines(*story) == names([swept[0], *swept[2:]])
    assert len(machine_made(story, RULES, known_at=NOW - HOUR / 2)) == 0, "not seen yet"
    seen = [replace(each, seen_at=NOW - HOUR) for each in story]
    assert len(machine_made(seen, RULES, known_at=NOW - HOUR / 2)) == 4
    (word,) = [each for each in verdicts(story, RULES) if each.vouched]
    assert (word.activity.key, word.is_machine) == (said.key, False)


def test_clicks_by_the_thousand_are_judged_in_no_time() -> None:
    storm = [click(2 + number / 2000, f"/{number % 50}", sent=True) for number in range(4000)]
    assert len(machines(*storm)) == 4000


def test_a_scanner_gives_nothing_and_the_person_after_it_gives_a_point() -> None:
    clicked = {"name": "click", "on": ["email_clicked"], "points": 1, "says": "Clicked"}
    scoring, plain = rules(group({**clicked, "hand_raiser": True})), rules(group(clicked))
    story = [*sweep(4, sent=True), click(600, "/1", sent=True)]
    found = score(scoring, story)
    assert (found.engagement, len(found.hand_raises)) == (1000, 1)
    assert why(score(plain, story), {}, story, plain, now=NOW) == "Clicked today."
    told = explain(Scorer(scoring, HASH, "UTC"), [], story, as_of=NOW, known_at=NOW)
    assert [each.words for each in told.scans] == [
        "4 clicks of a mail scanner give nothing: 4 links within 2 s, 2 s after the mail was sent"
    ]
    assert [(row.rule, row.events) for row in told.rows] == [("click", 1)]


def test_the_score_names_what_it_left_out_as_it_was_known_then() -> None:
    scoring = rules(group({"name": "click", "on": ["email_clicked"], "points": 1}))
    story = sweep(4, begins_s=900)
    before = score(scoring, [*story, page(960)], as_of=NOW - HOUR + timedelta(seconds=930))
    assert (before.engagement, before.machine_made) == (0, frozenset(each.key for each in story))
    after = score(scoring, [*story, page(960)])
    assert (after.engagement, after.machine_made) == (4000, frozenset())


def test_a_past_score_is_as_it_was_before_the_later_activity() -> None:
    scoring = rules(group({"name": "click", "on": ["email_clicked"], "points": 1}))
    story = [*sweep(4, begins_s=900), page(960)]
    assert score(scoring, story, as_of=NOW - HOUR + timedelta(seconds=930)).engagement == 0
    assert score(scoring, story).engagement == 4000


def test_what_is_known_of_the_future_and_may_change_a_verdict_is_looked_at_when_it_comes() -> None:
    scoring = rules(group({"name": "click", "on": ["email_clicked"], "points": 1}))
    story = [*sweep(4, begins_s=900), page(960)]
    found = score(scoring, story, as_of=NOW - HOUR + timedelta(seconds=930))
    assert found.next_change_at == NOW - HOUR + timedelta(seconds=960)


# --- laws

_KINDS = ("email_clicked", "email_clicked", "email_opened", "page_viewed", "form_submitted", "meeting_booked")


@st.composite
def stories(draw: st.DrawFn) -> list[Activity]:
    """What one person and their gateway did around one or two mails, some of it vouched for."""
    since: dict[str, Any]
    made = []
    for number in range(draw(st.integers(0, 12))):
        at_s = draw(st.sampled_from([1.0, 2.0, 2.5, 3.0, 14.0, 300.0, 301.0, 302.0, 330.0, 1200.0]))
        since = {"since_sent_s": at_s} if draw(st.booleans()) else {}
        made.append(
            replace(
                activity(
                    draw(st.sampled_from(_KINDS)),
                    id=str(number),
                    ago=HOUR - timedelta(seconds=at_s),
                    seen_at=NOW - draw(st.sampled_from([HOUR * 2, HOUR / 2, -HOUR])),
                    url=f"https://us.example/{draw(st.integers(0, 5))}",
                    mail=draw(st.sampled_from(["m1", "m2"])),
                    agent=draw(st.sampled_from([*[FIREFOX] * 6, "mimecast"])),
                    **since,
                ),
                vouched_at=draw(st.sampled_from([None, None, None, NOW])),
            )
        )
    return made


@settings(max_examples=60, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_a_verdict(story: list[Activity], chance: Any) -> None:
    made = machine_made(story, RULES)
    mixed = [*story, *chance.sample(story, len(story) // 2)]
    chance.shuffle(mixed)
    assert machine_made(mixed, RULES) == made
    assert made == machine_made(story, RULES, known_at=NOW + HOUR)


@settings(max_examples=60, deadline=None)
@given(stories())
def test_only_clicks_and_opens_that_nobody_vouched_for_are_ever_a_machine_s(story: list[Activity]) -> None:
    made = machine_made(story, RULES)
    human = without_machines(story, RULES)
    assert human == [each for each in story if each.key not in made]
    assert {each.kind for each in story if each.key in made} <= {"email_clicked", "email_opened"}
    assert not any(each.vouched_at for each in story if each.key in made)
    assert made == {} or may_be_machine(story)


@settings(max_examples=60, deadline=None)
@given(stories(), st.integers(0, 11))
def test_a_word_about_one_click_changes_no_other(story: list[Activity], place: int) -> None:
    if place >= len(story):
        return
    said = [replace(each, vouched_at=NOW) if at == place else each for at, each in enumerate(story)]
    before, after = machine_made(story, RULES), machine_made(said, RULES)
    assert after.keys() == before.keys() - {said[place].key}


@settings(max_examples=60, deadline=None)
@given(stories(), stories())
def test_taking_back_what_came_is_as_if_it_had_not_come(story: list[Activity], more: list[Activity]) -> None:
    added = [replace(each, external_id=f"more-{each.external_id}", retracted=True) for each in more]
    assert machine_made([*story, *added], RULES) == machine_made(story, RULES)


@settings(max_examples=30, deadline=None)
@given(stories(), st.integers(0, 40), st.integers(0, 40))
def test_once_all_is_seen_time_raises_nothing(story: list[Activity], first: int, second: int) -> None:
    scoring = rules(group({"name": "click", "on": ["email_clicked"], "points": 3, "decay": {"half_life_days": 7}}))
    early, late = sorted([first, second])
    assert score(scoring, story, as_of=NOW + days(late)).engagement <= (
        score(scoring, story, as_of=NOW + days(early)).engagement
    )
