"""The portal tells an app by itself: what, to whom, how signed, and how often when nobody thanks it."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulator import orders
from simulator.act import ActError
from simulator.hubspot.courier import RETRIES
from tests.rig import Reply, stub_server
from tests.unit.simulator.hubspot.rig import Rig

SECRET = "the-secret-of-the-app"
PEOPLE = ["contact.creation", "contact.deletion", "contact.privacyDeletion", "contact.restore", "contact.merge"]


@dataclass
class App:
    """An app that is told; `answers` the next calls with these, and with 200 after them."""

    rig: Rig
    address: str = ""
    statuses: list[int] = field(default_factory=list)
    calls: list[tuple[str, bytes]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        assert method == "POST"
        with self.arrived:
            self.calls.append((path, body))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            status = self.statuses.pop(0) if self.statuses else 200
            self.at_once -= 1
            self.arrived.notify_all()
        return status, {}, b""

    def settings(self, **more: Any) -> None:
        orders.change_settings(self.rig.kernel.settings, {"webhooks": more})

    def told(self, number: int) -> list[dict[str, Any]]:
        """The first happenings that came, once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self._events()) >= number, 20), self._events()
            return self._events()

    def quiet(self) -> list[dict[str, Any]]:
        """Everything that came, once nothing is on its way."""
        while self.rig.world.objects("webhooks")[-1]["waiting"]:
            pass
        return self._events()

    def _events(self) -> list[dict[str, Any]]:
        return [event for _, body in self.calls for event in json.loads(body)]


@contextmanager
def listening(rig: Rig, **settings: Any) -> Iterator[App]:
    app = App(rig)
    with stub_server(app.answer) as address:
        app.address = f"{address}/webhooks/hubspot"
        app.settings(url=app.address, secret=SECRET, **settings)
        yield app
        app.settings(url="")


def words(events: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(event["subscriptionType"], event["objectId"]) for event in events]


def test_nobody_is_told_until_there_is_an_address(rig: Rig) -> None:
    rig.contact(email="ann@buyer.example")
    with listening(rig, subscriptions=PEOPLE) as app:
        told = rig.contact(email="bea@buyer.example")
        assert words(app.told(1)) == [("contact.creation", int(told))]


def test_a_change_is_told_property_by_property_with_who_made_it(rig: Rig) -> None:
    key = rig.contact(email="ann@buyer.example", jobtitle="CEO")
    with listening(rig) as app:
        rig.act("edit", key, jobtitle="CTO", city="Lisbon")
        events = app.told(2)
        assert {event["propertyName"]: event["propertyValue"] for event in events} == {
            "jobtitle": "CTO",
            "city": "Lisbon",
        }
        one = events[0]
        assert (one["portalId"], one["objectId"], one["changeSource"]) == (24600001, int(key), "CRM_UI")
        assert one["attemptNumber"] == 0
        assert {"eventId", "subscriptionId", "appId", "occurredAt", "sourceId"} <= set(one)


def test_a_write_of_what_is_there_already_is_not_told(rig: Rig) -> None:
    key = rig.contact(email="ann@buyer.example", jobtitle="CEO")
    with listening(rig) as app:
        rig.act("edit", key, jobtitle="CEO")
        rig.act("edit", key, jobtitle="CTO")
        assert [event["propertyValue"] for event in app.told(1)] == ["CTO"]


def test_what_an_integration_wrote_carries_its_number(rig: Rig) -> None:
    key = rig.contact(email="ann@buyer.example")
    with listening(rig, subscriptions=["contact.propertyChange"]) as app:
        rig.patch(f"/crm/v3/objects/contacts/{key}", {"jobtitle": "CTO"})
        (event,) = app.told(1)
        assert (event["changeSource"], event["sourceId"].isdigit()) == ("INTEGRATION", True)


def test_only_the_subscribed_properties_are_told(rig: Rig) -> None:
    key = rig.contact(email="ann@buyer.example")
    with listening(rig, subscriptions=["contact.propertyChange:city", "contact.creation"]) as app:
        rig.act("edit", key, jobtitle="CTO", city="Lisbon")
        assert [event["propertyName"] for event in app.told(1)] == ["city"]


def test_to_some_properties_nobody_can_subscribe(rig: Rig) -> None:
    key = rig.contact(email="ann@buyer.example")
    with listening(rig) as app:
        rig.act("submit_form", key, form="Demo", values={})
        names = {event["propertyName"] for event in app.told(5)}
        assert "recent_conversion_date" in names
        assert "num_unique_conversion_events" not in names


def test_deletion_restore_erasure_and_merge_have_words_of_their_own(rig: Rig) -> None:
    keys = [rig.contact(email=f"p{number}@buyer.example") for number in range(3)]
    one, two, three = map(int, keys)
    with listening(rig, subscriptions=PEOPLE) as app:
        rig.act("delete", keys[0])
        rig.act("edit", keys[0], restore=True)
        rig.act("delete", keys[0], gdpr=True)
        merged = rig.act("merge", keys[1], loser_id=keys[2])["id"]
        events = app.told(5)
        assert Counter(words(events)) == {
            ("contact.deletion", one): 2,
            ("contact.restore", one): 1,
            ("contact.privacyDeletion", one): 1,
            ("contact.merge", two): 1,
        }
        (merge,) = [event for event in events if event["subscriptionType"] == "contact.merge"]
        assert (merge["primaryObjectId"], merge["mergedObjectIds"]) == (two, [three])
        assert merge["newObjectId"] == int(merged)


def test_three_hundred_happenings_come_in_calls_of_a_hundred_at_most_and_ten_at_once(rig: Rig) -> None:
    with listening(rig, subscriptions=PEOPLE) as app:
        made = rig.seed(contacts=[{"email": f"p{number}@buyer.example"} for number in range(300)])["contacts"]
        events = app.told(300)
        assert {event["objectId"] for event in events} == set(map(int, made))
        assert max(len(json.loads(body)) for _, body in app.calls) <= 100
        assert app.most_at_once <= 10


def test_who_does_not_thank_is_told_ten_times_more_on_simulated_time(rig: Rig) -> None:
    with listening(rig, subscriptions=PEOPLE, retry_s=60.0) as app:
        app.statuses = [503, 401, *[500] * 20]
        rig.contact(email="ann@buyer.example")
        for attempt in range(RETRIES + 1):
            events = app.told(attempt + 1)
            rig.clock.advance(60 * 2**attempt + 1)
        assert [event["attemptNumber"] for event in events] == list(range(RETRIES + 1))
        assert {event["objectId"] for event in events} == {events[0]["objectId"]}
        rig.clock.advance(86_400)
        assert len(app.quiet()) == RETRIES + 1
        assert rig.world.objects("webhooks")[-1] == {"waiting": 0}


def test_the_same_seed_plays_the_same_tricks(tmp_path_factory: pytest.TempPathFactory) -> None:
    def told(seed: int) -> Counter[int]:
        rig = Rig(tmp_path_factory.mktemp("rig"))
        with listening(
            rig, subscriptions=PEOPLE, seed=seed, duplicates_percent=30, lost_percent=30, late_s=0.01
        ) as app:
            for number in range(40):
                rig.contact(email=f"p{number}@buyer.example")
            found = Counter(event["objectId"] for event in app.quiet())
        rig.kernel.log.close()
        return found

    first, again, other = told(7), told(7), told(8)
    assert first == again != other
    assert 10 < len(first) < 40
    assert set(first.values()) == {1, 2}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"adress": "x"}, "unknown setting webhooks.adress"),
        ({"retry_s": "soon"}, "webhooks.retry_s must be a number"),
        ({"subscriptions": "contact.creation"}, "webhooks.subscriptions must be a list"),
        ({"url": 5}, "webhooks.url must be text"),
    ],
)
def test_settings_that_make_no_sense_are_refused(rig: Rig, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ActError, match=said):
        orders.change_settings(rig.kernel.settings, {"webhooks": given})
